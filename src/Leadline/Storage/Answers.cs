using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Verification;

namespace Leadline.Storage;

/// <summary>One page of rows; <paramref name="Next"/> is the cursor of the following page, null on the last.</summary>
public sealed record Page<T>(ImmutableArray<T> Items, string? Next);

/// <summary>A ledger row as it is shown: newest first in every list.</summary>
public sealed record LedgerEntry
{
    public required string Service { get; init; }
    public required string Environment { get; init; }
    public required string DeploymentId { get; init; }
    public string? Repository { get; init; }
    public string? Sha { get; init; }
    public string? Version { get; init; }

    /// <summary><c>deployment</c>, <c>redeploy</c>, <c>rollback</c>, <c>failed_attempt</c> or <c>step</c>.</summary>
    public required string Kind { get; init; }

    public required bool Counted { get; init; }
    public required DateTimeOffset DeployedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// <c>linked</c>, <c>baseline</c>, <c>gap</c>, <c>no_sha</c>, <c>short_sha</c>, <c>unknown_sha</c> or <c>configuration</c>.
    /// </summary>
    public required string Link { get; init; }

    public required int Commits { get; init; }
    public required int Changes { get; init; }

    /// <summary>How many of its shipped changes enter lead time, and their median.</summary>
    public required int LeadTimes { get; init; }

    public double? MedianLeadSeconds { get; init; }
    public required bool Failed { get; init; }

    /// <summary>
    /// The signals that make it a failure: <c>incident</c>, <c>rollback</c>, <c>revert</c>, <c>hotfix</c>, <c>declared</c>,
    /// <c>degradation</c>, <c>abort</c>; <c>override</c> where somebody said so.
    /// </summary>
    public required ImmutableArray<string> FailedBecause { get; init; }

    public DateTimeOffset? FailedAt { get; init; }
    public DateTimeOffset? RestoredAt { get; init; }
    public string? RestoredBy { get; init; }
    public double? RecoverySeconds { get; init; }
    public required bool Rework { get; init; }
    public string? ReworkBecause { get; init; }
    public string? Url { get; init; }

    /// <summary>
    /// The kinds of override that act on it: <c>failed</c>, <c>not_failed</c>, <c>link_incident</c>, <c>unlink_incident</c>,
    /// <c>exclude</c>.
    /// </summary>
    public ImmutableArray<string> Overridden { get; init; } = [];

    /// <summary>
    /// The commit that was live before, where nothing that is known joins it with this one: its host could compare the two.
    /// </summary>
    public string? LiveBefore { get; init; }
}

/// <summary>One shipped change as it is shown, with its link method.</summary>
public sealed record ShippedEntry(
    string Service, string DeploymentId, DateTimeOffset DeployedAt, string Repository, string Sha, int? Change, string Method,
    string? NotCountedBecause, DateTimeOffset? StartedAt, double? LeadSeconds, StageSeconds Stages,
    ImmutableArray<long> Deliveries);

public sealed record StageSeconds(double? Coding, double? Pickup, double? Review, double? Build, double? Wait, double? Deploy);

/// <summary>An incident or other sign of failure as it is shown, linked or not.</summary>
public sealed record BlameEntry(
    string Service, string? DeploymentId, string Signal, string Evidence, string Method, DateTimeOffset StartedAt,
    DateTimeOffset? AcknowledgedAt, DateTimeOffset? ResolvedAt, string? Title, string? Url, ImmutableArray<long> Deliveries)
{
    /// <summary>
    /// Whether its evidence is an incident, or a degradation, which is one too: with a beginning and an end of its own.
    /// </summary>
    [JsonIgnore]
    public bool IsIncident => Signal is "incident" or "degradation";
}

/// <summary>A deployment with everything that was judged of it and the deliveries that it rests on.</summary>
/// <param name="Steps">Of its roll-out, in the order in which they began; none where no source tells of any.</param>
/// <param name="Verifications">What was measured after it, a check each.</param>
public sealed record DeploymentDetail(
    LedgerEntry Deployment, ImmutableArray<ShippedEntry> Shipped, ImmutableArray<BlameEntry> Blames,
    ImmutableArray<DeliveryReference> Deliveries,
    ImmutableArray<OverrideEntry> Overrides, ImmutableArray<RolloutStep> Steps, ImmutableArray<Verified> Verifications);

