using System.Net;
using System.Text.Json;
using Leadline.Core;
using Leadline.Tests.Api;
using Xunit;

namespace Leadline.Tests.WhatIf;

/// <summary>Numbers by definitions that are not in force: of a version before, of a file, of a preset.</summary>
public sealed class DefinitionsTests
{
    const string Window = "from=2026-03-01&to=2026-04-01";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_report_is_made_again_by_a_version_that_was_in_force()
    {
        await using var server = await FilledAsync("definitions: { failure: { incident_window: 6h } }");
        var before = Definitions.Default;
        await server.Store.KeepDefinitionsAsync(
            DefinitionsHash.Of(before), DefinitionsHash.Canonical(before), RunningServer.Now.AddDays(-1), Cancellation,
            "change-42");

        Assert.Equal(0, await FailedAsync(server, ""));
        Assert.Equal(1, await FailedAsync(server, "&definitions=" + Uri.EscapeDataString(DefinitionsHash.Of(before))));
        Assert.Equal(1, await FailedAsync(server, "&definitions=" + DefinitionsHash.Of(before)["sha256:".Length..][..8]));
        var refused = await server.Client.GetAsync($"/api/v1/metrics?{Window}&definitions=000000", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "no version of the definitions has the hash '000000'", await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("\"by\":\"change-42\"", await server.Client.GetStringAsync("/api/v1/definitions", Cancellation));
    }

    [Fact]
    public async Task A_file_shows_its_effect_before_it_takes_force()
    {
        await using var server = await FilledAsync("");

        using var report = await PostAsync(
            server, "definitions: { failure: { incident_window: 6h } }\nsources: { github: { secret: \"${NOT_SET}\" } }",
            HttpStatusCode.OK);
        Assert.Equal("not_failed", report.RootElement.GetProperty("rows")[0].GetProperty("move").GetString());
        Assert.Equal(1, await FailedAsync(server, ""));

        // Another service has the deployment there.
        using var renamed = await PostAsync(server, "services: { till: { apps: [shop] } }", HttpStatusCode.OK);
        Assert.Equal("not_counted", renamed.RootElement.GetProperty("rows")[0].GetProperty("move").GetString());

        using var wrong = await PostAsync(server, "definitions: { preset: dorra }", HttpStatusCode.BadRequest);
        Assert.Contains(
            "the file:1:24 definitions.preset: 'dorra' is none of", wrong.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Every_preset_stands_beside_the_others()
    {
        await using var server = await FilledAsync("");
        using var compared = JsonDocument.Parse(await server.Client.GetStringAsync($"/api/v1/presets?{Window}", Cancellation));

        var rates = compared.RootElement.EnumerateArray().ToDictionary(
            one => one.GetProperty("preset").GetString()!,
            one =>
                one.GetProperty("report").GetProperty("metrics").GetProperty("change_failure_rate").GetProperty("failed")
                    .GetInt32());
        Assert.Equal(Presets.All.Select(preset => preset.Name), rates.Keys);
        Assert.Equal((1, 0, 1), (rates["dora"], rates["datadog"], rates["pelorus"]));
    }

    static async Task<RunningServer> FilledAsync(string settings)
    {
        var server = await RunningServer.StartAsync(settings);
        await server.PostAsync(
            "/api/v1/events",
            """
            {"type":"deployment","id":"d1","service":"shop","environment":"production","version":"v1","status":"succeeded","finished_at":"2026-03-02T10:00:00Z"}
            {"type":"deployment","id":"d2","service":"shop","environment":"production","version":"v2","status":"succeeded","finished_at":"2026-03-03T10:00:00Z"}
            {"type":"incident","id":"INC-1","service":"shop","started_at":"2026-03-03T20:00:00Z","resolved_at":"2026-03-03T21:00:00Z"}
            """);
        await server.SettleAsync();
        return server;
    }

    static async Task<int> FailedAsync(RunningServer server, string more)
    {
        using var report = JsonDocument.Parse(
            await server.Client.GetStringAsync($"/api/v1/metrics?{Window}{more}", Cancellation));
        return report.RootElement.GetProperty("metrics").GetProperty("change_failure_rate").GetProperty("failed").GetInt32();
    }

    static async Task<JsonDocument> PostAsync(RunningServer server, string yaml, HttpStatusCode status)
    {
        var answer = await server.Client.PostAsync(
            $"/api/v1/whatif?{Window}", new StringContent(yaml, System.Text.Encoding.UTF8, "application/yaml"), Cancellation);
        Assert.Equal(status, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
