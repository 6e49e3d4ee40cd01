using System.Globalization;
using Leadline.Metrics;

namespace Leadline.Digests;

/// <summary>A time of every week, in some time zone: <c>Mon 09:00</c>.</summary>
public sealed record WeekTime(DayOfWeek Day, TimeOnly At)
{
    /// <summary>How it is written.</summary>
    public const string Pattern = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]";

    /// <summary>Null where it is none.</summary>
    public static WeekTime? Parse(string text) =>
        text.Split(' ') is [{ Length: 3 } name, { Length: 5 } time] && Days.TryGetValue(name, out var day)
            && TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? new WeekTime(day, at) : null;

    /// <summary>The last such time that is not after this instant.</summary>
    public DateTimeOffset LastBefore(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var day = today.AddDays(-(((int)today.DayOfWeek - (int)Day + 7) % 7));
        var at = Buckets.Instant(day + At.ToTimeSpan(), zone);
        return at <= now ? at : Buckets.Instant(day.AddDays(-7) + At.ToTimeSpan(), zone);
    }

    static readonly Dictionary<string, DayOfWeek> Days = Enum.GetValues<DayOfWeek>()
        .ToDictionary(day => day.ToString()[..3], StringComparer.Ordinal);
}
