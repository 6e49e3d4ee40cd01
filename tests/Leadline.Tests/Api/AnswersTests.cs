using System.Net;
using System.Text;
using System.Text.Json;
using Leadline.Scenarios;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>Every answer, held against its snapshot; LEADLINE_UPDATE_SNAPSHOTS=1 writes them again.</summary>
public sealed class AnswersTests
{
    static readonly string Folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Api", "Snapshots");
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Theory]
    [InlineData("metrics", "/api/v1/metrics?service=shop&from=2026-03-01&to=2026-04-01")]
    [InlineData("metrics-of-nothing", "/api/v1/metrics?from=2025-03-01&to=2025-04-01")]
    [InlineData("series", "/api/v1/metrics/series?metric=lead_time&bucket=week&from=2026-03-01&to=2026-03-16")]
    [InlineData("compare", "/api/v1/metrics/compare?from=2026-03-04&to=2026-03-08")]
    [InlineData("shifts", "/api/v1/metrics/shifts?metric=lead_time")]
    [InlineData("benchmarks", "/api/v1/benchmarks?from=2026-03-01&to=2026-04-01&industry=technology&size=fewer_than_20")]
    [InlineData("constraint", "/api/v1/constraint?from=2026-03-01&to=2026-04-01")]
    [InlineData("constraint-of-nothing", "/api/v1/constraint?service=shop&from=2025-03-01&to=2025-04-01")]
    [InlineData("bad-industry", "/api/v1/benchmarks?industry=tecnology")]
    [InlineData("deployments", "/api/v1/deployments?from=2026-03-01&to=2026-04-01&limit=2")]
    [InlineData("deployment", "/api/v1/deployments/d2")]
    [InlineData("incidents", "/api/v1/incidents?from=2026-03-01&to=2026-04-01")]
    [InlineData("services", "/api/v1/services")]
    [InlineData("sources", "/api/v1/sources")]
    [InlineData("definitions", "/api/v1/definitions")]
    [InlineData("deliveries", "/api/v1/deliveries?limit=1")]
    [InlineData("delivery", "/api/v1/deliveries/1")]
    [InlineData("bad-delivery", "/api/v1/deliveries/one")]
    [InlineData("bad-deliveries-outcome", "/api/v1/deliveries?outcome=unreadble")]
    [InlineData("bad-deliveries-source", "/api/v1/deliveries?source=gitub")]
    [InlineData("bad-deliveries-cursor", "/api/v1/deliveries?cursor=x")]
    [InlineData("bad-deliveries-time", "/api/v1/deliveries?from=yesterday")]
    [InlineData("bad-deliveries-order", "/api/v1/deliveries?from=2026-04-01&to=2026-03-01")]
    [InlineData("bad-deliveries-limit", "/api/v1/deliveries?limit=0")]
    [InlineData("explain-lead-time", "/api/v1/explain?metric=lead_time&from=2026-03-01&to=2026-04-01")]
    [InlineData("explain-change-failure-rate", "/api/v1/explain?metric=change_failure_rate&from=2026-03-01&to=2026-04-01")]
    [InlineData("explain-deployment-frequency", "/api/v1/explain?metric=deployment_frequency&from=2026-03-01&to=2026-04-01")]
    [InlineData("explain-recovery-time", "/api/v1/explain?metric=recovery_time&from=2026-03-01&to=2026-04-01")]
    [InlineData("explain-rework-rate", "/api/v1/explain?metric=rework_rate&from=2026-03-01&to=2026-04-01")]
    [InlineData(
        "whatif",
        "/api/v1/whatif?set=failure.incident_window=30m&set=lead_time.start=committed&from=2026-03-01&to=2026-04-01&limit=2")]
    [InlineData("presets", "/api/v1/presets?from=2026-03-01&to=2026-04-01")]
    [InlineData("bad-whatif", "/api/v1/whatif?set=failure.incident_windw=30m")]
    [InlineData("overrides", "/api/v1/overrides?limit=2")]
    [InlineData("overridden-deployment", "/api/v1/deployments/d0")]
    [InlineData("openapi", "/openapi/v1.json")]
    [InlineData("missing-metric", "/api/v1/explain")]
    [InlineData("bad-team", "/api/v1/metrics?team=payments")]
    [InlineData("bad-day-order", "/api/v1/metrics?from=03/04/2026")]
    [InlineData("bad-year", "/api/v1/metrics?to=0001-01-01")]
    [InlineData("bad-limit-word", "/api/v1/deployments?limit=many")]
    [InlineData("too-many-buckets", "/api/v1/metrics/series?metric=lead_time&bucket=day&from=1980-01-01&to=2026-01-01")]
    [InlineData("wrong-method", "/api/v1/events")]
    [InlineData("bad-metric", "/api/v1/explain?metric=speed")]
    [InlineData("bad-service", "/api/v1/metrics?service=shp")]
    [InlineData("bad-window", "/api/v1/metrics?from=2026-04-01&to=2026-03-01")]
    [InlineData("bad-time", "/api/v1/metrics?from=yesterday")]
    [InlineData("bad-environment", "/api/v1/metrics?environment=moon")]
    [InlineData("bad-cursor", "/api/v1/deployments?cursor=x")]
    [InlineData("bad-limit", "/api/v1/deployments?limit=0")]
    [InlineData("bad-bucket", "/api/v1/metrics/series?metric=lead_time&bucket=year")]
    [InlineData("missing-deployment", "/api/v1/deployments/d99")]
    [InlineData("missing-delivery", "/api/v1/deliveries/99")]
    [InlineData("missing-page", "/api/v1/nothing")]
    public async Task Answers_as_it_did(string name, string path)
    {
        await using var server = await FilledAsync();
        if (name.StartsWith("overrid", StringComparison.Ordinal)) await OverrideAsync(server);
        var answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        var body = JsonSerializer.Serialize(
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement,
            Indented);
        var actual = $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType?.MediaType}\n{Steady(body)}\n";
        var file = Path.Combine(Folder, name + ".json");
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), actual);
    }

    [Fact]
    public async Task What_is_judged_again_under_the_definitions_in_force_is_what_is_kept()
    {
        await using var server = await FilledAsync();
        using var again =
            JsonDocument.Parse(await server.Client.GetStringAsync(
                "/api/v1/whatif?from=2026-03-01&to=2026-04-01", TestContext.Current.CancellationToken));
        var kept = await server.Client.GetStringAsync(
            "/api/v1/metrics?from=2026-03-01&to=2026-04-01", TestContext.Current.CancellationToken);

        Assert.Equal(kept, again.RootElement.GetProperty("in_force").GetRawText());
        Assert.Equal(kept, again.RootElement.GetProperty("other").GetRawText());
        Assert.Equal(0, again.RootElement.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_loss_or_repetition()
    {
        await using var server = await FilledAsync();
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            using var page =
                JsonDocument.Parse(await server.Client.GetStringAsync(
                    $"/api/v1/deployments?from=2026-03-01&to=2026-04-01&limit=1{(cursor is null ? "" : "&cursor=" + cursor)}",
                    TestContext.Current.CancellationToken));
            seen.AddRange(page.RootElement.GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("deployment_id").GetString()!));
            if ((cursor = page.RootElement.GetProperty("next").GetString()) is null) break;
        }

        Assert.Equal(["d3", "d2", "d1", "d0"], seen);
    }

    [Fact]
    public async Task What_did_not_change_is_not_sent_again()
    {
        await using var server = await FilledAsync();
        var first = await server.Client.GetAsync("/api/v1/metrics", TestContext.Current.CancellationToken);
        var request = new HttpRequestMessage(
            HttpMethod.Get, "/api/v1/metrics")
        { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        await server.PostAsync("/api/v1/events", """{"type":"deployment","id":"d9","service":"shop","repository":"acme/shop","environment":"production","status":"succeeded","finished_at":"2026-03-09T00:00:00Z"}""");
        await server.SettleAsync();
        var again = new HttpRequestMessage(
            HttpMethod.Get, "/api/v1/metrics")
        { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        Assert.Equal(
            HttpStatusCode.OK, (await server.Client.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task An_asker_who_knows_the_answer_by_any_of_its_names_gets_none()
    {
        await using var server = await FilledAsync();
        var tag = (await server.Client.GetAsync("/api/v1/metrics", TestContext.Current.CancellationToken)).Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(server, $"\"another\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(server, $"W/{tag}"));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(server, "*"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "\"another\""));

        static async Task<HttpStatusCode> StatusAsync(RunningServer server, string known)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/metrics");
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            return (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }
    }

    [Fact]
    public async Task The_window_where_none_is_named_is_ninety_days_of_the_reporting_zone_and_moves_with_its_midnight()
    {
        await using var server = await RunningServer.StartAsync("timezone: Europe/Berlin");
        var before = await server.Client.GetAsync("/api/v1/metrics", TestContext.Current.CancellationToken);
        using var body = JsonDocument.Parse(await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        // Summer time began between the two.
        Assert.Equal(
            ("2026-01-01T23:00:00Z", "2026-04-01T22:00:00Z"),
            (body.RootElement.GetProperty("from").GetString(), body.RootElement.GetProperty("to").GetString()));
        server.Clock.Advance(TimeSpan.FromHours(10));
        var after = await server.Client.GetAsync("/api/v1/metrics", TestContext.Current.CancellationToken);
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task Another_store_at_the_same_address_is_not_mistaken_for_the_first()
    {
        await using var one = await RunningServer.StartAsync();
        await using var other = await RunningServer.StartAsync();
        Assert.NotEqual(
            (await one.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).Headers.ETag,
            (await other.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).Headers.ETag);
    }

    [Fact]
    public async Task An_id_may_hold_a_slash()
    {
        await using var server = await RunningServer.StartAsync();
        await server.PostAsync("/api/v1/events", """{"type":"deployment","id":"acme/shop/7","service":"shop","environment":"production","status":"succeeded","finished_at":"2026-03-09T00:00:00Z"}""");
        await server.SettleAsync();
        foreach (var path in new[] { "acme/shop/7", "acme%2Fshop%2f7" })
            Assert.Equal(
                HttpStatusCode.OK,
                (await server.Client.GetAsync("/api/v1/deployments/" + path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_plus_that_nobody_escaped_is_still_an_offset()
    {
        await using var server = await RunningServer.StartAsync();
        using var body =
            JsonDocument.Parse(await server.Client.GetStringAsync(
                "/api/v1/metrics?from=2026-01-01T00:00:00+01:00", TestContext.Current.CancellationToken));
        Assert.Equal("2025-12-31T23:00:00Z", body.RootElement.GetProperty("from").GetString());
    }

    [Fact]
    public async Task The_document_of_the_API_names_every_question()
    {
        await using var server = await RunningServer.StartAsync();
        using var document = JsonDocument.Parse(
            await server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        foreach (var expected in new[]
        {
            "/api/v1/metrics", "/api/v1/metrics/series", "/api/v1/metrics/compare", "/api/v1/metrics/shifts",
            "/api/v1/benchmarks", "/api/v1/constraint", "/api/v1/deployments", "/api/v1/deployments/{id}", "/api/v1/incidents",
            "/api/v1/explain", "/api/v1/services", "/api/v1/sources", "/api/v1/definitions", "/api/v1/deliveries/{source}",
            "/api/v1/deliveries", "/api/v1/retries", "/api/v1/events",
        })
            Assert.Contains(expected, paths);
    }

    static async Task<RunningServer> FilledAsync()
    {
        var server = await RunningServer.StartAsync();
        string Sha(string name) => Scenario.ShaOf(name).ToString();
        var lines = new StringBuilder();
        for (var i = 0; i < 4; i++)
        {
            var parents = i == 0 ? "[]" : $"[\"{Sha($"a{i - 1}")}\"]";
            var message = i == 3 ? $"Revert it\\n\\nThis reverts commit {Sha("a2")}." : $"Change {i}";
            lines.Append($$"""{"type":"commit","repository":"acme/shop","sha":"{{Sha($"a{i}")}}","parents":{{parents}},"authored_at":"2026-03-0{{i + 2}}T09:00:00Z","committed_at":"2026-03-0{{i + 2}}T09:05:00Z","author":"Mona Lisa","message":"{{message}}"}""").Append('\n');
            lines.Append($$"""{"type":"deployment","id":"d{{i}}","service":"shop","repository":"acme/shop","environment":"production","version":"v{{i}}","sha":"{{Sha($"a{i}")}}","status":"succeeded","started_at":"2026-03-0{{i + 2}}T09:50:00Z","finished_at":"2026-03-0{{i + 2}}T10:00:00Z"}""").Append('\n');
        }

        lines.Append("""{"type":"incident","id":"INC-1","service":"shop","started_at":"2026-03-04T11:00:00Z","resolved_at":"2026-03-04T12:30:00Z","severity":"sev1","title":"Checkout is slow"}""");
        var answer = await server.PostAsync("/api/v1/events", lines.ToString());
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await server.SettleAsync();
        return server;
    }

    static async Task OverrideAsync(RunningServer server)
    {
        await server.PostAsync("/api/v1/overrides", """{"kind":"not_failed","deployment":"d1","reason":"all is well"}""");
        await server.Client.DeleteAsync("/api/v1/overrides/1", TestContext.Current.CancellationToken);
        await server.PostAsync("/api/v1/overrides", """{"kind":"failed","deployment":"d0","reason":"it lost orders"}""");
        await server.PostAsync("/api/v1/overrides", """{"kind":"exclude","deployment":"d0","reason":"a rehearsal"}""");
    }

    /// <summary>Hashes of people and trace ids differ from store to store and run to run.</summary>
    static string Steady(string body) =>
        System.Text.RegularExpressions.Regex.Replace(
            body, @"h_[0-9a-f]{16}|""trace_id"": ""[^""]*""|http://127\.0\.0\.1:\d+/",
            match =>
                match.Value[0] switch
                {
                    'h' when match.Value[1] == '_' => "h_…",
                    'h' => "http://127.0.0.1/",
                    _ => "\"trace_id\": \"…\"",
                });
}
