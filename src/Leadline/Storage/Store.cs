using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Storage;

/// <summary>Where everything is kept. Methods are named for questions; SQL stays in here.</summary>
public sealed class Store : IAsyncDisposable
{
    /// <summary>Opens <c>duckdb:FILE</c> or <c>duckdb::memory:</c>, making and migrating the schema.</summary>
    /// <exception cref="StoreException">It is held by another process, is newer than this program, or cannot be read; the message says what to do.</exception>
    public static Task<Store> OpenAsync(string address, CancellationToken cancellation) => throw new NotImplementedException();

    // The delivery log.

    /// <summary>Appends in one durable transaction; answers for each the id and whether it was known already.</summary>
    public Task<ImmutableArray<AppendedDelivery>> AppendAsync(IReadOnlyList<NewDelivery> deliveries, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The deliveries after the reading cursor, oldest first.</summary>
    public Task<ImmutableArray<StoredDelivery>> UnreadAsync(int limit, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<StoredDelivery?> DeliveryAsync(long id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// Saves the facts and outcomes of these deliveries, in place of what an earlier reading gave, marks the touched services as stale
    /// and moves the cursor: one transaction, so that a crash neither loses nor doubles a reading or the need to judge it.
    /// </summary>
    public Task SaveReadingsAsync(IReadOnlyList<ReadDelivery> readings, IReadOnlyCollection<ServiceName> touched, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Puts the cursor back to the beginning, so that every stored delivery is read again.</summary>
    public Task RewindAsync(CancellationToken cancellation) => throw new NotImplementedException();

    // Facts and judgement.

    /// <summary>The services of the definitions, or those that the facts speak of where none are defined.</summary>
    public Task<ServiceMap> ServiceMapAsync(Definitions definitions, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Everything known of one service.</summary>
    public Task<ServiceFacts> FactsOfAsync(ServiceDefinition service, ServiceMap map, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The services whose judgement is older than their facts, each with the mark to clear once it is judged.</summary>
    public Task<ImmutableArray<StaleService>> StaleAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Marks every service as stale: after a change of the definitions.</summary>
    public Task MarkAllStaleAsync(ServiceMap map, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// Replaces a service's judged rows, clears its mark unless it was marked again meanwhile, and raises <see cref="DataVersion"/>: one transaction.
    /// </summary>
    /// <param name="mark">From <see cref="StaleAsync"/>, asked before the facts were read; null clears nothing.</param>
    public Task SaveJudgementAsync(ServiceDefinition service, Judgement judgement, long? mark, CancellationToken cancellation) =>
        throw new NotImplementedException();

    // Answers.

    public Task<Page<LedgerEntry>> LedgerAsync(RowsQuery query, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Null where no ledger row has this id.</summary>
    public Task<DeploymentDetail?> DeploymentAsync(string deploymentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Incidents of the window, linked and unlinked, newest first.</summary>
    public Task<Page<BlameEntry>> IncidentsAsync(RowsQuery query, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The rows that a metric's number is made of; its name as in <see cref="MetricsReader.SeriesAsync"/>.</summary>
    public Task<Explanation> ExplainAsync(string metric, RowsQuery query, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ImmutableArray<ServiceEntry>> ServicesAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ImmutableArray<SourceHealth>> SourcesAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public Task<StoreHealth> HealthAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public Task<Page<DeliveryReference>> DeliveriesAsync(string? outcome, string? cursor, int limit, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>When the newest counted deployment succeeded, over all services or those given; null without one.</summary>
    public Task<DateTimeOffset?> NewestDeploymentAsync(ImmutableArray<string>? services, string environment, CancellationToken cancellation) =>
        throw new NotImplementedException();

    // Definitions, tokens and settings of the store itself.

    /// <summary>Keeps the definitions as in force from now on, unless they already are. True when they changed.</summary>
    public Task<bool> KeepDefinitionsAsync(string hash, string text, DateTimeOffset now, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ImmutableArray<DefinitionsVersion>> DefinitionsHistoryAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The salt of this store's hashes of people: 32 random bytes, made once.</summary>
    public Task<byte[]> SaltAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <param name="hash">SHA-256 of the token; the token itself is never kept.</param>
    public Task AddTokenAsync(string name, string scope, byte[] hash, DateTimeOffset now, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ImmutableArray<StoredToken>> TokensAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Removes a token; false where none has the name.</summary>
    public Task<bool> RemoveTokenAsync(string name, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Empties the bodies of unreadable deliveries older than <paramref name="unreadableBefore"/>, and of all older than
    /// <paramref name="before"/> where given; their outcomes and facts stay. Answers how many.</summary>
    public Task<long> DropBodiesAsync(DateTimeOffset unreadableBefore, DateTimeOffset? before, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Rises with every change of a judged row; the ETag of every answer.</summary>
    public long DataVersion => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>A store that cannot be used, in a sentence for the person who asked for it.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="DedupeKey">By which a repetition is known.</param>
/// <param name="Delivery">After the scrub.</param>
public sealed record NewDelivery(string DedupeKey, Delivery Delivery);

public sealed record AppendedDelivery(long Id, bool Known);

/// <param name="ReaderVersion">0 while unread.</param>
/// <param name="Outcome"><c>unread</c>, <c>facts</c>, <c>ignored</c> or <c>unreadable</c>.</param>
public sealed record StoredDelivery(long Id, Delivery Delivery, int ReaderVersion, string Outcome, string? Because);

public sealed record ReadDelivery(long Id, int ReaderVersion, Reading Reading);

/// <param name="Mark">Rises each time the service becomes stale.</param>
public sealed record StaleService(ServiceName Service, long Mark);

/// <param name="Scope"><c>ingest</c>, <c>read</c> or <c>admin</c>.</param>
public sealed record StoredToken(string Name, string Scope, byte[] Hash, DateTimeOffset CreatedAt);
