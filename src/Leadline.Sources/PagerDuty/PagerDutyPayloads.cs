using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.PagerDuty;

// Only what is read, in PagerDuty's own names.

/// <summary>
/// A webhook of version 3, of version 2 or 1, an answer of the API, or an event that PagerDuty itself is sent.
/// </summary>
/// <param name="Event">Of version 3.</param>
/// <param name="Messages">Of version 2 and 1.</param>
/// <param name="Payload">Of what the Events API is sent.</param>
/// <param name="EventAction">Of an alert that the Events API is sent; a change has none.</param>
/// <param name="Links">Beside the payload of a change.</param>
sealed record PagerDutyBody(
    PagerDutyEvent? Event = null, PagerDutyMessage?[]? Messages = null, PagerDutyIncident? Incident = null,
    PagerDutyIncident?[]? Incidents = null, PagerDutyLogEntry? LogEntry = null, PagerDutyLogEntry?[]? LogEntries = null,
    PagerDutyChange? ChangeEvent = null, PagerDutyChange?[]? ChangeEvents = null, PagerDutyChange? Payload = null,
    string? EventAction = null, PagerDutyLink?[]? Links = null);

/// <param name="Data">An incident, or what was added to one; its <c>type</c> says which.</param>
sealed record PagerDutyEvent(string? EventType = null, DateTimeOffset? OccurredAt = null, JsonElement? Data = null);

/// <param name="Event">What happened, in version 2; version 1 calls it <paramref name="Type"/>.</param>
/// <param name="Type">The same in version 1.</param>
/// <param name="Data">Around the incident, in version 1.</param>
sealed record PagerDutyMessage(
    string? Event = null, string? Type = null, DateTimeOffset? CreatedOn = null, PagerDutyIncident? Incident = null,
    PagerDutyMessageContent? Data = null);

sealed record PagerDutyMessageContent(PagerDutyIncident? Incident = null);

sealed record PagerDutyIncident
{
    public string? Id { get; init; }
    public string? Type { get; init; }
    public string? Status { get; init; }
    public string? Title { get; init; }
    public string? HtmlUrl { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? LastStatusChangeAt { get; init; }

    /// <summary>Kept while it is open again.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Of version 1, as the next two.</summary>
    public DateTimeOffset? CreatedOn { get; init; }

    public DateTimeOffset? LastStatusChangeOn { get; init; }
    public PagerDutySummary? TriggerSummaryData { get; init; }
    public PagerDutyNamed? Service { get; init; }
    public PagerDutyNamed? Priority { get; init; }
    public string? Urgency { get; init; }

    /// <summary>Empty once it is no longer acknowledged.</summary>
    public PagerDutyAcknowledgement?[]? Acknowledgements { get; init; }
}

/// <param name="Summary">The name, but in version 1.</param>
sealed record PagerDutyNamed(string? Id = null, string? Summary = null, string? Name = null);

/// <param name="Subject">Of an e-mail or a form.</param>
/// <param name="Description">Of what a monitoring system sent.</param>
sealed record PagerDutySummary(JsonElement? Subject = null, JsonElement? Description = null);

sealed record PagerDutyAcknowledgement(DateTimeOffset? At = null);

/// <param name="Incident">A reference, whose summary is number and title.</param>
sealed record PagerDutyLogEntry(
    string? Type = null, DateTimeOffset? CreatedAt = null, PagerDutyNamed? Service = null, PagerDutyReference? Incident = null);

sealed record PagerDutyReference(string? Id = null, string? Summary = null, string? HtmlUrl = null);

sealed record PagerDutyChange
{
    public string? Id { get; init; }
    public string? Summary { get; init; }
    public DateTimeOffset? Timestamp { get; init; }
    public string? Source { get; init; }
    public JsonElement? CustomDetails { get; init; }
    public PagerDutyNamed?[]? Services { get; init; }
    public PagerDutyLink?[]? Links { get; init; }
}

sealed record PagerDutyLink(string? Href = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(PagerDutyBody))]
sealed partial class PagerDutyJson : JsonSerializerContext;
