using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Leadline.Api;
using Leadline.Experiments;
using Leadline.Ingest;

namespace Leadline.Cli;

/// <summary>A running server, spoken to over its API; what may pass by itself is tried again.</summary>
public sealed class ServerClient : IDisposable
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    readonly HttpClient http;
    readonly Uri server;
    readonly TimeProvider clock;
    readonly int retries;
    readonly Action<string> say;

    /// <param name="retries">How often a call is tried again after a connection failure, 408, 429 or 5xx.</param>
    /// <param name="say">Is told, in a sentence, before each wait.</param>
    public ServerClient(Uri server, string? token, TimeProvider clock, int retries, Action<string> say)
    {
        this.server = server;
        this.clock = clock;
        this.retries = retries;
        this.say = say;
        http = new HttpClient
        {
            BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = TimeSpan.FromSeconds(100),
        };
        http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("leadline", typeof(ServerClient).Assembly.GetName().Version?.ToString(3)));
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where the server is.</summary>
    public Uri Address => server;

    /// <param name="path">Below <c>/api/v1/</c>.</param>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => AskAsync<T>(HttpMethod.Get, path, cancellation);

    /// <summary>Asks the server to do something; for what may be done twice.</summary>
    /// <param name="path">Below <c>/api/v1/</c>.</param>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public Task<T> PostAsync<T>(string path, CancellationToken cancellation) => AskAsync<T>(HttpMethod.Post, path, cancellation);

    /// <summary>Asks a question that a text belongs to.</summary>
    /// <param name="path">Below <c>/api/v1/</c>.</param>
    /// <param name="yaml">The text.</param>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public Task<T> PostYamlAsync<T>(string path, string yaml, CancellationToken cancellation) =>
        AskAsync<T>(
            HttpMethod.Post, path, cancellation, () => new StringContent(yaml, System.Text.Encoding.UTF8, "application/yaml"));

    async Task<T> AskAsync<T>(HttpMethod method, string path, CancellationToken cancellation, Func<HttpContent>? body = null)
    {
        var (text, _) = await SendAsync(
            () => new HttpRequestMessage(method, "api/v1/" + path) { Content = body?.Invoke() }, cancellation);
        try
        {
            return JsonSerializer.Deserialize<T>(text, Wire.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new ServerException(
                $"{server} answered /api/v1/{path} with something that is not ours: {exception.Message}", Unreachable: false);
        }
    }

    /// <summary>Posts our own JSON: one object, or several as one a line.</summary>
    /// <returns>The server's answer as it came, and whether it had this delivery already.</returns>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public async Task<(string Text, bool Known)> PostEventsAsync(
        ReadOnlyMemory<byte> body, string mediaType, CancellationToken cancellation)
    {
        var (text, status) = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "api/v1/events")
            {
                Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
            },
            cancellation);
        // 202 is a delivery that was stored, 200 one that was known.
        return (text, status == HttpStatusCode.OK);
    }

    /// <returns>The server's answer as it came.</returns>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public async Task<string> PostOverrideAsync(OverrideRequest asked, CancellationToken cancellation) => (await SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "api/v1/overrides")
        {
            Content = new StringContent(
                JsonSerializer.Serialize(asked, Wire.Json), System.Text.Encoding.UTF8, "application/json"),
        },
        cancellation)).Text;

    /// <inheritdoc cref="PostOverrideAsync"/>
    public async Task<string> DeleteOverrideAsync(long id, string? reason, CancellationToken cancellation)
    {
        var query = string.IsNullOrEmpty(reason) ? "" : "?reason=" + Uri.EscapeDataString(reason);
        return (await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Delete, $"api/v1/overrides/{id}{query}"), cancellation)).Text;
    }

    /// <returns>The experiment as it is kept.</returns>
    /// <exception cref="ServerException">The server refused or could not be reached.</exception>
    public Task<ExperimentReport> PostExperimentAsync(
        ExperimentRequest asked, CancellationToken cancellation) => AskAsync<ExperimentReport>(
        HttpMethod.Post, "experiments", cancellation,
        () => new StringContent(JsonSerializer.Serialize(asked, Wire.Json), System.Text.Encoding.UTF8, "application/json"));

    /// <inheritdoc cref="PostExperimentAsync"/>
    public Task<ExperimentReport> StopExperimentAsync(
        string name, string? reason, CancellationToken cancellation) => AskAsync<ExperimentReport>(
        HttpMethod.Post,
        $"experiments/{Uri.EscapeDataString(name)}/stop"
            + $"{(string.IsNullOrEmpty(reason) ? "" : "?reason=" + Uri.EscapeDataString(reason))}", cancellation);

    async Task<(string Text, HttpStatusCode Status)> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            string trouble;
            TimeSpan? asked = null;
            var reached = false;
            try
            {
                using var message = request();
                using var response = await http.SendAsync(message, cancellation);
                var text = await response.Content.ReadAsStringAsync(cancellation);
                if (response.IsSuccessStatusCode) return (text, response.StatusCode);
                trouble = Sentence(response, text);
                if (!CanPass(response.StatusCode)) throw new ServerException(trouble, Unreachable: false);
                reached = true;
                asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - clock.GetUtcNow();
            }
            catch (HttpRequestException exception)
            {
                trouble = $"{server} cannot be reached: {exception.Message}";
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                trouble = $"{server} did not answer within {http.Timeout.TotalSeconds} seconds";
            }

            if (attempt == retries)
            {
                var hint = reached ? "" : "; start one with 'leadline serve', or name another with --server";
                throw new ServerException(trouble + hint, Unreachable: true);
            }

            var wait = Wait(attempt, asked);
            say($"{trouble}; trying again in {wait.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s");
            await Task.Delay(wait, clock, cancellation);
        }
    }

    /// <summary>Half a second, doubled each time; what the server asks for when that is longer; never over a minute.</summary>
    static TimeSpan Wait(int attempt, TimeSpan? asked)
    {
        var own = TimeSpan.FromSeconds(0.5 * Math.Pow(2, Math.Min(attempt, 10)));
        var wait = asked > own ? asked.Value : own;
        return wait < LongestWait ? wait : LongestWait;
    }

    static bool CanPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    string Sentence(HttpResponseMessage response, string text)
    {
        var because = Problem(text) ?? response.ReasonPhrase ?? "it gives no reason";
        return $"{server} answered {(int)response.StatusCode}: {because}";
    }

    /// <summary>
    /// The sentence of a problem+json body with the reasons that stand under it, or null where it is something else.
    /// </summary>
    static string? Problem(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            foreach (var name in (ReadOnlySpan<string>)["detail", "title"])
            {
                if (document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                    return string.Join(": ", [value.GetString()!, .. Reasons(document.RootElement)]);
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of lines that were sent; of one line alone its number says nothing.</summary>
    static IEnumerable<string> Reasons(JsonElement problem)
    {
        if (!problem.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array) return [];
        var reasons = errors.EnumerateArray()
            .Where(error => error.ValueKind == JsonValueKind.Object && error.TryGetProperty("reason", out _)).ToList();
        return reasons.Count == 0 ? []
            : [
                string.Join(
                    "; ",
                    reasons.Select(error =>
                        (reasons.Count > 1 ? $"line {error.GetProperty("line")}: " : "")
                            + error.GetProperty("reason").GetString())),
            ];
    }

    public void Dispose() => http.Dispose();
}

/// <summary>A call to a server that came to nothing, in a sentence.</summary>
/// <param name="Unreachable">Whether it was not answered, or only by "later": the same call may work another time.</param>
public sealed class ServerException(string message, bool Unreachable) : Exception(message)
{
    public bool Unreachable { get; } = Unreachable;

    public int ExitCode => Unreachable ? Cli.ExitCode.Unreachable : Cli.ExitCode.CheckFailed;
}
