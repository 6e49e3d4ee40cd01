using System.Collections.Immutable;

namespace Leadline.Metrics;

/// <summary>Why values of a report are null, a sentence each.</summary>
static class NullReasons
{
    const string NotDeployed = "nothing that counts was deployed in the window";

    /// <summary>By the value's place below <c>metrics</c>: <c>lead_time.median_seconds</c>.</summary>
    /// <param name="levels">Whose cut-offs there are.</param>
    /// <param name="hasSignals">Whether any failure signal is switched on.</param>
    public static ImmutableSortedDictionary<string, string> Of(FiveMetrics metrics, Coverage coverage, Levels levels, bool hasSignals)
    {
        var (frequency, lead, failure, recovery, rework) = (metrics.DeploymentFrequency, metrics.LeadTime, metrics.ChangeFailureRate, metrics.RecoveryTime, metrics.ReworkRate);
        var reasons = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var isNothing = frequency.Deployments == 0;
        If(frequency.PerDay is null, "deployment_frequency.per_day", NotDeployed);
        If(frequency.Interval is null, "deployment_frequency.interval", NotDeployed);
        If(frequency.DeployDaysPerWeek is null, "deployment_frequency.deploy_days_per_week", isNothing ? NotDeployed : "the window holds no whole week");
        If(frequency.MedianSecondsBetween is null, "deployment_frequency.median_seconds_between", isNothing ? NotDeployed : "no deployment of the window has one of its service before it");
        If(lead.MedianSeconds is null, "lead_time.median_seconds", isNothing ? NotDeployed : coverage.DeploymentsWithChanges == 0
            ? $"none of the {Deployments(frequency.Deployments)} lists what it ships: see coverage" : "nothing that was shipped has a lead time under these definitions");
        If(lead.IntervalSeconds is null, "lead_time.interval_seconds", Few(lead.Count, "changes"));
        If(failure.Value is null, "change_failure_rate.value", hasSignals ? NotDeployed : "no failure signal is switched on");
        If(recovery.MedianSeconds is null, "recovery_time.median_seconds", recovery.Count == 0 ? "no failure began in the window" : "every failure that began in the window is open");
        If(recovery.KaplanMeierMedianSeconds is null, "recovery_time.kaplan_meier_median_seconds", recovery.Count == 0 ? "no failure began in the window" : "fewer than half of the failures have ended");
        If(recovery.IntervalSeconds is null, "recovery_time.interval_seconds", Few(recovery.Count - recovery.Open, "ended failures"));
        If(rework.Value is null, "rework_rate.value", NotDeployed);
        foreach (var (metric, has, found) in ((string, bool, ImmutableArray<string>?)[])
            [
                ("deployment_frequency", frequency.PerDay is not null, frequency.Levels), ("lead_time", lead.MedianSeconds is not null, lead.Levels),
                ("change_failure_rate", failure.Value is not null, failure.Levels), ("recovery_time", recovery.MedianSeconds is not null, recovery.Levels),
                ("rework_rate", rework.Value is not null, rework.Levels),
            ])
            If(LevelWords.One(found) is null, metric + ".level", levels.WhyNot(metric, has, found)!);
        return reasons.ToImmutable();

        void If(bool isNull, string place, string sentence)
        {
            if (isNull) reasons.Add(place, sentence);
        }
    }

    static string Few(long count, string rows) => $"a median has an interval from five {rows} on, and there {(count == 1 ? "is" : "are")} {count}";

    static string Deployments(long count) => count == 1 ? "1 deployment" : $"{count} deployments";
}
