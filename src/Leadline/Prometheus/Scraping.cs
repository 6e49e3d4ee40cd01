using Leadline.Storage;
using Microsoft.Net.Http.Headers;

namespace Leadline.Prometheus;

/// <summary>
/// <c>/metrics</c>: the five metrics of each service and team over 7, 30 and 90 days, and how the server itself is.
/// </summary>
sealed class Scraping(Store store, ScrapedMetrics metrics, OwnWork work, TimeProvider clock)
{
    static readonly MediaTypeHeaderValue OpenMetrics = new("application/openmetrics-text");

    public static async Task<IResult> AnswerAsync(HttpRequest request, Scraping scraping, CancellationToken cancellation)
    {
        var exposition =
            new Exposition(request.GetTypedHeaders().Accept.Any(
                accept => accept.MediaType.Equals(OpenMetrics.MediaType, StringComparison.OrdinalIgnoreCase)));
        await scraping.WriteAsync(exposition, cancellation);
        return Results.Text(exposition.ToString(), exposition.ContentType);
    }

    async Task WriteAsync(Exposition exposition, CancellationToken cancellation)
    {
        await metrics.WriteAsync(exposition, cancellation);
        exposition.Family("leadline_deliveries_logged", "gauge", "Deliveries in the log by source and by what became of them.");
        foreach (var source in await store.SourcesAsync(cancellation))
            foreach (var (outcome, count) in (ReadOnlySpan<(string, long)>)[
                ("facts", source.Facts), ("ignored", source.Ignored), ("unreadable", source.Unreadable),
                ("unread", source.Unread),
            ])
                exposition.Sample(count, ("source", source.Source), ("outcome", outcome));
        var waiting = await store.WaitingAsync(cancellation);
        exposition.Family(
            "leadline_ledger_lag_seconds", "gauge",
            "How long the oldest delivery that is not read yet has waited; 0 where none waits.")
            .Sample(waiting.Since is { } since ? Math.Max(0, (clock.GetUtcNow() - since).TotalSeconds) : 0);
        exposition.Family("leadline_stale_services", "gauge", "Services whose facts are newer than their ledger.")
            .Sample(waiting.StaleServices);
        exposition.Family("leadline_data_version", "gauge", "Rises with every change of what is judged.")
            .Sample(await store.DataVersionAsync(cancellation));
        exposition.Family("leadline_build_info", "gauge", "1, with the version of the program.")
            .Sample(1, ("version", typeof(Scraping).Assembly.GetName().Version?.ToString(3)), ("engine", store.Engine));
        work.Write(exposition);
    }
}
