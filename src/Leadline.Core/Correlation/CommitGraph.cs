using System.Runtime.InteropServices;

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

    /// <summary>The commits (their digits) and changes (<c>#7</c>) that it says it reverts, separated by spaces.</summary>
    public string? Reverts { get; init; }

    /// <summary>The keys that its message names (<c>SHOP-12 #45</c>), separated by spaces.</summary>
    public string? Mentions { get; init; }

    /// <summary>The same commit for a service whose paths it does not touch.</summary>
    public GraphCommit Untouching() => new()
    {
        Repository = Repository,
        Sha = Sha,
        Parents = Parents,
        ParentsKnown = ParentsKnown,
        AuthoredAt = AuthoredAt,
        CommittedAt = CommittedAt,
        ByBot = ByBot,
        Reverts = Reverts,
        Mentions = Mentions,
        Touches = false,
    };
}

/// <summary>The commits of a service's repositories with their parents: immutable, compact, walked once per commit.</summary>
public sealed class CommitGraph
{
    readonly Dictionary<Sha, int> index;
    readonly Commit[] commits;
    readonly int[] parents;
    readonly RepositoryName[] repositories;
    readonly Dictionary<int, (string? Reverts, string? Mentions)> says;
    int[]? generations;
    bool[]? whole;
    Sha[]? sorted;

    CommitGraph(
        Dictionary<Sha, int> index, Commit[] commits, int[] parents, RepositoryName[] repositories,
        Dictionary<int, (string?, string?)> says) =>
        (this.index, this.commits, this.parents, this.repositories, this.says) = (index, commits, parents, repositories, says);

    public static readonly CommitGraph Empty = new Builder().Build();

    public int Count => commits.Length;

    /// <summary>The graph of these commits; several statements of one commit are one commit.</summary>
    /// <param name="commits">In any order, parents before or after.</param>
    /// <param name="touches">Whether a commit touches the service's paths; all do where null.</param>
    /// <param name="comparisons">Whose commits are in it too, with nothing known of them where nothing else tells of
    /// them.</param>
    public static CommitGraph Of(
        IEnumerable<CommitFact> commits, Func<CommitFact, bool>? touches = null, IEnumerable<ComparisonFact>? comparisons = null)
    {
        var builder = new Builder();
        foreach (var comparison in comparisons ?? []) builder.Add(comparison);
        foreach (var commit in commits)
        {
            var says = CommitMessage.Parse(commit.Message);
            builder.Add(new GraphCommit
            {
                Repository = commit.Repository,
                Sha = commit.Sha,
                Parents = commit.Parents is { } parents ? parents.AsSpan() : default,
                ParentsKnown = commit.Parents is null ? ParentsKnown.No
                    : commit.ParentsFromPush ? ParentsKnown.FromPush : ParentsKnown.Yes,
                AuthoredAt = commit.AuthoredAt,
                CommittedAt = commit.CommittedAt,
                Touches = commit.Paths is null || touches is null || touches(commit),
                ByBot = commit.Author?.EndsWith("[bot]", StringComparison.Ordinal) == true,
                Reverts = says.Reverts,
                Mentions = says.Mentions,
            });
        }

        return builder.Build();
    }

    /// <summary>
    /// The commit's place in the graph, or -1. An abbreviation is found when exactly one commit begins with it.
    /// </summary>
    public int Find(Sha sha)
    {
        if (index.TryGetValue(sha, out var place)) return place;
        return sha.IsShort ? FindShort(sha) : -1;
    }

    internal Sha Sha(int commit) => commits[commit].Sha;

    internal RepositoryName Repository(int commit) => repositories[commits[commit].Repository];

    internal ReadOnlySpan<int> Parents(int commit) => parents.AsSpan(commits[commit].FirstParent, commits[commit].ParentCount);

    internal ParentsKnown KnowledgeOfParents(int commit) => commits[commit].ParentsKnown;

    internal bool IsMerge(int commit) =>
        commit >= 0 && commits[commit].ParentCount > 1 && commits[commit].ParentsKnown == ParentsKnown.Yes;

    internal bool Touches(int commit) => commits[commit].Touches;

    internal bool ByBot(int commit) => commits[commit].ByBot;

    internal DateTimeOffset? AuthoredAt(int commit) => Instant(commits[commit].Authored);

