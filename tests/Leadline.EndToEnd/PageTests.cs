using System.Text.RegularExpressions;
using Leadline.Tests;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>The pages of the demo in a real Chromium. Screenshots go to <c>artifacts/screenshots</c>.</summary>
public sealed partial class PageTests(DemoInBrowser demo) : IClassFixture<DemoInBrowser>
{
    static readonly ColorScheme[] Themes = [ColorScheme.Light, ColorScheme.Dark];

    static readonly (string Name, string Path)[] Pages =
    [
        ("overview", "/"), ("service", "/?service=checkout&window=365"), ("quiet", "/?service=reports&window=7"),
        ("lead-time-rows", "/explain/lead_time?service=cart"),
        ("failures", "/explain/change_failure_rate?service=billing"), ("recovery", "/explain/recovery_time"),
        ("deployment", "deployment"), ("delivery", "/deliveries/1"),
        ("missing", "/deployments/none"), ("ledger", "/ledger"),
        ("ledger-failed", "/ledger?window=365&kind=failed&sort=recovery&team=payments"),
        ("incidents", "/incidents?window=365"), ("services", "/services?window=365"), ("lead-time", "/lead-time?window=365"),
        ("constraint", "/constraint?window=365"),
        ("constraint-named", "/constraint?service=reports&window=365"), ("levels", "/levels?window=365&industry=technology"),
        ("data", "/data?window=365"),
        ("definitions", "/definitions"), ("overrides", "/overrides"),
        ("whatif", "/whatif?window=365&set=failure.incident_window%3D1h&set=lead_time.start%3Dmerged"),
        ("overridden", "overridden"),
        ("experiments", "/experiments?refused=yes&name=Trunk&worth=much"), ("experiment", "/experiments/trunk-based"),
        ("running-experiment", "/experiments/review-hour"),
    ];

