using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// Where the level of a history shifted: the partition into segments that costs least, where each segment costs what the data in
/// it lack to its own level, and each shift a penalty (optimal partitioning: Jackson et al., An Algorithm for Optimal
/// Partitioning of Data on an Interval, IEEE Signal Processing Letters 12, 2005; the costs as Killick, Fearnhead and Eckley use
/// them with it, JASA 107, 2012).
/// </summary>
/// <remarks>
/// A history is a row of buckets, usually weeks. What a shift has to gain is measured by twice the logarithm of the likelihood,
/// which for two buckets of the same level has the mean 1. Real histories vary more than that: what neighbouring buckets differ
/// by, the greatest tenth left out, is the measure by which costs are divided, where it is above 1. And a level is one of most
/// of its buckets: a shift stays where the buckets before and after it, each as one row, are shifted by
/// <see cref="HodgesLehmann"/>.
/// </remarks>
public static class ChangePoints
{
    /// <summary>No segment is shorter: a holiday is no new level.</summary>
    public const int LeastBuckets = 4;

    // Of the chi-square distribution with one degree of freedom the mean of the lower nine tenths.
    const double TrimmedMean = 0.6232, Kept = 0.9;

    /// <summary>
    /// What a shift must gain in a history of so many buckets: on histories without one it is found in fewer than one of twenty.
    /// </summary>
    public static double Penalty(int buckets) => 3 + (2.5 * Math.Log(buckets));

    /// <summary>Where the rate of a Poisson process shifted.</summary>
    /// <param name="counts">Of spans of the same length.</param>
    /// <returns>The places of the first buckets of new levels, in order.</returns>
    public static ImmutableArray<int> OfCounts(IReadOnlyList<long> counts)
    {
        var sums = Sums(counts.Count, i => counts[i]);
        return Find(counts.Count, Cost, i => counts[i], Dispersion(counts.Zip(counts.Skip(1), (one, other) =>
            one + other == 0 ? (double?)null : Square(one - other) / (one + other))));

        double Cost(int from, int to)
        {
            var sum = sums[to] - sums[from];
            return -2 * Entropy(sum, to - from);
        }
    }

    /// <summary>Where a share shifted.</summary>
    public static ImmutableArray<int> OfShares(IReadOnlyList<(long Part, long Whole)> shares)
    {
        var (parts, wholes) = (Sums(shares.Count, i => shares[i].Part), Sums(shares.Count, i => shares[i].Whole));
        var known = shares.Where(share => share.Whole > 0).ToList();
        return Find(
            shares.Count, Cost, i => shares[i].Whole == 0 ? null : (double)shares[i].Part / shares[i].Whole,
            Dispersion(known.Zip(known.Skip(1), (one, other) =>
            {
                var pooled = (double)(one.Part + other.Part) / (one.Whole + other.Whole);
                return pooled is 0 or 1 ? (double?)null
                    : Square(((double)one.Part / one.Whole) - ((double)other.Part / other.Whole))
                        / (pooled * (1 - pooled) * ((1.0 / one.Whole) + (1.0 / other.Whole)));
            })));

        double Cost(int from, int to)
        {
            var (part, whole) = (parts[to] - parts[from], wholes[to] - wholes[from]);
            return -2 * (Entropy(part, whole) + Entropy(whole - part, whole));
        }
    }

