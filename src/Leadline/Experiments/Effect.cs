using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>
/// How a metric of the weeks after a change stands to that of the weeks before: a ratio of rates or of times, or the difference
/// of two shares, in points. Rows of one week are not independent of each other, as commits that ship together are not, and
/// weeks differ by more than chance. So a window is taken for a sample of weeks: by how much its mean varies when each week in
/// turn is left out (the jackknife, which on the average is not too small: Efron and Stein, The Jackknife Estimate of Variance,
/// Annals of Statistics 9, 1981), in units of what it does for independent rows, is the dispersion, and its root widens the
/// interval (a design effect: Rao and Scott, A Simple Method for the Analysis of Clustered Binary Data, Biometrics 48, 1992). Of
/// times it is taken of their ranks. Because it is itself estimated from weeks, the interval has the points of Student's
/// distribution, with the degrees of freedom of the weeks before alone: what later looks learn of how weeks differ would else
/// move the interval between looks more than the bounds allow for.
/// </summary>
/// <param name="Independent">With the 95 % interval of independent rows.</param>
/// <param name="Dispersion">At least 1: weeks that are more alike than by chance are not believed to be so.</param>
/// <param name="Freedom">Weeks before, less one.</param>
public sealed record Effect(Estimate Independent, double Dispersion, int Freedom)
{
    /// <summary>Fewer weeks say nothing of how weeks differ.</summary>
    public const int LeastFreedom = 3;

    /// <summary>Null where the rows cannot support an interval.</summary>
    /// <param name="metric">One of <see cref="MetricRules.Names"/>.</param>
    public static Effect? Of(string metric, IReadOnlyList<LevelWeek> before, IReadOnlyList<LevelWeek> after)
    {
        IReadOnlyList<LevelWeek>[] windows = metric == "deployment_frequency" ? [before, after]
            : [[.. before.Where(HasRows)], [.. after.Where(HasRows)]];
        if (windows[0].Count <= LeastFreedom || windows[1].Count == 0) return null;
        var found = metric switch
        {
            "deployment_frequency" => Differences.RatioOfRates(Rows(after), after.Count, Rows(before), before.Count),
            "lead_time" or "recovery_time" => Differences.RatioOfTimes(Together(after), Together(before)),
            _ => Differences.OfShares(Parts(after), Rows(after), Parts(before), Rows(before)),
        };
        var dispersion = windows.Sum(weeks => (weeks.Count - 1) * (metric switch
        {
            "deployment_frequency" => OfCounts(weeks),
            "lead_time" or "recovery_time" => OfTimes(weeks),
            _ => OfShares(weeks),
        })) / windows.Sum(weeks => weeks.Count - 1);
        return found is null ? null : new Effect(found, Math.Max(1, dispersion), windows[0].Count - 1);
    }

    /// <summary>The estimate with the interval that reaches so many standard errors to either side, were these known.</summary>
    public Estimate Within(double bound)
    {
        var wide = Independent.Stretched(Math.Sqrt(Dispersion) * Student(bound, Freedom) / Confidence.Z);
        return wide.Same == 1 ? wide : wide with { Lower = Math.Max(-1, wide.Lower), Upper = Math.Min(1, wide.Upper) };
    }

    /// <summary>
    /// The point of Student's distribution that leaves as much above it as this one of the normal does (Wallace, Bounds on
    /// Normal Approximations to Student's and the Chi-Square Distributions, Annals of Mathematical Statistics 30, 1959): within
    /// 0.02 of it from ten degrees of freedom on, up to 4.
    /// </summary>
    internal static double Student(double normal, int freedom)
    {
        var scaled = normal * ((8.0 * freedom) + 3) / ((8.0 * freedom) + 1);
        return Math.Sqrt(freedom * (Math.Exp(scaled * scaled / freedom) - 1));
    }

    static double OfCounts(IReadOnlyList<LevelWeek> weeks)
    {
        var mean = weeks.Average(week => week.Count);
        return mean == 0 ? 0 : OfWeeks(weeks, _ => 1.0 / weeks.Count, week => week.Count - mean, mean * weeks.Count);
    }

    static double OfShares(IReadOnlyList<LevelWeek> weeks)
    {
        var share = (double)Parts(weeks) / Rows(weeks);
        return share is 0 or 1 ? 0
            : OfWeeks(
                weeks, week => (double)week.Count / Rows(weeks), week => week.Part - (week.Count * share),
                Rows(weeks) * share * (1 - share));
    }

    /// <summary>Of their ranks in the window; the same times share theirs.</summary>
    static double OfTimes(IReadOnlyList<LevelWeek> weeks)
    {
        var all = Together(weeks);
        var (ranks, below, squares, middle) = (new Dictionary<double, double>(), 0L, 0.0, (all.Count + 1) / 2.0);
        foreach (var (value, count) in all.Groups)
        {
            var rank = below + ((count + 1) / 2.0) - middle;
            ranks[value] = rank;
            below += count;
            squares += count * rank * rank;
        }

        return squares == 0 ? 0
            : OfWeeks(
                weeks, week => (double)week.Count / all.Count,
                week => week.Times!.Groups.Sum(group => group.Count * ranks[group.Value]), squares);
    }

    /// <param name="weight">Of a week in the window: 1 is all of it.</param>
    /// <param name="beyond">What a week adds to the window's sum beyond its share.</param>
    /// <param name="independent">The variance of the sum for independent rows.</param>
    static double OfWeeks(
        IReadOnlyList<LevelWeek> weeks, Func<LevelWeek, double> weight, Func<LevelWeek, double> beyond, double independent) =>
        weeks.Count < 2 ? 0
            : weeks.Sum(week => Math.Pow(beyond(week) / (1 - weight(week)), 2)) * (weeks.Count - 1) / weeks.Count / independent;

    internal static long Rows(IEnumerable<LevelWeek> weeks) => weeks.Sum(week => week.Count);

    internal static long Parts(IEnumerable<LevelWeek> weeks) => weeks.Sum(week => week.Part);

    internal static Sample Together(IEnumerable<LevelWeek> weeks) => Sample.Of(weeks.SelectMany(week => week.Times!.Groups));

    static bool HasRows(LevelWeek week) => week.Count > 0;
}