    internal DateTimeOffset? CommittedAt(int commit) => Instant(commits[commit].Committed);

    internal string? Reverts(int commit) => says.TryGetValue(commit, out var said) ? said.Reverts : null;

    internal string? Mentions(int commit) => says.TryGetValue(commit, out var said) ? said.Mentions : null;

    /// <summary>Higher than that of every ancestor; 0 for -1.</summary>
    internal int Generation(int commit) => commit < 0 ? 0 : (generations ??= ComputeGenerations())[commit];

    /// <summary>Whether everything that the commit reaches is known, down to the first commits.</summary>
    internal bool IsWhole(int commit) => (whole ??= ComputeWhole())[commit];

    /// <summary>
    /// What <paramref name="from"/> reaches and <paramref name="without"/> does not: like <c>git rev-list from ^without</c>.
    /// Visits little more than the answer, because it descends by generation and stops where both sides meet for good.
    /// </summary>
    internal List<int> Difference(int from, int without)
    {
        generations ??= ComputeGenerations();
        const byte ours = 1, theirs = 2;
        var sides = new Dictionary<int, byte>();
        var queue = new PriorityQueue<int, int>();
        var answer = new List<int>();
        var open = 0;
        Paint(from, ours);
        if (without >= 0) Paint(without, theirs);
        while (open > 0)
        {
            var commit = queue.Dequeue();
            var side = sides[commit];
            if (side == ours)
            {
                open--;
                answer.Add(commit);
            }

            foreach (var parent in Parents(commit))
                if (parent >= 0) Paint(parent, side);
        }

        return answer;

        void Paint(int commit, byte side)
        {
            ref var painted = ref CollectionsMarshal.GetValueRefOrAddDefault(sides, commit, out var known);
            if (!known)
            {
                painted = side;
                if (side == ours) open++;
                queue.Enqueue(commit, -generations[commit]);
                return;
            }

            if (painted == ours && side != ours) open--;
            painted |= side;
        }
    }

    /// <summary>
    /// The length of the longest way to a root, so that a parent is always lower; edges that close a cycle are passed over.
    /// </summary>
    int[] ComputeGenerations()
    {
        var generation = new int[commits.Length];
        var stack = new Stack<(int Commit, int Next)>();
        for (var start = 0; start < commits.Length; start++)
        {
            if (generation[start] != 0) continue;
            stack.Push((start, 0));
            generation[start] = -1;
            while (stack.TryPop(out var frame))
            {
                var ancestors = Parents(frame.Commit);
                var next = frame.Next;
                while (next < ancestors.Length && (ancestors[next] < 0 || generation[ancestors[next]] != 0)) next++;
                if (next < ancestors.Length)
                {
                    stack.Push((frame.Commit, next + 1));
                    stack.Push((ancestors[next], 0));
                    generation[ancestors[next]] = -1;
                    continue;
                }

                var highest = 0;
                foreach (var parent in ancestors)
                    if (parent >= 0) highest = Math.Max(highest, generation[parent]);
                generation[frame.Commit] = highest + 1;
            }
        }

        return generation;
    }

    bool[] ComputeWhole()
    {
        generations ??= ComputeGenerations();
        var places = new int[commits.Length];
        for (var i = 0; i < places.Length; i++) places[i] = i;
        Array.Sort([.. generations], places);
        var isWhole = new bool[commits.Length];
        foreach (var commit in places)
        {
            isWhole[commit] = commits[commit].ParentsKnown != ParentsKnown.No;
            foreach (var parent in Parents(commit)) isWhole[commit] &= parent >= 0 && isWhole[parent];
        }

        return isWhole;
    }

    int FindShort(Sha abbreviation)
    {
        if (sorted is null)
        {
            sorted = [.. index.Keys];
            Array.Sort(sorted);
        }

        var at = Array.BinarySearch(sorted, abbreviation);
        if (at < 0) at = ~at;
        if (at >= sorted.Length || !sorted[at].StartsWith(abbreviation)) return -1;
        return at + 1 < sorted.Length && sorted[at + 1].StartsWith(abbreviation) ? -1 : index[sorted[at]];
    }

