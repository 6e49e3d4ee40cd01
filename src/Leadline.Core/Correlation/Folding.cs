using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// Several statements of one thing become the thing: the source's later statement wins, a field it leaves out keeps its earlier
/// value, and a phase was reached when the first statement says so. Neither order of arrival nor repetition matters.
/// </summary>
static class Folding
{
    public static List<Attempt> Attempts(IEnumerable<DeploymentFact> facts) =>
        [.. ByKey(facts, fact => fact.Id).Select(Fold)];

    public static List<ChangeFact> Changes(IEnumerable<ChangeFact> facts, IEnumerable<ReviewFact> reviews)
    {
        var reviewsOf = reviews.ToLookup(review => (review.Repository, review.Number));
        return
        [
            .. ByKey(facts, fact => (fact.Repository, fact.Number))
                .Select(statements => Fold(statements, reviewsOf[(statements[0].Repository, statements[0].Number)])),
        ];
    }

    /// <summary>The incidents that are none by their labels, or were dismissed, are left out.</summary>
    public static List<IncidentFact> Incidents(IEnumerable<IncidentFact> facts, FailureRules rules) =>
    [
        .. ByKey(facts, fact => fact.Id).Select(Fold)
            .Where(incident => incident.Status != IncidentStatus.Dismissed && IsIncident(incident, rules))
            .OrderBy(incident => incident.StartedAt).ThenBy(incident => incident.Id, StringComparer.Ordinal),
    ];

    static bool IsIncident(IncidentFact fact, FailureRules rules) =>
        fact.Labels?.Any(label => rules.IncidentLabels.Contains(label, StringComparer.OrdinalIgnoreCase)) != false;

    static Attempt Fold(List<DeploymentFact> statements)
    {
        var last = statements[^1];
        DateTimeOffset? First(Func<DeploymentFact, DateTimeOffset?> time) => statements.Select(time).Min();
        DateTimeOffset? Reached(DeploymentStatus status) =>
            First(fact => fact.Status == status ? fact.FinishedAt ?? fact.AsOf : null);
        DateTimeOffset? Told(DeploymentStatus status) => First(fact => fact.Status == status ? fact.AsOf : null);
        var steps = Rollout.StepsOf(statements);
        return new Attempt
        {
            Id = last.Id,
            SourceEnvironment = last.Environment,
            Repository = Last(statements, fact => fact.Repository),
            Sha = Last(statements, fact => fact.Sha),
            Version = Last(statements, fact => fact.Version),
            Service = Last(statements, fact => fact.Service),
            App = Last(statements, fact => fact.App),
            ConfigPaths = Last(statements, fact => fact.ConfigPaths),
            SucceededAt = Reached(DeploymentStatus.Succeeded),
            FailedAt = Reached(DeploymentStatus.Failed) ?? Rollout.AbortedAt(steps),
            AbortedAt = Rollout.AbortedAt(steps),
            UsersFrom = Rollout.UsersFrom(steps),
            AbortedStep = Rollout.Aborted(steps)?.Name,
            StartedAt = First(fact => fact.StartedAt) ?? Told(DeploymentStatus.Running),
            WaitedFrom = First(fact => fact.WaitedFrom) ?? Told(DeploymentStatus.Waiting),
            Declared = Last(statements, fact => fact.Failed),
            Changes = Last(statements, fact => fact.Changes),
            Url = Last(statements, fact => fact.Url),
        };
    }

