using System.Globalization;
using System.Text;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>What the server itself does, in the text format of Prometheus. The five metrics are answers of the API, not counters.</summary>
static class Prometheus
{
    public static async Task<IResult> AnswerAsync(Store store, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        text.Append("# HELP leadline_deliveries Deliveries in the log by source and by what became of them.\n# TYPE leadline_deliveries gauge\n");
        foreach (var source in await store.SourcesAsync(cancellation))
        {
            foreach (var (outcome, count) in (ReadOnlySpan<(string, long)>)[("facts", source.Facts), ("ignored", source.Ignored), ("unreadable", source.Unreadable), ("unread", source.Unread)])
                text.Append(CultureInfo.InvariantCulture, $"leadline_deliveries{{source=\"{source.Source}\",outcome=\"{outcome}\"}} {count}\n");
        }

        text.Append("# HELP leadline_data_version Rises with every change of what is judged.\n# TYPE leadline_data_version gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"leadline_data_version {await store.DataVersionAsync(cancellation)}\n");
        return Results.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }
}
