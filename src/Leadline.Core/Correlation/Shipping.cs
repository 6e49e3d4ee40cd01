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
        var begun = new HashSet<RepositoryName>();

        // What was live one after another: of each repository, or of each that says what runs, and where each region counts for
        // itself, of each region.
        var lives = new Dictionary<string, List<Row>>(StringComparer.OrdinalIgnoreCase);
        var each = judged.Environment.Counts == EnvironmentCounts.Each;
        foreach (var row in judged.Rows)
        {
            if (row.Kind is LedgerKind.FailedAttempt or LedgerKind.Step) continue;
            var key = (each ? row.Attempt.SourceEnvironment : "") + "\n" + (row.Attempt.Configuration ?? row.Repository);
            if (!lives.TryGetValue(key, out var live)) lives.Add(key, live = []);
            var before = live.Count > 0 ? live[^1] : null;
            if (before is not null && IsLive(before, row))
            {
                row.Kind = LedgerKind.Redeploy;
                row.IsCounted = judged.Definitions.Deployments.CountRedeploys;
                continue;
            }

            live.Add(row);
            if (row.Head < 0)
            {
                // Of which repository it was nobody knows: whatever comes next in any of them follows a gap.
                if (row.Repository is null)
                    foreach (var other in lives.Values.Where(other => other != live)) other.Add(row);
                walk.Advance(-1);
                row.Link = UnlinkedBy(row.Attempt);
                Declare(judged, row, walk);
                continue;
            }

            var step = walk.Advance(row.Head);
            if (begun.Add(judged.Graph.Repository(row.Head))) row.Link = LedgerLink.Baseline;
            else if (before is { Head: < 0 } || (step.Reached.Count > 0 && !step.MetShipped)) row.Link = LedgerLink.Gap;
            else if (step.Reached.Count == 0) RollbackSignal.Apply(judged, row, live);

            if (row.Attempt.Changes is not null) Declare(judged, row, walk);
            else if (row.Link == LedgerLink.Linked) Ship(judged, row, step, walk);
            else if (!judged.Changes.AreNone) MarkOwn(judged, step, walk);
        }
    }

    static bool IsLive(Row before, Row row) =>
        row.Head >= 0 ? before.Head == row.Head : before.Head < 0 && before.Attempt.VersionKey == row.Attempt.VersionKey;

    static LedgerLink UnlinkedBy(Attempt attempt) => attempt switch
    {
        { Configuration: not null } => LedgerLink.Configuration,
        { Sha: null } => LedgerLink.NoSha,
        { Sha.IsShort: true } => LedgerLink.ShortSha,
        _ => LedgerLink.UnknownSha,
    };

    /// <summary>
    /// What a baseline or gap reaches has shipped by it, nobody knows since when; so have the commits of the changes in it.
    /// </summary>
    static void MarkOwn(Case judged, WalkStep step, ShippedWalk walk)
    {
        foreach (var commit in step.Reached)
            foreach (var change in judged.Changes.MergedBy(commit))
                foreach (var own in judged.Changes.Own(change, walk)) walk.Add(own);
    }

    static void Ship(Case judged, Row row, WalkStep step, ShippedWalk walk)
    {
        var shipped = new List<(int Commit, LinkMethod Method)>(step.Reached.Count);
        var merges = new List<ChangeFact>();
        for (var i = 0; i < step.Reached.Count; i++)
        {
            var commit = step.Reached[i];
            var method = i < step.ByAncestry ? LinkMethod.Ancestry : LinkMethod.PushRange;
            shipped.Add((commit, row.Attempt.Via ?? method));
            if (judged.Changes.AreNone) continue;
            judged.ChangeOf[commit] = judged.Changes.Of(commit);
            merges.AddRange(judged.Changes.MergedBy(commit));
        }

        if (merges.Count > 1)
            merges = [.. merges.OrderBy(one => one.MergedAt).ThenBy(one => one.Number).ThenBy(one => one.Repository)];

        // By the author's time, which a rebased copy keeps: its original is not shipped beside it.
        ILookup<DateTimeOffset?, int>? onBranch = null;
        foreach (var change in merges)
        {
            foreach (var own in judged.Changes.Own(change, walk))
            {
                if (walk.IsOfLastStep(own))
                {
                    judged.ChangeOf[own] ??= change;
                    continue;
                }

                if (!walk.Add(own)) continue;
                onBranch ??= step.Reached.ToLookup(judged.Graph.AuthoredAt);
                var isCopied = false;
                if (judged.Graph.AuthoredAt(own) is { } authored)
                {
                    foreach (var copy in onBranch[authored])
                    {
                        judged.ChangeOf[copy] ??= change;
                        isCopied = true;
                    }
                }

                if (isCopied) continue;
                shipped.Add((own, LinkMethod.MergeSha));
                judged.ChangeOf[own] = change;
            }

            judged.ChangeOf[judged.Graph.Find(change.MergeSha!.Value)] ??= change;
        }

        row.Commits.Capacity = shipped.Count;
        foreach (var (commit, method) in shipped)
        {
            if (!judged.Graph.Touches(commit)) continue;
            row.Commits.Add(new ShippedCommit(commit, judged.Graph.Sha(commit), method, judged.ChangeOf[commit]));
            judged.RowOfCommit[commit] = row;
        }

        Finish(judged, row);
    }

    /// <summary>The sender says what it ships; that holds whatever the graph says, but for what another has shipped.</summary>
    static void Declare(Case judged, Row row, ShippedWalk walk)
    {
        if (row.Attempt.Changes is not { } declared) return;
        foreach (var item in declared.Distinct(StringComparer.Ordinal))
        {
            if (Core.Sha.TryParse(item, out var sha)) Add(sha, null);
            else if (int.TryParse(item.AsSpan().TrimStart('#'), out var number)) AddChange(number);
        }

        Finish(judged, row);

        void AddChange(int number)
        {
            var change = judged.Changes.Find(row.Repository, number);
            foreach (var commit in change?.Commits ?? (change?.MergeSha is { } merge ? [merge] : [])) Add(commit, change);
        }

        void Add(Sha sha, ChangeFact? change)
        {
            var place = judged.Graph.Find(sha);
            if (place >= 0)
            {
                if (judged.RowOfCommit[place] is not null) return;
                walk.Add(place);
                judged.RowOfCommit[place] = row;
            }

            row.Commits.Add(new ShippedCommit(place, place >= 0 ? judged.Graph.Sha(place) : sha, LinkMethod.Declared, change));
        }
    }

    static void Finish(Case judged, Row row)
    {
        row.Commits.Sort(static (left, right) => left.Sha.CompareTo(right.Sha));
        if (!row.Commits.Exists(static commit => commit.Change is not null)) return;
        row.Changes.AddRange(row.Commits.Select(commit => commit.Change).OfType<ChangeFact>()
            .DistinctBy(change => (change.Repository, change.Number))
            .OrderBy(change => change.Repository).ThenBy(change => change.Number));
        foreach (var change in row.Changes)
        {
            // A change ships in the first row that has its last commit, or else its merge commit.
            var key = (change.Repository, change.Number);
            if (judged.RowOfChange.TryAdd(key, row)) continue;
            if ((judged.RowOf(change.HeadSha) ?? judged.RowOf(change.MergeSha)) == row) judged.RowOfChange[key] = row;
        }
    }
}
