using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Rootly;

// Only what is read, in Rootly's own names.

/// <param name="Event">What happened, in a webhook.</param>
/// <param name="EventType">What happened, where an Edge Connector hands it on; <paramref name="Timestamp"/> says when.</param>
/// <param name="Data">One incident or alert, or as the API answers a list of them.</param>
sealed record RootlyMessage(
    RootlyEvent? Event = null, string? EventType = null, DateTimeOffset? Timestamp = null, string? Type = null,
    JsonElement? Data = null);

sealed record RootlyEvent(string? Type = null, DateTimeOffset? IssuedAt = null);

/// <summary>An incident or an alert; the API answers with all but its id under <c>attributes</c>.</summary>
sealed record RootlyItem
{
    public string? Id { get; init; }
    public string? Type { get; init; }
    public RootlyItem? Attributes { get; init; }
    public string? Title { get; init; }

    /// <summary>What an alert has in place of a title.</summary>
    public string? Summary { get; init; }

    public string? Kind { get; init; }
    public string? Status { get; init; }

    /// <summary>A name, or an object that has one.</summary>
    public JsonElement? Severity { get; init; }

    public string? Url { get; init; }
    public string? ExternalUrl { get; init; }
    public DateTimeOffset? DetectedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When an alert was over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public JsonElement? Services { get; init; }
    public JsonElement? Environments { get; init; }

    /// <summary>An object of names and values, or a list of keys and values.</summary>
    public JsonElement? Labels { get; init; }
}

/// <summary>A service, an environment or a severity.</summary>
sealed record RootlyName(string? Name = null, string? Slug = null, RootlyName? Data = null, RootlyName? Attributes = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(RootlyMessage))]
[JsonSerializable(typeof(RootlyItem))]
[JsonSerializable(typeof(RootlyName))]
sealed partial class RootlyJson : JsonSerializerContext;
