namespace Leadline.Benchmarks;

static class HelpBenchmark
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var help = await Measured.MedianAsync(11, () => Measured.LeadlineAsync("--help"));
        return [new Row("leadline --help, warm, median of 11", $"{help.Seconds * 1000:N0} ms", "under 150 ms")];
    }
}
