using System.Collections.Immutable;
using Leadline.Sources.AzureDevOps;
using Leadline.Sources.Bitbucket;
using Leadline.Sources.BitbucketServer;
using Leadline.Sources.CircleCI;
using Leadline.Sources.GitHub;
using Leadline.Sources.GitLab;
using Leadline.Sources.Jenkins;
using Leadline.Sources.Leadline;

namespace Leadline.Sources;

/// <summary>Every source, a line each.</summary>
public static class Catalogue
{
    public static readonly ImmutableArray<SourceReader> Readers =
    [
        new AzureDevOpsReader(),
        new BitbucketReader(),
        new BitbucketServerReader(),
        new CircleCIReader(),
        new GitHubReader(),
        new GitLabReader(),
        new JenkinsReader(),
        new LeadlineReader(),
    ];

    /// <summary>The reader of this name, or null.</summary>
    public static SourceReader? Find(string source) => Readers.FirstOrDefault(reader => reader.Source == source);
}