    public static TheoryData<string, string> Views() =>
        [.. Pages.Select(page => new TheoryDataRow<string, string>(page.Name, page.Path))];

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_fits_every_width_asks_nobody_else_and_keeps_nobody_out(string name, string path)
    {
        var address = await AddressOf(path);
        await using var page = await WatchedPage.OpenAsync(demo, name, address);
        foreach (var width in (int[])[360, 1280, 1920])
            foreach (var theme in Themes) await page.LookAsync(width, theme);
        await using var open = await WatchedPage.OpenAsync(demo, name, address, pastPolicy: true);
        foreach (var theme in Themes) await open.RunAxeAsync(theme);
        Assert.Empty(page.Faults.Concat(open.Faults));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_page_can_be_printed_whole_and_without_what_only_a_screen_needs(string name, string path)
    {
        await using var page = await WatchedPage.OpenAsync(demo, name, await AddressOf(path));
        await page.PrintAsync();
        Assert.Empty(page.Faults);
    }

    /// <summary>LEADLINE_UPDATE_DOCS=1 puts it into the documents.</summary>
    [Fact]
    public async Task The_picture_of_the_README_is_the_overview_of_the_demo()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light);
        var page = await context.NewPageAsync();
        await page.SetViewportSizeAsync(1280, 1180);
        await page.GotoAsync(demo.Server.Address + "/");
        await page.Locator(".trends.charted canvas").First.WaitForAsync();
        var picture = await page.ScreenshotAsync();
        await File.WriteAllBytesAsync(
            Path.Combine(WatchedPage.Screens, "readme.png"), picture, TestContext.Current.CancellationToken);
        var documents = Path.Combine(Shared.Repository, "docs", "images", "overview.png");
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1")
            await File.WriteAllBytesAsync(documents, picture, TestContext.Current.CancellationToken);
        Assert.Equal(SizeOf(picture), SizeOf(await File.ReadAllBytesAsync(documents, TestContext.Current.CancellationToken)));
    }

    /// <summary>Width and height stand at the same place in every PNG.</summary>
    static string SizeOf(byte[] png) => Convert.ToHexString(png[16..24]);

    [Fact]
    public async Task The_filter_works_without_script()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address);
        await page.GetByLabel("Service").SelectOptionAsync("gateway");
        await page.GetByLabel("Window").SelectOptionAsync("365");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        Assert.StartsWith(
            "In the last 12 months, gateway deployed to production", await page.Locator(".sentence").InnerTextAsync());
        Assert.Equal("gateway", await page.GetByLabel("Service").InputValueAsync());
        var services = await page.Locator("table.ledger tbody td:nth-child(3)").AllInnerTextsAsync();
        Assert.Equal(50, services.Count);
        Assert.Equal(["gateway"], services.Distinct());
    }

    [Fact]
    public async Task What_a_page_is_about_and_its_own_filters_work_without_script()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/ledger");
        await page.GetByLabel("Team").SelectOptionAsync("payments");
        await page.GetByLabel("Window").SelectOptionAsync("365");
        await page.GetByLabel("Rows").SelectOptionAsync("failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.WaitForLoadStateAsync();
        var services = await page.Locator("table.ledger tbody td:nth-child(3)").AllInnerTextsAsync();
        Assert.NotEmpty(services);
        Assert.Empty(services.Except(["billing", "checkout"]));
        Assert.Equal(services.Count, await page.Locator("table.ledger tbody tr.failed").CountAsync());

        await page.GetByRole(AriaRole.Link, new() { Name = "Lead time", Exact = true }).First.ClickAsync();
        Assert.Equal("payments", await page.GetByLabel("Team").InputValueAsync());
        Assert.Equal("365", await page.GetByLabel("Window").InputValueAsync());
    }

    [Fact]
    public async Task What_is_chosen_goes_along_to_every_page_down_to_a_delivery_and_back()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?team=payments&window=365&by=month&compare=none&marks=off");
        await page.GetByRole(AriaRole.Link, new() { Name = "Ledger", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.Locator("table.ledger tbody td.name a").First.ClickAsync();
        await page.Locator("a.delivery").First.ClickAsync();
        Assert.Matches(DeliveryHeading(), await page.Locator("h1").InnerTextAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Overrides", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).ClickAsync();
        Assert.Equal("payments", await page.GetByLabel("Team").InputValueAsync());
        Assert.Equal("365", await page.GetByLabel("Window").InputValueAsync());
        Assert.Equal("month", await page.GetByLabel("Trend by").InputValueAsync());
        Assert.Equal("none", await page.GetByLabel("Compare with").InputValueAsync());
        Assert.Contains("marks=off", page.Url);
    }

    [Fact]
    public async Task An_experiment_is_registered_and_stopped_without_script()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/experiments?team=platform");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("on-call-handbook");
        await page.GetByLabel("Hypothesis").FillAsync("With the new handbook incidents are over sooner.");
        await page.GetByLabel("Metric").SelectOptionAsync("recovery_time");
        await page.GetByLabel("Smallest effect worth having").FillAsync("much");
        await page.GetByLabel("Start").FillAsync(TimeProvider.System.GetUtcNow().AddDays(7).ToString("yyyy-MM-dd"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("'much' is no such number");
        await Assertions.Expect(page.GetByLabel("Hypothesis"))
            .ToHaveValueAsync("With the new handbook incidents are over sooner.");
        await page.GetByLabel("Smallest effect worth having").FillAsync("30%");
        await page.GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("on-call-handbook");
        Assert.EndsWith("/experiments/on-call-handbook?team=platform", page.Url);
        await Assertions.Expect(page.Locator(".says")).ToContainTextAsync("Not started");
        await page.GetByText("Stop it").First.ClickAsync();
        await page.GetByLabel("Reason").FillAsync("it was tried before");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop it" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("local: it was tried before");
    }

    [Fact]
    public async Task The_constraint_is_named_without_script_and_opens_into_its_rows_and_those_of_the_best_quartile()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/constraint?service=reports&window=365");
        Assert.Matches(
            "^Wait holds [0-9]+ % of lead time in reports; at the pace of [a-z]+, the best quartile of your 8 services, the "
                + "median would be", await page.Locator("#constraint-of-lead-time").InnerTextAsync());
        var row = page.Locator("tr.named").First;
        Assert.StartsWith("wait", await row.Locator("th").InnerTextAsync());
        var reference = await row.Locator("td a").Nth(1).InnerTextAsync();
        await row.Locator("td a").Nth(1).ClickAsync();
        Assert.Equal(reference, await page.GetByLabel("Service").InputValueAsync());
        Assert.NotEqual(0, await page.Locator("table.shipped tbody tr").CountAsync());
        await page.GoBackAsync();
        await row.Locator("td a").First.ClickAsync();
        Assert.Equal("reports", await page.GetByLabel("Service").InputValueAsync());
        Assert.NotEqual(0, await page.Locator("a.delivery").CountAsync());
    }

    [Fact]
    public async Task Older_deployments_follow_page_by_page()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?service=cart&window=365");
        var first = await page.Locator("table.ledger tbody a").AllInnerTextsAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Older deployments" }).ClickAsync();
        await page.WaitForLoadStateAsync();
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
        await page.WaitForLoadStateAsync();
        if (await page.Locator("a.delivery").CountAsync() == 0)
            await page.Locator("tbody a[href^='/deployments/']").First.ClickAsync();
        await page.Locator("a.delivery").First.ClickAsync();
        Assert.Matches(DeliveryHeading(), await page.Locator("h1").InnerTextAsync());
        Assert.NotEmpty(await page.Locator("pre.body").InnerTextAsync());
    }

    [Fact]
    public async Task What_somebody_says_against_the_rules_moves_the_numbers_until_it_is_undone()
    {
        await using var context = await ContextAsync(1280, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        var failed = await FailedDeploymentAsync("catalog");
        var before = await FailedAsync(page);
        Assert.True(before > 0);

        await page.GotoAsync(demo.Server.Address + failed);
        await page.Locator("summary", new() { HasText = "Mark as not failed" }).ClickAsync();
        var form = page.GetByRole(AriaRole.Form, new() { Name = "Mark as not failed" });
        await form.GetByLabel("Reason").FillAsync("the data centre had no power");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        Assert.StartsWith("It did not fail: somebody said so.", await page.Locator(".verdict").InnerTextAsync());
        Assert.Contains("the data centre had no power", await page.Locator("table.overrides").InnerTextAsync());
        Assert.Equal(before - 1, await FailedAsync(page));

        await page.GetByRole(AriaRole.Link, new() { Name = "Overrides" }).ClickAsync();
        var row = page.Locator("table.overrides tbody tr").Filter(new() { HasText = "the data centre had no power" });
        Assert.Equal("acting", await row.Locator(".mark").InnerTextAsync());
        await row.GetByRole(AriaRole.Button).ClickAsync();
        Assert.Equal("undone", await row.Locator(".mark").InnerTextAsync());
        Assert.Equal(before, await FailedAsync(page));
        await page.GotoAsync(demo.Server.Address + failed);
        Assert.StartsWith("It failed:", await page.Locator(".verdict").InnerTextAsync());

        async Task<int> FailedAsync(IPage page)
        {
            await page.GotoAsync(demo.Server.Address + "/explain/change_failure_rate?service=catalog&window=365");
            return await page.Locator("table.ledger tr.failed").CountAsync();
        }
    }

    [Fact]
    public async Task Everything_that_is_written_can_be_read_against_its_ground()
    {
        foreach (var theme in Themes)
        {
            await using var context = await ContextAsync(1280, theme);
            var page = await context.NewPageAsync();
            foreach (var path in (string[])[
                "/?window=365", await OverriddenDeploymentAsync(), "/overrides", "/constraint?service=reports&window=365",
            ])
            {
                await page.GotoAsync(demo.Server.Address + path);
                var weak = await page.EvaluateAsync<string[]>(Contrast);
                Assert.Empty(weak);
            }
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

    Task<IBrowserContext> ContextAsync(int width, ColorScheme theme, bool script = true) =>
        demo.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = theme,
            JavaScriptEnabled = script,
        });

    Task<string> AddressOf(string path) => path switch
    {
        "deployment" => FailedDeploymentAsync(),
        "overridden" => OverriddenDeploymentAsync(),
        _ => Task.FromResult(path),
    };

    /// <summary>A deployment about which everything was said, and some of it undone.</summary>
    async Task<string> OverriddenDeploymentAsync()
    {
        var address = await FailedDeploymentAsync("gateway");
        if ((await demo.Server.Client.GetStringAsync("/overrides")).Contains("a rehearsal", StringComparison.Ordinal))
            return address;
        var id = Uri.UnescapeDataString(address["/deployments/".Length..]);
        foreach (var kind in (string[])["exclude", "not_failed", "failed"])
        {
            var body = new StringContent(
                $$"""{"kind":"{{kind}}","deployment":"{{id}}","reason":"a rehearsal, with everybody in the room"}""",
                System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(
                System.Net.HttpStatusCode.Created, (await demo.Server.Client.PostAsync("/api/v1/overrides", body)).StatusCode);
        }

        return address;
    }

    async Task<string> FailedDeploymentAsync(string service = "billing")
    {
        var ledger = await demo.Server.Client.GetStringAsync($"/explain/change_failure_rate?service={service}&window=365");
        var failed = ledger[ledger.IndexOf("<tr class=\"failed\"", StringComparison.Ordinal)..];
        return FirstDeployment().Match(failed).Groups[1].Value;
    }

    [GeneratedRegex("href=\"(/deployments/[^\"?]+)")]
    private static partial Regex FirstDeployment();

    [GeneratedRegex("^Delivery [0-9]+$")]
    private static partial Regex DeliveryHeading();
}
