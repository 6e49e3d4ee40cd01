using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>Answers questions about the judged tables by the one SQL text of each metric.</summary>
/// <param name="mostExact">Percentiles are taken over rows up to so many of them, and above that from histograms.</param>
/// <param name="keepsAnswers">Whether the same question is answered once for all who ask it before anything is judged anew.</param>
public sealed class MetricsReader(Store store, Definitions definitions, TimeProvider clock, long mostExact = MetricsReader.MostExact, bool keepsAnswers = false)
{
    /// <summary>Where percentiles turn from exact to estimated: as many rows as the slower engine sorts while nobody waits.</summary>
    public const long MostExact = 20_000;

    readonly Levels levels = new();
    readonly AnswerCache? answers = keepsAnswers ? new(clock) : null;

    /// <summary>The five metrics with their coverage.</summary>
    public Task<MetricsReport> ReadAsync(MetricsQuery query, CancellationToken cancellation) => OnceAsync("report", query, token => FindAsync(query, token), cancellation);

    async Task<MetricsReport> FindAsync(MetricsQuery query, CancellationToken cancellation)
    {
        var scope = await ScopeAsync(query, byMonth: true, cancellation);
        var failure = ChangeFailureRateAsync(scope, cancellation);
        var frequency = DeploymentFrequencyAsync(query, scope, cancellation);
        var leadTime = LeadTimeAsync(scope, cancellation);
        var recoveryTime = RecoveryTimeAsync(scope, cancellation);
        var rework = ReworkRateAsync(scope, cancellation);
        var coverage = CoverageAsync(scope, cancellation);
        await Task.WhenAll(failure, frequency, leadTime, recoveryTime, rework, coverage);
        var services = query.Services ?? [.. (await store.OwnedServicesAsync(cancellation)).Select(service => service.Name)];
        return new MetricsReport
        {
            From = query.From,
            To = query.To,
            Timezone = definitions.Timezone,
            Definitions = DefinitionsHash.Of(definitions),
            Scope = new MetricsScope(services, query.Environment),
            Metrics = new FiveMetrics
            {
                DeploymentFrequency = await frequency,
                LeadTime = await leadTime,
                ChangeFailureRate = await failure,
                RecoveryTime = await recoveryTime,
                ReworkRate = await rework,
            },
            Coverage = await coverage,
        };
    }

    /// <summary>The five metrics, and the trend of each in the order of <see cref="MetricRules.Names"/>; they are asked for side by side.</summary>
    public async Task<(MetricsReport Report, ImmutableArray<(string Metric, ImmutableArray<SeriesPoint> Points)> Trends)> OverviewAsync(
        MetricsQuery query, Bucket bucket, CancellationToken cancellation)
    {
        var report = ReadAsync(query, cancellation);
        var trends = await Task.WhenAll(MetricRules.Names.Select(async metric => (metric, await SeriesAsync(metric, bucket, query, cancellation))));
        return (await report, [.. trends]);
    }

    /// <summary>
    /// One metric by bucket: <c>deployment_frequency</c>, <c>lead_time</c>, <c>change_failure_rate</c>, <c>recovery_time</c>, <c>rework_rate</c>.
    /// Every bucket of the window is there, in order.
    /// </summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public Task<ImmutableArray<SeriesPoint>> SeriesAsync(string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation) =>
        OnceAsync($"{metric} by {bucket}", query, token => FindSeriesAsync(metric, bucket, query, token), cancellation);

    async Task<ImmutableArray<SeriesPoint>> FindSeriesAsync(string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation)
    {
        _ = MetricRules.Of(metric);
        var scope = (await ScopeAsync(query, bucket == Bucket.Month, cancellation)).With(("bucket", Rows.Word(bucket)));
        var isTime = metric is "lead_time" or "recovery_time";
        var isOther = isTime && (metric == "lead_time" ? StatisticRules.IsOther(definitions.LeadTime) : StatisticRules.IsOther(definitions.Recovery));
        if (isOther) scope = metric == "lead_time" ? scope.With(StatisticRules.Parameters(definitions.LeadTime)) : scope.With(StatisticRules.Parameters(definitions.Recovery));
        var percentiles = isOther ? Percentiles.Exact : isTime ? PercentilesOf(await OneAsync(metric + "_count", row => row.Count(0), scope, cancellation)) : (Percentiles?)null;
        var rows = await ManyAsync(
            $"{metric}_series{(isOther ? "_statistic" : percentiles is { } method ? "_" + Rows.Word(method) : "")}",
            row => (
                Bucket: DateTime.SpecifyKind(row.GetDateTime(0), DateTimeKind.Unspecified),
                Value: isTime ? row.Seconds(1) : row.Number(1), P75: row.Seconds(2), P90: row.Seconds(3), Count: row.Count(4)),
            scope, cancellation);
        var known = rows.ToDictionary(row => row.Bucket);
        var isUnknowable = metric == "change_failure_rate" && definitions.Failure.Signals.IsEmpty;
        return
        [
            .. Buckets.Of(query.From, query.To, bucket, definitions.Zone).Select(span => known.TryGetValue(span.Local, out var row)
                ? new SeriesPoint(span.From, span.To, isUnknowable ? null : row.Value, row.P75, row.P90, row.Count, percentiles)
                : new SeriesPoint(span.From, span.To, null, null, null, 0, percentiles)),
        ];
    }

