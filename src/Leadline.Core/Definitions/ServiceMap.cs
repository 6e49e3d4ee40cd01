using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// Which service and environment a fact belongs to. Where the definitions list services, only they exist; where they list none,
/// a deployment's declared service name is a service (its repositories are those of its deployments), and every other repository is one.
/// </summary>
public sealed class ServiceMap
{
    /// <param name="definitions">The rules in force.</param>
    /// <param name="deployed">Pairs of declared service and repository seen in deployments; only used where no services are defined.</param>
    /// <param name="repositories">All repositories seen; only used where no services are defined.</param>
    public ServiceMap(Definitions definitions, IEnumerable<(string Service, RepositoryName? Repository)> deployed, IEnumerable<RepositoryName> repositories) =>
        throw new NotImplementedException();

    /// <summary>All services, ordered by name.</summary>
    public ImmutableArray<ServiceDefinition> Services => throw new NotImplementedException();

    /// <summary>The service with this name, or null.</summary>
    public ServiceDefinition? Find(string name) => throw new NotImplementedException();

    /// <summary>The services whose judgement a fact can change; none where nothing maps to it.</summary>
    public IEnumerable<ServiceDefinition> ServicesOf(Fact fact) => throw new NotImplementedException();

    /// <summary>The environment of the definitions that a source's name matches, or null (a tier that is not measured).</summary>
    public EnvironmentDefinition? EnvironmentOf(string sourceName) => throw new NotImplementedException();
}
