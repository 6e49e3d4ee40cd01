using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Leadline.Metrics;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>The incidents that are open now, whenever they began, the oldest first.</summary>
    /// <param name="kind"><c>all</c>, <c>linked</c> or <c>unlinked</c>.</param>
    public async Task<ImmutableArray<IncidentLine>> OpenIncidentsAsync(
        MetricsQuery scope, string kind, int limit, CancellationToken cancellation) =>
        await WithReasonsAsync(
            await AskAsync(
                "incidents_still_open", IncidentOf, cancellation,
                ("services", await IdsAsync(scope.Services, cancellation)), ("environment", scope.Environment), ("kind", kind),
                ("limit", limit)),
            scope, cancellation);

    /// <summary>Those of the window that are over, the newest first.</summary>
    /// <exception cref="FormatException">The cursor is not one that a page ended with.</exception>
    public async Task<Page<IncidentLine>> PastIncidentsAsync(RowsQuery query, string kind, CancellationToken cancellation)
    {
        var from = query.Cursor is { } cursor ? Cursors.Parts(cursor)
            : ["incidents", $"{DateTimeOffset.MaxValue.AddDays(-1).UtcTicks}", $"{long.MaxValue}", ""];
        if (from is not ["incidents", var ticks, var id, var evidence]
            || !long.TryParse(ticks, CultureInfo.InvariantCulture, out var at)
            || at < 0 || at > DateTimeOffset.MaxValue.UtcTicks
            || !long.TryParse(id, CultureInfo.InvariantCulture, out var service))
            throw new FormatException("the cursor is not one that a page ended with: leave it out for the first page");
        var rows = await AskAsync(
            "incidents_over", IncidentOf, cancellation,
            ("services", await IdsAsync(query.Scope.Services, cancellation)), ("environment", query.Scope.Environment),
            ("from", query.Scope.From), ("to", query.Scope.To),
            ("kind", kind), ("at", new DateTimeOffset(at, TimeSpan.Zero)), ("id", evidence), ("service", service),
            ("limit", query.Limit + 1));
        if (rows.Length <= query.Limit)
            return new Page<IncidentLine>(await WithReasonsAsync(rows, query.Scope, cancellation), null);
        var last = rows[query.Limit - 1].Entry;
        return new Page<IncidentLine>(
            await WithReasonsAsync(rows[..query.Limit], query.Scope, cancellation),
            Cursors.Join("incidents", $"{last.StartedAt.UtcTicks}", $"{Key.Of(last.Service)}", last.Evidence));
    }

    public async Task<IncidentTimes> IncidentTimesAsync(MetricsQuery scope, CancellationToken cancellation) => (await AskAsync(
        "incident_times",
        row =>
            new IncidentTimes(
                row.Count(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Number(5), row.Number(6),
                row.Number(7)), cancellation,
        await ScopeAsync(scope, cancellation)))[0];

    /// <summary>The changes of the window that took longest.</summary>
    public async Task<ImmutableArray<ShippedEntry>> SlowestChangesAsync(
        MetricsQuery scope, int limit, CancellationToken cancellation) =>
        await WithDeliveriesAsync(
            await AskAsync(
                "slowest_changes", ShippedOf, cancellation, [.. await ScopeAsync(scope, cancellation), ("limit", limit)]),
                cancellation);

    public async Task<DataFindings> DataFindingsAsync(MetricsQuery scope, CancellationToken cancellation) => (await AskAsync(
        "data_findings",
        row => new DataFindings(
            row.Count(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5), row.Count(6), row.Count(7),
            row.Count(8), row.Count(9), row.Count(10),
            row.Count(11), row.Count(12), row.Count(13), row.Count(14), row.Number(15)),
        cancellation, await ScopeAsync(scope, cancellation)))[0];

    /// <summary>Deliveries that could not be read, the newest first.</summary>
    /// <param name="before">The id that the page before ended with; null for the first.</param>
    public async Task<Page<UnreadableDelivery>> UnreadableAsync(long? before, int limit, CancellationToken cancellation)
    {
        var rows = await AskAsync(
            "unreadable_page", row => new UnreadableDelivery(row.GetInt64(0), row.GetString(1), row.InstantOf(2), row.Text(3)),
            cancellation,
            ("before", before ?? long.MaxValue), ("limit", limit + 1));
        return rows.Length <= limit ? new Page<UnreadableDelivery>(rows, null)
            : new Page<UnreadableDelivery>(rows[..limit], $"{rows[limit - 1].Id}");
    }

    async Task<(string, object?)[]> ScopeAsync(MetricsQuery scope, CancellationToken cancellation) =>
    [
        ("services", await IdsAsync(scope.Services, cancellation)), ("environment", scope.Environment), ("from", scope.From),
        ("to", scope.To),
    ];

    /// <summary>Says of what is unlinked what its source named, and what was deployed before it.</summary>
    async Task<ImmutableArray<IncidentLine>> WithReasonsAsync(
        ImmutableArray<IncidentLine> lines, MetricsQuery scope, CancellationToken cancellation)
    {
        var unlinked = lines.Where(line => line.Entry.DeploymentId is null).ToList();
        if (unlinked.Count == 0) return lines;
        var because = (await AskAsync(
            "unlinked_because",
            row => (Service: row.GetInt64(0), Evidence: row.GetString(1), Names: row.Text(2), Before: row.Instant(3)),
            cancellation,
            ("services", unlinked.Select(line => Key.Of(line.Entry.Service)).Distinct().ToList()),
            ("environment", scope.Environment),
            ("ids", unlinked.Select(line => line.Entry.Evidence).Distinct().ToList()))).ToLookup(
                one => (one.Service, one.Evidence));
        return [
            .. lines.Select(
                line => because[(Key.Of(line.Entry.Service), line.Entry.Evidence)].FirstOrDefault() is { Evidence: not null } one
                    ? line with { Names = one.Names, DeployedBefore = one.Before } : line),
        ];
    }

    static IncidentLine IncidentOf(DbDataReader row) => new(BlameOf(row), row.Instant(10), row.Text(11));
}
