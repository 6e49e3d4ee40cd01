using System.Collections.Immutable;
using System.Data.Common;

namespace Leadline.Storage;

/// <param name="From">Rows in the store that was copied.</param>
/// <param name="To">Rows in the copy.</param>
public sealed record CopiedTable(string Table, long From, long To);

/// <param name="FromFingerprint">Of all that is judged; the same rows have the same fingerprint on every engine.</param>
public sealed record CopyReport(ImmutableArray<CopiedTable> Tables, string FromFingerprint, string ToFingerprint)
{
    public bool IsWhole => FromFingerprint == ToFingerprint && Tables.All(table => table.From == table.To);
}

public sealed partial class Store
{
    /// <summary>So many deliveries, and the facts read from them, are one transaction of a copy.</summary>
    const int CopiedAtOnce = 2000;

    static readonly ImmutableArray<string> SmallTables =
    [
        "repository", "definitions", "token", "stale", "reader", "override", "experiment", "experiment_stop",
    ];
    static readonly ImmutableArray<string> JudgedTables = ["ledger", "shipped_change", "blame", "rollup", "service"];

    /// <summary>
    /// Copies everything into <paramref name="target"/>, which must be empty or a copy of this store that was not finished: then
    /// it goes on where that ended. Nobody may write to either meanwhile.
    /// </summary>
    /// <param name="progress">Told how many deliveries are copied, and of how many.</param>
    /// <exception cref="StoreException">The target holds something else.</exception>
    public async Task<CopyReport> CopyToAsync(Store target, Action<long, long>? progress, CancellationToken cancellation)
    {
        var salt = await SaltAsync(cancellation);
        var isNew = (await target.HealthAsync(cancellation)) is { Deliveries: 0, Commits: 0, LedgerRows: 0 };
        if (!isNew && !(await target.SaltAsync(cancellation)).SequenceEqual(salt))
            throw new StoreException(
                $"{target.Address} holds something else already: name an empty store, or the copy that was begun");
        await target.database.WriteAsync(
            connection =>
            {
                target.database.Execute(
                    connection, "update meta set value = $salt where name = 'salt'", ("salt", Convert.ToHexString(salt)));
                return true;
            },
            cancellation);

        var all = await CountAsync("delivery", cancellation);
        var done = await target.CountAsync("delivery", cancellation);
        var last = await target.database.ReadAsync(
            connection => target.database.Scalar(connection, "select coalesce(max(id), 0) from delivery"), cancellation);
        while (true)
        {
            var (next, count) = await database.ReadAsync(
                connection => database.List(
                    connection,
                    "select coalesce(max(id), 0), count(*) from (select id from delivery where id > $last order by id limit "
                        + "$limit) as block",
                    row => (row.GetInt64(0), row.GetInt64(1)), ("last", last), ("limit", CopiedAtOnce))[0],
                cancellation);
            if (count == 0) break;
            await CopyAsync(
                target,
                [
                    ("delivery", "id > $first and id <= $last"),
                    .. FactTables.Add("reading").Select(table => (table, "delivery_id > $first and delivery_id <= $last")),
                ], [],
                cancellation, ("first", last), ("last", next));
            last = next;
            progress?.Invoke(done += count, all);
        }

        await CopyAsync(target, [.. SmallTables.Select(table => (table, "true"))], SmallTables, cancellation);
        var known = (await target.PrintsAsync(cancellation)).ToHashSet();
        foreach (var (service, print) in await PrintsAsync(cancellation))
            if (!known.Contains((service, print)))
                await CopyAsync(
                    target, [.. JudgedTables.Select(table => (table, "service_id = $service"))], JudgedTables, cancellation,
                    ("service", service));
        await CopyAsync(target, [("rollup", "service_id = $all")], ["rollup"], cancellation, ("all", Rollup.AllServices));
        await CopyCursorsAsync(target, cancellation);
        return new CopyReport(
            [
                .. await Task.WhenAll(FactTables.Concat(SmallTables).Concat(JudgedTables).Append("reading").Append("delivery")
                    .Order(StringComparer.Ordinal).Select(async table =>
                    new CopiedTable(
                        table, await CountAsync(table, cancellation), await target.CountAsync(table, cancellation)))),
            ],
            await JudgedFingerprintAsync(cancellation), await target.JudgedFingerprintAsync(cancellation));
    }

