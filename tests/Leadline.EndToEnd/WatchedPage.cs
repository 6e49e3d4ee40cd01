using Deque.AxeCore.Playwright;
using Leadline.Tests;
using Microsoft.Playwright;

namespace Leadline.EndToEnd;

/// <summary>One page in a context of its own, loaded once and looked at in many views. What is wrong is collected, each with its view.</summary>
sealed class WatchedPage : IAsyncDisposable
{
    const string TwoFrames = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))";

    readonly IBrowserContext context;
    readonly string name;
    readonly List<string> complaints = [];

    WatchedPage(IBrowserContext context, IPage page, string name, string origin)
    {
        (this.context, Page, this.name) = (context, page, name);
        page.Console += (_, message) =>
        {
            // Chromium reports the 404 that the page of a missing thing rightly is.
            if (message.Type is "error" or "warning" && !message.Text.Contains("404", StringComparison.Ordinal)) complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(origin + "/", StringComparison.Ordinal)) complaints.Add("asked " + request.Url);
        };
    }

    public static string Screens { get; } = Directory.CreateDirectory(Path.Combine(Shared.Repository, "artifacts", "screenshots")).FullName;

    public IPage Page { get; }

    public List<string> Faults { get; } = [];

    /// <param name="name">What its screenshots are called.</param>
    /// <param name="pastPolicy">The policy of the pages lets nothing be run that they did not bring: axe is put in beside it.</param>
    public static async Task<WatchedPage> OpenAsync(ServerInBrowser shown, string name, string path, bool pastPolicy = false)
    {
        var context = await shown.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 360, Height = 900 },
            ColorScheme = ColorScheme.Light,
            BypassCSP = pastPolicy,
        });
        var watched = new WatchedPage(context, await context.NewPageAsync(), name, shown.Server.Address);
        await watched.Page.GotoAsync(shown.Server.Address + path);
        return watched;
    }

    /// <summary>Complains of nothing, asks nobody else, fits its width, has a title and one heading over all. A screenshot is kept.</summary>
    public async Task LookAsync(int width, ColorScheme theme)
    {
        var view = await ViewAsync(width, theme);
        Faults.AddRange(complaints.Select(complaint => $"{view}: {complaint}"));
        complaints.Clear();
        var wide = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (wide != width) Faults.Add($"{view}: is {wide} px wide");
        if ((await Page.TitleAsync()).Length == 0) Faults.Add($"{view}: has no title");
        if (await Page.Locator("h1").CountAsync() is not 1 and var headings) Faults.Add($"{view}: has {headings} h1");
        await ShootAsync($"{name}-{width}-{Word(theme)}.png");
    }

    public async Task RunAxeAsync(ColorScheme theme)
    {
        var view = await ViewAsync(1280, theme);
        var found = await Page.RunAxe();
        if (found.Passes.Length == 0) Faults.Add($"{view}: axe looked at nothing");
        Faults.AddRange(found.Violations.SelectMany(rule => rule.Nodes.Take(3).Select(node => $"{view}: {rule.Id}: {rule.Help}: {node.Html}")));
    }

    public Task ShootAsync(string file) => Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screens, file), FullPage = true });

    public ValueTask DisposeAsync() => context.DisposeAsync();

    async Task<string> ViewAsync(int width, ColorScheme theme)
    {
        await Page.SetViewportSizeAsync(width, 900);
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });

        // Charts follow their box and the theme a frame later.
        await Page.EvaluateAsync(TwoFrames);
        return $"{name}, {width} px, {Word(theme)}";
    }

    static string Word(ColorScheme theme) => theme.ToString().ToLowerInvariant();
}
