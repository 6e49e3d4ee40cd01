using System.Collections.Immutable;
using Leadline.Core;

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

    /// <summary>Saves the facts and outcomes of these deliveries, in place of what an earlier reading gave, and moves the cursor: one transaction.</summary>
    public Task SaveReadingsAsync(IReadOnlyList<ReadDelivery> readings, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Puts the cursor back to the beginning, so that every stored delivery is read again.</summary>
    public Task RewindAsync(CancellationToken cancellation) => throw new NotImplementedException();

    // Facts and judgement.

    /// <summary>The services of the definitions, or those that the facts speak of where none are defined.</summary>
    public Task<ServiceMap> ServiceMapAsync(Definitions definitions, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Everything known of one service.</summary>
    public Task<ServiceFacts> FactsOfAsync(ServiceDefinition service, ServiceMap map, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Replaces a service's judged rows in one transaction and raises <see cref="DataVersion"/>.</summary>
    public Task SaveJudgementAsync(ServiceDefinition service, Judgement judgement, CancellationToken cancellation) => throw new NotImplementedException();

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
