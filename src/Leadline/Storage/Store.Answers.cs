using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Storage;

public sealed partial class Store
{
    public Task<Page<LedgerEntry>> LedgerAsync(RowsQuery query, CancellationToken cancellation) =>
        PageAsync("ledger_page", LedgerRowOf, entry => (entry.DeployedAt, entry.DeploymentId), query, cancellation);

    /// <summary>Null where no ledger row has this id.</summary>
    public Task<DeploymentDetail?> DeploymentAsync(string deploymentId, CancellationToken cancellation) =>
        DeploymentAsync(deploymentId, null, 0, int.MaxValue, cancellation);

    /// <summary>Null where no ledger row has this id.</summary>
    /// <param name="deploymentId">Of one deployment; several services of one repository may each have a row of it.</param>
    /// <param name="service">Whose row; null for the first that counts.</param>
    /// <param name="skip">How many of the shipped changes come before these.</param>
    /// <param name="limit">The most shipped changes.</param>
    public async Task<DeploymentDetail?> DeploymentAsync(
        string deploymentId, string? service, int skip, int limit, CancellationToken cancellation)
    {
        var row =
            (await AskAsync(
                "ledger_row", LedgerRowOf, cancellation, ("id", deploymentId), ("service", service ?? ""))).FirstOrDefault();
        if (row is null) return null;
        (string, object?)[] key = [("service_id", Key.Of(row.Service)), ("environment", row.Environment), ("id", deploymentId)];
        var blames = await WithDeliveriesAsync(await AskAsync("blames_of", BlameOf, cancellation, key), cancellation);
        return new DeploymentDetail(
            row,
            await WithDeliveriesAsync(
                await AskAsync("shipped_in", ShippedOf, cancellation, [.. key, ("limit", limit), ("skip", skip)]), cancellation),
            blames,
            await AskAsync("deliveries_of_deployment", DeliveryOf, cancellation, ("id", deploymentId)),
            await OverridesAboutAsync(row, blames, cancellation),
            await StepsAsync(deploymentId, cancellation),
            await VerificationsAsync(row.Service, deploymentId, cancellation));
    }

    /// <summary>
    /// What the facts tell of a deployment and of what it ships, the latest first, and how much there is in all.
    /// </summary>
    public async Task<(ImmutableArray<TimelineEvent> Events, long Of)> EventsAsync(
        LedgerEntry row, int limit, CancellationToken cancellation)
    {
        var told = await AskAsync(
            "events_of_deployment",
            read =>
                (Event: new TimelineEvent(
                    read.GetString(0), read.GetString(1), read.InstantOf(2), read.Text(3), read.Text(4), read.GetInt64(5)),
                    Of: read.Count(6)),
            cancellation, ("service_id", Key.Of(row.Service)), ("environment", row.Environment), ("id", row.DeploymentId),
            ("limit", limit));
        return ([.. told.Select(one => one.Event)], told.IsEmpty ? 0 : told[0].Of);
    }

    /// <summary>Incidents of the window, linked and unlinked, newest first.</summary>
    public async Task<Page<BlameEntry>> IncidentsAsync(RowsQuery query, CancellationToken cancellation)
    {
        var page = await IncidentEdgesAsync(query, cancellation);
        return page with { Items = await WithDeliveriesAsync(page.Items, cancellation) };
    }

    /// <summary>The same without the deliveries that told of them.</summary>
    public Task<Page<BlameEntry>> IncidentEdgesAsync(RowsQuery query, CancellationToken cancellation) =>
        PageAsync("incidents_page", BlameOf, entry => (entry.StartedAt, entry.Evidence), query, cancellation);

