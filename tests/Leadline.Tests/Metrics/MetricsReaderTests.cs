using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Metrics;

/// <summary>Every number here was worked out by hand.</summary>
public sealed class MetricsReaderTests
{
    const double Hour = 3600;

    static readonly FakeTimeProvider Clock = new(Made.Instant("2026-03-22T22:00:00Z"));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Three weeks, Monday to Monday.</summary>
    static MetricsQuery March => Window("2026-03-02T00:00:00Z", "2026-03-23T00:00:00Z");

    [Fact]
    public async Task Frequency_counts_what_counts_in_the_half_open_window()
    {
        var rows = new[]
        {
            Made.Row("before", "2026-03-01T23:59:59Z"),
            Made.Row("d0", "2026-03-02T00:00:00Z"),
            Made.Row("d1", "2026-03-02T10:00:00Z"),
            Made.Row("d2", "2026-03-02T12:00:00Z"),
            Made.Row("d3", "2026-03-04T12:00:00Z"),
            Made.Row("d4", "2026-03-09T12:00:00Z"),
            Made.Row("again", "2026-03-10T12:00:00Z") with { Kind = LedgerKind.Redeploy, Counted = false },
            Made.Row("elsewhere", "2026-03-11T12:00:00Z") with { Environment = new EnvironmentName("staging") },
            Made.Row("after", "2026-03-23T00:00:00Z"),
        };
        await using var store = await OpenAsync(rows);
        var frequency = (await ReadAsync(store, March)).Metrics.DeploymentFrequency;
        Assert.Equal(5, frequency.Deployments);
        Assert.Equal(21, frequency.Days);
        Assert.Equal(5 / 21.0, frequency.PerDay);
        Assert.Equal(1, frequency.DeployDaysPerWeek); // Two days, one day, none.
        // A second since the one before the window, 10, 2, 48 and 120 hours.
        Assert.Equal(10 * Hour, frequency.MedianSecondsBetween);
        Assert.Equal(1.6235 / 21, frequency.Interval!.Value[0], 0.0001); // Garwood's table for 5.
        Assert.Equal(11.6683 / 21, frequency.Interval.Value[1], 0.0001);
        Assert.Equal(["high", "medium"], frequency.Levels!.Value); // 0.077 to 0.56 a day.
        Assert.Null(frequency.Level);
    }

    [Fact]
    public async Task Days_of_a_week_are_only_counted_over_whole_weeks_of_the_window()
    {
        await using var store = await OpenAsync(
            [
                Made.Row("d1", "2026-03-04T12:00:00Z"), Made.Row("d2", "2026-03-05T12:00:00Z"),
                Made.Row("d3", "2026-03-10T12:00:00Z"),
            ]);
        Assert.Equal(
            1,
            (await ReadAsync(
                store, Window("2026-03-03T00:00:00Z", "2026-03-20T00:00:00Z"))).Metrics.DeploymentFrequency.DeployDaysPerWeek);
        Assert.Null(
            (await ReadAsync(
                store, Window("2026-03-03T00:00:00Z", "2026-03-12T00:00:00Z"))).Metrics.DeploymentFrequency.DeployDaysPerWeek);
    }

    [Fact]
    public async Task Lead_time_is_taken_over_rows_and_never_over_medians()
    {
        var (one, many) = (Made.Row("one", "2026-03-03T12:00:00Z"), Made.Row("many", "2026-03-04T12:00:00Z"));
        await using var store = await OpenAsync(
            [one, many],
            [
                Made.Shipped(one, 1, 1000), Made.Shipped(many, 2, 10), Made.Shipped(many, 3, 20), Made.Shipped(many, 4, 30),
                Made.Shipped(many, 5, null),
            ]);
        var lead = (await ReadAsync(store, March)).Metrics.LeadTime;
        Assert.Equal(4, lead.Count);
        Assert.Equal(25, lead.MedianSeconds);
        Assert.Equal(272.5, lead.P75Seconds!.Value, 1e-9); // 30 + 0.25 × 970
        Assert.Equal(709, lead.P90Seconds!.Value, 1e-9); // 30 + 0.7 × 970
        Assert.Null(lead.IntervalSeconds);
        Assert.Null(lead.Levels);
    }

