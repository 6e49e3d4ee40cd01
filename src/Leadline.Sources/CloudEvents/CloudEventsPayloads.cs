using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.CloudEvents;

/// <summary>The envelope in structured mode; only what is read.</summary>
sealed record CloudEvent
{
    public string? Type { get; init; }
    public JsonElement? Data { get; init; }

    [JsonPropertyName("data_base64")]
    public string? DataBase64 { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CloudEvent))]
sealed partial class CloudEventsJson : JsonSerializerContext;
