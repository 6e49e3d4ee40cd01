using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class HodgesLehmannTests(ITestOutputHelper output)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// Hollander and Wolfe (1973), the permeability of a membrane at term and before: R's page of wilcox.test has the data, and
    /// wilcox.test(x, y, conf.int = TRUE) gives 0.305, −0.15 to 0.76. By hand: of the 50 differences in order the mean of the
    /// 25th and 26th, the 9th and the 42nd.
    /// </summary>
    [Fact]
    public void The_shift_is_that_of_the_published_example()
    {
        var found = HodgesLehmann.Shift(
            Sample.Of([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]),
            Sample.Of([1.15, 0.88, 0.90, 0.74, 1.21]))!.Value;
        Assert.Equal(0.305, found.Shift, 1e-12);
        Assert.Equal(-0.15, found.Lower, 1e-12);
        Assert.Equal(0.76, found.Upper, 1e-12);
    }

    /// <summary>
    /// One more than the greatest U that is significant at 5 % on both sides: the table of Mann and Whitney's U, and R:
    /// qwilcox(.025, m, n).
    /// </summary>
    [Theory]
    [InlineData(3, 3, 0)]
    [InlineData(1, 38, 0)]
    [InlineData(1, 39, 1)]
    [InlineData(2, 8, 1)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 5, 3)]
    [InlineData(8, 8, 14)]
    [InlineData(10, 5, 9)]
    [InlineData(10, 10, 24)]
    [InlineData(20, 20, 128)]
    [InlineData(50, 50, 966)]
    public void The_ranks_of_small_samples_are_exact(int one, int other, int rank) =>
        Assert.Equal((rank, rank), (HodgesLehmann.ExactRank(one, other), HodgesLehmann.ExactRank(other, one)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_the_median_of_all_differences_however_many_rows_share_a_value(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            // Rounded, so that many are alike, and of both signs.
            var one = Enumerable.Range(0, random.Next(1, 90)).Select(_ => Math.Round(random.NextDouble() * 20) - 5).ToList();
            var other = Enumerable.Range(0, random.Next(1, 90)).Select(_ => Math.Round(random.NextDouble() * 20, round % 3) - 8)
                .ToList();
            var differences = one.SelectMany(x => other.Select(y => x - y)).Order().ToList();
            if (HodgesLehmann.Shift(Sample.Of(one), Sample.Of(other)) is not { } found)
            {
                Assert.True(Math.Min(one.Count, other.Count) < 4);
                continue;
            }

            Assert.Equal(Median.Of([.. differences])!.Value, found.Shift, 1e-12);
            Assert.Contains(found.Lower, differences);
            Assert.Contains(found.Upper, differences);
            if (one.Count <= HodgesLehmann.MostExact && other.Count <= HodgesLehmann.MostExact)
            {
                var rank = HodgesLehmann.ExactRank(one.Count, other.Count);
                Assert.Equal((differences[rank - 1], differences[^rank]), (found.Lower, found.Upper));
            }

        }
    }

    [Fact]
    public void Many_times_many_rows_are_never_multiplied_out()
    {
        var random = new Random(7);
        var one = Sample.Of(Enumerable.Range(0, 40_000).Select(_ => Math.Exp(random.NextDouble() * 8)));
        var other = Sample.Of(Enumerable.Range(0, 60_000).Select(_ => 10 + Math.Exp(random.NextDouble() * 8)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = HodgesLehmann.Shift(one, other)!.Value;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.InRange(-10, found.Lower, found.Upper);
    }

    [Fact]
    public void Rows_counted_together_are_as_good_as_one_by_one()
    {
        double[] one = [1, 1, 1, 2, 3, 3, 5, 8], other = [2, 2, 4, 4, 4, 9];
        Assert.Equal(HodgesLehmann.Shift(Sample.Of(one), Sample.Of(other)), HodgesLehmann.Shift(
            Sample.Of([(3.0, 2L), (1, 3), (2, 1), (5, 1), (8, 1)]), Sample.Of([(9.0, 1L), (4, 2), (2, 2), (4, 1)])));
        Assert.Null(HodgesLehmann.Shift(Sample.Of([1.0, 2, 3]), Sample.Of([1.0, 2, 3])));
        Assert.Null(HodgesLehmann.Shift(Sample.Of(Array.Empty<double>()), Sample.Of([1.0])));
    }

    /// <summary>
    /// How often the interval of a shift of nothing leaves nothing out, of log-normal times as they are, to the minute, and to
    /// the hour.
    /// </summary>
    [Theory]
    [InlineData(8, 8, 1)]
    [InlineData(30, 12, 60)]
    [InlineData(80, 60, 1)]
    [InlineData(80, 60, 3600)]
    [InlineData(300, 120, 3600)]
    public void An_interval_misses_the_true_shift_no_more_often_than_one_in_twenty(int one, int other, double unit)
    {
        const int Rounds = 2000;
        var random = new Random(11);
        var missed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var found = HodgesLehmann.Shift(Sample.Of(Times(one)), Sample.Of(Times(other)))!.Value;
            if (found.Lower > 0 || found.Upper < 0) missed++;
        }

        output.WriteLine($"{one} against {other}, to {unit} s: missed {missed} of {Rounds}");

        // Two and a half standard errors of 5 % above it.
        Assert.InRange(missed, 0, (int)(Rounds * 0.0622));

        IEnumerable<double> Times(int count) => Enumerable.Range(0, count).Select(_ =>
            Math.Round(
                Math.Exp((Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())) + 9)
                    / unit) * unit);
    }

    /// <summary>Thirty changes that took about a day, then thirty that took eight hours less.</summary>
    [Fact]
    public async Task The_times_of_two_windows_are_compared_by_their_rows_and_by_histograms_alike()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var (before, after) = (Made.Row("before", "2026-03-03T12:00:00Z"), Made.Row("after", "2026-03-12T12:00:00Z"));
        var failing = (LedgerRow[])[
            .. Enumerable.Range(0, 12).Select(i => Made.Row($"f{i}", $"2026-03-{(i < 6 ? "05" : "14")}T{i:00}:00:00Z") with
            {
                Failed = true,
                FailedAt = Made.Instant($"2026-03-{(i < 6 ? "05" : "14")}T{i:00}:00:00Z"),
                FailedDay = Made.Instant($"2026-03-{(i < 6 ? "05" : "14")}T{i:00}:00:00Z").Date,
                RestoredAt = Made.Instant($"2026-03-{(i < 6 ? "05" : "14")}T{i:00}:00:00Z").AddMinutes(i < 6 ? 10 + i : 100 + i),
            }),
        ];
        await store.JudgeAsync(
            [before, after, .. failing],
            [
                .. Enumerable.Range(0, 30).Select(i => Made.Shipped(before, 1 + i, 86_400 + (60 * i))),
                .. Enumerable.Range(0, 30).Select(i => Made.Shipped(after, 100 + i, 57_600 + (60 * i))),
            ],
            [], Cancellation);
        var (first, second) =
            (Window("2026-03-02T00:00:00Z", "2026-03-09T05:00:00Z"), Window("2026-03-09T05:00:00Z", "2026-03-16T10:00:00Z"));
        var clock = new FakeTimeProvider(Made.Instant("2026-03-20T00:00:00Z"));
        var exact = await new MetricsReader(store, Definitions.Default, clock).ShiftsAsync(second, first, Cancellation);
        Assert.Equal((-28_800, Percentiles.Exact), (exact.LeadTime!.Estimate.Value, exact.LeadTime.Percentiles));
        Assert.InRange(exact.LeadTime.Estimate.Lower, -29_400, -28_801);
        Assert.InRange(exact.LeadTime.Estimate.Upper, -28_799, -28_200);
        // 106 to 111 minutes less 10 to 15.
        Assert.Equal((96 * 60, true), (exact.RecoveryTime!.Estimate.Value, exact.RecoveryTime.Estimate.IsClear));

        var estimated = await new MetricsReader(store, Definitions.Default, clock, mostExact: 5)
            .ShiftsAsync(second, first, Cancellation);
        Assert.Equal(Percentiles.Estimated, estimated.LeadTime!.Percentiles);
        Assert.Equal(-28_800, estimated.LeadTime.Estimate.Value, 0.01 * (86_400 + 57_600 + 3600));
        Assert.Equal(96 * 60, estimated.RecoveryTime!.Estimate.Value, 0.01 * 60 * 125);
        Assert.Equal(
            TimeShifts.None,
            await new MetricsReader(store, Definitions.Default, clock)
                .ShiftsAsync(second, Window("2025-03-02T00:00:00Z", "2025-03-09T00:00:00Z"), Cancellation));
    }

    static MetricsQuery Window(string from, string to) => new(null, "production", Made.Instant(from), Made.Instant(to));
}
