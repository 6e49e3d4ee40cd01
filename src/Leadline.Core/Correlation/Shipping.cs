namespace Leadline.Core;

/// <summary>
/// Commit → deployment. The live sha moves along the graph: a commit ships in the first counted deployment whose sha reaches it.
/// A squashed or rebased change's own commits ship with its merge commit; what a sender declares goes before all of it.
/// </summary>
static class Shipping
{
    public static void Apply(Case judged)
    {
        var walk = new ShippedWalk(judged.Graph);
        var live = new Dictionary<string, Live>(StringComparer.OrdinalIgnoreCase);
        var begun = new HashSet<RepositoryName>();
        var byMergeSha = judged.Changes.Where(change => change.MergeSha is not null)
            .Select(change => (Place: judged.Graph.Find(change.MergeSha!.Value), Change: change))
            .Where(merged => merged.Place >= 0).ToLookup(merged => merged.Place, merged => merged.Change);
        var byCommit = new Dictionary<int, ChangeFact>();
        foreach (var change in judged.Changes.Where(change => change.MergedAt is not null).OrderByDescending(change => change.MergedAt).ThenByDescending(change => change.Number))
            foreach (var sha in change.Commits ?? [])
                if (judged.Graph.Find(sha) is >= 0 and var place) byCommit[place] = change;
        var each = judged.Environment.Counts == EnvironmentCounts.Each;

        foreach (var row in judged.Rows)
        {
            if (row.Kind is LedgerKind.FailedAttempt or LedgerKind.Step) continue;
            Resolve(judged, row);
            var key = (each ? row.Attempt.SourceEnvironment : "") + "\n" + row.Repository;
            var before = live.GetValueOrDefault(key);
            if (before is not null && IsLive(before, row))
            {
                row.Kind = LedgerKind.Redeploy;
                row.IsCounted = judged.Definitions.Deployments.CountRedeploys;
                continue;
            }

            live[key] = new Live(row.Head, row.Attempt.VersionKey);
            if (row.Head < 0)
            {
                // Of which repository it was nobody knows: whatever comes next in any of them follows a gap.
                if (row.Repository is null)
                    foreach (var other in live.Keys.ToList()) live[other] = live[key];
                walk.Advance(-1);
                row.Link = row.Sha is null ? LedgerLink.NoSha : LedgerLink.UnknownSha;
                Declare(judged, row, walk);
                continue;
            }

            var step = walk.Advance(row.Head);
            var first = begun.Add(judged.Graph.Repository(row.Head));
            if (first) row.Link = LedgerLink.Baseline;
            else if ((!each && before is not { Head: >= 0 }) || (step.Reached.Count > 0 && !step.MetShipped)) row.Link = LedgerLink.Gap;
            else if (step.Reached.Count == 0 && RollbackSignal.Removed(judged, before?.Head ?? -1, row.Head) is { Count: > 0 } removed)
            {
                row.Kind = LedgerKind.Rollback;
                row.Rework.Add("rollback");
                RollbackSignal.Apply(judged, row, walk, removed);
            }

            judged.StepRows[walk.Length - 1] = row;
            if (row.Attempt.Changes is not null)
            {
                Declare(judged, row, walk);
                continue;
            }

            if (row.Link == LedgerLink.Linked) Ship(judged, row, step, walk, byMergeSha, byCommit);
            else foreach (var change in step.Reached.SelectMany(commit => byMergeSha[commit])) Own(judged, change).ForEach(commit => walk.Add(commit));
        }
    }

    static bool IsLive(Live before, Row row) =>
        row.Head >= 0 ? before.Head == row.Head : before.Head < 0 && before.VersionKey == row.Attempt.VersionKey;

    /// <summary>The commit that was deployed: by sha, else by the artifact of that version.</summary>
    static void Resolve(Case judged, Row row)
    {
        row.Repository = row.Attempt.Repository;
        row.Sha = row.Attempt.Sha;
        if (row.Sha is null && row.Attempt.Version is { } version && judged.Artifacts.TryGetValue(version, out var artifact))
        {
            row.Sha = artifact;
            row.ByArtifact = true;
        }

        if (row.Sha is not { } sha) return;
        row.Head = judged.Graph.Find(sha);
        if (row.Head < 0) return;
        row.Sha = judged.Graph.Sha(row.Head);
        row.Repository = judged.Graph.Repository(row.Head);
    }

