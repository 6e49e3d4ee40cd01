using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class ChangePointsTests(ITestOutputHelper output)
{
    const int Histories = 400;

    /// <summary>The rate that the documents state: fewer than one history in twenty.</summary>
    const double MostFalseAlarms = 0.05;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_shift_is_found_in_the_bucket_in_which_it_was_made()
    {
        Assert.Equal([10], ChangePoints.OfCounts([.. Enumerable.Range(0, 20).Select(week => week < 10 ? 10L : 30)]));
        Assert.Equal([10], ChangePoints.OfShares([.. Enumerable.Range(0, 20).Select(week => (week < 10 ? 1L : 6, 12L))]));
        Assert.Equal(
            [6, 13],
            ChangePoints.OfTimes(
                [
                    .. Enumerable.Range(0, 20)
                        .Select(week => Sample.Of(Enumerable.Range(1, 9).Select(i => i * (week is >= 6 and < 13 ? 10.0 : 1)))),
                ]));
    }

    [Fact]
    public void Where_there_is_nothing_to_find_nothing_is()
    {
        Assert.Empty(ChangePoints.OfCounts([]));
        Assert.Empty(ChangePoints.OfCounts([.. Enumerable.Repeat(0L, 30)]));
        Assert.Empty(ChangePoints.OfCounts([1, 1, 1, 90, 90, 90, 90]));
        Assert.Empty(ChangePoints.OfShares([.. Enumerable.Repeat((0L, 5L), 30)]));
        Assert.Empty(ChangePoints.OfTimes([.. Enumerable.Repeat(Sample.Of([60.0]), 30)]));
        Assert.Empty(ChangePoints.OfTimes([.. Enumerable.Repeat(Sample.Of(Array.Empty<double>()), 30)]));
    }

    [Fact]
    public void A_holiday_is_no_new_level() =>
        Assert.Empty(
            ChangePoints.OfCounts([.. Enumerable.Range(0, 30).Select(week => week is 14 or 15 ? 0L : 20 + (week % 3))]));

    /// <summary>Against every partition there is, with the costs written out another way.</summary>
    [Fact]
    public void No_other_partition_costs_less()
    {
        var random = new Random(3);
        var (alike, shifted) = (0, 0);
        for (var round = 0; round < 200; round++)
        {
            var counts = Enumerable.Range(0, 14).Select(week => Poisson(random, week < 7 ? 12 : 12 + random.Next(0, 14)))
                .ToArray();
            var chosen = ChangePoints.OfCounts(counts);
            var dispersion = Dispersion(counts);
            var least = Partitions(0, counts.Length).MinBy(points => Cost(points));

            // Fewer where a level is one of less than most of its weeks.
            Assert.True(chosen.Length <= least.Length);
            if (chosen.Length < least.Length) continue;
            Assert.Equal(Cost(least), Cost(chosen), 1e-9);
            (alike, shifted) = (alike + 1, shifted + chosen.Length);

            double Cost(IReadOnlyList<int> points)
            {
                int[] bounds = [0, .. points, counts.Length];
                return (points.Count * ChangePoints.Penalty(counts.Length) * dispersion)
                    + bounds.Zip(bounds.Skip(1)).Sum(segment =>
                    {
                        var rate = counts[segment.First..segment.Second].Average();
                        return rate == 0 ? 0
                            : -2 * counts[segment.First..segment.Second].Sum(count => (count * Math.Log(rate)) - rate);
                    });
            }
        }

        Assert.InRange(alike, 180, 200);
        Assert.InRange(shifted, 20, 400);

        static IEnumerable<ImmutableArray<int>> Partitions(int from, int to)
        {
            yield return [];
            for (var point = from + ChangePoints.LeastBuckets; point <= to - ChangePoints.LeastBuckets; point++)
                foreach (var rest in Partitions(point, to)) yield return [point, .. rest];
        }

        static double Dispersion(long[] counts)
        {
            var ordered = counts.Zip(counts.Skip(1)).Where(pair => pair.First + pair.Second > 0)
                .Select(pair => Math.Pow(pair.First - pair.Second, 2) / (pair.First + pair.Second)).Order().ToList();
            return Math.Max(1, ordered.Take((int)Math.Ceiling(ordered.Count * 0.9)).Average() / 0.6232);
        }
    }

    /// <summary>
    /// Histories without a shift; also such as vary more than chance has it, and such whose times come in clusters, as the
    /// commits of a deployment do.
    /// </summary>
    [Theory]
    [InlineData(13)]
    [InlineData(26)]
    [InlineData(52)]
    public void In_histories_without_a_shift_one_is_found_in_fewer_than_one_of_twenty(int weeks)
    {
        var random = new Random(17);
        Rate("2 a week", () => ChangePoints.OfCounts([.. Weeks(_ => Poisson(random, 2))]));
        Rate("20 a week", () => ChangePoints.OfCounts([.. Weeks(_ => Poisson(random, 20))]));
        Rate(
            "20 a week, varying three times as much as by chance",
            () => ChangePoints.OfCounts([.. Weeks(_ => Poisson(random, Gamma(random, 10) * 2))]));
        Rate("10 % of 2 a week", () => ChangePoints.OfShares([.. Weeks(_ => Share(random, 2, 0.1))]));
        Rate("10 % of 10 a week", () => ChangePoints.OfShares([.. Weeks(_ => Share(random, 10, 0.1))]));
        Rate("times", () => ChangePoints.OfTimes([.. Weeks(_ => Times(random, 4, 0, 1))]));
        Rate("times in clusters", () => ChangePoints.OfTimes([.. Weeks(_ => Times(random, 4, 1, 1))]));

        IEnumerable<T> Weeks<T>(Func<int, T> week) => Enumerable.Range(0, weeks).Select(week);

        void Rate(string what, Func<ImmutableArray<int>> find)
        {
            var alarms = Enumerable.Range(0, Histories).Count(_ => !find().IsEmpty);
            output.WriteLine($"{weeks} weeks, {what}: {alarms} false alarms in {Histories}, {100.0 * alarms / Histories:0.0} %");
            Assert.True(alarms <= Histories * MostFalseAlarms, $"{what}: {alarms} of {Histories}");
        }
    }

    [Theory]
    [InlineData(13, 6)]
    [InlineData(52, 30)]
    public void A_large_shift_is_found_and_near_where_it_was_made(int weeks, int at)
    {
        var random = new Random(23);
        Power("10, then 20 a week", 0.6, () => ChangePoints.OfCounts([.. Weeks(week => Poisson(random, week < at ? 10 : 20))]));
        Power("10, then 13 a week", 0, () => ChangePoints.OfCounts([.. Weeks(week => Poisson(random, week < at ? 10 : 13))]));
        Power(
            "5 %, then 30 % of 10 a week", 0.3,
            () => ChangePoints.OfShares([.. Weeks(week => Share(random, 10, week < at ? 0.05 : 0.3))]));
        Power(
            "5 %, then 15 % of 10 a week", 0,
            () => ChangePoints.OfShares([.. Weeks(week => Share(random, 10, week < at ? 0.05 : 0.15))]));
        Power(
            "times three times as long", 0.9,
            () => ChangePoints.OfTimes([.. Weeks(week => Times(random, 4, 0, week < at ? 1 : 3))]));
        Power(
            "times in clusters, three times as long", 0.2,
            () => ChangePoints.OfTimes([.. Weeks(week => Times(random, 4, 1, week < at ? 1 : 3))]));

        IEnumerable<T> Weeks<T>(Func<int, T> week) => Enumerable.Range(0, weeks).Select(week);

        void Power(string what, double least, Func<ImmutableArray<int>> find)
        {
            var found = Enumerable.Range(0, Histories).Count(_ => find().Any(point => Math.Abs(point - at) <= 2));
            output.WriteLine(
                $"{weeks} weeks, {what}: found within two weeks in {found} of {Histories}, {100.0 * found / Histories:0} %");
            Assert.True(found >= Histories * least, $"{what}: {found} of {Histories}");
        }
    }

    /// <summary>
    /// Ten weeks of two deployments, each with lead times of about a day; then ten of eight, with lead times of about an hour.
    /// The window begins and ends within a week.
    /// </summary>
    [Fact]
    public async Task Levels_are_of_whole_weeks_and_say_what_they_were()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var start = Made.Instant("2026-01-05T00:00:00Z");
        List<LedgerRow> rows = [];
        List<ShippedChange> shipped = [];
        for (var week = 0; week < 20; week++)
        {
            for (var i = 0; i < (week < 10 ? 2 : 8); i++)
            {
                var at = start.AddDays((7 * week) + (i / 2)).AddHours(8 + i);
                var row = Made.Row(
                    $"{week}-{i}",
                    "2026-01-05T00:00:00Z") with
                { DeployedAt = at, DeployedDay = at.Date, Failed = week >= 10 && i % 2 == 0 };
                if (row.Failed) row = row with { FailedAt = at, FailedDay = at.Date, RestoredAt = at.AddMinutes(30) };
                rows.Add(row);
                for (var j = 0; j < 3; j++)
                    shipped.Add(Made.Shipped(row, 1 + (week * 100) + (i * 10) + j, (week < 10 ? 86_400 : 3600) + (60 * j)));
            }
        }

        await store.JudgeAsync(rows, shipped, [], Cancellation);
        var query = new MetricsQuery(null, "production", start.AddDays(-3).AddHours(5), start.AddDays((7 * 20) + 2).AddHours(5));
        var reader = new MetricsReader(store, Definitions.Default, new FakeTimeProvider(query.To));
        var shift = Assert.Single((await reader.LevelsOverTimeAsync("deployment_frequency", query, Cancellation)).Shifts);
        Assert.Equal(
            (start.AddDays(70), Math.Round(2 / 7.0, 6), Math.Round(8 / 7.0, 6), 20L, 80L),
            (shift.At, shift.Before, shift.After, shift.RowsBefore, shift.RowsAfter));
        Assert.True(shift.IsBetter("deployment_frequency"));

        var lead = Assert.Single((await reader.LevelsOverTimeAsync("lead_time", query, Cancellation)).Shifts);
        Assert.Equal((start.AddDays(70), 60L, 240L), (lead.At, lead.RowsBefore, lead.RowsAfter));
        Assert.Equal(86_460, lead.Before, 865.0);
        Assert.Equal(3660, lead.After, 37.0);
        Assert.True(lead.IsBetter("lead_time"));

        var failures = Assert.Single((await reader.LevelsOverTimeAsync("change_failure_rate", query, Cancellation)).Shifts);
        Assert.Equal((0, 0.5, false), (failures.Before, failures.After, failures.IsBetter("change_failure_rate")));
        Assert.Equal("rose from 0 % to 50 %", failures.Says("change_failure_rate"));

        Assert.Equal(
            (10, 0),
            ((await reader.LevelsOverTimeAsync("recovery_time", query, Cancellation)) is var recovery ? recovery.Weeks
                : 0, recovery.Shifts.Length));
        Assert.Equal("a shift is looked for from 8 whole weeks on, and the window has 6",
            (await reader.LevelsOverTimeAsync(
                "deployment_frequency", query with { To = start.AddDays(45) }, Cancellation)).Because);
        await Assert.ThrowsAsync<FormatException>(() => reader.LevelsOverTimeAsync("speed", query, Cancellation));
    }

    static (long Part, long Whole) Share(Random random, double perWeek, double share)
    {
        var whole = Poisson(random, perWeek);
        return (Enumerable.Range(0, (int)whole).Count(_ => random.NextDouble() < share), whole);
    }

    /// <summary>
    /// Log-normal times of about so many deployments, each with one to several; those of a cluster have more or less of one and
    /// the same in common.
    /// </summary>
    static Sample Times(Random random, double deployments, double common, double factor)
    {
        List<double> times = [];
        for (var left = Poisson(random, deployments); left > 0; left--)
        {
            var shared = common * Normal(random);
            for (var commits = 1 + Poisson(random, 3); commits > 0; commits--)
                times.Add(factor * Math.Exp(shared + Normal(random)));
        }

        return Sample.Of(times);
    }

    static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    static double Gamma(Random random, int shape) => Enumerable.Range(0, shape).Sum(_ => -Math.Log(1 - random.NextDouble()));

    static long Poisson(Random random, double mean)
    {
        var (count, product, limit) = (0L, random.NextDouble(), Math.Exp(-mean));
        for (; product > limit; count++) product *= random.NextDouble();
        return count;
    }
}
