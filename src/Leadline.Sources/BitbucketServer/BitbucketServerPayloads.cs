using System.Text.Json.Serialization;

namespace Leadline.Sources.BitbucketServer;

// Only what is read, in Bitbucket's own names.
sealed record RefsChangedEvent
{
    public DateTimeOffset? Date { get; init; }
    public required Repository Repository { get; init; }
    public required RefChange[] Changes { get; init; }

    /// <summary>The newest first, five at most; not there before version 7.</summary>
    public Commit[]? Commits { get; init; }

    public Commit? ToCommit { get; init; }
}

sealed record RefChange
{
    public required Ref Ref { get; init; }
    public string? FromHash { get; init; }
    public string? ToHash { get; init; }
    public string? Type { get; init; }
}

sealed record Ref(string? DisplayId = null, string? Type = null);

sealed record Commit
{
    public string? Id { get; init; }
    public string? Message { get; init; }
    public Person? Author { get; init; }
    public DateTimeOffset? AuthorTimestamp { get; init; }
    public DateTimeOffset? CommitterTimestamp { get; init; }
    public Commit[]? Parents { get; init; }
}

sealed record PullRequestEvent
{
    public required string EventKey { get; init; }
    public DateTimeOffset? Date { get; init; }
    public required PullRequest PullRequest { get; init; }
    public Person? Actor { get; init; }
    public bool? PreviousDraft { get; init; }
}

sealed record PullRequest
{
    public required int Id { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public bool? Draft { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public DateTimeOffset? UpdatedDate { get; init; }
    public DateTimeOffset? ClosedDate { get; init; }
    public End? FromRef { get; init; }
    public required End ToRef { get; init; }
    public Participant? Author { get; init; }
    public Properties? Properties { get; init; }
    public Links? Links { get; init; }
}

sealed record End(string? DisplayId = null, string? LatestCommit = null, Repository? Repository = null);

sealed record Participant(Person? User = null);

sealed record Properties(Commit? MergeCommit = null);

sealed record Links(Link[]? Self = null);

sealed record Link(string? Href = null);

sealed record Repository(string Slug, Project Project);

sealed record Project(string Key);

sealed record Person(string? Name = null);

/// <remarks>Times are epoch milliseconds in most versions and ISO 8601 in some.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(RefsChangedEvent))]
[JsonSerializable(typeof(PullRequestEvent))]
sealed partial class BitbucketServerJson : JsonSerializerContext;
