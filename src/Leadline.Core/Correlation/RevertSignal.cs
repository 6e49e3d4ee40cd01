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
        {
            foreach (var commit in row.Commits)
            {
                if (commit.Commit < 0 || judged.Graph.Reverts(commit.Commit) is not { } reverted) continue;
                var (place, shippedBy) = Shipped(judged, judged.Graph.Repository(commit.Commit), reverted);
                if (shippedBy == row || (place >= 0 && judged.Graph.Reverts(place) is not null)) continue;
                row.Rework.Add("revert");
                if (shippedBy is { IsCounted: true } && shippedBy.DeployedAt <= row.DeployedAt)
                    judged.Blame(shippedBy, FailureSignal.Revert, commit.Sha.ToString(), "revert", row);
            }
        }
    }

    static (int Place, Row? Row) Shipped(Case judged, RepositoryName repository, string reverted)
    {
        if (reverted.StartsWith('#'))
            return (-1, int.TryParse(reverted.AsSpan(1), out var number) ? judged.RowOfChange.GetValueOrDefault((repository, number)) : null);
        var place = Core.Sha.TryParse(reverted, out var sha) ? judged.Graph.Find(sha) : -1;
        return (place, place < 0 ? null : judged.RowOfCommit[place]);
    }
}
