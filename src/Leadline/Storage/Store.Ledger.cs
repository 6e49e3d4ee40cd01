using System.Globalization;

namespace Leadline.Storage;

public sealed partial class Store
{
    // Beyond every span that is written down.
    const double WithoutValue = 1e300, BelowAll = -1e301;

    /// <summary>A page of the ledger's rows that a query is about, each with its link methods.</summary>
    /// <param name="limit">1 to 5000.</param>
    /// <param name="withMethods">Whether the methods are wanted: they are looked up by themselves.</param>
    /// <exception cref="FormatException">The cursor is not one that a page in this order ended with.</exception>
    public async Task<Page<LedgerLine>> LedgerLinesAsync(
        LedgerQuery query, string? cursor, int limit, CancellationToken cancellation, bool withMethods = true)
    {
        var order = $"{query.Sort}{(query.IsRising ? "+" : "-")}";
        var from = cursor is null ? null : Cursors.Parts(cursor);
        if (from is not null && (from.Length != 4 || from[0] != order))
            throw new FormatException("the cursor is of a list in another order: leave it out for the first page");
        List<(string, object?)> parameters =
        [
            ("services", await IdsAsync(query.Scope.Services, cancellation)), ("environment", query.Scope.Environment),
            ("from", query.Scope.From), ("to", query.Scope.To),
            ("kind", query.Kind), ("text", query.Text.Trim().ToLowerInvariant()), ("limit", limit + 1), ("id", from?[3] ?? ""),
        ];
        string text;
        try
        {
            var newestFirst = query is { Sort: LedgerSort.Time, IsRising: false };
            parameters.Add(
                ("service", from is null ? newestFirst ? long.MaxValue : long.MinValue
                    : long.Parse(from[2], CultureInfo.InvariantCulture)));
            if (query.Sort == LedgerSort.Time)
            {
                text = newestFirst ? "ledger_newest_first" : "ledger_oldest_first";
                var first = new DateTimeOffset(newestFirst ? 9999 : 1, 1, 2, 0, 0, 0, TimeSpan.Zero);
                parameters.Add(
                    ("at", from is null ? first
                        : new DateTimeOffset(long.Parse(from[1], CultureInfo.InvariantCulture), TimeSpan.Zero)));
            }
            else
            {
                text = query.Sort == LedgerSort.LeadTime ? "ledger_by_lead_time" : "ledger_by_recovery";
                parameters.Add(("value", from is null ? BelowAll : double.Parse(from[1], CultureInfo.InvariantCulture)));
                parameters.Add(("sign", query.IsRising ? 1.0 : -1.0));
            }
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new FormatException("the cursor is not one that a page ended with: leave it out for the first page", error);
        }

        var rows = await AskAsync(text, LedgerRowOf, cancellation, [.. parameters]);
        var items = rows.Length <= limit ? rows : rows[..limit];
        if (items.IsEmpty) return new Page<LedgerLine>([], null);
        var methods = (!withMethods ? [] : await AskAsync(
            "methods_of_deployments", row => (Service: row.GetInt64(0), Id: row.GetString(1), Method: row.GetString(2)),
            cancellation,
            ("services", items.Select(row => Key.Of(row.Service)).Distinct().ToList()), ("environment", query.Scope.Environment),
            ("ids", items.Select(row => row.DeploymentId).Distinct().ToList()), ("from", items.Min(row => row.DeployedAt)),
            ("to", items.Max(row => row.DeployedAt)))).ToLookup(one => (one.Service, one.Id), one => one.Method);
        var verdicts = withMethods ? await VerdictsAsync(items, cancellation) : [];
        return new Page<LedgerLine>(
            [
                .. items.Select(row =>
                    new LedgerLine(
                        row, [.. methods[(Key.Of(row.Service), row.DeploymentId)]],
                        verdicts.TryGetValue((row.Service, row.DeploymentId), out var worst) ? worst : null)),
            ],
            rows.Length <= limit ? null
                : Cursors.Join(
                    order, KeyOf(items[^1]), Key.Of(items[^1].Service).ToString(CultureInfo.InvariantCulture),
                    items[^1].DeploymentId));

        string KeyOf(LedgerEntry row)
        {
            if (query.Sort == LedgerSort.Time) return row.DeployedAt.UtcTicks.ToString(CultureInfo.InvariantCulture);
            var value = query.Sort == LedgerSort.LeadTime ? row.MedianLeadSeconds : row.RecoverySeconds;
            return (value is { } seconds ? query.IsRising ? seconds : -seconds : WithoutValue).ToString(
                "R", CultureInfo.InvariantCulture);
        }
    }
}
