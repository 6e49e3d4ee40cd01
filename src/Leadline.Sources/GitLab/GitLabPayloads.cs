using System.Text.Json.Serialization;

namespace Leadline.Sources.GitLab;

// Only what is read, in GitLab's own names.
sealed record PushEvent
{
    public required string Ref { get; init; }
    public string? Before { get; init; }
    public string? After { get; init; }
    public string? CheckoutSha { get; init; }
    public PushCommit[]? Commits { get; init; }
    public int? TotalCommitsCount { get; init; }
    public required Project Project { get; init; }
}

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

sealed record MergeRequestEvent
{
    public required MergeRequest ObjectAttributes { get; init; }
    public required Project Project { get; init; }
    public Person? User { get; init; }
    public Label[]? Labels { get; init; }
    public Changes? Changes { get; init; }
}

sealed record MergeRequest
{
    public required int Iid { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
    public string? State { get; init; }
    public string? Action { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public string? SourceBranch { get; init; }
    public string? TargetBranch { get; init; }
    public string? MergeCommitSha { get; init; }
    public string? SquashCommitSha { get; init; }
    public Commit? LastCommit { get; init; }
}

sealed record Changes(Switch? Draft = null);

sealed record Switch(bool? Previous = null, bool? Current = null);

sealed record Commit(string? Id = null);

sealed record Label(string? Title = null);

sealed record PipelineEvent
{
    public required Pipeline ObjectAttributes { get; init; }
    public required Project Project { get; init; }
    public JobOfPipeline[]? Builds { get; init; }
}

sealed record Pipeline
{
    public required long Id { get; init; }
    public string? Name { get; init; }
    public string? Sha { get; init; }
    public string? Status { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

sealed record JobOfPipeline(DateTimeOffset? StartedAt = null);

sealed record JobEvent
{
    public required long BuildId { get; init; }
    public string? BuildStatus { get; init; }
    public DateTimeOffset? BuildCreatedAt { get; init; }
    public DateTimeOffset? BuildStartedAt { get; init; }
    public DateTimeOffset? BuildFinishedAt { get; init; }
    public string? Ref { get; init; }
    public bool Tag { get; init; }
    public string? Sha { get; init; }
    public EnvironmentOfJob? Environment { get; init; }
    public Project? Project { get; init; }
    public Repository? Repository { get; init; }
}

sealed record EnvironmentOfJob(string? Name = null, string? Action = null);

sealed record DeploymentEvent
{
    public required long DeploymentId { get; init; }
    public long? DeployableId { get; init; }
    public string? DeployableUrl { get; init; }
    public string? Environment { get; init; }
    public required string Status { get; init; }
    public DateTimeOffset? StatusChangedAt { get; init; }
    public string? ShortSha { get; init; }
    public string? CommitUrl { get; init; }
    public required Project Project { get; init; }
}

sealed record ReleaseEvent
{
    public required string Tag { get; init; }
    public string? Action { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }
    public Commit? Commit { get; init; }
    public required Project Project { get; init; }
}

sealed record IssueEvent
{
    public required Issue ObjectAttributes { get; init; }
    public Project? Project { get; init; }
    public Label[]? Labels { get; init; }
}

sealed record Issue
{
    public required int Iid { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
    public string? Type { get; init; }
    public string? State { get; init; }
    public string? Severity { get; init; }
    public long? MovedToId { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public Label[]? Labels { get; init; }
}

sealed record Project(string? PathWithNamespace = null);

/// <summary>Stands in for the project, which jobs of older versions do not name.</summary>
sealed record Repository(string? Homepage = null);

sealed record Person(string? Username = null, string? Name = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(PushEvent))]
[JsonSerializable(typeof(MergeRequestEvent))]
[JsonSerializable(typeof(PipelineEvent))]
[JsonSerializable(typeof(JobEvent))]
[JsonSerializable(typeof(DeploymentEvent))]
[JsonSerializable(typeof(ReleaseEvent))]
[JsonSerializable(typeof(IssueEvent))]
sealed partial class GitLabJson : JsonSerializerContext;
