using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>
/// The five metrics of a scope and window with their coverage: the shape that the API, the command line and the pages share.
/// </summary>
public sealed record MetricsReport
{
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required string Timezone { get; init; }

    /// <summary>The hash of the definitions that the numbers follow.</summary>
    public required string Definitions { get; init; }

    /// <summary>The edition of the benchmarks whose levels stand beside the numbers.</summary>
    public required string Edition { get; init; }

    public required MetricsScope Scope { get; init; }
    public required FiveMetrics Metrics { get; init; }
    public required Coverage Coverage { get; init; }

    /// <summary>
    /// Why values are null, in a sentence, by their place below <c>metrics</c>: <c>lead_time.interval_seconds</c>.
    /// </summary>
    public required ImmutableSortedDictionary<string, string> Because { get; init; }
}

public sealed record MetricsScope(ImmutableArray<string> Services, string Environment);

public sealed record FiveMetrics
{
    public required DeploymentFrequency DeploymentFrequency { get; init; }
    public required LeadTime LeadTime { get; init; }
    public required ChangeFailureRate ChangeFailureRate { get; init; }
    public required RecoveryTime RecoveryTime { get; init; }
    public required ReworkRate ReworkRate { get; init; }
}

/// <param name="PerDay">Counted deployments per day of the window; null without any.</param>
/// <param name="Interval">95 %, exact Poisson, per day.</param>
/// <param name="Levels">All that the interval allows, the best first; null where the edition defines none or there is no
/// interval. Likewise of the others.</param>
public sealed record DeploymentFrequency(
    double? PerDay, long Deployments, double Days, ImmutableArray<double>? Interval, double? DeployDaysPerWeek,
    double? MedianSecondsBetween, Percentiles Percentiles, ImmutableArray<string>? Levels)
{
    /// <inheritdoc cref="LevelWords.One"/>
    public string? Level => LevelWords.One(Levels);
}

/// <param name="IntervalSeconds">At least 95 % for the median, by order statistics.</param>
/// <param name="Statistic">What the definitions let one number be.</param>
/// <param name="ValueSeconds">That number: the median where they say nothing else, and then the interval is its own.</param>
public sealed record LeadTime(
    double? MedianSeconds, double? P75Seconds, double? P90Seconds, long Count, ImmutableArray<double>? IntervalSeconds,
    Percentiles Percentiles,
    ImmutableArray<string>? Levels, Statistic Statistic, double? ValueSeconds)
{
    /// <inheritdoc cref="LevelWords.One"/>
    public string? Level => LevelWords.One(Levels);
}

/// <param name="Interval">95 %, Jeffreys.</param>
public sealed record ChangeFailureRate(
    double? Value, long Failed, long Deployments, ImmutableArray<double>? Interval, ImmutableArray<string>? Levels)
{
    /// <inheritdoc cref="LevelWords.One"/>
    public string? Level => LevelWords.One(Levels);
}

/// <param name="Count">Failures that began in the window, open ones among them.</param>
/// <param name="KaplanMeierMedianSeconds">The median with open failures taken as censored; null where fewer than half have
/// ended.</param>
/// <param name="OldestOpenSeconds">The age of the longest open failure at the time of asking.</param>
/// <param name="Statistic">What the definitions let one number be.</param>
/// <param name="ValueSeconds">That number: the median of failed deployments where they say nothing else, and then the interval
/// is its own.</param>
public sealed record RecoveryTime(
    double? MedianSeconds, long Count, long Open, double? OldestOpenSeconds, double? KaplanMeierMedianSeconds,
    ImmutableArray<double>? IntervalSeconds, Percentiles Percentiles, ImmutableArray<string>? Levels, Statistic Statistic,
    double? ValueSeconds)
{
    /// <inheritdoc cref="LevelWords.One"/>
    public string? Level => LevelWords.One(Levels);
}

public sealed record ReworkRate(
    double? Value, long Rework, long Deployments, ImmutableArray<double>? Interval, ImmutableArray<string>? Levels)
{
    /// <inheritdoc cref="LevelWords.One"/>
    public string? Level => LevelWords.One(Levels);
}

/// <summary>What the numbers rest on.</summary>
/// <param name="DeploymentsWithoutChanges">
/// Those that ship nothing known: because of what the next counts say, or because nothing of the service was in them.
/// </param>
/// <param name="Baseline">The first of a service: what it reaches predates tracking.</param>
/// <param name="Gap">What was live before is not known, or nothing joins it with this one.</param>
/// <param name="NoSha">The source named no commit, and no artifact of that version is known.</param>
/// <param name="ShortSha">The source named an abbreviation, with which no known commit begins, or several do.</param>
/// <param name="UnknownSha">The commit is not known.</param>
/// <param name="Configuration">The commit is one of a configuration repository, and nothing leads from it to one of the
/// service.</param>
/// <param name="Signals">The failure signals that are switched on.</param>
public sealed record Coverage(
    long DeploymentsWithChanges, long DeploymentsWithoutChanges, long Baseline, long Gap, long NoSha, long ShortSha,
    long UnknownSha, long Configuration,
    long Incidents, long IncidentsUnlinked, ImmutableArray<string> Signals);

/// <summary>What is asked for: services (all where null), one environment, and a half-open window of UTC instants.</summary>
public sealed record MetricsQuery(
    ImmutableArray<string>? Services, string Environment, DateTimeOffset From, DateTimeOffset To);

public enum Bucket { Day, Week, Month }

/// <summary>How the percentiles of an answer were found.</summary>
public enum Percentiles
{
    /// <summary>Over the rows themselves.</summary>
    Exact,

    /// <summary>
    /// From histograms, because the rows are many: within 1 % of the exact value,
    /// <see cref="Leadline.Core.LogHistogram.RelativeError"/>.
    /// </summary>
    Estimated,
}

/// <summary>One bucket of a trend; values are null, never 0, where the bucket holds nothing to compute them from.</summary>
/// <param name="Percentiles">Null where the metric has none.</param>
public sealed record SeriesPoint(
    DateTimeOffset From, DateTimeOffset To, double? Value, double? P75, double? P90, long Count, Percentiles? Percentiles);