    async Task<T> OnceAsync<T>(string what, MetricsQuery query, Func<CancellationToken, Task<T>> find, CancellationToken cancellation)
    {
        if (answers is null) return await find(cancellation);
        var services = query.Services is { } named ? string.Join('\n', named) : "*";
        var question = $"{what}\n{query.From.UtcTicks}\n{query.To.UtcTicks}\n{query.Environment}\n{services}";
        return await answers.GetAsync(await store.DataVersionAsync(cancellation), question, find, cancellation);
    }

    async Task<DeploymentFrequency> DeploymentFrequencyAsync(MetricsQuery query, QueryScope scope, CancellationToken cancellation)
    {
        var weeks = Buckets.Of(query.From, query.To, Bucket.Week, definitions.Zone).Where(week => week.From >= query.From && week.IsWhole).ToList();
        var row = await OneAsync(
            "deployment_frequency", row => (Deployments: row.Count(0), PerDay: row.Number(1), Days: row.Number(2)),
            scope.With(("first_week", weeks.Count > 0 ? weeks[0].Local : DateTime.UnixEpoch), ("weeks", weeks.Count)), cancellation);
        var percentiles = PercentilesOf(row.Deployments);
        var between = await OneAsync("time_between_" + Rows.Word(percentiles), row => row.Seconds(0), scope, cancellation);
        var days = (query.To - query.From).TotalDays;
        return new DeploymentFrequency(
            row.PerDay, row.Deployments, Math.Round(days, 3), row.Deployments == 0 ? null : Intervals.OfRate(row.Deployments, days),
            row.Days, between, percentiles, levels.OfFrequency(row.PerDay));
    }

    async Task<LeadTime> LeadTimeAsync(QueryScope scope, CancellationToken cancellation)
    {
        var count = await OneAsync("lead_time_count", row => row.Count(0), scope, cancellation);
        var percentiles = PercentilesOf(count);
        var ranks = Intervals.RanksOfMedian(count);
        var row = await OneAsync(
            "lead_time_" + Rows.Word(percentiles),
            row => (Count: row.Count(0), Median: row.Seconds(1), P75: row.Seconds(2), P90: row.Seconds(3), Lower: row.Seconds(4), Upper: row.Seconds(5)),
            scope.With(("lower", Fraction(ranks?.Lower ?? 1, count)), ("upper", Fraction(ranks?.Upper ?? 1, count))), cancellation);
        ImmutableArray<double>? interval = ranks is not null && row is { Lower: { } lower, Upper: { } upper } ? [lower, upper] : null;
        var rules = definitions.LeadTime;
        var value = StatisticRules.IsOther(rules)
            ? await OneAsync("lead_time_statistic", row => row.Seconds(0), scope.With(StatisticRules.Parameters(rules)), cancellation) : row.Median;
        return new LeadTime(
            row.Median, row.P75, row.P90, row.Count, StatisticRules.IsOther(rules) ? null : interval, percentiles, levels.OfLeadTime(value), rules.Statistic, value);
    }

