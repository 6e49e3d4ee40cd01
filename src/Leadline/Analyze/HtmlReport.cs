using System.Net;
using System.Text;

namespace Leadline.Analyze;

/// <summary>One page that holds all it needs: no script, nothing fetched.</summary>
static class HtmlReport
{
    const string Style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6570;--line:#d5dae0;--paper:#fff;--mark:#0b62a8}
        @media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa4af;--line:#39414a;--paper:#15181c;--mark:#6cb6ff}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;max-width:70rem;padding:0 1rem;font-variant-numeric:tabular-nums}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
        th{color:var(--dim);font-weight:600}section{overflow-x:auto}svg{width:100%;height:auto;display:block}
        .bar{fill:var(--mark)}.line{fill:none;stroke:var(--mark);stroke-width:2}.dot{fill:var(--mark)}.axis{stroke:var(--line)}.tick{fill:var(--dim);font-size:11px}
        """;

    public static string Write(IReadOnlyList<Analysis> analyses)
    {
        var services = string.Join(", ", analyses.Select(analysis => analysis.Scope.Services[0]));
        var page = new StringBuilder(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                + "content=\"width=device-width\">");
        page.Append($"<title>{Text(services)}: delivery</title><style>{Style}</style></head><body>\n");
        foreach (var analysis in analyses)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(analysis.Timezone);
            page.Append($"<h1>{Text(analysis.Scope.Services[0])}</h1><p>{Text(ReportRows.Window(analysis))}</p>\n");
            Rows(page, ReportRows.MetricHeads, ReportRows.OfMetrics(analysis.Metrics));
            var months = analysis.Trend.Select(month => TimeZoneInfo.ConvertTime(month.From, zone).ToString("yyyy-MM")).ToList();
            foreach (var (name, values, text) in ReportRows.Trends(analysis)
                .Where(trend => trend.Values.Any(value => value is not null)))
            {
                var title = $"{char.ToUpperInvariant(name[0])}{name[1..]} by month";
                page.Append($"<h2>{Text(title)}</h2>")
                    .Append(
                        name == "deployments" ? Chart.Bars(title, months, values, text)
                            : Chart.Line(title, months, values, text)).Append('\n');
            }

            page.Append("<h2>By month</h2>");
            Rows(page, ReportRows.TrendHeads, analysis.Trend.Select(month => ReportRows.Of(month, zone)));
            page.Append("<h2>Last deployments</h2>");
            Rows(page, ReportRows.DeploymentHeads, analysis.Deployments.Select(row => ReportRows.Of(row, zone)));
            page.Append("<h2>Coverage</h2><ul>");
            foreach (var sentence in ReportRows.OfCoverage(analysis)) page.Append($"<li>{Text(sentence)}</li>");
            page.Append($"</ul><p>Definitions <code>{Text(analysis.Definitions)}</code></p>\n");
        }

        return page.Append("</body></html>\n").ToString();
    }

    static void Rows(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<section><table><thead><tr>").AppendJoin("", heads.Select(head => $"<th scope=\"col\">{Text(head)}</th>"))
            .Append("</tr></thead><tbody>");
        foreach (var row in rows)
            page.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Text(cell)}</td>")).Append("</tr>\n");
        page.Append("</tbody></table></section>\n");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
