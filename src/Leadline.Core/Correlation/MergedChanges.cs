namespace Leadline.Core;

/// <summary>
/// The changes of a service, by what they brought. A change's own commits are those it lists, or else those between its head
/// and the branch that it was merged into; where both are known by pushes alone, those below its merge commit.
/// </summary>
sealed class MergedChanges
{
    readonly CommitGraph graph;
    readonly Dictionary<int, List<ChangeFact>> byMerge = [];
    readonly Dictionary<int, ChangeFact> byCommit = [];
    readonly Dictionary<ChangeFact, List<int>> own = new(ReferenceEqualityComparer.Instance);
    readonly ILookup<int, ChangeFact> byNumber;

    public MergedChanges(List<ChangeFact> changes, CommitGraph graph)
    {
        this.graph = graph;
        byNumber = changes.ToLookup(change => change.Number);

        // A commit of several changes is of the one that was merged first.
        foreach (var change in changes.OrderBy(one => one.MergedAt).ThenBy(one => one.Repository).ThenBy(one => one.Number))
        {
            var merge = Place(change.MergeSha);
            if (merge >= 0)
            {
                if (!byMerge.TryGetValue(merge, out var merged)) byMerge.Add(merge, merged = []);
                merged.Add(change);
            }

            if (merge < 0 && change.MergedAt is null) continue;
            var commits = Listed(change);
            if (commits.Count == 0 && merge >= 0) commits = Between(Place(change.HeadSha), merge);
            if (change.MergedAt is not null)
                foreach (var commit in commits) byCommit.TryAdd(commit, change);
            own.Add(change, commits);
        }
    }

    public bool AreNone => byMerge.Count == 0 && byCommit.Count == 0;

    /// <summary>The changes that this commit merged.</summary>
    public IReadOnlyList<ChangeFact> MergedBy(int commit) => byMerge.TryGetValue(commit, out var merged) ? merged : [];

    /// <summary>The change that lists the commit, or has it between its head and its branch; null where none does.</summary>
    public ChangeFact? Of(int commit) => byCommit.GetValueOrDefault(commit);

    /// <summary>The change of that number, of any repository where none is given.</summary>
    public ChangeFact? Find(RepositoryName? repository, int number) =>
        byNumber[number].FirstOrDefault(change => repository is null || change.Repository == repository);

    /// <summary>The change's own commits as far as they can be told without a walk, in order of their places.</summary>
    public List<int> Known(ChangeFact change) => own.GetValueOrDefault(change) ?? [];

    /// <summary>The commits that a merged change brought, in order of their places.</summary>
    /// <param name="change">A change whose merge commit is in the graph.</param>
    /// <param name="walk">The walk at the step that reached the merge commit: what an earlier step reached is none of
    /// them.</param>
    public List<int> Own(ChangeFact change, ShippedWalk walk) =>
        Known(change) is { Count: > 0 } known ? known : Pushed(Place(change.HeadSha), Place(change.MergeSha), walk);

    List<int> Listed(ChangeFact change)
    {
        var places = new SortedSet<int>();
        foreach (var sha in change.Commits ?? [])
            if (Place(sha) is >= 0 and var place) places.Add(place);
        return [.. places];
    }

    List<int> Between(int head, int merge)
    {
        if (head < 0 || graph.Parents(merge) is not [>= 0 and var target, ..]) return [];
        var commits = graph.Difference(head, target);
        commits.Sort();
        return commits;
    }

    /// <summary>
    /// In the order of a push the head stands right below its merge commit, and below it the change's other commits, as far as
    /// one that had shipped or that another change brought.
    /// </summary>
    List<int> Pushed(int head, int merge, ShippedWalk walk)
    {
        if (head < 0 || head == merge || graph.KnowledgeOfParents(merge) != ParentsKnown.FromPush) return [];
        if (graph.Parents(merge) is not [var last] || last != head) return [];
        var commits = new SortedSet<int>();
        var commit = head;
        while (commit >= 0 && walk.IsOfLastStep(commit) && !IsOfAnother(commit) && commits.Add(commit))
            commit = graph.Parents(commit) is [var only] ? only : -1;
        return [.. commits];

        bool IsOfAnother(int place) => byCommit.ContainsKey(place) || byMerge.ContainsKey(place);
    }

    int Place(Sha? sha) => sha is { } known ? graph.Find(known) : -1;
}
