using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary>What holds back, asked of the built program over a store.</summary>
public sealed class ConstraintVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Says_what_it_cannot_tell_and_prints_what_stands_beside_it()
    {
        await File.WriteAllLinesAsync(
            directory.File("events.ndjson"),
            [
                Deployment("d1", "2026-03-02T10:00:00Z"), Deployment("d2", "2026-03-03T10:00:00Z"),
                """{"type":"incident","id":"INC-1","service":"checkout","started_at":"2026-03-03T10:20:00Z","acknowledged_at":"2026-03-03T10:30:00Z","resolved_at":"2026-03-03T11:00:00Z"}""",
            ]);
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
        var printed = await RunAsync("constraint", "--service", "checkout", "--from", "2026-03-01", "--to", "2026-04-01");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        Assert.Contains("Lead time. Nothing that has a lead time was deployed in this window in checkout.", printed.Out);
        Assert.Contains(
            "Recovery. No constraint of recovery time can be named in checkout: 1 failure is too few to tell. It takes 12 "
                + "failures that are over.", printed.Out);
        Assert.Matches(@"detect\s+33 %\s+20 min \(20 min\)\s+1\s", printed.Out);
        Assert.Contains(
            "Deploy windows: nine of ten deployments lie in 2 of the 168 hours of a week; the busiest is Monday from 10:00, "
                + "with 50 %.", printed.Out);

        var json = JsonNode.Parse((await RunAsync("constraint", "--from", "2026-03-01", "--to", "2026-04-01", "--json")).Out)!;
        Assert.Equal(
            ("too_few", null, 1200.0),
            ((string?)json["recovery"]!["verdict"], json["lead_time"]!["constraint"],
                (double?)json["recovery"]!["stages"]![0]!["median_seconds"]));
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_wrong_use()
    {
        await File.WriteAllTextAsync(directory.File("events.ndjson"), Deployment("d1", "2026-03-02T10:00:00Z"));
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
        var refused = await RunAsync("constraint", "--service", "chekout");
        Assert.Equal((2, ""), (refused.Code, refused.Out));
        Assert.StartsWith("leadline: there is no service 'chekout'", refused.Error);
    }

    static string Deployment(string id, string at) =>
        $$"""{"type":"deployment","id":"{{id}}","service":"checkout","environment":"production","version":"{{id}}","status":"succeeded","finished_at":"{{at}}"}""";

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
