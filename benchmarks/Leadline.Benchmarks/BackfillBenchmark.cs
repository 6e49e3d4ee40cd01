using System.Text.Json;

namespace Leadline.Benchmarks;

static class BackfillBenchmark
{
    /// <summary>Requests for a thousand changes and all that belongs to them.</summary>
    public static async Task<IReadOnlyList<Row>> RequestsAsync(Bench bench, CancellationToken cancellation)
    {
        var rows = new List<Row>();
        foreach (var source in (string[])["github", "gitlab"])
        {
            await using var forge = await MadeForge.StartAsync(1, 1000);
            await RunAsync(bench, source, forge, "acme/r0", $"duckdb:{bench.File($"requests-{source}.duckdb")}");
            rows.Add(new Row($"{source}: requests for 1,000 changes", $"{forge.Requests:N0}"));
            if (source == "github") rows.Add(new Row("github: the fewest that its API allows", $"{forge.FewestOfGitHub:N0}"));
            rows.Add(new Row($"{source}: of a client that asks for each thing by itself", $"{forge.RequestsOfOneEach:N0}"));
            rows.Add(new Row(
                $"{source}: the same as a share", $"{100.0 * forge.Requests / forge.RequestsOfOneEach:N0} %", "under 50 %"));
        }

        return rows;
    }

    /// <summary>An organisation of a hundred thousand things, and one of a tenth.</summary>
    public static async Task<IReadOnlyList<Row>> SpeedAsync(Bench bench, CancellationToken cancellation)
    {
        var rows = new List<Row>();
        var peaks = new List<long?>();
        foreach (var repositories in (int[])[10, 100])
        {
            await using var forge = await MadeForge.StartAsync(repositories, 149);
            using var place = await EnginePlace.MakeAsync("duckdb", bench, []);
            var run = await RunAsync(bench, "github", forge, "acme/*", place.Address);
            var facts = await place.ScalarAsync("select cast(sum(facts) as bigint) from reading", cancellation);
            peaks.Add(run.PeakBytes);
            rows.Add(new Row($"{forge.Items:N0} things of {repositories} repositories", $"{run.Seconds:N1} s"));
            rows.Add(new Row("facts per second, asked for, stored, read and judged", $"{facts / run.Seconds:N0}"));
            rows.Add(new Row("things per second", $"{forge.Items / run.Seconds:N0}"));
            rows.Add(new Row("peak memory", Sizes.Text(run.PeakBytes)));
        }

        if (peaks is [{ } tenth, { } whole])
            rows.Add(new Row("peak memory at ten times as many", $"{(double)whole / tenth:N2} times", "under 2 times"));
        return rows;
    }

    static async Task<Measured.Run> RunAsync(Bench bench, string source, MadeForge forge, string scope, string store)
    {
        var settings = bench.File("leadline.yaml");
        await File.WriteAllTextAsync(
            settings,
            $"sources:\n  {source}: {{ token: made-up, api: \"{forge.Address}{(source == "gitlab" ? "api/v4/" : "")}\", "
                + $"repositories: [\"{scope}\"] }}\n");
        var run = await Measured.LeadlineAsync(
            "backfill", source, "--since", "2024-12-01", "--json", "--config", settings, "--store", store);
        var missing = JsonDocument.Parse(run.Out).RootElement[0].GetProperty("missing").GetArrayLength();
        return missing == 0 ? run : throw new InvalidOperationException($"{missing} listings could not be asked: {run.Out}");
    }
}
