using System.Collections.Immutable;
using Leadline.Sources.GitHub;
using Leadline.Sources.GitLab;
using Leadline.Sources.Paging;

namespace Leadline.Sources;

/// <summary>Every source whose API can be asked for its history, a line each.</summary>
public static class Pagers
{
    public static readonly ImmutableArray<Pager> All =
    [
        new GitHubPager(),
        new GitLabPager(),
    ];

    /// <summary>The pager of this source, or null.</summary>
    public static Pager? Find(string source) => All.FirstOrDefault(pager => pager.Source == source);
}
