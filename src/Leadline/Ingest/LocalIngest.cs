using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>What becomes of a delivery that no server takes: the store is this process's own, so each step is done at once.</summary>
public sealed class LocalIngest(Store store, Definitions definitions, TimeProvider clock)
{
    const int AtATime = 64;

    /// <summary>A delivery that is scrubbed and read, and not stored yet: what several processors can do side by side.</summary>
    public sealed record Prepared(NewDelivery Delivery, int ReaderVersion, Reading Reading);

    public static Prepared Prepare(SourceReader reader, ReadOnlyMemory<byte> body, Scrub scrub, DateTimeOffset now)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(reader.Source + "\n"), .. body.Span]));
        var delivery = new Delivery { Source = reader.Source, Headers = Delivery.NoHeaders, Body = scrub.Apply(body, reader.Personal), ReceivedAt = now };
        return new Prepared(new NewDelivery(key, delivery), reader.Version, Read(reader, delivery));
    }

    /// <summary>Stores these deliveries and what they say.</summary>
    /// <returns>For each, whether it was known already.</returns>
    public async Task<bool[]> StoreAsync(IReadOnlyList<Prepared> prepared, CancellationToken cancellation)
    {
        var appended = await store.AppendAsync([.. prepared.Select(one => one.Delivery)], cancellation);
        var readings = appended.Zip(prepared)
            .Where(pair => !pair.First.Known)
            .Select(pair => new ReadDelivery(pair.First.Id, pair.Second.ReaderVersion, pair.Second.Reading))
            .ToList();
        if (readings.Count > 0) await store.SaveReadingsAsync(readings, [], cancellation);
        return [.. appended.Select(one => one.Known)];
    }

    /// <summary>Reads what is stored and not read yet.</summary>
    /// <param name="read">Is told after each step how many were read in it.</param>
    /// <returns>How many had facts, were ignored and were unreadable.</returns>
    public async Task<(long Facts, long Ignored, long Unreadable)> CatchUpAsync(Action<int>? read, CancellationToken cancellation)
    {
        var (facts, ignored, unreadable) = (0L, 0L, 0L);
        while (await store.UnreadAsync(AtATime, cancellation) is { Length: > 0 } unread)
        {
            var readings = unread
                .Select(stored => Catalogue.Find(stored.Delivery.Source) is { } reader
                    ? new ReadDelivery(stored.Id, reader.Version, Read(reader, stored.Delivery))
                    : new ReadDelivery(stored.Id, 0, Reading.Unreadable($"no reader is named {stored.Delivery.Source}")))
                .ToList();
            await store.SaveReadingsAsync(readings, [], cancellation);
            facts += readings.Count(reading => reading.Reading is FactsReading);
            ignored += readings.Count(reading => reading.Reading is IgnoredReading);
            unreadable += readings.Count(reading => reading.Reading is UnreadableReading);
            read?.Invoke(readings.Count);
        }

        return (facts, ignored, unreadable);
    }

    /// <summary>Judges every service by the definitions, and keeps them as the ones in force.</summary>
    /// <returns>How many services there are.</returns>
    public async Task<int> JudgeAsync(CancellationToken cancellation)
    {
        await store.KeepDefinitionsAsync(DefinitionsHash.Of(definitions), definitions.ToString(), clock.GetUtcNow(), cancellation);
        var map = await store.ServiceMapAsync(definitions, cancellation);
        await store.MarkAllStaleAsync(map, cancellation);
        var marks = (await store.StaleAsync(cancellation)).ToDictionary(stale => stale.Service, stale => stale.Mark);
        var services = map.Services
            .Concat(marks.Keys.Where(name => map.Find(name.Value) is null).Select(name => new ServiceDefinition { Name = name }))
            .ToList();
        foreach (var some in services.Chunk(AtATime))
        {
            var facts = await store.FactsOfAsync(some, map, cancellation);
            await store.SaveJudgementsAsync(
                [.. some.Zip(facts, (service, known) => new JudgedService(service, Correlator.Judge(known, definitions), marks.TryGetValue(service.Name, out var mark) ? mark : null))],
                cancellation);
        }

        return map.Services.Length;
    }

    static Reading Read(SourceReader reader, Delivery delivery)
    {
        try
        {
            return reader.Read(delivery);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever a reader throws says that its source broke a promise; the others are still to be read.
            return Reading.Unreadable(exception.Message);
        }
    }
}
