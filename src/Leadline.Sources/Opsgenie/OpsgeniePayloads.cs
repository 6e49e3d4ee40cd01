using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Opsgenie;

// Only what is read, in Opsgenie's own names.

/// <summary>A webhook of an alert, or an answer of the API, which stands under <c>data</c>.</summary>
/// <param name="Action">What was done to the alert.</param>
/// <param name="Data">An alert or an incident, or a list of them.</param>
sealed record OpsgenieBody(string? Action = null, OpsgenieAlert? Alert = null, JsonElement? Data = null);

/// <summary>An alert, as webhooks and the API write it, or an incident of the API.</summary>
sealed record OpsgenieAlert
{
    /// <summary>Of a webhook.</summary>
    public string? AlertId { get; init; }

    /// <summary>Of the API.</summary>
    public string? Id { get; init; }

    public string? Message { get; init; }
    public string? Entity { get; init; }

    /// <summary>A letter and a digit, or the digit alone.</summary>
    public JsonElement? Priority { get; init; }

    /// <summary>Epoch milliseconds in a webhook, ISO 8601 in the API.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Epoch nanoseconds in a webhook, ISO 8601 in the API.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public JsonElement?[]? Tags { get; init; }

    /// <summary>
    /// What is written in the alert's fields of the customer's own; the API calls them extraProperties in an incident.
    /// </summary>
    public JsonElement? Details { get; init; }

    public JsonElement? ExtraProperties { get; init; }

    /// <summary>Of the API, as all that follows.</summary>
    public string? Status { get; init; }

    public bool? Acknowledged { get; init; }
    public OpsgenieReport? Report { get; init; }

    /// <summary>Ids of services; only an incident has it.</summary>
    public string?[]? ImpactedServices { get; init; }

    public DateTimeOffset? ImpactStartDate { get; init; }
    public DateTimeOffset? ImpactEndDate { get; init; }
    public OpsgenieLinks? Links { get; init; }
}

/// <param name="AckTime">Milliseconds from the alert's creation.</param>
/// <param name="CloseTime">The same.</param>
sealed record OpsgenieReport(decimal? AckTime = null, decimal? CloseTime = null);

sealed record OpsgenieLinks(string? Web = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(OpsgenieBody))]
sealed partial class OpsgenieJson : JsonSerializerContext;
