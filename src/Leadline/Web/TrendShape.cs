using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>Where the parts of a trend stand in its drawing. A bucket without a value is a gap, never a zero.</summary>
public sealed class TrendShape
{
    public const double Width = 420, Height = 150, Left = 58, Right = 8, Top = 10, Bottom = 22;

    readonly ImmutableArray<SeriesPoint> points;

    public TrendShape(ImmutableArray<SeriesPoint> points, ReadOnlySpan<double> edges)
    {
        this.points = points;
        Highest = Edge(points.Select(point => point.Value ?? 0).DefaultIfEmpty(0).Max(), edges);
    }

    /// <summary>Upper edges for a share.</summary>
    public static ReadOnlySpan<double> Shares => [0.1, 0.2, 0.4, 0.6, 1];

    /// <summary>Upper edges for spans in seconds: those that people read off without thinking, as are their halves.</summary>
    public static ReadOnlySpan<double> Spans =>
    [
        60, 120, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800, 345_600, 518_400, 691_200,
        864_000, 1_209_600, 1_728_000, 2_592_000,
        5_184_000, 8_640_000, 17_280_000, 31_536_000,
    ];

    /// <summary>Upper edges for counts.</summary>
    public static ReadOnlySpan<double> Counts =>
        [2, 4, 6, 8, 10, 20, 30, 40, 60, 80, 100, 200, 300, 400, 600, 800, 1000, 2000, 4000, 6000, 10_000];

    /// <summary>The value at the upper edge.</summary>
    public double Highest { get; }

    public static double Floor => Height - Bottom;

    /// <summary>The lines between neighbouring buckets that both have a value.</summary>
    public string Line()
    {
        var path = new StringBuilder();
        var drawing = false;
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i].Value is not { } value)
            {
                drawing = false;
                continue;
            }

            path.Append(drawing ? 'L' : 'M').Append(Number(X(i))).Append(' ').Append(Number(Y(value)));
            drawing = true;
        }

        return path.ToString();
    }

    /// <summary>The middle of the bucket.</summary>
    public double X(int bucket) => Left + (bucket + 0.5) * (Width - Left - Right) / Math.Max(1, points.Length);

    /// <summary>The place of an instant; null where no bucket holds it.</summary>
    public double? X(DateTimeOffset at)
    {
        for (var i = 0; i < points.Length; i++)
            if (points[i].From <= at && at < points[i].To)
                return Left
                    + ((i + ((at - points[i].From) / (points[i].To - points[i].From))) * (Width - Left - Right) / points.Length);
        return null;
    }

    /// <summary>How wide a bar is.</summary>
    public double Bar => (Width - Left - Right) / Math.Max(1, points.Length) * 0.64;

    public double Y(double value) => Floor - Math.Min(1, value / Highest) * (Floor - Top);

    /// <summary>The buckets that are named under the drawing: the first, the last and one between.</summary>
    public IEnumerable<int> Named => points.Length switch
    {
        0 => [],
        1 => [0],
        2 => [0, 1],
        var count => [0, count / 2, count - 1],
    };

    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The lowest edge that holds the highest value.</summary>
    public static double Edge(double highest, ReadOnlySpan<double> edges)
    {
        foreach (var edge in edges)
            if (highest <= edge) return edge;
        return highest;
    }
}
