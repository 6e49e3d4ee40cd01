namespace Leadline.Metrics;

/// <summary>
/// The whole days and months of a window, of which the store holds sums; its rows are read one by one only before
/// <see cref="HeadTo"/> and from <see cref="TailFrom"/> on. Days and months are named by their first midnight on the zone's own
/// clock.
/// </summary>
/// <param name="FirstDay">The first whole day; <see cref="LastDay"/> where there is none.</param>
/// <param name="FirstMonth">Where whole months begin; <see cref="LastMonth"/> where there is none.</param>
/// <param name="LastMonth">The day after the last whole month.</param>
/// <param name="LastDay">The day after the last whole day.</param>
sealed record WholeSpans(
    DateTimeOffset HeadTo, DateTimeOffset TailFrom, DateTime FirstDay, DateTime FirstMonth, DateTime LastMonth, DateTime LastDay)
{
    /// <summary>Whether the window has more than its whole days.</summary>
    public bool HasEdges(DateTimeOffset from, DateTimeOffset to) => HeadTo > from || TailFrom < to;

    /// <param name="byMonth">Whether months may stand for their days.</param>
    public static WholeSpans Of(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone, bool byMonth)
    {
        var first = TimeZoneInfo.ConvertTime(from, zone).Date;
        if (Buckets.Instant(first, zone) < from) first = first.AddDays(1);
        var last = TimeZoneInfo.ConvertTime(to, zone).Date;
        if (last <= first) return new WholeSpans(from, from, first, first, first, first);
        var firstMonth = first.Day == 1 ? first : new DateTime(first.Year, first.Month, 1).AddMonths(1);
        var lastMonth = new DateTime(last.Year, last.Month, 1);
        if (!byMonth || lastMonth <= firstMonth) (firstMonth, lastMonth) = (last, last);
        return new WholeSpans(Buckets.Instant(first, zone), Buckets.Instant(last, zone), first, firstMonth, lastMonth, last);
    }
}
