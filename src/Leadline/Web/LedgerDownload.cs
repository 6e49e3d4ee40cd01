using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Leadline.Api;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>
/// <c>/ledger.csv</c> and <c>/ledger.json</c>: all rows of the ledger page's filters, written as they are found.
/// </summary>
static class LedgerDownload
{
    /// <summary>So many rows are held at once.</summary>
    const int Block = 2000;

    static readonly string[] Columns =
    [
        "service", "environment", "deployment_id", "deployed_at", "started_at", "version", "sha", "repository", "kind",
        "counted", "link", "methods", "commits", "changes",
        "lead_times", "median_lead_seconds", "failed", "failed_because", "failed_at", "restored_at", "restored_by",
        "recovery_seconds", "rework", "rework_because", "url",
    ];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/ledger.csv", CsvAsync).ExcludeFromDescription();
        endpoints.MapGet("/ledger.json", JsonAsync).ExcludeFromDescription();
    }

    static async Task CsvAsync(HttpContext http, Store store, Definitions definitions, TimeProvider clock)
    {
        if (await QueryAsync(http, store, definitions, clock) is not { } query) return;
        Begin(http, "text/csv; charset=utf-8", "csv");
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(false)) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', Columns));
        await EachAsync(
            store, query, http.RequestAborted, line => writer.WriteLineAsync(string.Join(',', Fields(line))),
            () => writer.FlushAsync(http.RequestAborted));
    }

    static async Task JsonAsync(HttpContext http, Store store, Definitions definitions, TimeProvider clock)
    {
        if (await QueryAsync(http, store, definitions, clock) is not { } query) return;
        Begin(http, "application/json; charset=utf-8", "json");
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(false));
        await writer.WriteAsync('[');
        var isFirst = true;
        await EachAsync(
            store, query, http.RequestAborted,
            async line =>
            {
                await writer.WriteAsync(isFirst ? "\n" : ",\n");
                isFirst = false;

                // The row as the API tells it, and how its changes were linked.
                var row = JsonSerializer.SerializeToNode(line.Entry, Wire.Json)!.AsObject();
                row["methods"] = new JsonArray([.. line.Methods.Select(method => (JsonNode)method)]);
                await writer.WriteAsync(row.ToJsonString(Wire.Json));
            },
            () => writer.FlushAsync(http.RequestAborted));
        await writer.WriteLineAsync("\n]");
    }

    /// <summary>Null where the address asks for what there is not: then it is answered that.</summary>
    static async Task<LedgerQuery?> QueryAsync(HttpContext http, Store store, Definitions definitions, TimeProvider clock)
    {
        var filter = LedgerFilter.Of(http.Request.Query);
        var selection = Selection.Of(SelectionWords.Of(http.Request.Query), clock.GetUtcNow(), definitions.Zone)
            .Among(await store.OwnedServicesAsync(http.RequestAborted));

        // A page shows something else and says so; a file would only be wrong.
        if ((filter.Problem ?? selection.Problem) is not { } problem) return filter.Of(selection);
        await Problem.BadRequest(problem).ExecuteAsync(http);
        return null;
    }

    static void Begin(HttpContext http, string type, string extension)
    {
        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"ledger.{extension}\"";
        http.Response.Headers.CacheControl = "no-cache";
    }

    static async Task EachAsync(
        Store store, LedgerQuery query, CancellationToken cancellation, Func<LedgerLine, Task> write, Func<Task> send)
    {
        string? cursor = null;
        do
        {
            var page = await store.LedgerLinesAsync(query, cursor, Block, cancellation);
            foreach (var line in page.Items) await write(line);
            await send();
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    static IEnumerable<string> Fields(LedgerLine line)
    {
        var row = line.Entry;
        return
        [
            Text(row.Service), Text(row.Environment), Text(row.DeploymentId), Instant(row.DeployedAt), Instant(row.StartedAt),
            Text(row.Version), Text(row.Sha),
            Text(row.Repository), row.Kind, Flag(row.Counted), row.Link, Text(string.Join(' ', line.Methods)),
            Number(row.Commits), Number(row.Changes),
            Number(row.LeadTimes), Number(row.MedianLeadSeconds), Flag(row.Failed),
            Text(row.FailedBecause.IsDefault ? "" : string.Join(' ', row.FailedBecause)),
            Instant(row.FailedAt), Instant(row.RestoredAt), Text(row.RestoredBy), Number(row.RecoverySeconds), Flag(row.Rework),
            Text(row.ReworkBecause), Text(row.Url),
        ];
    }

    /// <summary>A text that no spreadsheet takes for a formula: before what would begin one stands an apostrophe.</summary>
    internal static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n'") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    static string Instant(DateTimeOffset? instant) =>
        instant?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) ?? "";

    static string Number(double? number) => number?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    static string Flag(bool flag) => flag ? "true" : "false";
}
