using System.Diagnostics;
using System.Net;
using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Leadline.Benchmarks;

/// <summary>
/// Five years of five hundred services in each engine: loaded, judged again, and looked at, alone and while others look and
/// deliveries arrive.
/// </summary>
static class ScaleBenchmark
{
    const int Readers = 20, DeliveriesPerSecond = 200;

    static readonly TimeSpan Busy = TimeSpan.FromSeconds(30), Thinking = TimeSpan.FromSeconds(1);

    // A quarter of the memory of a small server, and waiting for the disk as a server does that keeps its promises.
    internal static readonly string[] Postgres =
    [
        "shared_buffers=2GB", "work_mem=32MB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "effective_cache_size=8GB",
        "random_page_cost=1.1",
    ];

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var services = Math.Max(1, bench.History.Commits / 20_000);
        var company = new MadeCompany(services, 20_000, 2_000, 100, TimeSpan.FromDays(5 * 365.25), Now());
        var rows = new List<Row> { new("made up", $"{company.Services:N0} services"), new("  events", $"{company.Events:N0}") };
        foreach (var engine in bench.Engines)
        {
            using var place = await EnginePlace.MakeAsync(engine, bench, Postgres);
            rows.Add(new Row("", ""));
            rows.Add(new Row(engine, ""));
            await MeasureAsync(company, place, engine == "duckdb" ? 100 : 150, rows, cancellation);
        }

