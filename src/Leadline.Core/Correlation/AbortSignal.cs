namespace Leadline.Core;

/// <summary>
/// A roll-out that was aborted after some users had the version makes its own deployment a failure, from the first step that
/// users had to the abort. One that would not count, because it never succeeded or never reached everybody, counts by it: it
/// reached production and had to be taken back. It ships nothing and repairs nothing. One that no user had is an attempt that
/// failed, and no more.
/// </summary>
static class AbortSignal
{
    public static void Apply(Case judged)
    {
        if (!judged.Definitions.Failure.Signals.Contains(FailureSignal.Abort)) return;
        foreach (var row in judged.Rows)
        {
            if (row.Attempt is not { AbortedAt: { } abortedAt, UsersFrom: { } from } || row.Kind == LedgerKind.Redeploy)
                continue;
            if (row.Kind is LedgerKind.FailedAttempt or LedgerKind.Step)
            {
                row.IsCounted = true;
                judged.Aborted.Add(row);
            }
            else if (abortedAt < row.DeployedAt)
            {
                // What was aborted once and then succeeded all the same did not have to be taken back.
                continue;
            }
            else
            {
                from = row.DeployedAt;
            }

            judged.Blames.Add(new Blame
            {
                Service = judged.Service,
                Environment = judged.Environment.Name,
                DeploymentId = row.Attempt.Id,
                Signal = FailureSignal.Abort,
                Evidence = row.Attempt.Id,
                Method = "abort",
                StartedAt = from,
                ResolvedAt = abortedAt,
                Title = $"aborted at {row.Attempt.AbortedStep}",
                Url = row.Attempt.Url,
            });
            row.Signs.Add(new Sign(from, abortedAt, "abort", Incident: null));
        }
    }
}
