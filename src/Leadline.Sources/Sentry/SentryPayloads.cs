using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Sentry;

// Only what is read, in Sentry's own names: those of webhooks in snake case, those of issues, releases and deploys in camel
// case.

/// <param name="Resource">What the header <c>Sentry-Hook-Resource</c> says, where somebody handed it on.</param>
sealed record SentryMessage(
    string? Resource = null, string? Action = null, JsonElement? Data = null, DateTimeOffset? Timestamp = null);

sealed record SentryContent(
    JsonElement? Issue = null, SentryEvent? Event = null, MetricAlert? MetricAlert = null, string? DescriptionTitle = null,
    string? WebUrl = null);

/// <summary>One error, as an alert on issues sends it.</summary>
sealed record SentryEvent
{
    public string? EventId { get; init; }

    /// <summary>Its number; the name stands in <see cref="Url"/> alone.</summary>
    public JsonElement? Project { get; init; }

    public string? IssueId { get; init; }
    public string? IssueUrl { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }
    public string? Level { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
    public string? WebUrl { get; init; }
    public DateTimeOffset? Datetime { get; init; }

    /// <summary>Epoch seconds, with decimals.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}

/// <summary>One time that a rule about a metric was broken.</summary>
sealed record MetricAlert
{
    /// <summary>A number, or one in quotes.</summary>
    public JsonElement? Id { get; init; }

    public AlertRule? AlertRule { get; init; }
    public JsonElement? Projects { get; init; }
    public DateTimeOffset? DateStarted { get; init; }
    public DateTimeOffset? DateDetected { get; init; }
    public DateTimeOffset? DateCreated { get; init; }
    public DateTimeOffset? DateClosed { get; init; }
}

sealed record AlertRule(string? Name = null, string? Environment = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(SentryMessage))]
[JsonSerializable(typeof(SentryContent))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class SentryJson : JsonSerializerContext;

/// <summary>All errors that are alike.</summary>
sealed record SentryIssue
{
    public string? Id { get; init; }
    public string? Title { get; init; }
    public string? Level { get; init; }
    public string? Status { get; init; }
    public string? Permalink { get; init; }

    [JsonPropertyName("web_url")]
    public string? WebUrl { get; init; }

    public DateTimeOffset? FirstSeen { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public SentryProject? Project { get; init; }
}

sealed record SentryProject(string? Id = null, string? Slug = null);

/// <summary>A deploy, which has an environment, or a release, which may have had deploys.</summary>
sealed record SentryRelease
{
    /// <summary>A number, or one in quotes.</summary>
    public JsonElement? Id { get; init; }

    public string? Version { get; init; }

    /// <summary>The version of the release that a deploy is of.</summary>
    public string? ReleaseVersion { get; init; }

    public string? Ref { get; init; }
    public string? Environment { get; init; }
    public string? Url { get; init; }
    public DateTimeOffset? DateStarted { get; init; }
    public DateTimeOffset? DateFinished { get; init; }
    public DateTimeOffset? DateCreated { get; init; }
    public DateTimeOffset? DateReleased { get; init; }

    /// <summary>Names, or objects that have one.</summary>
    public JsonElement? Projects { get; init; }

    public SentryRelease? LastDeploy { get; init; }
    public SentryCommit? LastCommit { get; init; }
}

sealed record SentryCommit(string? Id = null, SentryRepository? Repository = null);

sealed record SentryRepository(string? Name = null, string? Url = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(SentryIssue))]
[JsonSerializable(typeof(SentryRelease))]
sealed partial class SentryCamelJson : JsonSerializerContext;
