using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Web;

namespace Leadline.WhatIf;

/// <summary>One of the five numbers under both definitions: a rate a day, seconds, or a share.</summary>
/// <param name="Difference">Null where either is.</param>
/// <param name="CountBefore">How many rows it is made of.</param>
public sealed record MetricDifference(
    string Metric, double? Before, double? After, double? Difference, long CountBefore, long CountAfter);

/// <summary>How many rows moved, by what became of them.</summary>
public sealed record MovedCount(Move Move, int Count);

/// <summary>
/// A scope's numbers under the definitions in force and under others, and every row that makes the difference.
/// </summary>
/// <param name="Rules">The keys that differ, with their values.</param>
/// <param name="Moved">Over all rows, also those that are not listed.</param>
/// <param name="Rows">As many as were asked for.</param>
public sealed record WhatIfReport(
    ImmutableArray<RuleChange> Rules, MetricsReport InForce, MetricsReport Other, ImmutableArray<MetricDifference> Differences,
    ImmutableArray<MovedCount> Moved,
    ImmutableArray<MovedRow> Rows)
{
    /// <summary>The most rows that are listed where nobody asks for another number.</summary>
    public const int Listed = 50;

    /// <param name="judging">What judges.</param>
    /// <param name="inForce">The definitions in force.</param>
    /// <param name="other">Those that might be.</param>
    /// <param name="query">The scope and window.</param>
    /// <param name="limit">The most rows listed.</param>
    /// <exception cref="FormatException">The scope has too many services, or the other definitions do not have its
    /// environment.</exception>
    public static async Task<WhatIfReport> OfAsync(
        JudgingAgain judging, Definitions inForce, Definitions other, MetricsQuery query, int limit,
        CancellationToken cancellation)
    {
        if (await judging.JudgeAsync(query, [inForce, other], cancellation) is not [var before, var after])
            throw new InvalidOperationException("two were asked for");
        var rows = Moves.Between(before.Services, after.Services, query);
        return new WhatIfReport(
            RulesInForce.Changes(DefinitionsHash.Canonical(inForce), DefinitionsHash.Canonical(other)), before.Report,
            after.Report,
            Difference(before.Report.Metrics, after.Report.Metrics),
            [.. rows.CountBy(row => row.Move).OrderBy(pair => pair.Key).Select(pair => new MovedCount(pair.Key, pair.Value))],
            [.. rows.Take(limit)]);
    }

    static ImmutableArray<MetricDifference> Difference(FiveMetrics before, FiveMetrics after) =>
    [
        .. Numbers(before).Zip(Numbers(after), static (was, has) =>
            new MetricDifference(was.Metric, was.Value, has.Value, has.Value - was.Value, was.Count, has.Count)),
    ];

    static IEnumerable<(string Metric, double? Value, long Count)> Numbers(FiveMetrics metrics) =>
    [
        ("deployment_frequency", metrics.DeploymentFrequency.PerDay, metrics.DeploymentFrequency.Deployments),
        ("lead_time", metrics.LeadTime.ValueSeconds, metrics.LeadTime.Count),
        ("change_failure_rate", metrics.ChangeFailureRate.Value, metrics.ChangeFailureRate.Deployments),
        ("recovery_time", metrics.RecoveryTime.ValueSeconds, metrics.RecoveryTime.Count),
        ("rework_rate", metrics.ReworkRate.Value, metrics.ReworkRate.Deployments),
    ];
}
