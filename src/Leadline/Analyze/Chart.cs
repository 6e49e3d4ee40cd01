using System.Net;
using System.Text;

namespace Leadline.Analyze;

/// <summary>
/// Charts as SVG, drawn where they are asked for: no script. A gap in the values is a gap in the chart, never 0.
/// </summary>
static class Chart
{
    const int Width = 960, Height = 200, Left = 70, Bottom = 24, Top = 10;

    public static string Bars(
        string title, IReadOnlyList<string> labels, IReadOnlyList<double?> values, Func<double, string> text) =>
            Draw(title, labels, values, text, (svg, x, y, step) =>
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (values[i] is not { } value) continue;
                svg.Append(
                    $"<rect class=\"bar\" x=\"{N(x(i) - (step * 0.35))}\" y=\"{N(y(value))}\" width=\"{N(step * 0.7)}\" "
                        + $"height=\"{N(Height - Bottom - y(value))}\">");
                svg.Append($"<title>{labels[i]}: {WebUtility.HtmlEncode(text(value))}</title></rect>");
            }
        });

    public static string Line(
        string title, IReadOnlyList<string> labels, IReadOnlyList<double?> values, Func<double, string> text) =>
            Draw(title, labels, values, text, (svg, x, y, _) =>
        {
            var path = new StringBuilder();
            for (var i = 0; i < values.Count; i++)
                if (values[i] is { } value)
                    path.Append($"{(i > 0 && values[i - 1] is not null ? 'L' : 'M')}{N(x(i))} {N(y(value))}");
            svg.Append($"<path class=\"line\" d=\"{path}\"/>");
            for (var i = 0; i < values.Count; i++)
                if (values[i] is { } value)
                    svg.Append(
                        $"<circle class=\"dot\" cx=\"{N(x(i))}\" cy=\"{N(y(value))}\" r=\"3\"><title>{labels[i]}: "
                            + $"{WebUtility.HtmlEncode(text(value))}</title></circle>");
        });

    static string Draw(
        string title, IReadOnlyList<string> labels, IReadOnlyList<double?> values, Func<double, string> text,
        Action<StringBuilder, Func<int, double>, Func<double, double>, double> marks)
    {
        var top = Math.Max(values.Max() ?? 0, double.Epsilon);
        var step = (Width - Left) / (double)Math.Max(1, labels.Count);
        double X(int i) => Left + (step * (i + 0.5));
        double Y(double value) => Top + ((Height - Bottom - Top) * (1 - Math.Clamp(value / top, 0, 1)));
        var svg = new StringBuilder(
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        svg.Append($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>");
        if (values.Any(value => value is not null))
        {
            svg.Append(
                $"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Top + 9}\" "
                    + $"text-anchor=\"end\">{WebUtility.HtmlEncode(text(top))}</text>");
            svg.Append($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Height - Bottom}\" text-anchor=\"end\">0</text>");
        }

        var every = Math.Max(1, labels.Count / 12);
        for (var i = 0; i < labels.Count; i += every)
            svg.Append($"<text class=\"tick\" x=\"{N(X(i))}\" y=\"{Height - 6}\" text-anchor=\"middle\">{labels[i]}</text>");
        marks(svg, X, Y, step);
        return svg.Append("</svg>").ToString();
    }

    static string N(double value) => value.ToString("0.#");
}
