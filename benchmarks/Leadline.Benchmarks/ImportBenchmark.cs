namespace Leadline.Benchmarks;

static class ImportBenchmark
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var path = await bench.EventsAsync();
        var events = File.ReadLines(path).LongCount();
        var (store, import) = await bench.ImportedAsync();
        var again = await Measured.LeadlineAsync("import", path, "--store", store);
        var size = new FileInfo(path).Length;
        return
        [
            new Row("events", $"{events:N0} ({Sizes.Text(size)})"),
            new Row("leadline import, to read, store and judge", $"{import.Seconds:N1} s"),
            new Row("events per second", $"{events / import.Seconds:N0}", "over 100,000"),
            new Row("peak memory", Sizes.Text(import.PeakBytes)),
            new Row("the same file once more (all known)", $"{again.Seconds:N1} s"),
            new Row("store on disk", Sizes.Text(new FileInfo(store["duckdb:".Length..]).Length)),
        ];
    }
}

static class Sizes
{
    public static string Text(long? bytes) => bytes switch
    {
        null => "not told",
        >= 1 << 30 => $"{bytes / (double)(1 << 30):N2} GiB",
        _ => $"{bytes / (double)(1 << 20):N1} MiB",
    };
}
