using System.Collections.Immutable;

namespace Leadline.Benchmarks;

/// <summary>One thing that is measured.</summary>
/// <param name="Name">As it is asked for.</param>
/// <param name="Question">What is compared with what.</param>
sealed record Benchmark(string Name, string Question, Func<Bench, CancellationToken, Task<IReadOnlyList<Row>>> RunAsync)
{
    /// <summary>Every benchmark, a line each.</summary>
    public static readonly ImmutableArray<Benchmark> All =
    [
        new("help", "how long does a warm --help take?", HelpBenchmark.RunAsync),
        new("analyze", "how much longer than a bare git log does analyze take?", AnalyzeBenchmark.RunAsync),
        new("import", "how many events per second does import take, and how much memory?", ImportBenchmark.RunAsync),
        new("recompute", "how many commits per second and core are judged again?", RecomputeBenchmark.RunAsync),
        new("metrics", "how much longer than a bare scan does each metric take?", MetricsBenchmark.RunAsync),
        new("scale", "how do both engines bear five years of five hundred services?", ScaleBenchmark.RunAsync),
        new(
            "one-project", "how much faster than 138 s is the overview of one project with 177,462 deployments?",
            ScaleBenchmark.RunOneProjectAsync),
        new(
            "pages", "how much later than a still page of the same bytes does each page of a million deployments stand there?",
            PagesBenchmark.RunAsync),
        new(
            "truth", "how often is what is claimed of simulated organisations what was planted in them?",
            TruthBenchmark.RunAsync),
        new("requests", "how few requests does a history take, beside one for each thing?", BackfillBenchmark.RequestsAsync),
        new(
            "backfill", "how many facts per second does backfill bring, and does memory grow with them?",
            BackfillBenchmark.SpeedAsync),
        new("posts", "how many durable webhooks per second are there for each empty answer?", PostsBenchmark.RunAsync),
    ];
}

/// <summary>A line of the result.</summary>
/// <param name="Aim">What it should be, or empty where it is only the measure of another line.</param>
sealed record Row(string What, string Value, string Aim = "")
{
    public override string ToString() => $"  {What,-58} {Value,20}   {Aim}".TrimEnd();
}

/// <summary>What the benchmarks of one run share: a directory of its own, and histories that are made once.</summary>
sealed class Bench(int commits, string? repository, IReadOnlyList<string> engines) : IDisposable
{
    public IReadOnlyList<string> Engines => engines;

    readonly string directory = Directory.CreateTempSubdirectory("leadline-bench-").FullName;
    string? events;
    string? imported;

    public MadeHistory History { get; } = new(commits, PerDeployment: 10);

    public string File(string name) => Path.Combine(directory, name);

    /// <summary>The repository to analyze, and how many commits it has.</summary>
    public async Task<(string Path, long Commits)> RepositoryAsync()
    {
        var path = repository;
        if (path is null)
        {
            path = File("repository.git");
            if (!Directory.Exists(path)) await History.WriteRepositoryAsync(path);
        }

        var counted = await Measured.RunAsync("git", ["-C", path, "rev-list", "--count", "--branches", "--tags"]);
        return (path, long.Parse(counted.Out.Trim()));
    }

    public async Task<string> EventsAsync()
    {
        if (events is null)
        {
            await History.WriteEventsAsync(File("events.ndjson"));
            events = File("events.ndjson");
        }

        return events;
    }

    /// <summary>The address of a store that holds the history, and the import that filled it.</summary>
    public async Task<(string Store, Measured.Run Import)> ImportedAsync()
    {
        var path = await EventsAsync();
        var store = $"duckdb:{File($"store-{Guid.CreateVersion7():N}.duckdb")}";
        var run = await Measured.LeadlineAsync("import", path, "--store", store);
        imported = store;
        return (store, run);
    }

    /// <summary>A store that holds the history; made where no benchmark has made one.</summary>
    public async Task<string> StoreAsync() => imported ?? (await ImportedAsync()).Store;

    public void Dispose() => Directory.Delete(directory, recursive: true);
}
