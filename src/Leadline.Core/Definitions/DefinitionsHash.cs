using System.Security.Cryptography;
using System.Text;

namespace Leadline.Core;

public static class DefinitionsHash
{
    /// <summary>
    /// <c>sha256:</c> and 64 digits over everything that decides a number; equal definitions have equal hashes.
    /// </summary>
    public static string Of(Definitions definitions) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(definitions))));

    /// <summary>
    /// One <c>key = value</c> a line, in a fixed order; lists whose order does not matter are sorted. The preset's name
    /// decides nothing.
    /// </summary>
    /// <remarks>
    /// Keys that came later are left out where they say what holds without them, so that definitions keep their hash.
    /// </remarks>
    public static string Canonical(Definitions definitions) => Text(definitions, isWhole: false);

    /// <summary>The same with every key.</summary>
    public static string Whole(Definitions definitions) => Text(definitions, isWhole: true);

    static string Text(Definitions definitions, bool isWhole)
    {
        var text = new StringBuilder();
        Line("timezone", definitions.Timezone);
        foreach (var service in definitions.Services.OrderBy(service => service.Name))
        {
            var at = $"services.{service.Name}.";
            Line(at + "team", service.Team);
            Line(at + "area", service.Area);
            Line(at + "repositories", Sorted(service.Repositories.Select(repository => repository.Value)));
            Line(at + "paths", Sorted(service.Paths));
            Line(at + "apps", Sorted(service.Apps));
            Line(at + "incidents", Sorted(service.Incidents.Select(mapping => $"{mapping.Source}:{mapping.Group}")));
        }

        foreach (var environment in definitions.Environments)
        {
            Line($"environments.{environment.Name}.match", Sorted(environment.Match));
            Line($"environments.{environment.Name}.counts", environment.Counts.ToString());
        }

        Line("deployments.count_failed_attempts", definitions.Deployments.CountFailedAttempts.ToString());
        Line("deployments.count_redeploys", definitions.Deployments.CountRedeploys.ToString());
        Line("lead_time.unit", definitions.LeadTime.Unit.ToString());
        Line("lead_time.start", definitions.LeadTime.Start.ToString());
        Line("lead_time.exclude_bots", definitions.LeadTime.ExcludeBots.ToString());
        Line("failure.signals", Sorted(definitions.Failure.Signals.Select(signal => signal.ToString())));
        Line("failure.incident_window", definitions.Failure.IncidentWindow.ToString("c"));
        Line("failure.incident_labels", Sorted(definitions.Failure.IncidentLabels));
        Line("failure.hotfix.labels", Sorted(definitions.Failure.Hotfix.Labels));
        Line("failure.hotfix.branches", Sorted(definitions.Failure.Hotfix.Branches));
        Line("failure.hotfix.titles", Sorted(definitions.Failure.Hotfix.Titles));
        Late("lead_time.statistic", definitions.LeadTime.Statistic, Statistic.Median);
        if (isWhole || !definitions.Failure.IncidentLinks.Order().SequenceEqual(Enum.GetValues<IncidentLink>()))
            Line("failure.incident_links", Sorted(definitions.Failure.IncidentLinks.Select(link => link.ToString())));
        Late("failure.rate", definitions.Failure.Rate, FailureRateOf.FailedDeployments);
        Late("recovery.of", definitions.Recovery.Of, RecoveryOf.Deployment);
        Late("recovery.start", definitions.Recovery.Start, RecoveryStart.Failure);
        Late("recovery.statistic", definitions.Recovery.Statistic, Statistic.Median);
        return text.ToString();

        void Late<T>(string key, T value, T otherwise) where T : struct, Enum
        {
            if (isWhole || !value.Equals(otherwise)) Line(key, value.ToString());
        }

        void Line(string key, string? value) => text.Append(key).Append(" = ").Append(value).Append('\n');
    }

    /// <summary>Equal for definitions that map facts to the same services.</summary>
    public static string OfServices(Definitions definitions) => string.Concat(
        Canonical(definitions).Split('\n').Where(line => line.StartsWith("services.", StringComparison.Ordinal))
            .Select(line => line + '\n'));

    static string Sorted(IEnumerable<string> items) =>
        string.Join(", ", items.Distinct().Order(StringComparer.Ordinal).Select(item => $"\"{item}\""));
}
