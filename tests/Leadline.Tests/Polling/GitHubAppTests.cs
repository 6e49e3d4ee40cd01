using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>GitHub asked as an App: who it is is proved with its key, and its tokens end.</summary>
public sealed class GitHubAppTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_App_reads_what_a_token_reads_also_where_its_tokens_end_in_the_midst()
    {
        await using var world = await AppWorld.StartAsync();
        await using var byToken = await Store.OpenAsync(TestStore.New, Cancellation);
        await using (var plain = await PlayedApi.StartAsync(new GitHubWorld().Answer))
        {
            using var clock = new HurryingClock(GitHubWorld.Now);
            await RunAsync(
                new AskedSource(
                    "github", Pagers.Find("github")!.For(plain.Address, hasToken: true), plain.Address, ["token one"], []),
                    byToken, clock);
        }

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);

        // Each request takes a minute and a half, and a token is one for ten minutes: after four requests it is about to end.
        (world.EachTakes, world.Lasts) = (TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(10));
        var summary = await RunAsync(world.Asked($"id: Iv23li.acme, key: \"{world.Pem}\""), store, world.Clock);
        Assert.Empty(summary.Missing);
        Assert.InRange(world.Issued, (int)summary.Requests / 5, (int)summary.Requests / 2);
        Assert.Equal(0, world.Refused);
        Assert.Equal(await GitHubWorld.FactsAsync(byToken), await GitHubWorld.FactsAsync(store));
        foreach (var line in await GitHubWorld.DeliveriesAsync(store)) Assert.DoesNotContain("ghs_", line);
        Assert.DoesNotContain("ghs_", await store.PollCursorAsync("github", GitHubWorld.Repository, Cancellation));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_had_anew_once()
    {
        await using var world = await AppWorld.StartAsync();
        using var client = world.Asked($"id: 7, key: \"{world.Pem}\"").Client(world.Clock);
        await client.AskAsync(Commits, null, GitHubWorld.Repository, Cancellation);
        world.TakeAway();
        Assert.Equal(200, (await client.AskAsync(Commits, null, GitHubWorld.Repository, Cancellation)).Status);
        Assert.Equal((2, 1), (world.Issued, world.Refused));

        // Where that one is refused too, it ends.
        world.TakesNone = true;
        var error = await Assert.ThrowsAsync<ApiException>(
            () => client.AskAsync(Commits, null, GitHubWorld.Repository, Cancellation));
        Assert.True(error.EndsAll);
        Assert.Equal((3, 3), (world.Issued, world.Refused));
    }

    [Fact]
    public async Task Each_owner_has_an_installation_and_a_token_of_its_own()
    {
        await using var world = await AppWorld.StartAsync();
        using var client = world.Asked($"id: 7, key: \"{world.Pem}\"").Client(world.Clock);
        foreach (var scope in (string[])["acme/shop", "Acme/*", "ada/till", "acme/till"])
            await client.AskAsync(
                new PageRequest { Kind = "commits", Address = $"repos/{scope.Replace("*", "shop").ToLowerInvariant()}/commits" },
                null, scope, Cancellation);
        Assert.Equal(
            ["/orgs/acme/installation", "/orgs/ada/installation", "/users/ada/installation"],
            world.Api.Asked.Where(path => path.EndsWith("/installation", StringComparison.Ordinal)));
        Assert.Equal(2, world.Issued);

        var error = await Assert.ThrowsAsync<ApiException>(() => client.AskAsync(Commits, null, "other/shop", Cancellation));
        Assert.Equal("the App 7 is not installed for other: install it there, or correct sources.github.app", error.Message);
        Assert.False(error.EndsAll);

        // Where the settings name one, nobody is asked for it.
        world.Api.Asked.Clear();
        using var named = world.Asked($"id: 7, installation: 11, key: \"{world.Pem}\"").Client(world.Clock);
        await named.AskAsync(Commits, null, "acme/shop", Cancellation);
        Assert.Equal(["/app/installations/11/access_tokens", "/repos/acme/shop/commits"], world.Api.Asked);
    }

    [Fact]
    public async Task A_key_of_another_App_is_refused_in_a_sentence_that_does_not_show_it()
    {
        await using var world = await AppWorld.StartAsync();
        using var other = RSA.Create(2048);
        var pem = other.ExportRSAPrivateKeyPem().ReplaceLineEndings("\\n");
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var asked = world.Asked($"id: 7, key: '{pem}'");
        var summary = await RunAsync(asked, store, world.Clock);
        var missing = Assert.Single(summary.Missing);
        Assert.Contains("refuses the App 7 (401): sources.github.app.id and its key do not belong together", missing.Sentence);
        foreach (var text in (string[])[
            missing.Sentence, asked.ToString(), asked.App!.ToString()!, JsonSerializer.Serialize(asked.App),
            await store.PollCursorAsync("github", GitHubWorld.Repository, Cancellation) ?? "",
        ])
            Assert.DoesNotContain(pem[60..100], text);
    }

    [Fact]
    public async Task A_key_in_a_file_is_read_whenever_a_token_is_asked_for()
    {
        await using var world = await AppWorld.StartAsync();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "leadline.yaml");
        var key = Path.Combine(folder.Path, "key.pem");
        await File.WriteAllTextAsync(
            file,
            $"sources:\n  github: {{ api: \"{world.Api.Address}\", repositories: [acme/shop], app: {{ id: 7, key_file: "
                + $"key.pem }} }}\n", Cancellation);

        // Who needs no secret is told of it once it is asked with.
        Assert.Null(AskedSource.Of("github", SettingsFile.LoadWithoutSecrets(file, _ => null), [], out var sentence));
        Assert.Equal(
            $"leadline.yaml:2:{63 + world.Api.Address.ToString().Length} sources.github.app.key_file: there is no file {key} "
                + "to read the App's private key from", sentence);
        await File.WriteAllTextAsync(key, world.Pem.Replace("\\n", "\n"), Cancellation);
        var asked = AskedSource.Of("github", SettingsFile.Load(file, _ => null), [], out _)!;
        using var client = asked.Client(world.Clock);
        Assert.Equal(200, (await client.AskAsync(Commits, null, "acme/shop", Cancellation)).Status);
        await File.WriteAllTextAsync(key, "gone", Cancellation);
        world.TakeAway();
        var error = await Assert.ThrowsAsync<ApiException>(() => client.AskAsync(Commits, null, "acme/shop", Cancellation));
        Assert.Contains("key.pem is no private key", error.Message);
    }

    static readonly PageRequest Commits = new() { Kind = "commits", Address = "repos/acme/shop/commits" };

    static async Task<PollSummary> RunAsync(AskedSource asked, Store store, TimeProvider clock)
    {
        using var client = asked.Client(clock);
        var poll = new Poll(store, new Intake(new byte[32]), asked.Pager!, Catalogue.Find("github")!, client, clock);
        return await poll.RunAsync([GitHubWorld.Repository], GitHubWorld.Start, null, Cancellation);
    }

    /// <summary>GitHub as an App meets it: installed at acme and at ada, with tokens that are valid for an hour.</summary>
    internal sealed class AppWorld(TimeProvider? time) : IAsyncDisposable
    {
        readonly RSA key = RSA.Create(2048);
        readonly GitHubWorld world = new();
        readonly Dictionary<string, DateTimeOffset> valid = [];

        public required PlayedApi Api { get; init; }

        public HurryingClock Clock { get; } = new(GitHubWorld.Now);

        TimeProvider Time => time ?? Clock;

        /// <summary>As a variable holds it.</summary>
        public string Pem => key.ExportRSAPrivateKeyPem().ReplaceLineEndings("\\n");

        public int Issued { get; private set; }

        public int Refused { get; private set; }

        public bool TakesNone { get; set; }

        public TimeSpan EachTakes { get; set; }

        public TimeSpan Lasts { get; set; } = TimeSpan.FromHours(1);

        public static async Task<AppWorld> StartAsync(TimeProvider? time = null)
        {
            AppWorld? world = null;
            var api = await PlayedApi.StartAsync(request => world!.Answer(request));
            return world = new AppWorld(time) { Api = api };
        }

        public AskedSource Asked(string app) => AskedSource.Of(
            "github",
            SettingsFile.Parse(
                $"sources:\n  github: {{ api: \"{Api.Address}\", repositories: [acme/shop], app: {{ {app} }} }}\n",
                "leadline.yaml", _ => null), [], out _)!;

        public void TakeAway() => valid.Clear();

        public async ValueTask DisposeAsync()
        {
            await Api.DisposeAsync();
            Clock.Dispose();
            key.Dispose();
        }

        Played Answer(HttpRequest request)
        {
            lock (valid)
            {
                if (EachTakes > TimeSpan.Zero) Clock.Advance(EachTakes);
                var shown = request.Headers.Authorization.ToString()["Bearer ".Length..];
                var path = request.Path.Value!;
                if (path.StartsWith("/app/", StringComparison.Ordinal)
                    || path.EndsWith("/installation", StringComparison.Ordinal))
                {
                    if (!IsProof(shown)) return new Played(401, """{"message":"A JSON web token could not be decoded"}""");
                    return path switch
                    {
                        "/orgs/acme/installation" => new Played(200, """{"id":11}"""),
                        "/users/ada/installation" => new Played(200, """{"id":12}"""),
                        "/app/installations/11/access_tokens"
                            or "/app/installations/12/access_tokens" when request.Method == "POST" => Issue(),
                        _ => new Played(404, """{"message":"Not Found"}"""),
                    };
                }

                if (!TakesNone && valid.TryGetValue(shown, out var ends) && ends > Time.GetUtcNow())
                    return request.Path.StartsWithSegments("/repos/ada") || path.Contains("till") ? new Played(200, "[]")
                        : world.Answer(request);
                Refused++;
                return new Played(401, """{"message":"Bad credentials"}""");
            }
        }

        Played Issue()
        {
            var (token, ends) = ($"ghs_{++Issued}", Time.GetUtcNow() + Lasts);
            valid[token] = ends;
            return new Played(201, $$"""{"token":"{{token}}","expires_at":"{{ends.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}"}""", ("Date", $"{Time.GetUtcNow():R}"));
        }

        /// <summary>
        /// As GitHub looks at it: signed with the App's key, begun and not ended, and not for longer than ten minutes from now.
        /// </summary>
        bool IsProof(string token)
        {
            var parts = token.Split('.');
            if (parts.Length != 3
                || !key.VerifyData(
                    Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]),
                    HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return false;
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var (begins, ends) =
                (claims.RootElement.GetProperty("iat").GetInt64(), claims.RootElement.GetProperty("exp").GetInt64());
            var now = (Time.GetUtcNow() - EachTakes).ToUnixTimeSeconds();
            return header.RootElement.GetProperty("alg").GetString() == "RS256"
                && claims.RootElement.GetProperty("iss").GetString() is "7" or "Iv23li.acme"
                && begins <= now - 60 && ends > now && ends <= now + 600 && ends - begins <= 600;
        }
    }
}
