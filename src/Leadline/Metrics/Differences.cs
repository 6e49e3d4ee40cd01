using Leadline.Core;
using MathNet.Numerics.Distributions;

namespace Leadline.Metrics;

/// <summary>
/// How a number of one window stands to that of another, with a 95 % interval. Null where the samples cannot support one.
/// </summary>
public static class Differences
{
    const double Tail = Confidence.Tail, Z = Confidence.Z;

    /// <summary>
    /// The ratio of two Poisson rates, exact given the sum of both counts: of that sum the first count is binomial with p = r·t₁
    /// / (r·t₁ + t₂), so that the limits of p by Clopper and Pearson give those of the ratio r = p / (1 − p) · t₂ / t₁
    /// (Przyborowski and Wilenski, Homogeneity of Results in Testing Samples from Poisson Series, Biometrika 31, 1940). Null
    /// where either count is 0: no ratio of them is finite and positive.
    /// </summary>
    public static Estimate? RatioOfRates(long count, double exposure, long before, double exposureBefore)
    {
        if (count == 0 || before == 0 || exposure <= 0 || exposureBefore <= 0) return null;
        var scale = exposureBefore / exposure;
        return new Estimate(
            scale * count / before, scale * Odds(Beta.InvCDF(count, before + 1, Tail)),
            scale * Odds(Beta.InvCDF(count + 1, before, 1 - Tail)), Same: 1);
    }

    /// <summary>
    /// The difference of two independent shares, first less second, from Wilson's interval of each without continuity correction
    /// (Newcombe, Interval Estimation for the Difference between Independent Proportions, Statistics in Medicine 17, 1998,
    /// method 10). Null where either is a share of nothing.
    /// </summary>
    public static Estimate? OfShares(long part, long whole, long partBefore, long wholeBefore)
    {
        if (whole == 0 || wholeBefore == 0) return null;
        var (share, low, high) = Wilson(part, whole);
        var (shareBefore, lowBefore, highBefore) = Wilson(partBefore, wholeBefore);
        var difference = share - shareBefore;
        return new Estimate(
            difference, difference - Hypotenuse(share - low, highBefore - shareBefore),
            difference + Hypotenuse(high - share, shareBefore - lowBefore), Same: 0);
    }

    /// <summary>
    /// By how many seconds the times of the first sample are shifted against those of the second, with the interval of the rank
    /// test (<see cref="HodgesLehmann"/>). Null where no ranks have a confidence of 95 %.
    /// </summary>
    public static Estimate? OfTimes(Sample now, Sample before) =>
        HodgesLehmann.Shift(now, before) is { } found ? new Estimate(found.Shift, found.Lower, found.Upper, Same: 0) : null;

    /// <summary>
    /// The ratio of the times of the first sample to those of the second: the shift of <see cref="OfTimes"/> between their
    /// logarithms, which is the median of all ratios of a time of the one to a time of the other. Times under a second are taken
    /// for one. Null where no ranks have a confidence of 95 %.
    /// </summary>
    public static Estimate? RatioOfTimes(Sample now, Sample before) =>
        HodgesLehmann.Shift(Logarithms(now), Logarithms(before)) is { } found
            ? new Estimate(Math.Exp(found.Shift), Math.Exp(found.Lower), Math.Exp(found.Upper), Same: 1) : null;

    /// <summary>
    /// By how much a first estimate exceeds a second that is independent of it: their difference, or of ratios the ratio of the
    /// two, with the interval that the limits of both give (Zou and Donner, Construction of Confidence Limits about Effect
    /// Measures: A General Approach, Statistics in Medicine 27, 2008; for shares it is Newcombe's).
    /// </summary>
    public static Estimate Beyond(Estimate one, Estimate other)
    {
        var difference = one.Even(one.Value) - other.Even(other.Value);
        return new Estimate(
            one.Uneven(difference),
            one.Uneven(
                difference
                    - Hypotenuse(one.Even(one.Value) - one.Even(one.Lower), other.Even(other.Upper) - other.Even(other.Value))),
            one.Uneven(
                difference
                    + Hypotenuse(one.Even(one.Upper) - one.Even(one.Value), other.Even(other.Value) - other.Even(other.Lower))),
            one.Same);
    }

    static Sample Logarithms(Sample times) =>
        Sample.Of(times.Groups.Select(group => (Math.Log(Math.Max(1, group.Value)), group.Count)));

    static (double Share, double Low, double High) Wilson(long part, long whole)
    {
        double share = (double)part / whole, square = Z * Z;
        var root = Z * Math.Sqrt(square + (4 * whole * share * (1 - share)));
        var middle = (2 * part) + square;
        return (share, (middle - root) / (2 * (whole + square)), (middle + root) / (2 * (whole + square)));
    }

    static double Odds(double probability) => probability / (1 - probability);

    static double Hypotenuse(double a, double b) => Math.Sqrt((a * a) + (b * b));
}

/// <param name="Same">The value that means no change: 1 of a ratio, 0 of a difference.</param>
public sealed record Estimate(double Value, double Lower, double Upper, double Same)
{
    /// <summary>Whether the interval leaves out that nothing changed.</summary>
    public bool IsClear => Lower > Same || Upper < Same;

    /// <summary>
    /// The same with each end of the interval so many times as far from the value, on the scale of <see cref="Even"/>.
    /// </summary>
    public Estimate Stretched(double times) => this with
    {
        Lower = Uneven(Even(Value) - (times * (Even(Value) - Even(Lower)))),
        Upper = Uneven(Even(Value) + (times * (Even(Upper) - Even(Value)))),
    };

    /// <summary>
    /// On the scale on which errors are alike on either side: of a ratio its logarithm, of a difference itself.
    /// </summary>
    internal double Even(double value) => Same == 1 ? Math.Log(value) : value;

    internal double Uneven(double value) => Same == 1 ? Math.Exp(value) : value;
}
