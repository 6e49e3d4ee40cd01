using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>Answers questions about the judged tables by the one SQL text of each metric.</summary>
/// <param name="mostExact">Percentiles are taken over rows up to so many of them, and above that from histograms.</param>
/// <param name="keepsAnswers">Whether the same question is answered once for all who ask it before anything is judged
/// anew.</param>
/// <param name="levels">Whose levels stand beside the numbers; those of the default edition where it is left out.</param>
public sealed class MetricsReader(
    Store store, Definitions definitions, TimeProvider clock, long mostExact = MetricsReader.MostExact,
    bool keepsAnswers = false, Levels? levels = null)
{
    /// <summary>
    /// Where percentiles turn from exact to estimated: as many rows as the slower engine sorts while nobody waits.
    /// </summary>
    public const long MostExact = 20_000;

    readonly AnswerCache? answers = keepsAnswers ? new(clock) : null;

    /// <summary>So many rows are looked at one by one at the most.</summary>
    internal long MostRows => mostExact;

    /// <summary>Those that stand beside the numbers.</summary>
    public Levels Levels { get; } = levels ?? Levels.Default;

    /// <summary>The five metrics with their coverage.</summary>
    public Task<MetricsReport> ReadAsync(MetricsQuery query, CancellationToken cancellation) =>
        OnceAsync("report", query, token => FindAsync(query, token), cancellation);

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
        var metrics = new FiveMetrics
        {
            DeploymentFrequency = await frequency,
            LeadTime = await leadTime,
            ChangeFailureRate = await failure,
            RecoveryTime = await recoveryTime,
            ReworkRate = await rework,
        };
        return new MetricsReport
        {
            From = query.From,
            To = query.To,
            Timezone = definitions.Timezone,
            Definitions = DefinitionsHash.Of(definitions),
            Edition = Levels.Edition.Id,
            Scope = new MetricsScope(services, query.Environment),
            Metrics = metrics,
            Coverage = await coverage,
            Because = NullReasons.Of(metrics, await coverage, Levels, definitions),
        };
    }

    /// <summary>
    /// The five metrics, and the trend of each with the shifts of its level in the order of <see cref="MetricRules.Names"/>;
    /// they are asked for side by side.
    /// </summary>
    public async Task<(MetricsReport Report, ImmutableArray<(string Metric, ImmutableArray<SeriesPoint> Points)> Trends,
        ImmutableArray<LevelHistory> Histories)> OverviewAsync(
        MetricsQuery query, Bucket bucket, CancellationToken cancellation)
    {
        var report = ReadAsync(query, cancellation);
        var trends = await Task.WhenAll(
            MetricRules.Names.Select(async metric => (metric, await SeriesAsync(metric, bucket, query, cancellation))));
        var histories = await Task.WhenAll(MetricRules.Names.Select(metric => LevelsOverTimeAsync(metric, query, cancellation)));
        return (await report, [.. trends], [.. histories]);
    }

    /// <summary>
    /// One metric by bucket: <c>deployment_frequency</c>, <c>lead_time</c>, <c>change_failure_rate</c>, <c>recovery_time</c>,
    /// <c>rework_rate</c>. Every bucket of the window is there, in order.
    /// </summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public Task<ImmutableArray<SeriesPoint>> SeriesAsync(
        string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation) =>
        OnceAsync($"{metric} by {bucket}", query, token => FindSeriesAsync(metric, bucket, query, token), cancellation);

    async Task<ImmutableArray<SeriesPoint>> FindSeriesAsync(
        string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation)
    {
        MetricRules.Check(metric);
        var scope = (await ScopeAsync(query, bucket == Bucket.Month, cancellation)).With(("bucket", Rows.Word(bucket)));
        var isTime = metric is "lead_time" or "recovery_time";
        var isOther = isTime
            && (metric == "lead_time" ? StatisticRules.IsOther(definitions.LeadTime)
                : StatisticRules.IsOther(definitions.Recovery));
        if (isOther)
            scope = metric == "lead_time" ? scope.With(StatisticRules.Parameters(definitions.LeadTime))
                : scope.With(StatisticRules.Parameters(definitions.Recovery));
        var percentiles = isOther ? Percentiles.Exact : isTime
            ? PercentilesOf(await OneAsync(metric + "_count", row => row.Count(0), scope, cancellation)) : (Percentiles?)null;
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
            .. Buckets.Of(query.From, query.To, bucket, definitions.Zone)
                .Select(span => known.TryGetValue(span.Local, out var row)
                    ? new SeriesPoint(
                        span.From, span.To, isUnknowable ? null : row.Value, row.P75, row.P90, row.Count, percentiles)
                    : new SeriesPoint(span.From, span.To, null, null, null, 0, percentiles)),
        ];
    }

    /// <summary>
    /// By how much the times of one window are shifted against those of another: of the rows themselves, or of histograms where
    /// either window has many.
    /// </summary>
    public Task<TimeShifts> ShiftsAsync(MetricsQuery query, MetricsQuery before, CancellationToken cancellation) => OnceAsync(
        $"shifts against {before.From.UtcTicks} to {before.To.UtcTicks}", query,
        async token =>
            new TimeShifts(
                await ShiftAsync("lead_time", query, before, token), await ShiftAsync("recovery_time", query, before, token)),
                cancellation);

    /// <summary>In which weeks the level of one metric shifted.</summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    public Task<LevelHistory> LevelsOverTimeAsync(string metric, MetricsQuery query, CancellationToken cancellation) =>
        OnceAsync(
            $"levels of {metric}", query, async token => LevelHistory.Of(metric, await WeeksAsync(metric, query, token)),
            cancellation);

    /// <summary>What one metric was in each whole week of the window, in order.</summary>
    /// <exception cref="FormatException">There is no such metric.</exception>
    internal async Task<List<LevelWeek>> WeeksAsync(string metric, MetricsQuery query, CancellationToken cancellation)
    {
        MetricRules.Check(metric);
        var weeks = Buckets.Of(query.From, query.To, Bucket.Week, definitions.Zone).Where(week => week.IsWhole);
        if (metric is not ("lead_time" or "recovery_time"))
        {
            var points = (await SeriesAsync(metric, Bucket.Week, query, cancellation)).ToDictionary(point => point.From);
            return [.. weeks.Select(week => points[week.From]).Select(point => new LevelWeek(
                point.From, metric == "change_failure_rate" && point.Value is null ? 0 : point.Count,
                (long)Math.Round((point.Value ?? 0) * point.Count)))];
        }

        var scope = (await ScopeAsync(query, byMonth: false, cancellation)).With(("bucket", Rows.Word(Bucket.Week)));
        var bins =
            (await ManyAsync(
                metric + "_bins", row => (Week: row.GetDateTime(0).Date, Bin: row.GetInt32(1), Count: row.Count(2)), scope,
                cancellation))
                .ToLookup(row => row.Week, row => (LogHistogram.SecondsOf(row.Bin), row.Count));
        return [
            .. weeks.Select(week => (week.From, Times: Sample.Of(bins[week.Local.Date])))
                .Select(week => new LevelWeek(week.From, week.Times.Count, Times: week.Times)),
        ];
    }

    async Task<TimeShift?> ShiftAsync(string metric, MetricsQuery query, MetricsQuery before, CancellationToken cancellation)
    {
        QueryScope[] scopes =
        [
            await ScopeAsync(query, byMonth: true, cancellation), await ScopeAsync(before, byMonth: true, cancellation),
        ];
        var counts = await Task.WhenAll(
            scopes.Select(scope => OneAsync(metric + "_count", row => row.Count(0), scope, cancellation)));
        if (counts.Contains(0)) return null;
        var percentiles = PercentilesOf(counts.Max());
        var samples = await Task.WhenAll(scopes.Select(async scope => Sample.Of(await ManyAsync(
            $"{metric}_spans_{Rows.Word(percentiles)}", row => (row.Seconds(0)!.Value, row.Count(1)), scope, cancellation))));
        return TimeShift.Of(samples[0], samples[1], percentiles);
    }

    /// <summary>Answers once for all who ask the same, where answers are kept.</summary>
    internal async Task<T> OnceAsync<T>(
        string what, MetricsQuery query, Func<CancellationToken, Task<T>> find, CancellationToken cancellation)
    {
        if (answers is null) return await find(cancellation);
        var services = query.Services is { } named ? string.Join('\n', named) : "*";
        var question = $"{what}\n{query.From.UtcTicks}\n{query.To.UtcTicks}\n{query.Environment}\n{services}";
        return await answers.GetAsync(await store.DataVersionAsync(cancellation), question, find, cancellation);
    }

    async Task<DeploymentFrequency> DeploymentFrequencyAsync(
        MetricsQuery query, QueryScope scope, CancellationToken cancellation)
    {
        var weeks = Buckets.Of(query.From, query.To, Bucket.Week, definitions.Zone)
            .Where(week => week.From >= query.From && week.IsWhole).ToList();
        var row = await OneAsync(
            "deployment_frequency", row => (Deployments: row.Count(0), PerDay: row.Number(1), Days: row.Number(2)),
            scope.With(("first_week", weeks.Count > 0 ? weeks[0].Local : DateTime.UnixEpoch), ("weeks", weeks.Count)),
            cancellation);
        var percentiles = PercentilesOf(row.Deployments);
        var between = await OneAsync("time_between_" + Rows.Word(percentiles), row => row.Seconds(0), scope, cancellation);
        var days = (query.To - query.From).TotalDays;
        var interval = row.Deployments == 0 ? null : Intervals.OfRate(row.Deployments, days);
        var deployDays = Levels.NeedDeployDays ? await DeployDaysAsync(query, scope, cancellation) : null;
        return new DeploymentFrequency(
            row.PerDay, row.Deployments, Math.Round(days, 3), interval, row.Days, between, percentiles,
            Levels.OfFrequency(row.PerDay, interval, deployDays));
    }

    async Task<DeployDays> DeployDaysAsync(MetricsQuery query, QueryScope scope, CancellationToken cancellation) =>
        DeployDays.Of(
            await ManyAsync(
                "deploy_days", row => DateTime.SpecifyKind(row.GetDateTime(0), DateTimeKind.Unspecified), scope, cancellation),
                query.From, query.To, definitions.Zone);

    /// <summary>On how many days of a week and month something was deployed.</summary>
    public async Task<DeployDays> DeployDaysAsync(MetricsQuery query, CancellationToken cancellation) =>
        await DeployDaysAsync(query, await ScopeAsync(query, byMonth: false, cancellation), cancellation);

    async Task<LeadTime> LeadTimeAsync(QueryScope scope, CancellationToken cancellation)
    {
        var count = await OneAsync("lead_time_count", row => row.Count(0), scope, cancellation);
        var percentiles = PercentilesOf(count);
        var ranks = Intervals.RanksOfMedian(count);
        var row = await OneAsync(
            "lead_time_" + Rows.Word(percentiles),
            row =>
                (Count: row.Count(0), Median: row.Seconds(1), P75: row.Seconds(2), P90: row.Seconds(3), Lower: row.Seconds(4),
                    Upper: row.Seconds(5)),
            scope.With(("lower", Fraction(ranks?.Lower ?? 1, count)), ("upper", Fraction(ranks?.Upper ?? 1, count))),
            cancellation);
        ImmutableArray<double>? interval = ranks is not null && row is { Lower: { } lower, Upper: { } upper } ? [lower, upper]
            : null;
        var rules = definitions.LeadTime;
        var value = StatisticRules.IsOther(rules)
            ? await OneAsync(
                "lead_time_statistic", row => row.Seconds(0), scope.With(StatisticRules.Parameters(rules)),
                cancellation) : row.Median;
        if (StatisticRules.IsOther(rules)) interval = null;
        return new LeadTime(
            row.Median, row.P75, row.P90, row.Count, interval, percentiles, Levels.Of("lead_time", value, interval),
            rules.Statistic, value);
    }

    async Task<ChangeFailureRate> ChangeFailureRateAsync(QueryScope scope, CancellationToken cancellation)
    {
        var (share, failed, deployments) = await OneAsync(
            "change_failure_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        var value = definitions.Failure.Signals.IsEmpty ? null : share;
        var interval = value is null || definitions.Failure.Rate == FailureRateOf.Incidents ? null
            : Intervals.OfShare(Math.Min(failed, deployments), deployments);
        return new ChangeFailureRate(value, failed, deployments, interval, Levels.Of("change_failure_rate", value, interval));
    }

    async Task<RecoveryTime> RecoveryTimeAsync(QueryScope scope, CancellationToken cancellation)
    {
        if (StatisticRules.IsOther(definitions.Recovery))
            return await OtherRecoveryTimeAsync(definitions.Recovery, scope, cancellation);
        var count = await OneAsync("recovery_time_count", row => row.Count(0), scope, cancellation);
        var percentiles = PercentilesOf(count);
        var median = await OneAsync("recovery_time_" + Rows.Word(percentiles), row => row.Seconds(0), scope, cancellation);
        var ended = (await ManyAsync(
            "recovery_time_spans_" + Rows.Word(percentiles), row => (Seconds: row.Number(0)!.Value, Count: row.Count(1)), scope,
            cancellation)).ToList();
        var now = clock.GetUtcNow();
        var open =
            (await ManyAsync("recovery_time_open", row => (now - row.InstantOf(0)).TotalSeconds, scope, cancellation)).ToList();
        var estimate = KaplanMeier.Median(
            ended.Select(span => (span.Seconds, span.Count, true)).Concat(open.Select(age => (age, 1L, false))));
        ImmutableArray<double>? interval = Intervals.RanksOfMedian(ended.Sum(span => span.Count)) is { } ranks
            ? [At(ended, ranks.Lower), At(ended, ranks.Upper)] : null;
        return new RecoveryTime(
            median, count, open.Count, open.Count == 0 ? null : open.Max(), estimate, interval, percentiles,
            Levels.Of("recovery_time", median, interval), Statistic.Median, median);
    }

    /// <summary>
    /// Of incidents by themselves, or another statistic: without an interval, and what is open is counted alone.
    /// </summary>
    async Task<RecoveryTime> OtherRecoveryTimeAsync(RecoveryRules rules, QueryScope scope, CancellationToken cancellation)
    {
        var (value, count, open, oldest) = await OneAsync(
            "recovery_time_statistic", row => (row.Seconds(0), row.Count(1), row.Count(2), row.Instant(3)),
            scope.With(StatisticRules.Parameters(rules)), cancellation);
        var median = rules.Statistic == Statistic.Median ? value
            : await OneAsync(
                "recovery_time_statistic", row => row.Seconds(0),
                scope.With(StatisticRules.Parameters(rules with { Statistic = Statistic.Median })), cancellation);
        return new RecoveryTime(
            median, count, open, (clock.GetUtcNow() - oldest)?.TotalSeconds, null, null, Percentiles.Exact,
            Levels.Of("recovery_time", value, null), rules.Statistic, value);
    }

    async Task<ReworkRate> ReworkRateAsync(QueryScope scope, CancellationToken cancellation)
    {
        var (value, rework, deployments) = await OneAsync(
            "rework_rate", row => (row.Number(0), row.Count(1), row.Count(2)), scope, cancellation);
        var interval = value is null ? null : Intervals.OfShare(rework, deployments);
        return new ReworkRate(value, rework, deployments, interval, Levels.Of("rework_rate", value, interval));
    }

    Task<Coverage> CoverageAsync(QueryScope scope, CancellationToken cancellation) => OneAsync(
        "coverage",
        row => new Coverage(
            row.Count(0), row.Count(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5), row.Count(6), row.Count(7),
            row.Count(8), row.Count(9),
            [.. definitions.Failure.Signals.Order().Select(Rows.Word)]),
        scope, cancellation);

    /// <summary>The parameters that say which services, where and when; queries take of them what they need.</summary>
    internal async Task<QueryScope> ScopeAsync(MetricsQuery query, bool byMonth, CancellationToken cancellation)
    {
        var whole = WholeSpans.Of(query.From, query.To, definitions.Zone, byMonth);
        var services = await store.IdsAsync(query.Services, cancellation);
        return new QueryScope(whole.HasEdges(query.From, query.To),
        [
            ("services", services), ("scope", query.Services is null ? new List<long> { Rollup.AllServices } : services),
            ("environment", query.Environment),
            ("from", query.From), ("to", query.To), ("head_to", whole.HeadTo), ("tail_from", whole.TailFrom),
            ("first_day", whole.FirstDay), ("first_month", whole.FirstMonth), ("last_month", whole.LastMonth),
            ("last_day", whole.LastDay),
        ]);
    }

    async Task<T> OneAsync<T>(string query, Func<DbDataReader, T> row, QueryScope scope, CancellationToken cancellation) =>
        (await ManyAsync(query, row, scope, cancellation))[0];

    Task<ImmutableArray<T>> ManyAsync<T>(
        string query, Func<DbDataReader, T> row, QueryScope scope, CancellationToken cancellation) =>
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