    static DateTimeOffset? Instant(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    struct Commit
    {
        public Sha Sha;
        public long Authored, Committed;
        public int FirstParent;
        public ushort ParentCount, Repository;
        public ParentsKnown ParentsKnown;
        public bool Touches, ByBot;
    }

    /// <summary>
    /// Takes commits in any order; of several statements of one commit the better known parents and the earlier times are
    /// kept.
    /// </summary>
    public sealed class Builder
    {
        readonly Dictionary<Sha, int> index = [];
        readonly List<Commit> commits = [];
        readonly List<Sha> parents = [];
        readonly Dictionary<RepositoryName, ushort> repositories = [];
        readonly Dictionary<int, (string?, string?)> says = [];
        RepositoryName lastRepository;
        ushort lastRepositoryIndex;

        public void Add(in GraphCommit commit)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(index, commit.Sha, out var known);
            if (!known)
            {
                place = commits.Count;
                commits.Add(new Commit
                {
                    Sha = commit.Sha,
                    Authored = commit.AuthoredAt?.UtcTicks ?? 0,
                    Committed = commit.CommittedAt?.UtcTicks ?? 0,
                    FirstParent = parents.Count,
                    ParentCount = (ushort)Math.Min(commit.Parents.Length, ushort.MaxValue),
                    Repository = IndexOf(commit.Repository),
                    ParentsKnown = commit.ParentsKnown,
                    Touches = commit.Touches,
                    ByBot = commit.ByBot,
                });
                parents.AddRange(commit.Parents);
            }
            else
            {
                Fold(ref CollectionsMarshal.AsSpan(commits)[place], commit);
            }

            if (commit.Reverts is null && commit.Mentions is null) return;
            ref var said = ref CollectionsMarshal.GetValueRefOrAddDefault(says, place, out _);
            said = (Later(said.Item1, commit.Reverts), Later(said.Item2, commit.Mentions));
        }

        /// <summary>The host knows the commits that it compared; more of them than that they exist is told elsewhere.</summary>
        public void Add(ComparisonFact comparison)
        {
            AddNamed(comparison.Base);
            AddNamed(comparison.Head);
            foreach (var commit in comparison.Commits) AddNamed(commit);

            void AddNamed(Sha sha) => Add(new GraphCommit
            {
                Repository = comparison.Repository,
                Sha = sha,
                Parents = default,
                ParentsKnown = ParentsKnown.No,
                Touches = true,
            });
        }

        public CommitGraph Build()
        {
            var places = new int[parents.Count];
            var shas = CollectionsMarshal.AsSpan(parents);
            for (var i = 0; i < places.Length; i++)
                places[i] = index.TryGetValue(shas[i], out var place) ? place : -1;
            var names = new RepositoryName[repositories.Count];
            foreach (var (name, place) in repositories) names[place] = name;
            return new CommitGraph(index, [.. commits], places, names, says);
        }

        void Fold(ref Commit commit, in GraphCommit again)
        {
            commit.Authored = Earlier(commit.Authored, again.AuthoredAt?.UtcTicks ?? 0);
            commit.Committed = Earlier(commit.Committed, again.CommittedAt?.UtcTicks ?? 0);
            commit.Touches &= again.Touches;
            commit.ByBot |= again.ByBot;
            var known = CollectionsMarshal.AsSpan(parents).Slice(commit.FirstParent, commit.ParentCount);
            var better = again.ParentsKnown > commit.ParentsKnown
                || (again.ParentsKnown == commit.ParentsKnown && Compare(again.Parents, known) > 0);
            if (!better) return;
            commit.ParentsKnown = again.ParentsKnown;
            commit.FirstParent = parents.Count;
            commit.ParentCount = (ushort)Math.Min(again.Parents.Length, ushort.MaxValue);
            parents.AddRange(again.Parents);
        }

        // Two pushes may give one commit two orders; whichever came first must not decide.
        static int Compare(ReadOnlySpan<Sha> left, ReadOnlySpan<Sha> right) => left.SequenceCompareTo(right);

        static long Earlier(long left, long right) => left == 0 ? right : right == 0 ? left : Math.Min(left, right);

        static string? Later(string? left, string? right) => string.CompareOrdinal(left, right) >= 0 ? left : right;

        ushort IndexOf(RepositoryName name)
        {
            if (repositories.Count > 0 && name == lastRepository) return lastRepositoryIndex;
            if (!repositories.TryGetValue(name, out var place))
                repositories.Add(name, place = checked((ushort)repositories.Count));
            lastRepository = name;
            return lastRepositoryIndex = place;
        }
    }
}
