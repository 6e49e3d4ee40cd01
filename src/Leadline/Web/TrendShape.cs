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

    public TrendShape(ImmutableArray<SeriesPoint> points, bool ratio)
    {
        this.points = points;
        var highest = points.Select(point => point.Value ?? 0).DefaultIfEmpty(0).Max();
        Highest = ratio ? NiceRatio(highest) : highest <= 0 ? 1 : highest;
    }

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

    static double NiceRatio(double highest) => highest switch
    {
        <= 0.1 => 0.1,
        <= 0.25 => 0.25,
        <= 0.5 => 0.5,
        _ => 1,
    };
}
