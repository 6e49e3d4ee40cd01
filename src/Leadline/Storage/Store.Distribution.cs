using System.Collections.Immutable;

namespace Leadline.Storage;

/// <param name="Key">The column whose value decides on which node a row lies; null where every node has the whole table.</param>
public sealed record DistributedTable(string Table, string? Key);

public sealed partial class Store
{
    /// <summary>
    /// What grows without end, by its key, and the small tables that it is joined with. The log and the facts that may name no
    /// repository stay on the node that is asked.
    /// </summary>
    internal static readonly ImmutableArray<DistributedTable> Distribution =
    [
        new("service", null), new("repository", null),
        new("ledger", "service_id"), new("shipped_change", "service_id"), new("blame", "service_id"),
        new("rollup", "service_id"), new("override", "service_id"),
        new("git_commit", "repository_id"), new("change", "repository_id"), new("review", "repository_id"),
        new("build", "repository_id"), new("artifact", "repository_id"),
        new("comparison", "repository_id"),
    ];

    /// <summary>
    /// Spreads the tables over the nodes of a Citus cluster; those that are spread already stay as they are. Answers which were.
    /// </summary>
    /// <exception cref="StoreException">The store is not on PostgreSQL, or the database has no extension <c>citus</c>; nothing
    /// was changed.</exception>
    public Task<ImmutableArray<DistributedTable>> DistributeAsync(CancellationToken cancellation)
    {
        if (database is not Postgres)
            throw new StoreException(
                $"{Address} is one file on one machine: copy it to PostgreSQL with leadline store copy, and distribute that");
        return database.WriteAsync<ImmutableArray<DistributedTable>>(
            connection =>
            {
                if (database.Scalar(connection, "select count(*) from pg_extension where extname = 'citus'") == 0)
                    throw new StoreException(
                        $"the database at {Address} has no extension citus, nothing was changed: install Citus on its server, "
                            + "run create extension citus, and try again");
                database.LockSchema(connection);
                var known = database.List(
                    connection, "select logicalrelid::text from pg_dist_partition",
                    row => row.GetString(0)).Select(name => name.Split('.')[^1]).ToHashSet();
                var spread = Distribution.Where(table => !known.Contains(table.Table)).ToImmutableArray();
                foreach (var (table, key) in spread)
                {
                    if (key is null) database.Execute(connection, "select create_reference_table($table)", ("table", table));
                    else
                        database.Execute(
                            connection, "select create_distributed_table($table, $key, colocate_with => $with)",
                            ("table", table), ("key", key), ("with", With(table, key)));
                }

                return spread;
            },
            cancellation);
    }

    /// <summary>
    /// The first table with the same key, beside which this one lies; the first one itself lies where Citus puts it.
    /// </summary>
    static string With(string table, string key) =>
        Distribution.First(one => one.Key == key).Table is var first && first == table ? "none" : first;
}
