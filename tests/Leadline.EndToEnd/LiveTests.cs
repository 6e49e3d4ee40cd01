using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>A page that stays open while something is deployed, and its keys.</summary>
public sealed class LiveTests(DemoInBrowser demo) : IClassFixture<DemoInBrowser>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_deployment_is_announced_and_shown_in_its_place_when_asked_for()
    {
        await using var context = await demo.Browser.NewContextAsync(
            new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = await context.NewPageAsync();
        var complaints = Complaints(page);
        var listening = page.WaitForResponseAsync(new Regex("/api/v1/stream"));
        await page.GotoAsync(demo.Server.Address + "/?service=checkout&window=30");
        await listening;
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        await page.EvaluateAsync("window.isTheSame = true");
        await page.GetByLabel("Service").FocusAsync();

        await DeployAsync("live-1", "v12-live");
        await Assertions.Expect(page.GetByRole(AriaRole.Status))
            .ToHaveTextAsync("1 new deployment: checkout v12-live", new() { Timeout = 60_000 });
        Assert.Equal("polite", await page.GetByRole(AriaRole.Status).GetAttributeAsync("aria-live"));
        Assert.Equal(0, await page.Locator("table.ledger").GetByText("v12-live").CountAsync());

        await page.EvaluateAsync("scrollTo(0, 200)");
        await page.GetByRole(AriaRole.Button, new() { Name = "show", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("table.ledger").GetByText("v12-live").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "show", Exact = true })).ToBeHiddenAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.isTheSame"));
        Assert.Equal(200, await page.EvaluateAsync<int>("Math.round(scrollY)"));
        Assert.Equal("service", await page.EvaluateAsync<string>("document.activeElement.name"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Keys_find_the_filter_and_explain_themselves_and_can_be_switched_off()
    {
        await using var context = await demo.Browser.NewContextAsync(new() { BypassCSP = true });
        var page = await context.NewPageAsync();
        var complaints = Complaints(page);
        await page.GotoAsync(demo.Server.Address + "/ledger");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keys" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("/");
        Assert.Equal("service", await page.EvaluateAsync<string>("document.activeElement.name"));

        // In a field they are letters.
        await page.Locator("input[name=text]").PressSequentiallyAsync("/?");
        Assert.Equal("/?", await page.Locator("input[name=text]").InputValueAsync());
        await page.Locator("h1").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" });
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();

        // The browser may still be giving the focus back when the next key comes.
        for (var i = 0; i < 20 && !await dialog.IsVisibleAsync(); i++)
        {
            await page.Keyboard.PressAsync("?");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await dialog.GetByRole(AriaRole.Checkbox).UncheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keys" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("?");
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        Assert.Equal("BODY", await page.EvaluateAsync<string>("document.activeElement.tagName"));
        Assert.Empty(complaints);
    }

    static List<string> Complaints(IPage page)
    {
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        return complaints;
    }

    async Task DeployAsync(string id, string version)
    {
        var at = TimeProvider.System.GetUtcNow().AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        using var sent = await demo.Server.Client.PostAsync("/api/v1/events", new StringContent(
            $$"""{"type":"deployment","id":"{{id}}","service":"checkout","environment":"production","version":"{{version}}","status":"succeeded","finished_at":"{{at}}"}""",
            System.Text.Encoding.UTF8, "application/json"), Cancellation);
        Assert.True(sent.IsSuccessStatusCode);
    }
}
