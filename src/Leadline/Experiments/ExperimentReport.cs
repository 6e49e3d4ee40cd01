using System.Collections.Immutable;
using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>An experiment with what came of it so far: the shape that the API, the command line and the pages share.</summary>
public sealed record ExperimentReport
{
    /// <summary>As it was registered.</summary>
    public required Experiment Experiment { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }
    public required string RegisteredBy { get; init; }

    /// <summary>Whole days after its start; null where it was registered before the first had gone by.</summary>
    public required int? RegisteredDaysLate { get; init; }

    public required DateTimeOffset? StoppedAt { get; init; }
    public required string? StoppedBy { get; init; }
    public required string? StoppedBecause { get; init; }

    /// <summary><c>planned</c>, <c>running</c>, <c>stopped</c> or <c>ended</c>.</summary>
    public required ExperimentState State { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The verdict in a sentence or two, with the guardrails.</summary>
    public required string Says { get; init; }

    /// <summary>How the metric stands to that of the weeks before; null where <see cref="Because"/> says why.</summary>
    public required EffectAnswer? Effect { get; init; }

    public required string? Because { get; init; }

    /// <summary>While it cannot be told.</summary>
    public required Needed? Needs { get; init; }

    public required ImmutableArray<GuardrailAnswer> Guardrails { get; init; }

    /// <summary>Where the experiment is.</summary>
    public required ExperimentSide Own { get; init; }

    /// <summary>What it is compared with; null where it is with none.</summary>
    public required ExperimentSide? Others { get; init; }

    /// <summary>The looks so far: one after each whole week from the fourth on.</summary>
    public required ImmutableArray<LookAnswer> Looks { get; init; }

    /// <summary>How many looks were planned.</summary>
    public required int LooksPlanned { get; init; }

    public required ImmutableArray<LeftOutDays> LeftOutDays { get; init; }
    public required ImmutableArray<LeftOutService> LeftOutServices { get; init; }
}

public enum ExperimentState { Planned, Running, Stopped, Ended }

/// <param name="Kind"><c>ratio</c> of the level after to that before, or <c>difference</c> of two shares.</param>
/// <param name="Interval">It holds at all looks together with a confidence of 1 less the rate of false alarms.</param>
/// <param name="Dispersion">How much more than independent rows weeks vary; the interval is wider by its root.</param>
public sealed record EffectAnswer(string Kind, double Value, ImmutableArray<double> Interval, double Dispersion, string Says)
{
    internal static EffectAnswer Of(string metric, Estimate estimate, Measured measured) => new(
        Aim.IsRatioOf(metric) ? "ratio" : "difference", Math.Round(estimate.Value, 6),
        [Math.Round(estimate.Lower, 6), Math.Round(estimate.Upper, 6)],
        Math.Round(Math.Max(measured.Own!.Dispersion, measured.Others?.Dispersion ?? 1), 3),
        ExperimentWords.Of(metric, estimate));
}

/// <param name="Deployments">About so many more; null where no number is enough, or none can be said.</param>
/// <param name="Weeks">About so many more, as often as is deployed now.</param>
/// <param name="Says">In words.</param>
public sealed record Needed(long? Deployments, int? Weeks, string Says);

/// <param name="Tolerated">A share of the level before, or points.</param>
public sealed record GuardrailAnswer(string Metric, double Tolerated, Guarded State, EffectAnswer? Effect, string Says);

/// <param name="Before">Null without a whole week.</param>
public sealed record ExperimentSide(ImmutableArray<string> Services, ExperimentWindow? Before, ExperimentWindow? After);

/// <summary>What the metric was in whole weeks.</summary>
/// <param name="Rows">What the value is of: deployments, changes or failures that have ended.</param>
/// <param name="Value">Deployments per day, a share, or the median in seconds within 1 %; null without rows.</param>
public sealed record ExperimentWindow(
    DateTimeOffset From, DateTimeOffset To, int Weeks, long Deployments, long Rows, double? Value);

/// <param name="Until">The end of its last week.</param>
public sealed record LookAnswer(int Week, DateTimeOffset Until, EffectAnswer? Effect, Verdict Verdict);

public sealed record LeftOutDays(DateTimeOffset From, DateTimeOffset To, string Because);

public sealed record LeftOutService(string Service, string Because);