    /// <summary>The rows that a metric's number is made of; its name as in <see cref="MetricsReader.SeriesAsync"/>.</summary>
    /// <param name="definitions">Those in force: their rule is told.</param>
    /// <exception cref="FormatException">There is no such metric; the message lists those there are.</exception>
    public async Task<Explanation> ExplainAsync(
        string metric, RowsQuery query, Definitions definitions, CancellationToken cancellation)
    {
        var rule = MetricRules.Of(metric, definitions);
        if (metric == "lead_time")
        {
            var shipped = await PageAsync(
                "explain_lead_time", ShippedOf, entry => (entry.DeployedAt, entry.DeploymentId + "|" + entry.Sha), query,
                cancellation);
            return new Explanation(metric, rule, [], await WithDeliveriesAsync(shipped.Items, cancellation), [], shipped.Next);
        }

        var rows = await PageAsync(
            "explain_" + metric, LedgerRowOf, entry => (entry.DeployedAt, entry.DeploymentId), query, cancellation);
        var ids = rows.Items.Select(row => row.DeploymentId).ToList();
        if (metric is not ("change_failure_rate" or "recovery_time") || ids.Count == 0)
            return new Explanation(metric, rule, rows.Items, [], [], rows.Next);
        var blames = await AskAsync(
            "blames_of_rows", BlameOf, cancellation,
            ("ids", ids), ("services", await IdsAsync(query.Scope.Services, cancellation)),
            ("environment", query.Scope.Environment));
        return new Explanation(metric, rule, rows.Items, [], await WithDeliveriesAsync(blames, cancellation), rows.Next);
    }

    /// <summary>The services with their owners, by name.</summary>
    public Task<ImmutableArray<OwnedService>> OwnedServicesAsync(CancellationToken cancellation) =>
        AskAsync("owned_services", row => new OwnedService(row.GetString(0), row.Text(1), row.Text(2)), cancellation);

    /// <summary>
    /// The services with the environments in which they have counted deployments, and when the newest of these succeeded.
    /// </summary>
    public async Task<ImmutableArray<ServiceEntry>> ServicesAsync(CancellationToken cancellation) =>
        await AskAsync(
            "services",
            row =>
                new ServiceEntry(
                    row.GetString(0), row.Text(1), row.Text(2), row.Text(3) is { } names ? [.. names.Split(',')] : [],
                    row.Instant(4)), cancellation);

    public Task<ImmutableArray<SourceHealth>> SourcesAsync(CancellationToken cancellation) => AskAsync(
        "sources",
        row =>
            new SourceHealth(
                row.GetString(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5), row.Instant(6)),
                cancellation);

    /// <summary>
    /// Since when the oldest unread delivery has waited, null where none does; and how many services wait to be judged.
    /// </summary>
    public async Task<(DateTimeOffset? Since, long StaleServices)> WaitingAsync(CancellationToken cancellation) =>
        (await AskAsync("waiting", row => (row.Instant(0), row.Count(1)), cancellation))[0];

    public async Task<StoreHealth> HealthAsync(CancellationToken cancellation) => (await AskAsync(
        "health",
        row => new StoreHealth(
            database.Engine, Address, row.GetInt32(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5),
            row.Count(6), row.Count(7),
            row.Count(8), row.Count(9), row.Count(10), row.Count(11), row.Count(12), row.Count(13), row.Count(14), row.Count(15),
            row.Count(16)),
        cancellation))[0];

    /// <summary>A hash of all judged rows: the same for the same rows, in whatever order they stand.</summary>
    public async Task<string> JudgedFingerprintAsync(CancellationToken cancellation) =>
        (await AskAsync("judged_fingerprint", row => row.GetString(0), cancellation))[0];

