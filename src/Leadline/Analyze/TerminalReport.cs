using Spectre.Console;

namespace Leadline.Analyze;

static class TerminalReport
{
    public static void Write(IAnsiConsole console, Analysis analysis)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(analysis.Timezone);
        console.MarkupLineInterpolated($"[bold]{analysis.Scope.Services[0]}[/]  {ReportRows.Window(analysis)}");
        console.Write(Grid(ReportRows.MetricHeads, ReportRows.OfMetrics(analysis.Metrics)));
        console.MarkupLine("[bold]By month[/]");
        if (console.Profile.Capabilities.Unicode)
        {
            foreach (var (name, values, _) in ReportRows.Trends(analysis))
                console.WriteLine($"  {name,-14} {Sparkline.Of(values, 60)}");
        }

        console.Write(Grid(ReportRows.TrendHeads, analysis.Trend.Select(month => ReportRows.Of(month, zone))));
        console.MarkupLine("[bold]Last deployments[/]");
        console.Write(Grid(ReportRows.DeploymentHeads, analysis.Deployments.Take(10).Select(row => ReportRows.Of(row, zone))));
        console.MarkupLine("[bold]Coverage[/]");
        foreach (var sentence in ReportRows.OfCoverage(analysis)) console.WriteLine(sentence);
        console.WriteLine($"Definitions: {analysis.Definitions}");
        console.WriteLine();
    }

    static Table Grid(string[] heads, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var head in heads) table.AddColumn(new TableColumn(head) { NoWrap = true });
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }
}
