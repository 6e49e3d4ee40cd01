using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using Leadline.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace Leadline.Storage;

/// <summary>PostgreSQL 15 and later: for several people, several servers, and stores that outgrow a file.</summary>
sealed partial class Postgres : Database
{
    // About ten seconds in all: as long as a server takes to start again.
    static readonly int[] Pauses = [50, 100, 200, 400, 800, 1600, 3200, 3200];

    readonly NpgsqlDataSource source;
    readonly string schema, host;
    readonly ConcurrentDictionary<string, string> translated = new();
    readonly SemaphoreSlim factsLane = new(1, 1), deliveriesLane = new(1, 1);

    Postgres(NpgsqlDataSource source, string schema, string host) =>
        (this.source, this.schema, this.host) = (source, schema, host);

    public override string Engine => "postgresql";

    /// <summary>Connects, and makes the schema where there is none.</summary>
    /// <exception cref="StoreException">There is no such server or database, or it lets us not in.</exception>
    public static async Task<Postgres> OpenAsync(string address, CancellationToken cancellation)
    {
        var (settings, schema) = PostgresAddress.Parse(address);
        var database = new Postgres(
            NpgsqlDataSource.Create(settings), schema, $"{settings.Host}:{settings.Port}/{settings.Database}");
        try
        {
            await using var connection = await database.source.OpenConnectionAsync(cancellation);
            if (connection.PostgreSqlVersion.Major < 15)
                throw new StoreException(
                    $"{database.host} is PostgreSQL {connection.PostgreSqlVersion}: Leadline needs 15 or later");
            if (database.Scalar(
                connection, "select count(*) from information_schema.schemata where schema_name = $schema",
                ("schema", schema)) == 0)
                database.Execute(connection, $"create schema if not exists \"{schema}\"");
            return database;
        }
        catch (NpgsqlException error)
        {
            await database.source.DisposeAsync();
            throw new StoreException($"the store at {database.host} cannot be opened: {Sentence(error)}", error);
        }
        catch
        {
            await database.source.DisposeAsync();
            throw;
        }
    }

