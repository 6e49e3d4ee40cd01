namespace Leadline.Core;

/// <summary>
/// What hosts said of two deployed commits. Where some of the history is not known, a walk along what is does not tell what lies between
/// the two: it ends too early, or goes on along commits that were live before. The host has all of the history, and knows.
/// </summary>
sealed class Comparisons
{
    readonly CommitGraph graph;
    readonly Dictionary<(int Base, int Head), Compared> known = [];

    public Comparisons(IEnumerable<ComparisonFact> facts, CommitGraph graph)
    {
        this.graph = graph;
        foreach (var fact in Folding.Comparisons(facts).Where(fact => fact.Total is not null).OrderBy(fact => fact.Repository))
        {
            var commits = fact.Commits.Select(graph.Find).Where(place => place >= 0).ToList();
            if (graph.Find(fact.Base) is >= 0 and var from && graph.Find(fact.Head) is >= 0 and var head)
                known.TryAdd((from, head), new Compared(StatusOf(fact), commits));
        }
    }

    public bool AreNone => known.Count == 0;

    /// <summary>
    /// What the deployed commit has and the one before has not; null where the graph tells it, or nobody was asked, or the list is not whole.
    /// </summary>
    public Compared? Between(int live, int deployed) =>
        known.TryGetValue((live, deployed), out var compared) && !(graph.IsWhole(live) && graph.IsWhole(deployed)) ? compared : null;

    static ComparisonStatus? StatusOf(ComparisonFact fact) =>
        fact.Status ?? (fact.MergeBase is not { } both ? null
            : both == fact.Base ? ComparisonStatus.Ahead : both == fact.Head ? ComparisonStatus.Behind : ComparisonStatus.Diverged);
}

/// <param name="Status">Null where nobody says.</param>
/// <param name="Commits">Their places, in the order of their shas.</param>
sealed record Compared(ComparisonStatus? Status, List<int> Commits)
{
    /// <summary>Whether the deployed commit may lack something of the one that was live.</summary>
    public bool MayTakeAway => Status is not (ComparisonStatus.Ahead or ComparisonStatus.Identical);
}
