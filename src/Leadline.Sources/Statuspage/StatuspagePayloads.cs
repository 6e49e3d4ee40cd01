using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Statuspage;

// Only what is read, in Statuspage's own names.

/// <param name="Incident">Of a webhook.</param>
/// <param name="Incidents">As the page's own API answers.</param>
/// <param name="Data">Where somebody handed it on in an envelope.</param>
sealed record StatuspageMessage(
    StatuspageMeta? Meta = null, StatuspageIncident? Incident = null, StatuspageIncident?[]? Incidents = null,
    StatuspageComponent? Component = null, ComponentUpdate? ComponentUpdate = null, JsonElement? Data = null);

sealed record StatuspageMeta(DateTimeOffset? GeneratedAt = null);

sealed record StatuspageIncident
{
    public string? Id { get; init; }
    public string? PageId { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? Impact { get; init; }
    public string? Shortlink { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? MonitoringAt { get; init; }

    /// <summary>Also of an incident that was opened again.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Of planned maintenance alone.</summary>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Whether it was written down when it was long over.</summary>
    public bool? Backfilled { get; init; }

    public StatuspageComponent?[]? Components { get; init; }
    public StatuspageUpdate?[]? IncidentUpdates { get; init; }
}

sealed record StatuspageUpdate(
    string? Status = null, DateTimeOffset? DisplayAt = null, DateTimeOffset? CreatedAt = null,
    StatuspageComponent?[]? AffectedComponents = null)
{
    /// <summary>When what it tells of happened, which may be before it was written.</summary>
    public DateTimeOffset? At => DisplayAt ?? CreatedAt;
}

/// <param name="Id">Null in an update, which has its <paramref name="Code"/>.</param>
sealed record StatuspageComponent(string? Id = null, string? Code = null, string? Name = null);

sealed record ComponentUpdate(
    string? Id = null, string? OldStatus = null, string? NewStatus = null, DateTimeOffset? CreatedAt = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(StatuspageMessage))]
[JsonSerializable(typeof(StatuspageIncident))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class StatuspageJson : JsonSerializerContext;
