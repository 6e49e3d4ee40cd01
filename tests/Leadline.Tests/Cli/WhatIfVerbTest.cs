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
        var printed = await RunAsync(
            "whatif", "--set", "failure.incident_window=6h", "--from", "2026-03-01", "--to", "2026-04-01");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        Assert.Contains("failure.incident_window: 24h in force, 6h otherwise", printed.Out);
        Assert.Matches(@"change failure rate\s+50 %\s+0 %\s+−50 points\s+2\s+2", printed.Out);
        Assert.Contains("1 × did not fail.", printed.Out);
        Assert.Matches(
            @"2026-03-03 10:00\s+checkout\s+d2\s+did not fail\s+not blamed by incident INC-1 \(by window\), which is linked to no deployment", printed.Out);
        var json = JsonNode.Parse(
            (await RunAsync(
                "whatif", "--set", "failure.incident_window=6h", "--from", "2026-03-01", "--to", "2026-04-01", "--json")).Out)!;
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

    [Fact]
    public async Task Checks_another_file_before_it_takes_force()
    {
        await FillAsync();
        await File.WriteAllTextAsync(directory.File("new.yaml"), "definitions: { failure: { signals: [rollback] } }\n");
        var printed = await RunAsync("definitions", "check", "new.yaml", "--from", "2026-03-01", "--to", "2026-04-01");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        Assert.Contains(
            "failure.signals: declared, hotfix, incident, revert, rollback in force, rollback otherwise", printed.Out);
        Assert.Contains("1 × did not fail.", printed.Out);
        await File.WriteAllTextAsync(directory.File("new.yaml"), "definitions: { preset: dorra }\n");
        Assert.StartsWith(
            "leadline: new.yaml:1:24 definitions.preset: 'dorra' is none of",
            (await RunAsync("definitions", "check", "new.yaml")).Error);
    }

    [Fact]
    public async Task Prints_every_preset_side_by_side()
    {
        await FillAsync();
        var printed = await RunAsync("compare-presets", "--from", "2026-03-01", "--to", "2026-04-01");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        Assert.Matches(
            @"dora\s+2 a month\s+no data \(median, n = 0\)\s+50 % \(1 of 2\)\s+1 h \(median, n = 1\)\s+0 %", printed.Out);
        Assert.Matches(
            @"middleware\s+2 a month\s+no data \(mean, n = 0\)\s+50 % \(1 of 2\)\s+1 h \(mean, n = 1\)\s+0 %", printed.Out);
    }

    [Fact]
    public async Task A_version_that_was_in_force_is_listed_with_its_tag_and_judged_by_again()
    {
        await FillAsync();
        var (_, listed, _) = await RunAsync("definitions", "--versions");
        var version = System.Text.RegularExpressions.Regex.Match(
            listed, @"^\d{4}-\d\d-\d\d \d\d:\d\d UTC  (sha256:[0-9a-f]{64})  local\s*$");
        Assert.True(version.Success, listed);
        await File.WriteAllTextAsync(directory.File("leadline.yaml"), "definitions: { failure: { signals: [] } }\n");
        var printed = await RunAsync(
            "metrics", "--from", "2026-03-01", "--to", "2026-04-01", "--definitions", version.Groups[1].Value);
        Assert.Matches(@"change failure rate\s+50 %", printed.Out);
        Assert.Contains("write 6 digits of its hash or more", (await RunAsync("metrics", "--definitions", "abc")).Error);
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

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
