using Leadline.Storage;
using Npgsql;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>
/// What Citus asks of tables before it spreads them, held against the real ones; Citus itself is not among Debian's packages.
/// </summary>
public sealed class DistributionTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_without_Citus_is_told_what_to_do_and_stays_as_it_is()
    {
        await using var store = await Store.OpenAsync(PostgresCluster.Started.NewStore(), Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.DistributeAsync(Cancellation));
        Assert.Contains("has no extension citus, nothing was changed: install Citus", refused.Message);
    }

    [Fact]
    public async Task A_file_cannot_be_spread()
    {
        await using var store = await Store.OpenAsync("duckdb::memory:", Cancellation);
        Assert.Contains(
            "leadline store copy",
            (await Assert.ThrowsAsync<StoreException>(() => store.DistributeAsync(Cancellation))).Message);
    }

    [Fact]
    public async Task Keys_are_never_null_and_part_of_every_unique_index()
    {
        var database = PostgresCluster.Started.NewDatabase();
        await using var store = await Store.OpenAsync(database, Cancellation);
        var uri = new Uri(database);
        await using var source = NpgsqlDataSource.Create(
            $"Host={uri.Host};Port={uri.Port};Username=leadline;Database={uri.AbsolutePath.Trim('/')};Search Path=leadline");
        foreach (var (table, key) in Store.Distribution.Where(table => table.Key is not null))
        {
            await using var column = source.CreateCommand(
                "select is_nullable from information_schema.columns where table_schema = 'leadline' and table_name = "
                    + $"'{table}' and column_name = '{key}'");
            Assert.Equal("NO", await column.ExecuteScalarAsync(Cancellation));
            await using var indexes = source.CreateCommand(
                $"select count(*) from pg_index where indrelid = '{table}'::regclass and indisunique and not exists "
                + $"(select 1 from pg_attribute where attrelid = indrelid and attname = '{key}' and attnum = any(indkey))");
            Assert.Equal(0L, await indexes.ExecuteScalarAsync(Cancellation));
        }
    }
}
