namespace Leadline.Core;

/// <summary>
/// Counts of spans in bins whose bounds grow by the factor γ = (1 + α) / (1 − α), so that the value of a bin is within α of
/// every span in it (Masson, Rim and Lee, DDSketch, Proceedings of the VLDB Endowment 12, 2019). Histograms of parts add up to
/// the histogram of the whole.
/// </summary>
/// <remarks>
/// A span of x microseconds lies in bin 1 + ⌈log_γ x⌉, a negative one in the same bin below zero, and none at all, or less than
/// one microsecond, in bin 0.
/// </remarks>
public sealed class LogHistogram
{
    /// <summary>α: no quantile is farther from the exact one than this share of it.</summary>
    public const double RelativeError = 0.01;

    /// <summary>γ.</summary>
    public const double Growth = (1 + RelativeError) / (1 - RelativeError);

    const double Microsecond = 1e-6;

    static readonly double LogOfGrowth = Math.Log(Growth);

    readonly SortedDictionary<int, int> bins = [];

    public bool IsEmpty => bins.Count == 0;

    /// <summary>The bins that are not empty, in order, with their counts.</summary>
    public IReadOnlyCollection<KeyValuePair<int, int>> Bins => bins;

    /// <summary>The bin of a span in seconds.</summary>
    public static int BinOf(double seconds) =>
        Math.Sign(seconds)
            * (1
                + (int)Math.Max(
                    0, Math.Ceiling(Math.Log(Math.Max(Math.Abs(seconds), Microsecond) / Microsecond) / LogOfGrowth)));

    /// <summary>The span in seconds that stands for a bin: within α of every span in it.</summary>
    public static double SecondsOf(int bin) =>
        Math.Sign(bin) * 2 * Math.Pow(Growth, Math.Abs(bin) - 1) / (1 + Growth) * Microsecond;

    public void Add(double seconds) => Add(BinOf(seconds), 1);

    /// <param name="bin">As <see cref="BinOf"/> numbers them.</param>
    /// <param name="count">Negative to take away what was added before.</param>
    public void Add(int bin, int count)
    {
        var sum = bins.GetValueOrDefault(bin) + count;
        if (sum == 0) bins.Remove(bin);
        else bins[bin] = sum;
    }

    /// <summary>Adds another's counts, so many times.</summary>
    public void Add(LogHistogram other, int times = 1)
    {
        foreach (var (bin, count) in other.bins) Add(bin, count * times);
    }
}
