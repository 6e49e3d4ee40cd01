using System.Collections.Immutable;
using System.Globalization;

namespace Leadline.Core;

/// <summary>
/// Reads what <see cref="DefinitionsHash.Canonical"/> writes, so that a version which was in force can be judged by again.
/// </summary>
public static class CanonicalDefinitions
{
    /// <exception cref="FormatException">A line is not one of ours: a later version of the program wrote it.</exception>
    public static Definitions Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var services = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        var environments = new List<(string Name, Dictionary<string, string> Values)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.IndexOf(" = ", StringComparison.Ordinal) is not (> 0 and var at)) throw NotOurs(line);
            var (key, value) = (line[..at], line[(at + 3)..]);
            if (Below(key, "services.") is var (service, of)) Of(services, service)[of] = value;
            else if (Below(key, "environments.") is var (environment, rule))
            {
                // Their order decides.
                if (environments.Count == 0 || environments[^1].Name != environment) environments.Add((environment, []));
                environments[^1].Values[rule] = value;
            }
            else values[key] = value;
        }

        var read = new Definitions
        {
            Timezone = Take("timezone", text => text, Definitions.Default.Timezone),
            Services = [.. services.Select(service => Service(service.Key, service.Value))],
            Environments = [.. environments.Select(environment => new EnvironmentDefinition
            {
                Name = new EnvironmentName(environment.Name),
                Match = Items(environment.Values["match"]),
                Counts = Word<EnvironmentCounts>(environment.Values["counts"]),
            })],
            Deployments = new DeploymentRules
            {
                CountFailedAttempts = Take("deployments.count_failed_attempts", bool.Parse, false),
                CountRedeploys = Take("deployments.count_redeploys", bool.Parse, false),
            },
            LeadTime = new LeadTimeRules
            {
                Unit = Take("lead_time.unit", Word<LeadTimeUnit>, default),
                Start = Take("lead_time.start", Word<LeadTimeStart>, default),
                ExcludeBots = Take("lead_time.exclude_bots", bool.Parse, false),
                Statistic = Take("lead_time.statistic", Word<Statistic>, default),
            },
            Failure = new FailureRules
            {
                Signals = Take("failure.signals", text => Words<FailureSignal>(text), Definitions.Default.Failure.Signals),
                IncidentWindow = Take(
                    "failure.incident_window", text => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture),
                    Definitions.Default.Failure.IncidentWindow),
                IncidentLinks = Take(
                    "failure.incident_links", text => Words<IncidentLink>(text), Definitions.Default.Failure.IncidentLinks),
                Rate = Take("failure.rate", Word<FailureRateOf>, default),
                IncidentLabels = Take("failure.incident_labels", Items, Definitions.Default.Failure.IncidentLabels),
                Hotfix = new HotfixRules
                {
                    Labels = Take("failure.hotfix.labels", Items, Definitions.Default.Failure.Hotfix.Labels),
                    Branches = Take("failure.hotfix.branches", Items, Definitions.Default.Failure.Hotfix.Branches),
                    Titles = Take("failure.hotfix.titles", Items, Definitions.Default.Failure.Hotfix.Titles),
                },
            },
            Recovery = new RecoveryRules
            {
                Of = Take("recovery.of", Word<RecoveryOf>, default),
                Start = Take("recovery.start", Word<RecoveryStart>, default),
                Statistic = Take("recovery.statistic", Word<Statistic>, default),
            },
        };
        return values.Count == 0 ? read : throw NotOurs(values.First().Key);

        T Take<T>(string key, Func<string, T> read, T otherwise)
        {
            if (!values.Remove(key, out var value)) return otherwise;
            return read(value);
        }
    }

    static ServiceDefinition Service(string name, Dictionary<string, string> of) => new()
    {
        Name = new ServiceName(name),
        Team = of["team"] is { Length: > 0 } team ? team : null,
        Area = of["area"] is { Length: > 0 } area ? area : null,
        Repositories = [.. Items(of["repositories"]).Select(repository => new RepositoryName(repository))],
        Paths = Items(of["paths"]),
        Apps = Items(of["apps"]),
        Incidents =
        [
            .. Items(of["incidents"]).Select(item => item.Split(':', 2)).Select(pair => new IncidentMapping(pair[0], pair[1])),
        ],
    };

    /// <summary>The name, which may hold points, and the key below it.</summary>
    static (string Name, string Key)? Below(string key, string above) =>
        key.StartsWith(above, StringComparison.Ordinal) && key.LastIndexOf('.') is var last && last > above.Length
            ? (key[above.Length..last], key[(last + 1)..]) : null;

    static Dictionary<string, string> Of(Dictionary<string, Dictionary<string, string>> all, string name) =>
        all.TryGetValue(name, out var known) ? known : all[name] = [];

    static ImmutableArray<string> Items(string text) => text.Length < 2 ? [] : [.. text[1..^1].Split("\", \"")];

    static ImmutableArray<T> Words<T>(string text) where T : struct, Enum => [.. Items(text).Select(Word<T>).Order()];

    static T Word<T>(string text) where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) ? value : throw NotOurs(text);

    static FormatException NotOurs(string text) =>
        new($"'{text}' is not understood: a later version of Leadline kept these definitions");
}