    /// <summary>What sources sent, newest first.</summary>
    /// <exception cref="FormatException">The cursor is not one of ours.</exception>
    public async Task<Page<DeliveryEntry>> DeliveriesAsync(DeliveriesQuery query, CancellationToken cancellation)
    {
        var before = query.Cursor is null ? long.MaxValue : long.TryParse(query.Cursor, out var id) && id > 0 ? id
            : throw Cursors.NotOurs();
        var text = query.Outcome is null or "unread" ? "deliveries_page" : "deliveries_page_read";
        (string, object?)[] parameters =
        [
            ("before", before), ("outcome", query.Outcome ?? ""), ("source", query.Source ?? ""),
            ("from", query.From ?? DateTimeOffset.MinValue.AddYears(1)),
            ("to", query.To ?? DateTimeOffset.MaxValue.AddYears(-1)), ("limit", query.Limit + 1),
        ];
        var rows = await AskAsync(
            text,
            row =>
                new DeliveryEntry(
                    row.GetInt64(0), row.GetString(1), row.InstantOf(2), row.Text(3) ?? "unread", row.Text(4), row.Whole(5),
                    row.Whole(6)), cancellation, parameters);
        return rows.Length <= query.Limit ? new Page<DeliveryEntry>(rows, null)
            : new Page<DeliveryEntry>(rows[..query.Limit], $"{rows[query.Limit - 1].Id}");
    }

    /// <summary>Whether anything was judged of this environment.</summary>
    public async Task<bool> HasLedgerAsync(string environment, CancellationToken cancellation) =>
        (await AskAsync("has_ledger", row => row.Count(0), cancellation, ("environment", environment)))[0] > 0;

    /// <summary>When the newest counted deployment succeeded, over all services or those given; null without one.</summary>
    public async Task<DateTimeOffset?> NewestDeploymentAsync(
        ImmutableArray<string>? services, string environment, CancellationToken cancellation) =>
        (await AskAsync(
            "newest_deployment", row => row.Instant(0), cancellation, ("services", await IdsAsync(services, cancellation)),
            ("environment", environment)))[0];

    /// <summary>The services to ask about, as a parameter: the ids of these; where null, of all that were judged.</summary>
    internal async Task<object> IdsAsync(
        ImmutableArray<string>? services, CancellationToken cancellation) => services is { } named
        ? named.Select(Key.Of).ToList()
        : new EveryService([.. await AskAsync("service_ids", row => row.GetInt64(0), cancellation)]);

    async Task<Page<T>> PageAsync<T>(
        string text, Func<DbDataReader, T> row, Func<T, (DateTimeOffset, string)> key, RowsQuery query,
        CancellationToken cancellation)
    {
        var (instant, id) = Cursors.Read(query.Cursor);
        var limit = Math.Clamp(query.Limit, 1, 1000);
        var rows = await AskAsync(
            text, row, cancellation,
            ("services", await IdsAsync(query.Scope.Services, cancellation)), ("environment", query.Scope.Environment),
            ("from", query.Scope.From),
            ("to", query.Scope.To), ("before", instant), ("before_id", id), ("limit", limit + 1));
        if (rows.Length <= limit) return new Page<T>(rows, null);
        var (last, lastId) = key(rows[limit - 1]);
        return new Page<T>(rows[..limit], Cursors.Write(last, lastId));
    }

    async Task<ImmutableArray<ShippedEntry>> WithDeliveriesAsync(
        ImmutableArray<ShippedEntry> entries, CancellationToken cancellation)
    {
        if (entries.IsEmpty) return entries;
        var repositories = entries.Select(entry => Key.Of(entry.Repository)).Distinct().ToList();
        var shas = entries.Select(entry => entry.Sha).Distinct().ToList();
        var ofCommits = (await AskAsync(
            "deliveries_of_commits", row => (Repository: row.GetInt64(0), Sha: row.GetString(1), Id: row.GetInt64(2)),
            cancellation,
            ("repositories", repositories), ("shas", shas))).ToLookup(one => (one.Repository, one.Sha), one => one.Id);
        var numbers = entries.Select(entry => entry.Change).OfType<int>().Distinct().ToList();
        var ofChanges = (numbers.Count == 0 ? [] : await AskAsync(
            "deliveries_of_changes", row => (Repository: row.GetInt64(0), Number: row.Whole(1), Id: row.GetInt64(2)),
            cancellation,
            ("repositories", repositories), ("numbers", numbers))).ToLookup(one => (one.Repository, one.Number), one => one.Id);
        var compared = entries.Where(entry => entry.Method == "compare").ToList();
        var ofComparisons = (compared.Count == 0 ? [] : await AskAsync(
            "deliveries_of_comparisons", row => (Deployment: row.GetString(0), Sha: row.GetString(1), Id: row.GetInt64(2)),
            cancellation,
            ("services", compared.Select(entry => Key.Of(entry.Service)).Distinct().ToList()),
            ("ids", compared.Select(entry => entry.DeploymentId).Distinct().ToList()),
            ("shas", compared.Select(entry => entry.Sha).Distinct().ToList()))).ToLookup(
                one => (one.Deployment, one.Sha), one => one.Id);
        return [.. entries.Select(entry => entry with { Deliveries = [.. DeliveriesOf(entry).Distinct().Order()] })];

        IEnumerable<long> DeliveriesOf(ShippedEntry entry)
        {
            var repository = Key.Of(entry.Repository);
            return ofCommits[(repository, entry.Sha)].Concat(ofChanges[(repository, entry.Change)])
                .Concat(ofComparisons[(entry.DeploymentId, entry.Sha)]);
        }
    }

