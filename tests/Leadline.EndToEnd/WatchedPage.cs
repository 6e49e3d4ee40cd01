using Deque.AxeCore.Playwright;
using Leadline.Tests;
using Microsoft.Playwright;

namespace Leadline.EndToEnd;

/// <summary>
/// One page in a context of its own, loaded once and looked at in many views. What is wrong is collected, each with its view.
/// </summary>
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
            if (message.Type is "error" or "warning" && !message.Text.Contains("404", StringComparison.Ordinal))
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(origin + "/", StringComparison.Ordinal)) complaints.Add("asked " + request.Url);
        };
    }

    public static string Screens { get; } = Directory.CreateDirectory(
        Path.Combine(Shared.Repository, "artifacts", "screenshots")).FullName;

    public IPage Page { get; }

    public List<string> Faults { get; } = [];

    /// <param name="name">What its screenshots are called.</param>
    /// <param name="pastPolicy">The policy of the pages lets nothing be run that they did not bring: axe is put in beside
    /// it.</param>
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

    /// <summary>
    /// Complains of nothing, asks nobody else, fits its width, has a title and one heading over all. A screenshot is kept.
    /// </summary>
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
        Faults.AddRange(found.Violations.SelectMany(
            rule => rule.Nodes.Take(3).Select(node => $"{view}: {rule.Id}: {rule.Help}: {node.Html}")));
    }

    /// <summary>On A4, less margins of 12 mm, asked for by somebody whose screen is dark. A screenshot is kept.</summary>
    public async Task PrintAsync()
    {
        const int Width = 703;
        await Page.SetViewportSizeAsync(Width, 1032);
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        await Page.EvaluateAsync(TwoFrames);
        Faults.AddRange((await Page.EvaluateAsync<string[]>(OnPaper)).Select(fault => $"{name}, printed: {fault}"));
        var wide = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (wide > Width) Faults.Add($"{name}, printed: is {wide} px wide");
        await ShootAsync($"{name}-print.png");
    }

    /// <summary>
    /// What nobody can press or fill in on paper, what is cut there, charts that are not drawn, and a ground that eats ink.
    /// </summary>
    const string OnPaper =
        """
        () => {
          const called = e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''}`;
          const size = e => { const box = e.getBoundingClientRect(); return box.width * box.height; };
          const isShown = e => e.checkVisibility() && size(e) > 1;
          const light = c => { const [r, g, b] = c.match(/[\d.]+/g).map(v => v / 255); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const all = [...document.querySelectorAll('body *')];
          return [
            ...all.filter(e => e.matches('nav, form, button, input, select, dialog, .skip') && isShown(e)).map(e => `${called(e)} is shown`),
            ...all.filter(e => isShown(e) && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1).map(e => `${called(e)} is cut`),
            ...all.filter(e => e.matches('.drawing') && ![...e.querySelectorAll('svg, canvas')].some(drawn => size(drawn) > 10000)).map(e => `${e.dataset.metric} is not drawn`),
            ...(light(getComputedStyle(document.body).backgroundColor) < 0.9 ? ['its ground is dark'] : []),
            ...(light(getComputedStyle(document.body).color) > 0.2 ? ['its ink is light'] : []),
          ];
        }
        """;

    public Task ShootAsync(string file) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Screens, file), FullPage = true });

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
