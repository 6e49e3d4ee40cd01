using System.Diagnostics;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Telemetry;

namespace Leadline.Ingest;

/// <summary>Reads what the log holds into facts, from the cursor on, and judges the services that they touch.</summary>
/// <param name="judges">How many services are judged at the same time; a server that also answers leaves processors free for
/// that.</param>
/// <param name="commits">The spans of the commits that stored the deliveries up to this id.</param>
/// <param name="sources">Who reads; the catalogue where null.</param>
public sealed partial class Readings(
    Store store, Definitions definitions, ILogger logger, Func<ServiceFacts, Definitions, Judgement>? judge = null,
    int? judges = null,
    Func<long, IEnumerable<ActivityContext>>? commits = null, KnownSources? sources = null)
{
    /// <summary>The most deliveries of one batch.</summary>
    public const int AtOnce = 2048;

    const int ServicesAtOnce = 12;

    // Whoever drains beside the server's own loop must not read the same deliveries at the same time.
    readonly SemaphoreSlim turn = new(1, 1);

    readonly Func<ServiceFacts, Definitions, Judgement> judge = judge ?? Correlator.Judge;

    readonly ReadingAgain again = new(store, logger, (sources ?? KnownSources.OfCatalogue).Readers);

    // Judging is pure: what failed at a mark fails again until the service has a new one.
    readonly Dictionary<ServiceName, long> failed = [];

    ServiceMap? map;

    /// <summary>Reads one batch; answers how many deliveries it held.</summary>
    public async Task<int> ReadAsync(CancellationToken cancellation)
    {
        var unread = await store.UnreadAsync(AtOnce, cancellation);
        if (unread.IsEmpty) return 0;
        using var work = Work.Reading(unread.Length, commits?.Invoke(unread[^1].Id) ?? []);
        List<ReadDelivery> readings = [.. unread.Select(delivery => Read(delivery, logger, sources))];
        work.Tell("leadline.delivery.facts", readings.Count(reading => reading.Reading is FactsReading))
            .Tell("leadline.delivery.ignored", readings.Count(reading => reading.Reading is IgnoredReading))
            .Tell("leadline.delivery.unreadable", readings.Count(reading => reading.Reading is UnreadableReading));
        await store.SaveReadingsAsync(readings, await TouchedAsync(readings, cancellation), cancellation);
        work.Done();
        return unread.Length;
    }

    /// <summary>The services that these facts can change.</summary>
    async Task<IReadOnlyCollection<ServiceName>> TouchedAsync(IEnumerable<ReadDelivery> readings, CancellationToken cancellation)
    {
        var facts = readings.Select(reading => reading.Reading).OfType<FactsReading>().SelectMany(reading => reading.Facts)
            .ToList();
        var deployed = await store.DeployedFromAsync(facts.OfType<CommitFact>(), cancellation);
        map = definitions.Services.IsEmpty ? null : map ?? await store.ServiceMapAsync(definitions, cancellation);
        if (map is not null) return Touched(map, [.. facts, .. deployed]);

        // Where no services are defined, new facts may speak of new ones: the map is made of what was stored and of these.
        var known = await store.ServiceMapAsync(definitions, cancellation);
        var declared = facts.OfType<DeploymentFact>().Where(fact => fact.Service is not null)
            .Select(fact => (fact.Service!, fact.Repository));
        var grown = new ServiceMap(
            definitions,
            known.Services.SelectMany(service =>
                service.Repositories.IsEmpty ? [(service.Name.Value, (RepositoryName?)null)]
                    : service.Repositories.Where(repository => repository.Value != service.Name.Value)
                        .Select(repository => (service.Name.Value, (RepositoryName?)repository))).Concat(declared),
            known.Services.SelectMany(service => service.Repositories)
                .Concat(facts.Select(fact => fact.OfRepository()).OfType<RepositoryName>()).Distinct());
        return [.. Touched(grown, [.. facts, .. deployed]).Concat(Touched(known, facts)).Distinct()];
    }

    /// <summary>Judges every service whose facts are newer than its judgement; answers how many.</summary>
    /// <exception cref="AggregateException">Some could not be judged; the others were, and those are not tried again before they
    /// have new facts.</exception>
    public async Task<int> JudgeAsync(CancellationToken cancellation)
    {
        var stale = (await store.StaleAsync(cancellation)).Where(
            one => !failed.TryGetValue(one.Service, out var mark) || mark != one.Mark).ToList();
        if (stale.Count == 0) return 0;
        var errors = new List<Exception>();
        var services = await store.ServiceMapAsync(definitions, cancellation);
        var done = 0;
        foreach (var batch in stale.Chunk(ServicesAtOnce))
        {
            var began = Stopwatch.GetTimestamp();
            var judged = await JudgeAsync(batch, services, errors, cancellation);
            done += judged;

            // Half of the time belongs to those who ask.
            if (judges is not null && judged > 0) await Task.Delay(Stopwatch.GetElapsedTime(began), cancellation);
        }

        return errors.Count == 0 ? done : throw new AggregateException(errors);
    }

    async Task<int> JudgeAsync(StaleService[] batch, ServiceMap services, List<Exception> errors, CancellationToken cancellation)
    {
        // What another server judges is left to it. What it judged meanwhile is no longer stale.
        await using var claim = await store.ClaimAsync(batch.Select(one => one.Service), cancellation);
        var still = (await store.StaleAsync(cancellation)).ToDictionary(one => one.Service);
        var ours = batch.Where(one => claim.Holds(one.Service) && still.ContainsKey(one.Service))
            .Select(one => still[one.Service]).ToList();
        if (ours.Count == 0) return 0;
        using var work = Work.Judging(ours.Count);

        // A service that another source writes in other letters bears one of the names; under the other it is gone.
        var named =
            ours.Select(one =>
                (One: one, Service: services.Find(one.Service.Value) is { } found && found.Name == one.Service ? found : null))
                .ToList();
        var known = named.Where(pair => pair.Service is not null).ToList();
        var facts = await store.FactsOfAsync([.. known.Select(pair => pair.Service!)], services, cancellation);
        var judged = await JudgeAsync(facts, cancellation);
        foreach (var (pair, (_, error)) in known.Zip(judged))
        {
            if (error is null) continue;
            failed[pair.One.Service] = pair.One.Mark;
            errors.Add(new InvalidOperationException($"{pair.One.Service} could not be judged: {error.Message}", error));
        }

        work.Tell("leadline.commit.count", facts.Sum(one => one.Commits.Count))
            .Tell("leadline.ledger_row.count", judged.Sum(one => one.Judgement?.Ledger.Length ?? 0));
        var nothing = new Judgement([], [], []);
        await store.SaveJudgementsAsync(
            [
                .. known.Zip(judged).Where(pair => pair.Second.Judgement is not null)
                    .Select(pair => new JudgedService(pair.First.Service!, pair.Second.Judgement!, pair.First.One.Mark)),
                .. named.Where(pair => pair.Service is null)
                    .Select(pair =>
                        new JudgedService(
                            new ServiceDefinition { Name = pair.One.Service }, nothing, pair.One.Mark, IsRemoved: true)),
            ],
            cancellation);
        if (judged.All(one => one.Error is null)) work.Done();
        return ours.Count;
    }

    /// <summary>Reads and judges until there is nothing left to do.</summary>
    /// <param name="progress">Told how many deliveries were read so far.</param>
    public Task DrainAsync(Action<int>? progress, CancellationToken cancellation) =>
        RoundAsync(int.MaxValue, progress, cancellation);

    /// <summary>
    /// Reads until there is nothing left or so many batches were read; where nothing new waits, as many of what is to be read
    /// again; then judges. True where more may wait to be read.
    /// </summary>
    public async Task<bool> RoundAsync(int batches, Action<int>? progress, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var total = 0;
            var left = batches;
            await using var reading = await store.ClaimReadingAsync(cancellation);
            while (reading is not null && left > 0 && await ReadAsync(cancellation) is > 0 and var count)
            {
                left--;
                progress?.Invoke(total += count);
            }

            var isMore = left == 0 || (reading is not null && await ReadAgainAsync(batches, cancellation));
            await JudgeAsync(cancellation);
            return isMore;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads again what earlier readers read, so many batches of it; true where more is left.</summary>
    async Task<bool> ReadAgainAsync(int batches, CancellationToken cancellation)
    {
        for (var left = batches; left > 0; left--)
        {
            var deliveries = await again.NextAsync(() => store.ServiceMapAsync(definitions, cancellation), cancellation);
            if (deliveries.IsEmpty) return false;
            List<ReadDelivery> readings = [.. deliveries.Select(delivery => Read(delivery, logger, sources))];

            // Facts that are replaced may have spoken of other services: those are all judged in the end.
            var fresh = readings.Zip(deliveries).Where(pair => pair.Second.Outcome != "facts").Select(pair => pair.First);
            await store.SaveReadingsAgainAsync(readings, await TouchedAsync(fresh, cancellation), cancellation);
            again.Done(deliveries);
        }

        return true;
    }

    /// <summary>
    /// Judges one service ahead of the others. False where it could not be done while somebody waits: it is stale still, and
    /// judged in its turn.
    /// </summary>
    public async Task<bool> JudgeAsync(ServiceName service, TimeSpan patience, CancellationToken cancellation)
    {
        if (!await turn.WaitAsync(patience, cancellation)) return false;

        // A large service is judged to its end, whether or not somebody still waits for it.
        var judging = Task.Run(() => JudgeInTurnAsync(service), CancellationToken.None);
        return await Task.WhenAny(judging, Task.Delay(patience, cancellation)) == judging && await judging;
    }

    async Task<bool> JudgeInTurnAsync(ServiceName service)
    {
        try
        {
            var stale = (await store.StaleAsync(CancellationToken.None)).Where(one => one.Service == service).ToArray();
            if (stale.Length == 0) return true;
            var errors = new List<Exception>();
            return await JudgeAsync(
                stale, await store.ServiceMapAsync(definitions, CancellationToken.None), errors,
                CancellationToken.None) > 0 && errors.Count == 0;
        }
        catch (Exception error)
        {
            // It stays marked, and the loop that tries it again says so.
            Log.JudgingFailed(logger, error, service);
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Judges these on threads of their own: in the pool they would keep requests waiting.</summary>
    async Task<(Judgement? Judgement, Exception? Error)[]> JudgeAsync(
        IReadOnlyList<ServiceFacts> facts, CancellationToken cancellation)
    {
        var judged = new (Judgement?, Exception?)[facts.Count];
        var next = -1;
        await Task.WhenAll(
            Enumerable.Range(0, Math.Min(facts.Count, judges ?? Environment.ProcessorCount)).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    for (var i = Interlocked.Increment(ref next); i < judged.Length; i = Interlocked.Increment(ref next))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        judged[i] = Judge(facts[i]);
                    }
                },
                cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return judged;
    }

    (Judgement? Judgement, Exception? Error) Judge(ServiceFacts facts)
    {
        try
        {
            return (judge(facts, definitions), null);
        }
        catch (Exception error)
        {
            // The facts of one service must not keep the others from being judged.
            return (null, error);
        }
    }

    /// <summary>What the source's reader makes of it; whatever the reader throws is an outcome too.</summary>
    internal static ReadDelivery Read(StoredDelivery stored, ILogger logger, KnownSources? sources = null)
    {
        var (version, reading) = Read(stored, (sources ?? KnownSources.OfCatalogue).Find(stored.Delivery.Source), logger);
        return new ReadDelivery(stored.Id, version, reading) { Source = stored.Delivery.Source };
    }

    static (int Version, Reading Reading) Read(StoredDelivery stored, SourceReader? reader, ILogger logger)
    {
        if (reader is null) return (1, Reading.Unreadable($"there is no source {stored.Delivery.Source}"));
        try
        {
            if (stored.Delivery.Body.IsEmpty)
                return (reader.Version, Reading.Unreadable("the body is empty, or was dropped when its time was over"));
            return (reader.Version, reader.Read(stored.Delivery));
        }
        catch (JsonException error)
        {
            return (reader.Version, Reading.Unreadable(JsonSentence.Of(error)));
        }
        catch (FormatException error)
        {
            return (reader.Version, Reading.Unreadable(error.Message));
        }
        catch (NullReferenceException) when (BodyFaults.HasNullEntry(stored.Delivery.Body.Span))
        {
            return (reader.Version, Reading.Unreadable("a list in it holds null where the source promises an entry"));
        }
        catch (InvalidOperationException) when (BodyFaults.HasBrokenText(stored.Delivery.Body.Span))
        {
            return (reader.Version, Reading.Unreadable("a text in it is not UTF-8, or holds half a character"));
        }
        catch (Exception error)
        {
            // A reader's own mistake must not stop the others; the delivery is kept and can be read again by a better one.
            Log.ReaderFailed(logger, error, stored.Delivery.Source, stored.Id);
            return (reader.Version, Reading.Unreadable($"the reader failed: {error.Message}"));
        }
    }

    static List<ServiceName> Touched(ServiceMap map, IEnumerable<Fact> facts) =>
        [.. facts.SelectMany(fact => map.ServicesOf(fact)).Select(service => service.Name).Distinct()];

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The reader of {Source} failed on delivery {Id}")]
        public static partial void ReaderFailed(ILogger logger, Exception error, string source, long id);

        [LoggerMessage(LogLevel.Error, "{Service} could not be judged and will be tried again")]
        public static partial void JudgingFailed(ILogger logger, Exception error, ServiceName service);
    }
}
