using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Leadline.Sources.Otlp;

/// <summary>
/// A message of OTLP by its fields, as opentelemetry-proto 1 defines them: enough to write one as the JSON that OTLP has for it,
/// with ids in hexadecimal digits and numbers of 64 bits as strings. Fields that it does not know are passed over.
/// </summary>
sealed class OtlpMessage
{
    // A value that holds values holds them four levels further down, and whoever reads JSON stops at 64.
    const int DeepestValue = 8;

    static readonly OtlpMessage Value = new(), KeyValue = new(), Values = new(), KeyValues = new();

    /// <summary>The three that stand around the records, each the same for traces, logs and metrics.</summary>
    public static readonly OtlpMessage Resource = new(), Scope = new();

    public static readonly OtlpMessage Span = new(), LogRecord = new();

    static readonly OtlpMessage Event = new(), Link = new(), Status = new(), Entity = new();

    (int Number, string Name, Kind Kind, OtlpMessage? Of, bool Many)[] fields = [];

    static OtlpMessage()
    {
        Value.fields =
        [
            One(1, "stringValue", Kind.Text), One(2, "boolValue", Kind.Bool), One(3, "intValue", Kind.Int64),
            One(4, "doubleValue", Kind.Double), One(5, "arrayValue", Values), One(6, "kvlistValue", KeyValues),
            One(7, "bytesValue", Kind.Base64),
        ];
        KeyValue.fields = [One(1, "key", Kind.Text), One(2, "value", Value)];
        Values.fields = [Many(1, "values", Value)];
        KeyValues.fields = [Many(1, "values", KeyValue)];
        Entity.fields =
        [
            One(1, "schemaUrl", Kind.Text), One(2, "type", Kind.Text), Many(3, "idKeys", Kind.Text),
            Many(4, "descriptionKeys", Kind.Text),
        ];
        Resource.fields =
        [
            Many(1, "attributes", KeyValue), One(2, "droppedAttributesCount", Kind.UInt32), Many(3, "entityRefs", Entity),
        ];
        Scope.fields =
        [
            One(1, "name", Kind.Text), One(2, "version", Kind.Text), Many(3, "attributes", KeyValue),
            One(4, "droppedAttributesCount", Kind.UInt32),
        ];
        Event.fields =
        [
            One(1, "timeUnixNano", Kind.UInt64), One(2, "name", Kind.Text), Many(3, "attributes", KeyValue),
            One(4, "droppedAttributesCount", Kind.UInt32),
        ];
        Link.fields =
        [
            One(1, "traceId", Kind.Hex), One(2, "spanId", Kind.Hex), One(3, "traceState", Kind.Text),
            Many(4, "attributes", KeyValue),
            One(5, "droppedAttributesCount", Kind.UInt32), One(6, "flags", Kind.UInt32),
        ];
        Status.fields = [One(2, "message", Kind.Text), One(3, "code", Kind.UInt32)];
        Span.fields =
        [
            One(1, "traceId", Kind.Hex), One(2, "spanId", Kind.Hex), One(3, "traceState", Kind.Text),
            One(4, "parentSpanId", Kind.Hex),
            One(5, "name", Kind.Text), One(6, "kind", Kind.UInt32), One(7, "startTimeUnixNano", Kind.UInt64),
            One(8, "endTimeUnixNano", Kind.UInt64), Many(9, "attributes", KeyValue),
            One(10, "droppedAttributesCount", Kind.UInt32),
            Many(11, "events", Event), One(12, "droppedEventsCount", Kind.UInt32), Many(13, "links", Link),
            One(14, "droppedLinksCount", Kind.UInt32), One(15, "status", Status), One(16, "flags", Kind.UInt32),
        ];
        LogRecord.fields =
        [
            One(1, "timeUnixNano", Kind.UInt64), One(11, "observedTimeUnixNano", Kind.UInt64),
            One(2, "severityNumber", Kind.UInt32),
            One(3, "severityText", Kind.Text), One(12, "eventName", Kind.Text), One(5, "body", Value),
            Many(6, "attributes", KeyValue),
            One(7, "droppedAttributesCount", Kind.UInt32), One(8, "flags", Kind.UInt32), One(9, "traceId", Kind.Hex),
            One(10, "spanId", Kind.Hex),
        ];
    }

    enum Kind { Text, Base64, Hex, Bool, UInt32, Int64, UInt64, Double, Message }

    /// <summary>The message as JSON, of at most so many bytes.</summary>
    /// <exception cref="FormatException">It is cut off or no protobuf, values stand too deep in it, or it is larger.</exception>
    public ReadOnlyMemory<byte> Json(ReadOnlySpan<byte> message, int most)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output)) Write(writer, message, most, 0);
        return output.WrittenMemory;
    }

    void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> message, int most, int depth)
    {
        writer.WriteStartObject();

        // The fields of a list need not stand together: each field is looked for from the start.
        foreach (var (number, name, kind, of, many) in fields)
        {
            var found = false;
            var lastValue = 0ul;
            ReadOnlySpan<byte> lastBytes = default;
            var read = new ProtobufFields(message);
            while (read.Next())
            {
                if (read.Number != number) continue;
                if (many)
                {
                    if (!found) writer.WriteStartArray(name);
                    WriteOne(writer, kind, of, read.Value, read.Bytes, most, depth);
                }

                found = true;
                lastValue = read.Value;
                lastBytes = read.Bytes;
            }

            if (!found) continue;
            if (many)
            {
                writer.WriteEndArray();
                continue;
            }

            writer.WritePropertyName(name);
            WriteOne(writer, kind, of, lastValue, lastBytes, most, depth);
        }

        writer.WriteEndObject();
    }

    static void WriteOne(
        Utf8JsonWriter writer, Kind kind, OtlpMessage? of, ulong value, ReadOnlySpan<byte> bytes, int most, int depth)
    {
        if (writer.BytesCommitted + writer.BytesPending + bytes.Length > most)
            throw new FormatException("a record is larger than anything that says what happened");
        switch (kind)
        {
            case Kind.Text: writer.WriteStringValue(Encoding.UTF8.GetString(bytes)); break;
            case Kind.Base64: writer.WriteBase64StringValue(bytes); break;
            case Kind.Hex: writer.WriteStringValue(Convert.ToHexStringLower(bytes)); break;
            case Kind.Bool: writer.WriteBooleanValue(value != 0); break;
            case Kind.UInt32: writer.WriteNumberValue((uint)value); break;
            case Kind.Int64: writer.WriteStringValue($"{(long)value}"); break;
            case Kind.UInt64: writer.WriteStringValue($"{value}"); break;
            case Kind.Double: WriteDouble(writer, BitConverter.UInt64BitsToDouble(value)); break;
            default:
                if (depth + (of == Value ? 1 : 0) is var deeper && deeper > DeepestValue)
                    throw new FormatException($"values stand in values more than {DeepestValue} levels deep");
                of!.Write(writer, bytes, most, deeper);
                break;
        }
    }

    /// <summary>As protobuf's JSON has the three that are no numbers.</summary>
    static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    static (int, string, Kind, OtlpMessage?, bool) One(int number, string name, Kind kind) => (number, name, kind, null, false);

    static (int, string, Kind, OtlpMessage?, bool) One(int number, string name, OtlpMessage of) =>
        (number, name, Kind.Message, of, false);

    static (int, string, Kind, OtlpMessage?, bool) Many(int number, string name, Kind kind) => (number, name, kind, null, true);

    static (int, string, Kind, OtlpMessage?, bool) Many(int number, string name, OtlpMessage of) =>
        (number, name, Kind.Message, of, true);
}
