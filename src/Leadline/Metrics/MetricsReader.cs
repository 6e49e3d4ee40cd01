using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>Answers questions about the judged tables by the one SQL text of each metric.</summary>
public sealed class MetricsReader(Store store, Definitions definitions, TimeProvider clock)
{
    readonly Levels levels = new();

    /// <summary>The five metrics with their coverage.</summary>
    public async Task<MetricsReport> ReadAsync(MetricsQuery query, CancellationToken cancellation)
    {
        var scope = await ScopeAsync(query, cancellation);
        var failure = await ChangeFailureRateAsync(scope, cancellation);
        var services = query.Services ?? [.. (await store.ServicesAsync(cancellation)).Select(service => service.Name)];
        return new MetricsReport
        {
            From = query.From,
            To = query.To,
            Timezone = definitions.Timezone,
            Definitions = DefinitionsHash.Of(definitions),
            Scope = new MetricsScope(services, query.Environment),
            Metrics = new FiveMetrics
            {
                DeploymentFrequency = await DeploymentFrequencyAsync(query, scope, cancellation),
                LeadTime = await LeadTimeAsync(scope, cancellation),
                ChangeFailureRate = failure,
                RecoveryTime = await RecoveryTimeAsync(query, scope, cancellation),
                ReworkRate = await ReworkRateAsync(scope, cancellation),
            },
            Coverage = await CoverageAsync(scope, cancellation),
        };
    }

    /// <summary>
    /// One metric by bucket: <c>deployment_frequency</c>, <c>lead_time</c>, <c>change_failure_rate</c>, <c>recovery_time</c>, <c>rework_rate</c>.
    /// Every bucket of the window is there, in order.
    /// </summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public async Task<ImmutableArray<SeriesPoint>> SeriesAsync(string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation)
    {
        _ = MetricRules.Of(metric);
        var isTime = metric is "lead_time" or "recovery_time";
        var rows = await store.QueryAsync(
            metric + "_series",
            row => (
                Bucket: DateTime.SpecifyKind(row.GetDateTime(0), DateTimeKind.Unspecified),
                Value: isTime ? row.Seconds(1) : row.Number(1), P75: row.Seconds(2), P90: row.Seconds(3), Count: row.Count(4)),
            [.. await ScopeAsync(query, cancellation), ("bucket", Rows.Word(bucket))],
            cancellation);
        var known = rows.ToDictionary(row => row.Bucket);
        var isUnknowable = metric == "change_failure_rate" && definitions.Failure.Signals.IsEmpty;
        return
        [
            .. Buckets.Of(query.From, query.To, bucket, definitions.Zone).Select(span => known.TryGetValue(span.Local, out var row)
                ? new SeriesPoint(span.From, span.To, isUnknowable ? null : row.Value, row.P75, row.P90, row.Count)
                : new SeriesPoint(span.From, span.To, null, null, null, 0)),
        ];
    }

    async Task<DeploymentFrequency> DeploymentFrequencyAsync(MetricsQuery query, (string, object?)[] scope, CancellationToken cancellation)
    {
        var weeks = Buckets.Of(query.From, query.To, Bucket.Week, definitions.Zone).Where(week => week.From >= query.From && week.IsWhole).ToList();
        var row = await OneAsync(
            "deployment_frequency", row => (Deployments: row.Count(0), PerDay: row.Number(1), Days: row.Number(2), Between: row.Seconds(3)),
            [.. scope, ("first_week", weeks.Count > 0 ? weeks[0].Local : DateTime.UnixEpoch), ("weeks", weeks.Count)], cancellation);
        var days = (query.To - query.From).TotalDays;
        return new DeploymentFrequency(
            row.PerDay, row.Deployments, Math.Round(days, 3), row.Deployments == 0 ? null : Intervals.OfRate(row.Deployments, days),
            row.Days, row.Between, levels.OfFrequency(row.PerDay));
    }

