using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Otlp;

// Only what is read, in the names of OTLP's JSON. Numbers of 64 bits come as strings or as numbers, so both are taken.
sealed record Resource(KeyValue?[]? Attributes = null);

sealed record Span
{
    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
    public string? ParentSpanId { get; init; }
    public string? Name { get; init; }
    public JsonElement? StartTimeUnixNano { get; init; }
    public JsonElement? EndTimeUnixNano { get; init; }
    public KeyValue?[]? Attributes { get; init; }
    public SpanEvent?[]? Events { get; init; }
    public SpanStatus? Status { get; init; }
}

sealed record SpanEvent
{
    public JsonElement? TimeUnixNano { get; init; }
    public KeyValue?[]? Attributes { get; init; }
}

/// <param name="Code">1 where it went well, 2 where it did not; 0 or nothing says neither.</param>
sealed record SpanStatus(JsonElement? Code = null);

sealed record LogRecord
{
    public JsonElement? TimeUnixNano { get; init; }
    public JsonElement? ObservedTimeUnixNano { get; init; }
    public KeyValue?[]? Attributes { get; init; }

    /// <summary>Where it is a list of keys and values it says more about the event.</summary>
    public AnyValue? Body { get; init; }

    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
}

/// <summary>What names a person has its value under <c>person</c> instead, where it is kept; nothing reads that.</summary>
sealed record KeyValue(string? Key = null, AnyValue? Value = null);

sealed record AnyValue
{
    public string? StringValue { get; init; }
    public bool? BoolValue { get; init; }
    public JsonElement? IntValue { get; init; }
    public JsonElement? DoubleValue { get; init; }
    public KeyValues? KvlistValue { get; init; }
}

sealed record KeyValues(KeyValue?[]? Values = null);

/// <summary>How an export came, of which only some is kept.</summary>
/// <param name="Signal"><c>traces</c>, <c>logs</c> or <c>metrics</c>.</param>
/// <param name="As">The media type in which it was sent.</param>
/// <param name="Records">Spans, log records or metrics in all.</param>
/// <param name="Kept">Those that stand in the body still.</param>
/// <param name="Rejected">Those that could not be read.</param>
/// <param name="Because">What is wrong with the first of these.</param>
public sealed record OtlpReceived(
    string Signal, string As, int Records = 0, int Kept = 0, int Rejected = 0, string? Because = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Resource))]
[JsonSerializable(typeof(Span))]
[JsonSerializable(typeof(LogRecord))]
[JsonSerializable(typeof(OtlpReceived))]
sealed partial class OtlpJson : JsonSerializerContext;
