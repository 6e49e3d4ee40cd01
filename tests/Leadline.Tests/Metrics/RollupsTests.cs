using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Metrics;

/// <summary>What is summed up by day and month against the rows themselves, counted one by one.</summary>
public sealed class RollupsTests
{
    const string Zone = "America/New_York";

    static readonly Definitions Rules = Definitions.Default with { Timezone = Zone };
    static readonly DateTimeOffset Begin = Made.Instant("2025-09-20T00:00:00Z");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_window_counts_what_its_rows_say_however_the_rows_came_to_be(int seed)
    {
        var random = new Random(seed);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var judged = new Dictionary<string, Judged>();

        // Judged again and again: rows come, go and turn into failures.
        for (var round = 0; round < 3; round++)
        {
            foreach (var service in (string[])["api", "shop", "web"])
            {
                judged[service] = Judged.Make(service, random, judged.GetValueOrDefault(service));
                await store.JudgeAsync(judged[service].Rows, judged[service].Shipped, [], Cancellation, service, Zone);
            }

            foreach (var window in Windows(random))
            {
                await CompareAsync(store, judged, window, null);
                await CompareAsync(store, judged, window, ["api", "web"]);
            }
        }

        await store.SaveJudgementsAsync(
            [
                new JudgedService(
                    new ServiceDefinition { Name = new ServiceName("shop") }, new Judgement([], [], []), null, IsRemoved: true),
            ], Cancellation);
        judged.Remove("shop");
        foreach (var window in Windows(random)) await CompareAsync(store, judged, window, null);
    }

