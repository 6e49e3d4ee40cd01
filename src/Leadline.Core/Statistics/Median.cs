namespace Leadline.Core;

public static class Median
{
    /// <summary>
    /// The continuous median, as SQL's <c>percentile_cont(0.5)</c>: between two middle values, their mean. Null without
    /// values.
    /// </summary>
    public static double? Of(List<double> values)
    {
        if (values.Count == 0) return null;
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /// <summary>The value at a fraction of the way through, as SQL's <c>percentile_cont</c>. Null without values.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="fraction">0 to 1.</param>
    public static double? At(double fraction, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return null;
        var rank = fraction * (sorted.Length - 1);
        var below = (int)rank;
        return below == sorted.Length - 1 ? sorted[below]
            : sorted[below] + ((rank - below) * (sorted[below + 1] - sorted[below]));
    }
}
