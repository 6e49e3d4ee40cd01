using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>A deployment that ships a hotfix, told by label, branch or title, makes the counted deployment before it a failure.</summary>
static class HotfixSignal
{
    public static void Apply(Case judged)
    {
        var rules = judged.Definitions.Failure.Hotfix;
        var labels = Globs(rules.Labels);
        var branches = Globs(rules.Branches);
        var titles = Globs(rules.Titles);
        for (var i = 0; i < judged.Counted.Count; i++)
        {
            var row = judged.Counted[i];
            foreach (var change in row.Changes.Where(IsHotfix))
            {
                row.Rework.Add("hotfix");
                if (i > 0) judged.Blame(judged.Counted[i - 1], FailureSignal.Hotfix, $"#{change.Number}", "hotfix", row);
            }
        }

        bool IsHotfix(ChangeFact change) =>
            (change.Labels is { } own && own.Any(label => Any(labels, label))) || Any(branches, change.Branch) || Any(titles, change.Title);
    }

    static ImmutableArray<Glob> Globs(ImmutableArray<string> patterns) => [.. patterns.Select(pattern => new Glob(pattern, ignoreCase: true))];

    static bool Any(ImmutableArray<Glob> globs, string? text) => text is not null && globs.Any(glob => glob.IsMatch(text));
}
