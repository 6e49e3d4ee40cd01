using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Constraint;

/// <summary>
/// Which stage holds a scope back: the one that gains most where it runs as it does in the organisation's own best-quartile
/// service. The gain is found for each journey and aggregated again: in each service whose times of the stage are clearly longer
/// than those of the reference, each journey gets in place of its own time the one that has the same place among the reference's
/// (<see cref="QuantileMap"/>), and the median is taken of what the journeys then come to. Where the median lies in a gap
/// between many journeys, as that between two working days, minutes move it by hours: what it gains more than the average
/// journey saves does not count.
/// </summary>
/// <remarks>
/// Clearly longer is what the interval of <see cref="HodgesLehmann"/> says of the medians of their deployments: the changes of
/// one deployment are not independent. The intervals of gains, and of the difference of two, are those of
/// <see cref="ClusterBootstrap"/>, by deployment.
/// </remarks>
public static class ConstraintFinder
{
    /// <summary>
    /// Fewer deployments say nothing of what holds them back; a service with fewer of a stage is no reference for it.
    /// </summary>
    public const int LeastClusters = 12, LeastClustersOfReference = 5;

    /// <summary>What gains a smaller share of the median is no constraint.</summary>
    public const double LeastGain = 0.1;

    /// <summary>Of all time, so much must lie in stages that are known.</summary>
    public const double LeastKnown = 0.5;

    /// <param name="names">Of the stages, in order.</param>
    /// <param name="scope">What is asked about.</param>
    /// <param name="all">What it is compared with: those of every service, the scope's among them.</param>
    public static ConstraintFinding Find(IReadOnlyList<string> names, IReadOnlyList<Journey> scope, IReadOnlyList<Journey> all)
    {
        Journey[] rows =
        [
            .. scope.OrderBy(row => row.Place, StringComparer.Ordinal).ThenBy(row => row.Cluster, StringComparer.Ordinal),
        ];
        var numbers = new Dictionary<(string, string), int>();
        int[] clusters =
        [
            .. rows.Select(row =>
                numbers.TryGetValue((row.Place, row.Cluster), out var number) ? number
                    : numbers[(row.Place, row.Cluster)] = numbers.Count),
        ];
        var total = rows.Sum(row => Math.Max(0, row.Seconds));
        double[] seconds = [.. rows.Select(row => row.Seconds)];
        var median = Median.Of([.. seconds]);
        StageSwap?[] swaps = [.. names.Select((_, stage) => StageSwap.Of(stage, rows, all))];
        StageFinding[] stages =
        [
            .. names.Select((name, stage) =>
                StageFinding.Of(name, [.. rows.Select(row => row.Stages[stage]).OfType<double>()], total, swaps[stage])),
        ];
        var finding = new ConstraintFinding(
            rows.Length, numbers.Count, median, total > 0 ? stages.Sum(stage => stage.Share ?? 0) : null, [], Verdict.TooFew,
            null, null, null);
        if (rows.Length == 0) return finding with { Stages = [.. stages] };
        int[] compared = [.. Enumerable.Range(0, swaps.Length).Where(stage => swaps[stage] is not null)];
        var draws = ClusterBootstrap.Draw(
            clusters, random => [seconds, .. compared.Select(stage => swaps[stage]!.Drawn(random))]);
        for (var column = 0; column < compared.Length; column++)
        {
            var (stage, place) = (compared[column], column + 1);
            var without = Median.Of([.. swaps[stage]!.Seconds])!.Value;
            var saved = seconds.Average() - swaps[stage]!.Seconds.Average();
            stages[stage] = stages[stage] with
            {
                MedianIfSeconds = without,
                SavedSeconds = saved,
                GainSeconds = Math.Min(median!.Value - without, saved),
                IntervalSeconds = ClusterBootstrap.Interval(draws.Select(draw => Gain(draw, place))),
                Column = place,
            };
        }

        return Judge(finding with { Stages = [.. stages] }, draws);
    }

    /// <summary>What counts of a draw: the median's gain, as far as the average journey saves as much.</summary>
    static double Gain((double Median, double Mean)[] draw, int column) =>
        Math.Min(draw[0].Median - draw[column].Median, draw[0].Mean - draw[column].Mean);

