using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>What was measured after a release, and the steps of roll-outs, as a real Chromium shows them.</summary>
public sealed class ReleaseTests(ReleaseInBrowser release) : IClassFixture<ReleaseInBrowser>
{
    [Theory]
    [InlineData("verified", "/deployments/d1")]
    [InlineData("aborted", "/deployments/d2")]
    [InlineData("verified-ledger", "/ledger")]
    public async Task A_page_fits_every_width_asks_nobody_else_and_keeps_nobody_out(string name, string path)
    {
        await using var page = await WatchedPage.OpenAsync(release, name, path);
        foreach (var width in (int[])[360, 1280, 1920])
            foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark]) await page.LookAsync(width, theme);
        await page.PrintAsync();
        await using var open = await WatchedPage.OpenAsync(release, name, path, pastPolicy: true);
        foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark]) await open.RunAxeAsync(theme);
        Assert.Empty(page.Faults.Concat(open.Faults));
    }

    [Fact]
    public async Task A_release_shows_its_steps_its_verdicts_and_why_it_failed()
    {
        await using var watched = await WatchedPage.OpenAsync(release, "verified", "/deployments/d1");
        Assert.Equal(
            ["canary 10 %", "canary 50 %", "everybody"],
            await watched.Page.Locator("table.steps tbody th").AllInnerTextsAsync());
        var verdicts = await watched.Page.Locator("table.verifications tbody td:nth-child(2) .mark").AllInnerTextsAsync();
        Assert.Equal(["worse", "no change", "cannot tell"], verdicts);
        Assert.Contains(
            "there is no data in the window after it",
            await watched.Page.Locator("table.verifications tbody tr").Nth(2).InnerTextAsync());
        Assert.Matches(
            @"worse since \d{4}-\d\d-\d\d \d\d:\d\d, back \d{4}-\d\d-\d\d \d\d:\d\d",
            await watched.Page.Locator("table.verifications tbody td:nth-child(2)").First.InnerTextAsync());
        Assert.Matches(
            @"well again \d{4}-\d\d-\d\d \d\d:\d\d \(incident verification:shop:d1:errors\)",
            await watched.Page.Locator("dl.facts").InnerTextAsync());
        Assert.Contains("It failed: errors of shop became worse", await watched.Page.Locator("p.verdict").InnerTextAsync());
    }

    [Fact]
    public async Task An_aborted_canary_shows_where_it_was_aborted_and_that_it_counts()
    {
        await using var watched = await WatchedPage.OpenAsync(release, "aborted", "/deployments/d2");
        Assert.Equal(
            ["succeeded", "aborted"], await watched.Page.Locator("table.steps tbody td:last-child").AllInnerTextsAsync());
        Assert.Contains("It failed: its roll-out was aborted.", await watched.Page.Locator("p.verdict").InnerTextAsync());
        Assert.Contains("failed attempt", await watched.Page.Locator("h1 ~ p .status").First.InnerTextAsync());
    }
}
