namespace Leadline.Analyze;

/// <summary>A trend in one line of text.</summary>
static class Sparkline
{
    const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>
    /// The newest values, a character each, as high as they are beside the highest; a missing one is a dot, never the lowest.
    /// </summary>
    public static string Of(IReadOnlyList<double?> values, int most)
    {
        var shown = values.Skip(Math.Max(0, values.Count - most)).ToList();
        var highest = shown.Max() ?? 0;
        return string.Concat(shown.Select(value =>
            value is not { } known ? '·'
                : Heights[highest <= 0 ? 0 : (int)Math.Round(Math.Clamp(known / highest, 0, 1) * (Heights.Length - 1))]));
    }
}
