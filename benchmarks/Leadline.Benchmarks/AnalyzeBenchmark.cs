namespace Leadline.Benchmarks;

static class AnalyzeBenchmark
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var (path, commits) = await bench.RepositoryAsync();
        var git = await Measured.MedianAsync(
            3, () => Measured.RunAsync("git", ["-C", path, "log", "--branches", "--tags", "--format=%H %at %P"]));
        var analyze = await Measured.MedianAsync(3, () => Measured.LeadlineAsync("analyze", path, "--all", "--json"));
        return
        [
            new Row("commits", $"{commits:N0}"),
            new Row("git log --branches --tags --format='%H %at %P'", $"{git.Seconds:N2} s"),
            new Row("leadline analyze --all --json", $"{analyze.Seconds:N2} s"),
            new Row("ratio", $"{analyze.Seconds / git.Seconds:N2}", "at most 3 on 100,000 commits or more"),
            new Row("peak memory", Sizes.Text(analyze.PeakBytes)),
        ];
    }
}
