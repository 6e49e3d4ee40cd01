namespace Leadline.Core;

/// <summary>
/// Lead time for changes: from the start that the definitions name to the deployment's success, per commit or per change.
/// </summary>
static class LeadTimeRule
{
    const string Excluded = "its deployment is excluded";

    static readonly IEqualityComparer<ChangeFact> ByReference = ReferenceEqualityComparer.Instance;

    public static List<ShippedChange> Of(Case judged, Row row)
    {
        var shipped = new List<ShippedChange>(row.Commits.Count);
        var perChange = judged.Definitions.LeadTime.Unit == LeadTimeUnit.Change;
        ILookup<ChangeFact, ShippedCommit>? ofChange = null;
        Dictionary<ChangeFact, DateTimeOffset?>? starts = null;
        if (row.Changes.Count > 0 && (perChange || judged.Definitions.LeadTime.Start == LeadTimeStart.FirstCommit))
        {
            ofChange = row.Commits.Where(commit => commit.Change is not null).ToLookup(commit => commit.Change!, ByReference);
            starts = new Dictionary<ChangeFact, DateTimeOffset?>(ByReference);
            foreach (var change in row.Changes) starts.Add(change, StartOfChange(judged, change, ofChange[change]));
        }

        foreach (var commit in row.Commits)
        {
            if (perChange && commit.Change is not null) continue;
            var because = row.IsExcluded ? Excluded
                : perChange ? "it belongs to no change"
                : judged.Definitions.LeadTime.Unit == LeadTimeUnit.Deployment ? commit.Commit >= 0 && commit.Commit == row.Head
                    ? null : "it is not the commit that was deployed"
                : NotCounted(judged, commit);
            var start = because is null ? Start(judged, commit, starts) : null;
            var repository = Repository(judged, row, commit);
            shipped.Add(Make(judged, row, commit.Sha, repository, commit.Change, commit.Method, because, start));
        }

        // They are in order already.
        if (!perChange) return shipped;
        foreach (var change in row.Changes)
        {
            var own = ofChange![change];
            var merge = change.MergeSha is { } known ? judged.Graph.Find(known) : -1;
            var sha = merge >= 0 ? judged.Graph.Sha(merge) : own.First().Sha;
            var because = row.IsExcluded ? Excluded : NotCounted(judged, row, change);
            var start = because is null ? starts![change] : null;
            shipped.Add(Make(judged, row, sha, change.Repository, change, own.Min(commit => commit.Method), because, start));
        }

        shipped.Sort(static (left, right) =>
            left.Sha.CompareTo(right.Sha) is not 0 and var order ? order : Nullable.Compare(left.Change, right.Change));
        return shipped;
    }

    static ShippedChange Make(
        Case judged, Row row, Sha sha, RepositoryName repository, ChangeFact? change, LinkMethod method, string? because,
        DateTimeOffset? start)
    {
        if (because is null && start is null)
        {
            because = judged.Definitions.LeadTime.Start is LeadTimeStart.Opened or LeadTimeStart.Merged
                ? change is null ? "it belongs to no change" : "its change has no such time"
                : "its time is unknown";
        }

        return new ShippedChange
        {
            Service = judged.Service,
            Environment = judged.Environment.Name,
            DeploymentId = row.Attempt.Id,
            DeployedAt = row.DeployedAt,
            DeployedDay = row.DeployedDay,
            Repository = repository,
            Sha = sha,
            Change = change?.Number,
            Method = method,
            NotCountedBecause = because,
            StartedAt = because is null ? start : null,
            LeadSeconds = because is null ? (row.DeployedAt - start!.Value).TotalSeconds : null,
            Stages = because is null ? StagesRule.Of(judged, row, change, start!.Value) : Stages.Unknown,
        };
    }

    static string? NotCounted(Case judged, ShippedCommit commit)
    {
        if (commit.Commit < 0) return null;
        if (judged.Graph.IsMerge(commit.Commit)) return "merge commit";
        if (commit.Change is { } change && MergedIt(judged, change, commit.Commit) is { } because) return because;
        return judged.Definitions.LeadTime.ExcludeBots && judged.Graph.ByBot(commit.Commit) ? "bot" : null;
    }

    /// <summary>Why the commit that merged a change does not count for it: the change's own commits do.</summary>
    static string? MergedIt(Case judged, ChangeFact change, int commit)
    {
        if (change.MergeSha is not { } merge || judged.Graph.Find(merge) != commit) return null;
        var head = change.HeadSha is { } sha ? judged.Graph.Find(sha) : -1;
        var own = judged.Changes.Known(change);
        if (head == commit || own.Contains(commit)) return null;

        // Known from a push alone, a merge commit has no second parent; what stands below it is its change's last commit.
        if (head >= 0 && judged.Graph.Parents(commit).Contains(head)) return "merge commit";
        return own.Exists(one => judged.RowOfCommit[one] is not null) ? $"squash of #{change.Number}" : null;
    }

    static string? NotCounted(Case judged, Row row, ChangeFact change)
    {
        var shippedIn = judged.RowOfChange[(change.Repository, change.Number)];
        if (shippedIn != row) return $"it shipped in {shippedIn.Attempt.Id}";
        var byBot = change.Author?.EndsWith("[bot]", StringComparison.Ordinal) == true;
        return judged.Definitions.LeadTime.ExcludeBots && byBot ? "bot" : null;
    }

    static DateTimeOffset? Start(Case judged, ShippedCommit commit, Dictionary<ChangeFact, DateTimeOffset?>? starts)
    {
        var (authored, committed) = commit.Commit < 0 ? default
            : (judged.Graph.AuthoredAt(commit.Commit), judged.Graph.CommittedAt(commit.Commit));
        authored ??= committed;
        return judged.Definitions.LeadTime.Start switch
        {
            LeadTimeStart.Authored => authored,
            LeadTimeStart.Committed => committed ?? authored,
            LeadTimeStart.FirstCommit => commit.Change is null ? authored : starts![commit.Change],
            LeadTimeStart.Opened => commit.Change?.OpenedAt,
            LeadTimeStart.Merged => commit.Change?.MergedAt,
            _ => null,
        };
    }

    /// <summary>Of all its commits that shipped, in whichever row.</summary>
    static DateTimeOffset? StartOfChange(Case judged, ChangeFact change, IEnumerable<ShippedCommit> inRow)
    {
        var own = judged.Changes.Known(change).FindAll(commit => judged.RowOfCommit[commit] is not null);
        if (own.Count == 0)
        {
            // The merge commit is made when the work is over; it stands for the change only where nothing else is known of it.
            var merge = change.MergeSha is { } sha ? judged.Graph.Find(sha) : -1;
            own = [.. inRow.Select(commit => commit.Commit).Where(commit => commit >= 0)];
            if (own.Exists(commit => commit != merge) && judged.Graph.IsMerge(merge)) own.Remove(merge);
        }

        return judged.Definitions.LeadTime.Start switch
        {
            LeadTimeStart.Authored or LeadTimeStart.FirstCommit => own.Min(judged.Graph.AuthoredAt),
            LeadTimeStart.Committed => own.Min(judged.Graph.CommittedAt),
            LeadTimeStart.Opened => change.OpenedAt,
            LeadTimeStart.Merged => change.MergedAt,
            _ => null,
        };
    }

    static RepositoryName Repository(Case judged, Row row, ShippedCommit commit) =>
        commit.Commit >= 0 ? judged.Graph.Repository(commit.Commit)
        : commit.Change?.Repository ?? row.Repository ?? new RepositoryName(judged.Service.Value);
}
