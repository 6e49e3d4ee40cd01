using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>What a measure did with a deployment.</summary>
public enum ReleaseVerdict { Better, NoChange, Worse, CannotTell }

/// <summary>Which way of a measure is the bad one.</summary>
public enum WorseWhen { Higher, Lower }

/// <param name="At">When.</param>
/// <param name="Value">In the measure's own unit.</param>
public readonly record struct MeasuredValue(DateTimeOffset At, double Value);

/// <param name="Worse">Which way is the bad one.</param>
/// <param name="Tolerance">By how much of the earlier median a measure may move and still be unchanged: 0.1 is a tenth.</param>
/// <param name="Least">By how much it may move in its own unit, where that is more.</param>
public sealed record ComparisonRule(WorseWhen Worse, double Tolerance, double Least);

/// <summary>A window in numbers; those without a value are null.</summary>
public sealed record WindowNumbers(
    DateTimeOffset From, DateTimeOffset To, int Samples, double? Median, double? Lowest, double? Highest)
{
    public static WindowNumbers Of(DateTimeOffset from, DateTimeOffset to, IReadOnlyCollection<MeasuredValue> values) => new(
        from, to, values.Count, Core.Median.Of([.. values.Select(one => one.Value)]),
        values.Count == 0 ? null : values.Min(one => one.Value), values.Count == 0 ? null : values.Max(one => one.Value));
}

/// <summary>The window after a deployment held against an earlier one.</summary>
/// <param name="Window">The earlier one.</param>
/// <param name="Difference">By how much the values after are shifted against it; null where that cannot be told.</param>
/// <param name="Interval">Of the difference, 95 %.</param>
/// <param name="Ratio">The median after by the earlier one; null where that is nothing, or not known.</param>
/// <param name="Limit">Beyond it a value is worse; null where nothing was measured.</param>
public sealed record ComparedWindow(
    WindowNumbers Window, ReleaseVerdict Verdict, double? Difference, ImmutableArray<double>? Interval, double? Ratio,
    double? Limit);

