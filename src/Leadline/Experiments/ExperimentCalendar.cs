using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>
/// Weeks from Monday to Sunday of the reporting time zone, so that every window has each weekday equally often.
/// </summary>
static class ExperimentCalendar
{
    /// <summary>The first Monday at or after an instant.</summary>
    public static DateTimeOffset FirstAfter(DateTimeOffset at, TimeZoneInfo zone) =>
        LastBefore(at, zone) is var monday && monday == at ? monday : After(monday, 1, zone);

    /// <summary>The last Monday at or before an instant.</summary>
    public static DateTimeOffset LastBefore(DateTimeOffset at, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(at, zone).Date;
        return Buckets.Instant(day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), zone);
    }

    /// <summary>So many weeks after a Monday; before it where they are negative.</summary>
    public static DateTimeOffset After(DateTimeOffset monday, int weeks, TimeZoneInfo zone) =>
        Buckets.Instant(TimeZoneInfo.ConvertTime(monday, zone).Date.AddDays(7 * weeks), zone);

    /// <summary>How many whole weeks lie between a Monday and an instant; none where it is earlier.</summary>
    public static int WholeWeeks(DateTimeOffset monday, DateTimeOffset end, TimeZoneInfo zone) =>
        end < monday ? 0 : (LastBefore(end, zone) is var last ? (int)Math.Round((last - monday).TotalDays / 7) : 0);
}
