using System.Collections.Immutable;
using Leadline.Core;
using MathNet.Numerics.Distributions;

namespace Leadline.Metrics;

/// <summary>95 % intervals. Null where the sample cannot support one.</summary>
public static class Intervals
{
    const double Tail = Confidence.Tail;

    /// <summary>
    /// Jeffreys' interval of a share: the 2.5 and 97.5 % points of Beta(k + ½, n − k + ½), with the end at 0 or 1 where k is 0
    /// or n (Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16, 2001).
    /// </summary>
    public static ImmutableArray<double>? OfShare(long part, long whole) => whole == 0 ? null :
    [
        part == 0 ? 0 : Beta.InvCDF(part + 0.5, whole - part + 0.5, Tail),
        part == whole ? 1 : Beta.InvCDF(part + 0.5, whole - part + 0.5, 1 - Tail),
    ];

    /// <summary>
    /// The exact interval of a Poisson rate per unit: Gamma quantiles of the count (Garwood, Fiducial Limits for the Poisson
    /// Distribution, Biometrika 28, 1936), divided by the exposure.
    /// </summary>
    public static ImmutableArray<double>? OfRate(long count, double exposure) => exposure <= 0 ? null :
    [
        count == 0 ? 0 : Gamma.InvCDF(count, 1, Tail) / exposure,
        Gamma.InvCDF(count + 1, 1, 1 - Tail) / exposure,
    ];

    /// <summary>
    /// The ranks (from 1) of the order statistics between which the median lies with a confidence of at least 95 %: the largest
    /// l with P(Binomial(n, ½) &lt; l) ≤ 2.5 %, and n + 1 − l (Conover, Practical Nonparametric Statistics, 1999, section 3.2).
    /// Null under n = 5; at n = 5 the extremes, whose confidence is 93.75 %.
    /// </summary>
    public static (long Lower, long Upper)? RanksOfMedian(long count)
    {
        if (count < 5) return null;
        if (count == 5) return (1, 5);

        // Above some thousand the binomial is normal to less than a rank.
        if (count > 5000)
        {
            var rank = (long)Math.Floor((count / 2.0) - (Confidence.Z * Math.Sqrt(count) / 2));
            return (rank, count + 1 - rank);
        }

        var lower = 1L;
        while (Binomial.CDF(0.5, (int)count, lower) <= Tail) lower++;
        return (lower, count + 1 - lower);
    }
}
