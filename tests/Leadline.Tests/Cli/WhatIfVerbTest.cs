using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary>Other rules, asked of the built program over a store.</summary>
public sealed class WhatIfVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Prints_both_numbers_and_the_rows_that_move()
    {
        await FillAsync();
        var printed = await RunAsync("whatif", "--set", "failure.incident_window=6h", "--from", "2026-03-01", "--to", "2026-04-01");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        Assert.Contains("failure.incident_window: 24h in force, 6h otherwise", printed.Out);
        Assert.Matches(@"change failure rate\s+50 %\s+0 %\s+−50 points\s+2\s+2", printed.Out);
        Assert.Contains("1 × did not fail.", printed.Out);
        Assert.Matches(@"2026-03-03 10:00\s+checkout\s+d2\s+did not fail\s+not blamed by incident INC-1 \(by window\), which is linked to no deployment", printed.Out);
        var json = JsonNode.Parse((await RunAsync("whatif", "--set", "failure.incident_window=6h", "--from", "2026-03-01", "--to", "2026-04-01", "--json")).Out)!;
        Assert.Equal("d2", (string?)json["rows"]![0]!["deployment_id"]);
    }

    [Fact]
    public async Task What_cannot_be_set_is_wrong_use()
    {
        await FillAsync();
        var refused = await RunAsync("whatif", "--set", "failure.window=6h");
        Assert.Equal((2, ""), (refused.Code, refused.Out));
        Assert.StartsWith("leadline: definitions.failure.window: this key is not known", refused.Error);
        Assert.Equal(2, (await RunAsync("whatif")).Code);
    }

    async Task FillAsync()
    {
        await File.WriteAllLinesAsync(
            directory.File("events.ndjson"),
            [
                Deployment("d1", "2026-03-02T10:00:00Z"), Deployment("d2", "2026-03-03T10:00:00Z"),
                """{"type":"incident","id":"INC-1","service":"checkout","started_at":"2026-03-03T20:00:00Z","resolved_at":"2026-03-03T21:00:00Z"}""",
            ]);
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
    }

    static string Deployment(string id, string at) =>
        $$"""{"type":"deployment","id":"{{id}}","service":"checkout","environment":"production","version":"{{id}}","status":"succeeded","finished_at":"{{at}}"}""";

    Task<BuiltProgram.Ended> RunAsync(params string[] words) => BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
