using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Constraint;

/// <summary>How long builds waited until they began, of those of which it is known.</summary>
public sealed record BuildQueues(long Count, double? MedianSeconds, double? P90Seconds);

/// <summary>Counted deployments that succeeded in an hour of the week, on the clock of the reporting time zone.</summary>
/// <param name="Hour">0 to 23.</param>
public sealed record DeployHour(DayOfWeek Weekday, int Hour, long Deployments);

/// <summary>Deployments of about so many changes.</summary>
/// <param name="FailedShare">Null without any.</param>
/// <param name="Interval">95 %, Jeffreys.</param>
public sealed record Batch(string Changes, long Deployments, long Failed, double? FailedShare, ImmutableArray<double>? Interval);

/// <summary>How failures were gone back from.</summary>
/// <param name="MedianSeconds">From the success of the deployment that failed until that of the rollback.</param>
public sealed record Rollbacks(
    long Failures, long RolledBack, double? Share, ImmutableArray<double>? Interval, double? MedianSeconds, double? P90Seconds);

/// <summary>What stands beside the stages and may say why time goes where it does.</summary>
/// <param name="DeployHours">Those in which something was deployed, from Monday on.</param>
/// <param name="LargeBatches">By how much more of the deployments of more than three changes failed than of the others, with its
/// 95 % interval; null without either.</param>
public sealed record ConstraintSignals(
    LeadTimeSigns LeadTime, BuildQueues Queues, ImmutableArray<DeployHour> DeployHours, ImmutableArray<Batch> Batches,
    Estimate? LargeBatches, Rollbacks Rollbacks)
{
    static readonly string[] Sizes = ["1", "2 or 3", "4 to 10", "more than 10"];

    const int SmallSizes = 2;

    public static async Task<ConstraintSignals> ReadAsync(
        Store store, TimeZoneInfo zone, MetricsQuery query, CancellationToken cancellation)
    {
        var scope = await LeadTimeParts.ScopeAsync(store, query, cancellation);
        var signs = LeadTimeSigns.ReadAsync(store, query, cancellation);
        var queues = store.QueryAsync(
            "build_queues", row => new BuildQueues(row.Count(0), row.Seconds(1), row.Seconds(2)), scope, edges: false,
            cancellation);
        var hours = store.QueryAsync(
            "deploy_hours", row => (At: DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(0) * 900), Count: row.Count(1)), scope,
            edges: false, cancellation);
        var batches = store.QueryAsync(
            "batches", row => (Size: row.GetInt32(0), All: row.Count(1), Failed: row.Count(2)), scope, edges: false,
            cancellation);
        var rollbacks = store.QueryAsync(
            "rollbacks", row => (Failures: row.Count(0), Back: row.Count(1), Median: row.Seconds(2), P90: row.Seconds(3)), scope,
            edges: false, cancellation);
        var (small, large) =
            ((await batches).Where(
                batch => batch.Size < SmallSizes).ToList(), (await batches).Where(batch => batch.Size >= SmallSizes).ToList());
        var (failures, back, median, p90) = (await rollbacks)[0];
        return new ConstraintSignals(
            await signs, (await queues)[0], OfWeek(await hours, zone),
            [
                .. (await batches).Select(batch =>
                    new Batch(
                        Sizes[batch.Size], batch.All, batch.Failed, (double)batch.Failed / batch.All,
                        Intervals.OfShare(batch.Failed, batch.All))),
            ],
            Differences.OfShares(
                large.Sum(batch => batch.Failed), large.Sum(batch => batch.All), small.Sum(batch => batch.Failed),
                small.Sum(batch => batch.All)),
            new Rollbacks(
                failures, back, failures == 0 ? null : (double)back / failures, Intervals.OfShare(back, failures), median, p90));
    }

    static ImmutableArray<DeployHour> OfWeek(IEnumerable<(DateTimeOffset At, long Count)> quarters, TimeZoneInfo zone) =>
    [
        .. quarters.Select(quarter => (At: TimeZoneInfo.ConvertTime(quarter.At, zone), quarter.Count))
            .GroupBy(quarter => (quarter.At.DayOfWeek, quarter.At.Hour))
            .Select(hour => new DeployHour(hour.Key.DayOfWeek, hour.Key.Hour, hour.Sum(quarter => quarter.Count)))
            .OrderBy(hour => ((int)hour.Weekday + 6) % 7).ThenBy(hour => hour.Hour),
    ];
}
