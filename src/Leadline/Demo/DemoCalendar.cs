namespace Leadline.Demo;

/// <summary>When people at Acme work, and the year's special days.</summary>
sealed class DemoCalendar(DateTimeOffset end)
{
    public DateTimeOffset End { get; } = end.ToUniversalTime();
    public DateTimeOffset From { get; } = end.ToUniversalTime().AddDays(-365);
    public DateTimeOffset BadFrom => From.AddDays(212).AddHours(9);
    public DateTimeOffset BadTo => BadFrom.AddDays(30);
    public DateTimeOffset TrunkAdopted => From.AddDays(160).AddHours(9);

    public bool IsBad(DateTimeOffset when) => when >= BadFrom && when < BadTo;

    /// <summary>How much is begun in the hour, where 1 is a usual working hour.</summary>
    public static double Activity(DateTimeOffset hour)
    {
        var share = hour.Hour switch
        {
            < 6 => 0.005,
            6 => 0.1,
            7 => 0.5,
            8 => 1.0,
            9 or 10 => 1.35,
            11 => 1.0,
            12 => 0.55,
            13 or 14 => 1.2,
            15 => 1.0,
            16 => 0.7,
            17 => 0.35,
            18 or 19 => 0.12,
            _ => 0.04,
        };
        if (IsWeekend(hour)) share *= 0.03;
        if (hour.DayOfWeek == DayOfWeek.Friday && hour.Hour >= 14) share *= 0.5;
        if (IsHoliday(hour)) share *= 0.08;
        return share;
    }

    /// <summary>The instant so many working hours later; work is Monday to Friday, 8 to 18.</summary>
    public static DateTimeOffset AfterWork(DateTimeOffset when, double hours)
    {
        var left = TimeSpan.FromHours(hours);
        while (true)
        {
            var opens = new DateTimeOffset(when.Year, when.Month, when.Day, 8, 0, 0, TimeSpan.Zero);
            var closes = opens.AddHours(10);
            if (IsWeekend(when) || IsHoliday(when) || when >= closes)
            {
                when = opens.AddDays(1);
                continue;
            }

            if (when < opens) when = opens;
            if (when + left <= closes) return when + left;
            left -= closes - when;
            when = opens.AddDays(1);
        }
    }

    static bool IsWeekend(DateTimeOffset day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    static bool IsHoliday(DateTimeOffset day) => (day.Month, day.Day) is (12, >= 24) or (1, 1) or (5, 1);
}
