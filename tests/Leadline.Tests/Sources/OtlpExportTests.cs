using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.Otlp;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>What becomes of an exporter's request before it is stored.</summary>
public sealed class OtlpExportTests
{
    static readonly OtlpMade Deployed = OtlpMade.Span(
        "deploy", 1772449200000000000, 1772449740000000000, ("deployment.id", "1208"), ("deployment.status", "succeeded"),
        ("deployment.environment.name", "production"), ("user.name", "Ada Example"), ("build.minutes", 9L));

    [Fact]
    public void Protobuf_is_kept_as_the_json_that_otlp_has_for_it()
    {
        var request = OtlpMade.Traces([("service.name", "checkout")], Deployed);
        using var kept = JsonDocument.Parse(OtlpExport.OfProtobuf(request, "traces").Body);
        var span = kept.RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans")[0];
        Assert.Equal("5b8efff798038103d269b633813fc60c", span.GetProperty("traceId").GetString());
        Assert.Equal("00f067aa0ba902b7", span.GetProperty("spanId").GetString());
        Assert.Equal("1772449200000000000", span.GetProperty("startTimeUnixNano").GetString());
        Assert.Equal("""{"key":"build.minutes","value":{"intValue":"9"}}""", span.GetProperty("attributes")[4].GetRawText());
        Assert.Equal("application/x-protobuf", kept.RootElement.GetProperty("received").GetProperty("as").GetString());
    }

    [Fact]
    public void What_programs_tell_is_counted_and_not_kept()
    {
        var many = Enumerable.Range(0, 5000).Select(_ => OtlpMade.Span("GET /cart", 1, 2, ("http.request.method", "GET")))
            .Append(Deployed);
        var export = OtlpExport.OfProtobuf(
            OtlpMade.Traces([("service.name", "checkout"), ("deployment.environment.name", "production")], [.. many]), "traces");
        Assert.Equal((5001, 1, 0), (export.Received.Records, export.Received.Kept, export.Received.Rejected));
        Assert.InRange(export.Body.Length, 1, 2000);
        var again = OtlpExport.OfJson(export.Body);
        Assert.Equal(export.Received, again.Received);
        Assert.Equal(export.Body.ToArray(), again.Body.ToArray());
    }

    [Fact]
    public void Nobody_who_an_attribute_names_is_stored()
    {
        var reader = Catalogue.Find("otlp")!;
        var delivery = new Delivery
        {
            Source = "otlp",
            Headers = Delivery.NoHeaders,
            Body = OtlpExport.OfProtobuf(
                OtlpMade.Traces(
                    [("service.name", "checkout"), ("vcs.ref.head.revision.author.email", "ada@acme.example")], Deployed),
                    "traces").Body,
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        var stored = Encoding.UTF8.GetString(new Intake(new byte[32]).Prepare(reader, delivery).Delivery.Body.Span);
        Assert.DoesNotContain("Ada", stored);
        Assert.DoesNotContain("ada@", stored);
        Assert.Contains("\"person\":{\"stringValue\":\"h_", stored);
        Assert.IsType<FactsReading>(reader.Read(new Delivery
        {
            Source = "otlp",
            Headers = Delivery.NoHeaders,
            Body = Encoding.UTF8.GetBytes(stored),
            ReceivedAt = default,
        }));
    }

    [Fact]
    public void Every_cut_of_a_request_is_read_or_refused_in_a_sentence()
    {
        var request = OtlpMade.Traces([("service.name", "checkout")], Deployed);
        var refused = 0;
        for (var length = 0; length < request.Length; length++)
        {
            try
            {
                OtlpExport.OfProtobuf(request.AsMemory(0, length), "traces");
            }
            catch (FormatException error)
            {
                Assert.Contains("cut off", error.Message);
                refused++;
            }
        }

        Assert.Equal(request.Length - 1, refused);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0x0B })]
    public void A_length_that_nobody_sent_takes_no_memory(byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => OtlpExport.OfProtobuf(body, "traces"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void A_value_that_stands_deep_in_values_keeps_its_record_alone_from_being_read()
    {
        var deep = OtlpMade.Text("deep");
        for (var level = 0; level < 10_000; level++) deep = OtlpMade.Field(5, OtlpMade.Field(1, deep));
        var odd = OtlpMade.Span("deploy", 1, 2, ("deployment.id", deep));
        var export = OtlpExport.OfProtobuf(OtlpMade.Traces([("service.name", "checkout")], Deployed, odd), "traces");
        Assert.Equal((2, 1, 1), (export.Received.Records, export.Received.Kept, export.Received.Rejected));
        Assert.Contains("levels deep", export.Received.Because);
    }

    [Fact]
    public void Whatever_bytes_come_they_are_read_or_refused()
    {
        var request = OtlpMade.Traces([("service.name", "checkout")], Deployed);
        var random = new Random(20260101);
        for (var times = 0; times < 20_000; times++)
        {
            var bytes = request.ToArray();
            for (var hits = random.Next(1, 8); hits > 0; hits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            foreach (var signal in new[] { "traces", "logs", "metrics" })
            {
                try
                {
                    OtlpExport.OfProtobuf(bytes, signal);
                }
                catch (FormatException error)
                {
                    Assert.NotEmpty(error.Message);
                }
            }
        }
    }
}
