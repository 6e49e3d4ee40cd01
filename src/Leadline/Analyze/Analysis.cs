using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Git;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Analyze;

/// <summary>
/// One repository measured from its git history alone: the shape of the API's answer, with the trend and the last deployments.
/// </summary>
public sealed record Analysis
{
    public required string Path { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required string Timezone { get; init; }
    public required string Definitions { get; init; }
    public required string Edition { get; init; }
    public required MetricsScope Scope { get; init; }
    public required FiveMetrics Metrics { get; init; }
    public required Coverage Coverage { get; init; }
    public required ImmutableSortedDictionary<string, string> Because { get; init; }

    /// <summary>What limits the numbers, in sentences.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>A month each.</summary>
    public required ImmutableArray<TrendMonth> Trend { get; init; }

    /// <summary>Newest first.</summary>
    public required ImmutableArray<LedgerEntry> Deployments { get; init; }

    /// <summary>Reads, judges and measures.</summary>
    /// <exception cref="GitException">The repository gives nothing to measure; the message says why.</exception>
    public static async Task<Analysis> OfAsync(
        AnalysisQuery query, TimeProvider clock, GitHistory.Progress? progress, CancellationToken cancellation)
    {
        // The engine starts while git reads.
        var opening = Store.OpenAsync("duckdb::memory:", cancellation);
        GitHistory history;
        try
        {
            history = await GitHistory.ReadAsync(query.Path, query.Service, query.Git, clock, progress, cancellation);
        }
        catch
        {
            await (await opening).DisposeAsync();
            throw;
        }

        // git knows one environment; how leadline.yaml maps the names of others must not hide it.
        var definitions = query.Definitions with { Environments = [EnvironmentDefinition.Production] };
        var judgement = Correlator.Judge(
            new ServiceFacts { Service = history.Service, Commits = history.Commits, Deployments = history.Deployments },
            definitions);
        await using var store = await opening;
        await store.SaveJudgementAsync(new ServiceDefinition { Name = history.Service }, judgement, null, cancellation);
        var newest = history.Deployments.Max(deployment => deployment.FinishedAt!.Value);
        var to = query.To ?? newest.AddSeconds(1);
        var from = query.From
            ?? (query.All ? history.Deployments.Min(deployment => deployment.FinishedAt!.Value) : to.AddMonths(-12));
        if (from >= to)
            throw new GitException(
                $"the window from {from:yyyy-MM-dd} to {to:yyyy-MM-dd} is empty: name others with --from and --to");
        var window = new MetricsQuery(null, EnvironmentName.Production.Value, from, to);
        var reader = new MetricsReader(store, definitions, clock, levels: query.Levels);
        var report = await reader.ReadAsync(window, cancellation);
        return new Analysis
        {
            Path = query.Path,
            From = report.From,
            To = report.To,
            Timezone = report.Timezone,
            Definitions = report.Definitions,
            Edition = report.Edition,
            Scope = report.Scope,
            Metrics = report.Metrics,
            Coverage = report.Coverage,
            Because = report.Because,
            Notes = [.. history.Notes, .. NotesOf(judgement, window, newest)],
            Trend = await TrendAsync(reader, window, cancellation),
            Deployments = (await store.LedgerAsync(new RowsQuery(window, Limit: 20), cancellation)).Items,
        };
    }

    static IEnumerable<string> NotesOf(Judgement judgement, MetricsQuery window, DateTimeOffset newest)
    {
        var negative = judgement.Shipped.Count(
            change => change.LeadSeconds < 0 && change.DeployedAt >= window.From && change.DeployedAt < window.To);
        if (negative > 0)
            yield return $"{GitHistory.Counted(negative, "commit")} dated after the deployment that ships them: a clock was "
                + "wrong, and these lead times are negative";
        if (judgement.Shipped.Any() && judgement.Shipped.All(change => change.LeadSeconds is null)
            && judgement.Shipped.Any(change => change.NotCountedBecause == "it belongs to no change"))
            yield return "leadline.yaml measures lead time by changes (pull or merge requests), which git does not know: with "
                + "unit commit and start authored or committed it can be measured here";
        if (newest < window.From) yield return $"the newest deployment, of {newest:yyyy-MM-dd}, lies before this window";
    }

    static async Task<ImmutableArray<TrendMonth>> TrendAsync(
        MetricsReader reader, MetricsQuery window, CancellationToken cancellation)
    {
        var frequency = await reader.SeriesAsync("deployment_frequency", Bucket.Month, window, cancellation);
        var lead = await reader.SeriesAsync("lead_time", Bucket.Month, window, cancellation);
        var failure = await reader.SeriesAsync("change_failure_rate", Bucket.Month, window, cancellation);
        var recovery = await reader.SeriesAsync("recovery_time", Bucket.Month, window, cancellation);
        var rework = await reader.SeriesAsync("rework_rate", Bucket.Month, window, cancellation);
        return [
            .. frequency.Select((month, i) =>
                new TrendMonth(
                    month.From, month.To, month.Count, lead[i].Value, lead[i].Count, failure[i].Value, recovery[i].Value,
                    rework[i].Value)),
        ];
    }
}

public sealed record AnalysisQuery(
    string Path, string? Service, GitQuery Git, DateTimeOffset? From, DateTimeOffset? To, bool All, Definitions Definitions,
    Levels? Levels = null);

public sealed record TrendMonth(
    DateTimeOffset From, DateTimeOffset To, long Deployments, double? LeadTimeMedianSeconds, long LeadTimes,
    double? ChangeFailureRate,
    double? RecoveryMedianSeconds, double? ReworkRate);