    [Fact]
    public async Task Nothing_of_a_sum_stays_when_its_rows_are_gone()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var judged = Judged.Make("shop", new Random(4), null);
        await store.JudgeAsync(judged.Rows, judged.Shipped, [], Cancellation, zone: Zone);
        await store.JudgeAsync([], [], [], Cancellation, zone: Zone);
        Assert.Empty(await store.QueryAsync(
            "rollup_fingerprints", row => row.GetInt64(0), [("services", new List<long> { Rollup.AllServices })], edges: false,
            Cancellation));
        Assert.Null(
            (await ReadAsync(
                store, new MetricsQuery(null, "production", Begin, Begin.AddYears(2)))).Metrics.DeploymentFrequency.PerDay);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-7)]
    [InlineData(1e-6)]
    [InlineData(0.5)]
    [InlineData(59.9)]
    [InlineData(86400)]
    [InlineData(3e9)]
    [InlineData(-42)]
    public void A_bin_stands_for_its_spans_within_the_error(double seconds)
    {
        var found = LogHistogram.SecondsOf(LogHistogram.BinOf(seconds));
        Assert.True(
            Math.Abs(found - seconds) <= Math.Max(1e-6, Math.Abs(seconds) * LogHistogram.RelativeError * 1.0000001),
            $"{seconds} became {found}");
    }

    static async Task CompareAsync(
        Store store, Dictionary<string, Judged> judged, (DateTimeOffset From, DateTimeOffset To) window, string[]? services)
    {
        var query = new MetricsQuery(services is null ? null : [.. services], "production", window.From, window.To);
        var mine = judged.Where(one => services is null || services.Contains(one.Key)).Select(one => one.Value).ToList();
        var rows = mine.SelectMany(one => one.Rows).Where(row => row.Counted && Within(row.DeployedAt)).ToList();
        var lead = mine.SelectMany(one => one.Shipped).Where(one => one.LeadSeconds is not null && Within(one.DeployedAt))
            .Select(one => one.LeadSeconds!.Value).Order().ToList();
        var failures = mine.SelectMany(one => one.Rows).Where(row => row.Counted && row.FailedAt is { } at && Within(at))
            .ToList();
        var recovered = failures.Where(row => row.RestoredAt is not null)
            .Select(row => (row.RestoredAt - row.FailedAt)!.Value.TotalSeconds).Order().ToList();

        var exact = await ReadAsync(store, query);
        Assert.Equal(rows.Count, exact.Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(rows.Count(row => row.Failed), exact.Metrics.ChangeFailureRate.Failed);
        Assert.Equal(rows.Count(row => row.Rework), exact.Metrics.ReworkRate.Rework);
        Assert.Equal(rows.Count(row => row.Link == LedgerLink.Baseline), exact.Coverage.Baseline);
        Assert.Equal(lead.Count, exact.Metrics.LeadTime.Count);
        Assert.Equal(Median.Of([.. lead]), exact.Metrics.LeadTime.MedianSeconds);
        Assert.Equal(
            (failures.Count, failures.Count - recovered.Count),
            (exact.Metrics.RecoveryTime.Count, exact.Metrics.RecoveryTime.Open));
        Assert.Equal(Median.Of([.. recovered]), exact.Metrics.RecoveryTime.MedianSeconds);
        Assert.Equal(Percentiles.Exact, exact.Metrics.LeadTime.Percentiles);

        var estimated = await ReadAsync(store, query, mostExact: -1);
        Assert.Equal(Percentiles.Estimated, estimated.Metrics.LeadTime.Percentiles);
        Assert.Equal(lead.Count, estimated.Metrics.LeadTime.Count);
        Near(lead, 0.5, estimated.Metrics.LeadTime.MedianSeconds);
        Near(lead, 0.75, estimated.Metrics.LeadTime.P75Seconds);
        Near(lead, 0.9, estimated.Metrics.LeadTime.P90Seconds);
        Near(recovered, 0.5, estimated.Metrics.RecoveryTime.MedianSeconds);
        Assert.Equal(
            exact.Metrics.DeploymentFrequency.DeployDaysPerWeek, estimated.Metrics.DeploymentFrequency.DeployDaysPerWeek);

        foreach (var bucket in Enum.GetValues<Bucket>())
        {
            var points = await SeriesAsync(store, "lead_time", bucket, query, MetricsReader.MostExact);
            var near = await SeriesAsync(store, "lead_time", bucket, query, -1);
            Assert.Equal(
                points.Select(point => (point.From, point.To, point.Count)),
                near.Select(point => (point.From, point.To, point.Count)));
            Assert.All(near, point => Near([.. Between(point)], 0.9, point.P90));
            var frequency = await SeriesAsync(store, "deployment_frequency", bucket, query, MetricsReader.MostExact);
            Assert.All(
                frequency,
                point =>
                    Assert.Equal(rows.Count(row => row.DeployedAt >= point.From && row.DeployedAt < point.To), point.Count));
            var recovery = await SeriesAsync(store, "recovery_time", bucket, query, -1);
            Assert.All(
                recovery,
                point =>
                    Assert.Equal(failures.Count(row => row.FailedAt >= point.From && row.FailedAt < point.To), point.Count));
        }

        bool Within(DateTimeOffset at) => at >= window.From && at < window.To;

        IEnumerable<double> Between(SeriesPoint point) => mine.SelectMany(one => one.Shipped)
            .Where(one => one.LeadSeconds is not null && one.DeployedAt >= point.From && one.DeployedAt < point.To)
            .Select(one => one.LeadSeconds!.Value).Order();
    }

    /// <summary>The estimate is that of the value at the lower rank of the quantile.</summary>
    static void Near(List<double> sorted, double quantile, double? estimate)
    {
        if (sorted.Count == 0)
        {
            Assert.Null(estimate);
            return;
        }

        var value = sorted[(int)Math.Floor(quantile * (sorted.Count - 1))];
        Assert.True(
            Math.Abs(estimate!.Value - value) <= (Math.Abs(value) * LogHistogram.RelativeError) + 1e-5,
            $"{estimate} is not near {value}");
    }

    /// <summary>Some of whole days and months, some that begin and end anywhere, some within a day.</summary>
    static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Windows(Random random)
    {
        yield return (Begin.AddDays(-10), Begin.AddDays(300));
        yield return (Made.Instant("2025-10-01T04:00:00Z"), Made.Instant("2026-02-01T05:00:00Z"));
        yield return (Made.Instant("2025-11-02T04:00:00Z"), Made.Instant("2025-11-03T05:00:00Z"));
        var from = Begin.AddMinutes(random.Next(200_000));
        yield return (from, from.AddMinutes(random.Next(1, 150_000)));
        yield return (from, from.AddMinutes(random.Next(1, 1000)));
    }

    static Task<MetricsReport> ReadAsync(Store store, MetricsQuery query, long mostExact = MetricsReader.MostExact) =>
        new MetricsReader(store, Rules, new FakeTimeProvider(Begin.AddYears(1)), mostExact).ReadAsync(query, Cancellation);

    static Task<ImmutableArray<SeriesPoint>> SeriesAsync(
        Store store, string metric, Bucket bucket, MetricsQuery query, long mostExact) =>
        new MetricsReader(store, Rules, TimeProvider.System, mostExact).SeriesAsync(metric, bucket, query, Cancellation);

    /// <summary>What a service's rows are now; its commits keep their numbers.</summary>
    sealed record Judged(ImmutableArray<LedgerRow> Rows, ImmutableArray<ShippedChange> Shipped)
    {
        public static Judged Make(string service, Random random, Judged? before)
        {
            var kept = (before?.Rows ?? []).Where(_ => random.Next(10) > 0)
                .Select(row => random.Next(10) == 0 ? Turned(row, random) : row).ToList();
            var ids = kept.Select(row => row.DeploymentId).ToHashSet();
            var shipped = (before?.Shipped ?? []).Where(one => ids.Contains(one.DeploymentId)).ToList();
            for (var i = 0; i < 60; i++)
            {
                var at = Begin.AddSeconds(random.Next(160 * 86_400));
                var row = Turned(
                    Made.Row($"{service}-{random.Next():x}", at.ToString("O"), service),
                    random) with
                { Counted = random.Next(12) > 0 };
                kept.Add(row);
                for (var j = random.Next(5); j > 0; j--)
                    shipped.Add(Made.Shipped(
                        row, random.Next(),
                        random.Next(8) == 0 || !row.Counted ? null : Math.Round(Math.Exp(random.NextDouble() * 15) * 4) / 4));
            }

            return new Judged([.. kept], [.. shipped]);
        }

        static LedgerRow Turned(LedgerRow row, Random random)
        {
            var failed = random.Next(4) == 0;
            var began = row.DeployedAt.AddSeconds(random.Next(100_000));
            return row with
            {
                Failed = failed,
                FailedAt = failed ? began : null,
                RestoredAt = failed && random.Next(5) > 0 ? began.AddSeconds(random.Next(1, 500_000)) : null,
                Rework = random.Next(6) == 0,
                Link = random.Next(20) == 0 ? LedgerLink.Baseline : LedgerLink.Linked,
            };
        }
    }
}
