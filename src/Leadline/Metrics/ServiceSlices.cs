using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>One service's five numbers over whole days, each with what it is of. Null where that is nothing.</summary>
/// <param name="Trend">The same by bucket, in order.</param>
/// <param name="Repository">Of its newest deployment; null unless it was asked for.</param>
public sealed record ServiceSlice(
    OwnedService Service, string? Repository, double? PerDay, long Deployments, double? LeadSeconds, long LeadTimes,
    Percentiles Percentiles, double? FailureRate, long Failed,
    double? RecoverySeconds, long Failures, long Open, double? ReworkRate, long Rework, ImmutableArray<SlicePoint> Trend);

/// <summary>One service's five numbers over one bucket. Null where there is nothing that a number could be of.</summary>
/// <param name="Deployments">0 where there was none.</param>
public sealed record SlicePoint(
    long Deployments, double? LeadSeconds, double? FailureRate, double? RecoverySeconds, double? ReworkRate);

/// <summary>The numbers of many services, by one grouped query for each metric, however many services there are.</summary>
public static class ServiceSlices
{
    /// <param name="query">Its window consists of whole days.</param>
    public static async Task<ImmutableArray<ServiceSlice>> ReadAsync(
        Store store, Definitions definitions, ImmutableArray<OwnedService> services, MetricsQuery query, Bucket bucket,
        bool withRepositories, CancellationToken cancellation)
    {
        var whole = WholeSpans.Of(query.From, query.To, definitions.Zone, byMonth: true);
        var ids = services.Select(service => Key.Of(service.Name)).ToList();
        (string, object?)[] scope =
        [
            ("services", ids), ("scope", ids), ("environment", query.Environment), ("from", query.From), ("to", query.To),
            ("first_day", whole.FirstDay),
            ("first_month", whole.FirstMonth), ("last_month", whole.LastMonth), ("last_day", whole.LastDay),
            ("bucket", Rows.Word(bucket)),
        ];
        var (leadRules, recoveryRules) = (definitions.LeadTime, definitions.Recovery);
        var trending = store.QueryAsync(
            "services_trend",
            row =>
                (Id: row.GetInt64(0), Bucket: row.GetDateTime(1), Deployments: row.Count(2), FailureRate: row.Number(3),
                    ReworkRate: row.Number(4)), scope, edges: false, cancellation);
        var recovering = store.QueryAsync(
            StatisticRules.IsOther(recoveryRules) ? "services_recovery_time_statistic" : "services_recovery_time",
            row =>
                (Id: row.GetInt64(0), Bucket: BucketOf(row), Failures: row.Count(2), Open: row.Count(3), Median: row.Seconds(4)),
            [.. scope, .. StatisticRules.Parameters(recoveryRules)], edges: false, cancellation);
        var counts = (await store.QueryAsync(
            "services_counts",
            row =>
                (Id: row.GetInt64(0), Deployments: row.Count(1), Failed: row.Count(2), FailureRate: row.Number(3),
                    Rework: row.Count(4), ReworkRate: row.Number(5), LeadTimes: row.Count(6)),
            scope, edges: false, cancellation)).ToDictionary(row => row.Id);
        var percentiles = StatisticRules.IsOther(leadRules) ? Percentiles.Exact
            : counts.Values.Sum(row => row.LeadTimes) > MetricsReader.MostExact ? Percentiles.Estimated : Percentiles.Exact;
        var leads = (await store.QueryAsync(
            "services_lead_time_" + (StatisticRules.IsOther(leadRules) ? "statistic" : Rows.Word(percentiles)),
            row => (Id: row.GetInt64(0), Bucket: BucketOf(row), Count: row.Count(2), Median: row.Seconds(3)),
            [.. scope, .. StatisticRules.Parameters(leadRules)], edges: false, cancellation))
            .ToDictionary(row => (row.Id, row.Bucket));
        var recoveries = (await recovering).ToDictionary(row => (row.Id, row.Bucket));
        var trends = (await trending).ToDictionary(row => (row.Id, (DateTime?)row.Bucket.Date));
        var repositories = withRepositories
            ? (await store.QueryAsync(
                "services_repositories", row => (Id: row.GetInt64(0), Name: row.GetString(1)), scope, edges: false,
                cancellation)).ToDictionary(row => row.Id, row => row.Name)
            : [];
        var buckets = Buckets.Of(query.From, query.To, bucket, definitions.Zone).Select(span => (DateTime?)span.Local.Date)
            .ToList();
        var days = (query.To - query.From).TotalDays;
        var isKnowable = !definitions.Failure.Signals.IsEmpty;
        return
        [
            .. services.Select(service =>
            {
                var id = Key.Of(service.Name);
                var (count, lead, recovery) =
                    (counts.GetValueOrDefault(id), leads.GetValueOrDefault((id, null)), recoveries.GetValueOrDefault(
                        (id, null)));
                return new ServiceSlice(
                    service, repositories.GetValueOrDefault(id), count.Deployments == 0 ? null : count.Deployments / days,
                    count.Deployments,
                    lead.Median, lead.Count, percentiles, isKnowable ? count.FailureRate : null, count.Failed,
                    recovery.Median, recovery.Failures, recovery.Open, count.ReworkRate, count.Rework,
                    [.. buckets.Select(Point)]);

                SlicePoint Point(DateTime? day)
                {
                    var (of, lead, recovery) =
                        (trends.GetValueOrDefault((id, day)), leads.GetValueOrDefault((id, day)), recoveries.GetValueOrDefault(
                            (id, day)));
                    return new(of.Deployments, lead.Median, isKnowable ? of.FailureRate : null, recovery.Median, of.ReworkRate);
                }
            }),
        ];
    }

    /// <summary>Null for the whole window.</summary>
    static DateTime? BucketOf(DbDataReader row) => row.IsDBNull(1) ? null : row.GetDateTime(1).Date;
}
