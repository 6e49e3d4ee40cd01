using System.Text.Json;
using Leadline.Tests;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>
/// A server into which the two real services were imported, in a browser; nothing is started where they are missing.
/// </summary>
public sealed class GovukInBrowser : ServerInBrowser
{
    static readonly string[] Services = ["frontend", "publishing-api"];

    protected override bool IsThere => Directory.Exists(Path.Combine(Shared.Root, "govuk"));

    /// <summary>The address of what the API says of the window of which git's own numbers are known.</summary>
    public static string Metrics(string service) =>
        $"/api/v1/metrics?service={service}&from=2026-01-01T00:00:00Z&to=2026-08-01T00:00:00Z";

    protected override async Task FillAsync()
    {
        var (exit, _, error) = await LeadlineProcess.RunAsync(
            ["import", "--server", Server.Address, .. Services.Select(service => Shared.Find("govuk", service + ".jsonl.gz"))]);
        Assert.True(exit == 0, error);
        await Server.WaitAsync(AllJudged, "every deployment is read and judged");
    }

    async Task<bool> AllJudged()
    {
        foreach (var service in Services)
        {
            using var expected = JsonDocument.Parse(
                await File.ReadAllBytesAsync(Shared.Find("govuk", service + ".expected.json")));
            using var report = JsonDocument.Parse(await Server.Client.GetStringAsync(Metrics(service)));
            var lead = report.RootElement.GetProperty("metrics").GetProperty("lead_time");
            if (lead.GetProperty("count").GetInt32() != expected.RootElement.GetProperty("commits_shipped_without_merges")
                .GetInt32()) return false;
        }

        return true;
    }
}
