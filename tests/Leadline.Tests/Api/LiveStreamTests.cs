using System.Net;
using System.Text.Json;
using Leadline.Api;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>What a listener hears over the running server; the clock stands still unless it is advanced.</summary>
public sealed class LiveStreamTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_hears_of_a_deployment_once_it_is_judged()
    {
        await using var server = await RunningServer.StartAsync();
        await SendAsync(server, "d1", "v11");
        using var answer = await server.Client.GetAsync(
            "/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(("text/event-stream", "no-store", "no"), (
            answer.Content.Headers.ContentType!.MediaType, answer.Headers.CacheControl!.ToString(),
            Assert.Single(answer.Headers.GetValues("X-Accel-Buffering"))));
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        using var first = await NewsAsync(lines, server);
        Assert.Equal(
            "v11",
            Assert.Single(first.RootElement.GetProperty("deployments").EnumerateArray()).GetProperty("version").GetString());

        await SendAsync(server, "d2", "v12");
        using var second = await NewsAsync(lines, server);
        Assert.True(second.RootElement.GetProperty("version").GetInt64() > first.RootElement.GetProperty("version").GetInt64());
        Assert.Equal(
            ["d2", "d1"],
            second.RootElement.GetProperty("deployments").EnumerateArray()
                .Select(one => one.GetProperty("deployment_id").GetString()));
    }

    [Fact]
    public async Task Silence_is_broken_so_that_no_proxy_ends_it()
    {
        await using var server = await RunningServer.StartAsync();
        using var lines = await ListenAsync(server);
        using var first = await NewsAsync(lines, server);
        Assert.Equal(": still here", await NextAsync(lines, server, LiveStream.Heartbeat, line => line.StartsWith(':')));
    }

    [Fact]
    public async Task The_stream_ends_when_the_server_stops()
    {
        var server = await RunningServer.StartAsync();
        using var lines = await ListenAsync(server);
        using var first = await NewsAsync(lines, server);
        var rest = lines.ReadToEndAsync(Cancellation);
        await server.DisposeAsync();
        Assert.DoesNotContain("event:", await rest);
    }

    [Fact]
    public async Task Only_so_many_listen_and_who_goes_makes_room()
    {
        await using var server = await RunningServer.StartAsync();
        var all = new List<StreamReader>();
        for (var i = 0; i < LiveStream.MostListeners; i++) all.Add(await ListenAsync(server));
        using var refused = await server.Client.GetAsync("/api/v1/stream", Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        all.ForEach(lines => lines.Dispose());
        while (true)
        {
            using var answer = await server.Client.GetAsync(
                "/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            if (answer.StatusCode == HttpStatusCode.OK) return;
            await Task.Delay(20, Cancellation);
        }
    }

    [Theory]
    [InlineData("ingest", HttpStatusCode.Unauthorized)]
    [InlineData("read", HttpStatusCode.OK)]
    public async Task Who_may_read_may_listen(string scope, HttpStatusCode status)
    {
        await using var server = await RunningServer.StartAsync(
            prepare: store => store.AddTokenAsync("one", scope, Access.Hash("ll_one"), RunningServer.Now, Cancellation));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_one");
        using var answer = await server.Client.GetAsync(
            "/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(status, answer.StatusCode);
        using var nowhere = await server.Client.GetAsync(
            "/api/v1/stream?environment=moon", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(status == HttpStatusCode.OK ? HttpStatusCode.BadRequest : status, nowhere.StatusCode);
    }

    static async Task SendAsync(RunningServer server, string id, string version)
    {
        using var sent = await server.PostAsync("/api/v1/events", $$"""{"type":"deployment","id":"{{id}}","service":"checkout","environment":"production","version":"{{version}}","status":"succeeded","finished_at":"2026-03-30T00:0{{id[1]}}:00Z"}""");
        Assert.True(sent.IsSuccessStatusCode);
        await server.SettleAsync();
    }

    static async Task<StreamReader> ListenAsync(RunningServer server)
    {
        var answer = await server.Client.GetAsync("/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
    }

    static async Task<JsonDocument> NewsAsync(StreamReader lines, RunningServer server) =>
        JsonDocument.Parse(
            (await NextAsync(
                lines, server, LiveStream.Look,
                line => line.StartsWith("data: ", StringComparison.Ordinal)))["data: ".Length..]);

    /// <summary>The next line that is meant; while it does not come, the clock goes on.</summary>
    static async Task<string> NextAsync(StreamReader lines, RunningServer server, TimeSpan step, Func<string, bool> isMeant)
    {
        while (true)
        {
            var reading = lines.ReadLineAsync(Cancellation).AsTask();
            while (await Task.WhenAny(reading, Task.Delay(50, Cancellation)) != reading) server.Clock.Advance(step);
            if (isMeant(await reading ?? throw new InvalidOperationException("the stream ended"))) return (await reading)!;
        }
    }
}
