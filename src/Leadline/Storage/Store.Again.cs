using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>By which version of its reader the deliveries of a source were read.</summary>
/// <param name="IsWhole">Whether all of them were whose bodies are kept; false while some are still to be read again.</param>
/// <param name="Judges">Whether all services are judged once that is done.</param>
/// <param name="Asked">Rises with each wish to read something again.</param>
public sealed record ReaderMark(string Source, int Version, bool IsWhole, bool Judges, long Asked = 0);

/// <param name="Deliveries">Those that this version read and whose bodies are kept.</param>
/// <param name="WithFacts">How many of them gave facts.</param>
public sealed record ReadByVersion(string Source, int Version, long Deliveries, long WithFacts);

public sealed partial class Store
{
    public Task<ImmutableArray<ReaderMark>> ReaderMarksAsync(CancellationToken cancellation) => AskAsync(
        "reader_marks",
        row => new ReaderMark(row.GetString(0), row.GetInt32(1), row.GetBoolean(2), row.GetBoolean(3), row.GetInt64(4)),
        cancellation);

    /// <summary>How many deliveries of these sources each version read; this looks at all of them.</summary>
    public Task<ImmutableArray<ReadByVersion>> ReaderVersionsAsync(
        IReadOnlyCollection<string> sources, CancellationToken cancellation) => AskAsync(
        "reader_versions", row => new ReadByVersion(row.GetString(0), row.GetInt32(1), row.Count(2), row.Count(3)), cancellation,
        ("sources", sources.ToList()));

    /// <summary>The ids after this one of what these versions read of a source, in order.</summary>
    public Task<ImmutableArray<long>> OutdatedAsync(
        string source, IReadOnlyCollection<int> versions, long after, int limit, CancellationToken cancellation) => AskAsync(
        "outdated_deliveries", row => row.GetInt64(0), cancellation, ("source", source), ("versions", versions.ToList()),
        ("after", after), ("limit", limit));

    /// <summary>Those of these deliveries that were read and are kept, in order; of large ones only the first.</summary>
    public Task<ImmutableArray<StoredDelivery>> ReadDeliveriesAsync(
        IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        database.ReadAsync(connection => Few(connection, "read_deliveries", ("ids", ids.ToList())), cancellation);

    /// <summary>Remembers that this version read all of a source of which nobody knew it yet.</summary>
    public Task MarkNewReaderAsync(string source, int version, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            // Where somebody asked for something meanwhile, that stands.
            database.Execute(
                connection,
                "insert into reader select $source, $version, true, false, 0 where not exists (select 1 from reader where "
                    + "source = $source)",
                ("source", source), ("version", version));
            return true;
        },
        cancellation);

    /// <summary>Remembers how far reading again is; not how often it was asked for.</summary>
    public Task MarkReaderAsync(ReaderMark mark, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            Mark(connection, mark);
            return true;
        },
        cancellation);

    /// <summary>
    /// Ends reading a source again: from now on all of it counts as read by this version, and where facts were replaced, every
    /// service is to be judged. False, and nothing is done, where another version still read some of it.
    /// </summary>
    public Task<bool> EndReadingAgainAsync(
        string source, int version, ServiceMap map, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            // The row is ours until this is committed: whoever reads by another version waits for it and unmarks it then.
            database.Execute(connection, "update reader set is_whole = false where source = $source", ("source", source));
            if (database.Scalar(connection, Queries.Text("otherwise_read"), ("source", source), ("version", version)) > 0)
                return false;
            if (database.Scalar(
                connection, "select count(*) from reader where source = $source and judges", ("source", source)) > 0)
                MarkAll(connection, map);
            Mark(connection, new ReaderMark(source, version, IsWhole: true, Judges: false));
            return true;
        },
        cancellation);

    /// <summary>Asks for one delivery to be read again, whatever became of it.</summary>
    /// <param name="delivery">One that was read and whose body is kept.</param>
    /// <param name="version">That of its reader.</param>
    public Task RetryAsync(StoredDelivery delivery, int version, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            database.Execute(connection, "update reading set reader_version = 0 where delivery_id = $id", ("id", delivery.Id));
            Unmark(connection, delivery.Delivery.Source, version, judges: delivery.Outcome == "facts");
            return true;
        },
        cancellation);

    /// <summary>
    /// Asks for every unreadable delivery of a source, or of all, to be read again; answers how many there are of each.
    /// </summary>
    /// <param name="source">Null for all.</param>
    /// <param name="version">That of a source's reader; null where it has none, then its deliveries stay as they are.</param>
    public Task<ImmutableArray<(string Source, long Deliveries)>> RetryUnreadableAsync(
        string? source, Func<string, int?> version, CancellationToken cancellation) =>
        database.WriteAsync<ImmutableArray<(string, long)>>(
            connection =>
            {
                var found = List(
                    connection, "unreadable_by_source", row => (row.GetString(0), row.Count(1)), ("source", source ?? ""))
                    .Where(one => version(one.Item1) is not null).ToImmutableArray();
                foreach (var (name, _) in found)
                {
                    database.Execute(connection, Queries.Text("retry_unreadable"), ("source", name));
                    Unmark(connection, name, version(name)!.Value, judges: false);
                }

                return found;
            },
            cancellation);

    /// <summary>How many deliveries of a source could not be read and are kept.</summary>
    public async Task<long> UnreadableAsync(string source, CancellationToken cancellation) =>
        (await AskAsync("unreadable_by_source", row => row.Count(1), cancellation, ("source", source))).Sum();

    void Mark(DbConnection connection, ReaderMark mark)
    {
        if (database.Scalar(connection, "select count(*) from reader where source = $source", ("source", mark.Source)) == 0)
            database.Execute(connection, "insert into reader values ($source, 0, false, false, 0)", ("source", mark.Source));
        database.Execute(
            connection, "update reader set version = $version, is_whole = $whole, judges = $judges where source = $source",
            ("source", mark.Source), ("version", mark.Version), ("whole", mark.IsWhole), ("judges", mark.Judges));
    }

    void Unmark(DbConnection connection, string source, int version, bool judges)
    {
        if (database.Scalar(connection, "select count(*) from reader where source = $source", ("source", source)) == 0)
            database.Execute(
                connection, "insert into reader values ($source, $version, false, false, 0)", ("source", source),
                ("version", version));
        database.Execute(
            connection,
            "update reader set is_whole = false, judges = judges or $judges, asked = asked + 1 where source = $source",
            ("source", source), ("judges", judges));
    }
}
