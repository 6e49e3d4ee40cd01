using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// A deployment that ships a hotfix, told by label, branch or title, makes the counted deployment before it a failure.
/// Rollbacks in between are passed over: what they took away is what is being repaired.
/// </summary>
static class HotfixSignal
{
    public static void Apply(Case judged)
    {
        var rules = judged.Definitions.Failure.Hotfix;
        var labels = Globs(rules.Labels);
        var branches = Globs(rules.Branches);
        var titles = Globs(rules.Titles);
        var shipped = new HashSet<ChangeFact>(ReferenceEqualityComparer.Instance);
        Row? before = null;
        foreach (var row in judged.Counted)
        {
            foreach (var change in row.Changes.Where(IsHotfix))
            {
                // Deployed from its branch and once more when it was merged, it is one repair.
                if (!shipped.Add(change)) continue;
                row.Repairs("hotfix");
                if (before is not null) judged.Blame(before, FailureSignal.Hotfix, $"#{change.Number}", "hotfix", row);
            }

            if (row.Kind != LedgerKind.Rollback) before = row;
        }

        bool IsHotfix(ChangeFact change) =>
            (change.Labels is { } own && own.Any(label => Any(labels, label)))
            || Any(branches, change.Branch) || Any(titles, change.Title);
    }

    static ImmutableArray<Glob> Globs(ImmutableArray<string> patterns) =>
        [.. patterns.Select(pattern => new Glob(pattern, ignoreCase: true))];

    static bool Any(ImmutableArray<Glob> globs, string? text) => text is not null && globs.Any(glob => glob.IsMatch(text));
}
