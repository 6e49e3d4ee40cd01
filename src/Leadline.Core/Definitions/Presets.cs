using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>A named value of the rules: DORA's, or what another tool computes under the same names.</summary>
/// <param name="Name">As <c>leadline.yaml</c> writes it.</param>
/// <param name="Tool">What it is called by people.</param>
/// <param name="Rules">Of these the rules are taken, and neither services nor environments nor the time zone.</param>
/// <param name="Says">Its rules, a sentence each.</param>
/// <param name="Differs">What that tool does and the preset does not.</param>
/// <param name="Sources">Where its rules are written.</param>
public sealed record Preset(
    string Name, string Tool, Definitions Rules, ImmutableArray<string> Says, ImmutableArray<string> Differs,
    ImmutableArray<string> Sources)
{
    /// <summary>These rules, with the services, environments and time zone of other definitions.</summary>
    public Definitions Over(Definitions basis) => basis with
    {
        Preset = Name,
        Deployments = Rules.Deployments,
        LeadTime = Rules.LeadTime,
        Failure = Rules.Failure,
        Recovery = Rules.Recovery,
    };
}

/// <summary>
/// All presets. Each decides as that tool's own documents or queries say; what none of our rules expresses is said beside it.
/// </summary>
public static class Presets
{
    /// <summary>An incident is the doing of whatever was deployed last, however long ago.</summary>
    static readonly FailureRules ByTimeAlone = new()
    {
        Signals = [FailureSignal.Incident],
        IncidentLinks = [IncidentLink.Window],
        IncidentWindow = FailureRules.Unlimited,
    };

