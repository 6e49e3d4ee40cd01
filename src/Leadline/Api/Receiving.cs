using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Leadline;
using Leadline.Storage;
using Leadline.Telemetry;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Leadline.Api;

/// <summary>
/// Where deliveries come in: authenticated before any reader's code runs, durable before they are acknowledged.
/// </summary>
static partial class Receiving
{
    public const long Largest = 25 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder api)
    {
        var receiving = api.MapGroup("").AddEndpointFilter(CountAsync);
        receiving.MapPost("/deliveries/{source}", DeliverAsync).WithSummary("A webhook's delivery")
            .Produces<Acknowledgement>(202).Produces<Acknowledgement>(200).ProducesProblem(401).ProducesProblem(404)
            .ProducesProblem(413).ProducesProblem(503).AddOpenApiOperationTransformer(WithBody);
        receiving.MapPost("/events", EventsAsync)
            .WithSummary("Events in Leadline's own JSON, CDEvents or CloudEvents: one object, an array, or one a line")
            .Produces<EventsAcknowledgement>(202).Produces<EventsAcknowledgement>(200).ProducesProblem(400).ProducesProblem(413)
            .ProducesProblem(503).AddOpenApiOperationTransformer(WithBody);
    }

    /// <summary>Counts what comes by its source and by what is answered.</summary>
    static async ValueTask<object?> CountAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);

        // A name that a stranger made up is not one to count by.
        var named = context.HttpContext.GetRouteValue("source") as string;
        var source = named is null ? "leadline" : SourcesOf(context).Find(named)?.Source ?? "_OTHER";
        var outcome = (result as IStatusCodeHttpResult)?.StatusCode switch
        {
            StatusCodes.Status202Accepted => "stored",
            StatusCodes.Status200OK => "known",
            StatusCodes.Status503ServiceUnavailable => "later",
            _ => "refused",
        };
        Instruments.Deliveries.Add(1, new("leadline.source", source), new("leadline.outcome", outcome));
        return result;
    }

    static KnownSources SourcesOf(EndpointFilterInvocationContext context) =>
        context.HttpContext.RequestServices.GetRequiredService<LeadlineSettings>().Sources;

    /// <summary>The bodies are read as bytes, which the document cannot see by itself.</summary>
    static Task WithBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new(),
                ["application/x-ndjson"] = new(),
            },
        };
        return Task.CompletedTask;
    }

    static async Task<IResult> DeliverAsync(
        string source, HttpContext context, LeadlineSettings settings, Access access, DeliveryLog log, Intake intake,
        TimeProvider clock, ILoggerFactory loggers)
    {
        if (settings.Sources.Find(source) is not { } reader)
            return Problem.Of(
                404,
                $"there is no source '{source}': the sources are "
                    + $"{string.Join(", ", settings.Sources.Readers.Select(known => known.Source))}");
        var (body, refused) = await BodyAsync(context);
        if (refused is not null) return refused;
        var delivery = new Delivery
        {
            Source = reader.Source,
            Headers = HeadersOf(context.Request),
            Body = body,
            ReceivedAt = clock.GetUtcNow(),
        };

        if (Untrusted(reader, delivery, settings, access, context, loggers) is { } untrusted) return untrusted;
        return await AcknowledgeAsync(log, intake.Prepare(reader, delivery), context);
    }

    /// <summary>The refusal of a delivery that does not prove its sender; null where it does.</summary>
    internal static IResult? Untrusted(
        SourceReader reader, Delivery delivery, LeadlineSettings settings, Access access, HttpContext context,
        ILoggerFactory loggers)
    {
        var source = reader.Source;
        var secrets = SourceSecrets.Of(settings, source);
        if (!secrets.AreSet)
        {
            // Whoever can reach a loopback address is on this machine already; anybody else must prove who they are.
            return access.IsOfThisMachine(context.Request)
                ? null
                : Problem.Of(401, $"no secret is set for {source}: add sources.{source}.secret to leadline.yaml");
        }

        if (secrets.Values.Any(secret => reader.IsAuthentic(delivery, secret))) return null;
        if (secrets.Trouble is null)
            return Problem.Of(401, "the signature does not fit: check that both sides have the same secret");

        // It may be the one that cannot be read now.
        Log.SecretMissing(loggers.CreateLogger(typeof(Receiving)), source, secrets.Trouble);
        return Busy(context, $"the secret of {source} cannot be read now, the server's log says why");
    }

    static ImmutableDictionary<string, string> HeadersOf(HttpRequest request)
    {
        var headers = Delivery.NoHeaders.AddRange(
            request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));
        return request.Query["token"] is [{ Length: > 0 } token] ? headers.SetItem(Delivery.AddressToken, token) : headers;
    }

    static async Task<IResult> AcknowledgeAsync(DeliveryLog log, NewDelivery delivery, HttpContext context)
    {
        try
        {
            if (await log.AppendAsync(delivery, context.RequestAborted) is not { } appended)
                return Busy(context, "too many deliveries wait to be stored");
            return Results.Json(
                new Acknowledgement(appended.Id, appended.Known ? "known" : "stored"), Wire.Json,
                statusCode: appended.Known ? 200 : 202);
        }
        catch (StoreException error)
        {
            return Busy(context, error.Message);
        }
    }

    static async Task<IResult> EventsAsync(HttpContext context, DeliveryLog log, Intake intake, TimeProvider clock)
    {
        var (body, refused) = await BodyAsync(context);
        if (refused is not null) return refused;
        var rejected = ImmutableArray.CreateBuilder<RejectedLine>();
        var good = new MemoryStream();
        var taken = 0;
        try
        {
            foreach (var item in LeadlineReader.Items(body))
            {
                if (LeadlineReader.Check(item.Span) is { } wrong)
                {
                    rejected.Add(new RejectedLine(LineOf(body, item), wrong));
                    continue;
                }

                taken++;
                good.Write(item.Span);
                good.WriteByte((byte)'\n');
            }
        }
        catch (System.Text.Json.JsonException)
        {
            // An array is taken apart as a whole before its first item is looked at.
            rejected.Add(new RejectedLine(1, "this is not a JSON array of objects"));
        }

        if (good.Length == 0)
        {
            return Results.Problem(
                detail: rejected.Count == 0 ? "the body is empty: send an object, an array of them, or one a line"
                    : "nothing in the body could be taken", statusCode: 400,
                extensions: new Dictionary<string, object?> { ["errors"] = rejected.ToImmutable() });
        }

        var reader = Catalogue.Find("leadline")!;
        var delivery = new Delivery
        {
            Source = reader.Source,
            Headers = Delivery.NoHeaders,
            Body = good.ToArray(),
            ReceivedAt = clock.GetUtcNow(),
        };
        try
        {
            if (await log.AppendAsync(intake.Prepare(reader, delivery), context.RequestAborted) is not { } appended)
                return Busy(context, "too many deliveries wait to be stored");
            var answer = new EventsAcknowledgement(
                appended.Id, appended.Known ? "known" : "stored", taken, rejected.ToImmutable());
            return Results.Json(answer, Wire.Json, statusCode: appended.Known ? 200 : 202);
        }
        catch (StoreException error)
        {
            return Busy(context, error.Message);
        }
    }

    internal static IResult Busy(HttpContext context, string sentence)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Of(503, sentence + ": send it again");
    }

    /// <summary>The line of the body on which the item begins, from 1.</summary>
    static int LineOf(byte[] body, ReadOnlyMemory<byte> item) =>
        MemoryMarshal.TryGetArray(item, out var part) ? body.AsSpan(0, part.Offset).Count((byte)'\n') + 1 : 1;

    /// <summary>
    /// The body, inflated where it came as gzip; or the refusal of one that is too large before or after that.
    /// </summary>
    internal static async Task<(byte[] Body, IResult? Refused)> BodyAsync(HttpContext context)
    {
        var request = context.Request;
        var encoding = request.Headers.ContentEncoding.ToString().ToLowerInvariant();
        if (encoding is not ("" or "identity" or "gzip"))
            return ([], Problem.Of(415, $"Content-Encoding: {encoding} is not understood: send the body plain or as gzip"));
        if (request.ContentLength > Largest) return ([], TooLarge());
        try
        {
            if (await ReadAsync(request.Body, context.RequestAborted) is not { } body) return ([], TooLarge());
            if (encoding != "gzip") return (body, null);
            await using var inflated = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
            return await ReadAsync(inflated, context.RequestAborted) is { } plain ? (plain, null) : ([], TooLarge());
        }
        catch (InvalidDataException)
        {
            return ([], Problem.BadRequest("Content-Encoding says gzip, but the body is none"));
        }
        catch (BadHttpRequestException error)
        {
            return ([], error.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge()
                : Problem.Of(error.StatusCode, "the body did not arrive whole"));
        }
    }

    /// <summary>Null where there is more than may be.</summary>
    static async Task<byte[]?> ReadAsync(Stream source, CancellationToken cancellation)
    {
        var target = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await source.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                if (target.Length + read > Largest) return null;
                target.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return target.ToArray();
    }

    static IResult TooLarge() => Problem.Of(413, "the body is larger than 25 MiB");

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A delivery of {Source} was refused, because its secret cannot be read: {Reason}")]
        public static partial void SecretMissing(ILogger logger, string source, string reason);
    }
}

/// <param name="Status"><c>stored</c>, or <c>known</c> where the same delivery had come before.</param>
public sealed record Acknowledgement(long Id, string Status);

public sealed record EventsAcknowledgement(long Id, string Status, int Taken, ImmutableArray<RejectedLine> Rejected);

public sealed record RejectedLine(int Line, string Reason);
