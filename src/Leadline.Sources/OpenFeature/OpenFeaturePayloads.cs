using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.OpenFeature;

/// <summary>
/// That a flag was switched, in OpenFeature's words; OpenFeature itself has no event for it that says to what.
/// </summary>
sealed record FlagSwitched
{
    public string? Id { get; init; }
    public string? FlagKey { get; init; }
    public string? Environment { get; init; }

    /// <summary>What it answers from then on.</summary>
    public bool? Value { get; init; }

    public JsonElement? Timestamp { get; init; }
    public FlagMetadata? FlagMetadata { get; init; }
}

sealed record FlagMetadata(string? Service = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FlagSwitched))]
sealed partial class OpenFeatureJson : JsonSerializerContext;
