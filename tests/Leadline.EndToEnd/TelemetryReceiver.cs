using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Leadline.EndToEnd;

/// <summary>A span as it arrived.</summary>
/// <param name="Links">The ids of the spans that it is linked to.</param>
sealed record ArrivedSpan(
    string Name, string Id, string Parent, Dictionary<string, string> Attributes, ImmutableArray<string> Links);

/// <summary>Takes what an exporter sends by OTLP, over HTTP and over gRPC, on two free ports of this machine.</summary>
sealed class TelemetryReceiver : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<(string Signal, byte[] Body)> arrived = [];
    readonly ConcurrentQueue<string> keys = [];

    TelemetryReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        app = builder.Build();
        app.MapPost("/v1/{signal}", TakeAsync);
        app.MapPost("/opentelemetry.proto.collector.{signal}.v1.{service}/Export", TakeCallAsync);
    }

    public string Http => app.Urls.First();

    public string Grpc => app.Urls.Last();

    /// <summary>What came: <c>trace</c>, <c>metric</c>, <c>log</c>.</summary>
    public IReadOnlySet<string> Signals => arrived.Select(one => one.Signal.TrimEnd('s')).ToHashSet();

    /// <summary>The values of the header <c>x-key</c> that came.</summary>
    public IReadOnlySet<string> Keys => keys.ToHashSet();

    /// <summary>All bytes that came, as text.</summary>
    public string Everything => string.Concat(arrived.Select(one => Encoding.UTF8.GetString(one.Body)));

    public static async Task<TelemetryReceiver> StartAsync()
    {
        var receiver = new TelemetryReceiver();
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>The resource that each request of the signal spoke for.</summary>
    public IEnumerable<Dictionary<string, string>> Resources(string signal) =>
        Of(signal).SelectMany(request => request.All(1, 1)).Select(resource => resource.Attributes(1));

    public List<ArrivedSpan> Spans() =>
    [
        .. from span in Of("trace").SelectMany(request => request.All(1, 2, 2))
           let links = span.All(13).Select(link => link.Hex(2))
           select new ArrivedSpan(span.Text(5), span.Hex(2), span.Hex(4), span.Attributes(9), [.. links]),
    ];

    /// <summary>The metrics that came, each with the attributes of its points.</summary>
    public ILookup<string, Dictionary<string, string>> Points() =>
        (from metric in Of("metric").SelectMany(request => request.All(1, 2, 2))
         let sums = metric.All(7, 1).Select(point => point.Attributes(7))
         let histograms = metric.All(9, 1).Select(point => point.Attributes(9))
         from point in sums.Concat(histograms)
         select (Name: metric.Text(1), point)).ToLookup(one => one.Name, one => one.point);

    /// <summary>The sentences that were logged, each with its attributes and those of its scopes.</summary>
    public List<(string Sentence, Dictionary<string, string> Attributes)> Logged() =>
    [
        .. from record in Of("log").SelectMany(request => request.All(1, 2, 2))
           select (record.All(5).Single().Text(1), record.Attributes(6)),
    ];

    public ValueTask DisposeAsync() => app.DisposeAsync();

    IEnumerable<ProtobufMessage> Of(string signal) =>
        arrived.Where(one => one.Signal.TrimEnd('s') == signal).Select(one => new ProtobufMessage(one.Body));

    async Task TakeAsync(HttpContext context, string signal)
    {
        Keep(context, signal, await BodyAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    async Task TakeCallAsync(HttpContext context, string signal)
    {
        // Before the message stand a byte that says whether it is compressed, and its length.
        var body = await BodyAsync(context);
        Keep(context, signal, body[5..(5 + BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)))]);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    void Keep(HttpContext context, string signal, byte[] body)
    {
        arrived.Enqueue((signal, body));
        keys.Enqueue(context.Request.Headers["x-key"].ToString());
    }

    static async Task<byte[]> BodyAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
