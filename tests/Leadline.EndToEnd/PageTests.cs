using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>The pages of the demo in a real Chromium. Screenshots go to <c>artifacts/screens</c>.</summary>
public sealed partial class PageTests(DemoInBrowser demo) : IClassFixture<DemoInBrowser>
{
    public static TheoryData<string, string, int, ColorScheme> Views()
    {
        var views = new TheoryData<string, string, int, ColorScheme>();
        (string Name, string Path)[] pages =
        [
            ("overview", "/"), ("service", "/?service=checkout&window=365"), ("quiet", "/?service=reports&window=7"), ("lead-time", "/explain/lead_time?service=cart"),
            ("failures", "/explain/change_failure_rate?service=billing"), ("recovery", "/explain/recovery_time"), ("deployment", "deployment"), ("delivery", "/deliveries/1"),
            ("missing", "/deployments/none"),
        ];
        foreach (var (name, path) in pages)
            foreach (var width in (int[])[360, 1280])
                foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark]) views.Add(name, path, width, theme);
        return views;
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_fits_its_width_and_asks_nobody_else(string name, string path, int width, ColorScheme theme)
    {
        await using var context = await ContextAsync(width, theme);
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            // Chromium reports the 404 that the page of a missing thing rightly is.
            if (message.Type is "error" or "warning" && !message.Text.Contains("404", StringComparison.Ordinal)) complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(demo.Server.Address + "/", StringComparison.Ordinal)) complaints.Add("asked " + request.Url);
        };
        await page.GotoAsync(demo.Server.Address + (path == "deployment" ? await FailedDeploymentAsync() : path));

        Assert.Empty(complaints);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.NotEmpty(await page.TitleAsync());
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Directory.CreateDirectory(DemoInBrowser.Screens);
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(DemoInBrowser.Screens, $"{name}-{width}-{theme.ToString().ToLowerInvariant()}.png"),
            FullPage = true,
        });
    }

    [Fact]
    public async Task The_filter_works_without_script()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address);
        await page.GetByLabel("Service").SelectOptionAsync("gateway");
        await page.GetByLabel("Window").SelectOptionAsync("365");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        Assert.StartsWith("In the last 12 months, gateway deployed to production", await page.Locator(".sentence").InnerTextAsync());
        Assert.Equal("gateway", await page.GetByLabel("Service").InputValueAsync());
        var services = await page.Locator("table.ledger tbody td:nth-child(3)").AllInnerTextsAsync();
        Assert.Equal(50, services.Count);
        Assert.Equal(["gateway"], services.Distinct());
    }

    [Fact]
    public async Task Older_deployments_follow_page_by_page()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?service=cart&window=365");
        var first = await page.Locator("table.ledger tbody a").AllInnerTextsAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Older deployments" }).ClickAsync();
        var second = await page.Locator("table.ledger tbody a").AllInnerTextsAsync();
        Assert.Equal(50, second.Count);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("deployment_frequency")]
    [InlineData("lead_time")]
    [InlineData("change_failure_rate")]
    [InlineData("recovery_time")]
    [InlineData("rework_rate")]
    public async Task A_number_opens_into_its_rows_down_to_a_delivery(string metric)
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?service=checkout&window=365");
        var shown = await page.Locator($"#{metric} .number").InnerTextAsync();
        await page.Locator($"#{metric} .rows a").ClickAsync();
        Assert.StartsWith(shown, await page.Locator(".sentence").InnerTextAsync());
        if (await page.Locator("a.delivery").CountAsync() == 0) await page.Locator("tbody a[href^='/deployments/']").First.ClickAsync();
        await page.Locator("a.delivery").First.ClickAsync();
        Assert.Matches(DeliveryHeading(), await page.Locator("h1").InnerTextAsync());
        Assert.NotEmpty(await page.Locator("pre.body").InnerTextAsync());
    }

    [Fact]
    public async Task Everything_that_is_written_can_be_read_against_its_ground()
    {
        foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var context = await ContextAsync(1280, theme);
            var page = await context.NewPageAsync();
            await page.GotoAsync(demo.Server.Address + "/?window=365");
            var weak = await page.EvaluateAsync<string[]>(Contrast);
            Assert.Empty(weak);
        }
    }

    /// <summary>Elements whose own text stands out from their ground by less than 4.5 to 1 (WCAG 2.2, 1.4.3).</summary>
    const string Contrast =
        """
        () => {
          const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
          const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ground = e => { for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; } return [255, 255, 255]; };
          const weak = new Set();
          for (const e of document.querySelectorAll('body *')) {
            if (e.tagName === 'title') continue;
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            const style = getComputedStyle(e);
            const ink = parse(e.namespaceURI.endsWith('svg') ? style.fill : style.color);
            const [a, b] = [light(ink.c), light(ground(e))].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) weak.add(`${e.tagName}.${e.getAttribute('class')}: ${style.color}`);
          }
          return [...weak];
        }
        """;

    Task<IBrowserContext> ContextAsync(int width, ColorScheme theme, bool script = true) => demo.Browser.NewContextAsync(new BrowserNewContextOptions
    {
        ViewportSize = new ViewportSize { Width = width, Height = 900 },
        ColorScheme = theme,
        JavaScriptEnabled = script,
    });

    async Task<string> FailedDeploymentAsync()
    {
        var ledger = await demo.Server.Client.GetStringAsync("/explain/change_failure_rate?service=billing&window=365");
        var failed = ledger[ledger.IndexOf("<tr class=\"failed\"", StringComparison.Ordinal)..];
        return FirstDeployment().Match(failed).Groups[1].Value;
    }

    [GeneratedRegex("href=\"(/deployments/[^\"]+)\"")]
    private static partial Regex FirstDeployment();

    [GeneratedRegex("^Delivery [0-9]+$")]
    private static partial Regex DeliveryHeading();
}
