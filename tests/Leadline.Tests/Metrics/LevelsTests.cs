using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class LevelsTests
{
    const double Hour = 3600, Day = 86_400;

    static readonly Levels Of2023 = new(KnownEditions.Of("dora-2023"));

    [Theory]
    [InlineData("cloudcops-2026", "lead_time", Hour - 1, "elite")]
    [InlineData("cloudcops-2026", "lead_time", Hour, "high")]
    [InlineData("cloudcops-2026", "lead_time", 7 * Day, "medium")]
    [InlineData("cloudcops-2026", "lead_time", 30 * Day, "low")]
    [InlineData("cloudcops-2026", "deployment_frequency", 1, "elite")]
    [InlineData("cloudcops-2026", "deployment_frequency", 1 / 7.0, "high")]
    [InlineData("cloudcops-2026", "deployment_frequency", 1 / 30.0, "medium")]
    [InlineData("cloudcops-2026", "deployment_frequency", 0.03, "low")]
    [InlineData("cloudcops-2026", "change_failure_rate", 0.1499, "elite")]
    [InlineData("cloudcops-2026", "change_failure_rate", 0.15, "high")]
    [InlineData("cloudcops-2026", "recovery_time", Day, "medium")]
    [InlineData("dora-2023", "lead_time", Day - 1, "elite")]
    [InlineData("dora-2023", "change_failure_rate", 0.05, "elite")]
    [InlineData("dora-2023", "change_failure_rate", 0.0501, "high")]
    [InlineData("dora-2023", "change_failure_rate", 0.1501, "low")]
    [InlineData("dora-2023", "rework_rate", 0.1, null)]
    [InlineData("dora-2024-quick-check", "change_failure_rate", 0.05, null)]
    [InlineData("dora-2025-quick-check", "lead_time", 1, null)]
    public void A_value_has_the_level_of_its_edition(string edition, string metric, double value, string? level) =>
        Assert.Equal(level, new Levels(KnownEditions.Of(edition)).At(metric, value));

    [Theory]
    [InlineData(100, 200, "elite", "elite")]
    [InlineData(100, 2 * Hour, null, "elite, or high")]
    [InlineData(100, 8 * Day, null, "elite to medium")]
    [InlineData(31 * Day, 40 * Day, "low", "low")]
    public void A_level_stands_only_where_both_ends_of_the_interval_have_it(
        double lower, double upper, string? level, string words)
    {
        var levels = Levels.Default.Of("lead_time", (lower + upper) / 2, [lower, upper]);
        Assert.Equal((level, words), (LevelWords.One(levels), LevelWords.Of(levels)));
        Assert.Equal(level is null, Levels.Default.WhyNot("lead_time", true, levels) == "too few changes to tell");
    }

    [Fact]
    public void Without_an_interval_there_is_no_level()
    {
        Assert.Null(Levels.Default.Of("lead_time", 10, null));
        Assert.Equal("too few changes for an interval", Levels.Default.WhyNot("lead_time", true, null));
        Assert.Equal("there is no value", Levels.Default.WhyNot("lead_time", false, null));
        Assert.Equal("cloudcops-2026 defines no level for it", Levels.Default.WhyNot("rework_rate", true, null));
    }

    [Theory]
    [InlineData(5, 5, 22, 23, "elite")]
    [InlineData(4, 5, 18, 22, "elite, or high")]
    [InlineData(1, 4, 5, 18, "high")]
    [InlineData(0, 0, 1, 2, "medium")]
    [InlineData(0, 0, 0, 2, "medium, or low")]
    [InlineData(0, 0, 0, 0, "low")]
    public void Frequency_by_days_is_by_weeks_and_below_a_day_a_week_by_months(
        double low, double high, double lowMonth, double highMonth, string words) =>
        Assert.Equal(
            words,
            LevelWords.Of(Of2023.OfFrequency(1, [1, 1], new DeployDays(low, [low, high], lowMonth, [lowMonth, highMonth]))));

    [Fact]
    public void Where_months_are_too_few_weeks_alone_tell_what_they_can()
    {
        Assert.Equal("high", LevelWords.Of(Of2023.OfFrequency(1, [1, 1], new DeployDays(2, [1, 3], 9, null))));
        Assert.Equal("medium, or low", LevelWords.Of(Of2023.OfFrequency(1, [1, 1], new DeployDays(0, [0, 0], 0, null))));
        Assert.Null(Of2023.OfFrequency(1, [1, 1], new DeployDays(2, null, null, null)));
    }

    /// <summary>Nine whole weeks; of the one in which it begins and the one in which it ends the window holds a part.</summary>
    [Fact]
    public async Task Days_with_a_deployment_are_counted_over_whole_weeks_and_months()
    {
        await using var store = await Store.OpenAsync(TestStore.New, TestContext.Current.CancellationToken);
        var rows = Enumerable.Range(0, 9)
            .SelectMany(week => Enumerable.Range(0, week % 3 == 0 ? 1 : 2).SelectMany(day => (LedgerRow[])
                [
                    Made.Row(
                        $"{week}-{day}-a",
                        $"2026-01-05T{8 + day:00}:00:00Z") with
                        {
                            DeployedAt = Monday(week, day), DeployedDay = Monday(week, day).Date,
                        },
                    Made.Row(
                        $"{week}-{day}-b",
                        $"2026-01-05T{8 + day:00}:00:00Z") with
                        {
                            DeployedAt = Monday(week, day).AddHours(1), DeployedDay = Monday(week, day).Date,
                        },
                ]));
        await store.JudgeAsync(rows, [], [], TestContext.Current.CancellationToken);
        var reader = new MetricsReader(
            store, Definitions.Default, new FakeTimeProvider(Made.Instant("2026-03-11T00:00:00Z")), levels: Of2023);
        var query = new MetricsQuery(
            null, "production", Made.Instant("2026-01-01T06:00:00Z"), Made.Instant("2026-03-11T06:00:00Z"));
        var days = await reader.DeployDaysAsync(query, TestContext.Current.CancellationToken);
        // Weeks of 1, 2 and 2 days, three times; February, the one whole month, has 2, 2, 1 and 2.
        Assert.Equal(((double?)2, (double?)7), (days.PerWeek, days.PerMonth));
        Assert.Equal([1, 2], days.PerWeekInterval!.Value);
        Assert.Null(days.PerMonthInterval);
        var report = await reader.ReadAsync(query, TestContext.Current.CancellationToken);
        Assert.Equal(("dora-2023", "high"), (report.Edition, report.Metrics.DeploymentFrequency.Level));

        static DateTimeOffset Monday(int week, int day) => Made.Instant("2026-01-05T08:00:00Z").AddDays((7 * week) + day);
    }

    [Theory]
    [InlineData("lead_time", 3599, 10, "less than one hour")]
    [InlineData("lead_time", 3600, 8, "less than one day")]
    [InlineData("recovery_time", 40 * Day, 2, "one to six months")]
    [InlineData("recovery_time", 400 * Day, 0, "more than six months")]
    [InlineData("deployment_frequency", 30, 10, "on demand")]
    [InlineData("deployment_frequency", 1, 8, "once per hour to once per day")]
    [InlineData("deployment_frequency", 1 / 7.0, 6, "once per day to once per week")]
    [InlineData("deployment_frequency", 0.001, 0, "fewer than once per six months")]
    [InlineData("change_failure_rate", 0.12, 8.8, "12 % fail")]
    [InlineData("rework_rate", 1, 0, "100 % repair")]
    public void A_value_scores_as_the_answer_that_it_fits(string metric, double value, double score, string answer)
    {
        var found = QuickCheckScale.Of(metric, value);
        Assert.Equal(score, found.Score, 1e-9);
        Assert.Equal(answer, found.Says);
    }

    /// <summary>
    /// 2024's published averages are those of scores; 2025's are those of the figures as they stand, in which more failures
    /// count for more. Both by what the figures say: a mean of means is not the mean of the people, and so only near.
    /// </summary>
    [Fact]
    public void The_published_averages_are_on_the_scales_that_the_notes_say()
    {
        var (of2024, of2025) =
            (KnownEditions.Of("dora-2024-quick-check").QuickCheck!, KnownEditions.Of("dora-2025-quick-check").QuickCheck!);
        foreach (var group in of2024.Industries.Groups.Where(group => group.Id != "education"))
            Assert.InRange(
                of2024.Metrics.Average(metric => of2024.Industries.MeanOf(group.Id, metric)!.Value.Mean)
                    - group.PublishedAverage, -0.5, 0.1);
        foreach (var group in of2025.Industries.Groups)
            Assert.InRange(of2025.Metrics.Average(metric => group.Means[metric][0]) - group.PublishedAverage, -0.15, 0.15);

        // Everybody's recovery is the same by industry and by size, once it is turned.
        Assert.Equal(of2025.Industries.MeanOf("all", "recovery_time"), of2025.OrganizationSizes.MeanOf("all", "recovery_time"));
        Assert.Equal(8.1, of2025.Industries.MeanOf("all", "change_failure_rate")!.Value.Mean);
        Assert.Null(of2025.OrganizationSizes.MeanOf("fewer_than_20", "lead_time"));
    }

    [Fact]
    public void An_overall_score_needs_all_five()
    {
        Assert.Equal((8 + 8 + 9 + 10 + 8) / 5.0, QuickCheck.OverallOf(
            ("deployment_frequency", 2), ("lead_time", 7200), ("change_failure_rate", 0.1), ("recovery_time", 600),
            ("rework_rate", 0.2))!.Value, 1e-9);
        Assert.Null(QuickCheck.OverallOf(
            ("deployment_frequency", 2), ("lead_time", 7200), ("change_failure_rate", 0.1), ("recovery_time", null),
            ("rework_rate", 0.2)));
    }

    [Fact]
    public void Every_cut_off_is_worse_than_the_one_before()
    {
        foreach (var edition in KnownEditions.All)
            foreach (var metric in MetricRules.Names)
            {
                if (edition.CutsOf(metric) is not { } cuts) continue;
                Assert.Equal(["elite", "high", "medium", "low"], cuts.Select(cut => cut.Level));
                ImmutableArray<double?> bounds =
                [
                    .. cuts.Select(cut =>
                        cut.AtLeastPerDay ?? cut.DeployDaysPerWeek * 4 ?? cut.DeployDaysPerMonth
                            ?? -(cut.BelowSeconds ?? cut.BelowRatio ?? cut.AtMostRatio)),
                ];
                Assert.Null(bounds[^1]);
                Assert.Equal(bounds[..^1].OrderDescending(), bounds[..^1]);
            }
    }
}
