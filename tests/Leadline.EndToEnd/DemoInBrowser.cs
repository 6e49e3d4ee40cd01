using Leadline.Tests;
using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>One server with the demo and one Chromium for all page tests.</summary>
public sealed class DemoInBrowser : IAsyncLifetime
{
    static readonly string[] Services = ["billing", "cart", "catalog", "checkout", "gateway", "identity", "reports", "search"];

    readonly TemporaryStore store = new();
    LeadlineProcess? server;
    IPlaywright? playwright;

    internal IBrowser Browser { get; private set; } = null!;

    internal LeadlineProcess Server => server!;

    internal static string Screens => Path.Combine(Shared.Repository, "artifacts", "screenshots");

    public async ValueTask InitializeAsync()
    {
        server = await LeadlineProcess.ServeAsync(store.File, "--demo");
        await server.WaitAsync(AllJudged, "every service of the demo has its ledger");
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        playwright?.Dispose();
        if (server is not null) await server.DisposeAsync();
        store.Dispose();
    }

    async Task<bool> AllJudged()
    {
        foreach (var service in Services)
            if (!(await server!.Client.GetStringAsync($"/?service={service}&window=365")).Contains("class=\"ledger\"", StringComparison.Ordinal)) return false;
        return true;
    }
}
