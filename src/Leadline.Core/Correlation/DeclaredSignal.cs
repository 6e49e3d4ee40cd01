namespace Leadline.Core;

/// <summary>
/// The sender says that the deployment failed. The next counted deployment repairs it: a redeploy does not, nor does one that
/// failed too.
/// </summary>
static class DeclaredSignal
{
    public static void Apply(Case judged)
    {
        Row? repair = null;
        for (var i = judged.Counted.Count - 1; i >= 0; i--)
        {
            var row = judged.Counted[i];
            if (row.Attempt.Declared == true) judged.Blame(row, FailureSignal.Declared, row.Attempt.Id, "declared", repair);
            else if (row.Kind != LedgerKind.Redeploy) repair = row;
        }
    }
}
