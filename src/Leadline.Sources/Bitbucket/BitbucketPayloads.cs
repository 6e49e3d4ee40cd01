using System.Text.Json.Serialization;

namespace Leadline.Sources.Bitbucket;

// Only what is read, in Bitbucket's own names.
sealed record PushEvent(Push Push, Repository Repository);

sealed record Push(PushChange[] Changes);

sealed record PushChange
{
    public Ref? Old { get; init; }
    public Ref? New { get; init; }
    public bool Forced { get; init; }
    public bool Truncated { get; init; }

    /// <summary>The newest first, five at most.</summary>
    public Commit[]? Commits { get; init; }
}

sealed record Ref(string? Type = null, string? Name = null, Commit? Target = null);

sealed record Commit
{
    public string? Hash { get; init; }
    public DateTimeOffset? Date { get; init; }
    public string? Message { get; init; }
    public Author? Author { get; init; }
    public Commit[]? Parents { get; init; }
}

/// <param name="Raw">The name and address of the commit, where Bitbucket knows no user with it.</param>
sealed record Author(string? Raw = null, Person? User = null);

sealed record PullRequestEvent
{
    [JsonPropertyName("pullrequest")]
    public required PullRequest PullRequest { get; init; }

    public required Repository Repository { get; init; }
    public Verdict? Approval { get; init; }
    public Verdict? ChangesRequest { get; init; }

    /// <summary>Whether it was asked for.</summary>
    public bool? Polled { get; init; }
}

sealed record PullRequest
{
    public required int Id { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public Person? Author { get; init; }
    public End? Source { get; init; }
    public End? Destination { get; init; }
    public Commit? MergeCommit { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }
    public DateTimeOffset? UpdatedOn { get; init; }
    public Links? Links { get; init; }
}

sealed record End(Branch? Branch = null, Commit? Commit = null);

sealed record Branch(string? Name = null);

sealed record Verdict(DateTimeOffset? Date = null, Person? User = null);

sealed record CommitStatusEvent(CommitStatus CommitStatus, Repository Repository);

sealed record CommitStatus
{
    public required string Key { get; init; }
    public required string State { get; init; }
    public string? Name { get; init; }
    public string? Url { get; init; }
    public Commit? Commit { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }
    public DateTimeOffset? UpdatedOn { get; init; }
    public Links? Links { get; init; }
}

sealed record IssueEvent(Issue Issue, Repository Repository, Changes? Changes = null);

sealed record Issue
{
    public required int Id { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public string? Kind { get; init; }
    public string? Priority { get; init; }
    public Component? Component { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }
    public DateTimeOffset? UpdatedOn { get; init; }
    public Links? Links { get; init; }
}

sealed record Component(string? Name = null);

sealed record Changes(Change? Status = null);

sealed record Change(string? New = null);

sealed record DeploymentItem
{
    public required string Uuid { get; init; }
    public Environment? Environment { get; init; }
    public required Release Release { get; init; }
    public required DeploymentState State { get; init; }
}

sealed record Environment(string? Name = null);

sealed record Release
{
    public string? Name { get; init; }
    public string? Url { get; init; }
    public Commit? Commit { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }
}

sealed record DeploymentState
{
    public required string Name { get; init; }
    public Status? Status { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? StartedOn { get; init; }
    public DateTimeOffset? CompletedOn { get; init; }
}

sealed record Status(string? Name = null);

sealed record Links(Link? Html = null, Link? Commit = null);

sealed record Link(string? Href = null);

sealed record Repository(string FullName);

sealed record Person(string? Uuid = null, string? Nickname = null, string? DisplayName = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(PushEvent))]
[JsonSerializable(typeof(PullRequestEvent))]
[JsonSerializable(typeof(CommitStatusEvent))]
[JsonSerializable(typeof(IssueEvent))]
[JsonSerializable(typeof(DeploymentItem))]
[JsonSerializable(typeof(CommitAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(DeploymentAnswer))]
[JsonSerializable(typeof(PullRequestAnswer))]
[JsonSerializable(typeof(ComparisonAnswer))]
sealed partial class BitbucketJson : JsonSerializerContext;
