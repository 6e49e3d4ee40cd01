using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>A part of a bar, in units of its drawing.</summary>
public sealed record StagePart(LeadTimeStage Stage, double X, double Width);

/// <summary>Where the drawings of the stages have their parts.</summary>
public static class StageShapes
{
    public const double Width = 1000;

    /// <summary>
    /// Bounds in seconds, with the words for what lies below each and, last, above all: people know these spans.
    /// </summary>
    static readonly (double Below, string Says)[] Spans =
    [
        (60, "under 1 min"), (300, "1 to 5 min"), (900, "5 to 15 min"), (3600, "15 to 60 min"), (14_400, "1 to 4 h"),
        (43_200, "4 to 12 h"), (86_400, "12 to 24 h"),
        (259_200, "1 to 3 days"), (604_800, "3 to 7 days"), (2_592_000, "7 to 30 days"),
        (double.PositiveInfinity, "over 30 days"),
    ];

    /// <summary>The medians that are known, side by side in order.</summary>
    public static ImmutableArray<StagePart> Stacked(ImmutableArray<LeadTimeStage> stages)
    {
        var sum = stages.Sum(stage => Math.Max(0, stage.MedianSeconds ?? 0));
        if (sum <= 0) return [];
        var parts = ImmutableArray.CreateBuilder<StagePart>();
        var x = 0.0;
        foreach (var stage in stages)
        {
            if (stage.MedianSeconds is not { } seconds || seconds <= 0) continue;
            parts.Add(new StagePart(stage, x, seconds / sum * Width));
            x += seconds / sum * Width;
        }

        return parts.ToImmutable();
    }

    /// <summary>How many changes spent each of the spans in a stage.</summary>
    public static ImmutableArray<(string Says, long Count)> Distribution(LeadTimeStage stage)
    {
        var counts = new long[Spans.Length];
        foreach (var (bin, count) in stage.Bins)
            counts[Array.FindIndex(Spans, span => LogHistogram.SecondsOf(bin) < span.Below)] += count;
        return [.. Spans.Select((span, place) => (span.Says, counts[place]))];
    }
}
