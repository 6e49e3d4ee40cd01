using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// What one delivery states, in our vocabulary. Several facts may speak of one thing (a deployment is created, runs, succeeds);
/// they are folded by key when a service is judged, so neither their order of arrival nor a repetition matters.
/// </summary>
public abstract record Fact
{
    /// <summary>
    /// The source's own time of this statement (UTC); where statements contradict each other the later one wins.
    /// </summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>The repository that it speaks of; null where it names none.</summary>
    public RepositoryName? OfRepository() => this switch
    {
        CommitFact commit => commit.Repository,
        ChangeFact change => change.Repository,
        ReviewFact review => review.Repository,
        BuildFact build => build.Repository,
        ArtifactFact artifact => artifact.Repository,
        ComparisonFact comparison => comparison.Repository,
        DeploymentFact deployment => deployment.Repository,
        IncidentFact incident => incident.Repository,
        _ => null,
    };
}

/// <summary>A version-control commit.</summary>
public sealed record CommitFact : Fact
{
    public required RepositoryName Repository { get; init; }
    public required Sha Sha { get; init; }

    /// <summary>Null where the source does not say; empty for a root commit.</summary>
    public ImmutableArray<Sha>? Parents { get; init; }

    /// <summary>
    /// True where <see cref="Parents"/> is the order of a push's before/after chain and not the commit's own record.
    /// </summary>
    public bool ParentsFromPush { get; init; }

    public string? Branch { get; init; }
    public DateTimeOffset? AuthoredAt { get; init; }
    public DateTimeOffset? CommittedAt { get; init; }
    public string? Message { get; init; }

    /// <summary>A salted hash, or one that ends in <c>[bot]</c>; never a person's name.</summary>
    public string? Author { get; init; }

    /// <summary>Touched paths; null where the source does not say.</summary>
    public ImmutableArray<string>? Paths { get; init; }
}

/// <summary>A pull or merge request as it stood at <see cref="Fact.AsOf"/>. Key: repository and number.</summary>
public sealed record ChangeFact : Fact
{
    public required RepositoryName Repository { get; init; }
    public required int Number { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? FirstReviewedAt { get; init; }
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>Null while open, and for ever when it was closed unmerged.</summary>
    public DateTimeOffset? MergedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>
    /// The commit on the target branch; null unless merged (hosts also report a trial merge, which is not it).
    /// </summary>
    public Sha? MergeSha { get; init; }

    public Sha? HeadSha { get; init; }
    public ImmutableArray<Sha>? Commits { get; init; }

    /// <summary>The branch that the change came from.</summary>
    public string? Branch { get; init; }

    public string? TargetBranch { get; init; }
    public ImmutableArray<string>? Labels { get; init; }
    public string? Title { get; init; }
    public string? Author { get; init; }
    public string? Url { get; init; }

    /// <summary>Those that it adds and those that it removes, together; null where its source does not say.</summary>
    public int? Lines { get; init; }
}

/// <summary>One review of a change. Key: repository, number and id.</summary>
public sealed record ReviewFact : Fact
{
    public required RepositoryName Repository { get; init; }
    public required int Number { get; init; }
    public required string Id { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public bool Approved { get; init; }
    public string? Author { get; init; }
}

public enum BuildStatus { Queued, Running, Succeeded, Failed, Canceled }

/// <summary>One attempt of a CI pipeline on a commit. Key: repository, id and attempt.</summary>
public sealed record BuildFact : Fact
{
    public required string Id { get; init; }
    public required RepositoryName Repository { get; init; }
    public required Sha Sha { get; init; }
    public string? Pipeline { get; init; }
    public int Attempt { get; init; } = 1;
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required BuildStatus Status { get; init; }
    public string? Url { get; init; }
}

/// <summary>
/// A name under which a commit is known: a git tag, an image tag or an image digest. Key: repository and name.
/// </summary>
public sealed record ArtifactFact : Fact
{
    public required RepositoryName Repository { get; init; }
    public required string Name { get; init; }

    /// <summary>Null where the tag was deleted.</summary>
    public Sha? Sha { get; init; }
}

public enum ComparisonStatus { Identical, Ahead, Behind, Diverged }

/// <summary>
/// What a host says of two commits: those that <see cref="Head"/> reaches and <see cref="Base"/> does not. A long list comes in
/// several facts. Key: repository, base and head.
/// </summary>
public sealed record ComparisonFact : Fact
{
    public required RepositoryName Repository { get; init; }
    public required Sha Base { get; init; }
    public required Sha Head { get; init; }

    /// <summary>How the head stands to the base; null where the source does not say.</summary>
    public ComparisonStatus? Status { get; init; }

    /// <summary>The newest commit that both reach; null where the source does not say.</summary>
    public Sha? MergeBase { get; init; }

    /// <summary>As much of the list as this statement holds.</summary>
    public required ImmutableArray<Sha> Commits { get; init; }

