using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Leadline.Tests.Sources;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class OtlpReceivingTests
{
    const string Secret = "sources: { otlp: { secret: \"${OTLP}\" } }";
    const string Protobuf = "application/x-protobuf", Json = "application/json";

    static readonly OtlpMade Deployed = OtlpMade.Span(
        "deploy", 1772449200000000000, 1772449740000000000, ("deployment.id", "1208"), ("deployment.status", "succeeded"),
        ("deployment.environment.name", "production"));

    static readonly byte[] Request = OtlpMade.Traces([("service.name", "checkout")], Deployed);

    const string SameInJson = """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}]},"scopeSpans":[{"spans":[
        {"name":"deploy","startTimeUnixNano":"1772449200000000000","endTimeUnixNano":1772449740000000000,"attributes":[
        {"key":"deployment.id","value":{"stringValue":"1208"}},{"key":"deployment.status","value":{"stringValue":"succeeded"}},
        {"key":"deployment.environment.name","value":{"stringValue":"production"}}]},{"attributes":5}]}]}]}
        """;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_in_protobuf_is_stored_read_and_answered_in_protobuf()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await SendAsync(server, "/v1/traces", Request, Protobuf);
        Assert.Equal((HttpStatusCode.OK, Protobuf), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        await server.SettleAsync();
        using var ledger = JsonDocument.Parse(
            await server.Client.GetStringAsync("/api/v1/deployments?from=2026-03-01&to=2026-04-01", Cancellation));
        var row = Assert.Single(ledger.RootElement.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("checkout", "otlp:checkout:production:1208"),
            (row.GetProperty("service").GetString(), row.GetProperty("deployment_id").GetString()));
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_told_and_the_others_taken()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await SendAsync(server, "/v1/traces", Encoding.UTF8.GetBytes(SameInJson), Json);
        Assert.Equal((HttpStatusCode.OK, Json), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("1", said.RootElement.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString());
        Assert.StartsWith(
            "1 of 2 records could not be read",
            said.RootElement.GetProperty("partialSuccess").GetProperty("errorMessage").GetString());

        // A span whose last byte is missing, in a request that is whole.
        var broken = new OtlpMade(Deployed.Bytes[..^1]);
        var partly = await SendAsync(
            server, "/v1/traces", OtlpMade.Traces([("service.name", "checkout")], Deployed, broken), Protobuf);
        var bytes = await partly.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal((HttpStatusCode.OK, (byte)0x0A, (byte)0x08, (byte)1), (partly.StatusCode, bytes[0], bytes[2], bytes[3]));
        Assert.Contains("cut off", Encoding.UTF8.GetString(bytes));
        await server.SettleAsync();
        Assert.Equal("facts", (await server.Store.DeliveryAsync(2, Cancellation))!.Outcome);
    }

    [Theory]
    [InlineData("/v1/traces", Protobuf)]
    [InlineData("/v1/logs", Protobuf)]
    [InlineData("/v1/metrics", Json)]
    public async Task What_is_no_request_is_refused_as_otlp_says_and_kept_as_unreadable(string path, string type)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await SendAsync(server, path, "\nnonsense"u8.ToArray(), type);
        Assert.Equal((HttpStatusCode.BadRequest, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var status = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        if (type == Protobuf) Assert.Equal([0x08, 3, 0x12], status[..3]);
        else Assert.Equal(3, JsonDocument.Parse(status).RootElement.GetProperty("code").GetInt32());
        await server.SettleAsync();
        Assert.Equal("unreadable", (await server.Store.DeliveryAsync(1, Cancellation))!.Outcome);
    }

    [Fact]
    public async Task Trusts_nobody_who_does_not_know_the_secret()
    {
        await using var server = await RunningServer.StartAsync(Secret);
        var stranger = await SendAsync(server, "/v1/traces", Request, Protobuf);
        Assert.Equal(
            (HttpStatusCode.Unauthorized, Protobuf), (stranger.StatusCode, stranger.Content.Headers.ContentType!.MediaType));
        Assert.Equal([0x08, 16, 0x12], (await stranger.Content.ReadAsByteArrayAsync(Cancellation))[..3]);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await SendAsync(server, "/v1/traces", Request, Protobuf, ("Authorization", "Bearer another"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await SendAsync(server, "/v1/logs", Request, Protobuf, ("api-key", ""))).StatusCode);
        Assert.Equal(0, (await server.Store.HealthAsync(Cancellation)).Deliveries);
        Assert.Equal(
            HttpStatusCode.OK,
            (await SendAsync(server, "/v1/traces", Request, Protobuf, ("Authorization", "Bearer a secret"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK, (await SendAsync(server, "/v1/traces", Request, Protobuf, ("api-key", "a secret"))).StatusCode);
    }

    [Fact]
    public async Task Without_a_secret_only_this_machine_may_send()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await SendAsync(server, "/v1/traces", Request, Protobuf, ("X-Forwarded-For", "203.0.113.7"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, "/v1/traces", Request, Protobuf)).StatusCode);
    }

    [Fact]
    public async Task A_packed_request_is_unpacked_and_one_that_grows_too_large_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(
            HttpStatusCode.OK,
            (await SendAsync(server, "/v1/traces", Packed(Request), Protobuf, ("Content-Encoding", "gzip"))).StatusCode);
        var bomb = await SendAsync(
            server, "/v1/traces", Packed(new byte[26 * 1024 * 1024]), Protobuf, ("Content-Encoding", "gzip"));
        Assert.Equal(
            (HttpStatusCode.RequestEntityTooLarge, Protobuf), (bomb.StatusCode, bomb.Content.Headers.ContentType!.MediaType));
        Assert.Equal([0x08, 8, 0x12], (await bomb.Content.ReadAsByteArrayAsync(Cancellation))[..3]);
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType, (await SendAsync(server, "/v1/traces", Request, "text/plain")).StatusCode);
        Assert.Equal(1, (await server.Store.HealthAsync(Cancellation)).Deliveries);
    }

    [Fact]
    public async Task Of_what_holds_nothing_one_request_a_day_is_kept()
    {
        await using var server = await RunningServer.StartAsync();
        for (var times = 1; times <= 3; times++)
        {
            var spans = Enumerable.Repeat(OtlpMade.Span("GET /cart", 1, 2, ("http.request.method", "GET")), times).ToArray();
            Assert.Equal(
                HttpStatusCode.OK,
                (await SendAsync(
                    server, "/v1/traces", OtlpMade.Traces([("service.name", "checkout")], spans), Protobuf)).StatusCode);
            Assert.Equal(
                HttpStatusCode.OK, (await SendAsync(server, "/v1/metrics", OtlpMade.Traces([], spans), Protobuf)).StatusCode);
        }

        Assert.Equal(2, (await server.Store.HealthAsync(Cancellation)).Deliveries);
        server.Clock.Advance(TimeSpan.FromDays(1));
        await SendAsync(server, "/v1/traces", OtlpMade.Traces([], OtlpMade.Span("GET /cart", 1, 2)), Protobuf);
        Assert.Equal(3, (await server.Store.HealthAsync(Cancellation)).Deliveries);
        await server.SettleAsync();
        var kept = (await server.Store.DeliveryAsync(2, Cancellation))!;
        Assert.Equal(
            ("ignored", "metrics are sums over what spans and events tell one by one: send those"),
            (kept.Outcome, kept.Because));
    }

    /// <summary>OpenTelemetry's own exporter, as a pipeline would use it.</summary>
    [Fact]
    public async Task Spans_that_a_real_exporter_sends_are_a_build_and_a_deployment()
    {
        await using var server = await RunningServer.StartAsync(Secret);
        var name = "acme.ci." + Guid.NewGuid().ToString("N");
        using var source = new ActivitySource(name);
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource(name)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("checkout", serviceVersion: "v1.4.0")
                .AddAttributes(new Dictionary<string, object>
                {
                    ["vcs.repository.url.full"] = "https://git.acme.example/acme/checkout",
                    ["vcs.ref.head.revision"] = "2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69",
                }))
            .AddOtlpExporter(otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.Endpoint = new Uri(server.Client.BaseAddress!, "/v1/traces");
                otlp.Headers = "Authorization=Bearer%20a%20secret";
                otlp.ExportProcessorType = ExportProcessorType.Simple;
            }).Build())
        {
            var start = new DateTimeOffset(2026, 3, 2, 11, 0, 0, TimeSpan.Zero);
            using (var run = source.StartActivity("RUN build", ActivityKind.Server, default(ActivityContext), startTime: start)!)
            {
                run.SetTag("cicd.pipeline.name", "build").SetTag("cicd.pipeline.run.id", "7001")
                    .SetTag("cicd.pipeline.result", "success");
                using (var deploy = source.StartActivity(
                    "deploy", ActivityKind.Internal, run.Context, startTime: start.AddMinutes(5))!)
                {
                    deploy.SetTag("deployment.id", "1208").SetTag("deployment.status", "succeeded")
                        .SetTag("deployment.environment.name", "production");
                    deploy.SetEndTime(start.AddMinutes(9).UtcDateTime);
                }

                run.SetEndTime(start.AddMinutes(10).UtcDateTime);
            }

            Assert.True(provider.ForceFlush());
        }

        await server.SettleAsync();
        var facts = new List<string>();
        for (var id = 1; id <= 2; id++)
        {
            var stored = (await server.Store.DeliveryAsync(id, Cancellation))!;
            Assert.Equal("facts", stored.Outcome);
            var read = Assert.IsType<Core.FactsReading>(Leadline.Sources.Catalogue.Find("otlp")!.Read(stored.Delivery));
            facts.AddRange(read.Facts.Select(fact => fact switch
            {
                Core.BuildFact build => $"build {build.Id} of {build.Repository} {build.Status} {build.FinishedAt:HH:mm}",
                Core.DeploymentFact deployment =>
                    $"deployment {deployment.Id} {deployment.Version} {deployment.Sha} {deployment.Status} "
                        + $"{deployment.FinishedAt:HH:mm}",
                var other => other.ToString(),
            }));
        }

        Assert.Equal(
            [
                "build otlp:7001 of acme/checkout Succeeded 11:10",
                "deployment otlp:checkout:production:1208 v1.4.0 2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69 Succeeded 11:09",
            ],
            facts.Order(StringComparer.Ordinal));
    }

    static async Task<HttpResponseMessage> SendAsync(
        RunningServer server, string path, byte[] body, string type, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        return await server.Client.SendAsync(request, Cancellation);
    }

    static byte[] Packed(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        return packed.ToArray();
    }
}
