using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>What an experiment came to.</summary>
public enum Verdict
{
    /// <summary>The metric went where it was to go, and the effect may be as large as is worth having.</summary>
    Helped,

    /// <summary>The metric went the other way.</summary>
    Harmed,

    /// <summary>Whatever the effect is, it is smaller than is worth having.</summary>
    NoChangeWorthHaving,

    CannotTell,
}

/// <summary>What became of a guardrail.</summary>
public enum Guarded
{
    /// <summary>Not by more than is tolerated.</summary>
    NotWorse,

    Worse,
    CannotTell,
}

/// <summary>What a metric was in the weeks before a change and after it.</summary>
public sealed record ExperimentWeeks(IReadOnlyList<LevelWeek> Before, IReadOnlyList<LevelWeek> After);

/// <summary>What the weeks so far say of one metric: where the experiment is, and where it is compared with.</summary>
/// <param name="Own">Null where the rows cannot support an interval.</param>
/// <param name="Others">Of the services that it is compared with; null where it is with none, or theirs cannot.</param>
/// <param name="IsCompared">Whether the effect is that beyond the others'.</param>
public sealed record Measured(Effect? Own, Effect? Others, bool IsCompared)
{
    public static Measured Of(string metric, ExperimentWeeks own, ExperimentWeeks? others) =>
        new(
            Effect.Of(metric, own.Before, own.After), others is null ? null : Effect.Of(metric, others.Before, others.After),
            others is not null);

    /// <summary>
    /// The effect, with the interval that holds at every look where the bound is that of this one; null where there is none.
    /// </summary>
    public Estimate? Within(double bound) => (Own, Others, IsCompared) switch
    {
        (null, _, _) or (_, null, true) => null,
        (_, _, false) => Own.Within(bound),
        _ => Differences.Beyond(Own.Within(bound), Others.Within(bound)),
    };
}

/// <summary>From an effect and its interval to a word.</summary>
public static class Verdicts
{
    // The normal distribution's point above which a fifth lies.
    const double Power = 0.8416212335729143;

    /// <summary>
    /// By the interval alone: all of it on the other side of no change is harm; all of it below what is worth having is no
    /// change worth having; all of it above no change is help.
    /// </summary>
    public static Verdict Of(Aim aim, Estimate? effect)
    {
        if (effect is null) return Verdict.CannotTell;
        var (least, most) = Gains(aim, effect);
        return most < 0 ? Verdict.Harmed : most < aim.Worth ? Verdict.NoChangeWorthHaving : least > 0 ? Verdict.Helped
            : Verdict.CannotTell;
    }

    /// <summary>
    /// Not worse where all of the interval is above what is tolerated; worse where all of it is on the worse side of no change.
    /// </summary>
    public static Guarded Of(Guardrail guardrail, Estimate? effect)
    {
        if (effect is null) return Guarded.CannotTell;
        var (least, most) = Gains(new Aim(guardrail.Metric, Aim.BetterOf(guardrail.Metric), 0), effect);
        return least > -guardrail.Tolerated ? Guarded.NotWorse : most < 0 ? Guarded.Worse : Guarded.CannotTell;
    }

    /// <summary>
    /// About how many deployments after the start are enough: with so many, an effect as large as the smallest worth having is
    /// found at the last look in four of five experiments. What the estimate varies by now, as v (1/n + 1/m) with n deployments
    /// after and m before, is brought to (worth / (bound + 0.84))² by more after alone (the usual sample size of two means:
    /// Jennison and Turnbull, Group Sequential Methods with Applications to Clinical Trials, 2000, section 3.2). Null where no
    /// number of them is: the weeks before are too few.
    /// </summary>
    /// <param name="measured">What there is so far.</param>
    /// <param name="after">Deployments after the start.</param>
    /// <param name="before">Deployments before it.</param>
    /// <param name="bound">Of the last look.</param>
    public static long? Enough(Aim aim, Measured measured, long after, long before, double bound) =>
        Sum(aim, measured, after, before, bound) is { } sum && sum - (1.0 / before) is > 1e-9 and var rest
            ? (long)Math.Ceiling(1 / rest) : null;

    /// <summary>The same where as many stand before the start as after it: about so many on either side.</summary>
    public static long? EnoughOnEitherSide(Aim aim, Measured measured, long after, long before, double bound) =>
        Sum(aim, measured, after, before, bound) is > 1e-9 and var sum ? (long)Math.Ceiling(2 / sum) : null;

    /// <summary>What 1/n + 1/m must come to.</summary>
    static double? Sum(Aim aim, Measured measured, long after, long before, double bound)
    {
        if (after == 0 || before == 0 || measured.Within(1) is not { } one) return null;
        var error = (one.Even(one.Upper) - one.Even(one.Lower)) / 2;
        var worth = aim.IsRatio ? Math.Abs(Math.Log(aim.Direction == Direction.Up ? 1 + aim.Worth : 1 - aim.Worth)) : aim.Worth;
        return Math.Pow(worth / ((bound + Power) * error), 2) * ((1.0 / after) + (1.0 / before));
    }

    /// <summary>The least and the most that the interval allows to be gained.</summary>
    internal static (double Least, double Most) Gains(Aim aim, Estimate effect)
    {
        var (one, other) = (aim.Gain(effect.Lower), aim.Gain(effect.Upper));
        return (Math.Min(one, other), Math.Max(one, other));
    }

}
