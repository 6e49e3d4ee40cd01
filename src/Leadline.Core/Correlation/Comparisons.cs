namespace Leadline.Core;

/// <summary>
/// What hosts said of two deployed commits. Where some of the history is not known, a walk along what is does not tell what lies
/// between the two: it ends too early, or goes on along commits that were live before. The host has all of the history, and
/// knows.
/// </summary>
sealed class Comparisons
{
    readonly CommitGraph graph;
    readonly Dictionary<(int Base, int Head), Compared> known = [];

    public Comparisons(IEnumerable<ComparisonFact> facts, CommitGraph graph)
    {
        this.graph = graph;
        foreach (var fact in Folding.Comparisons(facts).OrderBy(fact => fact.Total is null).ThenBy(fact => fact.Repository))
        {
            if (graph.Find(fact.Base) is not (>= 0 and var from) || graph.Find(fact.Head) is not (>= 0 and var head)) continue;
            var commits = fact.Total is null ? null : fact.Commits.Select(graph.Find).Where(place => place >= 0).ToList();
            known.TryAdd((from, head), new Compared(StatusOf(fact), commits));
        }
    }

    public bool AreNone => known.Count == 0;

    /// <summary>What was said of the two; null where nobody was asked.</summary>
    public Compared? Of(int live, int deployed) => known.GetValueOrDefault((live, deployed));

    /// <summary>
    /// What the deployed commit has and the one before has not; null where the graph tells it, or nobody was asked, or the list
    /// is not whole.
    /// </summary>
    public List<int>? Between(int live, int deployed) =>
        Of(live, deployed) is { Commits: { } commits } && !(graph.IsWhole(live) && graph.IsWhole(deployed)) ? commits : null;

    static ComparisonStatus? StatusOf(ComparisonFact fact) =>
        fact.Status ?? (fact.MergeBase is not { } both ? null
            : both == fact.Base ? ComparisonStatus.Ahead : both == fact.Head ? ComparisonStatus.Behind
            : ComparisonStatus.Diverged);
}

/// <param name="Status">Null where nobody says.</param>
/// <param name="Commits">Their places, in the order of their shas; null where the list is not whole.</param>
sealed record Compared(ComparisonStatus? Status, List<int>? Commits)
{
    /// <summary>Whether the deployed commit may lack something of the one that was live.</summary>
    public bool MayTakeAway => Status is not (ComparisonStatus.Ahead or ComparisonStatus.Identical);
}
