namespace Leadline.Metrics;

/// <summary>A day, week or month of the reporting zone.</summary>
/// <param name="Local">Its beginning on the zone's own clock.</param>
/// <param name="From">The same as an instant, or the window's beginning where that is later.</param>
/// <param name="To">Its end as an instant, or the window's.</param>
/// <param name="IsWhole">Whether the window holds all of it.</param>
public sealed record BucketSpan(DateTime Local, DateTimeOffset From, DateTimeOffset To, bool IsWhole);

public static class Buckets
{
    /// <summary>All buckets that the half-open window touches, in order; weeks begin on Monday.</summary>
    public static IEnumerable<BucketSpan> Of(DateTimeOffset from, DateTimeOffset to, Bucket bucket, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(from, zone).Date;
        var start = bucket switch
        {
            Bucket.Day => day,
            Bucket.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => new DateTime(day.Year, day.Month, 1),
        };
        while (true)
        {
            var next = bucket switch
            {
                Bucket.Day => start.AddDays(1),
                Bucket.Week => start.AddDays(7),
                _ => start.AddMonths(1),
            };
            var begins = Instant(start, zone);
            var ends = Instant(next, zone);
            if (begins >= to) yield break;
            yield return new BucketSpan(
                start, begins < from ? from : begins, ends > to ? to : ends, begins >= from && ends <= to);
            start = next;
        }
    }

    /// <summary>
    /// The instant at which the zone's clock shows this; the first of two, and the first after it where the clock leaps over it.
    /// </summary>
    public static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
