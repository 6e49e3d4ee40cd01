using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>One deployment attempt, all its messages folded.</summary>
sealed record Attempt
{
    public required string Id { get; init; }
    public required string SourceEnvironment { get; init; }
    public RepositoryName? Repository { get; init; }
    public Sha? Sha { get; init; }
    public string? Version { get; init; }

    /// <summary>The deployed commit's place in the graph, or -1.</summary>
    public int Head { get; init; } = -1;

    /// <summary>
    /// How the sha was found, where the source did not name it: by the version's artifact, or by a configuration repository.
    /// </summary>
    public LinkMethod? Via { get; init; }

    /// <summary>The names that a deployment tool uses for the service.</summary>
    public string? Service { get; init; }

    public string? App { get; init; }

    /// <inheritdoc cref="DeploymentFact.ConfigPaths"/>
    public ImmutableArray<string>? ConfigPaths { get; init; }

    /// <summary>The configuration repository whose commit was deployed; null where it was one of the service's own.</summary>
    public RepositoryName? Configuration { get; init; }

    /// <summary>
    /// The commit of <see cref="Configuration"/> by which what runs of the service last changed, where that is known.
    /// </summary>
    public Sha? Configured { get; init; }

    /// <summary>When it first succeeded; what became of it later does not matter.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? WaitedFrom { get; init; }
    public bool? Declared { get; init; }

    /// <summary>When its roll-out was aborted; null where it was not.</summary>
    public DateTimeOffset? AbortedAt { get; init; }

    public string? AbortedStep { get; init; }

    /// <summary>When a step of its roll-out first gave the version to users; null where none is known to have.</summary>
    public DateTimeOffset? UsersFrom { get; init; }

    public ImmutableArray<string>? Changes { get; init; }
    public string? Url { get; init; }

    /// <summary>Its success, else its failure; only of one that ended.</summary>
    public DateTimeOffset EndedAt => SucceededAt ?? FailedAt!.Value;

    /// <summary>When it can first have changed what runs.</summary>
    public DateTimeOffset BeganAt => StartedAt < EndedAt ? StartedAt.Value : EndedAt;

    /// <summary>What tells one version from another.</summary>
    public string VersionKey => (Head < 0 ? Configured ?? Sha : Sha)?.ToString() ?? Version ?? Id;
}