/// <summary>
/// Whether a measure became worse with a deployment. Of each window there are as many values as it has samples; those after are
/// shifted against the earlier ones by the median of all differences between them (<see cref="HodgesLehmann"/>). It is worse
/// where that shift is more than the tolerance and its interval leaves out zero: the rank test by which canary analysis tells
/// two groups of samples apart too (Mann and Whitney, On a Test of Whether one of Two Random Variables is Stochastically Larger
/// than the Other, Annals of Mathematical Statistics 18, 1947; so Kayenta of Netflix and Google). Samples of a series lean on
/// each other, so that the interval is narrower than it should be: the tolerance guards against that. What is worse than just
/// before the deployment and not worse than a week earlier at the same time is the hour, and no change.
/// </summary>
public sealed record Comparison(
    ReleaseVerdict Verdict, string Because, WindowNumbers After, ComparedWindow Before, ComparedWindow WeekEarlier)
{
    /// <summary>With fewer samples in a window nothing is told.</summary>
    public const int FewestSamples = 5;

    /// <param name="after">From the deployment on.</param>
    /// <param name="before">Up to it.</param>
    /// <param name="weekEarlier">At the time of <paramref name="after"/>, a week earlier.</param>
    public static Comparison Of(MeasuredWindow after, MeasuredWindow before, MeasuredWindow weekEarlier, ComparisonRule rule)
    {
        var (first, second) = (Against(after, before, rule), Against(after, weekEarlier, rule));
        var (verdict, because) = (first.Verdict, second.Verdict) switch
        {
            (ReleaseVerdict.CannotTell, _) => (ReleaseVerdict.CannotTell, TooFew(after, before)),
            (var told, ReleaseVerdict.CannotTell) =>
                (told, Medians(after, first.Window, null) + "; of a week earlier too little is known to compare with"),
            (var told, var other) when told == other => (told, Medians(after, first.Window, second.Window)),
            (ReleaseVerdict.Worse, _) =>
                (ReleaseVerdict.NoChange, Medians(after, first.Window, second.Window)
                    + ": worse than before it, and not than a week earlier"),
            (ReleaseVerdict.Better, _) =>
                (ReleaseVerdict.NoChange, Medians(after, first.Window, second.Window)
                    + ": better than before it, and not than a week earlier"),
            (var told, _) => (told, Medians(after, first.Window, second.Window)),
        };
        return new Comparison(verdict, because, after.Numbers, first, second);
    }

    /// <summary>The value beyond which both comparisons call it worse; null where there is none.</summary>
    public double? Limit(ComparisonRule rule) => (Before.Limit, WeekEarlier.Limit) switch
    {
        ({ } one, { } other) => rule.Worse == WorseWhen.Higher ? Math.Max(one, other) : Math.Min(one, other),
        ({ } one, null) => one,
        _ => null,
    };

    /// <summary>
    /// When the measure was back: the first of the values at the end that are all within the limit, at least
    /// <see cref="FewestSamples"/> of them; null where they are not.
    /// </summary>
    /// <param name="values">In order of time.</param>
    public static DateTimeOffset? BackAt(IReadOnlyList<MeasuredValue> values, double limit, WorseWhen worse)
    {
        var first = values.Count;
        while (first > 0 && !IsBeyond(values[first - 1].Value, limit, worse)) first--;
        return values.Count - first >= FewestSamples ? values[first].At : null;
    }

    public static bool IsBeyond(double value, double limit, WorseWhen worse) =>
        worse == WorseWhen.Higher ? value > limit : value < limit;

    static ComparedWindow Against(MeasuredWindow after, MeasuredWindow earlier, ComparisonRule rule)
    {
        var numbers = earlier.Numbers;
        var margin = numbers.Median is { } median ? Math.Max(rule.Tolerance * Math.Abs(median), rule.Least) : 0;
        var bad = rule.Worse == WorseWhen.Higher ? 1 : -1;
        var limit = earlier.Values.Length < FewestSamples ? null : numbers.Median + (bad * margin);
        if (after.Values.Length < FewestSamples || limit is null
            || HodgesLehmann.Shift(Sample(after), Sample(earlier)) is not { } shift)
            return new ComparedWindow(numbers, ReleaseVerdict.CannotTell, null, null, null, limit);
        var verdict = shift switch
        {
            _ when Math.Abs(shift.Shift) <= margin || (shift.Lower <= 0 && shift.Upper >= 0) => ReleaseVerdict.NoChange,
            _ => shift.Shift * bad > 0 ? ReleaseVerdict.Worse : ReleaseVerdict.Better,
        };
        return new ComparedWindow(
            numbers, verdict, shift.Shift, [shift.Lower, shift.Upper],
            numbers.Median is 0 ? null : after.Numbers.Median / numbers.Median, limit);
    }

    static Sample Sample(MeasuredWindow window) => Core.Sample.Of(window.Values.Select(one => one.Value));

    static string TooFew(MeasuredWindow after, MeasuredWindow before)
    {
        var (window, count) = after.Values.Length < FewestSamples ? ("after", after.Values.Length)
            : ("before", before.Values.Length);
        return count == 0 ? $"there is no data in the window {window} it"
            : $"there {(count == 1 ? "is 1 sample" : $"are {count} samples")} in the window {window} it, and {FewestSamples} "
                + "are needed";
    }

    static string Medians(MeasuredWindow after, WindowNumbers before, WindowNumbers? weekEarlier) =>
        $"the median is {Written(after.Numbers.Median)} after it, {Written(before.Median)} before it"
            + (weekEarlier is null ? "" : $" and {Written(weekEarlier.Median)} a week earlier");

    static string Written(double? value) =>
        value?.ToString("G4", System.Globalization.CultureInfo.InvariantCulture) ?? "unknown";
}

/// <summary>What was measured in a window; in order of time, and only what is a number.</summary>
public sealed record MeasuredWindow(DateTimeOffset From, DateTimeOffset To, ImmutableArray<MeasuredValue> Values)
{
    public WindowNumbers Numbers => WindowNumbers.Of(From, To, Values);
}