    static void Ship(
        Case judged, Row row, WalkStep step, ShippedWalk walk, ILookup<int, ChangeFact> byMergeSha, Dictionary<int, ChangeFact> byCommit)
    {
        var here = walk.Length - 1;
        var shipped = new List<(int Commit, LinkMethod Method)>(step.Reached.Count);
        for (var i = 0; i < step.Reached.Count; i++)
        {
            var commit = step.Reached[i];
            shipped.Add((commit, row.ByArtifact ? LinkMethod.Artifact : i < step.ByAncestry ? LinkMethod.Ancestry : LinkMethod.PushRange));
            if (byCommit.Count > 0) judged.ChangeOf[commit] = byCommit.GetValueOrDefault(commit);
        }

        List<ChangeFact> merges = byMergeSha.Count == 0 ? [] :
            [.. step.Reached.Where(byMergeSha.Contains).SelectMany(commit => byMergeSha[commit]).OrderBy(change => change.MergedAt).ThenBy(change => change.Number)];

        // Author times of what is on the branch: a rebased copy keeps its original's, so the original is not shipped beside it.
        HashSet<DateTimeOffset>? onBranch = null;
        foreach (var change in merges)
        {
            foreach (var own in Own(judged, change))
            {
                if (walk.StepOf(own) == here)
                {
                    judged.ChangeOf[own] ??= change;
                    continue;
                }

                onBranch ??= [.. step.Reached.Select(judged.Graph.AuthoredAt).OfType<DateTimeOffset>()];
                var isCopied = judged.Graph.AuthoredAt(own) is { } authored && onBranch.Contains(authored);
                if (!walk.Add(own) || isCopied) continue;
                shipped.Add((own, LinkMethod.MergeSha));
                judged.ChangeOf[own] = change;
            }

            var merge = judged.Graph.Find(change.MergeSha!.Value);
            judged.ChangeOf[merge] ??= change;
        }

        row.Commits.Capacity = shipped.Count;
        foreach (var (commit, method) in shipped)
        {
            if (!judged.Graph.Touches(commit)) continue;
            row.Commits.Add(new ShippedCommit(commit, judged.Graph.Sha(commit), method, judged.ChangeOf[commit]));
            judged.RowOfCommit[commit] = row;
        }

        Finish(judged, row, merges);
    }

    /// <summary>The commits that a change brought: those it lists, and those between its head and the branch that it was merged into.</summary>
    static List<int> Own(Case judged, ChangeFact change)
    {
        var merge = judged.Graph.Find(change.MergeSha!.Value);
        var own = new SortedSet<int>();
        foreach (var sha in change.Commits ?? [])
            if (judged.Graph.Find(sha) is >= 0 and var listed) own.Add(listed);
        if (own.Count == 0 && change.HeadSha is { } headSha && judged.Graph.Find(headSha) is >= 0 and var head)
        {
            var target = judged.Graph.Parents(merge) is [>= 0 and var first, ..] ? first : -1;
            if (target >= 0) own.UnionWith(judged.Graph.Difference(head, target));
        }

        return [.. own];
    }

    /// <summary>The sender says what it ships; that holds whatever the graph says.</summary>
    static void Declare(Case judged, Row row, ShippedWalk walk)
    {
        if (row.Attempt.Changes is not { } declared) return;
        var changes = new List<ChangeFact>();
        foreach (var item in declared.Distinct(StringComparer.Ordinal))
        {
            if (Core.Sha.TryParse(item, out var sha))
            {
                Add(sha, null);
                continue;
            }

            if (!int.TryParse(item.AsSpan().TrimStart('#'), out var number)) continue;
            if (judged.Changes.FirstOrDefault(change => change.Number == number && (row.Repository is null || change.Repository == row.Repository)) is not { } known) continue;
            changes.Add(known);
            foreach (var commit in known.Commits ?? (known.MergeSha is { } merge ? [merge] : [])) Add(commit, known);
        }

        Finish(judged, row, changes);

        void Add(Sha sha, ChangeFact? change)
        {
            var place = judged.Graph.Find(sha);
            row.Commits.Add(new ShippedCommit(place, place >= 0 ? judged.Graph.Sha(place) : sha, LinkMethod.Declared, change));
            if (place < 0) return;
            walk.Add(place);
            judged.RowOfCommit[place] ??= row;
        }
    }

    static void Finish(Case judged, Row row, IEnumerable<ChangeFact> merged)
    {
        row.Commits.Sort(static (left, right) => left.Sha.CompareTo(right.Sha));
        if (!row.Commits.Exists(static commit => commit.Change is not null)) return;
        var touched = row.Commits.Select(commit => commit.Change).OfType<ChangeFact>().ToHashSet(ReferenceEqualityComparer.Instance);
        row.Changes.AddRange(touched.Cast<ChangeFact>().Union(merged.Where(touched.Contains)).Distinct().OrderBy(change => change.Repository).ThenBy(change => change.Number));
        foreach (var change in row.Changes) judged.RowOfChange.TryAdd((change.Repository, change.Number), row);
    }

    sealed record Live(int Head, string VersionKey);
}
