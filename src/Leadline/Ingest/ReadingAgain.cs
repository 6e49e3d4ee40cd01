using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>
/// What earlier versions of the readers read: finds it, hands it out a batch at a time and remembers when a source is done. How
/// far it is stands in the readings themselves, each with its version, so that whoever comes after a crash goes on where it
/// ended. For whoever has the claim on reading.
/// </summary>
sealed partial class ReadingAgain(Store store, ILogger logger, ImmutableArray<SourceReader> readers)
{
    const int IdsAtOnce = 50_000, BatchesBetweenLines = 10;

    // Of these, readings of other versions stay as they are: no need to look again before somebody asks for it.
    readonly Dictionary<string, long> others = [];

    // Where versions have no order, the last server that started is right, and none takes back what a later one did.
    readonly HashSet<string> settled = [];

    Work? current;

    /// <summary>The next deliveries to be read again; none where nothing is left.</summary>
    /// <param name="services">Asked where all services are to be judged.</param>
    public async Task<ImmutableArray<StoredDelivery>> NextAsync(Func<Task<ServiceMap>> services, CancellationToken cancellation)
    {
        while (true)
        {
            current ??= await BeginAsync(services, cancellation);
            if (current is not { } work) return [];
            if (work.Ids.IsEmpty)
                work.Ids = await store.OutdatedAsync(work.Reader.Source, work.Versions, work.Last, IdsAtOnce, cancellation);
            if (work.Ids.IsEmpty)
            {
                current = null;
                if (await store.EndReadingAgainAsync(work.Reader.Source, work.Reader.Version, await services(), cancellation))
                    Log.Done(logger, work.Total, work.Reader.Source);
                Settle(work.Reader);
                continue;
            }

            var asked = work.Ids.Length > Readings.AtOnce ? work.Ids[..Readings.AtOnce] : work.Ids;
            var found = await store.ReadDeliveriesAsync(asked, cancellation);

            // Large bodies come a few at a time; of what is gone meanwhile nothing comes.
            var last = found.IsEmpty ? asked[^1] : found[^1].Id;
            work.Ids = work.Ids.RemoveRange(0, work.Ids.Count(id => id <= last));
            work.Last = last;

            // Another server may have read some of them since we asked.
            found = found.RemoveAll(delivery => !IsOutdated(work.Reader, delivery.ReaderVersion));
            if (!found.IsEmpty) return found;
        }
    }

    /// <summary>Counts what was read again and saved.</summary>
    public void Done(ImmutableArray<StoredDelivery> deliveries)
    {
        if (current is not { } work) return;
        work.Read += deliveries.Length;
        if (++work.Batches % BatchesBetweenLines == 0) Log.Progress(logger, work.Read, work.Total, work.Reader.Source);
    }

    /// <summary>
    /// The first source of which something is to be read again; null where there is none. That nothing is, is remembered.
    /// </summary>
    async Task<Work?> BeginAsync(Func<Task<ServiceMap>> services, CancellationToken cancellation)
    {
        var marks = (await store.ReaderMarksAsync(cancellation)).ToDictionary(mark => mark.Source);
        var open = readers.Where(reader => IsOpen(reader, marks.GetValueOrDefault(reader.Source))).ToList();
        foreach (var reader in readers.Except(open)) Settle(reader);
        if (open.Count == 0) return null;
        var versions = (await store.ReaderVersionsAsync([.. open.Select(reader => reader.Source)], cancellation)).ToLookup(
            one => one.Source);
        foreach (var reader in open)
        {
            var (known, mark) = (versions[reader.Source].ToList(), marks.GetValueOrDefault(reader.Source));
            var outdated = known.Where(one => IsOutdated(reader, one.Version)).ToList();
            if (outdated.Count > 0)
            {
                var (total, left) = (known.Sum(one => one.Deliveries), outdated.Sum(one => one.Deliveries));
                await store.MarkReaderAsync(
                    new ReaderMark(
                        reader.Source, reader.Version, IsWhole: false,
                        Judges: mark?.Judges == true || outdated.Any(one => one.WithFacts > 0)), cancellation);
                Log.Progress(logger, total - left, total, reader.Source);
                return new Work(reader, [.. outdated.Select(one => one.Version)], total) { Read = total - left };
            }

            if (mark is null && known.All(one => one.Version == reader.Version))
                await store.MarkNewReaderAsync(reader.Source, reader.Version, cancellation);
            else if (!await store.EndReadingAgainAsync(reader.Source, reader.Version, await services(), cancellation)
                && known.Any(one => one.Version != reader.Version))
                others[reader.Source] = mark?.Asked ?? 0;
            Settle(reader);
        }

        return null;
    }

    /// <summary>How far each source is of which something waits to be read again; whoever reads it is asked nothing.</summary>
    public static async Task<ImmutableDictionary<string, ReadingAgainState>> StateAsync(
        Store store, ImmutableArray<SourceReader> readers, CancellationToken cancellation)
    {
        var marks = (await store.ReaderMarksAsync(cancellation)).ToDictionary(mark => mark.Source);
        var open =
            readers.Where(reader =>
                marks.GetValueOrDefault(reader.Source) is not { IsWhole: true } mark
                    || reader.IsOutdated(mark.Version)).ToDictionary(reader => reader.Source);
        if (open.Count == 0) return ImmutableDictionary<string, ReadingAgainState>.Empty;
        return (await store.ReaderVersionsAsync(open.Keys, cancellation)).GroupBy(one => one.Source)
            .Select(source =>
                (source.Key, Left: source.Where(one => open[source.Key].IsOutdated(one.Version))
                    .Sum(one => one.Deliveries), Total: source.Sum(one => one.Deliveries)))
            .Where(source => source.Left > 0)
            .ToImmutableDictionary(
                source => source.Key, source => new ReadingAgainState(source.Total - source.Left, source.Total));
    }

    /// <summary>
    /// Whether somebody has to look: nobody did, or not everything was read by this version, or all by one that it replaces.
    /// </summary>
    bool IsOpen(SourceReader reader, ReaderMark? mark)
    {
        if (others.TryGetValue(reader.Source, out var asked) && asked == (mark?.Asked ?? 0)) return false;
        if (mark is null) return true;
        return mark.Version == reader.Version || settled.Contains(reader.Source) ? !mark.IsWhole
            : reader.IsOutdated(mark.Version);
    }

    /// <summary>Whether it is to be read again; 0 is the version of what somebody asked for.</summary>
    bool IsOutdated(SourceReader reader, int version) =>
        settled.Contains(reader.Source) ? version == 0 : reader.IsOutdated(version);

    void Settle(SourceReader reader)
    {
        if (reader.IsOutdated(int.MaxValue)) settled.Add(reader.Source);
    }

    sealed record Work(SourceReader Reader, ImmutableArray<int> Versions, long Total)
    {
        public ImmutableArray<long> Ids { get; set; } = [];
        public long Last { get; set; }
        public long Read { get; set; }
        public int Batches { get; set; }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Reading again: {Done:N0} of {Total:N0} of {Source}")]
        public static partial void Progress(ILogger logger, long done, long total, string source);

        [LoggerMessage(LogLevel.Information, "All {Total:N0} of {Source} are read by its reader of today")]
        public static partial void Done(ILogger logger, long total, string source);
    }
}
