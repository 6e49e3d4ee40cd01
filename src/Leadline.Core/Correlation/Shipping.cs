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

        // Rows of which nobody knows all that they brought.
        var opaque = new List<Row>();

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
                if (row.Repository is null)
                {
                    // Of which repository it was nobody knows, unless there is but one: whatever comes next in any of them
                    // follows a gap.
                    var others = lives.Values.Where(other => other != live).ToList();
                    if (others is [[.., var last]]) before ??= last;
                    foreach (var other in others) other.Add(row);
                }

                walk.Advance(-1);
                row.Link = UnlinkedBy(row.Attempt);
                row.LiveBefore = Comparable(before, row);
                Declare(judged, row, walk);
                continue;
            }

            var step = walk.Advance(row.Head);
            var shipping = step.Reached;
            var compared = before is { Head: >= 0 } ? judged.Comparisons.Of(before.Head, row.Head) : null;
            var between = compared is null ? null : judged.Comparisons.Between(before!.Head, row.Head);
            if (compared?.Status == ComparisonStatus.Ahead) row.Above = before;
            if (begun.Add(judged.Graph.Repository(row.Head))) row.Link = LedgerLink.Baseline;
            else if (between is not null)
            {
                shipping = between.FindAll(commit => walk.IsOfLastStep(commit) || walk.Add(commit));
                if (shipping.Count == 0 && compared!.MayTakeAway) RollbackSignal.Apply(judged, row, live);
                else if (MayHaveHad(judged, opaque, before!) is { } at
                    && shipping.RemoveAll(commit => !(judged.Graph.CommittedAt(commit) > at)) > 0 && shipping.Count == 0)
                    row.Link = LedgerLink.Gap;

                // What else the walk reached was live before, nobody knows since when.
                MarkOwn(judged, step.Reached.Except(shipping), walk);
            }
            else if (before is { Head: < 0 } || (step.Reached.Count > 0 && !step.MetShipped)) row.Link = LedgerLink.Gap;
            else if (step.Reached.Count == 0) RollbackSignal.Apply(judged, row, live);

            if (row.Link != LedgerLink.Linked)
            {
                row.LiveBefore = Comparable(before, row);
                if (!judged.Comparisons.AreNone && !judged.Graph.IsWhole(row.Head)) opaque.Add(row);
            }

            if (row.Attempt.Changes is not null) Declare(judged, row, walk);
            else if (row.Link != LedgerLink.Linked) MarkOwn(judged, step.Reached, walk);
            else
                Ship(
                    judged, row, shipping,
                    i =>
                        between is not null ? LinkMethod.Compare : i < step.ByAncestry ? LinkMethod.Ancestry
                            : LinkMethod.PushRange, walk);
        }
    }

    /// <summary>
    /// Until when something was deployed of which nobody knows all that it brought, and which the live one does not hold for all
    /// that is known: a commit that is older may have been live by it. Null where there is no such thing.
    /// </summary>
    static DateTimeOffset? MayHaveHad(Case judged, List<Row> opaque, Row live)
    {
        DateTimeOffset? last = null;
        foreach (var row in opaque)
            if (!IsAbove(row) && judged.Graph.Difference(row.Head, live.Head).Count > 0) last = row.DeployedAt;
        return last;

        bool IsAbove(Row other)
        {
            for (var row = live; row is not null; row = row.Above)
                if (row == other) return true;
            return false;
        }
    }

    /// <summary>
    /// What was live before, where a host can compare it with what is deployed: it asks for whole shas of one repository.
    /// </summary>
    static Sha? Comparable(Row? before, Row row)
    {
        if (row.Attempt.Changes is not null
            || row is not { Sha: { IsShort: false } own, Link: not (LedgerLink.Configuration or LedgerLink.ShortSha) })
            return null;
        if (before is not { Sha: { IsShort: false } live } || live == own || before.Link == LedgerLink.Configuration)
            return null;
        return before.Repository is { } one && row.Repository is { } other
            && !string.Equals(one.Value, other.Value, StringComparison.OrdinalIgnoreCase) ? null : live;
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
    static void MarkOwn(Case judged, IEnumerable<int> reached, ShippedWalk walk)
    {
        if (judged.Changes.AreNone) return;
        foreach (var commit in reached)
            foreach (var change in judged.Changes.MergedBy(commit))
                foreach (var own in judged.Changes.Own(change, walk)) walk.Add(own);
    }

    /// <param name="commits">Their places.</param>
    /// <param name="methodOf">By which each of these was found.</param>
    static void Ship(Case judged, Row row, List<int> commits, Func<int, LinkMethod> methodOf, ShippedWalk walk)
    {
        var shipped = new List<(int Commit, LinkMethod Method)>(commits.Count);
        var merges = new List<ChangeFact>();
        for (var i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            shipped.Add((commit, row.Attempt.Via ?? methodOf(i)));
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
                onBranch ??= commits.ToLookup(judged.Graph.AuthoredAt);
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