    public static readonly ImmutableArray<Preset> All =
    [
        new(
            "dora", "DORA", Definitions.Default,
            [
                "Lead time is the median over commits, from the time they were authored to the deployment's success.",
                "A deployment failed when an incident, a rollback, a revert, a hotfix or the sender says so; an incident is "
                    + "linked by what it names, by what fixes it, or within 24 h.",
                "The change failure rate is failed deployments of all that count.",
                "Recovery time is the median over failed deployments, from the earliest incident's start to the last "
                    + "resolution.",
            ],
            [],
            ["https://dora.dev/guides/dora-metrics/"]),
        new(
            "devlake", "Apache DevLake",
            Definitions.Default with
            {
                LeadTime = new LeadTimeRules { Unit = LeadTimeUnit.Change, Start = LeadTimeStart.FirstCommit },
                Failure = ByTimeAlone,
                Recovery = new RecoveryRules { Start = RecoveryStart.Deployment },
            },
            [
                "Lead time is the median over pull requests, from the first commit to the deployment.",
                "A deployment failed when an incident came after it and before the next one, however much later.",
                "The change failure rate is deployments with an incident of all deployments.",
                "Recovery time is the median from the deployment's end to the incident's resolution.",
            ],
            [
                "Of an even number of times DevLake takes the lower of the two in the middle; the preset takes what lies "
                    + "between them.",
                "DevLake counts a recovery in the window of its resolution, and each incident by itself; the preset counts a "
                    + "failed deployment once, in the window of the deployment.",
                "DevLake shows deployment frequency as the median of deploying days per week or month; that number stands "
                    + "beside ours.",
            ],
            [
                "https://devlake.apache.org/docs/Metrics/LeadTimeForChanges", "https://devlake.apache.org/docs/Metrics/CFR",
                "https://devlake.apache.org/docs/Metrics/FailedDeploymentRecoveryTime",
                "https://github.com/apache/incubator-devlake (grafana/dashboards/DORA.json)",
            ]),
        new(
            "gitlab", "GitLab",
            Definitions.Default with
            {
                LeadTime = new LeadTimeRules
                {
                    Unit = LeadTimeUnit.Change,
                    Start = LeadTimeStart.Merged,
                    Statistic = Statistic.MedianOfDailyMedians,
                },
                Failure = ByTimeAlone with { Rate = FailureRateOf.Incidents },
                Recovery = new RecoveryRules { Of = RecoveryOf.Incident, Statistic = Statistic.MedianOfDailyMedians },
            },
            [
                "Lead time runs from the merge of a merge request to its deployment, without the time of coding and review; "
                    + "days have a median, and a longer window has the median of those.",
                "The change failure rate is incidents divided by deployments, whatever they have to do with each other: it "
                    + "may exceed 100 %.",
                "Time to restore is how long an incident was open, by the day and then the median of days.",
            ],
            [
                "GitLab counts an incident on the day it began, the preset on the day of the deployment before it; one that "
                    + "came before every deployment is left out.",
                "GitLab counts a time to restore on the day the incident was closed, the preset on the day in UTC when it "
                    + "began.",
            ],
            [
                "https://docs.gitlab.com/user/analytics/dora_metrics/",
                "https://gitlab.com/gitlab-org/gitlab (ee/app/models/dora)",
            ]),
        new(
            "datadog", "Datadog",
            Definitions.Default with
            {
                Failure = new FailureRules
                {
                    Signals = [FailureSignal.Rollback, FailureSignal.Revert, FailureSignal.Hotfix],
                    Rate = FailureRateOf.WithoutRollbacks,
                    Hotfix = new HotfixRules
                    {
                        Labels = ["**hotfix**", "**incident**"], Branches = ["**hotfix**", "**incident**"],
                        Titles = ["**hotfix**", "**incident**"],
                    },
                },
            },
            [
                "Lead time is the median over commits, merge commits left out, from the commit to the end of the deployment.",
                "A deployment failed when a later one takes it back or mends it: a rollback, a revert, or a change whose "
                    + "label, branch or title holds hotfix or incident. Incidents do not count.",
                "The change failure rate is failed deployments of those that are no rollback.",
                "Recovery time is the median from the failed deployment to the one that mends it.",
            ],
            [
                "One page of Datadog divides by all deployments, another by those that are no rollback; the preset follows "
                    + "the second, on which rollbacks are defined.",
                "Datadog gives no lead time to a service whose last deployment is older than 60 days; the preset does.",
            ],
            [
                "https://docs.datadoghq.com/dora_metrics/calculation/",
                "https://docs.datadoghq.com/dora_metrics/change_failure_detection/",
            ]),
        new(
            "middleware", "Middleware",
            Definitions.Default with
            {
                LeadTime = new LeadTimeRules
                {
                    Unit = LeadTimeUnit.Change,
                    Start = LeadTimeStart.FirstCommit,
                    Statistic = Statistic.Mean,
                },
                Failure = ByTimeAlone,
                Recovery = new RecoveryRules { Of = RecoveryOf.Incident, Statistic = Statistic.Mean },
            },
            [
                "Lead time is the mean over pull requests, from the first commit to the deployment.",
                "A deployment failed when an incident came after it and before the next one.",
                "The change failure rate is deployments with an incident of all deployments.",
                "Recovery time is the mean over incidents, from their creation to their resolution.",
            ],
            [
                "Middleware adds up the mean of each stage, an unknown one as 0, and counts a pull request in the window of "
                    + "its merge; the preset takes whole lead times, in the window of the deployment.",
                "Middleware counts a recovery in the window of its resolution; the preset in that of its beginning.",
            ],
            [
                "https://github.com/middlewarehq/middleware (backend/analytics_server/mhq/service: code/lead_time.py, "
                    + "incidents/incidents.py)",
            ]),
        new(
            "pelorus", "Pelorus",
            Definitions.Default with
            {
                LeadTime = new LeadTimeRules
                {
                    Unit = LeadTimeUnit.Deployment,
                    Start = LeadTimeStart.Committed,
                    Statistic = Statistic.Mean,
                },
                Failure = ByTimeAlone with { Rate = FailureRateOf.Incidents },
                Recovery = new RecoveryRules { Of = RecoveryOf.Incident, Statistic = Statistic.Mean },
            },
            [
                "Lead time is the mean over deployments of the time from the commit that was deployed to the deployment; what "
                    + "else ships with it does not count.",
                "The change failure rate is failures divided by deployments.",
                "Time to restore is the mean over failures, from their creation to their resolution.",
            ],
            [
                "Of several applications Pelorus takes the mean of their means; the preset the mean over all.",
                "Pelorus counts a failure when it began; the preset, in the change failure rate, with the deployment before it.",
            ],
            ["https://github.com/dora-metrics/pelorus (docs/philosophy/outcomes/SoftwareDeliveryPerformance.md)"]),
        new(
            "fourkeys", "Four Keys",
            Definitions.Default with
            {
                LeadTime = new LeadTimeRules { Start = LeadTimeStart.Committed },
                Failure = new FailureRules { Signals = [FailureSignal.Incident], IncidentLinks = [IncidentLink.Declared] },
                Recovery = new RecoveryRules { Start = RecoveryStart.Deployment },
            },
            [
                "Lead time is the median over commits, from the commit to the deployment.",
                "A deployment failed when an incident names a commit of it as its root cause; nothing else links the two.",
                "The change failure rate is deployments with an incident of all deployments.",
                "Time to restore is the median from the deployment of the root cause to the incident's end.",
            ],
            [
                "Four Keys also counts incidents that name no root cause among its times to restore, from their creation on; "
                    + "and leaves out lead times that are not above 0.",
                "Of its own two texts for the change failure rate one divides by changes; the preset follows the query, which "
                    + "divides by deployments.",
            ],
            ["https://github.com/dora-team/fourkeys (METRICS.md, queries/incidents.sql, queries/change_failure_rate.sql)"]),
    ];

    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static Preset Of(string name) =>
        All.FirstOrDefault(preset => preset.Name == name) ?? throw new ArgumentException($"there is no preset '{name}'");
}
