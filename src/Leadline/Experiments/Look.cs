using System.Collections.Immutable;
using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>What the weeks up to one said.</summary>
/// <param name="Week">From 1: how many whole weeks after the start it has.</param>
/// <param name="Bound">How many standard errors the interval reaches to either side.</param>
/// <param name="Effect">With the interval that holds at all looks together; null where the rows cannot support one.</param>
public sealed record Look(int Week, double Bound, Measured Measured, Estimate? Effect, Verdict Verdict)
{
    /// <summary>The week of the first look: fewer weeks say too little of how weeks differ.</summary>
    public const int First = 4;

    /// <summary>
    /// All looks that the weeks so far allow, of as many as were planned: one after each whole week, whoever looked and however
    /// often.
    /// </summary>
    /// <param name="falseAlarms">Of all looks together, either way.</param>
    /// <param name="planned">The weeks after the start at the last look.</param>
    public static ImmutableArray<Look> Of(Aim aim, double falseAlarms, int planned, ExperimentWeeks own, ExperimentWeeks? others)
    {
        var bounds = Spending.Bounds(falseAlarms, own.Before.Count, First, planned);
        return [.. Enumerable.Range(First, Math.Max(0, own.After.Count - First + 1)).Select(week =>
        {
            var bound = bounds[week - First];
            var measured = Measured.Of(aim.Metric, UpTo(own, week), others is null ? null : UpTo(others, week));
            var effect = measured.Within(bound);
            return new Look(week, bound, measured, effect, Verdicts.Of(aim, effect));
        })];
    }

    internal static ExperimentWeeks UpTo(ExperimentWeeks weeks, int week) => weeks with { After = [.. weeks.After.Take(week)] };
}
