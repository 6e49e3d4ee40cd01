using System.IO.Compression;
using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class StoreVerbsTest : IDisposable
{
    const string First = "3f786850e387550fdab836ed7e6dc881de23001b", Second = "89e6c98d92887913cadf06b2adb97f26cde4849b";

    static readonly string[] Lines =
    [
        $$"""{"type":"commit","repository":"acme/shop","sha":"{{First}}","parents":[],"authored_at":"2026-01-01T09:00:00Z","committed_at":"2026-01-01T09:00:00Z"}""",
        $$"""{"type":"commit","repository":"acme/shop","sha":"{{Second}}","parents":["{{First}}"],"authored_at":"2026-01-02T09:00:00Z","committed_at":"2026-01-02T09:00:00Z"}""",
        $$"""{"type":"deployment","id":"d1","service":"checkout","repository":"acme/shop","environment":"production","sha":"{{First}}","status":"succeeded","finished_at":"2026-01-01T10:00:00Z"}""",
        $$"""{"type":"deployment","id":"d2","service":"checkout","repository":"acme/shop","environment":"production","sha":"{{Second}}","status":"succeeded","finished_at":"2026-01-02T11:00:00Z"}""",
    ];

    static readonly string[] January = ["--from", "2026-01-01", "--to", "2026-02-01"];

    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Imports_a_file_and_answers_from_its_store()
    {
        await File.WriteAllLinesAsync(directory.File("events.ndjson"), Lines);
        var import = await RunAsync(null, "import", "events.ndjson", "--json");
        Assert.Equal((0, ""), (import.Code, import.Error));
        Assert.Equal("""{"lines":4,"stored":4,"known":0,"bad":0}""", import.Out.Trim());
        Assert.Equal("0 stored, 4 known already, 0 bad lines", (await RunAsync(null, "import", "events.ndjson")).Out.Trim());

        var metrics = JsonNode.Parse(
            (await RunAsync(null, ["metrics", .. January, "--service", "checkout", "--json"])).Out)!["metrics"]!;
        Assert.Equal(2, (int)metrics["deployment_frequency"]!["deployments"]!);
        Assert.Equal(7200, (double)metrics["lead_time"]!["median_seconds"]!);

        var compared = await RunAsync(null, ["metrics", "--compare", .. January]);
        Assert.Contains("lead time: Before, no data.", compared.Out);

        var levels = await RunAsync(null, ["levels", .. January, "--industry", "technology"]);
        Assert.Contains("lead time: 2 h: no edition has a level for it without an interval.", levels.Out);
        Assert.Contains("dora-2025-quick-check", (await RunAsync(null, ["levels", .. January, "--json"])).Out);
        var industry = await RunAsync(null, ["levels", .. January, "--industry", "tecnology"]);
        Assert.Equal(
            (2, true),
            (industry.Code, industry.Error.Contains(
                "there is no industry 'tecnology'; did you mean \"technology\"?", StringComparison.Ordinal)));

        var explained = JsonNode.Parse((await RunAsync(null, ["explain", "lead-time", .. January, "--json"])).Out)!;
        var shipped = Assert.Single(explained["shipped"]!.AsArray())!;
        Assert.Equal((Second, "ancestry"), ((string?)shipped["sha"], (string?)shipped["method"]));
        Assert.NotEmpty(shipped["deliveries"]!.AsArray());

        var ledger = await RunAsync(null, ["ledger", .. January]);
        Assert.Contains("d2", ledger.Out);
        var replay = JsonNode.Parse((await RunAsync(null, "replay", "--json")).Out)!;
        Assert.Equal((1, false), ((int)replay["deliveries"]!, (bool)replay["changed"]!));
        var doctor = await RunAsync(null, "doctor");
        Assert.True(doctor.Code == 0, doctor.Out + doctor.Error);
    }

    [Fact]
    public async Task A_bad_line_is_named_and_the_others_are_taken()
    {
        await File.WriteAllLinesAsync(directory.File("events.ndjson"), [Lines[0], "{\"type\":\"nope\"}", "", Lines[2]]);
        var import = await RunAsync(null, "import", "events.ndjson");

        Assert.Equal(1, import.Code);
        Assert.Equal("2 stored, 0 known already, 1 bad lines", import.Out.Trim());
        Assert.StartsWith("leadline: events.ndjson:2: ", import.Error);
    }

    [Fact]
    public async Task Takes_standard_input_and_gzip()
    {
        await using (var file = File.Create(directory.File("events.ndjson.gz")))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        await using (var text = new StreamWriter(gzip)) await text.WriteAsync(Lines[0]);

        Assert.Equal("1 stored, 0 known already, 0 bad lines", (await RunAsync(null, "import", "events.ndjson.gz")).Out.Trim());
        Assert.Equal("1 stored, 0 known already, 0 bad lines", (await RunAsync(Lines[1], "import", "-")).Out.Trim());
    }

    [Theory]
    [InlineData("there is no file", "import", "missing.ndjson")]
    [InlineData("there is no store", "metrics")]
    [InlineData("there is no metric 'speed'", "explain", "speed")]
    [InlineData("--limit must be 1 to 1000", "ledger", "--limit", "0")]
    [InlineData("no store address", "metrics", "--store", "mysql:x")]
    public async Task Wrong_use_is_2_and_a_sentence(string sentence, params string[] arguments)
    {
        var ended = await RunAsync(null, arguments);

        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Contains(sentence, ended.Error);
        Assert.DoesNotContain("   at ", ended.Error);
    }

    public void Dispose() => directory.Dispose();

    Task<BuiltProgram.Ended> RunAsync(string? input, params string[] arguments) =>
        BuiltProgram.RunInAsync(directory.Path, input, arguments);
}