/// <summary>What somebody said against the rules. It is never deleted: one that was undone says so.</summary>
/// <param name="Kind"><c>failed</c>, <c>not_failed</c>, <c>link_incident</c>, <c>unlink_incident</c> or <c>exclude</c>.</param>
/// <param name="By">The name of the token that said so, or <c>local</c>.</param>
/// <param name="State"><c>acting</c>; <c>nothing</c> where what it speaks of is not there; <c>replaced</c> by a later one; or
/// <c>undone</c>.</param>
public sealed record OverrideEntry(
    long Id, string Service, string? Environment, string Kind, string? Deployment, string? Incident, string Reason, string By,
    DateTimeOffset At,
    string State, string? UndoneBy, DateTimeOffset? UndoneAt, string? UndoneBecause);

/// <summary>Something that a fact tells of a deployment, or of what it ships.</summary>
/// <param name="Kind">In words: <c>opened</c>, <c>merged</c>, <c>build succeeded</c>, …</param>
/// <param name="Name">What it happened to.</param>
/// <param name="Delivery">One that says so.</param>
public sealed record TimelineEvent(string Kind, string Name, DateTimeOffset At, string? Url, string? Title, long Delivery);

public sealed record DeliveryReference(long Id, string Source, DateTimeOffset ReceivedAt, string Outcome);

/// <summary>A delivery as it is listed.</summary>
/// <param name="Facts">How many it gave; null while unread.</param>
/// <param name="ReaderVersion">By which it was read, 0 where somebody asked to read it again; null while unread.</param>
public sealed record DeliveryEntry(
    long Id, string Source, DateTimeOffset ReceivedAt, string Outcome, string? Because, int? Facts, int? ReaderVersion);

/// <summary>Which deliveries are asked for; null takes all.</summary>
/// <param name="Outcome">One of <see cref="Outcomes"/>.</param>
/// <param name="From">Received at this instant or later.</param>
/// <param name="To">Received before this instant.</param>
/// <param name="Cursor">Null for the first page.</param>
/// <param name="Limit">1 to 1000.</param>
public sealed record DeliveriesQuery(
    string? Source = null, string? Outcome = null, DateTimeOffset? From = null, DateTimeOffset? To = null, string? Cursor = null,
    int Limit = 50)
{
    public static readonly ImmutableArray<string> Outcomes = ["facts", "ignored", "unreadable", "unread"];
}

public sealed record OwnedService(string Name, string? Team, string? Area);

public sealed record ServiceEntry(
    string Name, string? Team, string? Area, ImmutableArray<string> Environments, DateTimeOffset? LastDeployedAt);

/// <summary>What came from a source and what became of it.</summary>
public sealed record SourceHealth(
    string Source, long Deliveries, long Facts, long Ignored, long Unreadable, long Unread, DateTimeOffset? LastReceivedAt);

/// <summary>The rules in force from some time on.</summary>
/// <param name="By">By whose word, a tag; null where a version of Leadline kept it that asked for none.</param>
public sealed record DefinitionsVersion(string Hash, DateTimeOffset InForceFrom, string Text, string? By);

/// <summary>A page of the rows of one metric. The lists that the metric has no use for are empty.</summary>
public sealed record Explanation(
    string Metric, string Rule, ImmutableArray<LedgerEntry> Deployments, ImmutableArray<ShippedEntry> Shipped,
    ImmutableArray<BlameEntry> Blames, string? Next);

/// <param name="Cursor">Null for the first page.</param>
/// <param name="Limit">1 to 1000.</param>
public sealed record RowsQuery(MetricsQuery Scope, string? Cursor = null, int Limit = 50);

/// <summary>What doctor looks at.</summary>
public sealed record StoreHealth(
    string Engine, string Address, int SchemaVersion, long Deliveries, long Unread, long Unreadable, long Commits,
    long Deployments, long Incidents,
    long LedgerRows, long IncidentsUnlinked, long Gaps, long UnknownShas, long NoShas, long ShortShas,
    long OfConfiguration, long NegativeLeadTimes, long UnmappedDeployments, long StaleServices);
