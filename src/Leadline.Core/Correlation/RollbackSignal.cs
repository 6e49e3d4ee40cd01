namespace Leadline.Core;

/// <summary>
/// A deployment all of whose commits had shipped before, and which takes some of the live ones away. It blames the earliest counted
/// deployment that shipped one of those taken away: V1 → V2 → V3 → V1 blames V2.
/// </summary>
static class RollbackSignal
{
    /// <summary>What the live version has and the new one has not.</summary>
    public static List<int> Removed(Case judged, int live, int head) => live < 0 ? [] : judged.Graph.Difference(live, head);

    public static void Apply(Case judged, Row rollback, ShippedWalk walk, List<int> removed)
    {
        var step = removed.Select(walk.StepOf).Where(step => step >= 0).DefaultIfEmpty(-1).Min();
        if (judged.StepRows.TryGetValue(step, out var failed) && failed.IsCounted)
            judged.Blame(failed, FailureSignal.Rollback, rollback.Attempt.Id, "rollback", rollback);
    }
}
