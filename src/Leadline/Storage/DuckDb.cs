using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Leadline.Telemetry;

namespace Leadline.Storage;

/// <summary>The embedded engine, in a file or in memory: one process at a time.</summary>
sealed partial class DuckDb : Database
{
    const string Scheme = "duckdb:";

    /// <summary>
    /// Of every connection. The rows of a page are found by what orders them, and only then the rest of each is read.
    /// </summary>
    const string Everywhere = "set TimeZone = 'UTC'; set late_materialization_max_rows = 1001";

    const int MostInText = 64;

    readonly DuckDBConnection first;
    readonly ConcurrentBag<DuckDBConnection> idle = [];
    readonly SemaphoreSlim factsLane = new(1, 1), deliveriesLane = new(1, 1);

    readonly bool inMemory;

    int closed;
    long? lastDelivery;

    DuckDb(DuckDBConnection first, bool inMemory) => (this.first, this.inMemory) = (first, inMemory);

    /// <summary>Opens <c>duckdb:FILE</c>.</summary>
    /// <exception cref="StoreException">It is no address, or there is no such folder, or <see cref="Open"/> refuses.</exception>
    public static DuckDb OpenAddress(string address)
    {
        if (!address.StartsWith(Scheme, StringComparison.Ordinal) || address.Length == Scheme.Length)
            throw new StoreException(
                $"'{address}' is no store address: write duckdb:FILE, or postgres://USER:PASSWORD@HOST:PORT/DATABASE");
        var file = address[Scheme.Length..];
        if (file != ":memory:" && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            throw new StoreException($"the folder {folder} does not exist: make it, or name another store");
        return Open(file);
    }

    /// <exception cref="StoreException">Another process holds the file, or it is no store of ours.</exception>
    public static DuckDb Open(string file)
    {
        var connection = new DuckDBConnection($"Data Source={file}");
        try
        {
            connection.Open();
        }
        catch (DuckDBException error)
        {
            connection.Dispose();
            var holder = Holder().Match(error.Message);
            throw holder.Success
                ? new StoreException(
                    $"the store {file} is in use by process {holder.Groups[2].Value} ({holder.Groups[1].Value}): ask that "
                        + "server with --server, or stop it first", error)
                : new StoreException($"the store {file} cannot be opened: {error.Message.Split('\n')[0]}", error);
        }

        var database = new DuckDb(connection, file == ":memory:");
        database.Execute(
            connection,
            Everywhere
                + "; set autoinstall_known_extensions = false; set autoload_known_extensions = false; set wal_autocheckpoint "
                + "= '64MB'");
        return database;
    }

    public override string Engine => "duckdb";

    // While it waits for a row it keeps a core busy.
    public override DbCommand Streamed(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Command(connection, sql, parameters);
        ((DuckDBCommand)command).UseStreamingMode = true;
        return command;
    }

    public override DbCommand Command(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = (DuckDBCommand)connection.CreateCommand();
        foreach (var (name, value) in parameters)
        {
            // Where it is every service there is nothing to look up.
            if (value is EveryService && StandsInText(ref sql, name, "is not null")) continue;
            if (value is IReadOnlyCollection<long> { Count: > 0 and <= MostInText } numbers
                && StandsInText(ref sql, name, $"in ({string.Join(',', numbers)})")) continue;
            command.Parameters.Add(new DuckDBParameter(
                name,
                value switch
                {
                    null => DBNull.Value,
                    DateTimeOffset instant => instant.UtcDateTime,
                    EveryService every => every.Ids,
                    _ => value,
                }));
        }

        command.CommandText = sql;
        return command;
    }

    /// <summary>
    /// Puts other words in the place of the list: <c>= any(list)</c> is planned as a join with it, which costs more than the
    /// rest of a small question and reads what lies outside of it. True where the list is no parameter any more.
    /// </summary>
    static bool StandsInText(ref string sql, string list, string words)
    {
        sql = sql.Replace($"= any(${list})", words, StringComparison.Ordinal);
        return !sql.Contains("$" + list, StringComparison.Ordinal);
    }

    public override Task<T> ReadAsync<T>(Func<DbConnection, T> question, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var connection = Rent();
            try
            {
                using var interrupting = Interrupting(connection, cancellation);
                return question(connection);
            }
            catch (DuckDBException error)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Explain(error);
            }
            finally
            {
                Return(connection);
            }
        },
        cancellation);

    public override T Read<T>(Func<DbConnection, T> question)
    {
        var connection = Rent();
        try
        {
            return question(connection);
        }
        catch (DuckDBException error)
        {
            throw Explain(error);
        }
        finally
        {
            Return(connection);
        }
    }

    public override Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation) =>
        WriteAsync(factsLane, work, cancellation);

    public override Task<T> LogAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation) =>
        WriteAsync(deliveriesLane, work, cancellation);

    async Task<T> WriteAsync<T>(SemaphoreSlim lane, Func<DbConnection, T> work, CancellationToken cancellation)
    {
        await lane.WaitAsync(cancellation);
        try
        {
            // On a thread of its own: in the pool it would wait behind every request that came meanwhile.
            return await Task.Factory.StartNew(
                () =>
                {
                    var connection = Rent();
                    try
                    {
                        using var transaction = connection.BeginTransaction();
                        T result;
                        using (Interrupting(connection, cancellation)) result = work(connection);
                        transaction.Commit();
                        return result;
                    }
                    finally
                    {
                        Return(connection);
                    }
                },
                cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (DuckDBException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Explain(error);
        }
        finally
        {
            lane.Release();
        }
    }

    public override RowWriter Bulk(DbConnection connection, string table) =>
        new Appender(((DuckDBConnection)connection).CreateAppender(table));

    public override void Migrate(DbConnection connection, string text) => Execute(connection, text);

    // One process holds the file.
    public override void LockSchema(DbConnection connection)
    {
    }

    public override void LockTotals(DbConnection connection)
    {
    }

    public override Task<Claim> ClaimAsync(IReadOnlyCollection<long> keys, CancellationToken cancellation) =>
        Task.FromResult(new Claim([.. keys], () => default));

    // Asked inside the lane, so that the next writer counts on from it; the ids of a transaction that fails stay unused.
    public override long ReserveDeliveries(DbConnection connection, int count)
    {
        lastDelivery ??= Scalar(connection, "select coalesce(max(id), 0) from delivery");
        lastDelivery += count;
        return lastDelivery.Value - count;
    }

    public override bool IsDuplicateKey(StoreException error) =>
        error.InnerException?.Message.Contains("Duplicate key", StringComparison.Ordinal) == true;

    /// <summary>
    /// Stops what the connection is doing when it is cancelled, until disposed: then it may be rented to others.
    /// </summary>
    static CancellationTokenRegistration Interrupting(DuckDBConnection connection, CancellationToken cancellation) =>
        cancellation.CanBeCanceled ? cancellation.Register(connection.CreateCommand().Cancel) : default;

    DuckDBConnection Rent()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref closed) == 1, this);
        if (idle.TryTake(out var connection) && connection.State == ConnectionState.Open) return connection;
        var another = inMemory ? first.Duplicate() : new DuckDBConnection(first.ConnectionString);
        another.Open();
        Execute(another, Everywhere);
        return another;
    }

    void Return(DuckDBConnection connection)
    {
        idle.Add(connection);

        // Whoever closed the store meanwhile did not see this connection.
        if (Volatile.Read(ref closed) == 1) CloseIdle();
    }

    void CloseIdle()
    {
        while (idle.TryTake(out var connection)) connection.Dispose();
    }

    static StoreException Explain(DuckDBException error)
    {
        Instruments.StoreErrors.Add(1);
        return new StoreException("the store refused: " + error.Message.Split('\n')[0], error);
    }

    public override async ValueTask DisposeAsync()
    {
        // Whoever is writing finishes first; whoever still waits for the lane finds the store closed.
        await factsLane.WaitAsync();
        await deliveriesLane.WaitAsync();
        if (Interlocked.Exchange(ref closed, 1) == 0)
        {
            CloseIdle();
            first.Dispose();
        }

        factsLane.Release();
        deliveriesLane.Release();
    }

    sealed class Appender(DuckDBAppender appender) : RowWriter
    {
        IDuckDBAppenderRow? row;

        IDuckDBAppenderRow Row => row ??= appender.CreateRow();

        public override RowWriter Add(string? value) => Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value));

        public override RowWriter Add(long? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(int? value) => Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(bool? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(double? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(DateTimeOffset? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(DateTime? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value.Value));

        public override RowWriter Add(byte[]? value) => Added(value is null ? Row.AppendNullValue() : Row.AppendValue(value));

        public override RowWriter Add(int[]? value) =>
            Added(value is null ? Row.AppendNullValue() : Row.AppendValue((IEnumerable<int>)value));

        public override void EndRow()
        {
            Row.EndRow();
            row = null;
        }

        public override void Complete() => appender.Close();

        public override void Dispose() => appender.Dispose();

        RowWriter Added(IDuckDBAppenderRow written)
        {
            row = written;
            return this;
        }
    }

    [GeneratedRegex(@"held in (.*?) \(PID (\d+)\)")]
    private static partial Regex Holder();
}
