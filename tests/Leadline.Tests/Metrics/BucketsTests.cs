using Leadline.Metrics;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class BucketsTests
{
    /// <summary>In Havana the clock went from 01:00 back to 00:00 on 1 November 2026, so that day has two midnights.</summary>
    [Fact]
    public void A_day_with_two_midnights_begins_at_the_first()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Havana");
        var days = Buckets.Of(
            DateTimeOffset.Parse("2026-10-31T04:00:00Z"), DateTimeOffset.Parse("2026-11-02T05:00:00Z"), Bucket.Day,
            zone).ToList();
        Assert.Equal([24, 25], days.Select(day => (day.To - day.From).TotalHours));
    }

    /// <summary>
    /// In Santiago the clock went from 24:00 of 5 September 2026 to 01:00, so that the next day has no midnight.
    /// </summary>
    [Fact]
    public void A_day_without_a_midnight_begins_at_its_first_instant()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Santiago");
        var days = Buckets.Of(
            DateTimeOffset.Parse("2026-09-05T04:00:00Z"), DateTimeOffset.Parse("2026-09-07T03:00:00Z"), Bucket.Day,
            zone).ToList();
        Assert.Equal([24, 23], days.Select(day => (day.To - day.From).TotalHours));
    }

    [Fact]
    public void Weeks_begin_on_Monday_and_the_parts_at_the_ends_are_no_whole_weeks()
    {
        var weeks = Buckets.Of(
            DateTimeOffset.Parse("2026-03-01T00:00:00Z"), DateTimeOffset.Parse("2026-03-17T00:00:00Z"), Bucket.Week,
            TimeZoneInfo.Utc).ToList();
        Assert.Equal([false, true, true, false], weeks.Select(week => week.IsWhole));
        Assert.All(weeks, week => Assert.Equal(DayOfWeek.Monday, week.Local.DayOfWeek));
    }
}
