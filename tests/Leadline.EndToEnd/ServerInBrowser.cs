using Microsoft.Playwright;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>One server and one Chromium for all tests of a class.</summary>
public abstract class ServerInBrowser : IAsyncLifetime
{
    readonly TemporaryStore store = new();
    LeadlineProcess? server;
    IPlaywright? playwright;

    internal IBrowser Browser { get; private set; } = null!;

    internal LeadlineProcess Server => server!;

    /// <summary>Whether what it shows is on this machine.</summary>
    protected virtual bool IsThere => true;

    public async ValueTask InitializeAsync()
    {
        if (!IsThere) return;
        server = await ServeAsync(store.File);
        await FillAsync();
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        playwright?.Dispose();
        if (server is not null) await server.DisposeAsync();
        store.Dispose();
    }

    private protected virtual Task<LeadlineProcess> ServeAsync(string store) => LeadlineProcess.ServeAsync(store);

    /// <summary>Waits until everything that the tests look at is there.</summary>
    protected abstract Task FillAsync();
}
