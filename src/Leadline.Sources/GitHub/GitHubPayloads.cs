using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.GitHub;

// Only what is read, in GitHub's own names.
sealed record PushEvent
{
    public required string Ref { get; init; }
    public string? Before { get; init; }
    public string? After { get; init; }
    public bool Created { get; init; }
    public bool Deleted { get; init; }
    public bool Forced { get; init; }
    public PushCommit[]? Commits { get; init; }
    public PushCommit? HeadCommit { get; init; }
    public required PushRepository Repository { get; init; }
}

/// <param name="PushedAt">Epoch seconds here, ISO 8601 in every other event.</param>
sealed record PushRepository(string FullName, JsonElement? PushedAt = null);

sealed record PushCommit
{
    public required string Id { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? Timestamp { get; init; }
    public Person? Author { get; init; }
    public string[]? Added { get; init; }
    public string[]? Removed { get; init; }
    public string[]? Modified { get; init; }
}

sealed record PullRequestEvent(string Action, PullRequest PullRequest, Repository Repository);

sealed record PullRequest
{
    public required int Number { get; init; }
    public string? Title { get; init; }
    public string? HtmlUrl { get; init; }
    public string? State { get; init; }
    public Person? User { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public DateTimeOffset? MergedAt { get; init; }
    public bool? Merged { get; init; }
    public string? MergeCommitSha { get; init; }
    public Branch? Head { get; init; }
    public Branch? Base { get; init; }
    public Label[]? Labels { get; init; }
    public long? Additions { get; init; }
    public long? Deletions { get; init; }
}

sealed record Branch(string? Ref = null, string? Sha = null);

sealed record Label(string? Name = null);

sealed record ReviewEvent(string Action, Review Review, PullRequest PullRequest, Repository Repository);

sealed record Review(long Id, string? State = null, DateTimeOffset? SubmittedAt = null, Person? User = null);

sealed record DeploymentEvent(Deployment Deployment, Repository Repository);

sealed record DeploymentStatusEvent(Deployment Deployment, StatusOfDeployment DeploymentStatus, Repository Repository);

sealed record Deployment
{
    public required long Id { get; init; }
    public string? Sha { get; init; }
    public string? Ref { get; init; }
    public string? Environment { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

sealed record StatusOfDeployment
{
    public required string State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? Environment { get; init; }
    public string? TargetUrl { get; init; }
    public string? LogUrl { get; init; }
}

sealed record WorkflowRunEvent(string Action, WorkflowRun WorkflowRun, Repository Repository);

sealed record WorkflowRun
{
    public required long Id { get; init; }
    public string? Name { get; init; }
    public required string HeadSha { get; init; }
    public string? Status { get; init; }
    public string? Conclusion { get; init; }
    public int? RunAttempt { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? RunStartedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public string? HtmlUrl { get; init; }
}

/// <param name="Deployment">That of a job which names an environment.</param>
sealed record WorkflowJobEvent(string Action, WorkflowJob WorkflowJob, Repository Repository, Deployment? Deployment = null);

sealed record WorkflowJob(DateTimeOffset? CreatedAt = null, DateTimeOffset? StartedAt = null, string? HtmlUrl = null);

sealed record ProtectionRuleEvent(Deployment Deployment, Repository Repository, string? Environment = null);

/// <summary>An event <c>package</c>, or <c>registry_package</c>.</summary>
sealed record PackageEvent(Repository Repository, Package? Package = null, Package? RegistryPackage = null);

sealed record Package(PackageVersion? PackageVersion = null);

sealed record PackageVersion
{
    public string? Version { get; init; }
    public string? TargetOid { get; init; }
    public ContainerMetadata? ContainerMetadata { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record ContainerMetadata(JsonElement? Labels = null, ContainerTag? Tag = null);

sealed record ContainerTag(string? Name = null, string? Digest = null);

sealed record ReleaseEvent(string Action, Release Release, Repository Repository);

sealed record Release
{
    public required long Id { get; init; }
    public required string TagName { get; init; }
    public string? TargetCommitish { get; init; }
    public bool Draft { get; init; }
    public bool Prerelease { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public string? HtmlUrl { get; init; }
}

sealed record IssuesEvent(string Action, Issue Issue, Repository Repository);

sealed record Issue
{
    public required int Number { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public Label[]? Labels { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? HtmlUrl { get; init; }
}

/// <summary>A commit as the API lists it; <see cref="GitHubPager"/> puts the repository beside it.</summary>
sealed record ListedCommitEvent(ListedCommit Commit, Repository Repository);

sealed record ListedCommit(string Sha, CommitContent Commit, ListedParent[]? Parents = null, Person? Author = null);

sealed record CommitContent(string? Message = null, CommitPerson? Author = null, CommitPerson? Committer = null);

sealed record CommitPerson(string? Name = null, DateTimeOffset? Date = null);

sealed record ListedParent(string Sha);

/// <summary>The commits of a pull request.</summary>
/// <param name="All">The ids of all of them, on the last page.</param>
sealed record PullRequestCommitsEvent(
    PullRequest PullRequest, ListedCommit[] Commits, Repository Repository, string[]? All = null);

sealed record Repository(string FullName);

sealed record Person(string? Login = null, string? Name = null, string? Username = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PushEvent))]
[JsonSerializable(typeof(PullRequestEvent))]
[JsonSerializable(typeof(ReviewEvent))]
[JsonSerializable(typeof(DeploymentEvent))]
[JsonSerializable(typeof(DeploymentStatusEvent))]
[JsonSerializable(typeof(WorkflowRunEvent))]
[JsonSerializable(typeof(WorkflowJobEvent))]
[JsonSerializable(typeof(ProtectionRuleEvent))]
[JsonSerializable(typeof(PackageEvent))]
[JsonSerializable(typeof(ReleaseEvent))]
[JsonSerializable(typeof(IssuesEvent))]
[JsonSerializable(typeof(ListedCommitEvent))]
[JsonSerializable(typeof(PullRequestCommitsEvent))]
[JsonSerializable(typeof(ComparisonEvent))]
sealed partial class GitHubJson : JsonSerializerContext;
