using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class OverrideVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Says_lists_and_undoes()
    {
        await File.WriteAllLinesAsync(
            directory.File("events.ndjson"),
            [
                """{"type":"deployment","id":"d1","service":"checkout","environment":"production","version":"v1","status":"succeeded","finished_at":"2026-01-02T11:00:00Z"}""",
                """{"type":"deployment","id":"d2","service":"checkout","environment":"production","version":"v2","status":"succeeded","finished_at":"2026-01-03T11:00:00Z"}""",
                """{"type":"incident","id":"INC-1","service":"checkout","started_at":"2026-01-03T12:00:00Z"}""",
            ]);
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
        Assert.Equal(
            (0, "override 1 acts\n", ""), Said(await RunAsync("override", "mark-failed", "d1", "--reason", "it lost orders")));
        Assert.Equal("override 2 acts\n", (await RunAsync("override", "link", "INC-1", "d1", "--reason", "so did this")).Out);
        Assert.Equal(2, await FailedAsync("d1", "incident,override"));
        Assert.Equal("override 1 is undone\n", (await RunAsync("override", "undo", "1", "--reason", "it did not")).Out);
        var listed = JsonNode.Parse((await RunAsync("override", "list", "--json")).Out)!["items"]!.AsArray();
        Assert.Equal([(2, "acting"), (1, "undone")], listed.Select(one => ((int)one!["id"]!, (string)one["state"]!)));
        Assert.Contains("it lost orders", (await RunAsync("override", "list")).Out);
        Assert.Equal(1, await FailedAsync("d1", "incident"));

        var again = await RunAsync("override", "undo", "1");
        Assert.Equal((2, "", "leadline: it was undone before: to undo that, make it again\n"), Said(again));
        var unknown = await RunAsync("override", "exclude", "d9", "--reason", "so");
        Assert.Equal(2, unknown.Code);
        Assert.Contains("no deployment in the ledger has this id: leadline ledger lists them", unknown.Error);
        Assert.Equal(2, (await RunAsync("override", "exclude", "d1")).Code);
    }

    /// <summary>How many signals make it a failure.</summary>
    async Task<int> FailedAsync(string id, string because)
    {
        var ledger = JsonNode.Parse(
            (await RunAsync("ledger", "--from", "2026-01-01", "--to", "2026-02-01", "--json")).Out)!["items"]!.AsArray();
        var signals = ledger.Single(row => (string?)row!["deployment_id"] == id)!["failed_because"]!.AsArray();
        Assert.Equal(because, string.Join(',', signals.Select(signal => (string?)signal)));
        return signals.Count;
    }

    static (int, string, string) Said(BuiltProgram.Ended ended) =>
        (ended.Code, ended.Out.ReplaceLineEndings("\n"), ended.Error.ReplaceLineEndings("\n"));

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
