using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Metrics;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>The charts of the overview of the demo in a real Chromium.</summary>
public sealed class ChartTests(DemoInBrowser demo) : IClassFixture<DemoInBrowser>
{
    const string Address = "/?service=checkout&window=90&by=week";

    [Fact]
    public async Task Trends_become_charts_and_nothing_jumps_or_complains()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(demo.Server.Address + "/", StringComparison.Ordinal))
                complaints.Add("asked " + request.Url);
        };

        // Where everything stands before the library has come.
        var held = new TaskCompletionSource();
        await page.RouteAsync("**/echarts.js*", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(demo.Server.Address + Address, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.Locator("table.ledger tbody tr").First.WaitForAsync();
        await Assertions.Expect(page.Locator(".foot")).ToBeAttachedAsync();
        var before = await TopsAsync(page);
        held.SetResult();
        await DrawnAsync(page);

        Assert.Equal(before, await TopsAsync(page));
        foreach (var canvas in await page.Locator(".drawing canvas").AllAsync()) Assert.True(await IsPaintedAsync(canvas));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Without_script_the_drawings_of_the_server_stay()
    {
        await using var context = await demo.Browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + Address);
        Assert.Equal(5, await page.Locator(".drawing svg").CountAsync());
        foreach (var drawing in await page.Locator(".drawing svg").AllAsync())
            Assert.True((await drawing.BoundingBoxAsync())!.Height > 80);
        await Assertions.Expect(page.Locator(".chart-tools")).ToBeHiddenAsync();
        await page.GetByLabel("Compare with").SelectOptionAsync("none");
        Assert.Equal(5, await page.Locator(".tile .change").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.WaitForLoadStateAsync();
        Assert.Equal(0, await page.Locator(".tile .change").CountAsync());
    }

    [Fact]
    public async Task The_pointer_shows_the_same_instant_on_every_chart()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await OpenAsync(context);
        HashSet<string> days = [];
        var x = 0f;
        foreach (var place in (double[])[0.3, 0.7])
        {
            x = (await PointAsync(page, "lead_time", place)).X;
            var said = await SaidAsync(page);
            Assert.Equal(5, said.Count);
            days.Add(Assert.Single(said.Select(text => text[..text.IndexOf(':', StringComparison.Ordinal)]).Distinct()));
        }

        Assert.Equal(2, days.Count);

        // The line of the pointer stands at the same place of all.
        var lines = await page.EvaluateAsync<double[]>(
            "() => [...document.querySelectorAll('.pointer')].map(line => line.getBoundingClientRect().left)");
        Assert.Equal(5, lines.Length);
        Assert.Equal(x, Assert.Single(lines.Distinct()), 1.0);
        await page.Mouse.MoveAsync(2, 2);
        await Assertions.Expect(page.Locator(".instant").First).ToBeEmptyAsync();
    }

    [Fact]
    public async Task A_click_opens_the_rows_of_what_was_clicked()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await OpenAsync(context);
        var box = await PointAsync(page, "lead_time", 0.5);
        var said = (await SaidAsync(page))[1];
        await page.Mouse.ClickAsync(box.X, box.Y);
        await page.WaitForURLAsync("**/explain/lead_time?*window=custom*");
        Assert.Contains("service=checkout", page.Url);
        var from = System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query)["from"]!;
        Assert.StartsWith(DateOnly.ParseExact(from, "yyyy-MM-dd").ToString("d MMM") + ": ", said);
        Assert.NotEmpty(await page.Locator("table tbody tr").AllAsync());
    }

    [Fact]
    public async Task Dragging_chooses_the_days_that_it_went_over()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await OpenAsync(context);
        var box = await PointAsync(page, "change_failure_rate", 0.4);
        await page.Mouse.DownAsync();
        var end = await PointAsync(page, "change_failure_rate", 0.6);
        Assert.Equal(1, await page.Locator(".band").CountAsync());
        await page.Mouse.UpAsync();
        await page.WaitForURLAsync("**/?*window=custom*");
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query);
        Assert.Equal("checkout", query["service"]);
        var days = DateOnly.ParseExact(query["to"]!, "yyyy-MM-dd").DayNumber
            - DateOnly.ParseExact(query["from"]!, "yyyy-MM-dd").DayNumber;
        Assert.True(end.X > box.X);
        Assert.InRange(days, 15, 22);
        await DrawnAsync(page);
        Assert.Equal("custom", await page.GetByLabel("Window").InputValueAsync());
    }

    [Fact]
    public async Task Marks_are_switched_off_and_on_and_the_address_keeps_it()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await OpenAsync(context);
        var button = page.GetByRole(AriaRole.Button, new() { Name = "Marks" });
        var marked = await PaintedAsync(page);
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.EndsWith("&marks=off", page.Url);
        var toLedger = page.GetByRole(AriaRole.Link, new() { Name = "Ledger", Exact = true });
        await Assertions.Expect(toLedger).ToHaveAttributeAsync("href", new Regex("/ledger\\?.*marks=off"));
        await page.ReloadAsync();
        await DrawnAsync(page);
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        var plain = await PaintedAsync(page);
        Assert.All(marked.Zip(plain), pair => Assert.NotEqual(pair.First, pair.Second));

        // The filters keep it too.
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.WaitForURLAsync("**marks=off**");
        await DrawnAsync(page);
        await button.ClickAsync();
        Assert.DoesNotContain("marks=", page.Url);
        await Assertions.Expect(toLedger).Not.ToHaveAttributeAsync("href", new Regex("marks="));
        await page.GotoAsync(demo.Server.Address + Address);
        await DrawnAsync(page);
        Assert.Equal(marked, await PaintedAsync(page));
    }

    [Fact]
    public async Task Where_an_experiment_starts_stands_a_line_on_every_trend_that_opens_it()
    {
        await using var context = await demo.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?service=cart&window=365");
        await DrawnAsync(page);
        var sheet = JsonDocument.Parse(await page.Locator("#chart-sheet").InnerTextAsync()).RootElement;
        var start = sheet.GetProperty("marks").EnumerateArray()
            .Single(mark =>
                mark.GetProperty("text").GetString()!.EndsWith("experiment trunk-based starts", StringComparison.Ordinal));
        var part = (start.GetProperty("at").GetDouble() - sheet.GetProperty("from").GetDouble())
            / (sheet.GetProperty("to").GetDouble() - sheet.GetProperty("from").GetDouble());
        foreach (var metric in MetricRules.Names)
        {
            // The sign above the line is a mark of its own; both say what it is.
            var canvas = page.Locator($".drawing[data-metric={metric}] canvas");
            await canvas.ScrollIntoViewIfNeededAsync();
            var box = (await canvas.BoundingBoxAsync())!;
            var (x, y) = ((float)(box.X + 68 + ((box.Width - 82) * part)), box.Y + (box.Height / 2));
            await page.Mouse.MoveAsync(x - 30, y);
            await page.Mouse.MoveAsync(x, y);
            await Assertions.Expect(page.Locator($".drawing[data-metric={metric}]"))
                .ToContainTextAsync("experiment trunk-based starts");
        }

        var last = (await page.Locator(".drawing[data-metric=rework_rate] canvas").BoundingBoxAsync())!;
        await page.Mouse.ClickAsync((float)(last.X + 68 + ((last.Width - 82) * part)), last.Y + (last.Height / 2));
        await page.WaitForURLAsync("**/experiments/trunk-based?**");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("trunk-based");
        await Assertions.Expect(page.Locator(".says")).ToContainTextAsync("Helped: lead time −");
    }

    [Fact]
    public async Task Without_script_starts_and_ends_of_experiments_are_listed()
    {
        await using var context = await demo.Browser.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + "/?service=cart&window=365");
        await page.Locator(".marked summary").ClickAsync();
        await Assertions.Expect(page.Locator(".marked a[href^='/experiments/trunk-based']")).ToHaveCountAsync(2);
        await page.Locator(".marked a[href^='/experiments/trunk-based']").First.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("trunk-based");
    }

    async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(demo.Server.Address + Address);
        await DrawnAsync(page);
        return page;
    }

    static async Task DrawnAsync(IPage page)
    {
        await Assertions.Expect(page.Locator(".drawing.drawn canvas")).ToHaveCountAsync(5);
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>Puts the pointer on a chart, at a part of its time axis and at half its height.</summary>
    static async Task<(float X, float Y)> PointAsync(IPage page, string metric, double part)
    {
        var canvas = page.Locator($".drawing[data-metric={metric}] canvas");
        await canvas.ScrollIntoViewIfNeededAsync();
        var box = (await canvas.BoundingBoxAsync())!;
        var (x, y) = ((float)(box.X + 68 + ((box.Width - 82) * part)), box.Y + (box.Height / 2));
        await page.Mouse.MoveAsync(x - 3, y);
        await page.Mouse.MoveAsync(x, y);
        return (x, y);
    }

    /// <summary>What the charts say of the instant under the pointer.</summary>
    static async Task<IReadOnlyList<string>> SaidAsync(IPage page)
    {
        await Assertions.Expect(page.Locator(".instant").First).Not.ToBeEmptyAsync();
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        return await page.Locator(".instant").AllInnerTextsAsync();
    }

    static async Task<string[]> PaintedAsync(IPage page) =>
        await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('.drawing canvas')].map(canvas => canvas.toDataURL())");

    static async Task<double[]> TopsAsync(IPage page) => await page.EvaluateAsync<double[]>(
        "() => [...document.querySelectorAll('h2, figure, table, .foot')].map(element => element.getBoundingClientRect().top "
            + "+ scrollY)");

    static Task<bool> IsPaintedAsync(ILocator canvas) => canvas.EvaluateAsync<bool>(
        "canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, "
            + "canvas.height).data.buffer)).size > 3");
}
