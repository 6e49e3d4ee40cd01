using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.ServiceNow;

// Only what is read, in ServiceNow's own names.

/// <summary>One record of a table, of which any field may be missing.</summary>
sealed record ServiceNowRecord
{
    public ServiceNowField? SysId { get; init; }
    public ServiceNowField? Number { get; init; }
    public ServiceNowField? SysClassName { get; init; }

    /// <summary>In place of <see cref="SysClassName"/> in the payload of our README.</summary>
    public ServiceNowField? Table { get; init; }

    public ServiceNowField? State { get; init; }
    public ServiceNowField? IncidentState { get; init; }
    public ServiceNowField? Active { get; init; }
    public ServiceNowField? OpenedAt { get; init; }
    public ServiceNowField? SysCreatedOn { get; init; }
    public ServiceNowField? SysUpdatedOn { get; init; }
    public ServiceNowField? ResolvedAt { get; init; }
    public ServiceNowField? ClosedAt { get; init; }
    public ServiceNowField? ShortDescription { get; init; }
    public ServiceNowField? Priority { get; init; }
    public ServiceNowField? Severity { get; init; }
    public ServiceNowField? CmdbCi { get; init; }
    public ServiceNowField? BusinessService { get; init; }
    public ServiceNowField? Url { get; init; }
}

/// <summary>
/// What a field holds: as text, or as an object with what is stored, what is shown, and where the record stands that it points
/// to.
/// </summary>
/// <param name="Value">What is stored: a state's number, a time in UTC, the id of another record.</param>
/// <param name="Name">What is shown, in the language of whoever asked; null where only an id is known.</param>
[JsonConverter(typeof(ServiceNowFieldConverter))]
sealed record ServiceNowField(string? Value, string? Name, string? Link);

sealed class ServiceNowFieldConverter : JsonConverter<ServiceNowField>
{
    public override ServiceNowField? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (JsonElement.ParseValue(ref reader) is not { ValueKind: not JsonValueKind.Null } value) return null;
        if (value.ValueKind != JsonValueKind.Object)
            return TextOf(value) is { } text ? new ServiceNowField(text, text, null) : null;
        var link = PartOf(value, "link");
        var shown = PartOf(value, "display_value");

        // An answer in which only what is shown was asked for has no value.
        return new ServiceNowField(PartOf(value, "value") ?? shown, shown, link);
    }

    public override void Write(Utf8JsonWriter writer, ServiceNowField value, JsonSerializerOptions options) =>
        throw new NotSupportedException("payloads are only read");

    static string? PartOf(JsonElement value, string name) => value.TryGetProperty(name, out var part) ? TextOf(part) : null;

    static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => text,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ServiceNowRecord))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class ServiceNowJson : JsonSerializerContext;
