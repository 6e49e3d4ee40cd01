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
using Leadline.Sources.FireHydrant;
using Leadline.Sources.Flagsmith;
using Leadline.Sources.Flux;
using Leadline.Sources.GitHub;
using Leadline.Sources.GitLab;
using Leadline.Sources.Grafana;
using Leadline.Sources.IncidentIo;
using Leadline.Sources.Jenkins;
using Leadline.Sources.Jira;
using Leadline.Sources.LaunchDarkly;
using Leadline.Sources.Leadline;
using Leadline.Sources.Octopus;
using Leadline.Sources.OpenFeature;
using Leadline.Sources.Opsgenie;
using Leadline.Sources.Otlp;
using Leadline.Sources.PagerDuty;
using Leadline.Sources.Rootly;
using Leadline.Sources.Sentry;
using Leadline.Sources.ServiceNow;
using Leadline.Sources.Spinnaker;
using Leadline.Sources.Statuspage;
using Leadline.Sources.Unleash;

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
        new FireHydrantReader(),
        new FlagsmithReader(),
        new FluxReader(),
        new GitHubReader(),
        new GitLabReader(),
        new GrafanaReader(),
        new IncidentIoReader(),
        new JenkinsReader(),
        new JiraReader(),
        new LaunchDarklyReader(),
        new LeadlineReader(),
        new OctopusReader(),
        new OpenFeatureReader(),
        new OpsgenieReader(),
        new OtlpReader(),
        new PagerDutyReader(),
        new RootlyReader(),
        new SentryReader(),
        new ServiceNowReader(),
        new SpinnakerReader(),
        new StatuspageReader(),
        new UnleashReader(),
    ];

    /// <summary>The reader of this name, or null.</summary>
    public static SourceReader? Find(string source) => Readers.FirstOrDefault(reader => reader.Source == source);
}
