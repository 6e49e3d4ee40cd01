using System.Collections.Concurrent;

namespace Leadline.Core;

/// <summary>Values in order, each once, with how many rows have it.</summary>
public sealed class Sample
{
    readonly double[] values;

    // How many rows lie before each value; one more than there are values.
    readonly long[] before;

    Sample(double[] values, long[] before) => (this.values, this.before) = (values, before);

    public static Sample Of(IEnumerable<double> values) => Of(values.Select(value => (value, 1L)));

    /// <param name="values">In any order; the same value may come several times.</param>
    public static Sample Of(IEnumerable<(double Value, long Count)> values)
    {
        var groups = values.Where(one => one.Count > 0).GroupBy(one => one.Value).OrderBy(group => group.Key)
            .Select(group => (Value: group.Key, Count: group.Sum(one => one.Count))).ToArray();
        var before = new long[groups.Length + 1];
        for (var i = 0; i < groups.Length; i++) before[i + 1] = before[i] + groups[i].Count;
        return new Sample([.. groups.Select(group => group.Value)], before);
    }

    /// <summary>How many rows there are.</summary>
    public long Count => before[^1];

    /// <summary>How many values differ.</summary>
    public int Length => values.Length;

    public double this[int place] => values[place];

    /// <summary>Each value with its rows, in order.</summary>
    public IEnumerable<(double Value, long Count)> Groups => values.Select((value, place) => (value, CountAt(place)));

    /// <summary>Continuous, as <see cref="Core.Median"/>; null without rows.</summary>
    public double? Median => Count == 0 ? null : (At((Count - 1) / 2) + At(Count / 2)) / 2;

    /// <summary>How many rows have the value at this place.</summary>
    public long CountAt(int place) => before[place + 1] - before[place];

    /// <summary>The value of the row of this rank, from 0.</summary>
    double At(long rank)
    {
        var place = Array.BinarySearch(before, rank);
        return values[place < 0 ? ~place - 1 : place];
    }

    /// <summary>How many rows lie from this place on.</summary>
    internal long CountFrom(int place) => before[^1] - before[place];
}

/// <summary>
/// By how much the values of one sample are shifted against those of another: the median of all differences between a value of
/// the one and a value of the other, with the interval that turns round the rank test of Wilcoxon, Mann and Whitney (Hodges and
/// Lehmann, Estimates of Location Based on Rank Tests, Annals of Mathematical Statistics 34, 1963; Hollander and Wolfe,
/// Nonparametric Statistical Methods, 1973, sections 4.2 and 4.3).
/// </summary>
public static class HodgesLehmann
{
    /// <summary>Up to so many rows in each sample the ranks of the interval are those of the exact distribution.</summary>
    public const int MostExact = 50;

    const double Tail = Confidence.Tail, Z = Confidence.Z;

    // To find one takes longer than to look at the samples.
    static readonly ConcurrentDictionary<(int One, int Other), int> Ranks = new();

    /// <summary>
    /// The shift of the one against the other, with an interval of at least 95 % (about 95 % where a sample is larger than
    /// <see cref="MostExact"/>). Null where no ranks have that confidence: three against three, or one against fewer than 39.
    /// </summary>
    public static (double Shift, double Lower, double Upper)? Shift(Sample one, Sample other)
    {
        if (one.Count == 0 || other.Count == 0) return null;
        var pairs = (Int128)one.Count * other.Count;
        if (pairs > long.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(one), "the samples have more pairs than can be counted");
        var count = (long)pairs;
        var rank = RankOf(one, other);
        if (rank < 1) return null;
        var lowerMiddle = At(one, other, (count + 1) / 2);
        var upperMiddle = count % 2 == 1 ? lowerMiddle : At(one, other, (count / 2) + 1);
        return (lowerMiddle + ((upperMiddle - lowerMiddle) / 2), At(one, other, rank), At(one, other, count + 1 - rank));
    }

