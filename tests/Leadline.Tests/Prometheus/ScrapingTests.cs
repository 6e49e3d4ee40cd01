using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Prometheus;
using Leadline.Tests.Api;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Prometheus;

/// <summary>What <c>/metrics</c> tells, to promtool and to a real Prometheus.</summary>
public sealed class ScrapingTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static string Examples => Path.Combine(Shared.Repository, "deploy", "prometheus");

    [Fact]
    public async Task Promtool_finds_nothing_to_say_against_it()
    {
        await using var server = await StartAsync();
        await DeliverAsync(server);
        var text = await server.Client.GetStringAsync("/metrics", Cancellation);
        var (code, said) = await PrometheusProgram.PromtoolAsync(text, "check", "metrics");
        Assert.True(code == 0 && said.Trim().Length == 0, said);
        Assert.Contains("leadline_delivery_commit_duration_seconds_bucket{le=\"+Inf\"} ", text);
        Assert.Contains("leadline_deliveries_total{source=\"leadline\",outcome=\"stored\"} ", text);
        Assert.Contains("leadline_deliveries_logged{source=\"leadline\",outcome=\"facts\"} 1\n", text);
        Assert.Contains("leadline_ledger_lag_seconds 0\n", text);
    }

    [Fact]
    public async Task Every_number_is_that_of_the_api_for_the_same_window()
    {
        await using var server = await StartAsync();
        var text = await server.Client.GetStringAsync("/metrics", Cancellation);
        foreach (var (window, from) in ((string, string)[])[("7d", "2026-03-26"), ("30d", "2026-03-03"), ("90d", "2026-01-02")])
        {
            foreach (var (name, labels, scope) in ((string, string, string)[])
                [
                    ("leadline_", $"service=\"shop\",team=\"sales\",environment=\"production\",window=\"{window}\"",
                        "service=shop"),
                    ("leadline_team_", $"team=\"sales\",environment=\"production\",window=\"{window}\"", "team=sales"),
                ])
            {
                using var answer = JsonDocument.Parse(
                    await server.Client.GetStringAsync($"/api/v1/metrics?{scope}&from={from}&to=2026-04-02", Cancellation));
                var metrics = answer.RootElement.GetProperty("metrics");
                Same(metrics, "deployment_frequency", "per_day", $"{name}deployments_per_day{{{labels}}}");
                Same(metrics, "change_failure_rate", "value", $"{name}change_failure_ratio{{{labels}}}");
                Same(metrics, "rework_rate", "value", $"{name}rework_ratio{{{labels}}}");
                Same(metrics, "lead_time", "median_seconds", $"{name}lead_time_seconds{{{labels},quantile=\"0.5\"}}");
                Same(metrics, "lead_time", "p90_seconds", $"{name}lead_time_seconds{{{labels},quantile=\"0.9\"}}");
                Same(metrics, "recovery_time", "median_seconds", $"{name}recovery_time_seconds{{{labels},quantile=\"0.5\"}}");
            }
        }

        Assert.Contains("leadline_deployments_total{service=\"shop\",team=\"sales\",environment=\"production\"} 4\n", text);
        Assert.Contains("leadline_open_failures{service=\"shop\",team=\"sales\",environment=\"production\"} 1\n", text);
        Assert.DoesNotMatch("service=\"idle\"", text); // It never deployed: no sample, not 0.

        void Same(JsonElement metrics, string metric, string field, string sample)
        {
            var value = metrics.GetProperty(metric).GetProperty(field);
            var found = Regex.Match(text, "^" + Regex.Escape(sample) + " (.*)$", RegexOptions.Multiline);
            Assert.Equal(value.ValueKind != JsonValueKind.Null, found.Success);
            if (found.Success) Assert.Equal(value.GetDouble(), double.Parse(found.Groups[1].Value), 1e-9);
        }
    }

    [Fact]
    public async Task Whoever_asks_for_OpenMetrics_gets_its_end_and_its_names()
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text;version=1.0.0"));
        using var answer = await server.Client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(
            "application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("\n# EOF\n", text);
        Assert.Contains("# TYPE leadline_deployments counter\nleadline_deployments_total{", text);
    }

    [Fact]
    public async Task Where_there_are_tokens_only_one_that_may_read_gets_an_answer()
    {
        await using var server =
            await RunningServer.StartAsync(prepare: store =>
                store.AddTokenAsync("prometheus", "read", Leadline.Api.Access.Hash("ll_read"), RunningServer.Now, default));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Client.GetAsync("/metrics", Cancellation)).StatusCode);
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_read");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/metrics", Cancellation)).StatusCode);
    }

    [Fact]
    public void Labels_may_hold_anything() =>
        Assert.EndsWith(
            "x{service=\"a\\\"b\\\\c\\nd\"} +Inf\n",
            new Exposition(false).Family("x", "gauge", "X.")
                .Sample(double.PositiveInfinity, ("service", "a\"b\\c\nd"), ("team", null)).Sample(null, ("service", "none"))
                .ToString());

    [Fact]
    public async Task The_examples_are_what_promtool_takes()
    {
        var (code, said) = await PrometheusProgram.PromtoolAsync(
            "", "check", "config", Path.Combine(Examples, "prometheus.yaml"));
        Assert.True(code == 0, said);
        Assert.Contains("7 rules found", said);
    }

    [Fact]
    public async Task A_real_Prometheus_scrapes_it_and_the_examples_and_the_dashboard_find_their_metrics()
    {
        await using var server = await StartAsync();
        await DeliverAsync(server);
        await using var prometheus = await PrometheusProgram.StartAsync(
            server.Client.BaseAddress!.Authority, Path.Combine(Examples, "alerts.yaml"), Cancellation);
        Assert.Equal(4, Assert.Single(await prometheus.QueryAsync("leadline_deployments_total{service='shop'}", Cancellation)));
        Assert.Single(
            await prometheus.QueryAsync("leadline_lead_time_seconds{service='shop',window='90d',quantile='0.5'}", Cancellation));
        Assert.NotEmpty(await prometheus.QueryAsync(
            "histogram_quantile(0.95, leadline_delivery_commit_duration_seconds_bucket)", Cancellation));
        var families = (await server.Client.GetStringAsync("/metrics", Cancellation)).Split('\n')
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToHashSet();
        var asked = Named(await File.ReadAllTextAsync(Path.Combine(Examples, "alerts.yaml"), Cancellation)).ToList();
        Assert.Equal(8, asked.Count);
        Assert.All(asked, name => Assert.Contains(families, family => name == family || name == family + "_count"));

        var dashboard =
            JsonNode.Parse(await File.ReadAllTextAsync(
                Path.Combine(Shared.Repository, "grafana", "prometheus", "leadline-prometheus.json"), Cancellation))!;
        foreach (var panel in dashboard["panels"]!.AsArray())
        {
            Assert.Equal("no data", (string)panel!["fieldConfig"]!["defaults"]!["noValue"]!);
            foreach (var target in panel["targets"]!.AsArray())
            {
                var query = Expand((string)target!["expr"]!);
                Assert.True(
                    (await prometheus.QueryAsync(query, Cancellation)).Count > 0, $"{panel["title"]}: {query} finds nothing");
            }
        }
    }

    static string Expand(string query) => query
        .Replace("$service", ".*").Replace("$team", ".*").Replace("$environment", "production").Replace("$window", "90d")
        .Replace("$__rate_interval", "1m");

    static IEnumerable<string> Named(string text) =>
        Regex.Matches(text, @"\bleadline_\w+").Select(match => match.Value).Distinct();

    static async Task DeliverAsync(RunningServer server)
    {
        var answer = await server.PostAsync(
            "/api/v1/events", """{"type":"annotation","id":"a1","service":null,"team":"sales","at":"2026-03-30T10:00:00Z","text":"trunk-based"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await server.SettleAsync();
    }

    static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(
            "services:\n  shop: { team: sales, repositories: [acme/shop] }\n  till: { team: sales, repositories: [acme/till] "
                + "}\n  idle: { team: idlers, repositories: [acme/idle] }\n");
        await server.SettleAsync();
        foreach (var (service, days) in ((string, int[])[])[("shop", [80, 20, 5, 2]), ("till", [50, 4]), ("idle", [])])
        {
            LedgerRow[] rows =
            [
                .. days.Select(
                    (ago, i) => Made.Row($"{service}-{i}", RunningServer.Now.AddDays(-ago).ToString("O"), service) with
                    {
                        Failed = i > 1,
                        FailedAt = i > 1 ? RunningServer.Now.AddDays(-ago).AddHours(1) : null,
                        RestoredAt = i == 2 ? RunningServer.Now.AddDays(-ago).AddHours(3) : null,
                        Rework = i == 1,
                    }),
            ];
            ImmutableArray<ShippedChange> shipped =
            [
                .. rows.SelectMany((row, i) =>
                    Enumerable.Range(1, i + 1).Select(number => Made.Shipped(row, (10 * i) + number, 1000 * number))),
            ];
            await server.Store.JudgeAsync(
                rows, shipped, [], Cancellation, service, team: service == "idle" ? "idlers" : "sales");
        }

        return server;
    }
}
