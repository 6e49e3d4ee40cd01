using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// What people say goes before what the signals found, and is applied after them: who broke what stays to be seen. An incident
/// is moved to the deployment that is named, or to none; a deployment is a failure, or is none; one that is excluded stays in
/// the ledger with all that it shipped, and enters no number. Of what contradicts itself the latest is in force.
/// </summary>
public static class OverrideRule
{
    /// <summary>How an edge is marked that an override made or took away.</summary>
    public const string Method = "override";

    /// <summary>Those that were not undone and that no later one speaks against, in order of time.</summary>
    public static ImmutableArray<Override> InForce(IEnumerable<Override> overrides)
    {
        var inForce = new List<Override>();
        foreach (var one in overrides.Where(one => one.UndoneAt is null).DistinctBy(one => one.Id).OrderBy(one => one.At)
            .ThenBy(one => one.Id))
        {
            inForce.RemoveAll(earlier => SpeaksAgainst(one, earlier));
            inForce.Add(one);
        }

        return [.. inForce];
    }

    /// <summary>
    /// To link an incident to a deployment is to say that it failed, also where it was said before that it did not.
    /// </summary>
    static bool SpeaksAgainst(Override later, Override earlier) => later.Kind switch
    {
        OverrideKind.Failed or OverrideKind.NotFailed =>
            earlier.Kind is OverrideKind.Failed or OverrideKind.NotFailed && earlier.DeploymentId == later.DeploymentId,
        OverrideKind.Exclude => earlier.Kind is OverrideKind.Exclude && earlier.DeploymentId == later.DeploymentId,
        _ => (IsOfIncident(earlier) && earlier.IncidentId == later.IncidentId)
            || (later.Kind is OverrideKind.LinkIncident && earlier.Kind is OverrideKind.NotFailed
                && earlier.DeploymentId == later.DeploymentId),
    };

    static bool IsOfIncident(Override one) => one.Kind is OverrideKind.LinkIncident or OverrideKind.UnlinkIncident;

    /// <param name="judged">The case, after its signals.</param>
    /// <param name="inForce">From <see cref="InForce"/>; what speaks of no row or incident of this case does nothing.</param>
    internal static void Apply(Case judged, ImmutableArray<Override> inForce)
    {
        if (inForce.IsEmpty) return;
        var rows = judged.Rows.ToDictionary(row => row.Attempt.Id, StringComparer.Ordinal);
        foreach (var one in inForce.Where(IsOfIncident)) Move(judged, rows, one);
        var verdicts = new Dictionary<Row, Override>();
        foreach (var one in inForce)
            if (one.Kind is OverrideKind.Failed or OverrideKind.NotFailed && RowOf(rows, one) is { } row) verdicts.Add(row, one);
        foreach (var (row, verdict) in verdicts)
        {
            row.Overridden.Add(verdict.Kind);

            // What blamed it stays to be seen; it no longer makes it a failure.
            if (verdict.Kind is OverrideKind.NotFailed) row.Signs.Clear();
            else Fail(judged, row, verdict, verdicts);
        }

        foreach (var one in inForce)
        {
            if (one.Kind is not OverrideKind.Exclude || RowOf(rows, one) is not { } row) continue;
            row.Overridden.Add(one.Kind);
            row.IsExcluded = true;
            row.IsCounted = false;
        }
    }

    static Row? RowOf(Dictionary<string, Row> rows, Override one) =>
        one.DeploymentId is { } id ? rows.GetValueOrDefault(id) : null;

    static void Move(Case judged, Dictionary<string, Row> rows, Override one)
    {
        var to = one.Kind is OverrideKind.LinkIncident ? RowOf(rows, one) : null;
        if (to is null && one.Kind is OverrideKind.LinkIncident) return;
        var place = judged.Blames.FindIndex(blame => blame.Signal.IsIncident() && blame.Evidence == one.IncidentId);
        if (place < 0) return;
        var blame = judged.Blames[place];
        if (blame.DeploymentId is { } blamed && rows.GetValueOrDefault(blamed) is { } from && from != to)
        {
            from.Signs.RemoveAll(sign => sign.Incident == blame.Evidence);
            from.Overridden.Add(OverrideKind.UnlinkIncident);
        }

        judged.Blames[place] = blame with { DeploymentId = to?.Attempt.Id, Method = Method };
        if (to is null) return;
        to.Overridden.Add(OverrideKind.LinkIncident);
        if (to.Signs.Exists(sign => sign.Incident == blame.Evidence)) return;
        var endedBy = blame.ResolvedAt is null ? null : $"incident {blame.Evidence}";
        to.Signs.Add(new Sign(blame.StartedAt, blame.ResolvedAt, endedBy, blame.Evidence));
    }

    /// <summary>
    /// A failure of which nothing else is known ends as a declared one does: with the next counted deployment that is none
    /// itself.
    /// </summary>
    static void Fail(Case judged, Row failed, Override verdict, Dictionary<Row, Override> verdicts)
    {
        Row? repair = null;
        if (failed.Signs.Count == 0)
        {
            var after = judged.Rows.IndexOf(failed) + 1;
            repair = judged.Rows.Skip(after).FirstOrDefault(row =>
                row.IsCounted && row.Kind is not (LedgerKind.FailedAttempt or LedgerKind.Redeploy)
                    && !judged.Aborted.Contains(row) && IsGood(row));
            failed.Signs.Add(new Sign(
                failed.DeployedAt, repair?.DeployedAt, repair is null ? null : $"deployment {repair.Attempt.Id}",
                Incident: null));
        }

        judged.Blames.Add(new Blame
        {
            Service = judged.Service,
            Environment = judged.Environment.Name,
            DeploymentId = failed.Attempt.Id,
            Signal = FailureSignal.Override,
            Evidence = $"{verdict.Id}",
            Method = Method,
            StartedAt = failed.DeployedAt,
            ResolvedAt = repair?.DeployedAt,
            Title = verdict.Reason,
            Url = repair?.Attempt.Url,
        });

        bool IsGood(Row row) => verdicts.TryGetValue(row, out var said)
            ? said.Kind is OverrideKind.NotFailed
            : row.Attempt.Declared != true;
    }
}
