using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>One metric as a tile shows it. Every text is ready to be read.</summary>
/// <param name="Metric">Its name on the wire.</param>
/// <param name="Value">Null where there is nothing to compute it from.</param>
/// <param name="Interval">Null where the rows are too few for one.</param>
/// <param name="Rows">What the number is made of, counted.</param>
public sealed record MetricTile(
    string Metric, string? Value, string? Interval, string Rows, ImmutableArray<string>? Levels, string Meaning)
{
    public string Name => FiveTiles.Names[Metric];

    /// <summary>Why more than one level stands; null where one does, or none.</summary>
    public string? NoLevel { get; init; }
}

/// <summary>The five metrics of a report as tiles and as a sentence.</summary>
public static class FiveTiles
{
    /// <summary>What the metrics are called, by their names on the wire.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["deployment_frequency"] = "Deployment frequency",
        ["lead_time"] = "Lead time for changes",
        ["change_failure_rate"] = "Change failure rate",
        ["recovery_time"] = "Recovery time",
        ["rework_rate"] = "Rework",
    };

    public static IReadOnlyList<MetricTile> Of(MetricsReport report)
    {
        var (frequency, lead, failure, recovery, rework) =
            (report.Metrics.DeploymentFrequency, report.Metrics.LeadTime, report.Metrics.ChangeFailureRate,
                report.Metrics.RecoveryTime, report.Metrics.ReworkRate);
        MetricTile[] tiles =
        [
            new("deployment_frequency", Shown.Rate(frequency.PerDay), Shown.Between(frequency.Interval, frequency.PerDay),
                Shown.Count(frequency.Deployments, "deployment"), frequency.Levels,
                frequency.DeployDaysPerWeek is { } days ? $"On {days:0.#} days of a typical week."
                    : "Deployments that succeeded, per day of the window."),
            new("lead_time", Shown.Span(lead.ValueSeconds, lead.Percentiles), Shown.Between(lead.IntervalSeconds, Shown.Span),
                Shown.Count(lead.Count, "change"), lead.Levels,
                lead.Statistic != Statistic.Median ? $"The {StatisticRules.Said(lead.Statistic)}, by the definitions in force."
                : lead.P90Seconds is { } ninth ? $"Median; nine of ten within {Shown.Span(ninth)}."
                : "Median, from the start of work to production."),
            new("change_failure_rate", Shown.Ratio(failure.Value), Shown.Between(failure.Interval, Shown.Ratio),
                $"{failure.Failed} of {Shown.Count(failure.Deployments, "deployment")}", failure.Levels,
                "Share of deployments that broke something."),
            new(
                "recovery_time", Shown.Span(recovery.ValueSeconds, recovery.Percentiles),
                Shown.Between(recovery.IntervalSeconds, Shown.Span),
                Shown.Count(recovery.Count, "failure"), recovery.Levels,
                recovery.Open > 0 ? $"{recovery.Open} still open, the oldest for {Shown.Span(recovery.OldestOpenSeconds)}."
                    : recovery.Statistic != Statistic.Median
                    ? $"The {StatisticRules.Said(recovery.Statistic)}, by the definitions in force."
                    : "Median, from the failure's start to its end."),
            new("rework_rate", Shown.Ratio(rework.Value), Shown.Between(rework.Interval, Shown.Ratio),
                $"{rework.Rework} of {Shown.Count(rework.Deployments, "deployment")}", rework.Levels,
                "Rollbacks, reverts, hotfixes and fixes."),
        ];
        return [.. tiles.Select(tile => tile.Levels is { Length: > 1 }
            ? tile with { NoLevel = report.Because.GetValueOrDefault(tile.Metric + ".level") } : tile)];
    }

    /// <summary>The answers in words, for those who read no numbers.</summary>
    public static string Sentence(MetricsReport report, Selection selection)
    {
        var metrics = report.Metrics;
        if (metrics.DeploymentFrequency.Deployments == 0)
            return $"{selection.When}, nothing was deployed to {selection.Environment} by {selection.Who}.";
        var text =
            $"{selection.When}, {selection.Who} deployed to {selection.Environment} "
                + $"{Shown.Often(metrics.DeploymentFrequency.PerDay)}";
        text += metrics.LeadTime.MedianSeconds is { } lead
            ? $"; half of the changes were live within {Shown.Span(lead)}"
            : "; how long changes took is not known";
        text += metrics.ChangeFailureRate.Failed == 0 ? "; none of the deployments failed"
            : $"; {Shown.Ratio(metrics.ChangeFailureRate.Value)} of the deployments failed";
        if (metrics.RecoveryTime.MedianSeconds is { } recovery)
            text += $", half of the failures were over within {Shown.Span(recovery)}";
        if (metrics.RecoveryTime.Open > 0) text += $" ({metrics.RecoveryTime.Open} still open)";
        if (metrics.ReworkRate.Value is { } rework)
            text += rework == 0 ? "; nothing of it was repair" : $"; {Shown.Ratio(rework)} of the deploying was repair";
        return text + ".";
    }
}
