namespace Leadline.Metrics;

/// <summary>The metrics by name, each with the rule that makes its number, in words.</summary>
public static class MetricRules
{
    static readonly Dictionary<string, string> Rules = new(StringComparer.Ordinal)
    {
        ["deployment_frequency"] = "Counted deployments that first succeeded in the window, divided by its days.",
        ["lead_time"] = "The median, over the commits or changes that counted deployments of the window ship first, of the time from the start that the definitions name to the deployment's success.",
        ["change_failure_rate"] = "Counted deployments of the window that a failure signal blames, divided by counted deployments.",
        ["recovery_time"] = "The median, over failed deployments whose failure began in the window, of the time from the earliest incident's start (without one: the deployment's success) to its resolution (without one: to the deployment that repairs it).",
        ["rework_rate"] = "Counted deployments of the window that are a rollback, ship a revert or a hotfix, or fix an incident, divided by counted deployments.",
    };

    public static IEnumerable<string> Names => Rules.Keys;

    /// <exception cref="FormatException">There is no such metric; the message lists those there are.</exception>
    public static string Of(string metric) =>
        Rules.TryGetValue(metric, out var rule) ? rule : throw new FormatException($"there is no metric '{metric}': choose one of {string.Join(", ", Rules.Keys)}");
}
