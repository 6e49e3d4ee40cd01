using System.Collections.Immutable;
using System.Data.Common;
using System.IO.Compression;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Storage;

public sealed partial class Store
{
    const long MostBytesAtOnce = 32 * 1024 * 1024;

    /// <summary>Appends in one durable transaction; answers for each the id and whether it was known already.</summary>
    public Task<ImmutableArray<AppendedDelivery>> AppendAsync(
        IReadOnlyList<NewDelivery> deliveries, CancellationToken cancellation) =>
        AppendAsync(deliveries, null, cancellation);

    /// <param name="beside">What else is written in the same transaction.</param>
    async Task<ImmutableArray<AppendedDelivery>> AppendAsync(
        IReadOnlyList<NewDelivery> deliveries, Action<DbConnection>? beside, CancellationToken cancellation)
    {
        var bodies = deliveries.Select(delivery => Compress(delivery.Delivery.Body.Span)).ToList();
        try
        {
            // Nearly all are new. The index of the keys says so for nothing; to ask for them first would cost more with every
            // one that is kept.
            return await AppendAsync(deliveries, bodies, asksFirst: false, beside, cancellation);
        }
        catch (StoreException error) when (database.IsDuplicateKey(error))
        {
            return await AppendAsync(deliveries, bodies, asksFirst: true, beside, cancellation);
        }
    }

    async Task<ImmutableArray<AppendedDelivery>> AppendAsync(
        IReadOnlyList<NewDelivery> deliveries, List<byte[]> bodies, bool asksFirst, Action<DbConnection>? beside,
        CancellationToken cancellation)
    {
        return [.. await database.LogAsync(
            connection =>
            {
                // This waits for whoever else appends; what they appended is known then.
                if (asksFirst) database.ReserveDeliveries(connection, 0);
                var known = !asksFirst ? [] : List(
                    connection, "known_deliveries", row => (row.GetString(0), row.GetInt64(1)),
                    ("keys", deliveries.Select(delivery => delivery.DedupeKey).ToList())).ToDictionary();
                var last = database.ReserveDeliveries(
                    connection,
                    deliveries.Select(delivery => delivery.DedupeKey).Distinct().Count(key => !known.ContainsKey(key)));
                var answers = new AppendedDelivery[deliveries.Count];
                using (var rows = database.Bulk(connection, "delivery"))
                {
                    for (var i = 0; i < answers.Length; i++)
                    {
                        var (key, delivery) = deliveries[i];
                        if (known.TryGetValue(key, out var id))
                        {
                            answers[i] = new AppendedDelivery(id, Known: true);
                            continue;
                        }

                        known.Add(key, ++last);
                        answers[i] = new AppendedDelivery(last, Known: false);
                        rows.Add(last).Add(delivery.Source).Add(delivery.ReceivedAt)
                            .Add(JsonSerializer.Serialize(delivery.Headers)).Add(bodies[i]).Add(key).EndRow();
                    }

                    rows.Complete();
                }

                beside?.Invoke(connection);
                return answers;
            },
            cancellation)];
    }

    /// <summary>
    /// The deliveries after the reading cursor, oldest first; not those whose body was dropped, so that what was read of it
    /// stays.
    /// </summary>
    public Task<ImmutableArray<StoredDelivery>> UnreadAsync(int limit, CancellationToken cancellation) =>
        database.ReadAsync<ImmutableArray<StoredDelivery>>(
            connection =>
            {
                using var first = database.Command(connection, Queries.Text("first_unread_delivery"));
                if (first.ExecuteScalar() is not long id) return [];
                return Few(connection, "unread_deliveries", ("first", id), ("limit", limit));
            },
            cancellation);

    public async Task<StoredDelivery?> DeliveryAsync(long id, CancellationToken cancellation) =>
        (await AskAsync("delivery", Stored, cancellation, ("id", id))).FirstOrDefault();

    /// <summary>
    /// The deliveries of this query until their bodies are large: they are read a few at a time, so that memory does not grow
    /// with them.
    /// </summary>
    ImmutableArray<StoredDelivery> Few(DbConnection connection, string query, params ReadOnlySpan<(string, object?)> parameters)
    {
        var few = ImmutableArray.CreateBuilder<StoredDelivery>();
        var size = 0L;
        using var command = database.Streamed(connection, Queries.Text(query), parameters);
        foreach (var delivery in command.Select(Stored))
        {
            few.Add(delivery);
            if ((size += delivery.Delivery.Body.Length) > MostBytesAtOnce) break;
        }

        return few.DrainToImmutable();
    }

    /// <summary>Puts the cursor back to the beginning, so that every stored delivery is read again.</summary>
    public Task RewindAsync(CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            database.Execute(connection, "update cursor set value = 0 where name = 'reader'");
            return true;
        },
        cancellation);

    /// <summary>
    /// Empties the bodies of unreadable deliveries older than <paramref name="unreadableBefore"/>, and of all older than
    /// <paramref name="before"/> where given; their outcomes and facts stay. Answers how many.
    /// </summary>
    public Task<long> DropBodiesAsync(
        DateTimeOffset unreadableBefore, DateTimeOffset? before, CancellationToken cancellation) => database.LogAsync(
        connection =>
        {
            (string, object?)[] parameters =
            [
                ("unreadable_before", unreadableBefore), ("before", before ?? DateTimeOffset.UnixEpoch),
            ];
            var ids = List(connection, "droppable_bodies", row => row.GetInt64(0), parameters);
            if (ids.Count > 0)
                database.Execute(connection, "update delivery set body = null where id = any($ids)", ("ids", ids));
            return (long)ids.Count;
        },
        cancellation);

    static StoredDelivery Stored(DbDataReader row) => new(
        row.GetInt64(0),
        new Delivery
        {
            Source = row.GetString(1),
            ReceivedAt = row.InstantOf(2),
            Headers = Delivery.NoHeaders.AddRange(JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!),
            Body = row.IsDBNull(4) ? default : Decompress(Bytes(row, 4)),
        },
        row.Whole(5) ?? 0,
        row.Text(6) ?? "unread",
        row.Text(7))
    { Facts = row.Whole(8), IsKept = !row.IsDBNull(4) };

    static byte[] Bytes(DbDataReader row, int column)
    {
        using var stream = row.GetStream(column);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    static byte[] Compress(ReadOnlySpan<byte> body)
    {
        var target = new byte[BrotliEncoder.GetMaxCompressedLength(body.Length)];
        return BrotliEncoder.TryCompress(body, target, out var written, quality: 1, window: 22) ? target[..written]
            : throw new InvalidOperationException("a body did not compress");
    }

    static byte[] Decompress(byte[] body)
    {
        using var source = new BrotliStream(new MemoryStream(body), CompressionMode.Decompress);
        var target = new MemoryStream(body.Length * 4);
        source.CopyTo(target);
        return target.ToArray();
    }
}
