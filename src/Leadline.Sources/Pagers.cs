using System.Collections.Immutable;
using Leadline.Sources.Alertmanager;
using Leadline.Sources.ArgoCd;
using Leadline.Sources.AzureDevOps;
using Leadline.Sources.Bitbucket;
using Leadline.Sources.CircleCI;
using Leadline.Sources.GitHub;
using Leadline.Sources.GitLab;
using Leadline.Sources.IncidentIo;
using Leadline.Sources.Jenkins;
using Leadline.Sources.Jira;
using Leadline.Sources.Opsgenie;
using Leadline.Sources.PagerDuty;
using Leadline.Sources.Paging;
using Leadline.Sources.Statuspage;

namespace Leadline.Sources;

/// <summary>Every source whose API can be asked for its history, a line each.</summary>
public static class Pagers
{
    public static readonly ImmutableArray<Pager> All =
    [
        new ArgoCdPager(),
        new AzureDevOpsPager(),
        new BitbucketPager(),
        new CircleCIPager(),
        new GitHubPager(),
        new GitLabPager(),
        new IncidentIoPager(),
        new JenkinsPager(),
        new JiraPager(),
        new OpsgeniePager(),
        new PagerDutyPager(),
        new PrometheusPager(),
        new StatuspagePager(),
    ];

    /// <summary>The pager of this source, or null.</summary>
    public static Pager? Find(string source) => All.FirstOrDefault(pager => pager.Source == source);
}
