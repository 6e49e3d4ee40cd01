using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Prometheus;

/// <summary>
/// The five metrics as families: <c>leadline_…</c> of each service, <c>leadline_team_…</c> of each team. What has no rows has no
/// sample.
/// </summary>
sealed class ScrapedMetrics(Store store, Definitions definitions, TimeProvider clock)
{
    static readonly ImmutableArray<int> Windows = [7, 30, 90];

    static readonly ImmutableArray<(string Quantile, int Place)> Quantiles = [("0.5", 0), ("0.75", 1), ("0.9", 2)];

    readonly SemaphoreSlim turn = new(1, 1);

    (long Version, DateTime Today) known = (-1, default);
    Found found = new([], [], [], [], []);

    /// <summary>
    /// The windows are those of the API: so many days up to the end of today. They are asked again once something is judged
    /// anew, or the day is over.
    /// </summary>
    public async Task WriteAsync(Exposition exposition, CancellationToken cancellation)
    {
        var now = await FoundAsync(cancellation);
        foreach (var (prefix, ofTeam) in (ReadOnlySpan<(string, bool)>)[("leadline_", false), ("leadline_team_", true)])
        {
            var whose = ofTeam ? "the team's services" : "the service";
            exposition.Family(
                prefix + "deployments_per_day", "gauge",
                $"Deployment frequency: counted deployments of {whose} per day of the window.");
            foreach (var one in now.Counts.Where(one => one.OfTeam == ofTeam))
                exposition.Sample(one.Numbers[0] / one.Days, one.Labels);
            exposition.Family(
                prefix + "change_failure_ratio", "gauge",
                $"Change failure rate: the share of counted deployments of {whose} in the window that failed.");
            if (!definitions.Failure.Signals.IsEmpty)
                foreach (var one in now.Counts.Where(one => one.OfTeam == ofTeam)) exposition.Sample(one.Numbers[1], one.Labels);
            exposition.Family(
                prefix + "rework_ratio", "gauge",
                $"Rework rate: the share of counted deployments of {whose} in the window that are rework.");
            foreach (var one in now.Counts.Where(one => one.OfTeam == ofTeam)) exposition.Sample(one.Numbers[2], one.Labels);
            Summary(
                prefix + "lead_time_seconds", $"Lead time for changes that {whose} deployed in the window.",
                now.Lead.Where(one => one.OfTeam == ofTeam));
            Summary(
                prefix + "recovery_time_seconds",
                $"Time to restore after failures of {whose} that began in the window; the count holds those still open.",
                now.Recovery.Where(one => one.OfTeam == ofTeam));
        }

        Total("leadline_deployments", "Counted deployments since the beginning.", 0);
        Total("leadline_failed_deployments", "Counted deployments since the beginning that failed.", 1);
        Total("leadline_rework_deployments", "Counted deployments since the beginning that are rework.", 2);
        exposition.Family("leadline_open_failures", "gauge", "Failed deployments that are not restored.");
        foreach (var one in now.Open) exposition.Sample(one.Numbers[0], one.Labels);

        void Total(string name, string help, int place)
        {
            exposition.Family(name, "counter", help);
            foreach (var one in now.Totals) exposition.Sample(one.Numbers[place], one.Labels);
        }

        void Summary(string name, string help, IEnumerable<Row> rows)
        {
            exposition.Family(name, "summary", help);
            foreach (var one in rows)
            {
                foreach (var (quantile, place) in Quantiles)
                    exposition.Sample(one.Numbers[1 + place], [.. one.Labels, ("quantile", quantile)]);
                exposition.Sample("_count", one.Numbers[0], one.Labels);
            }
        }
    }

    async Task<Found> FoundAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var today = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), definitions.Zone).Date;
            var version = await store.DataVersionAsync(cancellation);
            if (known == (version, today)) return found;
            var (counts, lead, recovery) = (new List<Row>(), new List<Row>(), new List<Row>());
            foreach (var window in Windows)
            {
                var (first, last) = (today.AddDays(1 - window), today.AddDays(1));
                var (from, to) = (Buckets.Instant(first, definitions.Zone), Buckets.Instant(last, definitions.Zone));
                (string, object?)[] span = [("from", from), ("to", to), ("first_day", first), ("last_day", last)];
                var days = (to - from).TotalDays;
                counts.AddRange(await SlicesAsync("scraped_counts", window, days, span, cancellation));
                lead.AddRange(await SlicesAsync("scraped_lead_time", window, days, span, cancellation));
                recovery.AddRange(await SlicesAsync("scraped_recovery_time", window, days, span, cancellation));
            }

            found = new Found(
                counts, lead, recovery,
                await store.QueryAsync("scraped_totals", ServiceRow, [], edges: false, cancellation),
                await store.QueryAsync("scraped_open", ServiceRow, [], edges: false, cancellation));
            known = (version, today);
            return found;
        }
        finally
        {
            turn.Release();
        }
    }

    async Task<IEnumerable<Row>> SlicesAsync(
        string query, int window, double days, (string, object?)[] span, CancellationToken cancellation)
    {
        var rows = await store.QueryAsync(
            query,
            row => new Row(
                row.GetInt32(0) == 1, days, Numbers(row, 4),
                [
                    ("service", row.Text(1)), ("team", row.Text(2)), ("environment", row.GetString(3)),
                    ("window", window.ToString(CultureInfo.InvariantCulture) + "d"),
                ]),
            span, edges: false, cancellation);

        // Services without a team are no team.
        return rows.Where(row => !row.OfTeam || row.Labels[1].Value is not null)
            .OrderBy(row => string.Join('\n', row.Labels), StringComparer.Ordinal);
    }

    static Row ServiceRow(DbDataReader row) =>
        new(
            false, 0, Numbers(row, 3),
            [("service", row.GetString(0)), ("team", row.Text(1)), ("environment", row.GetString(2))]);

    static ImmutableArray<double?> Numbers(DbDataReader row, int first) =>
        [
            .. Enumerable.Range(first, row.FieldCount - first)
                .Select(column =>
                    row.IsDBNull(column) ? (double?)null : Convert.ToDouble(row.GetValue(column), CultureInfo.InvariantCulture)),
        ];

    /// <param name="Days">Of the window.</param>
    sealed record Row(bool OfTeam, double Days, ImmutableArray<double?> Numbers, (string Name, string? Value)[] Labels);

    sealed record Found(
        IReadOnlyList<Row> Counts, IReadOnlyList<Row> Lead, IReadOnlyList<Row> Recovery, IReadOnlyList<Row> Totals,
        IReadOnlyList<Row> Open);
}
