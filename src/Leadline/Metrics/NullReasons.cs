using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>Why values of a report are null, a sentence each.</summary>
static class NullReasons
{
    const string NotDeployed = "nothing that counts was deployed in the window";

    const string NoLevel = "a level needs an interval, and there is none under these definitions";

    const string NoInterval = "what the definitions take in place of the median of rows has no interval";

    /// <summary>By the value's place below <c>metrics</c>: <c>lead_time.median_seconds</c>.</summary>
    /// <param name="levels">Whose cut-offs there are.</param>
    /// <param name="definitions">By which the report was made.</param>
    public static ImmutableSortedDictionary<string, string> Of(
        FiveMetrics metrics, Coverage coverage, Levels levels, Definitions definitions)
    {
        var (isOtherLead, isOtherRecovery) =
            (StatisticRules.IsOther(definitions.LeadTime), StatisticRules.IsOther(definitions.Recovery));
        var (frequency, lead, failure, recovery, rework) =
            (metrics.DeploymentFrequency, metrics.LeadTime, metrics.ChangeFailureRate, metrics.RecoveryTime, metrics.ReworkRate);
        var reasons = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var isNothing = frequency.Deployments == 0;
        If(frequency.PerDay is null, "deployment_frequency.per_day", NotDeployed);
        If(frequency.Interval is null, "deployment_frequency.interval", NotDeployed);
        If(
            frequency.DeployDaysPerWeek is null, "deployment_frequency.deploy_days_per_week",
            isNothing ? NotDeployed : "the window holds no whole week");
        If(
            frequency.MedianSecondsBetween is null, "deployment_frequency.median_seconds_between",
            isNothing ? NotDeployed : "no deployment of the window has one of its service before it");
        var noLead = isNothing ? NotDeployed : coverage.DeploymentsWithChanges == 0
            ? $"none of the {Deployments(frequency.Deployments)} lists what it ships: see coverage"
            : "nothing that was shipped has a lead time under these definitions";
        If(lead.MedianSeconds is null, "lead_time.median_seconds", noLead);
        If(lead.ValueSeconds is null, "lead_time.value_seconds", noLead);
        If(lead.IntervalSeconds is null, "lead_time.interval_seconds", isOtherLead ? NoInterval : Few(lead.Count, "changes"));
        If(
            failure.Value is null, "change_failure_rate.value",
            definitions.Failure.Signals.IsEmpty ? "no failure signal is switched on" : failure.Deployments == 0 && !isNothing
                ? "every deployment of the window is a rollback" : NotDeployed);
        If(
            failure is { Value: not null, Interval: null }, "change_failure_rate.interval",
            "incidents for each deployment are no share");
        var noRecovery = recovery.Count == 0 ? "no failure began in the window"
            : "every failure that began in the window is open";
        If(recovery.MedianSeconds is null, "recovery_time.median_seconds", noRecovery);
        If(recovery.ValueSeconds is null, "recovery_time.value_seconds", noRecovery);
        If(
            recovery.KaplanMeierMedianSeconds is null, "recovery_time.kaplan_meier_median_seconds",
            recovery.Count == 0 ? "no failure began in the window"
                : isOtherRecovery ? "it is estimated for the median of failed deployments alone"
                : "fewer than half of the failures have ended");
        If(
            recovery.IntervalSeconds is null, "recovery_time.interval_seconds",
            isOtherRecovery ? NoInterval : Few(recovery.Count - recovery.Open, "ended failures"));
        If(rework.Value is null, "rework_rate.value", NotDeployed);
        foreach (var (metric, has, found) in ((string, bool, ImmutableArray<string>?)[])
            [
                ("deployment_frequency", frequency.PerDay is not null, frequency.Levels),
                ("lead_time", lead.MedianSeconds is not null, lead.Levels),
                ("change_failure_rate", failure.Value is not null, failure.Levels),
                ("recovery_time", recovery.MedianSeconds is not null, recovery.Levels),
                ("rework_rate", rework.Value is not null, rework.Levels),
            ])
        {
            var isWithout = has && ((metric == "lead_time" && isOtherLead) || (metric == "recovery_time" && isOtherRecovery)
                || (metric == "change_failure_rate" && failure.Interval is null));
            If(
                LevelWords.One(found) is null, metric + ".level",
                isWithout && levels.Defines(metric) ? NoLevel : levels.WhyNot(metric, has, found)!);
        }

        return reasons.ToImmutable();

        void If(bool isNull, string place, string sentence)
        {
            if (isNull) reasons.Add(place, sentence);
        }
    }

    static string Few(long count, string rows) =>
        $"a median has an interval from five {rows} on, and there {(count == 1 ? "is" : "are")} {count}";

    static string Deployments(long count) => count == 1 ? "1 deployment" : $"{count} deployments";
}
