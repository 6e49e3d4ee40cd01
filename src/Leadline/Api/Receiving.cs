using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Leadline;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>Where deliveries come in: authenticated before any reader's code runs, durable before they are acknowledged.</summary>
static class Receiving
{
    public const long Largest = 25 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/deliveries/{source}", DeliverAsync).WithSummary("A webhook's delivery").Produces<Acknowledgement>(202).Produces<Acknowledgement>(200).ProducesProblem(401).ProducesProblem(413).ProducesProblem(503);
        api.MapPost("/events", EventsAsync).WithSummary("Events in Leadline's own JSON: one object, an array, or one a line").Produces<EventsAcknowledgement>(202).ProducesProblem(400);
    }

    static async Task<IResult> DeliverAsync(string source, HttpContext context, LeadlineSettings settings, Access access, DeliveryLog log, Intake intake, TimeProvider clock)
    {
        if (Catalogue.Find(source) is not { } reader) return Problem.Of(404, $"there is no source '{source}': the sources are {string.Join(", ", Catalogue.Readers.Select(known => known.Source))}");
        if (await BodyAsync(context) is not { } body) return Problem.Of(413, "the body is larger than 25 MiB");
        var delivery = new Delivery
        {
            Source = reader.Source,
            Headers = Delivery.NoHeaders.AddRange(context.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))),
            Body = body,
            ReceivedAt = clock.GetUtcNow(),
        };
        var secrets = settings.Secrets.GetValueOrDefault(reader.Source, []);
        if (secrets.IsDefaultOrEmpty)
        {
            // Whoever can reach a loopback address is on this machine already; anybody else must prove who they are.
            if (!access.IsLoopbackOnly) return Problem.Of(401, $"no secret is set for {source}: add sources.{source}.secret to leadline.yaml");
        }
        else if (!secrets.Any(secret => reader.IsAuthentic(delivery, Encoding.UTF8.GetBytes(secret))))
        {
            return Problem.Of(401, "the signature does not fit: check that both sides have the same secret");
        }

        return await AcknowledgeAsync(log, intake.Prepare(reader, delivery), context);
    }

    static async Task<IResult> AcknowledgeAsync(DeliveryLog log, NewDelivery delivery, HttpContext context)
    {
        try
        {
            if (await log.AppendAsync(delivery, context.RequestAborted) is not { } appended) return Busy(context, "too many deliveries wait to be stored");
            return Results.Json(new Acknowledgement(appended.Id, appended.Known ? "known" : "stored"), Wire.Json, statusCode: appended.Known ? 200 : 202);
        }
        catch (StoreException error)
        {
            return Busy(context, error.Message);
        }
    }

    static async Task<IResult> EventsAsync(HttpContext context, DeliveryLog log, Intake intake, TimeProvider clock)
    {
        if (await BodyAsync(context) is not { } body) return Problem.Of(413, "the body is larger than 25 MiB");
        var rejected = ImmutableArray.CreateBuilder<RejectedLine>();
        var good = new MemoryStream();
        var line = 0;
        try
        {
            foreach (var item in LeadlineReader.Items(body))
            {
                line++;
                if (OwnJson.Check(item.Span) is { } wrong)
                {
                    rejected.Add(new RejectedLine(line, wrong));
                    continue;
                }

                good.Write(item.Span);
                good.WriteByte((byte)'\n');
            }
        }
        catch (System.Text.Json.JsonException)
        {
            rejected.Add(new RejectedLine(line + 1, "this is not JSON"));
        }

        if (good.Length == 0)
        {
            return Results.Problem(
                detail: line == 0 ? "the body is empty: send an object, an array of them, or one a line" : "nothing in the body could be taken", statusCode: 400,
                extensions: new Dictionary<string, object?> { ["errors"] = rejected.ToImmutable() });
        }

        var reader = Catalogue.Find("leadline")!;
        var delivery = new Delivery { Source = reader.Source, Headers = Delivery.NoHeaders, Body = good.ToArray(), ReceivedAt = clock.GetUtcNow() };
        try
        {
            if (await log.AppendAsync(intake.Prepare(reader, delivery), context.RequestAborted) is not { } appended) return Busy(context, "too many deliveries wait to be stored");
            var taken = new EventsAcknowledgement(appended.Id, appended.Known ? "known" : "stored", line - rejected.Count, rejected.ToImmutable());
            return Results.Json(taken, Wire.Json, statusCode: appended.Known ? 200 : 202);
        }
        catch (StoreException error)
        {
            return Busy(context, error.Message);
        }
    }

    static IResult Busy(HttpContext context, string sentence)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Of(503, sentence + ": send it again");
    }

    /// <summary>Null where it is too large, before or after it is inflated.</summary>
    static async Task<byte[]?> BodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > Largest) return null;
        var gzip = context.Request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase);
        await using var inflated = gzip ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : null;
        var source = inflated ?? context.Request.Body;
        var target = new MemoryStream((int)(context.Request.ContentLength ?? 4096));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await source.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
            {
                target.Write(buffer, 0, read);
                if (target.Length > Largest) return null;
            }
        }
        catch (InvalidDataException)
        {
            // Said to be gzip and is none: kept as it came, to be shown as unreadable.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return target.ToArray();
    }
}

/// <param name="Status"><c>stored</c>, or <c>known</c> where the same delivery had come before.</param>
public sealed record Acknowledgement(long Id, string Status);

public sealed record EventsAcknowledgement(long Id, string Status, int Taken, ImmutableArray<RejectedLine> Rejected);

public sealed record RejectedLine(int Line, string Reason);
