using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>
/// A change in practice, with what it is to bring, as it was written down. It is kept as it is: what was expected is not
/// adjusted to what came.
/// </summary>
public sealed record Experiment
{
    /// <summary>Small letters, digits and hyphens; it stands in addresses.</summary>
    public required string Name { get; init; }

    /// <summary>What is done differently, and what it is to bring, in a sentence.</summary>
    public required string Hypothesis { get; init; }

    /// <summary>Where it is done: these services, empty for all; of this team and area, where they are named.</summary>
    public ImmutableArray<string> Services { get; init; } = [];

    public string? Team { get; init; }
    public string? Area { get; init; }
    public required string Environment { get; init; }

    /// <summary>What it is to move.</summary>
    public required Aim Aim { get; init; }

    /// <summary>What it must not make worse.</summary>
    public ImmutableArray<Guardrail> Guardrails { get; init; } = [];

    /// <summary>
    /// Services where it is not done, which have everything else in common with those where it is; empty for none.
    /// </summary>
    public ImmutableArray<string> Comparison { get; init; } = [];

    public required DateTimeOffset Start { get; init; }

    /// <summary>After it nothing is looked at.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>How often what has no effect may be said to have one: at any of all looks, either way.</summary>
    public double FalseAlarms { get; init; } = DefaultFalseAlarms;

    public const double DefaultFalseAlarms = 0.05;

    /// <summary>Who it is about, for a sentence.</summary>
    [JsonIgnore]
    public string Who => string.Join(" in ", new[]
    {
        Services.IsEmpty ? null : string.Join(", ", Services), Team is null ? null : $"team {Team}",
        Area is null ? null : $"the area {Area}",
    }.OfType<string>().DefaultIfEmpty("all services"));
}

/// <param name="Metric">One of <see cref="MetricRules.Names"/>.</param>
/// <param name="Direction">Where it is to go.</param>
/// <param name="Worth">The smallest effect worth having: a share of the level before, or points of a rate (0.05 is
/// five).</param>
public sealed record Aim(string Metric, Direction Direction, double Worth)
{
    /// <summary>Whether effects are ratios to the level before; else they are points.</summary>
    [JsonIgnore]
    public bool IsRatio => IsRatioOf(Metric);

    internal static bool IsRatioOf(string metric) => metric is "deployment_frequency" or "lead_time" or "recovery_time";

    /// <summary>Where the metric goes when things get better.</summary>
    public static Direction BetterOf(string metric) => metric == "deployment_frequency" ? Direction.Up : Direction.Down;

    /// <summary>How far it went where it was to go: positive for that, a share of the level before or points.</summary>
    public double Gain(double value) => (Direction == Direction.Up ? 1 : -1) * (IsRatio ? value - 1 : value);
}

public enum Direction { Up, Down }

/// <param name="Tolerated">How much worse it may get and still count as not worse: a share of the level before, or points of a
/// rate.</param>
public sealed record Guardrail(string Metric, double Tolerated)
{
    /// <summary>Where no other is named: a tenth of the level before, or five points.</summary>
    public static double ToleratedOf(string metric) => Aim.IsRatioOf(metric) ? 0.1 : 0.05;
}

/// <param name="By">The name of a token, <c>local</c>, or <c>leadline.yaml</c>; never a person.</param>
/// <param name="StoppedAt">Null where nobody stopped it.</param>
public sealed record RegisteredExperiment(
    Experiment Experiment, DateTimeOffset At, string By, DateTimeOffset? StoppedAt, string? StoppedBy, string? StoppedBecause)
{
    /// <summary>When it ends, or ended.</summary>
    public DateTimeOffset End => StoppedAt is { } stopped && stopped < Experiment.End ? stopped : Experiment.End;

    /// <summary>How many whole days after its start it was registered; null where it was before the first had gone by.</summary>
    public int? DaysLate => At - Experiment.Start >= TimeSpan.FromDays(1) ? (int)(At - Experiment.Start).TotalDays : null;
}
