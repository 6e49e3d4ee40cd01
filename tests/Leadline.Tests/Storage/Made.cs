using System.Collections.Immutable;
using System.Text;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Tests.Storage;

/// <summary>
/// Deliveries and judged rows for tests of the store: every field that a test does not speak of has one plain value.
/// </summary>
static class Made
{
    public static readonly RepositoryName Repository = new("acme/shop");

    public static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text).ToUniversalTime();

    public static Sha Sha(int number) => Core.Sha.Parse($"{number:x40}");

    public static NewDelivery Delivery(
        string key, string source = "leadline", string received = "2026-01-01T00:00:00Z") => new(key, new Delivery
        {
            Source = source,
            Headers = Core.Delivery.NoHeaders,
            Body = Encoding.UTF8.GetBytes("body of " + key),
            ReceivedAt = Instant(received),
        });

    public static CommitFact Commit(int number, RepositoryName? repository = null, ImmutableArray<Sha>? parents = null) => new()
    {
        Repository = repository ?? Repository,
        Sha = Sha(number),
        Parents = parents ?? [],
        AuthoredAt = Instant("2026-01-01T00:00:00Z").AddMinutes(number),
        CommittedAt = Instant("2026-01-01T00:00:00Z").AddMinutes(number),
        AsOf = Instant("2026-01-01T00:00:00Z"),
    };

    public static LedgerRow Row(string id, string deployed, string service = "shop") => new()
    {
        Service = new ServiceName(service),
        Environment = EnvironmentName.Production,
        DeploymentId = id,
        Kind = LedgerKind.Deployment,
        Counted = true,
        DeployedAt = Instant(deployed),
        DeployedDay = Instant(deployed).Date,
        Link = LedgerLink.Linked,
    };

    public static ShippedChange Shipped(LedgerRow row, int number, double? leadSeconds, int? change = null) => new()
    {
        Service = row.Service,
        Environment = row.Environment,
        DeploymentId = row.DeploymentId,
        DeployedAt = row.DeployedAt,
        DeployedDay = row.DeployedDay,
        Repository = Repository,
        Sha = Sha(number),
        Change = change,
        Method = LinkMethod.Ancestry,
        NotCountedBecause = leadSeconds is null ? "merge commit" : null,
        StartedAt = row.DeployedAt.AddSeconds(-leadSeconds ?? 0),
        LeadSeconds = leadSeconds,
    };

    public static Blame Blame(
        string? deployment, string evidence, string started, FailureSignal signal = FailureSignal.Incident,
        string service = "shop") => new()
        {
            Service = new ServiceName(service),
            Environment = EnvironmentName.Production,
            DeploymentId = deployment,
            Signal = signal,
            Evidence = evidence,
            Method = deployment is null ? "unlinked" : "window",
            StartedAt = Instant(started),
        };

    /// <summary>
    /// Saves rows as the judgement of one service, with as many lead times in each row as are shipped in it, their days in the
    /// zone, and the time since the row before.
    /// </summary>
    public static Task JudgeAsync(
        this Store store, IEnumerable<LedgerRow> rows, IEnumerable<ShippedChange> shipped, IEnumerable<Blame> blames,
        CancellationToken cancellation, string service = "shop",
        string zone = "UTC", string? team = null)
    {
        var days = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var all = rows.OrderBy(row => row.DeployedAt).ToList();
        var counted = all.Where(row => row.Counted && row.Environment == EnvironmentName.Production).ToList();
        var changes = shipped.Select(change => change with { DeployedDay = Day(change.DeployedAt) })
            .OrderBy(change =>
                all.FindIndex(row => row.DeploymentId == change.DeploymentId && row.Environment == change.Environment))
                .ToImmutableArray();
        var ledger = all.Select(row => row with
        {
            DeployedDay = Day(row.DeployedAt),
            FailedDay = row.FailedAt is { } failed ? Day(failed) : null,
            SecondsSincePrevious = counted.IndexOf(row) is > 0 and var place
                ? (row.DeployedAt - counted[place - 1].DeployedAt).TotalSeconds : null,
            Commits = changes.Count(change => change.DeploymentId == row.DeploymentId),
            LeadTimes = changes.Count(change => change.DeploymentId == row.DeploymentId && change.LeadSeconds is not null),
        });
        return store.SaveJudgementAsync(
            new ServiceDefinition { Name = new ServiceName(service), Team = team, Repositories = [Repository] },
            new Judgement([.. ledger], changes, [.. blames]), null, cancellation);

        DateTime Day(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, days).Date;
    }
}
