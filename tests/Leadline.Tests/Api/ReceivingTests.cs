using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Api;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class ReceivingTests
{
    const string Secret = "sources: { github: { secret: \"${GITHUB}\" } }";
    const string Ping = """{"zen":"Keep it logically awesome."}""";

    [Fact]
    public async Task A_delivery_is_acknowledged_with_its_id_and_known_when_it_comes_again()
    {
        await using var server = await RunningServer.StartAsync();
        var first = await server.PostAsync("/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "one"));
        var again = await server.PostAsync("/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "one"));
        var other = await server.PostAsync("/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "two"));
        Assert.Equal((HttpStatusCode.Accepted, """{"id":1,"status":"stored"}"""), (first.StatusCode, await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal((HttpStatusCode.OK, """{"id":1,"status":"known"}"""), (again.StatusCode, await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    [Fact]
    public async Task Trusts_nobody_who_does_not_know_the_secret()
    {
        await using var server = await RunningServer.StartAsync(Secret);
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("a secret"u8, Encoding.UTF8.GetBytes(Ping)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/deliveries/github", Ping)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/deliveries/github", Ping + " ", ("X-Hub-Signature-256", signature))).StatusCode);
        Assert.Equal(0, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("/api/v1/deliveries/github", Ping, ("X-Hub-Signature-256", signature), ("X-GitHub-Event", "ping"))).StatusCode);
    }

    [Fact]
    public async Task An_unknown_source_is_said_with_those_there_are()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.PostAsync("/api/v1/deliveries/gitbub", "{}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("github", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_no_JSON_is_kept_and_shown_as_unreadable()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("/api/v1/deliveries/github", "no json", ("X-GitHub-Event", "push"))).StatusCode);
        await server.SettleAsync();
        Assert.Equal("unreadable", (await server.Store.DeliveryAsync(1, TestContext.Current.CancellationToken))!.Outcome);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_also_when_it_was_small_on_the_wire()
    {
        await using var server = await RunningServer.StartAsync();
        server.Client.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.PostAsync("/api/v1/deliveries/github", new string(' ', 26 * 1024 * 1024))).StatusCode);
        var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[26 * 1024 * 1024], TestContext.Current.CancellationToken);
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.Client.PostAsync("/api/v1/events", content, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Events_say_which_lines_were_not_taken_and_why()
    {
        await using var server = await RunningServer.StartAsync();
        var some = await server.PostAsync("/api/v1/events", "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}\n{\"type\":\"anotation\"}\n");
        using var body = JsonDocument.Parse(await some.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Accepted, some.StatusCode);
        Assert.Equal(1, body.RootElement.GetProperty("taken").GetInt32());
        Assert.Equal(2, body.RootElement.GetProperty("rejected")[0].GetProperty("line").GetInt32());
        var none = await server.PostAsync("/api/v1/events", "{\"type\":\"anotation\"}");
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.Contains("did you mean", await none.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Deliveries_that_wait_together_are_each_stored_once()
    {
        await using var server = await RunningServer.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => server.PostAsync("/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", $"{i % 100}"))));
        Assert.Equal(100, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(100, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(100, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
    }

    /// <summary>Which token may do what; none at all where tokens exist may do nothing.</summary>
    [Theory]
    [InlineData("ingest", HttpStatusCode.Accepted, HttpStatusCode.Unauthorized)]
    [InlineData("read", HttpStatusCode.Unauthorized, HttpStatusCode.OK)]
    [InlineData("admin", HttpStatusCode.Accepted, HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    public async Task A_token_allows_its_scope_and_no_other(string? scope, HttpStatusCode posting, HttpStatusCode reading)
    {
        await using var server = await RunningServer.StartAsync(prepare: async store =>
        {
            foreach (var kind in new[] { "ingest", "read", "admin" }) await store.AddTokenAsync(kind, kind, Access.Hash("token of " + kind), RunningServer.Now, default);
        });
        if (scope is not null) server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token of " + scope);
        Assert.Equal(posting, (await server.PostAsync("/api/v1/events", "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}")).StatusCode);
        Assert.Equal(reading, (await server.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_strangers_host_name_gets_no_answer()
    {
        await using var server = await RunningServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/services") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }
}
