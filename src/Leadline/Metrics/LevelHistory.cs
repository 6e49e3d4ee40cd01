using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>
/// In which weeks the level of a metric shifted; none where nothing is beyond chance (<see cref="ChangePoints"/>).
/// </summary>
/// <param name="Weeks">The whole weeks of the window that were looked at: those with rows, and of frequency all from the first
/// with one.</param>
/// <param name="Because">Why none can be found; null where it was looked for.</param>
public sealed record LevelHistory(string Metric, int Weeks, ImmutableArray<LevelShift> Shifts, string? Because)
{
    /// <summary>Those of one metric, or of all where none is named.</summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public static async Task<ImmutableArray<LevelHistory>> OfAsync(
        MetricsReader metrics, string? metric, MetricsQuery query, CancellationToken cancellation) =>
        [
            .. await Task.WhenAll((metric is null ? MetricRules.Names : [metric]).Select(
                one => metrics.LevelsOverTimeAsync(one, query, cancellation))),
        ];

    /// <summary>Finds them.</summary>
    /// <param name="weeks">In order.</param>
    public static LevelHistory Of(string metric, IReadOnlyList<LevelWeek> weeks)
    {
        const int Least = 2 * ChangePoints.LeastBuckets;
        var isFrequency = metric == "deployment_frequency";
        List<LevelWeek> known =
        [
            .. isFrequency ? weeks.SkipWhile(week => week.Count == 0) : weeks.Where(week => week.Count > 0),
        ];
        if (known.Count < Least)
            return new LevelHistory(
                metric, known.Count, [],
                $"a shift is looked for from {Least} whole weeks{(isFrequency ? "" : " with rows")} on, and the window has "
                    + $"{known.Count}");
        var places = isFrequency ? ChangePoints.OfCounts([.. known.Select(week => week.Count)])
            : known[0].Times is null ? ChangePoints.OfShares([.. known.Select(week => (week.Part, week.Count))])
            : ChangePoints.OfTimes([.. known.Select(week => week.Times!)]);
        int[] bounds = [0, .. places, known.Count];
        return new LevelHistory(metric, known.Count, [.. places.Select((place, i) => new LevelShift(
            known[place].From, Level(bounds[i], place), Level(place, bounds[i + 2]), Rows(bounds[i], place),
            Rows(place, bounds[i + 2])))], null);

        double Level(int from, int to) => Math.Round(
            isFrequency ? Rows(from, to) / (7.0 * (to - from))
            : known[0].Times is null ? (double)known[from..to].Sum(week => week.Part) / Rows(from, to)
            : Sample.Of(known[from..to].SelectMany(week => week.Times!.Groups)).Median!.Value, 6);

        long Rows(int from, int to) => known[from..to].Sum(week => week.Count);
    }
}

/// <summary>A shift from one level to the next.</summary>
/// <param name="At">The beginning of the first week of the new level.</param>
/// <param name="Before">The metric over all weeks of the level before: deployments per day, a share, or the median in seconds,
/// within 1 %.</param>
/// <param name="RowsBefore">What it is of.</param>
public sealed record LevelShift(DateTimeOffset At, double Before, double After, long RowsBefore, long RowsAfter)
{
    /// <summary>Whether it is for the better.</summary>
    public bool IsBetter(string metric) => (metric == "deployment_frequency") == (After > Before);

    /// <summary>In words, without the day: <c>fell from 2 days to 9 h</c>.</summary>
    public string Says(string metric)
    {
        var number = new MetricNumber(metric, null, null);
        return $"{(After > Before ? "rose" : "fell")} from {number.Show(Before)} to {number.Show(After)}";
    }
}

/// <summary>What a metric was in a week.</summary>
/// <param name="Count">Rows: deployments, changes or failures.</param>
/// <param name="Part">How many of them the share counts.</param>
/// <param name="Times">Of a metric of times.</param>
public sealed record LevelWeek(DateTimeOffset From, long Count, long Part = 0, Sample? Times = null);
