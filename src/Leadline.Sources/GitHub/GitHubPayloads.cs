using System.Text.Json.Serialization;

namespace Leadline.Sources.GitHub;

// Only what is read, in GitHub's own names.

sealed record PushEvent(string Ref, string? Before, string? After, bool Created, bool Deleted, bool Forced, PushCommit[]? Commits, PushCommit? HeadCommit, Repository Repository);

sealed record PushCommit(string Id, string? Message, DateTimeOffset? Timestamp, Person? Author, string[]? Added, string[]? Removed, string[]? Modified);

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
    public bool? Draft { get; init; }
    public string? MergeCommitSha { get; init; }
    public Branch? Head { get; init; }
    public Branch? Base { get; init; }
    public Label[]? Labels { get; init; }
}

sealed record Branch(string? Ref, string? Sha);

sealed record Label(string? Name);

sealed record ReviewEvent(string Action, Review Review, PullRequest PullRequest, Repository Repository);

sealed record Review(long Id, string? State, DateTimeOffset? SubmittedAt, Person? User);

sealed record DeploymentEvent(Deployment Deployment, Repository Repository);

sealed record DeploymentStatusEvent(Deployment Deployment, DeploymentStatusBody DeploymentStatus, Repository Repository);

sealed record Deployment(long Id, string? Sha, string? Ref, string? Environment, DateTimeOffset CreatedAt);

sealed record DeploymentStatusBody(string State, DateTimeOffset CreatedAt, string? Environment, string? TargetUrl, string? LogUrl);

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

sealed record Repository(string FullName);

sealed record Person(string? Login, string? Name, string? Username);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(PushEvent))]
[JsonSerializable(typeof(PullRequestEvent))]
[JsonSerializable(typeof(ReviewEvent))]
[JsonSerializable(typeof(DeploymentEvent))]
[JsonSerializable(typeof(DeploymentStatusEvent))]
[JsonSerializable(typeof(WorkflowRunEvent))]
[JsonSerializable(typeof(ReleaseEvent))]
[JsonSerializable(typeof(IssuesEvent))]
sealed partial class GitHubJson : JsonSerializerContext;
