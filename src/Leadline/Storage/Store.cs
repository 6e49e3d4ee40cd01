using System.Collections.Immutable;
using System.Data.Common;
using System.Security.Cryptography;
using Leadline.Core;
using Leadline.Telemetry;

namespace Leadline.Storage;

/// <summary>Where everything is kept. Methods are named for questions; SQL stays in here.</summary>
public sealed partial class Store : IAsyncDisposable
{
    static readonly long Reader = Key.Of("the cursor of the reader");

    readonly Database database;

    Store(Database database, string address) => (this.database, Address) = (database, address);

    /// <summary>As it was opened, without a password: <c>duckdb:FILE</c> or <c>postgres://USER@HOST:PORT/DATABASE</c>.</summary>
    public string Address { get; }

    public string Engine => database.Engine;

    /// <summary>Rises with every change of a judged row; the ETag of every answer.</summary>
    public Task<long> DataVersionAsync(CancellationToken cancellation) =>
        database.ReadAsync(
            connection => database.Scalar(connection, "select value from cursor where name = 'data'"), cancellation);

    /// <summary>
    /// Opens <c>duckdb:FILE</c>, <c>duckdb::memory:</c> or <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE</c>, making and
    /// migrating the schema.
    /// </summary>
    /// <exception cref="StoreException">It is held by another process, is newer than this program, or cannot be read; the
    /// message says what to do.</exception>
    public static async Task<Store> OpenAsync(string address, CancellationToken cancellation)
    {
        var store = PostgresAddress.Is(address)
            ? new Store(await Postgres.OpenAsync(address, cancellation), PostgresAddress.Shown(address))
            : new Store(await Task.Run(() => DuckDb.OpenAddress(address), cancellation), address);
        try
        {
            await store.MigrateAsync(cancellation);
        }
        catch
        {
            await store.database.DisposeAsync();
            throw;
        }

        return store;
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    Task<bool> MigrateAsync(CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            database.LockSchema(connection);
            var version = SchemaVersion(connection);
            var newest = Queries.Migrations.Max(migration => migration.Number);
            if (version > newest)
                throw new StoreException(
                    $"the store is of a newer Leadline (schema {version}, this one knows {newest}): use that version; nothing "
                        + "was changed");
            foreach (var (number, text) in Queries.Migrations.Where(migration => migration.Number > version))
                database.Migrate(connection, text);
            if (version == 0)
            {
                database.Execute(
                    connection, "insert into meta values ('schema', $number), ('salt', $salt)", ("number", $"{newest}"),
                    ("salt", Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));
                database.Execute(connection, "insert into cursor (name, value) values ('reader', 0), ('data', 0), ('stale', 0)");
            }
            else if (version < newest)
            {
                database.Execute(connection, "update meta set value = $number where name = 'schema'", ("number", $"{newest}"));
            }

            database.Complete(connection);
            return true;
        },
        cancellation);

    int SchemaVersion(DbConnection connection)
    {
        var tables = database.Scalar(
            connection, "select count(*) from information_schema.tables where table_schema = current_schema()");
        if (tables == 0) return 0;
        if (database.Scalar(
            connection,
            "select count(*) from information_schema.tables where table_schema = current_schema() and table_name = 'meta'") == 0)
            throw new StoreException("the store is a database, but not one of Leadline's; nothing was changed");
        using var command = database.Command(connection, "select value from meta where name = 'schema'");
        return command.ExecuteScalar() is string text && int.TryParse(text, out var version) ? version
            : throw new StoreException("the store does not say its schema's version; nothing was changed");
    }

    /// <summary>Claims the work on these services; what another server has is not claimed.</summary>
    internal Task<Claim> ClaimAsync(IEnumerable<ServiceName> services, CancellationToken cancellation) =>
        database.ClaimAsync([.. services.Select(service => Key.Of(service.Value))], cancellation);

    /// <summary>Claims the reading of the log; null where another server reads.</summary>
    internal async Task<Claim?> ClaimReadingAsync(CancellationToken cancellation)
    {
        var claim = await database.ClaimAsync([Reader], cancellation);
        if (claim.Holds(Reader)) return claim;
        await claim.DisposeAsync();
        return null;
    }

    Task<ImmutableArray<T>> AskAsync<T>(
        string query, Func<DbDataReader, T> row, CancellationToken cancellation, params (string, object?)[] parameters) =>
        database.ReadAsync<ImmutableArray<T>>(connection => [.. List(connection, query, row, parameters)], cancellation);

    /// <summary>Asks a query by its name.</summary>
    List<T> List<T>(
        DbConnection connection, string query, Func<DbDataReader, T> row, params ReadOnlySpan<(string, object?)> parameters) =>
        List(connection, query, Queries.Text(query), row, parameters);

    List<T> List<T>(
        DbConnection connection, string query, string text, Func<DbDataReader, T> row,
        ReadOnlySpan<(string, object?)> parameters)
    {
        using var span = Spans.Query(database.Engine, query);
        try
        {
            return database.List(connection, text, row, parameters);
        }
        catch (DbException error)
        {
            Spans.Fail(span, error);
            throw;
        }
    }

    /// <summary>Runs the one text of a query in this store's engine, with those of the parameters that it takes.</summary>
    /// <param name="edges">Whether the window has more than whole days.</param>
    internal Task<ImmutableArray<T>> QueryAsync<T>(
        string query, Func<DbDataReader, T> row, (string Name, object? Value)[] parameters, bool edges,
        CancellationToken cancellation)
    {
        var text = Queries.Text(query, edges);
        (string, object?)[] taken = [.. parameters.Where(parameter => Queries.Parameters(text).Contains(parameter.Name))];
        return database.ReadAsync<ImmutableArray<T>>(connection => [.. List(connection, query, text, row, taken)], cancellation);
    }
}