        return rows;
    }

    /// <summary>
    /// The shape of a store in which another tool's dashboard took a minute for its overall panel, and 138 s for all its panels.
    /// </summary>
    public static async Task<IReadOnlyList<Row>> RunOneProjectAsync(Bench bench, CancellationToken cancellation)
    {
        var company = new MadeCompany(1, 200_000, 177_462, 3_193, TimeSpan.FromDays(365), Now());
        var rows = new List<Row> { new("made up", "1 service"), new("  events", $"{company.Events:N0}") };
        foreach (var engine in bench.Engines)
        {
            using var place = await EnginePlace.MakeAsync(engine, bench, Postgres);
            var settings = await LoadAsync(company, place, rows, cancellation);
            await using var store = await Store.OpenAsync(place.Address, cancellation);
            var reader = new MetricsReader(store, settings.Definitions, TimeProvider.System);
            var half = new MetricsQuery(null, "production", company.End.AddDays(-182), company.End.AddDays(1));
            var times = await TimesAsync(9, () => reader.OverviewAsync(half, Bucket.Month, cancellation));
            rows.Add(new Row($"{engine}: overview with trends, six months, p95", $"{times.At(0.95):N0} ms", "at most 138"));
            rows.Add(new Row("  times faster than 138 s", $"{138_000 / times.At(0.95):N0}", "at least 1,000"));
        }

        return rows;
    }

    static async Task MeasureAsync(
        MadeCompany company, EnginePlace place, double aim, List<Row> rows, CancellationToken cancellation)
    {
        var settings = await LoadAsync(company, place, rows, cancellation);
        await using var store = await Store.OpenAsync(place.Address, cancellation);
        await RecomputeAsync(store, settings, company.Services * (long)company.Commits, rows, cancellation);

        var reader = new MetricsReader(store, settings.Definitions, TimeProvider.System);
        var scan = await TimesAsync(9, () => place.CountAsync(cancellation));
        rows.Add(new Row("count(*) of the ledger, median", $"{scan.At(0.5):N1} ms"));
        foreach (var (name, query, bucket) in Windows(company))
        {
            var times = await TimesAsync(21, () => reader.OverviewAsync(query, bucket, cancellation));
            rows.Add(new Row($"overview, {name}: p50, p95", $"{times.At(0.5):N0}, {times.At(0.95):N0} ms", $"p95 under {aim}"));
            rows.Add(new Row("  ratio of p50 to count(*)", $"{times.At(0.5) / scan.At(0.5):N1}"));
        }

        await BusyAsync(company, store, settings, aim, rows, cancellation);
    }

    internal static async Task<LeadlineSettings> LoadAsync(
        MadeCompany company, EnginePlace place, List<Row> rows, CancellationToken cancellation)
    {
        var file = place.SettingsFile;
        await File.WriteAllTextAsync(file, company.Settings(), cancellation);
        var import = await Measured.RunAsync(
            "dotnet", [Measured.Leadline, "import", "-", "--store", place.Address, "--config", file], company.WriteAsync);
        rows.Add(new Row("load and judge", $"{import.Seconds:N0} s"));
        rows.Add(new Row("  events per second", $"{company.Events / import.Seconds:N0}"));
        rows.Add(new Row("  peak memory of leadline", Sizes.Text(import.PeakBytes)));
        rows.Add(new Row("  store", Sizes.Text(await place.SizeAsync(cancellation))));
        return SettingsFile.Parse(company.Settings(), file, _ => null);
    }

    static async Task RecomputeAsync(
        Store store, LeadlineSettings settings, long commits, List<Row> rows, CancellationToken cancellation)
    {
        var readings = new Readings(store, settings.Definitions, NullLogger.Instance);
        var map = await store.ServiceMapAsync(settings.Definitions, cancellation);
        var one = map.Services[0];
        var times = await TimesAsync(5, async () =>
        {
            var facts = await store.FactsOfAsync([one], map, cancellation);
            await store.SaveJudgementsAsync(
                [new JudgedService(one, Correlator.Judge(facts[0], settings.Definitions), null)], cancellation);
        });
        rows.Add(new Row("recompute of one service, median", $"{times.At(0.5):N0} ms"));
        await store.MarkAllStaleAsync(map, cancellation);
        var began = Stopwatch.GetTimestamp();
        await readings.JudgeAsync(cancellation);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        rows.Add(new Row("recompute of all", $"{seconds:N1} s"));
        rows.Add(new Row("  commits per second", $"{commits / seconds:N0}"));
    }

    /// <summary>Readers who look for a second before they ask again, while deliveries arrive and are judged.</summary>
    static async Task BusyAsync(
        MadeCompany company, Store store, LeadlineSettings settings, double aim, List<Row> rows, CancellationToken cancellation)
    {
        await using var app = await Server.BuildAsync(
            store, settings, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, cancellation);
        await app.StartAsync(cancellation);
        using var client = new HttpClient(
            new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
        { BaseAddress = new Uri(app.Urls.First()) };
        using var over = new CancellationTokenSource(Busy);
        var windows = Windows(company).ToList();
        var times = windows.Select(_ => new List<double>()).ToList();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            var pending = new List<Task>();
            while (!over.IsCancellationRequested)
            {
                for (; sent < Stopwatch.GetElapsedTime(began).TotalSeconds * DeliveriesPerSecond; sent++)
                    pending.Add(PostAsync(client, string.Join('\n', company.Later(sent)), cancellation));
                await Task.Delay(5, cancellation);
            }

            await Task.WhenAll(pending);
        }, cancellation);
        var reading = Enumerable.Range(0, Readers).Select(async reader =>
        {
            await Task.Delay(Thinking * reader / Readers, cancellation);
            for (var turn = reader; !over.IsCancellationRequested; turn++)
            {
                var (_, query, bucket) = windows[turn % windows.Count];
                var began = Stopwatch.GetTimestamp();
                await AskAsync(client, query, bucket, cancellation);
                lock (times) times[turn % windows.Count].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(Thinking, cancellation);
            }
        });
        await Task.WhenAll([sending, .. reading]);
        rows.Add(new Row(
            $"with {Readers} readers and {DeliveriesPerSecond} deliveries per second",
            $"{sent / Busy.TotalSeconds:N0} a second taken"));
        foreach (var ((name, _, _), all) in windows.Zip(times))
            rows.Add(new Row(
                $"overview, {name}: p50, p95 of {all.Count}", $"{all.At(0.5):N0}, {all.At(0.95):N0} ms", $"p95 under {aim}"));
        await app.StopAsync(cancellation);
    }

    static async Task PostAsync(HttpClient client, string lines, CancellationToken cancellation)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var answer = await client.PostAsync("/api/v1/events", content, cancellation);
        if (answer.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException(
                $"a delivery was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    /// <summary>The overview as a reader has it: the five metrics, and the trend of each.</summary>
    static async Task AskAsync(HttpClient client, MetricsQuery query, Bucket bucket, CancellationToken cancellation)
    {
        var scope =
            $"from={query.From:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={query.To:yyyy-MM-dd'T'HH:mm:ss'Z'}"
                + $"{(query.Services is [var service] ? $"&service={service}" : "")}";
        await client.GetStringAsync($"/api/v1/metrics?{scope}", cancellation);
        foreach (var metric in MetricRules.Names)
            await client.GetStringAsync($"/api/v1/metrics/series?{scope}&metric={metric}&bucket={bucket}", cancellation);
    }

    static IEnumerable<(string Name, MetricsQuery Query, Bucket Bucket)> Windows(MadeCompany company)
    {
        var to = new DateTimeOffset(company.End.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        yield return ("90 days of one service", new MetricsQuery(
            [MadeCompany.Service(0)], "production", to.AddDays(-90), to), Bucket.Week);
        yield return ("90 days of all", new MetricsQuery(null, "production", to.AddDays(-90), to), Bucket.Week);
        yield return ("five years of all by month", new MetricsQuery(
            null, "production", to.AddDays(-5 * 365), to), Bucket.Month);
    }

    static async Task<List<double>> TimesAsync(int runs, Func<Task> work)
    {
        await work();
        var times = new List<double>();
        for (var i = 0; i < runs; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    }

    internal static double At(this List<double> times, double quantile) =>
        times.Count == 0 ? double.NaN : times.Order().ElementAt((int)Math.Ceiling(quantile * times.Count) - 1);

    static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
}

/// <summary>Where an engine keeps a store of a benchmark; gone afterwards.</summary>
sealed class EnginePlace : IDisposable
{
    readonly PostgresCluster? cluster;
    readonly string file;

    EnginePlace(PostgresCluster? cluster, string file) => (this.cluster, this.file) = (cluster, file);

    public string Address => cluster?.Address ?? "duckdb:" + file;

    public string SettingsFile => file + ".yaml";

    public static Task<EnginePlace> MakeAsync(string engine, Bench bench, string[] settings)
    {
        var cluster = engine == "duckdb" ? null
            : PostgresCluster.Start(settings)
                ?? throw new InvalidOperationException("PostgreSQL 15 or later is missing: install Debian's package postgresql");
        return Task.FromResult(new EnginePlace(cluster, bench.File($"scale-{Guid.CreateVersion7():N}.duckdb")));
    }

    public async Task<long> SizeAsync(CancellationToken cancellation) =>
        cluster is null ? new FileInfo(file).Length
            : await ScalarAsync("select pg_database_size(current_database())", cancellation);

    public Task<long> CountAsync(CancellationToken cancellation) => ScalarAsync("select count(*) from ledger", cancellation);

    public async Task<long> ScalarAsync(string sql, CancellationToken cancellation)
    {
        database ??= cluster is null ? DuckDb.Open(file) : await Postgres.OpenAsync(Address, cancellation);
        return await database.ReadAsync(connection => database.Scalar(connection, sql), cancellation);
    }

    Database? database;

    public void Dispose()
    {
        database?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        cluster?.Remove();
        foreach (var one in (string[])[file, file + ".wal"]) File.Delete(one);
    }
}
