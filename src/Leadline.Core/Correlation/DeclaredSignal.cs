namespace Leadline.Core;

/// <summary>The sender says that the deployment failed; the next counted deployment repairs it.</summary>
static class DeclaredSignal
{
    public static void Apply(Case judged)
    {
        for (var i = 0; i < judged.Counted.Count; i++)
        {
            var row = judged.Counted[i];
            if (row.Attempt.Declared == true)
                judged.Blame(row, FailureSignal.Declared, row.Attempt.Id, "declared", i + 1 < judged.Counted.Count ? judged.Counted[i + 1] : null);
        }
    }
}