    static ConstraintFinding Judge(ConstraintFinding finding, (double, double)[][] draws)
    {
        var ranked = finding.Stages.Where(stage => stage.GainSeconds is not null).OrderByDescending(stage => stage.GainSeconds)
            .ToList();
        var (first, second) = (ranked.ElementAtOrDefault(0), ranked.ElementAtOrDefault(1));
        finding = finding with { First = first?.Stage, Second = second?.Stage };
        if (finding.Clusters < LeastClusters) return finding with { Verdict = Verdict.TooFew };
        if (!(finding.KnownShare >= LeastKnown)) return finding with { Verdict = Verdict.Unknown };
        if (first is null) return finding with { Verdict = Verdict.NothingToCompare };
        if (first.GainSeconds <= 0) return finding with { Verdict = Verdict.NoneFaster };
        if (first.IntervalSeconds!.Value[0] <= 0 || first.GainSeconds < LeastGain * finding.MedianSeconds)
            return finding with { Verdict = Verdict.SmallGain };
        if (second is null) return finding with { Verdict = Verdict.Constraint };
        var difference = ClusterBootstrap.Interval(draws.Select(draw => Gain(draw, first.Column) - Gain(draw, second.Column)));
        return finding with
        {
            DifferenceSeconds = difference,
            Verdict = difference[0] > 0 ? Verdict.Constraint : Verdict.NotSeparated,
        };
    }
}

/// <summary>What was found of one stage.</summary>
/// <param name="Count">The journeys of which it is known.</param>
/// <param name="Share">Of all the time of the journeys.</param>
/// <param name="Reference">Null where fewer than two places know enough of it.</param>
/// <param name="Others">How many places of the scope know of it, the reference left out.</param>
/// <param name="Slower">In how many of them it takes clearly longer than in the reference.</param>
/// <param name="MedianIfSeconds">The median of all journeys if these ran as the reference.</param>
/// <param name="SavedSeconds">What the average journey then saves.</param>
/// <param name="GainSeconds">What counts: by how much the median falls, as far as the average journey saves as much.</param>
/// <param name="IntervalSeconds">95 %, of the gain.</param>
public sealed record StageFinding(
    string Stage, int Count, double? Share, double? MedianSeconds, double? P90Seconds, Reference? Reference, int Others,
    int Slower, double? MedianIfSeconds, double? SavedSeconds, double? GainSeconds,
    ImmutableArray<double>? IntervalSeconds)
{
    /// <summary>Where the draws have its medians.</summary>
    internal int Column { get; init; }

    internal static StageFinding Of(string name, double[] known, double total, StageSwap? swap) => new(
        name, known.Length, total > 0 && known.Length > 0 ? known.Sum() / total : null, Median.At(0.5, known),
        Median.At(0.9, known), swap?.Reference, swap?.Others ?? 0, swap?.Slower ?? 0, null, null, null, null);
}

/// <summary>Where a stage runs as in the best quartile.</summary>
/// <param name="Among">How many places were compared.</param>
/// <param name="Count">Its journeys.</param>
public sealed record Reference(string Place, int Among, int Count, double MedianSeconds, double P90Seconds);

/// <summary>Why a stage is named, or none is.</summary>
public enum Verdict
{
    /// <summary>One stage gains more than every other.</summary>
    Constraint,

    /// <summary>The first gains more than the second, but not more than chance may have it.</summary>
    NotSeparated,

    /// <summary>The greatest gain is within what chance may bring, or under a tenth of the median.</summary>
    SmallGain,

    /// <summary>No stage takes clearly longer than in the reference.</summary>
    NoneFaster,

    /// <summary>Of no stage two places know enough.</summary>
    NothingToCompare,

    /// <summary>Most of the time lies in no stage that is known.</summary>
    Unknown,

    /// <summary>Too few journeys or deployments.</summary>
    TooFew,
}

/// <summary>What was found of all stages.</summary>
/// <param name="Clusters">The deployments that the journeys came with.</param>
/// <param name="KnownShare">Of all time, what lies in stages that are known.</param>
/// <param name="First">The stage that gains most; named as the constraint where the verdict is that.</param>
/// <param name="DifferenceSeconds">95 %, of what the first gains more than the second.</param>
public sealed record ConstraintFinding(
    int Count, int Clusters, double? MedianSeconds, double? KnownShare, ImmutableArray<StageFinding> Stages, Verdict Verdict,
    string? First, string? Second,
    ImmutableArray<double>? DifferenceSeconds);
