using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// Which service and environment a fact belongs to. Where the definitions list services, only they exist; where they list none,
/// a deployment's declared service name is a service (its repositories are those of its deployments), and every other
/// repository is one.
/// </summary>
public sealed class ServiceMap
{
    /// <summary>What stands in place of a source where alerts are mapped by their labels.</summary>
    public const string Alerts = "alerts";

    readonly Dictionary<string, ServiceDefinition> byName = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, ImmutableArray<ServiceDefinition>> byRepository = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<(string, string), ServiceDefinition> byIncidentGroup = [];
    readonly ImmutableArray<(Glob App, ServiceDefinition Service)> apps;
    readonly ImmutableArray<(EnvironmentDefinition Environment, ImmutableArray<Glob> Match)> environments;
    readonly Dictionary<string, EnvironmentDefinition?> environmentOf = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="definitions">The rules in force.</param>
    /// <param name="deployed">Pairs of declared service and repository seen in deployments; only used where no services are
    /// defined.</param>
    /// <param name="repositories">All repositories seen; only used where no services are defined.</param>
    public ServiceMap(
        Definitions definitions, IEnumerable<(string Service, RepositoryName? Repository)> deployed,
        IEnumerable<RepositoryName> repositories)
    {
        var services = definitions.Services.IsEmpty ? Found(deployed, repositories) : definitions.Services;
        Services = [.. services.OrderBy(service => service.Name)];
        foreach (var service in Services)
        {
            byName.TryAdd(service.Name.Value, service);
            foreach (var repository in service.Repositories)
            {
                byRepository.TryGetValue(repository.Value, out var others);
                byRepository[repository.Value] = others.IsDefault ? [service] : others.Add(service);
            }

            foreach (var mapping in service.Incidents) byIncidentGroup.TryAdd(Group(mapping.Source, mapping.Group), service);
        }

        apps = [.. Services.SelectMany(service => service.Apps.Select(app => (new Glob(app, ignoreCase: true), service)))];
        environments =
        [
            .. definitions.Environments.Select(environment =>
                (environment, environment.Match.Select(pattern => new Glob(pattern, ignoreCase: true)).ToImmutableArray())),
        ];
    }

    /// <summary>All services, ordered by name.</summary>
    public ImmutableArray<ServiceDefinition> Services { get; }

    /// <summary>The service with this name, or null.</summary>
    public ServiceDefinition? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The services whose judgement a fact can change; none where nothing maps to it.</summary>
    public ImmutableArray<ServiceDefinition> ServicesOf(Fact fact) => fact switch
    {
        CommitFact commit => Having(commit.Repository),
        ChangeFact change => Having(change.Repository),
        ReviewFact review => Having(review.Repository),
        BuildFact build => Having(build.Repository),
        ArtifactFact artifact => Having(artifact.Repository),
        ComparisonFact comparison => Having(comparison.Repository),
        DeploymentFact deployment => One(OfDeployment(deployment)),
        IncidentFact incident => OfIncident(incident),
        FlagChangeFact { Service: { } name } => One(Find(name)),
        AnnotationFact { Service: { } name } => One(Find(name)),
        _ => [],
    };

    /// <summary>
    /// The environment of the definitions that a source's name matches, or null (a tier that is not measured).
    /// </summary>
    public EnvironmentDefinition? EnvironmentOf(string sourceName)
    {
        lock (environmentOf)
        {
            if (environmentOf.TryGetValue(sourceName, out var known)) return known;
            var found = environments.FirstOrDefault(one => one.Match.Any(glob => glob.IsMatch(sourceName))).Environment;
            environmentOf.Add(sourceName, found);
            return found;
        }
    }

    static IEnumerable<ServiceDefinition> Found(
        IEnumerable<(string Service, RepositoryName? Repository)> deployed, IEnumerable<RepositoryName> repositories)
    {
        // A blank name, which a source may send, is none.
        var byName = deployed.Where(pair => !string.IsNullOrWhiteSpace(pair.Service))
            .GroupBy(pair => pair.Service, StringComparer.OrdinalIgnoreCase);
        var declared = byName.Select(group => new ServiceDefinition
        {
            Name = new ServiceName(group.OrderBy(pair => pair.Service, StringComparer.Ordinal).First().Service),
            Repositories = [.. group.Select(pair => pair.Repository).OfType<RepositoryName>().Distinct().Order()],
        }).ToList();
        var taken = declared.SelectMany(service => service.Repositories).Select(repository => repository.Value)
            .Concat(declared.Select(service => service.Name.Value)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var others = repositories.DistinctBy(repository => repository.Value, StringComparer.OrdinalIgnoreCase)
            .Where(repository => !taken.Contains(repository.Value))
            .Select(one => new ServiceDefinition { Name = new ServiceName(one.Value), Repositories = [one] });
        return declared.Concat(others);
    }

    ServiceDefinition? OfDeployment(DeploymentFact deployment)
    {
        // A tool that calls its apps services names both; the definitions may know only the app.
        if (deployment.Service is { } name && (Find(name) is not null || deployment.App is null)) return Find(name);
        if (deployment.App is { } app)
        {
            foreach (var (glob, service) in apps)
                if (glob.IsMatch(app)) return service;
        }

        return deployment.Repository is { } repository ? Only(repository) : null;
    }

    /// <summary>What the definitions map comes before a name that happens to be that of a service.</summary>
    ImmutableArray<ServiceDefinition> OfIncident(IncidentFact incident)
    {
        if (OfGroups(incident) is { IsEmpty: false } mapped) return mapped;
        if (incident.Service is { } name) return One(Find(name));
        return incident.Repository is { } repository ? One(Only(repository)) : [];
    }

    /// <summary>An alert is an incident of every service that one of its labels is mapped to.</summary>
    ImmutableArray<ServiceDefinition> OfGroups(IncidentFact incident)
    {
        if (byIncidentGroup.Count == 0) return [];
        var keys = (incident.AlertLabels ?? []).Select(label => Group(Alerts, label));
        if (incident.Group is { } group) keys = keys.Prepend(Group(incident.Source, group));
        return [.. keys.Select(key => byIncidentGroup.GetValueOrDefault(key)).OfType<ServiceDefinition>().Distinct()];
    }

    static (string, string) Group(string source, string group) => (source.ToLowerInvariant(), group.ToLowerInvariant());

    ServiceDefinition? Only(RepositoryName repository) => Having(repository) is [var only] ? only : null;

    ImmutableArray<ServiceDefinition> Having(RepositoryName repository) =>
        byRepository.TryGetValue(repository.Value, out var services) ? services : [];

    static ImmutableArray<ServiceDefinition> One(ServiceDefinition? service) => service is null ? [] : [service];
}
