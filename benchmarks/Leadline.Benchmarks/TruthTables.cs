using System.Collections.Immutable;
using Leadline.Tests.Experiments;

namespace Leadline.Benchmarks;

/// <summary>What Leadline says of histories that were made so that the truth is known.</summary>
static class TruthTables
{
    /// <summary>Every table, a line each.</summary>
    static readonly ImmutableArray<Func<IEnumerable<string>>> All =
    [
        KnownExperiments.Table,
    ];

    public static Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        foreach (var table in All)
        {
            foreach (var line in table())
            {
                cancellation.ThrowIfCancellationRequested();
                Console.WriteLine(line);
            }

            Console.WriteLine();
        }

        return Task.FromResult<IReadOnlyList<Row>>([]);
    }
}