    static ChangeFact Fold(List<ChangeFact> statements, IEnumerable<ReviewFact> reviews)
    {
        var last = statements[^1];
        var author = Last(statements, fact => fact.Author);
        var byOthers = reviews.Where(review => review.Author is null || review.Author != author).ToList();
        DateTimeOffset? reviewed = byOthers.Count == 0 ? null : byOthers.Min(review => review.SubmittedAt);
        var approved = byOthers.Where(review => review.Approved).Select(review => (DateTimeOffset?)review.SubmittedAt).Min();
        return last with
        {
            OpenedAt = Last(statements, fact => fact.OpenedAt),
            ReadyAt = Last(statements, fact => fact.ReadyAt),
            FirstReviewedAt = Earliest(Last(statements, fact => fact.FirstReviewedAt), reviewed),
            ApprovedAt = Earliest(Last(statements, fact => fact.ApprovedAt), approved),
            MergedAt = Last(statements, fact => fact.MergedAt),
            MergeSha = Last(statements, fact => fact.MergeSha),
            HeadSha = Last(statements, fact => fact.HeadSha),
            Commits = Last(statements, fact => fact.Commits),
            Branch = Last(statements, fact => fact.Branch),
            TargetBranch = Last(statements, fact => fact.TargetBranch),
            Labels = Last(statements, fact => fact.Labels),
            Title = Last(statements, fact => fact.Title),
            Author = author,
            Url = Last(statements, fact => fact.Url),
            Lines = Last(statements, fact => fact.Lines),
        };
    }

    static IncidentFact Fold(List<IncidentFact> statements)
    {
        var last = statements[^1];
        return last with
        {
            Service = Last(statements, fact => fact.Service),
            StartedAt = StartOf(statements),
            AcknowledgedAt = statements.Select(fact => fact.AcknowledgedAt).Min(),
            ResolvedAt = last.Status == IncidentStatus.Resolved ? EndOf(statements) : null,
            Severity = Last(statements, fact => fact.Severity),
            Deployment = Last(statements, fact => fact.Deployment),
            Sha = Last(statements, fact => fact.Sha),
            Labels = Last(statements, fact => fact.Labels),
            Title = Last(statements, fact => fact.Title),
            Url = Last(statements, fact => fact.Url),
        };
    }

    /// <summary>
    /// The last that is said. A statement that dates the start to its own instant only knows that it had begun by then.
    /// </summary>
    static DateTimeOffset StartOf(List<IncidentFact> statements)
    {
        var said = Last(statements, fact => fact.StartedAt < fact.AsOf ? fact.StartedAt : (DateTimeOffset?)null);
        return said ?? statements.Min(fact => fact.StartedAt);
    }

    /// <summary>
    /// The last that is said since it was last open. Statements that do not say it only know that it was over by then; so the
    /// first of them is nearest.
    /// </summary>
    static DateTimeOffset EndOf(List<IncidentFact> statements)
    {
        var over = statements[(statements.FindLastIndex(fact => fact.Status != IncidentStatus.Resolved) + 1)..];
        return Last(over, fact => fact.ResolvedAt) ?? over[0].AsOf;
    }

    /// <summary>
    /// The statements of each thing, oldest first; equal times are ordered by what they say, so that arrival cannot decide.
    /// </summary>
    static IEnumerable<List<T>> ByKey<T, TKey>(IEnumerable<T> facts, Func<T, TKey> key) where T : Fact where TKey : notnull
    {
        var groups = new Dictionary<TKey, List<T>>();
        foreach (var fact in facts)
        {
            if (!groups.TryGetValue(key(fact), out var group)) groups.Add(key(fact), group = []);
            group.Add(fact);
        }

        foreach (var group in groups.Values)
        {
            if (group.Count > 1) group.Sort(ByTimeThenContent);
            yield return group;
        }
    }

    static int ByTimeThenContent(Fact left, Fact right)
    {
        var order = left.AsOf.CompareTo(right.AsOf);
        if (order == 0) order = Progress(left).CompareTo(Progress(right));
        return order != 0 ? order : string.CompareOrdinal(Content(left), Content(right));
    }

    /// <summary>Of two statements of one instant the one that is further on is the later.</summary>
    static int Progress(Fact fact) => fact switch
    {
        DeploymentFact deployment => (int)deployment.Status,
        IncidentFact incident => (int)incident.Status,
        ChangeFact change => (change.MergedAt is null ? 0 : 2) + (change.ClosedAt is null ? 0 : 1),
        _ => 0,
    };

