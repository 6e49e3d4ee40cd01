using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// Everything known of one service: the input of <see cref="Correlator"/>. Facts may repeat and come in any order.
/// </summary>
public sealed record ServiceFacts
{
    public required ServiceName Service { get; init; }

    /// <summary>
    /// The commits of the service's repositories, with those that only comparisons name, merged into one graph.
    /// </summary>
    public required CommitGraph Commits { get; init; }

    /// <summary>The repositories that are the service's own; null where that is not said, and then every one is.</summary>
    public ImmutableArray<RepositoryName>? Repositories { get; init; }

    /// <summary>The repositories that are not, and whose commits are deployed all the same: they say what runs.</summary>
    public ImmutableArray<ConfigurationHistory> Configuration { get; init; } = [];

    public IReadOnlyList<ChangeFact> Changes { get; init; } = [];
    public IReadOnlyList<ReviewFact> Reviews { get; init; } = [];
    public IReadOnlyList<BuildFact> Builds { get; init; } = [];
    public IReadOnlyList<ArtifactFact> Artifacts { get; init; } = [];
    public IReadOnlyList<ComparisonFact> Comparisons { get; init; } = [];
    public IReadOnlyList<DeploymentFact> Deployments { get; init; } = [];
    public IReadOnlyList<IncidentFact> Incidents { get; init; } = [];

    /// <summary>What people say against the rules; those that were undone may be among them.</summary>
    public IReadOnlyList<Override> Overrides { get; init; } = [];
}

/// <summary>What a service's facts come to under the definitions. The same facts in any order give the same value.</summary>
public sealed record Judgement(
    ImmutableArray<LedgerRow> Ledger,
    ImmutableArray<ShippedChange> Shipped,
    ImmutableArray<Blame> Blames);

public enum LedgerKind
{
    /// <summary>Put a version into the environment that was not the live one.</summary>
    Deployment,

    /// <summary>Put the live sha there once more.</summary>
    Redeploy,

    /// <summary>Put a version there all of which had shipped before.</summary>
    Rollback,

    /// <summary>Did not succeed.</summary>
    FailedAttempt,

    /// <summary>Reached one of several environments that count together; the row that completes the version counts.</summary>
    Step,
}

/// <summary>How sure it is what a ledger row ships.</summary>
public enum LedgerLink
{
    /// <summary>Its commits are known and listed as shipped changes.</summary>
    Linked,

    /// <summary>The first deployment of the service: what it reaches predates tracking.</summary>
    Baseline,

    /// <summary>
    /// The previous sha is not in the graph, or nothing joins it with this one: ships nothing rather than everything.
    /// </summary>
    Gap,

    /// <summary>The source named no commit, and no artifact of that version is known.</summary>
    NoSha,

    /// <summary>The source named an abbreviation, with which no commit that we know begins, or several do.</summary>
    ShortSha,

    /// <summary>The sha is of no commit that we know.</summary>
    UnknownSha,

    /// <summary>The commit is one of a configuration repository, and nothing leads from it to a commit of the service.</summary>
    Configuration,
}

/// <summary>One judged deployment. Key: service, environment and deployment id.</summary>
public sealed record LedgerRow
{
    public required ServiceName Service { get; init; }
    public required EnvironmentName Environment { get; init; }
    public required string DeploymentId { get; init; }
    public RepositoryName? Repository { get; init; }
    public Sha? Sha { get; init; }
    public string? Version { get; init; }
    public required LedgerKind Kind { get; init; }
    public required bool Counted { get; init; }

    /// <summary>When it first succeeded; for a failed attempt, when it ended.</summary>
    public required DateTimeOffset DeployedAt { get; init; }

    /// <summary>Midnight of its day in the reporting time zone, without a zone: what trends are grouped by.</summary>
    public required DateTime DeployedDay { get; init; }

    /// <summary>Since the counted deployment before it; null for the first, and where it does not count.</summary>
    public double? SecondsSincePrevious { get; init; }

    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? WaitedFrom { get; init; }
    public required LedgerLink Link { get; init; }

    /// <summary>
    /// The commit that was live before, where nothing that is known joins it with this one and its host could: by a comparison
    /// of the two.
    /// </summary>
    public Sha? LiveBefore { get; init; }

