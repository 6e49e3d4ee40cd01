using System.Diagnostics;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Benchmarks;

/// <summary>Each metric's query against a bare scan of the same columns, and the whole overview.</summary>
static class MetricsBenchmark
{
    const string Scope =
        "where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to";

    static readonly (string Metric, string Scan)[] Queries =
    [
        ("deployment_frequency", $"select count(deployed_day), sum(seconds_since_previous) from ledger {Scope}"),
        ("lead_time_exact", $"select sum(lead_seconds) from shipped_change {Scope}"),
        ("lead_time_estimated", $"select sum(lead_seconds) from shipped_change {Scope}"),
        ("change_failure_rate", $"select count(*) filter (where failed) from ledger {Scope}"),
        ("recovery_time_exact", $"select sum(recovery_seconds) from ledger {Scope.Replace("deployed_at", "failed_at")}"),
        ("rework_rate", $"select count(*) filter (where rework) from ledger {Scope}"),
    ];

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var address = await bench.StoreAsync();
        var rows = new List<Row>();
        await using var store = await Store.OpenAsync(address, cancellation);
        var newest = await store.NewestDeploymentAsync(null, "production", cancellation)
            ?? throw new InvalidOperationException("the store holds no deployments");
        var reader = new MetricsReader(store, Definitions.Default, TimeProvider.System);
        var all = new MetricsQuery(null, "production", DateTimeOffset.UnixEpoch, newest.AddSeconds(1));
        var ids = (await store.ServicesAsync(cancellation)).Select(service => Key.Of(service.Name)).ToList();
        await using var database = DuckDb.Open(address["duckdb:".Length..]);
        foreach (var (metric, scan) in Queries)
        {
            var scope = (await reader.ScopeAsync(all, byMonth: true, cancellation)).With(
                ("first_week", DateTime.UnixEpoch), ("weeks", 0), ("lower", 0.49), ("upper", 0.51));
            var bareScope = new (string, object?)[]
            {
                ("services", ids), ("environment", "production"), ("from", all.From), ("to", all.To),
            };
            var query = await MedianAsync(
                () => store.QueryAsync(metric, row => row.GetValue(0), scope.Parameters, scope.HasEdges, cancellation));
            var bare =
                await MedianAsync(() =>
                    database.ReadAsync(
                        connection => database.Command(connection, scan, bareScope).ExecuteScalar(), cancellation));
            rows.Add(new Row($"{metric}, all of the history", $"{query.TotalMilliseconds:N1} ms"));
            rows.Add(new Row("  ratio to a bare scan of the same columns", $"{query / bare:N1}", "at most 2"));
        }

        var quarter = all with { From = newest.AddDays(-90) };
        rows.Add(new Row(
            "overview, 90 days", $"{(await MedianAsync(() => reader.ReadAsync(quarter, cancellation))).TotalMilliseconds:N1} ms",
            "under 100"));
        rows.Add(new Row(
            "overview, all of the history",
            $"{(await MedianAsync(() => reader.ReadAsync(all, cancellation))).TotalMilliseconds:N1} ms", "under 100"));
        return rows;
    }

    static async Task<TimeSpan> MedianAsync(Func<Task> work)
    {
        await work();
        var times = new List<TimeSpan>();
        for (var i = 0; i < 9; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
