using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Api;
using Leadline.Settings;
using Leadline.Sources.GitHub;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>
/// The tokens of a GitHub App, one for each account that it is installed in: asked for with a proof that its private key
/// signs, kept in memory alone, and asked for anew before they end or once one is refused.
/// </summary>
sealed class GitHubApp : ApiToken, IDisposable
{
    /// <summary>So long before its end a token is given up: the request that it is shown with takes a while.</summary>
    static readonly TimeSpan Spare = TimeSpan.FromMinutes(5);

    readonly GitHubAppSetting setting;
    readonly TimeProvider clock;
    readonly ApiClient client;
    readonly string host;
    readonly ConcurrentDictionary<string, Installation> installations = new(StringComparer.Ordinal);

    /// <param name="setting">Which App it is.</param>
    /// <param name="api">The address of GitHub's REST API; it ends in a slash.</param>
    /// <param name="clock">By which tokens end.</param>
    public GitHubApp(GitHubAppSetting setting, Uri api, TimeProvider clock)
    {
        (this.setting, this.clock, host) = (setting, clock, api.Authority);
        var pager = new GitHubPager();
        client = new ApiClient(
            new ApiManner(
                "sources.github.app", pager.Headers, pager.Proof, (_, status) => status == 201, ApiManner.Of(pager).Attempts,
                ""),
            api, [], clock, app: new Key(setting, clock));
    }

    /// <summary>A repository's owner, where no installation is named.</summary>
    public override string Account(string? scope) =>
        setting.Installation is not null ? "" : (scope ?? "").Split('/')[0].ToLowerInvariant();

    public override async ValueTask<string?> ShowAsync(string account, CancellationToken cancellation)
    {
        var installation = installations.GetOrAdd(account, _ => new Installation());
        await installation.Turn.WaitAsync(cancellation);
        try
        {
            if (installation.Token is null || installation.EndsAt - Spare <= clock.GetUtcNow())
                await AskAsync(installation, account, cancellation);
            return installation.Token;
        }
        catch (ApiException error)
        {
            throw Refusal(error, account);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new ApiException(
                $"{host} answered the App something that GitHub does not answer: {error.Message}",
                canHelp: false, endsAll: true, error);
        }
        finally
        {
            installation.Turn.Release();
        }
    }

    public override bool Forget(string account, string refused)
    {
        // Another request may have been first.
        if (installations.TryGetValue(account, out var installation) && installation.Token == refused) installation.Token = null;
        return true;
    }

    public void Dispose()
    {
        client.Dispose();
        foreach (var installation in installations.Values) installation.Turn.Dispose();
    }

    async Task AskAsync(Installation installation, string account, CancellationToken cancellation)
    {
        installation.Id ??= setting.Installation ?? await FindAsync(account, cancellation);
        var address = $"app/installations/{installation.Id}/access_tokens";
        var request = new PageRequest { Kind = "token", Address = address, Body = "{}" };
        var answer = await client.AskAsync(request, null, cancellation);
        using var body = JsonDocument.Parse(answer.Body);
        var token = body.RootElement.GetProperty("token").GetString() ?? throw new FormatException("it has no token");
        var ends = body.RootElement.GetProperty("expires_at").GetDateTimeOffset();

        // Their clock says when it ends, ours when that is.
        var now = clock.GetUtcNow();
        var theirs = DateTimeOffset.TryParse(answer.Header("Date"), out var date) ? date : now;
        (installation.Token, installation.EndsAt) = (token, now + (ends - theirs));
    }

    /// <summary>The number of the installation in an organization, or in a person's account.</summary>
    async Task<string> FindAsync(string account, CancellationToken cancellation)
    {
        try
        {
            return await OfAsync("orgs");
        }
        catch (ApiException error) when (error.Status == 404)
        {
            return await OfAsync("users");
        }

        async Task<string> OfAsync(string kind)
        {
            var address = $"{kind}/{Uri.EscapeDataString(account)}/installation";
            var request = new PageRequest { Kind = "installation", Address = address };
            var answer = await client.AskAsync(request, null, cancellation);
            using var body = JsonDocument.Parse(answer.Body);
            return body.RootElement.GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    ApiException Refusal(ApiException error, string account) => error.Status switch
    {
        401 => new ApiException(
            $"{host} refuses the App {setting.Id} (401): sources.github.app.id and its key do not belong together, "
            + "the key was taken away, or this machine's clock is wrong", canHelp: false, endsAll: true, error)
        { Status = 401 },
        403 => new ApiException(
            $"the installation of the App {setting.Id} {In(account)} is refused (403): it may be suspended; look at its "
                + "settings there",
            canHelp: true, inner: error),
        404 => new ApiException(
            $"the App {setting.Id} is not installed {In(account)}: install it there, or correct sources.github.app",
            canHelp: true, inner: error),
        _ => error,
    };

    string In(string account) => setting.Installation is { } number ? $"under the number {number}" : $"for {account}";

    /// <summary>What the App is proved by where it asks for tokens.</summary>
    sealed class Key(GitHubAppSetting setting, TimeProvider clock) : ApiToken
    {
        /// <summary>
        /// GitHub takes no proof that ends later than ten minutes from now, and none that begins in its future: clocks
        /// differ.
        /// </summary>
        static readonly TimeSpan Before = TimeSpan.FromMinutes(1), After = TimeSpan.FromMinutes(9);

        public override ValueTask<string?> ShowAsync(string account, CancellationToken cancellation)
        {
            try
            {
                using var key = setting.Key();
                var now = clock.GetUtcNow();
                var (begins, ends) = ((now - Before).ToUnixTimeSeconds(), (now + After).ToUnixTimeSeconds());
                var claims =
                    $$"""{"iat":{{begins}},"exp":{{ends}},"iss":{{JsonSerializer.Serialize(setting.Id, Wire.Json)}} }""";
                var head = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);
                var signed = $"{head}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
                var bytes = Encoding.ASCII.GetBytes(signed);
                var signature = key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                return new($"{signed}.{Base64Url.EncodeToString(signature)}");
            }
            catch (FormatException error)
            {
                throw new ApiException($"sources.github.app: {error.Message}", canHelp: false, endsAll: true);
            }
        }
    }

    sealed class Installation
    {
        public SemaphoreSlim Turn { get; } = new(1);
        public string? Id { get; set; }
        public string? Token { get; set; }
        public DateTimeOffset EndsAt { get; set; }
    }
}
