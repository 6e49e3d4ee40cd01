using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class EventVerbTest
{
    [Fact]
    public async Task Sends_what_the_options_say_in_our_own_json()
    {
        await using var server = await ListenerAsync(_ => Results.Accepted());
        var ended = await BuiltProgram.RunAsync(
            "event", "deployment", "--id", "d1", "--service", "checkout", "--sha", "3f786850e387550fdab836ed7e6dc881de23001b",
            "--at", "2026-01-02T19:54:25+01:00", "--failed", "true", "--changes", "#7,#8", "--token", "secret-token", "--server",
            server.Address);

        Assert.Equal(("", 0), (ended.Error, ended.Code));
        Assert.Equal("stored", ended.Out.Trim());
        var (body, authorization) = Assert.Single(server.Posts);
        Assert.Equal("Bearer secret-token", authorization);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {"type":"deployment","id":"d1","service":"checkout","sha":"3f786850e387550fdab836ed7e6dc881de23001b","failed":true,
                 "changes":["#7","#8"],"finished_at":"2026-01-02T19:54:25+01:00","environment":"production","status":"succeeded"}
                """),
            JsonNode.Parse(body)), body);
    }

    [Theory]
    [InlineData("incident", "--id", "I1", "--service", "checkout", "--severity", "sev1")]
    [InlineData("build", "--id", "b1", "--repository", "acme/shop", "--sha", "3f786850e387550fdab836ed7e6dc881de23001b")]
    [InlineData("change", "--repository", "acme/shop", "--number", "7", "--merged-at", "now", "--labels", "hotfix")]
    [InlineData("annotation", "--text", "trunk-based development adopted", "--team", "payments")]
    public async Task Sends_every_type_of_event(params string[] arguments)
    {
        await using var server = await ListenerAsync(_ => Results.Accepted());
        var ended = await BuiltProgram.RunAsync(["event", .. arguments, "--server", server.Address]);

        Assert.Equal(("", 0), (ended.Error, ended.Code));
        Assert.Equal(arguments[0], (string?)JsonNode.Parse(Assert.Single(server.Posts).Body)!["type"]);
    }

    [Fact]
    public async Task Tries_again_while_the_server_says_later()
    {
        await using var server = await ListenerAsync(attempt => attempt < 2 ? Results.StatusCode(503) : Results.Accepted());
        var ended = await BuiltProgram.RunAsync("event", "annotation", "--text", "x", "--server", server.Address);

        Assert.Equal(0, ended.Code);
        Assert.Equal(3, server.Posts.Count);
        Assert.Single(server.Posts.Select(post => post.Body).Distinct());
        Assert.Contains("answered 503", ended.Error);
        Assert.Contains("trying again in", ended.Error);
    }

    [Fact]
    public async Task Waits_as_long_as_the_server_asks_for()
    {
        await using var server = await ListenerAsync(
            attempt => attempt == 0 ? Results.StatusCode(429) : Results.Accepted(), retryAfter: "2");
        var ended = await BuiltProgram.RunAsync("event", "annotation", "--text", "x", "--server", server.Address);

        Assert.Equal(0, ended.Code);
        Assert.Contains("trying again in 2 s", ended.Error);
    }

    [Fact]
    public async Task Ends_with_1_and_the_servers_sentence_when_it_is_refused()
    {
        await using var server = await ListenerAsync(_ => Results.Problem("the token is not known", statusCode: 401));
        var ended = await BuiltProgram.RunAsync("event", "annotation", "--text", "x", "--server", server.Address);

        Assert.Equal(1, ended.Code);
        Assert.Equal("", ended.Out);
        Assert.Contains("answered 401: the token is not known", ended.Error);
        Assert.Single(server.Posts);
    }

    [Fact]
    public async Task Says_what_was_wrong_with_an_event_that_a_server_refused()
    {
        await using var server = await ListenerAsync(_ => Results.Problem(
            "nothing in the body could be taken", statusCode: 400,
            extensions: new Dictionary<string, object?>
            {
                ["errors"] = new[] { new { line = 1, reason = "\"weight\" is a share: write 0 to 100" } },
            }));
        var ended = await BuiltProgram.RunAsync("event", "annotation", "--text", "x", "--server", server.Address);

        Assert.Equal(1, ended.Code);
        Assert.Contains("answered 400: nothing in the body could be taken: \"weight\" is a share: write 0 to 100", ended.Error);
    }

    [Fact]
    public async Task Ends_with_3_when_no_server_answers()
    {
        var ended = await BuiltProgram.RunAsync(
            "event", "annotation", "--text", "x", "--retries", "0", "--server", "http://127.0.0.1:1");

        Assert.Equal((3, ""), (ended.Code, ended.Out));
        Assert.Contains("cannot be reached", ended.Error);
        Assert.Contains("leadline serve", ended.Error);
    }

    [Theory]
    [InlineData("--service", "event", "deployment", "--sha", "3f78685")]
    [InlineData("--sha or --version", "event", "deployment", "--service", "checkout")]
    [InlineData("not a time with an offset", "event", "annotation", "--text", "x", "--at", "yesterday")]
    [InlineData("not a time with an offset", "event", "annotation", "--text", "x", "--at", "2026-01-02T19:54:25")]
    [InlineData("not a whole number", "event", "change", "--repository", "acme/shop", "--number", "seven")]
    [InlineData(
        "neither true nor false", "event", "deployment", "--service", "checkout", "--sha", "3f78685", "--failed", "maybe")]
    [InlineData("--started-at", "event", "incident", "--id", "I1", "--resolved-at", "now")]
    [InlineData("give one of them", "event", "incident", "--id", "I1", "--started-at", "now", "--at", "now")]
    [InlineData("give it once", "event", "annotation", "--text", "x", "--text", "y")]
    [InlineData("not an address", "event", "annotation", "--text", "x", "--server", "here")]
    [InlineData("'--id' is required", "event", "incident")]
    [InlineData("leadline event --help", "event", "deploiment")]
    [InlineData("leadline --help", "no-such-verb")]
    public async Task Ends_with_2_and_a_sentence_after_wrong_use(string sentence, params string[] arguments)
    {
        var ended = await BuiltProgram.RunAsync(arguments);

        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Contains(sentence, ended.Error);
        Assert.DoesNotContain("   at ", ended.Error);
    }

    /// <param name="answer">Is given how many posts came before.</param>
    static async Task<Listener> ListenerAsync(Func<int, IResult> answer, string? retryAfter = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var posts = new ConcurrentQueue<(string Body, string? Authorization)>();
        app.MapPost("/api/v1/events", async (HttpContext context) =>
        {
            var attempt = posts.Count;
            posts.Enqueue(
                (await new StreamReader(context.Request.Body).ReadToEndAsync(), context.Request.Headers.Authorization));
            if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
            return answer(attempt);
        });
        await app.StartAsync();
        return new Listener(app, posts);
    }

    sealed class Listener(WebApplication app, ConcurrentQueue<(string Body, string? Authorization)> posts) : IAsyncDisposable
    {
        public string Address => app.Urls.Single();
        public ConcurrentQueue<(string Body, string? Authorization)> Posts => posts;

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
