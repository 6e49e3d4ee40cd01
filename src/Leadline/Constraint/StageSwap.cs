using Leadline.Core;

namespace Leadline.Constraint;

/// <summary>One stage of many journeys, run as it runs in the place of the best quartile.</summary>
sealed class StageSwap
{
    readonly int stage;
    readonly Journey[] rows;

    // The times of the reference by deployment, and the rows of each place in which it takes clearly longer.
    readonly double[][] reference;
    readonly List<int[]> slower = [];

    StageSwap(int stage, Journey[] rows, Reference name, double[][] reference, IReadOnlyCollection<int[]> places)
    {
        (this.stage, this.rows, this.reference, Reference) = (stage, rows, reference, name);
        var best = Medians(reference);
        foreach (var place in places.Where(place => rows[place[0]].Place != name.Place))
        {
            Others++;
            if (HodgesLehmann.Shift(Medians(OfClusters(place.Select(row => rows[row]), stage)), best) is { Lower: > 0 })
                slower.Add(place);
        }

        Seconds = Swapped([.. reference.SelectMany(times => times)]);
    }

    public Reference Reference { get; }

    /// <summary>How many places of the scope know of the stage, the reference left out.</summary>
    public int Others { get; }

    public int Slower => slower.Count;

    /// <summary>What the journeys come to.</summary>
    public double[] Seconds { get; }

    /// <summary>Null where fewer than two places know enough of the stage.</summary>
    /// <param name="stage">Its place among the stages.</param>
    /// <param name="rows">What is asked about.</param>
    /// <param name="all">Those that may be the reference.</param>
    public static StageSwap? Of(int stage, Journey[] rows, IReadOnlyList<Journey> all)
    {
        var candidates = all.Where(row => row.Stages[stage] is not null).GroupBy(row => row.Place, StringComparer.Ordinal)
            .Select(place => (Place: place.Key, Clusters: OfClusters(place, stage)))
            .Where(place => place.Clusters.Length >= ConstraintFinder.LeastClustersOfReference)
            .Select(
                place => (place.Place, place.Clusters, Median: Median.At(0.5, place.Clusters.SelectMany(times => times))!.Value))
            .OrderBy(place => place.Median).ThenBy(place => place.Place, StringComparer.Ordinal).ToList();
        if (candidates.Count < 2) return null;

        // The one at a quarter of the way, counted up: the best of up to four, the second of up to eight.
        var best = candidates[((candidates.Count + 3) / 4) - 1];
        double[] times = [.. best.Clusters.SelectMany(cluster => cluster)];
        return new StageSwap(
            stage, rows, new Reference(best.Place, candidates.Count, times.Length, best.Median, Median.At(0.9, times)!.Value),
            best.Clusters,
            [
                .. Enumerable.Range(0, rows.Length).Where(row => rows[row].Stages[stage] is not null)
                    .GroupBy(row => rows[row].Place, StringComparer.Ordinal).Select(place => place.ToArray()),
            ]);
    }

    /// <summary>The same, where the deployments of the reference are drawn by chance.</summary>
    public double[] Drawn(Random random) =>
        Swapped([.. ClusterBootstrap.Drawn(random, reference.Length).SelectMany(cluster => reference[cluster])]);

    double[] Swapped(double[] times)
    {
        double[] seconds = [.. rows.Select(row => row.Seconds)];
        foreach (var place in slower)
        {
            double[] before = [.. place.Select(row => rows[row].Stages[stage]!.Value)];
            var after = QuantileMap.Of(before, times);
            for (var i = 0; i < place.Length; i++) seconds[place[i]] += after[i] - before[i];
        }

        return seconds;
    }

    static double[][] OfClusters(IEnumerable<Journey> rows, int stage) =>
    [
        .. rows.GroupBy(row => row.Cluster, StringComparer.Ordinal).OrderBy(cluster => cluster.Key, StringComparer.Ordinal)
            .Select(cluster => cluster.Select(row => row.Stages[stage]).OfType<double>().ToArray())
            .Where(times => times.Length > 0),
    ];

    static Sample Medians(double[][] clusters) => Sample.Of(clusters.Select(times => Median.At(0.5, times)).OfType<double>());
}
