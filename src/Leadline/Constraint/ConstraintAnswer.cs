using System.Collections.Immutable;
using Leadline.Metrics;

namespace Leadline.Constraint;

/// <summary>What holds back lead time, or recovery: one sentence, and what it rests on.</summary>
/// <param name="Evidence">The sentences after it: the interval, the runner-up, on how much it rests.</param>
/// <param name="Constraint">The stage that is named; null where none is, and then <paramref name="Verdict"/> says why.</param>
/// <param name="RunnerUp">The stage that gains second most.</param>
/// <param name="Count">The changes, or failures.</param>
/// <param name="Sampled">Null where all were read. Likewise of those that they are compared with.</param>
/// <param name="KnownShare">Of all time, what lies in stages that are known.</param>
/// <param name="DifferenceSeconds">95 %, of what the first stage gains more than the second; null where it was not
/// asked.</param>
/// <param name="Notes">What is to be known before the numbers are used.</param>
/// <param name="Practices">Options that the literature connects with the stage that is named, or with the two that cannot be
/// told apart.</param>
public sealed record ConstraintAnswer(
    string Sentence, string Evidence, Verdict Verdict, string? Constraint, string? RunnerUp, long Count, long Deployments,
    Sampled? Sampled, Sampled? ComparedSampled,
    double? MedianSeconds, double? KnownShare, ComparedWith ComparedWith, ImmutableArray<double>? DifferenceSeconds,
    ImmutableArray<ConstraintStage> Stages,
    ImmutableArray<string> Notes, ImmutableArray<Practice> Practices)
{
    internal static ConstraintAnswer Of(
        ConstraintSubject subject, string about, ComparedFinding compared, Sampled? sampled, Sampled? comparedSampled, long open)
    {
        var (finding, words) = (compared.Finding, new ConstraintWords(subject, about, compared));
        var named = finding.Verdict == Verdict.Constraint ? finding.First : null;
        string?[] stages = finding.Verdict switch
        {
            Verdict.Constraint => [finding.First],
            Verdict.NotSeparated => [finding.First, finding.Second],
            _ => [],
        };
        return new ConstraintAnswer(
            words.Sentence, words.Evidence, finding.Verdict, named, named is null ? null : finding.Second, finding.Count,
            finding.Clusters, sampled, comparedSampled,
            Rounded(finding.MedianSeconds), Rounded(finding.KnownShare), compared.With, Rounded(finding.DifferenceSeconds),
            [.. finding.Stages.Select(stage => ConstraintStage.Of(stage, compared, words))],
            words.Notes(sampled, comparedSampled, open), Leadline.Constraint.Practices.Of(stages.OfType<string>()));
    }

    /// <summary>To the microsecond: sums of the same numbers in another order differ in their last digits.</summary>
    internal static double? Rounded(double? value) => value is { } known ? Math.Round(known, 6) : null;

    internal static ImmutableArray<double>? Rounded(ImmutableArray<double>? values) =>
        values is { } known ? [.. known.Select(value => Math.Round(value, 6))] : null;
}

/// <summary>One stage, and the median if it ran as in the best quartile.</summary>
/// <param name="Count">Of how many it is known.</param>
/// <param name="Share">Of all time, its own.</param>
/// <param name="Reference">As which it would run.</param>
/// <param name="SlowerIn">In how many services of the scope (or quarters of the window) it takes clearly longer than there; the
/// others stay as they are.</param>
/// <param name="MedianIfSeconds">The median of all changes or failures then.</param>
/// <param name="SavedSeconds">What the average change or failure then saves.</param>
/// <param name="GainSeconds">What counts: by how much the median falls, as far as the average change or failure saves as
/// much.</param>
/// <param name="IntervalSeconds">95 %, of the gain, by the bootstrap over deployments.</param>
/// <param name="Because">Why there is no gain; null where there is one.</param>
public sealed record ConstraintStage(
    string Stage, string Meaning, long Count, double? Share, double? MedianSeconds, double? P90Seconds,
    ConstraintReference? Reference, int SlowerIn, double? MedianIfSeconds, double? SavedSeconds,
    double? GainSeconds, ImmutableArray<double>? IntervalSeconds, string? Because)
{
    internal static ConstraintStage Of(StageFinding stage, ComparedFinding compared, ConstraintWords words) => new(
        stage.Stage, StageMeaning.Of(stage.Stage), stage.Count, ConstraintAnswer.Rounded(stage.Share),
        ConstraintAnswer.Rounded(stage.MedianSeconds), ConstraintAnswer.Rounded(stage.P90Seconds),
        stage.Reference is { } found ? ConstraintReference.Of(found, compared) : null, stage.Slower,
        ConstraintAnswer.Rounded(stage.MedianIfSeconds),
        ConstraintAnswer.Rounded(stage.SavedSeconds), ConstraintAnswer.Rounded(stage.GainSeconds),
        ConstraintAnswer.Rounded(stage.IntervalSeconds), words.Because(stage));
}

/// <summary>Where a stage runs as it does in the best quartile.</summary>
/// <param name="Name">The service, or the quarter of the window by its days.</param>
/// <param name="From">Where the quarter begins; null where it is a service.</param>
/// <param name="Among">How many services, or quarters, know enough of the stage to be compared.</param>
public sealed record ConstraintReference(
    string Name, DateTimeOffset? From, DateTimeOffset? To, int Among, long Count, double MedianSeconds, double P90Seconds)
{
    internal static ConstraintReference Of(Reference found, ComparedFinding compared)
    {
        var quarter = compared.Quarters.FirstOrDefault(one => one.Name == found.Place);
        return new ConstraintReference(
            found.Place, quarter?.From, quarter?.To, found.Among, found.Count, Math.Round(found.MedianSeconds, 6),
            Math.Round(found.P90Seconds, 6));
    }
}