    static string Content(Fact fact) => fact switch
    {
        DeploymentFact d => $"{d.Sha}|{d.Version}|{d.Environment}|{d.Service}|{d.App}|{d.Repository}|"
            + $"{d.CreatedAt:O}|{d.WaitedFrom:O}|{d.StartedAt:O}|{d.FinishedAt:O}|{d.Failed}|{Join(d.Changes)}|{d.Url}|"
            + $"{Join(d.ConfigPaths)}|{Join(d.Steps)}",
        ChangeFact c => $"{c.MergeSha}|{c.HeadSha}|{c.OpenedAt:O}|{c.ReadyAt:O}|{c.FirstReviewedAt:O}|{c.ApprovedAt:O}|"
            + $"{c.MergedAt:O}|{c.ClosedAt:O}|{c.Branch}|{c.TargetBranch}|{c.Title}|{c.Author}|{Join(c.Labels)}|"
            + $"{Join(c.Commits)}|{c.Url}|{c.Lines}",
        IncidentFact i =>
            $"{i.StartedAt:O}|{i.AcknowledgedAt:O}|{i.ResolvedAt:O}|{i.Service}|{i.Group}|{Join(i.AlertLabels)}|{i.Severity}|"
                + $"{i.Deployment}|{i.Sha}|{i.Title}|{Join(i.Labels)}|{i.Url}",
        BuildFact b => $"{b.Sha}|{b.Status}|{b.QueuedAt:O}|{b.StartedAt:O}|{b.FinishedAt:O}|{b.Pipeline}|{b.Url}",
        ArtifactFact a => $"{a.Sha}",
        ComparisonFact c => $"{c.Status}|{c.MergeBase}|{c.Total}|{Join<Sha>(c.Commits)}",
        _ => "",
    };

    static string Join<T>(ImmutableArray<T>? items) => items is { } known ? string.Join(',', known) : "-";

    static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left < right ? left : right;

    static TValue? Last<T, TValue>(List<T> statements, Func<T, TValue?> field) where TValue : struct
    {
        for (var i = statements.Count - 1; i >= 0; i--)
            if (field(statements[i]) is { } value) return value;
        return null;
    }

    static TValue? Last<T, TValue>(List<T> statements, Func<T, TValue?> field) where TValue : class
    {
        for (var i = statements.Count - 1; i >= 0; i--)
            if (field(statements[i]) is { } value) return value;
        return null;
    }

    /// <summary>
    /// The commit that each artifact stands for now; without a repository, that of the first which has the name.
    /// </summary>
    public static Dictionary<(RepositoryName? Repository, string Name), Sha> Artifacts(IEnumerable<ArtifactFact> facts)
    {
        var artifacts = new Dictionary<(RepositoryName?, string), Sha>();
        foreach (var statements in ByKey(facts, fact => (fact.Repository, fact.Name)).OrderBy(one => one[0].Repository))
        {
            if (statements[^1] is not { Sha: { } sha } artifact) continue;
            artifacts.Add((artifact.Repository, artifact.Name), sha);
            artifacts.TryAdd((null, artifact.Name), sha);
        }

        return artifacts;
    }

    /// <summary>
    /// What was said of each two commits, its list put together; whole where it holds as many commits as there are said to be.
    /// </summary>
    public static IEnumerable<ComparisonFact> Comparisons(IEnumerable<ComparisonFact> facts) =>
        ByKey(facts, fact => (fact.Repository, fact.Base, fact.Head)).Select(statements =>
        {
            var commits = statements.SelectMany(fact => fact.Commits).Distinct().Order().ToImmutableArray();
            return statements[^1] with
            {
                Status = Last(statements, fact => fact.Status),
                MergeBase = Last(statements, fact => fact.MergeBase),
                Commits = commits,
                Total = statements.Max(fact => fact.Total) is { } total && total <= commits.Length ? commits.Length : null,
            };
        });

    /// <summary>When a build of the commit first succeeded.</summary>
    public static Dictionary<Sha, DateTimeOffset> GreenBuilds(IEnumerable<BuildFact> facts)
    {
        var green = new Dictionary<Sha, DateTimeOffset>();
        foreach (var statements in ByKey(facts, fact => (fact.Repository, fact.Id, fact.Attempt)))
        {
            var last = statements[^1];
            if (last is not { Status: BuildStatus.Succeeded, FinishedAt: { } finished }) continue;
            if (!green.TryGetValue(last.Sha, out var first) || finished < first) green[last.Sha] = finished;
        }

        return green;
    }
}
