using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class ExperimentVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Registers_lists_shows_and_stops()
    {
        var first = new DateTimeOffset(2025, 1, 6, 9, 0, 0, TimeSpan.Zero);
        await File.WriteAllLinesAsync(
            directory.File("events.ndjson"),
            Enumerable.Range(0, 25).SelectMany(week => Enumerable.Range(0, (week < 12 ? 9 : 3) + (week % 2)).Select(i =>
                $$"""{"type":"deployment","id":"d{{week}}-{{i}}","service":"checkout","environment":"production","version":"v{{week}}-{{i}}","status":"succeeded","finished_at":"{{first.AddDays((7 * week) + (i % 5)).AddHours(i / 5):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""")));
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
        Assert.Equal(
            "No experiment was registered: leadline experiment start does it.\n",
            (await RunAsync("experiment", "list")).Out.ReplaceLineEndings("\n"));

        var started = await RunAsync(
            "experiment", "start", "freeze-window", "--hypothesis", "Deploying on fewer days makes no difference.", "--metric",
            "deployment_frequency", "--worth", "30%",
            "--start", "2025-03-31", "--service", "checkout", "--guardrail", "change_failure_rate=20%");
        Assert.Equal((0, ""), (started.Code, started.Error));
        Assert.Contains("freeze-window (ended): Deploying on fewer days makes no difference.", started.Out);
        Assert.Contains("after its start", started.Out);
        Assert.Contains("Harmed: deployment frequency −", started.Out);
        Assert.Contains("guardrail: change failure rate not worse", started.Out);
        Assert.Equal(started.Out, (await RunAsync("experiment", "show", "freeze-window")).Out);
        Assert.Contains("harmed", (await RunAsync("experiment", "list")).Out);
        Assert.Equal(
            "harmed",
            (string?)JsonNode.Parse((await RunAsync("experiment", "show", "freeze-window", "--json")).Out)!["verdict"]);

        Assert.Contains("by local: enough", (await RunAsync("experiment", "stop", "freeze-window", "--reason", "enough")).Out);
        Assert.Equal(
            (2, "leadline: the experiment freeze-window was stopped before\n"),
            Refused(await RunAsync("experiment", "stop", "freeze-window")));
        Assert.Equal(
            (2, "leadline: there is no experiment 'none': leadline experiment list names those there are\n"),
            Refused(await RunAsync("experiment", "show", "none")));
        var wrong = Refused(
            await RunAsync("experiment", "start", "two", "--hypothesis", "so", "--metric", "speed", "--worth", "much"));
        Assert.Equal(2, wrong.Code);
        Assert.Contains("metric: 'speed' is no metric", wrong.Error);
        Assert.Contains("; worth: 'much' is no such number", wrong.Error);
    }

    static (int Code, string Error) Refused(BuiltProgram.Ended ended) => (ended.Code, ended.Error.ReplaceLineEndings("\n"));

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
