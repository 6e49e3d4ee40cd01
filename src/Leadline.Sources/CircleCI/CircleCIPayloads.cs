using System.Text.Json.Serialization;

namespace Leadline.Sources.CircleCI;

// Only what is read, in CircleCI's own names.
sealed record Event
{
    public required Pipeline Pipeline { get; init; }
    public required Workflow Workflow { get; init; }
    public Job? Job { get; init; }
    public Project? Project { get; init; }
    public DateTimeOffset? HappenedAt { get; init; }
}

sealed record Pipeline(Vcs? Vcs = null, TriggerParameters? TriggerParameters = null);

sealed record Vcs
{
    public string? TargetRepositoryUrl { get; init; }
    public string? OriginRepositoryUrl { get; init; }
    public string? Revision { get; init; }
    public string? Tag { get; init; }
}

/// <summary>In place of <see cref="Vcs"/> where the project is connected to GitLab or to the GitHub App.</summary>
sealed record TriggerParameters(Trigger? Gitlab = null, Trigger? GithubApp = null, Trigger? Git = null);

sealed record Trigger
{
    public string? CommitSha { get; init; }
    public string? CheckoutSha { get; init; }
    public string? WebUrl { get; init; }
    public string? RepoUrl { get; init; }
    public string? CheckoutUrl { get; init; }
    public string? Tag { get; init; }
}

sealed record Workflow
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
}

sealed record Job
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
}

sealed record Project(string? Slug = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Event))]
sealed partial class CircleCIJson : JsonSerializerContext;
