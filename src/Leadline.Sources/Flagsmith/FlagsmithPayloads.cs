using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Flagsmith;

// Only what is read of the webhook of an environment, in Flagsmith's own names.
sealed record FlagsmithEvent(string? EventType = null, FlagsmithChange? Data = null);

sealed record FlagsmithChange(FeatureState? NewState = null, FeatureState? PreviousState = null, JsonElement? Timestamp = null);

sealed record FeatureState
{
    public bool? Enabled { get; init; }
    public NamedThing? Environment { get; init; }
    public Feature? Feature { get; init; }

    /// <summary>Where it holds for a segment alone.</summary>
    public JsonElement? FeatureSegment { get; init; }

    /// <summary>Where it holds for one of the users alone.</summary>
    public JsonElement? Identity { get; init; }
}

sealed record Feature(string? Name = null, NamedThing? Project = null);

sealed record NamedThing(string? Name = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FlagsmithEvent))]
sealed partial class FlagsmithJson : JsonSerializerContext;