    [Theory]
    [InlineData(5, 10, 50)]
    [InlineData(10, 20, 90)]
    [InlineData(25, 80, 180)]
    public async Task The_median_lies_between_the_values_at_its_ranks(int count, double lower, double upper)
    {
        var row = Made.Row("d", "2026-03-03T12:00:00Z");
        await using var store = await OpenAsync(
            [row], [.. Enumerable.Range(1, count).Select(number => Made.Shipped(row, number, 10 * number))]);
        Assert.Equal([lower, upper], (await ReadAsync(store, March)).Metrics.LeadTime.IntervalSeconds!.Value);
    }

    [Fact]
    public async Task Failures_are_a_share_of_what_was_deployed_in_the_window()
    {
        await using var store = await OpenAsync(Failing());
        var failures = (await ReadAsync(store, March)).Metrics.ChangeFailureRate;
        Assert.Equal((0.5, 2, 4), (failures.Value, failures.Failed, failures.Deployments));
        Assert.Equal(Intervals.OfShare(2, 4)!.Value, failures.Interval!.Value);
        Assert.Equal(["elite", "high", "medium", "low"], failures.Levels!.Value); // Of four anything may be.
    }

    [Fact]
    public async Task Without_any_signal_nobody_knows_how_many_failed()
    {
        await using var store = await OpenAsync(Failing());
        var deaf = Definitions.Default with { Failure = new FailureRules { Signals = [] } };
        var failures = (await ReadAsync(store, March, deaf)).Metrics.ChangeFailureRate;
        Assert.Null(failures.Value);
        Assert.Null(failures.Interval);
        Assert.Null(failures.Levels);
        Assert.All(
            await new MetricsReader(store, deaf, Clock).SeriesAsync("change_failure_rate", Bucket.Week, March, Cancellation),
            point => Assert.Null(point.Value));
    }

    [Fact]
    public async Task Recovery_belongs_to_the_window_in_which_the_failure_began_and_keeps_what_is_open()
    {
        await using var store = await OpenAsync(Failing());
        var recovery = (await ReadAsync(store, March)).Metrics.RecoveryTime;
        Assert.Equal((3, 1), (recovery.Count, recovery.Open));
        Assert.Equal(2 * Hour, recovery.MedianSeconds); // One hour and three; the third is open.
        Assert.Equal(10 * Hour, recovery.OldestOpenSeconds);
        Assert.Equal(3 * Hour, recovery.KaplanMeierMedianSeconds); // Still running: 2/3 after one hour, 1/3 after three.
        Assert.Null(recovery.IntervalSeconds);
        Assert.Null(recovery.Levels);
    }

    [Fact]
    public async Task Rework_is_a_share_of_what_was_deployed()
    {
        await using var store = await OpenAsync(
            [
                Made.Row("a", "2026-03-03T12:00:00Z"),
                Made.Row("b", "2026-03-04T12:00:00Z") with { Rework = true, ReworkBecause = "hotfix" },
            ]);
        var rework = (await ReadAsync(store, March)).Metrics.ReworkRate;
        Assert.Equal((0.5, 1, 2), (rework.Value, rework.Rework, rework.Deployments));
        Assert.Null(rework.Level);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Coverage_says_why_deployments_ship_nothing_known(int shift)
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        var links = (LedgerLink[])[
            LedgerLink.NoSha, LedgerLink.ShortSha, LedgerLink.ShortSha, LedgerLink.UnknownSha, LedgerLink.Configuration,
            LedgerLink.Configuration, LedgerLink.Configuration,
        ];
        await store.JudgeAsync(
            links.Select((link, i) => Made.Row($"d{i}", $"2026-03-1{i}T12:00:00Z") with { Link = link }), [], [], default);
        var window = March with { From = March.From.AddHours(shift), To = March.To.AddHours(shift) };
        var coverage = (await ReadAsync(store, window)).Coverage;
        Assert.Equal((1, 2, 1, 3), (coverage.NoSha, coverage.ShortSha, coverage.UnknownSha, coverage.Configuration));
        var one =
            (await ReadAsync(
                store,
                window with
                {
                    From = Made.Instant("2026-03-11T06:00:00Z"),
                    To = Made.Instant("2026-03-11T18:00:00Z"),
                })).Coverage;
        Assert.Equal((0, 1, 0, 0), (one.NoSha, one.ShortSha, one.UnknownSha, one.Configuration));
    }

