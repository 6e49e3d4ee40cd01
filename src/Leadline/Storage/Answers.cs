using System.Collections.Immutable;
using Leadline.Metrics;

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

    /// <summary><c>linked</c>, <c>baseline</c>, <c>gap</c>, <c>no_sha</c> or <c>unknown_sha</c>.</summary>
    public required string Link { get; init; }

    public required int Commits { get; init; }
    public required int Changes { get; init; }

    /// <summary>How many of its shipped changes enter lead time, and their median.</summary>
    public required int LeadTimes { get; init; }

    public double? MedianLeadSeconds { get; init; }
    public required bool Failed { get; init; }

    /// <summary>The signals that make it a failure: <c>incident</c>, <c>rollback</c>, <c>revert</c>, <c>hotfix</c>, <c>declared</c>.</summary>
    public required ImmutableArray<string> FailedBecause { get; init; }

    public DateTimeOffset? FailedAt { get; init; }
    public DateTimeOffset? RestoredAt { get; init; }
    public string? RestoredBy { get; init; }
    public double? RecoverySeconds { get; init; }
    public required bool Rework { get; init; }
    public string? ReworkBecause { get; init; }
    public string? Url { get; init; }
}

/// <summary>One shipped change as it is shown, with its link method.</summary>
public sealed record ShippedEntry(
    string Service, string DeploymentId, DateTimeOffset DeployedAt, string Repository, string Sha, int? Change, string Method,
    string? NotCountedBecause, DateTimeOffset? StartedAt, double? LeadSeconds, StageSeconds Stages, ImmutableArray<long> Deliveries);

public sealed record StageSeconds(double? Coding, double? Pickup, double? Review, double? Build, double? Wait, double? Deploy);

/// <summary>An incident or other sign of failure as it is shown, linked or not.</summary>
public sealed record BlameEntry(
    string Service, string? DeploymentId, string Signal, string Evidence, string Method, DateTimeOffset StartedAt,
    DateTimeOffset? AcknowledgedAt, DateTimeOffset? ResolvedAt, string? Title, string? Url, ImmutableArray<long> Deliveries);

/// <summary>A deployment with everything that was judged of it and the deliveries that it rests on.</summary>
public sealed record DeploymentDetail(
    LedgerEntry Deployment, ImmutableArray<ShippedEntry> Shipped, ImmutableArray<BlameEntry> Blames, ImmutableArray<DeliveryReference> Deliveries);

public sealed record DeliveryReference(long Id, string Source, DateTimeOffset ReceivedAt, string Outcome);

public sealed record OwnedService(string Name, string? Team, string? Area);

public sealed record ServiceEntry(string Name, string? Team, string? Area, ImmutableArray<string> Environments, DateTimeOffset? LastDeployedAt);

/// <summary>What came from a source and what became of it.</summary>
public sealed record SourceHealth(
    string Source, long Deliveries, long Facts, long Ignored, long Unreadable, long Unread, DateTimeOffset? LastReceivedAt);

/// <summary>A rule in force at some time.</summary>
public sealed record DefinitionsVersion(string Hash, DateTimeOffset InForceFrom, string Text);

/// <summary>A page of the rows of one metric. The lists that the metric has no use for are empty.</summary>
public sealed record Explanation(
    string Metric, string Rule, ImmutableArray<LedgerEntry> Deployments, ImmutableArray<ShippedEntry> Shipped, ImmutableArray<BlameEntry> Blames, string? Next);

/// <param name="Cursor">Null for the first page.</param>
/// <param name="Limit">1 to 1000.</param>
public sealed record RowsQuery(MetricsQuery Scope, string? Cursor = null, int Limit = 50);

/// <summary>What doctor looks at.</summary>
public sealed record StoreHealth(
    string Engine, string Address, int SchemaVersion, long Deliveries, long Unread, long Unreadable, long Commits, long Deployments, long Incidents,
    long LedgerRows, long IncidentsUnlinked, long Gaps, long UnknownShas, long NoShas, long NegativeLeadTimes, long UnmappedDeployments, long StaleServices);
