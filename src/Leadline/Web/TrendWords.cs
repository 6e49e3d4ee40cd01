using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>What the trend of a metric is called and how its values read, in a drawing, a chart and a table alike.</summary>
public sealed class TrendWords(string metric, Selection selection)
{
    readonly string word = selection.Bucket.ToString().ToLowerInvariant();

    /// <summary>Whether every bucket stands for itself: then it is a bar, and else a point of a line.</summary>
    public bool IsCount => metric == "deployment_frequency";

    public string Title => metric switch
    {
        "deployment_frequency" => $"Deployments in a {word}",
        "lead_time" => "Lead time",
        "change_failure_rate" => "Change failure rate",
        "recovery_time" => "Recovery time, median",
        _ => "Rework",
    };

    /// <summary>Values that people read off without thinking, as they do their halves.</summary>
    public ReadOnlySpan<double> Edges => metric switch
    {
        "deployment_frequency" => TrendShape.Counts,
        "lead_time" or "recovery_time" => TrendShape.Spans,
        _ => TrendShape.Shares,
    };

    public string Show(double value) => metric switch
    {
        "deployment_frequency" => value.ToString("0.#"),
        "lead_time" or "recovery_time" => Shown.Span(value)!,
        _ => Shown.Ratio(value)!,
    };

    /// <summary>Everything that is known of a bucket, in one line.</summary>
    public string Tip(SeriesPoint point)
    {
        if (point.Value is not { } value) return $"{Name(point)}: no data";
        var more = point is { P75: { } third, P90: { } ninth } ? $" median, {Show(third)} p75, {Show(ninth)} p90" : "";
        return $"{Name(point)}: "
            + $"{Show(value)}{more}{(IsCount ? "" : ", " + Counted(point.Count))}"
            + $"{(IsWhole(point) ? "" : $" (part of the {word})")}";
    }

    /// <summary>A shift of the level, in one line.</summary>
    public string Tip(LevelShift shift) => $"{shift.Says(metric)} in the week of {Shown.Day(shift.At, selection.Zone)}";

    /// <summary>Whether the window holds all of the day, week or month.</summary>
    public bool IsWhole(SeriesPoint point) => Begins(point.From) && Begins(point.To);

    public string Name(SeriesPoint point) =>
        TimeZoneInfo.ConvertTime(point.From, selection.Zone).ToString(selection.Bucket switch
        {
            Bucket.Month => "MMM yyyy",
            _ => "d MMM",
        });

    bool Begins(DateTimeOffset when)
    {
        var local = TimeZoneInfo.ConvertTime(when, selection.Zone);
        return selection.Bucket switch
        {
            Bucket.Day => true,
            Bucket.Week => local.DayOfWeek == DayOfWeek.Monday,
            _ => local.Day == 1,
        };
    }

    string Counted(long count) => Shown.Count(count, metric switch
    {
        "lead_time" => "change",
        "recovery_time" => "failure",
        _ => "deployment",
    });
}
