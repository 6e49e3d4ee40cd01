using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// How far medians and means of the same rows may be led by chance: rows that came together, as the changes of one deployment,
/// are drawn together, with replacement (Field and Welsh, Bootstrapping Clustered Data, Journal of the Royal Statistical Society
/// B 69, 2007), and intervals are the percentiles of what was drawn (Efron and Tibshirani, An Introduction to the Bootstrap,
/// 1993, chapter 13). The same rows give the same draws: the seed is fixed.
/// </summary>
public static class ClusterBootstrap
{
    /// <summary>How often rows are drawn, and how often that which they are compared with.</summary>
    public const int Draws = 400, Comparisons = 20;

    const int Seed = 20260101;

    /// <summary>The continuous median and the mean of each column in each draw, first by draw.</summary>
    /// <param name="clusters">Of each row, the number of its cluster, from 0.</param>
    /// <param name="columns">Each with a value for each row. They are asked for <see cref="Comparisons"/> times: where the
    /// values rest on other rows, those are drawn too (<see cref="Drawn"/>).</param>
    public static (double Median, double Mean)[][] Draw(
        IReadOnlyList<int> clusters, Func<Random, IReadOnlyList<double[]>> columns)
    {
        var sizes = new int[clusters.Count == 0 ? 0 : clusters.Max() + 1];
        foreach (var cluster in clusters) sizes[cluster]++;
        var random = new Random(Seed);
        var draws = new (double, double)[Draws][];
        for (var comparison = 0; comparison < Comparisons; comparison++)
        {
            var compared = columns(random);
            var orders = compared.Select(column => Enumerable.Range(0, column.Length).OrderBy(row => column[row]).ToArray())
                .ToArray();
            var sums = compared.Select(SumsOf).ToArray();
            for (var draw = comparison; draw < Draws; draw += Comparisons)
            {
                var times = new int[sizes.Length];
                var rows = 0L;
                foreach (var cluster in Drawn(random, sizes.Length))
                {
                    times[cluster]++;
                    rows += sizes[cluster];
                }

                draws[draw] =
                [
                    .. compared.Select(
                        (column, place) => (Median(column, orders[place], times, rows), Mean(sums[place], times, rows))),
                ];
            }
        }

        return draws;

        // Of each cluster.
        double[] SumsOf(double[] column)
        {
            var sums = new double[sizes.Length];
            for (var row = 0; row < column.Length; row++) sums[clusters[row]] += column[row];
            return sums;
        }

        static double Mean(double[] sums, int[] times, long rows)
        {
            var sum = 0.0;
            for (var cluster = 0; cluster < sums.Length; cluster++) sum += times[cluster] * sums[cluster];
            return sum / rows;
        }

        double Median(double[] column, int[] order, int[] times, long rows)
        {
            var (seen, lower) = (0L, double.NaN);
            foreach (var row in order)
            {
                seen += times[clusters[row]];
                if (double.IsNaN(lower) && seen > (rows - 1) / 2) lower = column[row];
                if (seen > rows / 2) return (lower + column[row]) / 2;
            }

            return lower;
        }
    }

    /// <summary>As many numbers of clusters as there are clusters, some of them several times.</summary>
    public static IEnumerable<int> Drawn(Random random, int clusters) =>
        Enumerable.Range(0, clusters).Select(_ => random.Next(clusters));

    /// <summary>The 95 % interval of what was drawn.</summary>
    public static ImmutableArray<double> Interval(IEnumerable<double> drawn)
    {
        double[] sorted = [.. drawn.Order()];
        var rank = (int)Math.Floor(Confidence.Tail * sorted.Length);
        return [sorted[rank], sorted[sorted.Length - 1 - rank]];
    }
}
