using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>
/// A server that verified a release which made its service worse, and that was told of an aborted canary; in a browser.
/// </summary>
public sealed class ReleaseInBrowser : ServerInBrowser
{
    static readonly DateTimeOffset Deployed = DateTimeOffset.FromUnixTimeSeconds(
        TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddHours(-3);

    private protected override async Task<LeadlineProcess> ServeAsync(string store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var measures = builder.Build();
        measures.MapGet("/api/v1/query_range", Answer);
        await measures.StartAsync();
        var settings = Path.Combine(Path.GetDirectoryName(store)!, "leadline.yaml");
        await File.WriteAllTextAsync(
            settings,
            $$"""
            definitions: { failure: { signals: [incident, rollback, revert, hotfix, declared, degradation, abort] } }
            verification:
              sources: { metrics: { api: "{{measures.Urls.First()}}" } }
              services:
                shop:
                  errors: { query: 'sum(rate(errors{service="{service}"}[2m]))', least: 0.005 }
                  latency: { query: 'slow{service="{service}"}', measures: latency }
                  orders: { query: 'none{service="{service}"}', measures: business, worse: lower }
            """);
        return await LeadlineProcess.ServeAsync(store, "--config", settings);
    }

    protected override async Task FillAsync()
    {
        using var answer = await Server.Client.PostAsync(
            "/api/v1/events", new StringContent(Events(), Encoding.UTF8, "application/x-ndjson"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Server.WaitAsync(
            async () => await Server.Client.GetAsync("/api/v1/deployments/d1") is { IsSuccessStatusCode: true } shown
                && await shown.Content.ReadAsStringAsync() is var detail && detail.Contains("\"check\":\"orders\"")
                && detail.Contains("\"back_at\":\"2"),
            "the release is verified, and well again");
    }

    static string Events()
    {
        string At(int minutes) => Deployed.AddMinutes(minutes).ToString("O", CultureInfo.InvariantCulture);
        string Deployment(string id, string version, int at, string sha) =>
            $$"""{"type":"deployment","id":"{{id}}","service":"shop","environment":"production","version":"{{version}}","sha":"{{sha}}","status":"succeeded","finished_at":"{{At(at)}}"}""";
        string Step(string id, string name, string kind, string weight, string region, int from, int to, string outcome) =>
            $$"""{"type":"step","deployment":"{{id}}","service":"shop","environment":"production","version":"v3","name":"{{name}}","kind":"{{kind}}","weight":{{weight}},"region":{{region}},"started_at":"{{At(from)}}","finished_at":"{{At(to)}}","outcome":"{{outcome}}"}""";
        return string.Join('\n',
            Deployment("d0", "v1", -600, "3f786850e387550fdab836ed7e6dc881de23001b"),
            Deployment("d1", "v2", 0, "89e6c98d92887913cadf06b2adb97f26cde4849b"),
            Step("d1", "canary 10 %", "canary", "10", "\"eu\"", -30, -20, "succeeded"),
            Step("d1", "canary 50 %", "canary", "50", "\"eu\"", -20, -10, "succeeded"),
            Step("d1", "everybody", "blue_green", "100", "null", -10, 0, "succeeded"),
            Step("d2", "canary 10 %", "canary", "10", "\"eu\"", 100, 110, "succeeded"),
            Step("d2", "canary 50 %", "canary", "50", "\"eu\"", 110, 117, "aborted"));
    }

    /// <summary>
    /// Errors rise four minutes after the deployment for an hour; latency is what it was; orders are not measured.
    /// </summary>
    static IResult Answer(HttpRequest request)
    {
        var query = request.Query["query"].ToString();
        double Number(string name) => double.Parse(request.Query[name]!, CultureInfo.InvariantCulture);
        var values = new StringBuilder();
        for (var at = Number("start"); at <= Number("end")
            && !query.StartsWith("none", StringComparison.Ordinal); at += Number("step"))
        {
            var after = at - Deployed.ToUnixTimeSeconds();
            var value = query.StartsWith("slow", StringComparison.Ordinal) ? 0.31 + (0.02 * Math.Sin(at))
                : (after is >= 240 and < 3840 ? 0.084 : 0.011) + (0.002 * Math.Sin(at));
            values.Append(CultureInfo.InvariantCulture, $"{(values.Length == 0 ? "" : ",")}[{at},\"{value}\"]");
        }

        var series = values.Length == 0 ? "" : $"{{\"metric\":{{}},\"values\":[{values}]}}";
        return Results.Text(
            $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{series}]}}}}", "application/json");
    }
}