    async Task<LeadTime> LeadTimeAsync((string, object?)[] scope, CancellationToken cancellation)
    {
        var count = await OneAsync("lead_time_count", row => row.Count(0), scope, cancellation);
        var ranks = Intervals.RanksOfMedian(count);
        var row = await OneAsync(
            "lead_time", row => (Count: row.Count(0), Median: row.Seconds(1), P75: row.Seconds(2), P90: row.Seconds(3), Lower: row.Seconds(4), Upper: row.Seconds(5)),
            [.. scope, ("lower", Fraction(ranks?.Lower ?? 1, count)), ("upper", Fraction(ranks?.Upper ?? 1, count))], cancellation);
        ImmutableArray<double>? interval = ranks is not null && row is { Lower: { } lower, Upper: { } upper } ? [lower, upper] : null;
        return new LeadTime(row.Median, row.P75, row.P90, row.Count, interval, levels.OfLeadTime(row.Median));
    }

    async Task<ChangeFailureRate> ChangeFailureRateAsync((string, object?)[] scope, CancellationToken cancellation)
    {
        var (share, failed, deployments) = await OneAsync("change_failure_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        var value = definitions.Failure.Signals.IsEmpty ? null : share;
        return new ChangeFailureRate(value, failed, deployments, value is null ? null : Intervals.OfShare(failed, deployments), levels.OfFailureRate(value));
    }

    async Task<RecoveryTime> RecoveryTimeAsync(MetricsQuery query, (string, object?)[] scope, CancellationToken cancellation)
    {
        var (median, count, open, oldest) = await OneAsync(
            "recovery_time", row => (row.Seconds(0), row.Count(1), row.Count(2), row.Instant(3)), scope, cancellation);
        var failures = await store.QueryAsync("recovery_times", row => (From: row.InstantOf(0), To: row.Instant(1)), scope, cancellation);
        var now = clock.GetUtcNow();
        var ended = failures.Where(failure => failure.To is not null).Select(failure => (failure.To!.Value - failure.From).TotalSeconds).Order().ToList();
        var estimate = KaplanMeier.Median(failures.Select(failure => (((failure.To ?? now) - failure.From).TotalSeconds, failure.To is not null)));
        ImmutableArray<double>? interval = Intervals.RanksOfMedian(ended.Count) is { } ranks ? [ended[(int)ranks.Lower - 1], ended[(int)ranks.Upper - 1]] : null;
        return new RecoveryTime(median, count, open, (now - oldest)?.TotalSeconds, estimate, interval, levels.OfRecoveryTime(median));
    }

    async Task<ReworkRate> ReworkRateAsync((string, object?)[] scope, CancellationToken cancellation)
    {
        var (value, rework, deployments) = await OneAsync("rework_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        return new ReworkRate(value, rework, deployments, value is null ? null : Intervals.OfShare(rework, deployments), null);
    }

    Task<Coverage> CoverageAsync((string, object?)[] scope, CancellationToken cancellation) => OneAsync(
        "coverage",
        row => new Coverage(
            row.Count(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5), [.. definitions.Failure.Signals.Order().Select(Rows.Word)]),
        scope, cancellation);

    async Task<(string, object?)[]> ScopeAsync(MetricsQuery query, CancellationToken cancellation) =>
    [
        ("services", await store.IdsAsync(query.Services, cancellation)), ("environment", query.Environment), ("from", query.From), ("to", query.To),
    ];

    async Task<T> OneAsync<T>(string query, Func<DbDataReader, T> row, (string, object?)[] parameters, CancellationToken cancellation) =>
        (await store.QueryAsync(query, row, parameters, cancellation))[0];

    /// <summary>The fraction at which <c>percentile_cont</c> gives the value of this rank, up to rounding.</summary>
    static double Fraction(long rank, long count) => count < 2 ? 0.5 : (rank - 1.0) / (count - 1);
}
