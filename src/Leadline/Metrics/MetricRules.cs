using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>The metrics by name, each with the rule that makes its number, in words.</summary>
public static class MetricRules
{
    static readonly Dictionary<string, Func<Definitions, string>> Rules = new(StringComparer.Ordinal)
    {
        ["deployment_frequency"] = definitions =>
            "Counted deployments that first succeeded in the "
                + $"window{(definitions.Failure.Signals.Contains(FailureSignal.Abort) ? ", and roll-outs that were aborted in it after users had them" : "")}, divided by its days.",
        ["lead_time"] = definitions =>
            $"The {StatisticRules.Said(definitions.LeadTime.Statistic)}, over the commits or changes that counted deployments "
                + "of the window ship first, of the time from the start that the definitions name to the deployment's success.",
        ["change_failure_rate"] = definitions => definitions.Failure.Rate switch
        {
            FailureRateOf.WithoutRollbacks =>
                "Counted deployments of the window that a failure signal blames, divided by counted deployments that are no "
                    + "rollback.",
            FailureRateOf.Incidents =>
                "Incidents that blame counted deployments of the window, each by itself, divided by counted deployments.",
            _ => "Counted deployments of the window that a failure signal blames, divided by counted deployments.",
        },
        ["recovery_time"] = definitions =>
            $"The {StatisticRules.Said(definitions.Recovery.Statistic)}, over " + (definitions.Recovery.Of == RecoveryOf.Incident
                ? "incidents that started in the window, of the time from an incident's start to its resolution."
                : "failed deployments whose failure began in the window, of the time from the earliest incident's start "
                    + "(without one: the deployment's success) to its resolution (without one: to the deployment that repairs "
                    + "it)."),
        ["rework_rate"] = _ =>
            "Counted deployments of the window that are a rollback, ship a revert or a hotfix, or fix an incident, divided by "
                + "counted deployments.",
    };

    public static IEnumerable<string> Names => Rules.Keys;

    /// <summary>The rule as these definitions have it.</summary>
    /// <exception cref="FormatException">There is no such metric; the message lists those there are.</exception>
    public static string Of(string metric, Definitions definitions) =>
        Rules.TryGetValue(metric, out var rule) ? rule(definitions) : throw Unknown(metric);

    /// <exception cref="FormatException">There is no such metric; the message lists those there are.</exception>
    public static void Check(string metric)
    {
        if (!Rules.ContainsKey(metric)) throw Unknown(metric);
    }

    static FormatException Unknown(string metric) =>
        new($"there is no metric '{metric}': choose one of {string.Join(", ", Rules.Keys)}");
}
