using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>One service's five numbers over whole days, each with what it is of. Null where that is nothing.</summary>
/// <param name="Trend">Deployments by bucket, in order; 0 where there was none.</param>
/// <param name="Repository">Of its newest deployment; null unless it was asked for.</param>
public sealed record ServiceSlice(
    OwnedService Service, string? Repository, double? PerDay, long Deployments, double? LeadSeconds, long LeadTimes, Percentiles Percentiles, double? FailureRate, long Failed,
    double? RecoverySeconds, long Failures, long Open, double? ReworkRate, long Rework, ImmutableArray<long> Trend);

/// <summary>The numbers of many services, by one grouped query for each metric, however many services there are.</summary>
public static class ServiceSlices
{
    /// <param name="query">Its window consists of whole days.</param>
    public static async Task<ImmutableArray<ServiceSlice>> ReadAsync(
        Store store, Definitions definitions, ImmutableArray<OwnedService> services, MetricsQuery query, Bucket bucket, bool withRepositories, CancellationToken cancellation)
    {
        var whole = WholeSpans.Of(query.From, query.To, definitions.Zone, byMonth: true);
        var ids = services.Select(service => Key.Of(service.Name)).ToList();
        (string, object?)[] scope =
        [
            ("services", ids), ("scope", ids), ("environment", query.Environment), ("from", query.From), ("to", query.To), ("first_day", whole.FirstDay),
            ("first_month", whole.FirstMonth), ("last_month", whole.LastMonth), ("last_day", whole.LastDay), ("bucket", Rows.Word(bucket)),
        ];
        var (leadRules, recoveryRules) = (definitions.LeadTime, definitions.Recovery);
        var trending = store.QueryAsync(
            "services_trend", row => (Id: row.GetInt64(0), Bucket: row.GetDateTime(1), Deployments: row.Count(2)), scope, edges: false, cancellation);
        var recovering = store.QueryAsync(
            StatisticRules.IsOther(recoveryRules) ? "services_recovery_time_statistic" : "services_recovery_time",
            row => (Id: row.GetInt64(0), Failures: row.Count(1), Open: row.Count(2), Median: row.Seconds(3)), [.. scope, .. StatisticRules.Parameters(recoveryRules)], edges: false, cancellation);
        var counts = (await store.QueryAsync(
            "services_counts",
            row => (Id: row.GetInt64(0), Deployments: row.Count(1), Failed: row.Count(2), FailureRate: row.Number(3), Rework: row.Count(4), ReworkRate: row.Number(5), LeadTimes: row.Count(6)),
            scope, edges: false, cancellation)).ToDictionary(row => row.Id);
        var percentiles = StatisticRules.IsOther(leadRules) ? Percentiles.Exact : counts.Values.Sum(row => row.LeadTimes) > MetricsReader.MostExact ? Percentiles.Estimated : Percentiles.Exact;
        var leads = (await store.QueryAsync(
            "services_lead_time_" + (StatisticRules.IsOther(leadRules) ? "statistic" : Rows.Word(percentiles)), row => (Id: row.GetInt64(0), Count: row.Count(1), Median: row.Seconds(2)),
            [.. scope, .. StatisticRules.Parameters(leadRules)], edges: false, cancellation))
            .ToDictionary(row => row.Id);
        var recoveries = (await recovering).ToDictionary(row => row.Id);
        var trends = (await trending).ToDictionary(row => (row.Id, row.Bucket.Date), row => row.Deployments);
        var repositories = withRepositories
            ? (await store.QueryAsync("services_repositories", row => (Id: row.GetInt64(0), Name: row.GetString(1)), scope, edges: false, cancellation)).ToDictionary(row => row.Id, row => row.Name)
            : [];
        var buckets = Buckets.Of(query.From, query.To, bucket, definitions.Zone).Select(span => span.Local.Date).ToList();
        var days = (query.To - query.From).TotalDays;
        return
        [
            .. services.Select(service =>
            {
                var id = Key.Of(service.Name);
                var (count, lead, recovery) = (counts.GetValueOrDefault(id), leads.GetValueOrDefault(id), recoveries.GetValueOrDefault(id));
                return new ServiceSlice(
                    service, repositories.GetValueOrDefault(id), count.Deployments == 0 ? null : count.Deployments / days, count.Deployments,
                    lead.Median, lead.Count, percentiles, definitions.Failure.Signals.IsEmpty ? null : count.FailureRate, count.Failed,
                    recovery.Median, recovery.Failures, recovery.Open, count.ReworkRate, count.Rework,
                    [.. buckets.Select(day => trends.GetValueOrDefault((id, day)))]);
            }),
        ];
    }
}