    /// <summary>
    /// One transaction of the target: what stands in these tables under these conditions, in place of what the target has there.
    /// </summary>
    Task<bool> CopyAsync(
        Store target, ImmutableArray<(string Table, string Condition)> parts, ImmutableArray<string> replaced,
        CancellationToken cancellation, params (string, object?)[] parameters) =>
        target.database.WriteAsync(
            to =>
            {
                foreach (var (table, condition) in parts)
                {
                    if (replaced.Contains(table))
                        target.database.Execute(to, $"delete from {table} where {condition}", parameters);
                    var columns = ColumnsOf(target.database, to, table);
                    var names = string.Join(", ", columns.Select(column => $"\"{column.Name}\""));
                    using var rows = target.database.Bulk(to, table);
                    database.Read(from =>
                    {
                        using var command = database.Streamed(
                            from, $"select {names} from {table} where {condition}", parameters);
                        foreach (var row in command.Select(row => row))
                        {
                            for (var i = 0; i < columns.Count; i++) Put(rows, row, i, columns[i].Type);
                            rows.EndRow();
                        }

                        return true;
                    });
                    rows.Complete();
                }

                return true;
            },
            cancellation);

    async Task CopyCursorsAsync(Store target, CancellationToken cancellation)
    {
        var cursors = await database.ReadAsync(
            connection =>
                database.List(
                    connection, "select name, value, content from cursor",
                    row => (Name: row.GetString(0), Value: row.GetInt64(1), Content: row.Text(2))), cancellation);
        await target.database.WriteAsync(
            connection =>
            {
                foreach (var (name, value, content) in cursors)
                {
                    if (content is not null) target.KeepPollCursor(connection, name, content);
                    else
                        target.database.Execute(
                            connection, "update cursor set value = greatest(value, $value) where name = $name", ("name", name),
                            ("value", value));
                }

                // The file's own count of ids is not kept in the table.
                target.database.Execute(
                    connection,
                    "update cursor set value = greatest(value, (select coalesce(max(id), 0) from delivery)) where name = "
                        + "'delivery'");
                return true;
            },
            cancellation);
    }

    Task<long> CountAsync(string table, CancellationToken cancellation) =>
        database.ReadAsync(connection => database.Scalar(connection, $"select count(*) from {table}"), cancellation);

    Task<List<(long Service, long Print)>> PrintsAsync(CancellationToken cancellation) =>
        database.ReadAsync(
            connection =>
                database.List(
                    connection, "select service_id, fingerprint from service", row => (row.GetInt64(0), row.GetInt64(1))),
                    cancellation);

    static List<(string Name, string Type)> ColumnsOf(Database database, DbConnection connection, string table) => database.List(
        connection,
        "select column_name, lower(data_type) from information_schema.columns where table_schema = current_schema() and "
            + "table_name = $table order by ordinal_position",
        row => (row.GetString(0), row.GetString(1)), ("table", table));

    static RowWriter Put(RowWriter rows, DbDataReader row, int column, string type) => type switch
    {
        "bigint" => rows.Add(row.IsDBNull(column) ? (long?)null : row.GetInt64(column)),
        "integer" => rows.Add(row.Whole(column)),
        "boolean" => rows.Add(row.Flag(column)),
        "double" or "double precision" => rows.Add(row.Number(column)),
        "timestamp with time zone" => rows.Add(row.Instant(column)),
        "timestamp" or "timestamp without time zone" =>
            rows.Add(row.IsDBNull(column) ? (DateTime?)null : row.GetDateTime(column)),
        "integer[]" or "array" => rows.Add(row.Ints(column)),
        "blob" or "bytea" => rows.Add(row.IsDBNull(column) ? null : Bytes(row, column)),
        _ => rows.Add(row.Text(column)),
    };
}
