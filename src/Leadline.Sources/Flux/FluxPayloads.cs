using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Flux;

// Only what is read, in the names of Flux's notification-controller and of Flagger.

/// <summary>An event of Flux where it involves an object, one of Flagger where it has a phase.</summary>
sealed record FluxEvent
{
    public InvolvedObject? InvolvedObject { get; init; }
    public string? Timestamp { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }

    /// <summary>
    /// The keys of Flux begin with the group of the involved object, those of an Alert's eventMetadata are its own.
    /// </summary>
    public Dictionary<string, JsonElement>? Metadata { get; init; }

    public string? Name { get; init; }
    public string? Namespace { get; init; }
    public string? Phase { get; init; }
    public string? Checksum { get; init; }
}

sealed record InvolvedObject(string? Kind = null, string? Name = null, string? Namespace = null, string? Uid = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FluxEvent))]
sealed partial class FluxJson : JsonSerializerContext;
