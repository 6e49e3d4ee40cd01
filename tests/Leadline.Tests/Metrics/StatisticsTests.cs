using Leadline.Core;
using Leadline.Metrics;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class StatisticsTests
{
    /// <summary>
    /// R: qbeta(c(.025,.975), k + .5, n - k + .5), with the ends of Brown, Cai and DasGupta at k = 0 and k = n.
    /// </summary>
    [Theory]
    [InlineData(0, 10, 0, 0.2172)]
    [InlineData(5, 10, 0.2235, 0.7765)]
    [InlineData(10, 10, 0.7828, 1)]
    public void A_share_has_the_interval_of_Jeffreys(long part, long whole, double lower, double upper)
    {
        var interval = Intervals.OfShare(part, whole)!.Value;
        Assert.Equal(lower, interval[0], 0.0005);
        Assert.Equal(upper, interval[1], 0.0005);
    }

    /// <summary>R: poisson.test(k)$conf.int; for k = 10 the table of Garwood (1936) has 4.795 and 18.390.</summary>
    [Theory]
    [InlineData(0, 0, 3.6889)]
    [InlineData(1, 0.0253, 5.5716)]
    [InlineData(10, 4.7954, 18.3904)]
    public void A_rate_has_the_exact_interval_of_Garwood(long count, double lower, double upper)
    {
        var interval = Intervals.OfRate(count, 1)!.Value;
        Assert.Equal(lower, interval[0], 0.001);
        Assert.Equal(upper, interval[1], 0.001);
    }

    /// <summary>The largest rank l with P(Binomial(n, 1/2) &lt; l) at most 2.5 %: R: qbinom(.025, n, .5) for these n.</summary>
    [Theory]
    [InlineData(4, 0, 0)]
    [InlineData(5, 1, 5)]
    [InlineData(6, 1, 6)]
    [InlineData(10, 2, 9)]
    [InlineData(25, 8, 18)]
    [InlineData(100, 40, 61)]
    public void A_median_lies_between_two_ranks(long count, long lower, long upper)
    {
        var ranks = Intervals.RanksOfMedian(count);
        if (lower == 0) Assert.Null(ranks);
        else Assert.Equal((lower, upper), ranks);
    }

    /// <summary>The 6-mercaptopurine arm of Freireich et al. (1963), as in Kaplan–Meier textbooks: median 23 weeks.</summary>
    [Fact]
    public void The_median_with_open_spans_is_that_of_Kaplan_and_Meier()
    {
        (double, long, bool)[] weeks =
        [
            (6, 3, true), (6, 1, false), (7, 1, true), (9, 1, false), (10, 1, true), (10, 1, false), (11, 1, false),
            (13, 1, true), (16, 1, true),
            (17, 1, false), (19, 1, false), (20, 1, false), (22, 1, true), (23, 1, true), (25, 1, false), (32, 1, false),
            (32, 1, false), (34, 1, false), (35, 1, false),
        ];
        Assert.Equal(23, KaplanMeier.Median(weeks));
        Assert.Null(KaplanMeier.Median([(1, 1, true), (5, 2, false)]));
        Assert.Null(KaplanMeier.Median([]));
    }

    [Fact]
    public void A_day_on_which_the_clock_leaps_is_23_hours_long()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var days = Buckets.Of(
            DateTimeOffset.Parse("2026-03-28T23:00:00Z"), DateTimeOffset.Parse("2026-03-30T22:00:00Z"), Bucket.Day,
            zone).ToList();
        Assert.Equal([23, 24], days.Select(day => (day.To - day.From).TotalHours));
        Assert.All(days, day => Assert.True(day.IsWhole));
    }
}
