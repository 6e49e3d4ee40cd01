using System.Collections.Immutable;
using System.Data.Common;
using System.Security.Cryptography;

namespace Leadline.Storage;

/// <summary>Where everything is kept. Methods are named for questions; SQL stays in here.</summary>
public sealed partial class Store : IAsyncDisposable
{
    readonly Database database;
    long lastDelivery, dataVersion;

    Store(Database database, string address) => (this.database, Address) = (database, address);

    /// <summary>As it was opened: <c>duckdb:FILE</c>.</summary>
    public string Address { get; }

    /// <summary>Rises with every change of a judged row; the ETag of every answer.</summary>
    public long DataVersion => Volatile.Read(ref dataVersion);

    /// <summary>Opens <c>duckdb:FILE</c> or <c>duckdb::memory:</c>, making and migrating the schema.</summary>
    /// <exception cref="StoreException">It is held by another process, is newer than this program, or cannot be read; the message says what to do.</exception>
    public static async Task<Store> OpenAsync(string address, CancellationToken cancellation)
    {
        if (!address.StartsWith("duckdb:", StringComparison.Ordinal) || address.Length == 7)
            throw new StoreException($"'{address}' is no store address: write duckdb:FILE");
        var file = address[7..];
        if (file != ":memory:" && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            throw new StoreException($"the folder {folder} does not exist: make it, or name another store");
        var store = new Store(await Task.Run(() => DuckDb.Open(file), cancellation), address);
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
            var version = SchemaVersion(connection);
            var newest = Queries.Migrations.Max(migration => migration.Number);
            if (version > newest)
                throw new StoreException($"the store is of a newer Leadline (schema {version}, this one knows {newest}): use that version; nothing was changed");
            foreach (var (number, text) in Queries.Migrations.Where(migration => migration.Number > version)) database.Execute(connection, text);
            if (version == 0)
            {
                database.Execute(connection, "insert into meta values ('schema', $number), ('salt', $salt)", ("number", $"{newest}"), ("salt", Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));
                database.Execute(connection, "insert into cursor values ('reader', 0), ('data', 0), ('stale', 0)");
            }
            else if (version < newest)
            {
                database.Execute(connection, "update meta set value = $number where name = 'schema'", ("number", $"{newest}"));
            }

            lastDelivery = database.Scalar(connection, "select coalesce(max(id), 0) from delivery");
            dataVersion = database.Scalar(connection, "select value from cursor where name = 'data'");
            return true;
        },
        cancellation);

    int SchemaVersion(DbConnection connection)
    {
        var tables = database.Scalar(connection, "select count(*) from information_schema.tables");
        if (tables == 0) return 0;
        if (database.Scalar(connection, "select count(*) from information_schema.tables where table_name = 'meta'") == 0)
            throw new StoreException("the file is a database, but not one of Leadline's; nothing was changed");
        using var command = database.Command(connection, "select value from meta where name = 'schema'");
        return command.ExecuteScalar() is string text && int.TryParse(text, out var version) ? version : throw new StoreException("the store does not say its schema's version; nothing was changed");
    }

    Task<ImmutableArray<T>> AskAsync<T>(string query, Func<DbDataReader, T> row, CancellationToken cancellation, params (string, object?)[] parameters) =>
        database.ReadAsync<ImmutableArray<T>>(connection => [.. database.List(connection, Queries.Text(query), row, parameters)], cancellation);

    /// <summary>Runs the one text of a query in this store's engine.</summary>
    internal Task<ImmutableArray<T>> QueryAsync<T>(string query, Func<DbDataReader, T> row, (string, object?)[] parameters, CancellationToken cancellation) =>
        AskAsync(query, row, cancellation, parameters);
}
