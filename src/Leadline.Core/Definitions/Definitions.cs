using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// The rules in force, as one immutable value. Every default is the <c>dora</c> preset.
/// What decides a number is in here and nothing else is, so that <see cref="DefinitionsHash.Of"/> names it.
/// </summary>
public sealed record Definitions
{
    public static readonly Definitions Default = new();

    /// <summary>The named value that the rest started from.</summary>
    public string Preset { get; init; } = "dora";

    /// <summary>The IANA zone in which days, weeks and months begin.</summary>
    public string Timezone { get; init; } = "UTC";

    /// <summary>Empty: each repository, or each name that deployments declare, is a service.</summary>
    public ImmutableArray<ServiceDefinition> Services { get; init; } = [];

    public ImmutableArray<EnvironmentDefinition> Environments { get; init; } = [EnvironmentDefinition.Production];

    public DeploymentRules Deployments { get; init; } = new();

    public LeadTimeRules LeadTime { get; init; } = new();

    public FailureRules Failure { get; init; } = new();

    public RecoveryRules Recovery { get; init; } = new();

    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(Timezone);
}

/// <summary>What belongs to a service. Names are compared without regard to case.</summary>
public sealed record ServiceDefinition
{
    public required ServiceName Name { get; init; }
    public string? Team { get; init; }
    public string? Area { get; init; }
    public ImmutableArray<RepositoryName> Repositories { get; init; } = [];

    /// <summary>Globs (<c>services/checkout/**</c>); empty: every commit of its repositories.</summary>
    public ImmutableArray<string> Paths { get; init; } = [];

    /// <summary>Names used by Argo CD, Flux, Jenkins jobs; globs.</summary>
    public ImmutableArray<string> Apps { get; init; } = [];

    /// <summary>
    /// Per source the groups (PagerDuty services, Jira projects) whose incidents are this service's, and under
    /// <see cref="ServiceMap.Alerts"/> the labels of alerts, whatever their source.
    /// </summary>
    public ImmutableArray<IncidentMapping> Incidents { get; init; } = [];
}

public sealed record IncidentMapping(string Source, string Group);

/// <summary>How several deployments of one version to several matching environments count.</summary>
public enum EnvironmentCounts
{
    /// <summary>One deployment, when the last one has the version.</summary>
    All,

    /// <summary>One deployment, when the first one has the version.</summary>
    First,

    /// <summary>Each is a deployment of its own.</summary>
    Each,
}

public sealed record EnvironmentDefinition
{
    public required EnvironmentName Name { get; init; }

    /// <summary>Globs over the names that sources use, without regard to case.</summary>
    public required ImmutableArray<string> Match { get; init; }

    public EnvironmentCounts Counts { get; init; } = EnvironmentCounts.All;

    public static readonly EnvironmentDefinition Production = new()
    {
        Name = EnvironmentName.Production,
        Match = ["prod", "production", "live"],
    };
}

public sealed record DeploymentRules
{
    public bool CountFailedAttempts { get; init; }
    public bool CountRedeploys { get; init; }
}

public enum LeadTimeUnit
{
    Commit,
    Change,

    /// <summary>The commit that was deployed, alone: not what else ships with it.</summary>
    Deployment,
}

public enum LeadTimeStart { Authored, Committed, FirstCommit, Opened, Merged }

/// <summary>What many times come to.</summary>
public enum Statistic
{
    Median,
    Mean,

    /// <summary>The median of each day, and of those the median: each day weighs the same, however much it holds.</summary>
    MedianOfDailyMedians,
}

public sealed record LeadTimeRules
{
    public LeadTimeUnit Unit { get; init; } = LeadTimeUnit.Commit;
    public LeadTimeStart Start { get; init; } = LeadTimeStart.Authored;
    public bool ExcludeBots { get; init; }
    public Statistic Statistic { get; init; }
}

public enum FailureSignal
{
    Incident,
    Rollback,
    Revert,
    Hotfix,
    Declared,

    /// <summary>
    /// What is measured of the service became worse with the deployment: an incident that Leadline itself opens and closes.
    /// </summary>
    Degradation,

    /// <summary>The roll-out was aborted after some users had the version.</summary>
    Abort,

    /// <summary>Somebody marked the deployment as failed: no rule, and so nothing that definitions switch.</summary>
    Override,
}

public static class FailureSignals
{
    /// <summary>The source whose incidents are degradations: Leadline's own verification of releases.</summary>
    public const string Verification = "verification";

    /// <summary>Whether its evidence is an incident, with a beginning and an end of its own.</summary>
    public static bool IsIncident(this FailureSignal signal) => signal is FailureSignal.Incident or FailureSignal.Degradation;
}

/// <summary>How an incident may be linked to a deployment.</summary>
public enum IncidentLink
{
    /// <summary>It names a deployment, version or sha.</summary>
    Declared,

    /// <summary>A shipped change names it as what it fixes.</summary>
    Fix,

    /// <summary>The deployment succeeded within the window before it.</summary>
    Window,
}

/// <summary>What the change failure rate is a share of, and how often a row counts in it.</summary>
public enum FailureRateOf
{
    /// <summary>Failed deployments, of all that count.</summary>
    FailedDeployments,

    /// <summary>Failed deployments, of those that count and are no rollback.</summary>
    WithoutRollbacks,

    /// <summary>Incidents that blame a deployment, each by itself, for each deployment that counts.</summary>
    Incidents,
}

public sealed record FailureRules
{
    /// <summary>An incident window without an end.</summary>
    public static readonly TimeSpan Unlimited = TimeSpan.MaxValue;

    public ImmutableArray<FailureSignal> Signals { get; init; } =
        [FailureSignal.Incident, FailureSignal.Rollback, FailureSignal.Revert, FailureSignal.Hotfix, FailureSignal.Declared];

    /// <summary>How long before an incident a deployment can have succeeded and still be its cause by nearness alone.</summary>
    public TimeSpan IncidentWindow { get; init; } = TimeSpan.FromHours(24);

    public ImmutableArray<IncidentLink> IncidentLinks { get; init; } =
    [
        IncidentLink.Declared, IncidentLink.Fix, IncidentLink.Window,
    ];

    public FailureRateOf Rate { get; init; }

    /// <summary>Labels that make an issue of a tracker an incident.</summary>
    public ImmutableArray<string> IncidentLabels { get; init; } = ["incident"];

    public HotfixRules Hotfix { get; init; } = new();
}

/// <summary>What has a recovery time.</summary>
public enum RecoveryOf
{
    /// <summary>A failed deployment.</summary>
    Deployment,

    /// <summary>An incident by itself, linked or not: from its start to its resolution.</summary>
    Incident,
}

/// <summary>When a failed deployment's recovery time starts.</summary>
public enum RecoveryStart
{
    /// <summary>With the earliest incident; without one, with the deployment.</summary>
    Failure,

    /// <summary>With the deployment.</summary>
    Deployment,
}

public sealed record RecoveryRules
{
    public RecoveryOf Of { get; init; }
    public RecoveryStart Start { get; init; }
    public Statistic Statistic { get; init; }
}

/// <summary>A change is a hotfix when one of these globs matches; without regard to case.</summary>
public sealed record HotfixRules
{
    public ImmutableArray<string> Labels { get; init; } = ["hotfix"];
    public ImmutableArray<string> Branches { get; init; } = ["hotfix/**", "hotfix-*"];
    public ImmutableArray<string> Titles { get; init; } = ["hotfix:*", "hotfix(*"];
}