    /// <summary>
    /// Where times shifted, whatever their distribution: by their ranks among all of the history, as in the test of Kruskal and
    /// Wallis (JASA 47, 1952), of which the statistic is what the best partition gains.
    /// </summary>
    /// <param name="times">By bucket; those of one bucket may be none.</param>
    public static ImmutableArray<int> OfTimes(IReadOnlyList<Sample> times)
    {
        var all = new SortedDictionary<double, long>();
        foreach (var sample in times)
            for (var i = 0; i < sample.Length; i++) all[sample[i]] = all.GetValueOrDefault(sample[i]) + sample.CountAt(i);
        double count = all.Values.Sum(), ties = all.Values.Sum(tied => ((double)tied * tied * tied) - tied);
        var variance = (count * (count + 1) / 12) - (count > 1 ? ties / (12 * (count - 1)) : 0);
        if (count < 2 || variance <= 0) return [];

        // The mean rank of the rows that share a value, less that of all rows.
        var ranks = new Dictionary<double, double>(all.Count);
        var below = 0L;
        foreach (var (value, tied) in all)
        {
            ranks[value] = below + ((tied + 1) / 2.0) - ((count + 1) / 2);
            below += tied;
        }

        var (sums, counts) =
            (Sums(
                times.Count,
                i => Enumerable.Range(0, times[i].Length).Sum(place => ranks[times[i][place]] * times[i].CountAt(place))),
                Sums(times.Count, i => times[i].Count));
        var known = Enumerable.Range(0, times.Count).Where(i => times[i].Count > 0).ToList();
        return Find(times.Count, Cost, i => times[i].Median, Dispersion(known.Zip(known.Skip(1), (one, other) => (double?)(
            Square((Sum(one) / times[one].Count) - (Sum(other) / times[other].Count))
                / (variance * ((1.0 / times[one].Count) + (1.0 / times[other].Count)))))));

        double Sum(int bucket) => sums[bucket + 1] - sums[bucket];

        double Cost(int from, int to) =>
            counts[to] - counts[from] is var rows && rows == 0 ? 0 : -Square(sums[to] - sums[from]) / rows / variance;
    }

    /// <param name="cost">Of the segment from a bucket to before another, at its own level.</param>
    /// <param name="value">Of a bucket; null where it has none.</param>
    static ImmutableArray<int> Find(int buckets, Func<int, int, double> cost, Func<int, double?> value, double dispersion)
    {
        if (buckets < 2 * LeastBuckets) return [];
        var penalty = Penalty(buckets) * dispersion;
        var (least, last) = (new double[buckets + 1], new int[buckets + 1]);
        Array.Fill(least, double.PositiveInfinity);
        least[0] = -penalty;
        for (var to = LeastBuckets; to <= buckets; to++)
        {
            for (var from = 0; from <= to - LeastBuckets; from++)
            {
                var sum = least[from] + cost(from, to) + penalty;
                if (sum < least[to]) (least[to], last[to]) = (sum, from);
            }
        }

        List<int> bounds = [buckets];
        while (bounds[^1] > 0) bounds.Add(last[bounds[^1]]);
        bounds.Reverse();
        for (var i = 1; i < bounds.Count - 1; i++)
        {
            if (IsShifted(bounds[i - 1], bounds[i], bounds[i + 1])) continue;

            // What the segment lies between now is looked at anew.
            bounds.RemoveAt(i);
            i = Math.Max(0, i - 2);
        }

        return [.. bounds[1..^1]];

        bool IsShifted(int from, int at, int to) =>
            HodgesLehmann.Shift(Values(from, at), Values(at, to)) is { Lower: > 0 } or { Upper: < 0 };

        Sample Values(int from, int to) => Sample.Of(Enumerable.Range(from, to - from).Select(value).OfType<double>());
    }

    /// <summary>How much more than by chance neighbours differ; 1 where they differ by chance, or by less.</summary>
    static double Dispersion(IEnumerable<double?> differences)
    {
        var ordered = differences.OfType<double>().Order().ToList();
        var kept = (int)Math.Ceiling(ordered.Count * Kept);
        return kept < 3 ? 1 : Math.Max(1, ordered.Take(kept).Average() / TrimmedMean);
    }

    /// <summary>k ln (k / n), which is 0 where k is.</summary>
    static double Entropy(double part, double whole) => part <= 0 ? 0 : part * Math.Log(part / whole);

    static double Square(double value) => value * value;

    static double[] Sums(int count, Func<int, double> value)
    {
        var sums = new double[count + 1];
        for (var i = 0; i < count; i++) sums[i + 1] = sums[i] + value(i);
        return sums;
    }
}
