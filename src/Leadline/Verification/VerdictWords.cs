using System.Globalization;
using Leadline.Core;

namespace Leadline.Verification;

/// <summary>How verdicts and their numbers are written for people.</summary>
static class VerdictWords
{
    public static string Of(ReleaseVerdict verdict) => verdict switch
    {
        ReleaseVerdict.Better => "better",
        ReleaseVerdict.Worse => "worse",
        ReleaseVerdict.NoChange => "no change",
        _ => "cannot tell",
    };

    public static string Of(MeasureOf measure) => measure switch
    {
        MeasureOf.ErrorRate => "error rate",
        MeasureOf.Latency => "latency",
        MeasureOf.Saturation => "saturation",
        _ => "business",
    };

    /// <summary>To four digits; a dash where nothing was measured.</summary>
    public static string Value(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>With its sign and interval; a dash where it cannot be told.</summary>
    public static string Difference(ComparedWindow? window) =>
        window is { Difference: { } difference, Interval: [var low, var high] }
            ? $"{Signed(difference)} ({Signed(low)} to {Signed(high)})" : "–";

    /// <summary>What several checks come to: the worst that one of them says; null without any.</summary>
    public static ReleaseVerdict? Worst(IEnumerable<ReleaseVerdict> verdicts)
    {
        var all = verdicts.ToHashSet();
        foreach (var verdict in (ReadOnlySpan<ReleaseVerdict>)[
            ReleaseVerdict.Worse, ReleaseVerdict.CannotTell, ReleaseVerdict.NoChange, ReleaseVerdict.Better,
        ])
            if (all.Contains(verdict)) return verdict;
        return null;
    }

    static string Signed(double value) =>
        value.ToString("+0.####;-0.####;0", CultureInfo.InvariantCulture) is var text && text is "+0" or "-0"
            ? value.ToString("G2", CultureInfo.InvariantCulture) : text;
}