    async Task<ImmutableArray<BlameEntry>> WithDeliveriesAsync(
        ImmutableArray<BlameEntry> entries, CancellationToken cancellation)
    {
        if (entries.IsEmpty) return entries;
        var deliveries = (await AskAsync(
            "deliveries_of_evidence", row => (Evidence: row.GetString(0), Service: row.Count(1), Id: row.GetInt64(2)),
            cancellation,
            ("ids", entries.Select(entry => entry.Evidence).Distinct().ToList()),
            ("services", entries.Select(entry => Key.Of(entry.Service)).Distinct().ToList()))).ToLookup(one => one.Evidence);
        return [.. entries.Select(entry => entry with { Deliveries = [.. DeliveriesOf(entry).Distinct().Order()] })];

        // The number of a change is one of the service's own; what has no service has an id that is unique over all.
        IEnumerable<long> DeliveriesOf(BlameEntry entry) =>
            deliveries[entry.Evidence].Where(one => one.Service == 0 || one.Service == Key.Of(entry.Service))
                .Select(one => one.Id);
    }

    static LedgerEntry LedgerRowOf(DbDataReader row) => new()
    {
        Service = row.GetString(0),
        Environment = row.GetString(1),
        DeploymentId = row.GetString(2),
        Repository = row.Text(3),
        Sha = row.Text(4),
        Version = row.Text(5),
        Kind = row.GetString(6),
        Counted = row.GetBoolean(7),
        DeployedAt = row.InstantOf(8),
        StartedAt = row.Instant(9),
        Link = row.GetString(10),
        Commits = row.GetInt32(11),
        Changes = row.GetInt32(12),
        LeadTimes = row.GetInt32(13),
        MedianLeadSeconds = row.Number(14),
        Failed = row.GetBoolean(15),
        FailedBecause = row.Text(16) is { } signals ? [.. signals.Split(',')] : [],
        FailedAt = row.Instant(17),
        RestoredAt = row.Instant(18),
        RestoredBy = row.Text(19),
        RecoverySeconds = row.Number(20),
        Rework = row.GetBoolean(21),
        ReworkBecause = row.Text(22),
        Url = row.Text(23),
        Overridden = row.Text(24) is { } kinds ? [.. kinds.Split(',')] : [],
        LiveBefore = row.Text(25),
    };

    static ShippedEntry ShippedOf(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.InstantOf(2), row.GetString(3), row.GetString(4), row.Whole(5), row.GetString(6),
        row.Text(7),
        row.Instant(8), row.Number(9),
        new StageSeconds(row.Number(10), row.Number(11), row.Number(12), row.Number(13), row.Number(14), row.Number(15)), []);

    static BlameEntry BlameOf(DbDataReader row) => new(
        row.GetString(0), row.Text(1), row.GetString(2), row.GetString(3), row.GetString(4), row.InstantOf(5), row.Instant(6),
        row.Instant(7),
        row.Text(8), row.Text(9), []);

    static DeliveryReference DeliveryOf(DbDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.InstantOf(2), row.Text(3) ?? "unread");
}
