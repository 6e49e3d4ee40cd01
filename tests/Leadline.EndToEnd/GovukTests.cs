using System.Text.Json;
using Leadline.Metrics;
using Leadline.Tests;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>
/// Two real services of which nothing is known but commits and deployments: no changes, no builds, no incidents.
/// </summary>
public sealed class GovukTests(GovukInBrowser govuk) : IClassFixture<GovukInBrowser>
{
    const string Window = "window=custom&from=2026-01-01&to=2026-07-31";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Pages() => new()
    {
        { "overview", $"/?{Window}" },
        { "service", $"/?service=publishing-api&{Window}" },
        { "ledger", $"/ledger?{Window}" },
        { "deployment", "deployment" },
        { "incidents", $"/incidents?{Window}" },
        { "services", $"/services?{Window}" },
        { "lead-time", $"/lead-time?{Window}" },
        { "constraint", $"/constraint?{Window}" },
        { "data", $"/data?{Window}" },
        { "definitions", $"/definitions?{Window}" },
        { "overrides", $"/overrides?{Window}" },
        { "explain", $"/explain/lead_time?service=frontend&{Window}" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_of_real_services_fits_complains_of_nothing_and_keeps_nobody_out(string name, string path)
    {
        Shared.Find("govuk");
        var address = path == "deployment" ? await RolledBackAsync() : path;
        await using var page = await WatchedPage.OpenAsync(govuk, "govuk-" + name, address);
        foreach (var width in (int[])[360, 1280]) await page.LookAsync(width, ColorScheme.Light);
        await using var open = await WatchedPage.OpenAsync(govuk, "govuk-" + name, address, pastPolicy: true);
        await open.RunAxeAsync(ColorScheme.Light);
        Assert.Empty(page.Faults.Concat(open.Faults));
    }

    [Theory]
    [InlineData("frontend")]
    [InlineData("publishing-api")]
    public async Task The_tiles_say_what_the_API_says_and_that_is_what_git_says(string service)
    {
        using var expected = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Shared.Find("govuk", service + ".expected.json"), Cancellation));
        var git = expected.RootElement;
        var report = await MetricsAsync(service);
        var (frequency, lead, failure, recovery, rework) = (
            report.GetProperty("deployment_frequency"), report.GetProperty("lead_time"),
            report.GetProperty("change_failure_rate"), report.GetProperty("recovery_time"), report.GetProperty("rework_rate"));
        Assert.Equal(git.GetProperty("deployments").GetInt32(), frequency.GetProperty("deployments").GetInt32());
        Assert.Equal(git.GetProperty("commits_shipped_without_merges").GetInt32(), lead.GetProperty("count").GetInt32());
        Assert.Equal(git.GetProperty("rollbacks").GetInt32(), rework.GetProperty("rework").GetInt32());
        Assert.Equal(
            git.GetProperty("lead_time_authored_seconds").GetProperty("median").GetDouble(),
            lead.GetProperty("median_seconds").GetDouble(), 0.1);

        await using var page = await WatchedPage.OpenAsync(govuk, "govuk-" + service, $"/?service={service}&{Window}");
        Assert.Equal(
            (Human.Rate(Number(frequency, "per_day")), $"{frequency.GetProperty("deployments").GetInt32():N0} deployments"),
            await TileAsync(page.Page, "deployment_frequency"));
        Assert.Equal(
            (Human.Span(Number(lead, "median_seconds")), $"{lead.GetProperty("count").GetInt32():N0} changes"),
            await TileAsync(page.Page, "lead_time"));
        Assert.Equal(
            (Human.Share(Number(failure, "value")), $"{failure.GetProperty("failed")} of {failure.GetProperty("deployments")} "
                + "deployments"), await TileAsync(page.Page, "change_failure_rate"));
        var failures = recovery.GetProperty("count").GetInt32();
        Assert.Equal(
            (Human.Span(Number(recovery, "median_seconds")), failures == 1 ? "1 failure" : $"{failures} failures"),
            await TileAsync(page.Page, "recovery_time"));
        Assert.Equal(
            (Human.Share(Number(rework, "value")), $"{rework.GetProperty("rework")} of {rework.GetProperty("deployments")} "
                + "deployments"), await TileAsync(page.Page, "rework_rate"));

        static double? Number(JsonElement metric, string name) =>
            metric.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
    }

    [Fact]
    public async Task Where_no_stage_is_known_the_constraint_says_so_and_what_it_takes()
    {
        Shared.Find("govuk");
        using var report =
            JsonDocument.Parse(await govuk.Server.Client.GetStringAsync(
                "/api/v1/constraint?from=2026-01-01T00:00:00Z&to=2026-08-01T00:00:00Z", Cancellation));
        var (lead, recovery) = (report.RootElement.GetProperty("lead_time"), report.RootElement.GetProperty("recovery"));
        Assert.Equal("unknown", lead.GetProperty("verdict").GetString());
        Assert.StartsWith(
            "No constraint of lead time can be named in all services together: nothing is known of its stages. It takes pull "
                + "or merge requests with their reviews,", lead.GetProperty("sentence").GetString());
        Assert.All(
            lead.GetProperty("stages").EnumerateArray(),
            stage => Assert.Equal(JsonValueKind.Null, stage.GetProperty("share").ValueKind));
        Assert.Equal("too_few", recovery.GetProperty("verdict").GetString());
        Assert.Equal(1, report.RootElement.GetProperty("signals").GetProperty("rollbacks").GetProperty("share").GetDouble());
    }

    static async Task<(string Value, string Rows)> TileAsync(IPage page, string metric) =>
        (await page.Locator($"#{metric} .number").InnerTextAsync(), await page.Locator($"#{metric} .rows a").InnerTextAsync());

    async Task<JsonElement> MetricsAsync(string service)
    {
        using var report = JsonDocument.Parse(
            await govuk.Server.Client.GetStringAsync(GovukInBrowser.Metrics(service), Cancellation));
        return report.RootElement.GetProperty("metrics").Clone();
    }

    /// <summary>The page of a deployment that a rollback blames.</summary>
    async Task<string> RolledBackAsync()
    {
        using var explained = JsonDocument.Parse(await govuk.Server.Client.GetStringAsync(
            "/api/v1/explain?metric=change_failure_rate&service=frontend&from=2026-01-01T00:00:00Z&to=2026-08-01T00:00:00Z",
            Cancellation));
        return "/deployments/" + explained.RootElement.GetProperty("blames")[0].GetProperty("deployment_id").GetString();
    }
}