    /// <summary>Commits and changes it ships, whether or not they enter lead time.</summary>
    public int Commits { get; init; }

    public int Changes { get; init; }

    /// <summary>How many of its shipped changes enter lead time.</summary>
    public int LeadTimes { get; init; }

    public double? MedianLeadSeconds { get; init; }
    public bool Failed { get; init; }

    /// <summary>
    /// When the failure began: the earliest incident's start, or else the deployment's own success. Null unless failed.
    /// </summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>As <see cref="DeployedDay"/>, of the failure's beginning.</summary>
    public DateTime? FailedDay { get; init; }

    /// <summary>Null while open.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>What ended the failure: <c>incident X</c>, whose resolution it was, or <c>deployment Y</c>.</summary>
    public string? RestoredBy { get; init; }

    public bool Rework { get; init; }

    /// <summary>
    /// Why it is rework: <c>rollback</c>, <c>revert</c>, <c>hotfix</c>, <c>fix</c>; several are joined by a comma.
    /// </summary>
    public string? ReworkBecause { get; init; }

    public string? Url { get; init; }

    /// <summary>The kinds of override that act on it, in order.</summary>
    public ImmutableArray<OverrideKind> Overridden { get; init; } = [];

    /// <summary>What it adds to the failures of the change failure rate; null for 1 where it failed, else 0.</summary>
    public int? RateFailed { get; init; }

    /// <summary>What it adds to what they are a share of; null for 1.</summary>
    public int? RateOf { get; init; }
}

/// <summary>How a commit was found to ship in a deployment, best first.</summary>
public enum LinkMethod { Declared, Ancestry, MergeSha, PushRange, Compare, Artifact, Gitops }

/// <summary>One commit's (or change's) way into one ledger row.</summary>
public sealed record ShippedChange
{
    public required ServiceName Service { get; init; }
    public required EnvironmentName Environment { get; init; }
    public required string DeploymentId { get; init; }
    public required DateTimeOffset DeployedAt { get; init; }

    /// <inheritdoc cref="LedgerRow.DeployedDay"/>
    public required DateTime DeployedDay { get; init; }

    public required RepositoryName Repository { get; init; }
    public required Sha Sha { get; init; }

    /// <summary>The number of the change that it belongs to, where known.</summary>
    public int? Change { get; init; }

    public required LinkMethod Method { get; init; }

    /// <summary>
    /// Null where it enters lead time; otherwise why not: <c>merge commit</c>, <c>bot</c>, <c>squash of #7</c>, …
    /// </summary>
    public string? NotCountedBecause { get; init; }

    /// <summary>Where the lead time starts, by the definitions; null where the source did not say.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// From <see cref="StartedAt"/> to the deployment's success; negative where clocks disagree. Null where not counted.
    /// </summary>
    public double? LeadSeconds { get; init; }

    public Stages Stages { get; init; } = Stages.Unknown;
}

/// <summary>
/// The spans of a change's way, in seconds, null where unknown; they add up to the lead time where all are known.
/// </summary>
public sealed record Stages(double? Coding, double? Pickup, double? Review, double? Build, double? Wait, double? Deploy)
{
    public static readonly Stages Unknown = new(null, null, null, null, null, null);
}

/// <summary>An edge from a sign of failure to the ledger row that it makes a failure; or to none.</summary>
public sealed record Blame
{
    public required ServiceName Service { get; init; }
    public required EnvironmentName Environment { get; init; }

    /// <summary>Null where an incident could be linked to no deployment.</summary>
    public string? DeploymentId { get; init; }

    public required FailureSignal Signal { get; init; }

    /// <summary>What says so: the incident's, deployment's, change's or override's id, or a sha.</summary>
    public required string Evidence { get; init; }

    /// <summary>
    /// How it was linked: <c>declared</c>, <c>fix</c>, <c>window</c>, <c>unlinked</c>, <c>rollback</c>, <c>revert</c>,
    /// <c>hotfix</c>; <c>override</c> where somebody linked it, unlinked it or said so.
    /// </summary>
    public required string Method { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
}
