using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>
/// What <c>wwwroot/charts.js</c> draws. Texts are ready to be read and addresses to be followed: the script knows no metric and
/// no unit. Times are milliseconds on the clock of the reporting zone, which the script takes for UTC, so that no browser's own
/// zone moves a day.
/// </summary>
/// <param name="Buckets">The days, weeks or months that all charts have in common.</param>
/// <param name="HasAllMarks">Whether the window holds no more marks than these.</param>
public sealed record ChartSheet(
    double From, double To, ImmutableArray<ChartBucket> Buckets, ImmutableArray<Chart> Charts, ImmutableArray<ChartMark> Marks,
    bool HasAllMarks)
{
    // More of one kind could not be told apart.
    const int MostMarks = 200;

    // Unlike the wire's, these write < and & as escapes: what a source sent cannot end the element that holds it.
    static readonly JsonSerializerOptions InPage = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>As a page holds it.</summary>
    [JsonIgnore]
    public string Json => JsonSerializer.Serialize(this, InPage);

    public static ChartSheet Of(
        Selection selection, ImmutableArray<(string Metric, ImmutableArray<SeriesPoint> Points)> trends,
        ImmutableArray<LevelHistory> histories, ImmutableArray<ChartMark> marks,
        bool hasAllMarks) => new(
        Clock(selection.Query.From, selection.Zone), Clock(selection.Query.To, selection.Zone),
        [
            .. trends.IsEmpty ? [] : trends[0].Points.Select(point => new ChartBucket(
                Clock(point.From, selection.Zone), Clock(point.To, selection.Zone),
                new TrendWords(trends[0].Metric, selection).Name(point), selection.Between(point.From, point.To).Link(""))),
        ],
        [.. trends.Zip(histories, (trend, history) => Chart.Of(trend.Metric, trend.Points, history, selection))], marks,
        hasAllMarks);

    /// <summary>
    /// What stands on the timeline of all charts, oldest first: failed deployments, incidents, annotations, flag changes, and
    /// the starts and ends of experiments.
    /// </summary>
    public static async Task<(ImmutableArray<ChartMark> Marks, bool IsAll)> MarksAsync(
        Store store, Selection selection, Definitions definitions, CancellationToken cancellation)
    {
        var failing = store.LedgerLinesAsync(
            new LedgerQuery(selection.Query, "failed"), null, MostMarks, cancellation, withMethods: false);
        var breaking = store.IncidentEdgesAsync(new RowsQuery(selection.Query, Limit: MostMarks), cancellation);
        var said = await store.MarksAsync(new RowsQuery(selection.Query, Limit: MostMarks), definitions, cancellation);
        var (failed, incidents) = (await failing, await breaking);
        ImmutableArray<ChartMark> marks =
        [
            .. failed.Items.Select(line => line.Entry).Select(row => Mark(
                row.DeployedAt, "failure", $"{row.Service} {Shown.Short(row.Version ?? row.Sha) ?? ""}".TrimEnd() + " failed",
                selection.Link(Shown.Address(row)))),

            // One incident may blame several deployments.
            .. incidents.Items.DistinctBy(edge => (edge.Service, edge.Evidence)).Select(edge => Mark(
                edge.StartedAt, "incident", $"{edge.Service}: {edge.Title ?? edge.Evidence}",
                edge.DeploymentId is { } blamed ? selection.Link(Shown.Address(blamed))
                    : selection.Between(edge.StartedAt, edge.StartedAt.AddTicks(1)).Link("/incidents"))),
            .. said.Items.Select(mark => Mark(
                mark.At, mark.Kind,
                mark.Text ?? $"flag {mark.Flag} switched {(mark.On switch { true => "on", false => "off", _ => "over" })}",
                selection.Link(
                    mark.Experiment is { } experiment ? $"/experiments/{experiment}" : $"/deliveries/{mark.Delivery}"))),
        ];
        return ([.. marks.OrderBy(mark => mark.At)], failed.Next is null && incidents.Next is null && said.Next is null);

        ChartMark Mark(DateTimeOffset at, string kind, string text, string address) =>
            new(Clock(at, selection.Zone), kind, $"{Shown.When(at, selection.Zone)} {text}", address);
    }

    internal static double Clock(DateTimeOffset when, TimeZoneInfo zone) =>
        (TimeZoneInfo.ConvertTime(when, zone).DateTime - DateTime.UnixEpoch).TotalMilliseconds;
}

/// <param name="Rows">What follows the path in the address of this bucket's rows.</param>
public sealed record ChartBucket(double From, double To, string Name, string Rows);

/// <param name="IsBars">Whether its values are bars; else they are points of lines.</param>
/// <param name="Highest">The value at the upper edge.</param>
/// <param name="Ticks">What stands at 0, at half of the highest value and at it.</param>
/// <param name="Lines">The median first.</param>
/// <param name="Says">What is known of each bucket, in a line.</param>
/// <param name="Parts">The places of the buckets of which the window holds a part only.</param>
/// <param name="Shifts">Where its level shifted.</param>
public sealed record Chart(
    string Metric, bool IsBars, double Highest, ImmutableArray<string> Ticks, ImmutableArray<ChartLine> Lines,
    ImmutableArray<string> Says, ImmutableArray<int> Parts,
    ImmutableArray<ChartShift> Shifts)
{
    public static Chart Of(string metric, ImmutableArray<SeriesPoint> points, LevelHistory history, Selection selection)
    {
        var words = new TrendWords(metric, selection);
        var hasSpread = metric == "lead_time";
        var highest = TrendShape.Edge(points.Max(point => (hasSpread ? point.P90 : null) ?? point.Value) ?? 0, words.Edges);
        return new Chart(
            metric, words.IsCount, highest, ["0", words.Show(highest / 2), words.Show(highest)],
            [
                new(hasSpread ? "median" : "", [.. points.Select(point => point.Value)]),
                .. hasSpread
                    ? new ChartLine[]
                    {
                        new("p75", [.. points.Select(point => point.P75)]), new("p90", [.. points.Select(point => point.P90)]),
                    } : [],
            ],
            [.. points.Select(words.Tip)], [.. Enumerable.Range(0, points.Length).Where(place => !words.IsWhole(points[place]))],
            [
                .. history.Shifts.Select(shift =>
                    new ChartShift(ChartSheet.Clock(shift.At, selection.Zone), shift.After > shift.Before, words.Tip(shift))),
            ]);
    }
}

public sealed record ChartShift(double At, bool IsUp, string Text);

/// <param name="Values">Null where the bucket has none: a gap, never a zero.</param>
public sealed record ChartLine(string Name, ImmutableArray<double?> Values);

/// <param name="Kind"><c>failure</c>, <c>incident</c>, <c>annotation</c>, <c>flag</c> or <c>experiment</c>.</param>
public sealed record ChartMark(double At, string Kind, string Text, string Address);
