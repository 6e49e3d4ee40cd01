using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.FireHydrant;

// Only what is read, in FireHydrant's own names.

/// <summary>A webhook, or an answer of the API, which is an incident or a page of them.</summary>
/// <param name="Event">Of a webhook.</param>
/// <param name="Data">Around the incident in a webhook, a list of them in a page.</param>
sealed record FireHydrantBody(FireHydrantEvent? Event = null, JsonElement? Data = null);

sealed record FireHydrantEvent(string? Operation = null, string? ResourceType = null);

sealed record FireHydrantContent(FireHydrantIncident? Incident = null);

sealed record FireHydrantIncident
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Of a webhook; the API does not say it.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? DiscardedAt { get; init; }

    /// <summary>Where it stands; those that it had reached before may still be among the milestones.</summary>
    public string? CurrentMilestone { get; init; }

    public FireHydrantMilestone?[]? Milestones { get; init; }

    /// <summary>A text in the API, an object in a webhook.</summary>
    public JsonElement? Severity { get; init; }

    public string? IncidentUrl { get; init; }
    public FireHydrantNamed?[]? Services { get; init; }
    public FireHydrantNamed?[]? Functionalities { get; init; }
    public FireHydrantNamed?[]? Environments { get; init; }

    /// <summary>Of services, functionalities and environments alike; in a webhook all that says so.</summary>
    public FireHydrantImpact?[]? Impacts { get; init; }

    public JsonElement? Labels { get; init; }
}

/// <param name="Type">Its name in lower case.</param>
sealed record FireHydrantMilestone(string? Type = null, DateTimeOffset? OccurredAt = null, DateTimeOffset? UpdatedAt = null);

sealed record FireHydrantNamed(string? Id = null, string? Name = null);

/// <param name="Type"><c>Service</c> in a webhook, <c>service</c> in the API.</param>
/// <param name="Name">Of a webhook.</param>
/// <param name="Impact">Of the API.</param>
sealed record FireHydrantImpact(string? Type = null, string? Name = null, FireHydrantNamed? Impact = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(FireHydrantBody))]
[JsonSerializable(typeof(FireHydrantContent))]
sealed partial class FireHydrantJson : JsonSerializerContext;
