using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>What is newest once the numbers have moved.</summary>
/// <param name="Version">Another one whenever anything was judged anew.</param>
/// <param name="Deployments">The newest, of the last 90 days.</param>
/// <param name="Incidents">The newest, of the last 90 days.</param>
sealed record LiveNews(long Version, ImmutableArray<LiveDeployment> Deployments, ImmutableArray<LiveIncident> Incidents);

sealed record LiveDeployment(string Service, string? Version, string DeploymentId, DateTimeOffset DeployedAt, bool Failed);

/// <param name="Id">As its source names it.</param>
sealed record LiveIncident(string Service, string Id, string? Title, DateTimeOffset StartedAt, DateTimeOffset? ResolvedAt);

/// <summary>Tells whoever listens that the numbers moved, as server-sent events. One look at the store serves all.</summary>
sealed partial class LiveStream(
    Store store, Definitions definitions, TimeProvider clock, IHostApplicationLifetime life,
    ILogger<LiveStream> logger) : BackgroundService
{
    /// <summary>So many may listen at once; a page that is not looked at does not.</summary>
    public const int MostListeners = 200;

    const int MostRows = 20;

    /// <summary>
    /// How often the store is looked at, and how often silence is broken: proxies end what says nothing for a minute.
    /// </summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1), Heartbeat = TimeSpan.FromSeconds(15);

    static readonly TimeSpan Newest = TimeSpan.FromDays(90);

    readonly ConcurrentDictionary<Listener, bool> listeners = [];

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet(
            "/stream", (HttpContext http, string? environment, LiveStream stream) => stream.AnswerAsync(http, environment))
            .WithSummary("Server-sent events: the newest deployments and incidents whenever the numbers move")
            .Produces<string>(200, "text/event-stream").ProducesProblem(400).ProducesProblem(503);

    async Task<IResult> AnswerAsync(HttpContext http, string? environment)
    {
        var name = environment ?? EnvironmentName.Production.Value;
        if (!definitions.Environments.Any(known => known.Name.Value == name))
            return Problem.BadRequest(
                $"there is no environment '{name}': there are "
                    + $"{string.Join(", ", definitions.Environments.Select(known => known.Name))}");
        var listener = new Listener(name);
        listeners.TryAdd(listener, true);
        try
        {
            if (listeners.Count > MostListeners)
            {
                http.Response.Headers.RetryAfter = "60";
                return Problem.Of(503, $"{MostListeners} listen already: ask again later, or look at /api/v1/metrics");
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
            await ListenAsync(http.Response, listener, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // Whoever listened went, or the server stops.
        }
        finally
        {
            listeners.TryRemove(listener, out _);
        }

        return Results.Empty;
    }

    async Task ListenAsync(HttpResponse answer, Listener listener, CancellationToken cancellation)
    {
        answer.ContentType = "text/event-stream";
        answer.Headers.CacheControl = "no-store";
        answer.Headers["X-Accel-Buffering"] = "no";

        // The first event is what the listener holds the later ones against.
        var first = await NewsAsync(listener.Environment, cancellation);
        listener.Told(first.Version);
        await answer.WriteAsync("retry: 5000\n\n" + Event(first), cancellation);
        while (true)
        {
            await answer.Body.FlushAsync(cancellation);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var news = listener.News.Reader.ReadAsync(patience.Token).AsTask();
            var isNews = await Task.WhenAny(news, Task.Delay(Heartbeat, clock, patience.Token)) == news;
            await patience.CancelAsync();
            cancellation.ThrowIfCancellationRequested();

            // What came in the very moment in which the wait was given up is not lost.
            if (!isNews) await ((Task)news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await answer.WriteAsync(news.IsCompletedSuccessfully ? await news : ": still here\n\n", cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Look, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (listeners.IsEmpty || stopping.IsCancellationRequested) continue;
            try
            {
                await TellAsync(stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                // The loop must live on: whoever was not told now is told when the store answers again.
                Log.Failed(logger, error);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    async Task TellAsync(CancellationToken cancellation)
    {
        var version = await store.DataVersionAsync(cancellation);
        foreach (var group in listeners.Keys.Where(listener => listener.Knows is { } known && known != version)
            .GroupBy(listener => listener.Environment).ToList())
        {
            var news = await NewsAsync(group.Key, cancellation);
            foreach (var listener in group)
            {
                listener.Told(news.Version);
                listener.News.Writer.TryWrite(Event(news));
            }
        }
    }

    async Task<LiveNews> NewsAsync(string environment, CancellationToken cancellation)
    {
        // What is judged between the two is told of once more.
        var version = await store.DataVersionAsync(cancellation);
        var now = clock.GetUtcNow();
        var newest = new RowsQuery(new MetricsQuery(null, environment, now - Newest, now.AddDays(1)), Limit: MostRows);
        var deployments = await store.LedgerAsync(newest, cancellation);
        var incidents = await store.IncidentsAsync(newest, cancellation);
        return new LiveNews(
            version,
            [
                .. deployments.Items.Select(
                    row => new LiveDeployment(row.Service, row.Version, row.DeploymentId, row.DeployedAt, row.Failed)),
            ],
            [
                .. incidents.Items.Where(one => one.IsIncident)
                    .Select(one => new LiveIncident(one.Service, one.Evidence, one.Title, one.StartedAt, one.ResolvedAt)),
            ]);
    }

    static string Event(LiveNews news) =>
        $"event: news\nid: {news.Version}\ndata: {JsonSerializer.Serialize(news, Wire.Json)}\n\n";

    /// <summary>One who is slow to read is told the latest alone.</summary>
    sealed class Listener(string environment)
    {
        public string Environment => environment;

        public Channel<string> News { get; } = Channel.CreateBounded<string>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        /// <summary>The version that it was told of last; null before the first.</summary>
        public long? Knows { get; private set; }

        public void Told(long version) => Knows = version;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Those who listen could not be told what is new, and will be soon")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