    [Fact]
    public async Task Coverage_says_what_the_numbers_rest_on()
    {
        var row = Made.Row("d", "2026-03-03T12:00:00Z");
        await using var store = await OpenAsync(
            [
                row, Made.Row("first", "2026-03-02T12:00:00Z") with { Link = LedgerLink.Baseline },
                Made.Row("gap", "2026-03-05T12:00:00Z") with { Link = LedgerLink.Gap },
            ],
            [Made.Shipped(row, 1, 60)],
            [
                Made.Blame("d", "I1", "2026-03-03T13:00:00Z"), Made.Blame(null, "I2", "2026-03-04T13:00:00Z"),
                Made.Blame("d", "#7", "2026-03-03T12:00:00Z", FailureSignal.Hotfix),
            ]);
        var coverage = (await ReadAsync(store, March)).Coverage;
        Assert.Equal(
            (1, 2, 1, 1, 2, 1),
            (coverage.DeploymentsWithChanges, coverage.DeploymentsWithoutChanges, coverage.Baseline, coverage.Gap,
                coverage.Incidents, coverage.IncidentsUnlinked));
        Assert.Equal(["incident", "rollback", "revert", "hotfix", "declared"], coverage.Signals);
    }

    [Fact]
    public async Task Only_the_services_asked_for_are_counted()
    {
        await using var store = await OpenAsync([Made.Row("d1", "2026-03-03T12:00:00Z")]);
        await store.JudgeAsync(
            [Made.Row("d2", "2026-03-03T13:00:00Z", "search"), Made.Row("d3", "2026-03-03T14:00:00Z", "search")], [], [],
            Cancellation, "search");
        Assert.Equal(3, (await ReadAsync(store, March)).Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(2, (await ReadAsync(store, March with { Services = ["search"] })).Metrics.DeploymentFrequency.Deployments);
        Assert.Null((await ReadAsync(store, March with { Services = [] })).Metrics.DeploymentFrequency.PerDay);

        // Two services that deploy within the hour do not make a median of an hour between deployments.
        Assert.Equal(Hour, (await ReadAsync(store, March)).Metrics.DeploymentFrequency.MedianSecondsBetween);
        Assert.Null(
            (await ReadAsync(store, March with { Services = ["shop"] })).Metrics.DeploymentFrequency.MedianSecondsBetween);
    }

    [Fact]
    public async Task A_day_ends_at_midnight_of_the_reporting_zone_also_where_the_clock_leaps()
    {
        await using var store = await OpenAsync(
        [
            Made.Row("28th", "2026-03-28T22:59:00Z"), Made.Row("29th begins", "2026-03-28T23:00:00Z"),
            Made.Row("29th ends", "2026-03-29T21:59:00Z"),
            Made.Row("30th", "2026-03-29T22:00:00Z"),
        ], zone: "Europe/Berlin");
        var berlin = Definitions.Default with { Timezone = "Europe/Berlin" };
        var days = await new MetricsReader(store, berlin, Clock).SeriesAsync(
            "deployment_frequency", Bucket.Day, Window("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), Cancellation);
        Assert.Equal([1, 2, 1], days.Select(day => day.Count));
        Assert.Equal([24, 23, 24], days.Select(day => (day.To - day.From).TotalHours));
    }

    [Fact]
    public async Task Every_bucket_is_there_and_null_where_nothing_is_in_it()
    {
        var (february, april) =
            (Made.Row(
                "d1", "2026-02-10T00:00:00Z"),
                Made.Row(
                    "d2",
                    "2026-04-10T00:00:00Z") with
                {
                    Rework = true,
                    Failed = true,
                    FailedAt = Made.Instant("2026-04-10T01:00:00Z"),
                    RestoredAt = Made.Instant("2026-04-10T02:00:00Z"),
                });
        await using var store = await OpenAsync([february, april], [Made.Shipped(april, 1, 60), Made.Shipped(april, 2, 180)]);
        var window = Window("2026-01-15T00:00:00Z", "2026-05-01T00:00:00Z");
        var reader = new MetricsReader(store, Definitions.Default, Clock);
        Assert.Equal([null, 1, null, 1], await ValuesAsync("deployment_frequency"));
        Assert.Equal([null, null, null, 120], await ValuesAsync("lead_time"));
        Assert.Equal([null, 0, null, 1], await ValuesAsync("change_failure_rate"));
        Assert.Equal([null, null, null, Hour], await ValuesAsync("recovery_time"));
        Assert.Equal([null, 0, null, 1], await ValuesAsync("rework_rate"));
        var lead = await reader.SeriesAsync("lead_time", Bucket.Month, window, Cancellation);
        Assert.Equal(window.From, lead[0].From);
        Assert.Equal((150.0, 168.0, 2), (lead[3].P75!.Value, lead[3].P90!.Value, lead[3].Count));
        await Assert.ThrowsAsync<FormatException>(() => reader.SeriesAsync("velocity", Bucket.Month, window, Cancellation));

        async Task<IEnumerable<double?>> ValuesAsync(string metric) =>
            (await reader.SeriesAsync(metric, Bucket.Month, window, Cancellation)).Select(point => point.Value);
    }

    [Theory]
    [InlineData("deployment_frequency", 4)]
    [InlineData("change_failure_rate", 2)]
    [InlineData("recovery_time", 3)]
    [InlineData("rework_rate", 0)]
    public async Task A_number_opens_into_exactly_the_rows_that_it_is_made_of(string metric, int expected)
    {
        await using var store = await OpenAsync(Failing());
        var explanation = await store.ExplainAsync(metric, new RowsQuery(March), new Definitions(), Cancellation);
        Assert.Equal(expected, explanation.Deployments.Length);
        Assert.EndsWith(".", explanation.Rule);
    }

    [Theory]
    [InlineData("dora", "lead_time", "The median, over the commits")]
    [InlineData("middleware", "lead_time", "The mean, over the commits")]
    [InlineData("middleware", "recovery_time", "over incidents that started in the window")]
    public async Task The_rule_beside_the_rows_is_that_of_the_definitions_in_force(string preset, string metric, string rule)
    {
        await using var store = await OpenAsync(Failing());
        Assert.Contains(
            rule, (await store.ExplainAsync(metric, new RowsQuery(March), Presets.Of(preset).Rules, Cancellation)).Rule);
    }

    /// <summary>Four deployments of the window, two of which failed; and one before it, whose failure began in it.</summary>
    static LedgerRow[] Failing() =>
    [
        Failed(Made.Row("long ago", "2026-02-10T12:00:00Z"), "2026-02-10T13:00:00Z", "2026-02-11T13:00:00Z"),
        Failed(Made.Row("late", "2026-02-20T12:00:00Z"), "2026-03-02T00:00:00Z", "2026-03-02T03:00:00Z"),
        Made.Row("good", "2026-03-02T12:00:00Z"),
        Failed(Made.Row("short", "2026-03-03T12:00:00Z"), "2026-03-03T12:00:00Z", "2026-03-03T13:00:00Z"),
        Made.Row("fix", "2026-03-03T13:00:00Z"),
        Failed(Made.Row("open", "2026-03-22T11:00:00Z"), "2026-03-22T12:00:00Z", null),
    ];

    static LedgerRow Failed(LedgerRow row, string from, string? to) =>
        row with { Failed = true, FailedAt = Made.Instant(from), RestoredAt = to is null ? null : Made.Instant(to) };

    static MetricsQuery Window(string from, string to) => new(null, "production", Made.Instant(from), Made.Instant(to));

    static async Task<Store> OpenAsync(
        LedgerRow[] rows, ImmutableArray<ShippedChange>? shipped = null, ImmutableArray<Blame>? blames = null,
        string zone = "UTC")
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.JudgeAsync(rows, shipped ?? [], blames ?? [], Cancellation, zone: zone);
        return store;
    }

    static Task<MetricsReport> ReadAsync(Store store, MetricsQuery query, Definitions? definitions = null) =>
        new MetricsReader(store, definitions ?? Definitions.Default, Clock).ReadAsync(query, Cancellation);
}
