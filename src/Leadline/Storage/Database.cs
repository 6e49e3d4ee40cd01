using System.Data.Common;

namespace Leadline.Storage;

/// <summary>
/// An engine under the <see cref="Store"/>: what the two do differently. Readers never wait; writers have two lanes, so that a
/// delivery is acknowledged while a large judgement is being saved.
/// </summary>
abstract class Database : IAsyncDisposable
{
    /// <summary>As the health page names it: <c>duckdb</c> or <c>postgresql</c>.</summary>
    public abstract string Engine { get; }

    /// <summary>A command in the shared dialect; parameters are named <c>$name</c>.</summary>
    public abstract DbCommand Command(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>A command whose rows are handed on as they are found: for answers too large to hold.</summary>
    public abstract DbCommand Streamed(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>The engine's way to write many rows.</summary>
    public abstract RowWriter Bulk(DbConnection connection, string table);

    /// <summary>Asks on a connection of its own; stops asking when it is cancelled.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, T> question, CancellationToken cancellation);

    /// <summary>Asks in the midst of another engine's transaction, on this thread.</summary>
    public abstract T Read<T>(Func<DbConnection, T> question);

    /// <summary>
    /// Writes facts or judgements in one transaction, one writer at a time. May be tried again from the start where the engine
    /// asks for it.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation);

    /// <summary>Writes the delivery log in one transaction, beside whatever else is written.</summary>
    public abstract Task<T> LogAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation);

    /// <summary>Whether a row was refused because its unique key is there already.</summary>
    public abstract bool IsDuplicateKey(StoreException error);

    /// <summary>Runs one migration.</summary>
    public abstract void Migrate(DbConnection connection, string text);

    /// <summary>Makes what the engine has beside its tables, where it is not there as this program knows it.</summary>
    public virtual void Complete(DbConnection connection)
    {
    }

    /// <summary>Keeps other servers from migrating until the transaction ends.</summary>
    public abstract void LockSchema(DbConnection connection);

    /// <summary>Keeps other servers from changing the sums over all services until the transaction ends.</summary>
    public abstract void LockTotals(DbConnection connection);

    /// <summary>Reserves so many ids for deliveries in the order of commit; answers the last one before them.</summary>
    public abstract long ReserveDeliveries(DbConnection connection, int count);

    /// <summary>
    /// Claims those of these pieces of work that no other server has, until the claim is disposed or this process ends.
    /// </summary>
    public abstract Task<Claim> ClaimAsync(IReadOnlyCollection<long> keys, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    public void Execute(DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    public long Scalar(DbConnection connection, string sql, params ReadOnlySpan<(string, object?)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return Convert.ToInt64(command.ExecuteScalar());
    }

    public List<T> List<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> row, params ReadOnlySpan<(string, object?)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return [.. command.Select(row)];
    }
}
