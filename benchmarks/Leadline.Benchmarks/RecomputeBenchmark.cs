using System.Diagnostics;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Benchmarks;

/// <summary>Judges everything that a store holds again, and says where the time goes.</summary>
static class RecomputeBenchmark
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        await using var store = await Store.OpenAsync(await bench.StoreAsync(), cancellation);
        var map = await store.ServiceMapAsync(Definitions.Default, cancellation);
        var commits = (await store.HealthAsync(cancellation)).Commits;
        TimeSpan reading = default, judging = default, saving = default;
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        foreach (var batch in map.Services.Chunk(12))
        {
            var step = Stopwatch.GetTimestamp();
            var facts = await store.FactsOfAsync(batch, map, cancellation);
            reading += Stopwatch.GetElapsedTime(step);
            step = Stopwatch.GetTimestamp();
            var judgements = facts.Select(of => Correlator.Judge(of, Definitions.Default)).ToList();
            judging += Stopwatch.GetElapsedTime(step);
            step = Stopwatch.GetTimestamp();
            await store.SaveJudgementsAsync(
                [.. batch.Select((service, i) => new JudgedService(service, judgements[i], null))], cancellation);
            saving += Stopwatch.GetElapsedTime(step);
        }

        var all = Stopwatch.GetElapsedTime(began);
        var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
        return
        [
            new Row("commits in the store", $"{commits:N0}"),
            new Row("read, judged and saved again", $"{all.TotalSeconds:N2} s"),
            new Row("  of it reading the facts", $"{reading / all:P0}"),
            new Row("  of it judging", $"{judging / all:P0}"),
            new Row("  of it saving the rows", $"{saving / all:P0}"),
            new Row("commits per second of processor time, all of it", $"{commits / used.TotalSeconds:N0}", "at least 500,000"),
            new Row("commits per second, judging alone", $"{commits / judging.TotalSeconds:N0}"),
        ];
    }
}
