namespace Leadline.Core;

/// <summary>Lead time for changes: from the start that the definitions name to the deployment's success, per commit or per change.</summary>
static class LeadTimeRule
{
    public static List<ShippedChange> Of(Case judged, Row row)
    {
        var shipped = new List<ShippedChange>(row.Commits.Count);
        var squashed = new HashSet<object?>(ReferenceEqualityComparer.Instance);
        foreach (var commit in row.Commits)
            if (commit.Method == LinkMethod.MergeSha) squashed.Add(commit.Change);
        var perChange = judged.Definitions.LeadTime.Unit == LeadTimeUnit.Change;
        foreach (var commit in row.Commits)
        {
            if (perChange && commit.Change is not null) continue;
            var because = perChange ? "it belongs to no change" : NotCounted(judged, row, commit, squashed);
            shipped.Add(Make(judged, row, commit.Sha, Repository(judged, row, commit), commit.Change, commit.Method, because, because is null ? Start(judged, row, commit) : null));
        }

        if (perChange)
        {
            foreach (var change in row.Changes)
            {
                var own = row.Commits.Where(commit => ReferenceEquals(commit.Change, change)).ToList();
                var sha = change.MergeSha is { } merge && judged.Graph.Find(merge) is >= 0 and var place ? judged.Graph.Sha(place) : own[0].Sha;
                var method = own.Select(commit => commit.Method).Min();
                var bot = judged.Definitions.LeadTime.ExcludeBots && change.Author?.EndsWith("[bot]", StringComparison.Ordinal) == true;
                shipped.Add(Make(judged, row, sha, change.Repository, change, method, bot ? "bot" : null, bot ? null : StartOfChange(judged, change, own)));
            }
        }

        shipped.Sort((left, right) => left.Sha.CompareTo(right.Sha) is not 0 and var order ? order : Nullable.Compare(left.Change, right.Change));
        return shipped;
    }

    static ShippedChange Make(
        Case judged, Row row, Sha sha, RepositoryName repository, ChangeFact? change, LinkMethod method, string? because, DateTimeOffset? start)
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

    static string? NotCounted(Case judged, Row row, ShippedCommit commit, HashSet<object?> squashed)
    {
        if (commit.Commit < 0) return null;
        if (judged.Graph.IsMerge(commit.Commit)) return "merge commit";
        if (commit.Change is { } change && change.MergeSha is { } merge && judged.Graph.Find(merge) == commit.Commit)
        {
            if (squashed.Contains(change)) return $"squash of #{change.Number}";

            // Known from a push alone, a merge commit has one parent; it is none of its change's own commits.
            if (judged.Graph.KnowledgeOfParents(commit.Commit) == ParentsKnown.FromPush && change.HeadSha is { } head
                && judged.Graph.Find(head) is >= 0 and var headPlace && headPlace != commit.Commit
                && row.Commits.Exists(other => other.Commit == headPlace)) return "merge commit";
        }

        return judged.Definitions.LeadTime.ExcludeBots && judged.Graph.ByBot(commit.Commit) ? "bot" : null;
    }

    static DateTimeOffset? Start(Case judged, Row row, ShippedCommit commit)
    {
        var authored = commit.Commit < 0 ? null : judged.Graph.AuthoredAt(commit.Commit) ?? judged.Graph.CommittedAt(commit.Commit);
        return judged.Definitions.LeadTime.Start switch
        {
            LeadTimeStart.Authored => authored,
            LeadTimeStart.Committed => commit.Commit < 0 ? null : judged.Graph.CommittedAt(commit.Commit) ?? authored,
            LeadTimeStart.FirstCommit => commit.Change is null ? authored
                : row.Commits.Where(other => other.Commit >= 0 && ReferenceEquals(other.Change, commit.Change)).Min(other => judged.Graph.AuthoredAt(other.Commit)),
            LeadTimeStart.Opened => commit.Change?.OpenedAt,
            LeadTimeStart.Merged => commit.Change?.MergedAt,
            _ => null,
        };
    }

    static DateTimeOffset? StartOfChange(Case judged, ChangeFact change, List<ShippedCommit> commits)
    {
        // The merge commit is made when the work is over; it stands for the change only where nothing else is known of it.
        var merge = change.MergeSha is { } sha ? judged.Graph.Find(sha) : -1;
        var known = commits.Where(commit => commit.Commit >= 0).ToList();
        var own = known.Exists(commit => commit.Commit != merge) ? known.Where(commit => commit.Commit != merge || !judged.Graph.IsMerge(merge)) : known;
        return judged.Definitions.LeadTime.Start switch
        {
            LeadTimeStart.Authored or LeadTimeStart.FirstCommit => own.Min(commit => judged.Graph.AuthoredAt(commit.Commit)),
            LeadTimeStart.Committed => own.Min(commit => judged.Graph.CommittedAt(commit.Commit)),
            LeadTimeStart.Opened => change.OpenedAt,
            LeadTimeStart.Merged => change.MergedAt,
            _ => null,
        };
    }

    static RepositoryName Repository(Case judged, Row row, ShippedCommit commit) =>
        commit.Commit >= 0 ? judged.Graph.Repository(commit.Commit)
        : commit.Change?.Repository ?? row.Repository ?? new RepositoryName(judged.Service.Value);
}
