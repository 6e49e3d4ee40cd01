using System.Net;
using System.Text.Json;
using Leadline.Tests.Api;
using Leadline.Tests.Polling;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Verification;

/// <summary>
/// Deployments are verified by the running server, against a server of measures that the test plays; the clock goes on only as
/// the test lets it.
/// </summary>
public sealed class VerificationLoopTests
{
    static readonly DateTimeOffset Deployed = RunningServer.Now.AddMinutes(-10);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_degradation_is_an_incident_from_its_first_bad_value_until_the_measure_is_back()
    {
        // It turns bad a minute and a half after the deployment, and is well again an hour and ten after it.
        await using var measures = await PlayedMeasures.StartAsync(
            at => at >= Deployed.AddSeconds(90) && at < Deployed.AddMinutes(70) ? 0.2 : 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", Deployed);
        await AdvanceAsync(server, () => IsAsync(server, one => one.GetProperty("verdict").GetString() == "worse"));
        using (var open = await DetailAsync(server))
        {
            var row = open.RootElement.GetProperty("deployment");
            Assert.True(row.GetProperty("failed").GetBoolean());
            Assert.Equal("degradation", Assert.Single(row.GetProperty("failed_because").EnumerateArray()).GetString());
            Assert.Equal(JsonValueKind.Null, row.GetProperty("restored_at").ValueKind);
            var found = Only(open);
            Assert.Equal(
                ("errors", "higher", "error_rate"),
                (found.GetProperty("check").GetString(), found.GetProperty("worse").GetString(), found.GetProperty("measures")
                    .GetString()));
            Assert.Equal("sum(errors{service=\"shop\"})", found.GetProperty("query").GetString());
            Assert.Equal(
                (60, 0.2),
                (found.GetProperty("after").GetProperty("samples").GetInt32(), found.GetProperty("after").GetProperty("median")
                    .GetDouble()));
            Assert.Equal(
                (60, 0.01),
                (found.GetProperty("before").GetProperty("window").GetProperty("samples").GetInt32(), found.GetProperty("before")
                    .GetProperty("window").GetProperty("median").GetDouble()));
            Assert.Equal(60, found.GetProperty("week_earlier").GetProperty("window").GetProperty("samples").GetInt32());
            Assert.Equal(
                "the median is 0.2 after it, 0.01 before it and 0.01 a week earlier", found.GetProperty("because").GetString());
            Assert.Equal("declared", open.RootElement.GetProperty("blames")[0].GetProperty("method").GetString());
        }

        await AdvanceAsync(server, () => IsAsync(server, one => one.GetProperty("back_at").ValueKind == JsonValueKind.String));
        using var closed = await DetailAsync(server);
        var restored = closed.RootElement.GetProperty("deployment");
        Assert.Equal(Deployed.AddSeconds(90), restored.GetProperty("failed_at").GetDateTimeOffset());
        Assert.Equal(Deployed.AddMinutes(70), restored.GetProperty("restored_at").GetDateTimeOffset());
        Assert.Equal(2, Only(closed).GetProperty("deliveries").GetArrayLength());
        using var metrics = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/metrics", Cancellation));
        Assert.Equal(
            4110,
            metrics.RootElement.GetProperty("metrics").GetProperty("recovery_time").GetProperty("median_seconds").GetDouble());
        Assert.Equal(1, metrics.RootElement.GetProperty("coverage").GetProperty("incidents").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_asked_before_the_window_is_over_and_nothing_twice()
    {
        await using var measures = await PlayedMeasures.StartAsync(_ => 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", Deployed);
        while (server.Clock.GetUtcNow() < Deployed.AddMinutes(30))
        {
            await Task.Delay(20, Cancellation);
            server.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Empty(measures.Asked);
        await AdvanceAsync(server, () => IsAsync(server, one => one.GetProperty("verdict").GetString() == "no_change"));
        await AdvanceAsync(server, times: 20);
        Assert.Equal(3, measures.Asked.Count);
        Assert.All(measures.Tokens, token => Assert.Equal("Bearer a secret", token));
        Assert.NotEmpty(measures.Tokens);
        Assert.Equal(1, await DeliveriesAsync(server));
    }

    [Fact]
    public async Task The_peak_of_the_day_is_no_degradation()
    {
        // Every day from noon on it is four times as high.
        await using var measures = await PlayedMeasures.StartAsync(at => at.Hour >= 12 ? 0.04 : 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", RunningServer.Now);
        await AdvanceAsync(server, () => IsAsync(server, _ => true));
        using var detail = await DetailAsync(server);
        Assert.Equal("no_change", Only(detail).GetProperty("verdict").GetString());
        Assert.EndsWith("worse than before it, and not than a week earlier", Only(detail).GetProperty("because").GetString());
        Assert.False(detail.RootElement.GetProperty("deployment").GetProperty("failed").GetBoolean());
    }

    [Fact]
    public async Task A_deployment_that_is_told_of_late_is_verified_and_one_of_last_week_is_not()
    {
        await using var measures = await PlayedMeasures.StartAsync(_ => 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "old", RunningServer.Now.AddDays(-6));
        await DeployAsync(server, "d1", RunningServer.Now.AddDays(-1));
        await AdvanceAsync(server, () => IsAsync(server, _ => true));
        await AdvanceAsync(server, times: 5);
        Assert.Equal(1, await DeliveriesAsync(server));
    }

    [Fact]
    public async Task The_next_deployment_ends_the_window_and_the_one_before_begins_the_other()
    {
        await using var measures = await PlayedMeasures.StartAsync(_ => 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d0", Deployed.AddMinutes(-2));
        await DeployAsync(server, "d1", Deployed);
        await DeployAsync(server, "d2", Deployed.AddMinutes(6));
        await AdvanceAsync(server, () => IsAsync(server, _ => true));
        using var detail = await DetailAsync(server);
        Assert.Equal(
            ("cannot_tell", "there are 4 samples in the window before it, and 5 are needed"),
            (Only(detail).GetProperty("verdict").GetString(), Only(detail).GetProperty("because").GetString()));
        Assert.Equal(12, Only(detail).GetProperty("after").GetProperty("samples").GetInt32());
    }

    [Fact]
    public async Task What_was_left_when_the_server_ended_goes_on_when_it_starts_again()
    {
        using var folder = new TemporaryFolder();
        var address = TestStore.IsPostgres ? TestStore.New : $"duckdb:{Path.Combine(folder.Path, "leadline.duckdb")}";
        var isWell = false;
        await using var measures = await PlayedMeasures.StartAsync(
            at => at >= Deployed && !(isWell && at >= Deployed.AddMinutes(40)) ? 0.2 : 0.01);
        await using (var first = await StartAsync(measures, address: address)) await DeployAsync(first, "d1", Deployed);
        Assert.Empty(measures.Asked);
        await using (var second = await StartAsync(measures, address: address))
            await AdvanceAsync(second, () => IsAsync(second, one => one.GetProperty("verdict").GetString() == "worse"));
        isWell = true;
        await using var third = await StartAsync(measures, address: address);
        await AdvanceAsync(third, () => IsAsync(third, one => one.GetProperty("back_at").ValueKind == JsonValueKind.String));
        Assert.Equal(2, await DeliveriesAsync(third));
    }

    [Fact]
    public async Task A_query_that_is_refused_is_said_once()
    {
        await using var measures =
            await PlayedApi.StartAsync(_ =>
                new Played(
                    400,
                    "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error: unexpected end of input\"}"));
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", RunningServer.Now.AddHours(-1));
        await AdvanceAsync(server, () => IsAsync(server, _ => true));
        using var detail = await DetailAsync(server);
        Assert.Equal(
            ("cannot_tell", "the query is refused (400): parse error: unexpected end of input"),
            (Only(detail).GetProperty("verdict").GetString(), Only(detail).GetProperty("because").GetString()));
        Assert.Equal(JsonValueKind.Null, Only(detail).GetProperty("after").ValueKind);
        await AdvanceAsync(server, times: 5);
        Assert.Single(measures.Asked);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_asked_again_for_two_days_and_then_given_up_with_the_reason()
    {
        await using var measures = await PlayedApi.StartAsync(_ => new Played(403, "no"));
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", RunningServer.Now.AddHours(-1));
        await AdvanceAsync(server, () => IsAsync(server, _ => true), TimeSpan.FromMinutes(20));
        using var detail = await DetailAsync(server);
        Assert.Equal("cannot_tell", Only(detail).GetProperty("verdict").GetString());
        Assert.StartsWith("it was tried for 2 days: ", Only(detail).GetProperty("because").GetString());
        Assert.Contains("is refused (403)", Only(detail).GetProperty("because").GetString());
        Assert.InRange(server.Clock.GetUtcNow(), RunningServer.Now.AddDays(1.9), RunningServer.Now.AddDays(3));
        Assert.InRange(measures.Asked.Count, 50, 250);
    }

    [Fact]
    public async Task A_degradation_that_never_ends_is_watched_for_a_week_and_stays_open()
    {
        await using var measures = await PlayedMeasures.StartAsync(at => at >= Deployed ? 0.2 : 0.01);
        await using var server = await StartAsync(measures);
        await DeployAsync(server, "d1", Deployed);
        await AdvanceAsync(server, () => IsAsync(server, one => one.GetProperty("verdict").GetString() == "worse"));
        await AdvanceAsync(
            server, () => IsAsync(server, one => one.GetProperty("gave_up").ValueKind == JsonValueKind.String),
            TimeSpan.FromHours(3));
        using var detail = await DetailAsync(server);
        Assert.Equal(
            "it was watched for 7 days, and is no longer: it was worse all the time",
            Only(detail).GetProperty("gave_up").GetString());
        Assert.Equal(JsonValueKind.Null, detail.RootElement.GetProperty("deployment").GetProperty("restored_at").ValueKind);
    }

    [Fact]
    public async Task Without_the_signal_a_verdict_is_shown_and_nothing_fails()
    {
        await using var measures = await PlayedMeasures.StartAsync(at => at >= Deployed ? 0.2 : 0.01);
        await using var server = await StartAsync(measures, signals: "incident");
        await DeployAsync(server, "d1", Deployed);
        await AdvanceAsync(server, () => IsAsync(server, one => one.GetProperty("verdict").GetString() == "worse"));
        using var detail = await DetailAsync(server);
        Assert.False(detail.RootElement.GetProperty("deployment").GetProperty("failed").GetBoolean());
        Assert.Empty(detail.RootElement.GetProperty("blames").EnumerateArray());
        var ledger = WebUtility.HtmlDecode(await server.Client.GetStringAsync("/ledger?window=365", Cancellation));
        Assert.Contains("measured: worse", ledger);
        var page = WebUtility.HtmlDecode(await server.Client.GetStringAsync("/deployments/d1", Cancellation));
        Assert.Contains("What was measured after it", page);
        Assert.Contains("the median is 0.2 after it, 0.01 before it and 0.01 a week earlier", page);
    }

    [Fact]
    public async Task Nobody_else_can_send_what_was_measured()
    {
        await using var measures = await PlayedMeasures.StartAsync(_ => 0.01);
        await using var server = await StartAsync(measures);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/api/v1/deliveries/verification", "{}")).StatusCode);
    }

    static Task<RunningServer> StartAsync(
        PlayedApi measures, string signals = "degradation", string? address = null) => RunningServer.StartAsync(
        $$"""
        services: { shop: { repositories: [acme/shop] } }
        definitions: { failure: { signals: [{{signals}}] } }
        verification:
          sources: { metrics: { api: "{{measures.Address}}", token: "${TOKEN}" } }
          services:
            shop:
              errors: { query: 'sum(errors{service="{service}"})' }
        """,
        address: address);

    static async Task DeployAsync(RunningServer server, string id, DateTimeOffset at)
    {
        var sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(id)));
        var answer = await server.PostAsync(
            "/api/v1/events", $$"""{"type":"deployment","id":"{{id}}","service":"shop","environment":"production","sha":"{{sha}}","status":"succeeded","finished_at":"{{at:O}}"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await server.SettleAsync();
    }

    /// <summary>Lets the clock go on until it is so.</summary>
    static async Task AdvanceAsync(RunningServer server, Func<Task<bool>>? until = null, TimeSpan? step = null, int times = 600)
    {
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(20, Cancellation);
            await server.SettleAsync();
            if (until is not null && await until()) return;
            server.Clock.Advance(step ?? TimeSpan.FromSeconds(30));
        }

        Assert.True(until is null, "it never came to that");
    }

    static async Task<bool> IsAsync(RunningServer server, Func<JsonElement, bool> test)
    {
        using var detail = await DetailAsync(server);
        return detail.RootElement.GetProperty("verifications").EnumerateArray().Any(test);
    }

    static async Task<JsonDocument> DetailAsync(RunningServer server) =>
        JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/deployments/d1", Cancellation));

    static JsonElement Only(JsonDocument detail) =>
        Assert.Single(detail.RootElement.GetProperty("verifications").EnumerateArray());

    static async Task<int> DeliveriesAsync(RunningServer server)
    {
        using var page = JsonDocument.Parse(
            await server.Client.GetStringAsync("/api/v1/deliveries?source=verification", Cancellation));
        return page.RootElement.GetProperty("items").GetArrayLength();
    }
}
