using System.Collections.Immutable;
using Leadline.Sources.Alertmanager;
using Leadline.Sources.ArgoCd;
using Leadline.Sources.AzureDevOps;
using Leadline.Sources.Bitbucket;
using Leadline.Sources.BitbucketServer;
using Leadline.Sources.CdEvents;
using Leadline.Sources.CircleCI;
using Leadline.Sources.CloudEvents;
using Leadline.Sources.Datadog;
using Leadline.Sources.Flux;
using Leadline.Sources.GitHub;
using Leadline.Sources.GitLab;
using Leadline.Sources.Grafana;
using Leadline.Sources.Jenkins;
using Leadline.Sources.Jira;
using Leadline.Sources.Leadline;
using Leadline.Sources.Octopus;
using Leadline.Sources.Spinnaker;

namespace Leadline.Sources;

/// <summary>Every source, a line each.</summary>
public static class Catalogue
{
    public static readonly ImmutableArray<SourceReader> Readers =
    [
        new AlertmanagerReader(),
        new ArgoCdReader(),
        new AzureDevOpsReader(),
        new BitbucketReader(),
        new BitbucketServerReader(),
        new CdEventsReader(),
        new CircleCIReader(),
        new CloudEventsReader(),
        new DatadogReader(),
        new FluxReader(),
        new GitHubReader(),
        new GitLabReader(),
        new GrafanaReader(),
        new JenkinsReader(),
        new JiraReader(),
        new LeadlineReader(),
        new OctopusReader(),
        new SpinnakerReader(),
    ];

    /// <summary>The reader of this name, or null.</summary>
    public static SourceReader? Find(string source) => Readers.FirstOrDefault(reader => reader.Source == source);
}