    async Task<ChangeFailureRate> ChangeFailureRateAsync(QueryScope scope, CancellationToken cancellation)
    {
        var (share, failed, deployments) = await OneAsync("change_failure_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        var value = definitions.Failure.Signals.IsEmpty ? null : share;
        return new ChangeFailureRate(value, failed, deployments, value is null || definitions.Failure.Rate == FailureRateOf.Incidents ? null : Intervals.OfShare(Math.Min(failed, deployments), deployments), levels.OfFailureRate(value));
    }

    async Task<RecoveryTime> RecoveryTimeAsync(QueryScope scope, CancellationToken cancellation)
    {
        if (StatisticRules.IsOther(definitions.Recovery)) return await OtherRecoveryTimeAsync(definitions.Recovery, scope, cancellation);
        var count = await OneAsync("recovery_time_count", row => row.Count(0), scope, cancellation);
        var percentiles = PercentilesOf(count);
        var median = await OneAsync("recovery_time_" + Rows.Word(percentiles), row => row.Seconds(0), scope, cancellation);
        var ended = (await ManyAsync(
            "recovery_time_spans_" + Rows.Word(percentiles), row => (Seconds: row.Number(0)!.Value, Count: row.Count(1)), scope, cancellation)).ToList();
        var now = clock.GetUtcNow();
        var open = (await ManyAsync("recovery_time_open", row => (now - row.InstantOf(0)).TotalSeconds, scope, cancellation)).ToList();
        var estimate = KaplanMeier.Median(ended.Select(span => (span.Seconds, span.Count, true)).Concat(open.Select(age => (age, 1L, false))));
        ImmutableArray<double>? interval = Intervals.RanksOfMedian(ended.Sum(span => span.Count)) is { } ranks ? [At(ended, ranks.Lower), At(ended, ranks.Upper)] : null;
        return new RecoveryTime(
            median, count, open.Count, open.Count == 0 ? null : open.Max(), estimate, interval, percentiles, levels.OfRecoveryTime(median), Statistic.Median, median);
    }

    /// <summary>Of incidents by themselves, or another statistic: without an interval, and what is open is counted alone.</summary>
    async Task<RecoveryTime> OtherRecoveryTimeAsync(RecoveryRules rules, QueryScope scope, CancellationToken cancellation)
    {
        var (value, count, open, oldest) = await OneAsync(
            "recovery_time_statistic", row => (row.Seconds(0), row.Count(1), row.Count(2), row.Instant(3)), scope.With(StatisticRules.Parameters(rules)), cancellation);
        var median = rules.Statistic == Statistic.Median ? value
            : await OneAsync("recovery_time_statistic", row => row.Seconds(0), scope.With(StatisticRules.Parameters(rules with { Statistic = Statistic.Median })), cancellation);
        return new RecoveryTime(
            median, count, open, (clock.GetUtcNow() - oldest)?.TotalSeconds, null, null, Percentiles.Exact, levels.OfRecoveryTime(value), rules.Statistic, value);
    }

    async Task<ReworkRate> ReworkRateAsync(QueryScope scope, CancellationToken cancellation)
    {
        var (value, rework, deployments) = await OneAsync("rework_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        return new ReworkRate(value, rework, deployments, value is null ? null : Intervals.OfShare(rework, deployments), null);
    }

    Task<Coverage> CoverageAsync(QueryScope scope, CancellationToken cancellation) => OneAsync(
        "coverage",
        row => new Coverage(
            row.Count(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5), row.Count(6), row.Count(7), row.Count(8), row.Count(9),
            [.. definitions.Failure.Signals.Order().Select(Rows.Word)]),
        scope, cancellation);

    /// <summary>The parameters that say which services, where and when; queries take of them what they need.</summary>
    internal async Task<QueryScope> ScopeAsync(MetricsQuery query, bool byMonth, CancellationToken cancellation)
    {
        var whole = WholeSpans.Of(query.From, query.To, definitions.Zone, byMonth);
        var services = await store.IdsAsync(query.Services, cancellation);
        return new QueryScope(whole.HasEdges(query.From, query.To),
        [
            ("services", services), ("scope", query.Services is null ? [Rollup.AllServices] : services), ("environment", query.Environment),
            ("from", query.From), ("to", query.To), ("head_to", whole.HeadTo), ("tail_from", whole.TailFrom),
            ("first_day", whole.FirstDay), ("first_month", whole.FirstMonth), ("last_month", whole.LastMonth), ("last_day", whole.LastDay),
        ]);
    }

    async Task<T> OneAsync<T>(string query, Func<DbDataReader, T> row, QueryScope scope, CancellationToken cancellation) =>
        (await ManyAsync(query, row, scope, cancellation))[0];

    Task<ImmutableArray<T>> ManyAsync<T>(string query, Func<DbDataReader, T> row, QueryScope scope, CancellationToken cancellation) =>
        store.QueryAsync(query, row, scope.Parameters, scope.HasEdges, cancellation);

    Percentiles PercentilesOf(long count) => count > mostExact ? Percentiles.Estimated : Percentiles.Exact;

    /// <summary>The value of this rank, from 1, of spans in order.</summary>
    static double At(List<(double Seconds, long Count)> spans, long rank)
    {
        foreach (var (seconds, count) in spans)
            if ((rank -= count) <= 0) return seconds;
        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    /// <summary>The fraction at which <c>percentile_cont</c> gives the value of this rank, up to rounding.</summary>
    static double Fraction(long rank, long count) => count < 2 ? 0.5 : (rank - 1.0) / (count - 1);
}

/// <summary>What the parameters of a metric's query are for one question.</summary>
/// <param name="HasEdges">Whether the window has more than whole days.</param>
sealed record QueryScope(bool HasEdges, (string Name, object? Value)[] Parameters)
{
    public QueryScope With(params ReadOnlySpan<(string, object?)> more) => this with { Parameters = [.. Parameters, .. more] };
}
