using System.Text.Json.Serialization;

namespace Leadline.Sources.Leadline;

// Our own JSON, one record a type; every key that may be there is named here and nowhere else.
sealed record OwnCommit
{
    public string? Type { get; init; }
    public required string Repository { get; init; }
    public required string Sha { get; init; }
    public string[]? Parents { get; init; }
    public string? Branch { get; init; }
    public DateTimeOffset? AuthoredAt { get; init; }
    public DateTimeOffset? CommittedAt { get; init; }
    public string? Message { get; init; }
    public string? Author { get; init; }
    public string[]? Paths { get; init; }
}

sealed record OwnChange
{
    public string? Type { get; init; }
    public required string Repository { get; init; }
    public required int Number { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? FirstReviewedAt { get; init; }
    public DateTimeOffset? ApprovedAt { get; init; }
    public DateTimeOffset? MergedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? MergeSha { get; init; }
    public string? HeadSha { get; init; }
    public string[]? Commits { get; init; }
    public string? Branch { get; init; }
    public string? TargetBranch { get; init; }
    public string[]? Labels { get; init; }
    public string? Title { get; init; }
    public string? Author { get; init; }
    public string? Url { get; init; }
    public int? Lines { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record OwnBuild
{
    public string? Type { get; init; }
    public required string Id { get; init; }
    public required string Repository { get; init; }
    public required string Sha { get; init; }
    public string? Pipeline { get; init; }
    public int? Attempt { get; init; }
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required string Status { get; init; }
    public string[]? Artifacts { get; init; }
    public string? Url { get; init; }
}

sealed record OwnDeployment
{
    public string? Type { get; init; }
    public required string Id { get; init; }
    public string? Service { get; init; }
    public string? Repository { get; init; }
    public required string Environment { get; init; }
    public string? Version { get; init; }
    public string? Sha { get; init; }
    public required string Status { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public bool? Failed { get; init; }
    public string[]? Changes { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record OwnStep
{
    public string? Type { get; init; }
    public required string Deployment { get; init; }
    public string? Service { get; init; }
    public string? Repository { get; init; }
    public required string Environment { get; init; }
    public string? Version { get; init; }
    public string? Sha { get; init; }
    public required string Name { get; init; }
    public required string Kind { get; init; }
    public int? Weight { get; init; }
    public string? Region { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required string Outcome { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record OwnIncident
{
    public string? Type { get; init; }
    public required string Id { get; init; }
    public string? Service { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }
    public string? Severity { get; init; }
    public string? Deployment { get; init; }
    public string? Sha { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record OwnAnnotation
{
    public string? Type { get; init; }
    public required string Id { get; init; }
    public string? Service { get; init; }
    public string? Team { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Text { get; init; }
}

sealed record OwnFlag
{
    public string? Type { get; init; }
    public required string Id { get; init; }
    public required string Flag { get; init; }
    public string? Service { get; init; }
    public required string Environment { get; init; }
    public required bool On { get; init; }
    public required DateTimeOffset At { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OwnCommit))]
[JsonSerializable(typeof(OwnChange))]
[JsonSerializable(typeof(OwnBuild))]
[JsonSerializable(typeof(OwnDeployment))]
[JsonSerializable(typeof(OwnStep))]
[JsonSerializable(typeof(OwnIncident))]
[JsonSerializable(typeof(OwnAnnotation))]
[JsonSerializable(typeof(OwnFlag))]
sealed partial class OwnJsonContext : JsonSerializerContext;
