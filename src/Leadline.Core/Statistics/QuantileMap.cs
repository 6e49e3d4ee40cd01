namespace Leadline.Core;

/// <summary>
/// Times as they would be if they were spread like those of another sample: each goes to the time that has the same place there
/// as it has among its own (the response function of Doksum, Empirical Probability Plots and Statistical Inference for Nonlinear
/// Models in the Two-Sample Case, Annals of Statistics 2, 1974).
/// </summary>
public static class QuantileMap
{
    /// <param name="values">In any order.</param>
    /// <param name="reference">In any order; at least one.</param>
    /// <returns>In the order of <paramref name="values"/>. The row of rank r of n has the place (r − ½) / n, rows of the same
    /// value their mean place; between two rows of the reference the line between them is followed, and beyond its ends its
    /// ends.</returns>
    public static double[] Of(IReadOnlyList<double> values, IReadOnlyList<double> reference)
    {
        if (reference.Count == 0) throw new ArgumentException("a reference has at least one row", nameof(reference));
        double[] sorted = [.. reference.Order()];
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(row => values[row])];
        var mapped = new double[values.Count];
        for (var first = 0; first < order.Length;)
        {
            var after = first + 1;
            while (after < order.Length && values[order[after]] == values[order[first]]) after++;
            var value = At(sorted, (first + after) / 2.0 / order.Length);
            for (; first < after; first++) mapped[order[first]] = value;
        }

        return mapped;
    }

    static double At(double[] sorted, double place)
    {
        var rank = Math.Clamp((place * sorted.Length) - 0.5, 0, sorted.Length - 1);
        var below = (int)rank;
        return below == sorted.Length - 1 ? sorted[below]
            : sorted[below] + ((rank - below) * (sorted[below + 1] - sorted[below]));
    }
}
