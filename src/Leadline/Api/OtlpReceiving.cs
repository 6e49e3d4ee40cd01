using System.Buffers;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Otlp;
using Leadline.Storage;
using Leadline.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Leadline.Api;

/// <summary>
/// Where OpenTelemetry's exporters send, by OTLP/HTTP: in protobuf or JSON, answered in the same, errors as
/// <c>google.rpc.Status</c>.
/// </summary>
static class OtlpReceiving
{
    /// <summary>What stands before <c>/traces</c>, <c>/logs</c> and <c>/metrics</c>; OTLP sets it.</summary>
    public const string Root = "/v1";

    public static void Map(IEndpointRouteBuilder app)
    {
        // How they are called and what they hold is in OTLP's own documents, not in ours.
        var otlp = app.MapGroup(Root).ExcludeFromDescription();
        foreach (var (signal, rejected) in new[]
        {
            ("traces", "rejectedSpans"), ("logs", "rejectedLogRecords"), ("metrics", "rejectedDataPoints"),
        })
        {
            otlp.MapPost(
                "/" + signal,
                (HttpContext context, LeadlineSettings settings, Access access, DeliveryLog log, Intake intake, TimeProvider clock, ILoggerFactory loggers) =>
                    new Export(signal, rejected, context).AnswerAsync(settings, access, log, intake, clock, loggers));
        }
    }

    /// <summary>One request and its answer.</summary>
    sealed class Export(string signal, string rejectedKey, HttpContext context)
    {
        readonly string mediaType = MediaTypeOf(context.Request.ContentType);

        bool IsJson => mediaType != OtlpExport.AsProtobuf;

        public async Task<IResult> AnswerAsync(
            LeadlineSettings settings, Access access, DeliveryLog log, Intake intake, TimeProvider clock, ILoggerFactory loggers)
        {
            if (mediaType is not (OtlpExport.AsProtobuf or OtlpExport.AsJson))
                return Refused(415, $"OTLP is sent as {OtlpExport.AsProtobuf} or {OtlpExport.AsJson}, not as '{mediaType}'");
            var reader = Catalogue.Find("otlp")!;
            var (body, refused) = await Receiving.BodyAsync(context);
            if (refused is not null) return Refused(refused);
            var delivery = DeliveryOf(reader, body, clock.GetUtcNow(), context.Request);
            if (Receiving.Untrusted(reader, delivery, settings, access, context, loggers) is { } untrusted)
                return Refused(untrusted);
            try
            {
                var export = IsJson ? OtlpExport.OfJson(body, signal) : OtlpExport.OfProtobuf(body, signal);
                var kept = DeliveryOf(reader, export.Body, delivery.ReceivedAt, context.Request);
                return await StoredAsync(log, intake.Prepare(reader, kept)) ?? Taken(export.Received);
            }
            catch (FormatException error)
            {
                // An exporter does not send again what was refused: it is kept as unreadable, so that it can be seen.
                return await StoredAsync(log, intake.Prepare(reader, delivery)) ?? Refused(400, error.Message);
            }
        }

        static Delivery DeliveryOf(
            SourceReader reader, ReadOnlyMemory<byte> body, DateTimeOffset now, HttpRequest request) => new()
            {
                Source = reader.Source,
                Headers = Delivery.NoHeaders.AddRange(
                request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))),
                Body = body,
                ReceivedAt = now,
            };

        /// <summary>Null once it is durable, else the refusal.</summary>
        async Task<IResult?> StoredAsync(DeliveryLog log, NewDelivery delivery)
        {
            try
            {
                if (await log.AppendAsync(delivery, context.RequestAborted) is not { } appended)
                    return Refused(Receiving.Busy(context, "too many deliveries wait to be stored"));
                Count(appended.Known ? "known" : "stored");
                return null;
            }
            catch (StoreException error)
            {
                return Refused(Receiving.Busy(context, error.Message));
            }
        }

        /// <summary>
        /// An Export…ServiceResponse: empty where all was taken, else how many records could not be read and why.
        /// </summary>
        IResult Taken(OtlpReceived received)
        {
            if (received.Rejected == 0) return IsJson ? Json("{}"u8.ToArray(), 200) : new WithStatus(200, mediaType, default);
            var because = $"{received.Rejected} of {received.Records} records could not be read: {received.Because}";
            if (IsJson)
            {
                return Json(
                    Written(writer =>
                    {
                        writer.WriteStartObject("partialSuccess");
                        writer.WriteString(rejectedKey, $"{received.Rejected}");
                        writer.WriteString("errorMessage", because);
                        writer.WriteEndObject();
                    }),
                    200);
            }

            var partial = new ArrayBufferWriter<byte>();
            WriteNumber(partial, 1, (ulong)received.Rejected);
            WriteBytes(partial, 2, Encoding.UTF8.GetBytes(because));
            var response = new ArrayBufferWriter<byte>();
            WriteBytes(response, 1, partial.WrittenSpan);
            return new WithStatus(200, mediaType, response.WrittenMemory);
        }

        IResult Refused(IResult refusal) => refusal is ProblemHttpResult { ProblemDetails.Detail: { } sentence } problem
            ? Refused(problem.StatusCode, sentence)
            : refusal;

        IResult Refused(int status, string sentence)
        {
            Count(status == 503 ? "later" : "refused");

            // Of the codes of gRPC: invalid argument, unauthenticated, resource exhausted, unavailable.
            var code = status switch { 401 => 16, 413 => 8, 503 => 14, _ => 3 };
            if (IsJson)
            {
                return Json(
                    Written(writer =>
                    {
                        writer.WriteNumber("code", code);
                        writer.WriteString("message", sentence);
                    }),
                    status);
            }

            var answer = new ArrayBufferWriter<byte>();
            WriteNumber(answer, 1, (ulong)code);
            WriteBytes(answer, 2, Encoding.UTF8.GetBytes(sentence));
            return new WithStatus(status, mediaType, answer.WrittenMemory);
        }

        static void Count(string outcome) =>
            Instruments.Deliveries.Add(1, new("leadline.source", "otlp"), new("leadline.outcome", outcome));

        static WithStatus Json(ReadOnlyMemory<byte> body, int status) => new(status, OtlpExport.AsJson, body);

        static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
        {
            var output = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(output))
            {
                writer.WriteStartObject();
                write(writer);
                writer.WriteEndObject();
            }

            return output.WrittenMemory;
        }

        static void WriteNumber(ArrayBufferWriter<byte> output, int field, ulong value)
        {
            WriteVarint(output, (ulong)field << 3);
            WriteVarint(output, value);
        }

        static void WriteBytes(ArrayBufferWriter<byte> output, int field, ReadOnlySpan<byte> bytes)
        {
            WriteVarint(output, ((ulong)field << 3) | 2);
            WriteVarint(output, (ulong)bytes.Length);
            output.Write(bytes);
        }

        static void WriteVarint(ArrayBufferWriter<byte> output, ulong value)
        {
            for (; value >= 0x80; value >>= 7) output.Write([(byte)(value | 0x80)]);
            output.Write([(byte)value]);
        }

        static string MediaTypeOf(string? contentType) => (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
    }

    sealed class WithStatus(int status, string mediaType, ReadOnlyMemory<byte> body) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = mediaType;
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }
    }
}
