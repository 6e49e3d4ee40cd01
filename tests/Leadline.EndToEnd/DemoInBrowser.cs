namespace Leadline.EndToEnd;

/// <summary>The demo in a browser.</summary>
public sealed class DemoInBrowser : ServerInBrowser
{
    static readonly string[] Services = ["billing", "cart", "catalog", "checkout", "gateway", "identity", "reports", "search"];

    private protected override Task<LeadlineProcess> ServeAsync(string store) => LeadlineProcess.ServeAsync(store, "--demo");

    protected override Task FillAsync() => Server.WaitAsync(AllJudged, "every service of the demo has its ledger");

    async Task<bool> AllJudged()
    {
        foreach (var service in Services)
            if (!(await Server.Client.GetStringAsync($"/?service={service}&window=365")).Contains(
                "class=\"ledger\"", StringComparison.Ordinal)) return false;
        return true;
    }
}
