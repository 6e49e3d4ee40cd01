using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Otlp;

/// <summary>
/// One request of an exporter, of which only the records are kept that say something of a pipeline or a deployment. The rest,
/// which is nearly all of what programs tell, is counted.
/// </summary>
/// <param name="Body">OTLP's JSON of what is kept, with <paramref name="Received"/> in it; the same again gives itself.</param>
/// <param name="Received">How it came.</param>
/// <param name="Statements">What the records that are kept state, in their order.</param>
public sealed record OtlpExport(ReadOnlyMemory<byte> Body, OtlpReceived Received, ImmutableArray<Reading> Statements)
{
    public const string AsJson = "application/json", AsProtobuf = "application/x-protobuf";

    /// <summary>The signal of JSON that is no request of OTLP; nothing of it is kept.</summary>
    public const string None = "none";

    /// <summary>So much of one record, or of what stands around records, is written as JSON at most.</summary>
    const int MostOfRecord = 1024 * 1024;

    /// <summary>So many bytes of JSON are made of one request at most.</summary>
    const int MostInAll = 25 * 1024 * 1024;

    static readonly ImmutableArray<Signal> Signals =
    [
        new("traces", "resourceSpans", "scopeSpans", "spans", OtlpMessage.Span),
        new("logs", "resourceLogs", "scopeLogs", "logRecords", OtlpMessage.LogRecord),
        new("metrics", "resourceMetrics", "scopeMetrics", "metrics", null),
    ];

    /// <param name="body">A request in protobuf.</param>
    /// <param name="signal"><c>traces</c>, <c>logs</c> or <c>metrics</c>: the body does not tell.</param>
    /// <exception cref="FormatException">It is no such request; the message says why.</exception>
    public static OtlpExport OfProtobuf(ReadOnlyMemory<byte> body, string signal)
    {
        var kind = Signals.First(one => one.Name == signal);
        var output = new ArrayBufferWriter<byte>(1024);
        var (records, rejected, because) = (0, 0, (string?)null);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(kind.Resources);
            var request = new ProtobufFields(body.Span);
            while (request.Next())
            {
                if (request.Number != 1) continue;
                var resource = Message(request.Bytes, 1);
                var isOfPipeline = resource.IndexOf("cicd."u8) >= 0;
                var scopes = new ProtobufFields(request.Bytes);
                while (scopes.Next())
                {
                    if (scopes.Number != 2) continue;
                    var ours = new List<ReadOnlyMemory<byte>>();
                    var inScope = new ProtobufFields(scopes.Bytes);
                    while (inScope.Next())
                    {
                        if (inScope.Number != 2) continue;
                        records++;

                        // Nearly all records are of programs that run. They are told by their bytes, before anything is made of
                        // them.
                        if (kind.Record is null || !(isOfPipeline || MayBeMeasured(inScope.Bytes))) continue;
                        try
                        {
                            ours.Add(kind.Record.Json(inScope.Bytes, MostOfRecord));
                        }
                        catch (FormatException error)
                        {
                            rejected++;
                            because ??= error.Message;
                        }
                    }

                    if (ours.Count == 0) continue;
                    writer.WriteStartObject();
                    writer.WritePropertyName("resource");
                    writer.WriteRawValue(OtlpMessage.Resource.Json(resource, MostOfRecord).Span);
                    writer.WriteStartArray(kind.Scopes);
                    writer.WriteStartObject();
                    writer.WritePropertyName("scope");
                    writer.WriteRawValue(OtlpMessage.Scope.Json(Message(scopes.Bytes, 1), MostOfRecord).Span);
                    writer.WriteStartArray(kind.Records);
                    foreach (var record in ours) writer.WriteRawValue(record.Span);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                    if (writer.BytesCommitted + writer.BytesPending > MostInAll)
                        throw new FormatException("as JSON it is larger than 25 MiB: send less at once");
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return OfJson(output.WrittenMemory, signal, new OtlpReceived(signal, AsProtobuf, records, 0, rejected, because));
    }

    /// <param name="body">A request in OTLP's JSON.</param>
    /// <param name="signal"><c>traces</c>, <c>logs</c> or <c>metrics</c>; null where the body is to tell.</param>
    /// <exception cref="FormatException">It is no such request; the message says why.</exception>
    public static OtlpExport OfJson(ReadOnlyMemory<byte> body, string? signal = null)
    {
        try
        {
            return OfJson(body, signal, null);
        }
        catch (JsonException error)
        {
            throw new FormatException(JsonSentence.Of(error), error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException("a text in the body holds half a character, which is no text", error);
        }
    }

    static OtlpExport OfJson(ReadOnlyMemory<byte> body, string? signal, OtlpReceived? before)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("the body is no request of OTLP: it must be an object");
        if (Signals.FirstOrDefault(
            one => signal is null ? root.TryGetProperty(one.Resources, out _) : one.Name == signal) is not { } kind)
            return new OtlpExport(
                """{"received":{"signal":"none","as":"application/json"}}"""u8.ToArray(), new OtlpReceived(None, AsJson), []);

        // What was taken apart before has counted what is no longer in it.
        before ??= root.TryGetProperty("received"u8, out var kept) ? kept.Deserialize(OtlpJson.Default.OtlpReceived) : null;
        var reduction = new Reduction(kind);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(kind.Resources);
            foreach (var resource in Items(root, kind.Resources)) reduction.Write(writer, resource);
            writer.WriteEndArray();
            reduction.Received = new OtlpReceived(
                kind.Name, before?.As ?? AsJson, before?.Records ?? reduction.Records, reduction.Statements.Count,
                (before?.Rejected ?? 0) + reduction.Rejected, before?.Because ?? reduction.Because);
            writer.WritePropertyName("received");
            JsonSerializer.Serialize(writer, reduction.Received, OtlpJson.Default.OtlpReceived);
            writer.WriteEndObject();
        }

        return new OtlpExport(output.WrittenMemory, reduction.Received, [.. reduction.Statements]);
    }

    static bool MayBeMeasured(ReadOnlySpan<byte> record) =>
        record.IndexOf("cicd."u8) >= 0 || record.IndexOf("deployment."u8) >= 0;

    /// <summary>The last field of this number, as protobuf has it; empty where there is none.</summary>
    static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> around, int number)
    {
        ReadOnlySpan<byte> found = default;
        var fields = new ProtobufFields(around);
        while (fields.Next())
            if (fields.Number == number) found = fields.Bytes;
        return found;
    }