    public override DbCommand Command(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = new NpgsqlCommand(translated.GetOrAdd(sql, static text => Translate(text)), (NpgsqlConnection)connection);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, Sent(value)));
        return command;
    }

    public override DbCommand Streamed(
        DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Command(connection, sql, parameters);

    /// <summary>The text for this engine: of lines marked for one engine only ours are taken.</summary>
    internal static string Translate(string sql) =>
        Parameter().Replace(OfOurs().Replace(OfTheOther().Replace(sql, ""), "$1"), "@$1");

    public override void Migrate(DbConnection connection, string text) =>

        // Text is compared by its bytes, as the other engine does, whatever the database's own language is.
        Execute(connection, TextColumn().Replace(text, " text collate \"C\"$1"));

    public override void Complete(DbConnection connection)
    {
        var hash = PostgresFunctions.Hash(schema);
        if (Scalar(connection, "select count(*) from meta where name = 'functions' and value = $hash", ("hash", hash)) > 0)
            return;
        using var command = new NpgsqlCommand(PostgresFunctions.Script(schema), (NpgsqlConnection)connection);
        command.ExecuteNonQuery();
        Execute(connection, "delete from meta where name = 'functions'");
        Execute(connection, "insert into meta values ('functions', $hash)", ("hash", hash));
    }

    public override void LockSchema(DbConnection connection) =>
        Execute(connection, "select pg_advisory_xact_lock($key)", ("key", Key.Of(schema + "/schema")));

    public override void LockTotals(DbConnection connection) =>
        Execute(connection, "select pg_advisory_xact_lock($key)", ("key", Key.Of(schema + "/totals")));

    public override RowWriter Bulk(DbConnection connection, string table) =>
        new Copy(((NpgsqlConnection)connection).BeginBinaryImport($"copy {table} from stdin (format binary)"));

    public override bool IsDuplicateKey(StoreException error) =>
        error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    // The row stays locked until the ids are durable: they rise in the order of commit, whichever server hands them out.
    public override long ReserveDeliveries(DbConnection connection, int count) =>
        Scalar(
            connection, "update cursor set value = value + $count where name = 'delivery' returning value - $count",
            ("count", (long)count));

    public override Task<T> ReadAsync<T>(Func<DbConnection, T> question, CancellationToken cancellation) =>
        PatientlyAsync(question, inTransaction: false, cancellation);

    public override T Read<T>(Func<DbConnection, T> question)
    {
        try
        {
            using var connection = source.OpenConnection();
            return question(connection);
        }
        catch (NpgsqlException error)
        {
            throw Explain(error);
        }
    }

    public override Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation) =>
        InLaneAsync(factsLane, work, cancellation);

    public override Task<T> LogAsync<T>(Func<DbConnection, T> work, CancellationToken cancellation) =>
        InLaneAsync(deliveriesLane, work, cancellation);

    public override async Task<Claim> ClaimAsync(IReadOnlyCollection<long> keys, CancellationToken cancellation)
    {
        try
        {
            // A session's locks end with it, however it ends.
            var connection = await source.OpenConnectionAsync(cancellation);
            var ours = Key.Of(schema);
            var held = List(
                connection, "select key from unnest($keys) as wanted(key) where pg_try_advisory_lock(key # $ours)",
                row => row.GetInt64(0), ("keys", keys.ToArray()), ("ours", ours));
            return new Claim([.. held], async () =>
            {
                try
                {
                    if (connection.FullState.HasFlag(System.Data.ConnectionState.Open))
                        Execute(connection, "select pg_advisory_unlock_all()");
                }
                catch (NpgsqlException)
                {
                    // With the connection its locks are gone too.
                }

                await connection.DisposeAsync();
            });
        }
        catch (NpgsqlException error)
        {
            throw Explain(error);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await factsLane.WaitAsync();
        await deliveriesLane.WaitAsync();
        await source.DisposeAsync();
        factsLane.Release();
        deliveriesLane.Release();
    }

    async Task<T> InLaneAsync<T>(SemaphoreSlim lane, Func<DbConnection, T> work, CancellationToken cancellation)
    {
        await lane.WaitAsync(cancellation);
        try
        {
            return await PatientlyAsync(work, inTransaction: true, cancellation);
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>Tries again where two transactions got in each other's way, and while the server is away for a moment.</summary>
    async Task<T> PatientlyAsync<T>(Func<DbConnection, T> work, bool inTransaction, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                return await Task.Run(() => Do(connection, work, inTransaction, cancellation), cancellation);
            }
            catch (NpgsqlException error)
                when (attempt < Pauses.Length && IsPassing(error) && !cancellation.IsCancellationRequested)
            {
                // What the pool still holds are connections to a server that is gone.
                if (error is not PostgresException
                    {
                        SqlState: PostgresErrorCodes.SerializationFailure
                    or PostgresErrorCodes.DeadlockDetected
                    }) source.Clear();
                await Task.Delay(Pauses[attempt], cancellation);
            }
            catch (NpgsqlException error)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Explain(error);
            }
        }
    }

    T Do<T>(NpgsqlConnection connection, Func<DbConnection, T> work, bool inTransaction, CancellationToken cancellation)
    {
        if (!inTransaction)
        {
            using (Interrupting(connection, cancellation)) return work(connection);
        }

        using var transaction = connection.BeginTransaction();
        T result;
        using (Interrupting(connection, cancellation)) result = work(connection);
        transaction.Commit();
        return result;
    }

    /// <summary>Stops what the connection is doing when it is cancelled, until disposed.</summary>
    CancellationTokenRegistration Interrupting(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled) return default;
        var process = connection.ProcessID;
        return cancellation.Register(() =>
        {
            try
            {
                using var other = source.OpenConnection();
                Execute(other, "select pg_cancel_backend($process)", ("process", process));
            }
            catch (NpgsqlException)
            {
                // The server is gone, and with it the question.
            }
        });
    }

    static bool IsPassing(NpgsqlException error) => error.IsTransient
        || error is not PostgresException
        || ((PostgresException)error).SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    StoreException Explain(NpgsqlException error)
    {
        Instruments.StoreErrors.Add(1);
        return new StoreException($"the store at {host} refused: {Sentence(error)}", error);
    }

    static string Sentence(NpgsqlException error) =>
        error is PostgresException refused ? refused.MessageText : error.InnerException?.Message ?? error.Message;

    static object Sent(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset instant => instant.ToUniversalTime(),
        DateTime local => DateTime.SpecifyKind(local, DateTimeKind.Unspecified),
        string text => Kept(text),
        EveryService every => every.Ids,
        _ => value,
    };

    /// <summary>The one character that PostgreSQL cannot keep.</summary>
    static string Kept(string text) => text.Contains('\0') ? text.Replace('\0', '\uFFFD') : text;

    [GeneratedRegex(@"\$([a-z_]+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^.*-- DuckDB\r?$\n?", RegexOptions.Multiline)]
    private static partial Regex OfTheOther();

    [GeneratedRegex(@"^(\s*)-- PostgreSQL: ", RegexOptions.Multiline)]
    private static partial Regex OfOurs();

    [GeneratedRegex(@" text( not null)?(?=[,\r\n ]|$)")]
    private static partial Regex TextColumn();

    sealed class Copy(NpgsqlBinaryImporter importer) : RowWriter
    {
        bool inRow;

        public override RowWriter Add(string? value) => value is null ? Null() : Put(Kept(value), NpgsqlDbType.Text);

        public override RowWriter Add(long? value) => value is null ? Null() : Put(value.Value, NpgsqlDbType.Bigint);

        public override RowWriter Add(int? value) => value is null ? Null() : Put(value.Value, NpgsqlDbType.Integer);

        public override RowWriter Add(bool? value) => value is null ? Null() : Put(value.Value, NpgsqlDbType.Boolean);

        public override RowWriter Add(double? value) => value is null ? Null() : Put(value.Value, NpgsqlDbType.Double);

        public override RowWriter Add(DateTimeOffset? value) =>
            value is null ? Null() : Put(value.Value.ToUniversalTime(), NpgsqlDbType.TimestampTz);

        public override RowWriter Add(DateTime? value) =>
            value is null ? Null() : Put(DateTime.SpecifyKind(value.Value, DateTimeKind.Unspecified), NpgsqlDbType.Timestamp);

        public override RowWriter Add(byte[]? value) => value is null ? Null() : Put(value, NpgsqlDbType.Bytea);

        public override RowWriter Add(int[]? value) =>
            value is null ? Null() : Put(value, NpgsqlDbType.Array | NpgsqlDbType.Integer);

        public override void EndRow() => inRow = false;

        public override void Complete() => importer.Complete();

        public override void Dispose() => importer.Dispose();

        Copy Put<T>(T value, NpgsqlDbType type)
        {
            Begin();
            importer.Write(value, type);
            return this;
        }

        Copy Null()
        {
            Begin();
            importer.WriteNull();
            return this;
        }

        void Begin()
        {
            if (inRow) return;
            importer.StartRow();
            inRow = true;
        }
    }
}
