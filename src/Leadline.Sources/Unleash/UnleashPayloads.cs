using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Unleash;

/// <summary>An event as Unleash's webhook sends it where nobody gave it another body; only what is read.</summary>
sealed record UnleashEvent
{
    public long? Id { get; init; }
    public string? Type { get; init; }
    public JsonElement? CreatedAt { get; init; }
    public string? FeatureName { get; init; }
    public string? Project { get; init; }
    public string? Environment { get; init; }
    public UnleashTag?[]? Tags { get; init; }
}

sealed record UnleashTag(string? Type = null, string? Value = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UnleashEvent))]
sealed partial class UnleashJson : JsonSerializerContext;
