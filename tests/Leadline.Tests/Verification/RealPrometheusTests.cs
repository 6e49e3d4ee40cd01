using System.Net;
using System.Text.Json;
using Leadline.Tests.Api;
using Leadline.Tests.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Leadline.Tests.Verification;

/// <summary>
/// A real Prometheus scrapes a small app that turns bad with a deployment and is mended; the server verifies it by its own
/// clock.
/// </summary>
public sealed class RealPrometheusTests
{
    const int Enough = 8;

    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_that_makes_it_worse_fails_by_its_degradation_until_the_measure_is_back()
    {
        var errors = 0.01;
        await using var app = await AppAsync(() => errors);
        await using var prometheus = await PrometheusProgram.StartAsync(new Uri(app.Urls.First()).Authority, "", Cancellation);
        await UntilAsync(
            async () => await prometheus.QueryAsync("count_over_time(shop_errors_ratio[1m])", Cancellation) is [>= Enough],
            "Prometheus has enough samples");

        await using var server = await RunningServer.StartAsync(
            $$"""
            services: { shop: { repositories: [acme/shop] } }
            definitions: { failure: { signals: [degradation] } }
            verification:
              sources: { metrics: { api: "{{prometheus.Address}}" } }
              services: { shop: { errors: { query: 'max(shop_errors_ratio{service="{service}"})', after: 12s, before: 12s } } }
            """,
            real: TimeProvider.System);
        errors = 0.2;
        var deployed = TimeProvider.System.GetUtcNow();
        var answer = await server.PostAsync(
            "/api/v1/events",
            $$"""{"type":"deployment","id":"d1","service":"shop","environment":"production","sha":"3f786850e387550fdab836ed7e6dc881de23001b","status":"succeeded","finished_at":"{{deployed:O}}"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        using (var worse = await DetailAsync(
            server, detail => Verification(detail) is { } one && one.GetProperty("verdict").GetString() != null,
            "there is a verdict"))
        {
            var found = Verification(worse)!.Value;
            Assert.Equal("worse", found.GetProperty("verdict").GetString());
            Assert.Equal(
                (0.2, 0.01),
                (found.GetProperty("after").GetProperty("median").GetDouble(), found.GetProperty("before").GetProperty("window")
                    .GetProperty("median").GetDouble()));
            Assert.Equal(0, found.GetProperty("week_earlier").GetProperty("window").GetProperty("samples").GetInt32());
            var row = worse.RootElement.GetProperty("deployment");
            Assert.Equal("degradation", Assert.Single(row.GetProperty("failed_because").EnumerateArray()).GetString());
            Assert.Equal(JsonValueKind.Null, row.GetProperty("restored_at").ValueKind);
        }

        errors = 0.01;
        using var back = await DetailAsync(
            server,
            detail => detail.RootElement.GetProperty("deployment").GetProperty("restored_at").ValueKind == JsonValueKind.String,
            "the incident is closed");
        Assert.True(back.RootElement.GetProperty("deployment").GetProperty("recovery_seconds").GetDouble() > 0);
        Assert.StartsWith(
            "incident verification:shop:d1:errors",
            back.RootElement.GetProperty("deployment").GetProperty("restored_by").GetString());
        using var metrics = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/metrics", Cancellation));
        Assert.Equal(
            1, metrics.RootElement.GetProperty("metrics").GetProperty("change_failure_rate").GetProperty("value").GetDouble());
        Assert.Equal(1, metrics.RootElement.GetProperty("metrics").GetProperty("recovery_time").GetProperty("count").GetInt32());
    }

    /// <summary>What is refused is said in Prometheus's own words.</summary>
    [Fact]
    public async Task A_query_that_Prometheus_refuses_is_named()
    {
        await using var app = await AppAsync(() => 0);
        await using var prometheus = await PrometheusProgram.StartAsync(new Uri(app.Urls.First()).Authority, "", Cancellation);
        var settings = Leadline.Settings.SettingsFile.Parse(
            $$"""
            verification:
              sources: { metrics: { api: "{{prometheus.Address}}" } }
              services:
                shop: { broken: { query: "sum(rate(x[1m])" }, good: { query: "vector(1)" }, several: { query: "{job=\"leadline\"}" } }
            """,
            "leadline.yaml", _ => null).Verification;
        var sentences = await Leadline.Verification.ChecksAnswered.WhyNotAsync(settings, TimeProvider.System, Cancellation);
        Assert.Equal(2, sentences.Length);
        Assert.StartsWith(
            "The check verification.services.shop.broken tells nothing: the query is refused (400): ", sentences[0]);
        Assert.Contains("parse error", sentences[0]);
        Assert.Matches(
            "^The check verification.services.shop.several tells nothing: the query gives [0-9]+ series, and one is needed",
            sentences[1]);
    }

    static JsonElement? Verification(JsonDocument detail) =>
        detail.RootElement.TryGetProperty("verifications", out var all) && all.GetArrayLength() == 1 ? all[0] : null;

    static async Task<JsonDocument> DetailAsync(RunningServer server, Func<JsonDocument, bool> test, string what)
    {
        JsonDocument? found = null;
        await UntilAsync(
            async () =>
            {
                await server.SettleAsync();
                using var answer = await server.Client.GetAsync("/api/v1/deployments/d1", Cancellation);
                if (!answer.IsSuccessStatusCode) return false;
                found?.Dispose();
                found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
                return test(found);
            },
            what);
        return found!;
    }

    static async Task UntilAsync(Func<Task<bool>> test, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(LongestWait);
        while (!await test())
        {
            Assert.False(patience.IsCancellationRequested, $"it never came to be that {what}");
            await Task.Delay(200, Cancellation);
        }
    }

    static async Task<WebApplication> AppAsync(Func<double> errors)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/metrics", () => Results.Text(
            FormattableString.Invariant($"# TYPE shop_errors_ratio gauge\nshop_errors_ratio{{service=\"shop\"}} {errors()}\n"),
            "text/plain; version=0.0.4"));
        await app.StartAsync();
        return app;
    }
}
