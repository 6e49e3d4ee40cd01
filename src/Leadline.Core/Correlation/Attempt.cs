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

    /// <summary>Whether the sha was found by the version's artifact.</summary>
    public bool ByArtifact { get; init; }

    /// <summary>When it first succeeded; what became of it later does not matter.</summary>
    public DateTimeOffset? SucceededAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? WaitedFrom { get; init; }
    public bool? Declared { get; init; }
    public ImmutableArray<string>? Changes { get; init; }
    public string? Url { get; init; }

    /// <summary>Its success, else its failure; only of one that ended.</summary>
    public DateTimeOffset EndedAt => SucceededAt ?? FailedAt!.Value;

    /// <summary>When it can first have changed what runs.</summary>
    public DateTimeOffset BeganAt => StartedAt < EndedAt ? StartedAt.Value : EndedAt;

    /// <summary>What tells one version from another.</summary>
    public string VersionKey => Sha?.ToString() ?? Version ?? Id;
}