    static JsonElement.ArrayEnumerator Items(JsonElement around, string name)
    {
        if (around.ValueKind != JsonValueKind.Object) throw new FormatException($"what holds {name} is no object");
        if (!around.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null) return default;
        return list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw new FormatException($"{name} is no list");
    }

    /// <summary>How a signal calls what it nests.</summary>
    /// <param name="Record">Null where nothing is read of it.</param>
    sealed record Signal(string Name, string Resources, string Scopes, string Records, OtlpMessage? Record);

    /// <summary>Writes what is kept, resource by resource.</summary>
    sealed class Reduction(Signal signal)
    {
        public int Records { get; private set; }

        public int Rejected { get; private set; }

        public string? Because { get; private set; }

        public List<Reading> Statements { get; } = [];

        public OtlpReceived Received { get; set; } = new(signal.Name, AsJson);

        public void Write(Utf8JsonWriter writer, JsonElement resource)
        {
            var scopes = new List<(JsonElement Scope, List<JsonElement> Records)>();
            Attributes? around = null;
            foreach (var scope in Items(resource, signal.Scopes))
            {
                var ours = new List<JsonElement>();
                foreach (var record in Items(scope, signal.Records))
                {
                    Records++;
                    if (signal.Record is null) continue;
                    around ??= new Attributes(
                        resource.TryGetProperty("resource"u8, out var said)
                            ? said.Deserialize(OtlpJson.Default.Resource)?.Attributes : null, null);
                    if (Read(record, around) is not { IsMeasured: true } statement) continue;
                    ours.Add(record);
                    Statements.Add(statement.Facts.IsEmpty ? Reading.Ignored(statement.Because!) : Reading.Of(statement.Facts));
                }

                if (ours.Count > 0) scopes.Add((scope, ours));
            }

            if (scopes.Count > 0) WriteExcept(writer, resource, signal.Scopes, () =>
            {
                foreach (var (scope, records) in scopes) WriteExcept(writer, scope, signal.Records, () =>
                {
                    foreach (var record in records) PersonalAttributes.Write(writer, record);
                });
            });
        }

        /// <summary>Null where it cannot be read.</summary>
        OtlpStatement? Read(JsonElement record, Attributes around)
        {
            try
            {
                return signal.Name == "traces"
                    ? OtlpConversion.Of(
                        record.Deserialize(OtlpJson.Default.Span) ?? throw new FormatException("a span is null"), around)
                    : OtlpConversion.Of(
                        record.Deserialize(OtlpJson.Default.LogRecord) ?? throw new FormatException("a log record is null"),
                        around);
            }
            catch (Exception error)
                when (error is JsonException or FormatException or InvalidOperationException or ArgumentException)
            {
                Rejected++;
                Because ??= error.Message;
                return null;
            }
        }

        /// <summary>The object as it is, with another list under this name.</summary>
        static void WriteExcept(Utf8JsonWriter writer, JsonElement whole, string list, Action items)
        {
            writer.WriteStartObject();
            foreach (var part in whole.EnumerateObject().Where(part => !part.NameEquals(list)))
            {
                writer.WritePropertyName(part.Name);
                PersonalAttributes.Write(writer, part.Value);
            }

            writer.WriteStartArray(list);
            items();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
