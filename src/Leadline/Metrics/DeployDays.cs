using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>
/// On how many days of the median week and month something was deployed, over the whole weeks and months of a window.
/// </summary>
/// <param name="PerWeek">Null without a whole week; likewise by month.</param>
/// <param name="PerWeekInterval">At least 95 %, by order statistics; null under five weeks, and likewise by month.</param>
public sealed record DeployDays(
    double? PerWeek, ImmutableArray<double>? PerWeekInterval, double? PerMonth, ImmutableArray<double>? PerMonthInterval)
{
    /// <param name="days">Each day with a counted deployment once, as midnight on the zone's own clock.</param>
    public static DeployDays Of(IReadOnlyCollection<DateTime> days, DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var (perWeek, weeks) = By(Bucket.Week, start => start.AddDays(7));
        var (perMonth, months) = By(Bucket.Month, start => start.AddMonths(1));
        return new DeployDays(perWeek, weeks, perMonth, months);

        (double? Median, ImmutableArray<double>? Interval) By(Bucket bucket, Func<DateTime, DateTime> next)
        {
            var counts = Buckets.Of(from, to, bucket, zone).Where(span => span.IsWhole && span.From >= from)
                .Select(span => (double)days.Count(day => day >= span.Local && day < next(span.Local))).Order().ToList();
            return (Median.Of(counts), Intervals.RanksOfMedian(counts.Count) is { } ranks
                ? [counts[(int)ranks.Lower - 1], counts[(int)ranks.Upper - 1]] : null);
        }
    }
}
