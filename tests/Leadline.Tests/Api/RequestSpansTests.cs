using System.Collections.Concurrent;
using System.Diagnostics;
using DuckDB.NET.Data;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class RequestSpansTests
{
    [Fact]
    public async Task What_failed_is_told_by_route_status_and_query_and_not_by_what_the_exception_says()
    {
        // Other tests have servers in this process too: ours is the trace that this request begins.
        var trace = ActivityTraceId.CreateRandom();
        var spans = new ConcurrentDictionary<string, Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Leadline" or "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace) spans[span.DisplayName] = span;
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "store.duckdb");
        await using (var server = await RunningServer.StartAsync(address: "duckdb:" + file))
        {
            using (var other = new DuckDBConnection($"Data Source={file}"))
            {
                other.Open();
                using var command = other.CreateCommand();
                command.CommandText = "drop table service";
                command.ExecuteNonQuery();
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/services?service=acme");
            request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        var query = spans["services"];
        Assert.Equal(ActivityStatusCode.Error, query.Status);
        Assert.Equal(typeof(DuckDBException).FullName, query.GetTagItem("error.type"));
        var served = spans["HTTP /api/v1/services"];
        Assert.Equal(served.SpanId, query.ParentSpanId);
        Assert.Equal((ActivityStatusCode.Error, 503), (served.Status, served.GetTagItem("http.response.status_code")));
        Assert.All(spans.Values, span => Assert.Null(span.StatusDescription));
        var told = spans.Values.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Value}");
        Assert.DoesNotContain(told, value => value.Contains("Catalog Error", StringComparison.Ordinal));
    }
}
