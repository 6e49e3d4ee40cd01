using System.Globalization;
using System.Text;

namespace Leadline.Prometheus;

/// <summary>
/// Writes metric families in the text format of Prometheus (0.0.4), or in that of OpenMetrics (1.0.0) where it is asked for:
/// they differ in the names of counters and in how they end.
/// </summary>
sealed class Exposition(bool isOpenMetrics)
{
    readonly StringBuilder text = new();

    string family = "";
    bool isCounter;

    public string ContentType =>
        isOpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Begins a family; what has no samples afterwards is still declared.</summary>
    /// <param name="name">Of a counter, without <c>_total</c>.</param>
    /// <param name="type"><c>gauge</c>, <c>counter</c>, <c>summary</c> or <c>histogram</c>.</param>
    public Exposition Family(string name, string type, string help)
    {
        (family, isCounter) = (name, type == "counter");
        var declared = isCounter && !isOpenMetrics ? name + "_total" : name;
        text.Append("# HELP ").Append(declared).Append(' ').Append(help.Replace("\\", @"\\").Replace("\n", @"\n")).Append('\n');
        text.Append("# TYPE ").Append(declared).Append(' ').Append(type).Append('\n');
        return this;
    }

    /// <summary>A sample of the family; none where there is nothing to tell.</summary>
    public Exposition Sample(double? value, params ReadOnlySpan<(string Name, string? Value)> labels) =>
        Sample(isCounter ? "_total" : "", value, labels);

    /// <param name="suffix"><c>_count</c>, <c>_sum</c> or <c>_bucket</c>.</param>
    public Exposition Sample(string suffix, double? value, params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        if (value is not { } known) return this;
        text.Append(family).Append(suffix);
        var separator = '{';
        foreach (var (name, label) in labels)
        {
            if (label is null) continue;
            text.Append(separator).Append(name).Append("=\"")
                .Append(label.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n")).Append('"');
            separator = ',';
        }

        if (separator == ',') text.Append('}');
        text.Append(' ').Append(Number(known)).Append('\n');
        return this;
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => isOpenMetrics ? text + "# EOF\n" : text.ToString();
}
