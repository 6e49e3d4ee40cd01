using Leadline.Metrics;

namespace Leadline.WhatIf;

/// <summary>A what-if as people read it, on a terminal and on a page.</summary>
static class WhatIfWords
{
    public static string Name(string metric) => metric.Replace('_', ' ');

    /// <summary>A number of the metric.</summary>
    public static string Value(string metric, double? value) => metric switch
    {
        "deployment_frequency" => Human.Rate(value),
        "lead_time" or "recovery_time" => Human.Span(value),
        _ => Human.Share(value),
    };

    /// <summary>The difference of two, with its sign; the same where it is none.</summary>
    public static string Difference(MetricDifference of) => of.Difference switch
    {
        null => of.Before is null && of.After is null ? "the same" : "–",
        0 => "the same",
        { } difference => of.Metric switch
        {
            "deployment_frequency" =>
                of.Before is > 0 ? $"{(difference < 0 ? "−" : "+")}{Math.Abs(difference / of.Before.Value * 100):0.#} %" : "–",
            "lead_time" or "recovery_time" => difference < 0 ? Human.Span(difference) : "+" + Human.Span(difference),
            _ => $"{(difference < 0 ? "−" : "+")}{Math.Abs(difference * 100):0.#} points",
        },
    };

    public static string Moved(Move move) => move switch
    {
        Move.Counted => "counts now",
        Move.NotCounted => "does not count",
        Move.Failed => "failed",
        Move.NotFailed => "did not fail",
        Move.BlamedOtherwise => "failed for other reasons",
        Move.Recovery => "recovery time",
        Move.Rework => "rework",
        _ => "lead time",
    };

    /// <summary>How many rows moved, in a sentence.</summary>
    public static string Sentence(WhatIfReport report)
    {
        if (report.Rules.IsEmpty) return "These are the definitions in force: nothing differs.";
        if (report.Moved.IsEmpty)
            return report.Differences.Any(of => of.Difference is not (null or 0))
                ? "No row moves: the same rows come to another number." : "No row of this window moves.";
        return $"{string.Join(", ", report.Moved.Select(of => $"{of.Count} × {Moved(of.Move)}"))}.";
    }
}
