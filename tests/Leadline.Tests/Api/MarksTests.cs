using System.Text.Json;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class MarksTests
{
    const string Settings = """
        services:
          checkout: { team: payments, repositories: [acme/checkout] }
          search: { team: discovery, repositories: [acme/search] }
        """;

    static readonly string[] Events =
    [
        """{"type":"annotation","id":"a1","at":"2026-03-01T00:00:00Z","text":"a new office"}""",
        """{"type":"annotation","id":"a2","team":"payments","at":"2026-03-02T00:00:00Z","text":"pairs"}""",
        """{"type":"annotation","id":"a3","service":"search","at":"2026-03-03T00:00:00Z","text":"a rewrite"}""",
        """{"type":"flag","id":"f1","flag":"new-cart","service":"Checkout","environment":"prod","on":true,"at":"2026-03-04T00:00:00Z"}""",
        """{"type":"flag","id":"f2","flag":"new-cart","service":"checkout","environment":"staging","on":true,"at":"2026-03-03T12:00:00Z"}""",
        """{"type":"flag","id":"f3","flag":"dark","service":"nobody","environment":"production","on":false,"at":"2026-03-05T00:00:00Z"}""",
        """{"type":"annotation","id":"a4","service":"checkout","at":"2026-04-01T00:00:00Z","text":"after the window"}""",
        """{"type":"annotation","id":"a2","team":"payments","at":"2026-03-02T06:00:00Z","text":"pairs, all day"}""",
    ];

    [Fact]
    public async Task Marks_are_those_of_the_scope_and_window_oldest_first()
    {
        await using var server = await StartAsync();
        Assert.Equal(["a1", "a2", "a3", "f1", "f3"], await IdsAsync(server, ""));
        Assert.Equal(["a1", "a2", "f1"], await IdsAsync(server, "&service=checkout"));
        Assert.Equal(["a1", "a2", "f1"], await IdsAsync(server, "&team=payments"));
        Assert.Equal(["a1", "a3"], await IdsAsync(server, "&team=discovery"));
    }

    [Fact]
    public async Task Answers_as_it_did()
    {
        await using var server = await StartAsync();
        var body = await server.Client.GetStringAsync(
            "/api/v1/marks?from=2026-03-02&to=2026-04-01&service=checkout", TestContext.Current.CancellationToken);
        Assert.Equal(
            """{"items":[{"kind":"annotation","id":"a2","at":"2026-03-02T06:00:00Z","service":null,"team":"payments","text":"pairs, all day","flag":null,"environment":null,"on":null,"delivery":2,"experiment":null},"""
            + """{"kind":"flag","id":"f1","at":"2026-03-04T00:00:00Z","service":"Checkout","team":null,"text":null,"flag":"new-cart","environment":"prod","on":true,"delivery":1,"experiment":null}],"next":null}""",
            body);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_loss_or_repetition()
    {
        await using var server = await StartAsync();
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            using var page = JsonDocument.Parse(await server.Client.GetStringAsync(
                $"/api/v1/marks?from=2026-03-01&to=2026-04-01&limit=2{(cursor is null ? "" : "&cursor=" + cursor)}",
                TestContext.Current.CancellationToken));
            seen.AddRange(
                page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            if ((cursor = page.RootElement.GetProperty("next").GetString()) is null) break;
        }

        Assert.Equal(["a1", "a2", "a3", "f1", "f3"], seen);
    }

    static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(Settings);
        await server.PostAsync("/api/v1/events", string.Join('\n', Events[..^1]));
        await server.PostAsync("/api/v1/events", Events[^1]);
        await server.SettleAsync();
        return server;
    }

    static async Task<List<string>> IdsAsync(RunningServer server, string scope)
    {
        using var body =
            JsonDocument.Parse(await server.Client.GetStringAsync(
                $"/api/v1/marks?from=2026-03-01&to=2026-04-01{scope}", TestContext.Current.CancellationToken));
        return [.. body.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
    }
}
