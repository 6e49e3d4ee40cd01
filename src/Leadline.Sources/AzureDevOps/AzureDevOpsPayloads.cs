using System.Text.Json.Serialization;

namespace Leadline.Sources.AzureDevOps;

// Only what is read, in Azure's own names.

/// <param name="CreatedDate">When the event happened.</param>
sealed record Event<T>(T Resource, DateTimeOffset? CreatedDate = null, Containers? ResourceContainers = null)
{
    // Of a type that is not known the serializer cannot tell that it may not be null.
    public T Resource { get; } = Resource ?? throw new FormatException("resource is null");
}

sealed record Containers(Project? Project = null);

sealed record Project(string? Id = null, string? Name = null);

sealed record Repository
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? FullName { get; init; }
    public Project? Project { get; init; }
}

sealed record Push
{
    public Commit[]? Commits { get; init; }
    public required RefUpdate[] RefUpdates { get; init; }
    public required Repository Repository { get; init; }
    public DateTimeOffset? Date { get; init; }
}

sealed record RefUpdate(string Name, string? OldObjectId = null, string? NewObjectId = null);

sealed record Commit
{
    public string? CommitId { get; init; }
    public string? Comment { get; init; }
    public Signed? Author { get; init; }
    public Signed? Committer { get; init; }
}

sealed record Signed(string? Email = null, string? Name = null, DateTimeOffset? Date = null);

sealed record PullRequest
{
    public required int PullRequestId { get; init; }
    public required string Status { get; init; }
    public string? Title { get; init; }
    public string? SourceRefName { get; init; }
    public string? TargetRefName { get; init; }
    public DateTimeOffset? CreationDate { get; init; }
    public DateTimeOffset? ClosedDate { get; init; }
    public Commit? LastMergeSourceCommit { get; init; }
    public Commit? LastMergeCommit { get; init; }
    public Person? CreatedBy { get; init; }
    public Label[]? Labels { get; init; }
    public required Repository Repository { get; init; }

    [JsonPropertyName("_links")]
    public Links? Links { get; init; }
}

/// <summary>What the API lists, with the pull request that it was asked for.</summary>
/// <param name="All">The ids of all of them, on the last page.</param>
sealed record PullRequestCommits(
    int PullRequestId, Repository Repository, Commit[] Commits, DateTimeOffset? ClosedDate = null, string[]? All = null);

sealed record Label(string? Name = null);

sealed record Links(Link? Web = null);

sealed record Link(string? Href = null);

sealed record Person(string? UniqueName = null, string? DisplayName = null);

sealed record Build
{
    public required int Id { get; init; }
    public string? Status { get; init; }
    public string? Result { get; init; }
    public string? SourceVersion { get; init; }

    /// <summary>The older <c>LG:refs/heads/main:sha</c>.</summary>
    public string? SourceGetVersion { get; init; }

    public DateTimeOffset? QueueTime { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? FinishTime { get; init; }
    public Definition? Definition { get; init; }
    public Repository? Repository { get; init; }
    public Project? Project { get; init; }

    [JsonPropertyName("_links")]
    public Links? Links { get; init; }
}

sealed record Definition(string? Name = null);

sealed record RunEvent(Run Run, Stage? Stage = null, Stage? Job = null);

sealed record Run
{
    public required int Id { get; init; }
    public string? Name { get; init; }
    public string? State { get; init; }
    public string? Result { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public DateTimeOffset? FinishedDate { get; init; }
    public Definition? Pipeline { get; init; }
    public Resources? Resources { get; init; }

    [JsonPropertyName("_links")]
    public Links? Links { get; init; }
}

sealed record Resources(Repositories? Repositories = null);

sealed record Repositories(Checkout? Self = null);

sealed record Checkout(Repository? Repository = null, string? Version = null);

/// <summary>A stage, or a job, which says the same.</summary>
sealed record Stage
{
    public string? Name { get; init; }
    public int? Attempt { get; init; }
    public string? State { get; init; }
    public string? Result { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? FinishTime { get; init; }
}

sealed record ReleaseEvent
{
    public required ReleaseEnvironment Environment { get; init; }
    public Release? Release { get; init; }
    public ReleaseDeployment? Deployment { get; init; }
    public Project? Project { get; init; }
}

sealed record ReleaseEnvironment
{
    public string? Name { get; init; }
    public string? Status { get; init; }
    public int? ReleaseId { get; init; }
    public Release? Release { get; init; }
    public Definition? ReleaseDefinition { get; init; }
}

sealed record ReleaseDeployment
{
    public int? Attempt { get; init; }
    public DateTimeOffset? QueuedOn { get; init; }
    public DateTimeOffset? StartedOn { get; init; }
    public DateTimeOffset? CompletedOn { get; init; }
    public Release? Release { get; init; }
}

sealed record Release
{
    public int? Id { get; init; }
    public string? Name { get; init; }
    public Artifact[]? Artifacts { get; init; }
    public Definition? ReleaseDefinition { get; init; }
}

sealed record Artifact(bool? IsPrimary = null, ArtifactDefinition? DefinitionReference = null);

sealed record ArtifactDefinition
{
    public Named? Version { get; init; }
    public Named? SourceVersion { get; init; }
    public Named? Repository { get; init; }
}

sealed record Named(string? Id = null, string? Name = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Event<Push>), TypeInfoPropertyName = "PushHappened")]
[JsonSerializable(typeof(Event<PullRequest>), TypeInfoPropertyName = "PullRequestHappened")]
[JsonSerializable(typeof(Event<PullRequestCommits>), TypeInfoPropertyName = "PullRequestCommitsAsked")]
[JsonSerializable(typeof(Event<Build>), TypeInfoPropertyName = "BuildHappened")]
[JsonSerializable(typeof(Event<RunEvent>), TypeInfoPropertyName = "RunHappened")]
[JsonSerializable(typeof(Event<ReleaseEvent>), TypeInfoPropertyName = "ReleaseHappened")]
sealed partial class AzureDevOpsJson : JsonSerializerContext;
