using System.Net;
using System.Text.Json;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>The steps of a roll-out as the API shows them under their deployment.</summary>
public sealed class RollOutsTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_stand_under_their_deployment_in_order_and_change_its_answer()
    {
        await using var server = await RunningServer.StartAsync();
        await SendAsync(server, """{"type":"deployment","id":"d1","service":"shop","environment":"production","version":"v2","status":"succeeded","finished_at":"2026-03-02T10:30:00Z"}""");
        await SendAsync(
            server,
            """
            {"type":"step","deployment":"d1","service":"shop","environment":"production","name":"all","kind":"canary","weight":100,"started_at":"2026-03-02T10:20:00Z","finished_at":"2026-03-02T10:30:00Z","outcome":"succeeded"}
            {"type":"step","deployment":"d1","service":"shop","environment":"production","name":"tenth","kind":"canary","weight":10,"region":"eu","started_at":"2026-03-02T10:00:00Z","outcome":"running"}
            """);

        // The end of a step changes no row of the ledger.
        var before = await server.Client.GetAsync("/api/v1/deployments/d1", Cancellation);
        await SendAsync(server, """{"type":"step","deployment":"d1","service":"shop","environment":"production","name":"tenth","kind":"canary","finished_at":"2026-03-02T10:20:00Z","outcome":"succeeded"}""");
        var after = await server.Client.GetAsync("/api/v1/deployments/d1", Cancellation);
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
        using var detail = JsonDocument.Parse(await after.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(
            """
            [{"name":"tenth","kind":"canary","weight":10,"region":"eu","started_at":"2026-03-02T10:00:00Z","finished_at":"2026-03-02T10:20:00Z","outcome":"succeeded"},{"name":"all","kind":"canary","weight":100,"region":null,"started_at":"2026-03-02T10:20:00Z","finished_at":"2026-03-02T10:30:00Z","outcome":"succeeded"}]
            """.Trim(),
            detail.RootElement.GetProperty("steps").GetRawText());
        Assert.Equal("deployment", detail.RootElement.GetProperty("deployment").GetProperty("kind").GetString());
        Assert.Equal("2026-03-02T10:00:00Z", detail.RootElement.GetProperty("deployment").GetProperty("started_at").GetString());
    }

    static async Task SendAsync(RunningServer server, string lines)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("/api/v1/events", lines)).StatusCode);
        await server.SettleAsync();
    }
}
