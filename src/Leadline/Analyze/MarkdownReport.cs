namespace Leadline.Analyze;

static class MarkdownReport
{
    public static void Write(TextWriter writer, Analysis analysis)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(analysis.Timezone);
        writer.WriteLine($"## {analysis.Scope.Services[0]}, {ReportRows.Window(analysis)}");
        Rows(writer, ReportRows.MetricHeads, ReportRows.OfMetrics(analysis.Metrics));
        writer.WriteLine("\n### By month");
        Rows(writer, ReportRows.TrendHeads, analysis.Trend.Select(month => ReportRows.Of(month, zone)));
        writer.WriteLine("\n### Last deployments");
        Rows(writer, ReportRows.DeploymentHeads, analysis.Deployments.Select(row => ReportRows.Of(row, zone)));
        writer.WriteLine("\n### Coverage\n");
        foreach (var sentence in ReportRows.OfCoverage(analysis)) writer.WriteLine("- " + sentence);
        writer.WriteLine($"\nDefinitions `{analysis.Definitions}`\n");
    }

    static void Rows(TextWriter writer, string[] heads, IEnumerable<string[]> rows)
    {
        writer.WriteLine();
        Row(heads);
        Row([.. heads.Select(_ => "---")]);
        foreach (var row in rows) Row(row);

        void Row(string[] cells) =>
            writer.WriteLine("| " + string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|"))) + " |");
    }
}
