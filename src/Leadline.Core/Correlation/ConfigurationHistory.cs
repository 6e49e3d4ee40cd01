using System.Runtime.InteropServices;

namespace Leadline.Core;

/// <summary>
/// The commits of a configuration repository, with what of their messages and paths tells which application's version they set.
/// </summary>
public sealed class ConfigurationHistory
{
    readonly Dictionary<Sha, (string? Subject, string? Naming, string? Paths)> says;

    ConfigurationHistory(RepositoryName repository, CommitGraph graph, Dictionary<Sha, (string?, string?, string?)> says) =>
        (Repository, Commits, this.says) = (repository, graph, says);

    public RepositoryName Repository { get; }

    public CommitGraph Commits { get; }

    /// <summary>
    /// The history that these commits, all of one repository, make up; several statements of one commit are one commit.
    /// </summary>
    public static ConfigurationHistory Of(RepositoryName repository, IEnumerable<CommitFact> commits)
    {
        var builder = new Builder(repository);
        foreach (var commit in commits)
        {
            builder.Add(
                new GraphCommit
                {
                    Repository = repository,
                    Sha = commit.Sha,
                    Parents = commit.Parents is { } parents ? parents.AsSpan() : default,
                    ParentsKnown = commit.Parents is null ? ParentsKnown.No : commit.ParentsFromPush ? ParentsKnown.FromPush
                        : ParentsKnown.Yes,
                    Reverts = CommitMessage.Parse(commit.Message).Reverts,
                },
                commit.Message?.Split('\n')[0], CommitMessage.Naming(commit.Message),
                commit.Paths is { } paths ? string.Join('\n', paths) : null);
        }

        return builder.Build();
    }

    /// <summary>The lines of the commit's message that may name a version, the first one of all before the others.</summary>
    internal IEnumerable<string> Lines(int commit)
    {
        var (subject, naming, _) = says[Commits.Sha(commit)];
        if (subject is not null) yield return subject;
        foreach (var line in naming?.Split('\n') ?? []) yield return line;
    }

    /// <summary>The touched paths; null where they are not known.</summary>
    internal string[]? Paths(int commit) => says[Commits.Sha(commit)].Paths?.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Takes commits in any order.</summary>
    public sealed class Builder(RepositoryName repository)
    {
        readonly CommitGraph.Builder graph = new();
        readonly Dictionary<Sha, (string? Subject, string? Naming, string? Paths)> says = [];

        /// <param name="commit">The commit.</param>
        /// <param name="subject">The first line of its message.</param>
        /// <param name="naming">As <see cref="CommitMessage.Naming"/> gives it.</param>
        /// <param name="paths">A line each; null where they are not known.</param>
        public void Add(in GraphCommit commit, string? subject, string? naming, string? paths)
        {
            graph.Add(commit);
            ref var said = ref CollectionsMarshal.GetValueRefOrAddDefault(says, commit.Sha, out _);
            said = (Later(said.Subject, subject), Later(said.Naming, naming), Both(said.Paths, paths));
        }

        public ConfigurationHistory Build() => new(repository, graph.Build(), says);

        static string? Later(string? left, string? right) => string.CompareOrdinal(left, right) >= 0 ? left : right;

        static string? Both(string? left, string? right) => left is null || left == right ? right : right is null ? left
            : string.Join('\n', left.Split('\n').Union(right.Split('\n')).Order(StringComparer.Ordinal));
    }
}
