using System.Collections.Concurrent;
using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace Leadline.Experiments;

/// <summary>
/// How many of its standard errors an estimate must lie from no change at each planned look, so that what has no effect is said
/// to have one, at whichever of them, with the probability alpha at the most. On either side half of alpha is spent, by α(t) = 2
/// − 2 Φ(z / √t), where z is the normal distribution's point above which a quarter of alpha lies and t the share of the
/// information that there will be at the last look (the spending function of the type of O'Brien and Fleming: Lan and DeMets,
/// Discrete Sequential Boundaries for Clinical Trials, Biometrika 70, 1983).
/// </summary>
public static class Spending
{
    /// <summary>No bound is higher: beyond it nothing is spent that could be counted.</summary>
    public const double Highest = 8;

    // Even, so that Simpson's rule fits.
    const int Steps = 400;

    static readonly ConcurrentDictionary<(double Alpha, int Before, int First, int Planned), ImmutableArray<double>> Known =
        new();

    /// <summary>The bounds where so many weeks stand before the change, and after it one more at each look.</summary>
    /// <param name="alpha">Of both sides together.</param>
    /// <param name="before">Weeks before.</param>
    /// <param name="first">Weeks after it at the first look.</param>
    /// <param name="planned">Weeks after it at the last look.</param>
    public static ImmutableArray<double> Bounds(double alpha, int before, int first, int planned) =>
        Known.GetOrAdd((alpha, before, first, planned), static plan =>
            Bounds(
                plan.Alpha,
                [
                    .. Enumerable.Range(plan.First, plan.Planned - plan.First + 1)
                        .Select(week => Information(plan.Before, week) / Information(plan.Before, plan.Planned)),
                ]));

    /// <summary>The bounds at looks that have these shares of the information, the last of which is 1.</summary>
    /// <remarks>
    /// Between looks the estimate's sum of scores moves as a Brownian motion at the times t. Its density where no bound was
    /// reached yet is carried from look to look by Simpson's rule (Armitage, McPherson and Rowe, Repeated Significance Tests on
    /// Accumulating Data, Journal of the Royal Statistical Society A 132, 1969).
    /// </remarks>
    public static ImmutableArray<double> Bounds(double alpha, IReadOnlyList<double> shares)
    {
        var bounds = ImmutableArray.CreateBuilder<double>(shares.Count);
        (double At, double Mass)[] inside = [(0, 1)];
        var (time, spent) = (0.0, 0.0);
        foreach (var share in shares)
        {
            var (root, step, mine) = (Math.Sqrt(share), Math.Sqrt(share - time), Spent(alpha, share) - spent);
            var (low, high) = (0.0, Highest);
            for (var i = 0; i < 60; i++)
            {
                var middle = (low + high) / 2;
                if (inside.Sum(one =>
                    one.Mass * (Below((one.At - (middle * root)) / step) + Below((-one.At - (middle * root)) / step))) > mine)
                    low = middle;
                else high = middle;
            }

            bounds.Add(high);
            inside = Carried(inside, high * root, step);
            (time, spent) = (share, Spent(alpha, share));
        }

        return bounds.MoveToImmutable();
    }

    static (double, double)[] Carried((double At, double Mass)[] inside, double bound, double step)
    {
        var width = 2 * bound / Steps;
        return [.. Enumerable.Range(0, Steps + 1).Select(place =>
        {
            var at = (place * width) - bound;
            var weight = width / 3 * (place is 0 or Steps ? 1 : place % 2 == 1 ? 4 : 2);
            return (at, weight * inside.Sum(one => one.Mass * Normal.PDF(0, step, at - one.At)));
        })];
    }

    /// <summary>A mean of so many weeks less one of so many others knows as much as this many weeks by themselves.</summary>
    static double Information(int before, int after) => (double)before * after / (before + after);

    static double Spent(double alpha, double share) => 4 * Below(Normal.InvCDF(0, 1, alpha / 4) / Math.Sqrt(share));

    static double Below(double value) => Normal.CDF(0, 1, value);
}
