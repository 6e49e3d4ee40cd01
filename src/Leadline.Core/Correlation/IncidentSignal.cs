namespace Leadline.Core;

/// <summary>
/// Incident → deployment of the same service, best first: the deployment, version or sha that the incident names; the one that
/// was live when a shipped change names the incident as what it fixes; the latest that succeeded within the window before it,
/// or was being rolled out when it started; else unlinked.
/// </summary>
static class IncidentSignal
{
    /// <param name="judged">The case, after <see cref="AbortSignal"/>.</param>
    /// <param name="known">Every incident of the service; degradations have a rule of their own.</param>
    public static void Apply(Case judged, List<IncidentFact> known)
    {
        var incidents = known.Where(incident => incident.Source != FailureSignals.Verification).ToList();
        var fixes = Fixes(judged, incidents);
        foreach (var row in fixes.Values) row.Repairs("fix");
        if (!judged.Definitions.Failure.Signals.Contains(FailureSignal.Incident)) return;
        var longest = judged.Counted.Count == 0 ? TimeSpan.Zero : judged.Counted.Max(row => row.DeployedAt - row.BeganAt);
        foreach (var incident in incidents)
        {
            var (failed, method) = Link(judged, incident, fixes.GetValueOrDefault(incident.Id), longest);
            judged.Blame(failed, FailureSignal.Incident, incident, method);
        }
    }

    static (Row? Row, string Method) Link(Case judged, IncidentFact incident, Row? fixedBy, TimeSpan longest)
    {
        var links = judged.Definitions.Failure.IncidentLinks;
        if (links.Contains(IncidentLink.Declared) && Declared(judged, incident) is { } declared) return (declared, "declared");
        if (!links.Contains(IncidentLink.Fix)) fixedBy = null;
        var before = Suspect(judged, incident.StartedAt, fixedBy, longest);
        if (before is null) return (null, "unlinked");
        if (fixedBy is not null) return (before, "fix");
        if (!links.Contains(IncidentLink.Window)) return (null, "unlinked");

        // The span is compared, not an instant: what a sender dates to the year 1 has no instant a window before it.
        var after = incident.StartedAt - before.DeployedAt;
        return after <= judged.Definitions.Failure.IncidentWindow ? (before, "window") : (null, "unlinked");
    }

    /// <summary>The row that the incident itself names; null where it names none that counts.</summary>
    internal static Row? Declared(Case judged, IncidentFact incident)
    {
        if (incident.Deployment is { } named)
        {
            var found = judged.Counted.Find(row => row.Attempt.Id == named)
                ?? judged.Aborted.Find(row => row.Attempt.Id == named)
                    ?? judged.Counted.FindLast(row => row.Attempt.Version == named && row.DeployedAt <= incident.StartedAt)
                    ?? judged.Counted.Find(row => row.Attempt.Version == named);

            // A step of several regions, or a redeploy, stands for the row that has the same version.
            if (found is null && judged.Rows.Find(row => row.Attempt.Id == named) is { } other)
                found = judged.Counted.FindLast(row => row.Attempt.VersionKey == other.Attempt.VersionKey);
            if (found is not null) return found;
        }

        if (incident.Sha is not { } sha) return null;
        var place = judged.Graph.Find(sha);
        if (place < 0) return judged.Counted.Find(row => row.Sha is { } deployed && deployed.StartsWith(sha));
        var shipped = judged.RowOfCommit[place];
        return judged.Counted.Find(row => row.Head == place) ?? (shipped is { IsCounted: true } ? shipped : null);
    }

    /// <summary>What was being rolled out at that instant, unless it repaired something; else what had succeeded last.</summary>
    /// <param name="judged">The case.</param>
    /// <param name="instant">When the incident started.</param>
    /// <param name="fixedBy">What fixed it, and so is not its cause.</param>
    /// <param name="longest">How long the longest roll-out took.</param>
    static Row? Suspect(Case judged, DateTimeOffset instant, Row? fixedBy, TimeSpan longest)
    {
        int low = 0, high = judged.Counted.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (judged.Counted[middle].DeployedAt <= instant) low = middle + 1;
            else high = middle;
        }

        if (judged.Aborted.FindLast(row => row.BeganAt <= instant && instant <= row.DeployedAt) is { } aborted) return aborted;
        Row? rolling = null;
        for (var i = low; i < judged.Counted.Count && judged.Counted[i].DeployedAt - instant <= longest; i++)
        {
            var row = judged.Counted[i];
            if (row.BeganAt > instant || row.BeganAt < rolling?.BeganAt) continue;
            if (row.Rework.Count == 0 && row != fixedBy) rolling = row;
        }

        if (low > 0 && judged.Counted[low - 1] == fixedBy) low--;
        return rolling ?? (low == 0 ? null : judged.Counted[low - 1]);
    }

    /// <summary>The first counted row after an incident's start that ships a change which names its key.</summary>
    static Dictionary<string, Row> Fixes(Case judged, List<IncidentFact> incidents)
    {
        var keys = new Dictionary<string, List<IncidentFact>>(StringComparer.OrdinalIgnoreCase);
        foreach (var incident in incidents)
        {
            if (!keys.TryGetValue(Key(incident), out var same)) keys.Add(Key(incident), same = []);
            same.Add(incident);
        }

        var fixes = new Dictionary<string, Row>(StringComparer.Ordinal);
        if (keys.Count == 0) return fixes;
        foreach (var row in judged.Counted)
        {
            foreach (var commit in row.Commits)
                if (commit.Commit >= 0) Note(row, judged.Graph.Mentions(commit.Commit), judged.Graph.Repository(commit.Commit));
            foreach (var change in row.Changes)
            {
                Note(row, CommitMessage.Parse(change.Title).Mentions, change.Repository);
                Note(row, CommitMessage.Parse(change.Branch?.Replace('/', ' ')).Mentions, change.Repository);
            }
        }

        return fixes;

        void Note(Row row, string? mentions, RepositoryName repository)
        {
            if (mentions is null) return;
            foreach (var mention in mentions.Split(' '))
            {
                if (!keys.TryGetValue(mention, out var named)) continue;
                foreach (var incident in named)
                {
                    if (mention.StartsWith('#') && incident.Repository != repository) continue;
                    if (incident.StartedAt <= row.DeployedAt) fixes.TryAdd(incident.Id, row);
                }
            }
        }
    }

    /// <summary>As a commit message writes it: an issue of the same repository is <c>#45</c>.</summary>
    static string Key(IncidentFact incident) =>
        incident.Repository is not null && incident.Id.LastIndexOf('#') is >= 0 and var hash ? incident.Id[hash..] : incident.Id;
}
