using System.Diagnostics;
using System.Net;
using System.Text;
using Leadline.Settings;
using Leadline.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Leadline.Benchmarks;

/// <summary>
/// Webhooks that are durable before they are acknowledged, against an endpoint of the same server that does nothing.
/// </summary>
static class PostsBenchmark
{
    const int Posts = 50_000, Senders = 256;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        await using var store = await Store.OpenAsync(
            "duckdb:" + bench.File($"posts-{Guid.CreateVersion7():N}.duckdb"), cancellation);
        await using var app = await Server.BuildAsync(
            store, new LeadlineSettings(), new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, cancellation);
        app.MapPost("/empty", () => Results.StatusCode(StatusCodes.Status202Accepted));
        await app.StartAsync(cancellation);
        using var client = new HttpClient(
            new SocketsHttpHandler { MaxConnectionsPerServer = Senders })
        { BaseAddress = new Uri(app.Urls.First()) };
        var run = 0;
        double empty = 0, durable = 0;

        // Twice each in turn; the first warms up.
        for (var round = 0; round < 2; round++)
        {
            empty = await RateAsync(client, "/empty", ++run, cancellation);
            durable = await RateAsync(client, "/api/v1/deliveries/github", ++run, cancellation);
        }

        await app.StopAsync(cancellation);
        return
        [
            new Row($"posts per second to an empty endpoint, {Senders} senders", $"{empty:N0}"),
            new Row("webhooks per second, each durable before its 202", $"{durable:N0}"),
            new Row("  share of the empty endpoint's", $"{durable / empty:P0}", "at least 50 %"),
        ];
    }

    static async Task<double> RateAsync(HttpClient client, string path, int run, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is <= Posts and var number)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path)
                {
                    Content = new StringContent($$$"""{"action":"created","zen":"{{{run}}}-{{{number}}}","repository":{"full_name":"acme/shop"},"sender":{"login":"mona"}}""", Encoding.UTF8, "application/json"),
                };
                request.Headers.Add("X-GitHub-Event", "watch");
                request.Headers.Add("X-GitHub-Delivery", $"{run}-{number}");
                using var answer = await client.SendAsync(request, cancellation);
                answer.EnsureSuccessStatusCode();
            }
        }));
        return Posts / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
