namespace Leadline.Core;

/// <summary>How a commit's parents are known.</summary>
public enum ParentsKnown : byte
{
    /// <summary>Not at all: the walk ends there.</summary>
    No,

    /// <summary>From the order of a push.</summary>
    FromPush,

    /// <summary>From the commit itself.</summary>
    Yes,
}

/// <summary>One commit as it enters a <see cref="CommitGraph"/>.</summary>
public readonly ref struct GraphCommit
{
    public required RepositoryName Repository { get; init; }
    public required Sha Sha { get; init; }
    public required ReadOnlySpan<Sha> Parents { get; init; }
    public required ParentsKnown ParentsKnown { get; init; }
    public DateTimeOffset? AuthoredAt { get; init; }
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Whether it touches the service's paths; true where a service has none or the paths are unknown.</summary>
    public bool Touches { get; init; }

    public bool ByBot { get; init; }

    /// <summary>The commit (40 digits) or change (<c>#7</c>) that it says it reverts.</summary>
    public string? Reverts { get; init; }

    /// <summary>The keys that its message names (<c>SHOP-12 #45</c>), separated by spaces.</summary>
    public string? Mentions { get; init; }
}

/// <summary>The commits of a service's repositories with their parents: immutable, compact, walked once per commit.</summary>
public sealed class CommitGraph
{
    public static CommitGraph Of(IEnumerable<CommitFact> commits, Func<CommitFact, bool>? touches = null) => throw new NotImplementedException();

    public sealed class Builder
    {
        public void Add(in GraphCommit commit) => throw new NotImplementedException();

        public CommitGraph Build() => throw new NotImplementedException();
    }
}