    /// <summary>
    /// The rank, from 1, of the difference at the lower end of the interval; that at the upper end is as far from the other end.
    /// </summary>
    static long RankOf(Sample one, Sample other) =>
        one.Count > MostExact || other.Count > MostExact ? NormalRank(one, other)
            : Ranks.GetOrAdd(((int)one.Count, (int)other.Count), static sizes => ExactRank(sizes.One, sizes.Other));

    /// <summary>
    /// The largest C with P(W &lt; C) ≤ 2.5 %, where W is the statistic of Mann and Whitney of samples of these sizes; 0 where
    /// there is none.
    /// </summary>
    public static int ExactRank(int one, int other)
    {
        // Of how many of the orders of both samples the statistic is w: f(m, n, w) = f(m − 1, n, w − n) + f(m, n − 1, w).
        var ways = new double[other + 1][];
        for (var n = 0; n <= other; n++)
        {
            ways[n] = new double[(one * other) + 1];
            ways[n][0] = 1;
        }

        for (var m = 1; m <= one; m++)
        {
            for (var n = 1; n <= other; n++)
                for (var w = one * other; w >= 0; w--) ways[n][w] = (w >= n ? ways[n][w - n] : 0) + ways[n - 1][w];
        }

        var (all, below, rank) = (ways[other].Sum(), 0.0, 0);
        while (below + ways[other][rank] <= Tail * all * (1 + 1e-12)) below += ways[other][rank++];
        return rank;
    }

    /// <summary>The same by the normal distribution, with the variance that ties leave.</summary>
    static long NormalRank(Sample one, Sample other)
    {
        double m = one.Count, n = other.Count, all = m + n;
        var variance = m * n / 12 * (all + 1 - (Ties(one, other) / (all * (all - 1))));
        return (long)Math.Floor((m * n / 2) + 0.5 - (Z * Math.Sqrt(Math.Max(0, variance))));
    }

    /// <summary>The sum of t³ − t over the groups of t rows of both samples that have the same value.</summary>
    static double Ties(Sample one, Sample other)
    {
        var (sum, i, j) = (0.0, 0, 0);
        while (i < one.Length || j < other.Length)
        {
            var value = i < one.Length && (j == other.Length || one[i] <= other[j]) ? one[i] : other[j];
            double tied = 0;
            if (i < one.Length && one[i] == value) tied += one.CountAt(i++);
            if (j < other.Length && other[j] == value) tied += other.CountAt(j++);
            sum += (tied * tied * tied) - tied;
        }

        return sum;
    }

    /// <summary>
    /// The difference of this rank, from 1, of all between a value of the one and a value of the other: the least number that as
    /// many differences do not exceed. All numbers are halved 64 times by their bits, and each time the differences are counted
    /// in one pass over both samples; their product is never made.
    /// </summary>
    static double At(Sample one, Sample other, long rank)
    {
        var (low, high) = (Order(one[0] - other[other.Length - 1]), Order(one[one.Length - 1] - other[0]));
        while (low < high)
        {
            var middle = low + (long)((ulong)(high - low) / 2);
            if (CountUpTo(one, other, Number(middle)) >= rank) high = middle;
            else low = middle + 1;
        }

        return Number(low);
    }

    /// <summary>
    /// How many differences are not above it. The higher the value of the one, the higher must that of the other be.
    /// </summary>
    static long CountUpTo(Sample one, Sample other, double bound)
    {
        var (count, j) = (0L, 0);
        for (var i = 0; i < one.Length; i++)
        {
            while (j < other.Length && one[i] - other[j] > bound) j++;
            if (j == other.Length) break;
            count += one.CountAt(i) * other.CountFrom(j);
        }

        return count;
    }

    /// <summary>The place of a number among all that there are, so that the lower of two has the lower place.</summary>
    static long Order(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        return bits < 0 ? long.MinValue - bits : bits;
    }

    static double Number(long order) => BitConverter.Int64BitsToDouble(order < 0 ? long.MinValue - order : order);
}