    /// <summary>How many commits the whole list has; null where nobody says that it is whole.</summary>
    public int? Total { get; init; }
}

public enum DeploymentStatus { Created, Waiting, Running, Succeeded, Failed, Canceled, Superseded }

/// <summary>What one message says of one attempt to put a version of a service into an environment. Key: id.</summary>
public sealed record DeploymentFact : Fact
{
    /// <summary>Unique over all sources: a reader prefixes the source's own id with its name and repository.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Where the sender says which service it is; otherwise, or where no such service is defined and there is an app, it is
    /// mapped from <see cref="App"/> or <see cref="Repository"/>.
    /// </summary>
    public string? Service { get; init; }

    /// <summary>The name that a deployment tool uses: an Argo CD application, a Jenkins job.</summary>
    public string? App { get; init; }

    public RepositoryName? Repository { get; init; }

    /// <summary>The source's own name of the environment: <c>prod-eu</c>.</summary>
    public required string Environment { get; init; }

    public string? Version { get; init; }

    /// <summary>Null where only <see cref="Version"/> is known; may be short.</summary>
    public Sha? Sha { get; init; }

    public required DeploymentStatus Status { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? WaitedFrom { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When this status was reached, for one that ends the attempt.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The sender's own verdict: true or false where it declares one.</summary>
    public bool? Failed { get; init; }

    /// <summary>
    /// The folders of <see cref="Repository"/> that say what runs, where it is a configuration repository and the source knows
    /// them; an empty one is the whole repository.
    /// </summary>
    public ImmutableArray<string>? ConfigPaths { get; init; }

    /// <summary>What it ships, where the sender declares it: commit ids and change numbers (<c>#7</c>).</summary>
    public ImmutableArray<string>? Changes { get; init; }

    /// <summary>Steps of its roll-out that this statement speaks of; null where it speaks of none.</summary>
    public ImmutableArray<RolloutStep>? Steps { get; init; }

    public string? Url { get; init; }
}

public enum RolloutKind { Canary, Ring, BlueGreen }

public enum StepOutcome { Running, Succeeded, Failed, Aborted }

/// <summary>
/// One step by which a deployment reaches its users: a share of the traffic, a ring, a region, or the other of two halves. Key:
/// its name within the deployment.
/// </summary>
public sealed record RolloutStep
{
    public required string Name { get; init; }
    public required RolloutKind Kind { get; init; }

    /// <summary>How much of the traffic has the version by it, in percent; null where the sender does not say.</summary>
    public double? Weight { get; init; }

    public string? Region { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Aborted where somebody, or an analysis, took the version back before its roll-out had ended.</summary>
    public required StepOutcome Outcome { get; init; }
}

public enum IncidentStatus { Open, Acknowledged, Resolved, Dismissed }

/// <summary>Something wrong in production, as it stood at <see cref="Fact.AsOf"/>. Key: id.</summary>
public sealed record IncidentFact : Fact
{
    /// <summary>
    /// Unique over all sources, as a person would write it in a commit message where the source has such a key.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The source that says so: <c>api</c>, <c>github</c>, <c>pagerduty</c>.</summary>
    public required string Source { get; init; }

    public string? Service { get; init; }

    /// <summary>The source's own grouping that a service is mapped from: a project, a service id.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// An alert's labels, each as <c>name=value</c>, that a service is mapped from too, whatever the source. Null where it has
    /// none.
    /// </summary>
    public ImmutableArray<string>? AlertLabels { get; init; }

    public RepositoryName? Repository { get; init; }
    public required IncidentStatus Status { get; init; }

    /// <summary>A statement that does not know it gives its own time, and then leaves it to those that do.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>Null unless <see cref="Status"/> is <see cref="IncidentStatus.Resolved"/>.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    public string? Severity { get; init; }

    /// <summary>The deployment's id or version that the sender names as the cause.</summary>
    public string? Deployment { get; init; }

    public Sha? Sha { get; init; }

    /// <summary>Null where the source has no labels, and then it is an incident; otherwise a label decides.</summary>
    public ImmutableArray<string>? Labels { get; init; }

    public string? Title { get; init; }
    public string? Url { get; init; }
}

/// <summary>
/// What was measured of a service after one of its deployments, by one check, as it stood at <see cref="Fact.AsOf"/>. Key:
/// deployment, service and check.
/// </summary>
public sealed record VerificationFact : Fact
{
    public required string Deployment { get; init; }
    public required string Service { get; init; }
    public required string Environment { get; init; }
    public required string Check { get; init; }
    public required ReleaseVerdict Verdict { get; init; }

    /// <summary>Whether it is still asked for: a degradation that is not over.</summary>
    public required bool IsWatched { get; init; }

    /// <summary>All of it with its numbers, as JSON.</summary>
    public required string Content { get; init; }
}

/// <summary>A flag was switched in an environment: release without deployment.</summary>
public sealed record FlagChangeFact : Fact
{
    public required string Id { get; init; }
    public required string Flag { get; init; }
    public string? Service { get; init; }
    public required string Environment { get; init; }
    public required bool On { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
}

/// <summary>A mark on the timeline. Key: id.</summary>
public sealed record AnnotationFact : Fact
{
    public required string Id { get; init; }
    public string? Service { get; init; }
    public string? Team { get; init; }
    public required DateTimeOffset MarkedAt { get; init; }
    public required string Text { get; init; }
}
