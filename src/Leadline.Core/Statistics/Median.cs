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
}
