namespace Leadline.Core;

/// <summary>
/// A deployment that ships the revert of a commit or change which an earlier one shipped makes that one a failure. Both in one
/// deployment is nothing, and so is the revert of a revert, which brings back what was taken away.
/// </summary>
static class RevertSignal
{
    public static void Apply(Case judged)
    {
        foreach (var row in judged.Counted)
            foreach (var commit in row.Commits)
                if (commit.Commit >= 0 && judged.Graph.Reverts(commit.Commit) is { } reverted)
                    Apply(judged, row, commit, reverted.Split(' '));
    }

    static void Apply(Case judged, Row row, ShippedCommit revert, string[] reverted)
    {
        var repository = judged.Graph.Repository(revert.Commit);
        var found = reverted.Select(name => name.StartsWith('#') ? ByChange(judged, repository, name) : BySha(judged, name))
            .OfType<Reverted>().ToList();
        if (found.Count > 0 && found.TrueForAll(one => one.Row == row || one.IsRevert)) return;
        row.Repairs("revert");
        foreach (var one in found)
        {
            if (one is not { IsRevert: false, Row: { IsCounted: true } failed }) continue;
            if (failed != row && failed.DeployedAt <= row.DeployedAt)
                judged.Blame(failed, FailureSignal.Revert, revert.Sha.ToString(), "revert", row);
        }
    }

    static Reverted? BySha(Case judged, string digits) =>
        Core.Sha.TryParse(digits, out var sha) && judged.Graph.Find(sha) is >= 0 and var place
            ? new Reverted(judged.RowOfCommit[place], judged.Graph.Reverts(place) is not null) : null;

    static Reverted? ByChange(Case judged, RepositoryName repository, string name)
    {
        if (!int.TryParse(name.AsSpan(1), out var number)) return null;
        if (!judged.RowOfChange.TryGetValue((repository, number), out var row)) return null;
        return new Reverted(row, row.Commits.Exists(commit =>
            commit.Commit >= 0 && commit.Change is { } change && change.Number == number && change.Repository == repository
            && judged.Graph.Reverts(commit.Commit) is not null));
    }

    /// <param name="Row">The row that shipped it, where known.</param>
    /// <param name="IsRevert">Whether it was itself a revert.</param>
    readonly record struct Reverted(Row? Row, bool IsRevert);
}
