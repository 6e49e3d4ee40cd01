namespace Leadline.Core;

/// <summary>
/// A deployment all of whose commits had shipped before, and which takes some of the live ones of the service away. It blames
/// the earliest counted deployment since which some of those were live without a break: V1 → V2 → V3 → V1 blames V2, and V1 → V2
/// → V1 → V3 → V1 blames V2 and then V3.
/// </summary>
static class RollbackSignal
{
    /// <param name="judged">The case.</param>
    /// <param name="row">A deployment that ships nothing new.</param>
    /// <param name="live">What was live one after another, the row itself last.</param>
    public static void Apply(Case judged, Row row, List<Row> live)
    {
        if (live.Count < 2) return;
        var removed = new HashSet<int>();
        foreach (var commit in judged.Graph.Difference(live[^2].Head, row.Head))
            if (judged.Graph.Touches(commit)) removed.Add(commit);
        if (removed.Count == 0) return;
        row.Kind = LedgerKind.Rollback;
        row.Repairs("rollback");
        Row? failed = null;
        for (var i = live.Count - 2; i >= 0 && HadSome(live[i]); i--)
            if (live[i].IsCounted) failed = live[i];
        if (failed is not null) judged.Blame(failed, FailureSignal.Rollback, row.Attempt.Id, "rollback", row);

        bool HadSome(Row earlier) => earlier.Head >= 0
            && (removed.Contains(earlier.Head) || judged.Graph.Difference(earlier.Head, row.Head).Exists(removed.Contains));
    }
}
