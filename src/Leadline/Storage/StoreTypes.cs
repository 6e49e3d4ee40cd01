using Leadline.Core;

namespace Leadline.Storage;

/// <summary>A store that cannot be used, in a sentence for the person who asked for it.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="DedupeKey">By which a repetition is known.</param>
/// <param name="Delivery">After the scrub.</param>
public sealed record NewDelivery(string DedupeKey, Delivery Delivery);

public sealed record AppendedDelivery(long Id, bool Known);

/// <param name="ReaderVersion">0 while unread.</param>
/// <param name="Outcome"><c>unread</c>, <c>facts</c>, <c>ignored</c> or <c>unreadable</c>.</param>
public sealed record StoredDelivery(long Id, Delivery Delivery, int ReaderVersion, string Outcome, string? Because)
{
    /// <summary>How many facts it gave; null while unread.</summary>
    public int? Facts { get; init; }

    /// <summary>False where the body was dropped when its time was over.</summary>
    public bool IsKept { get; init; } = true;
}

public sealed record ReadDelivery(long Id, int ReaderVersion, Reading Reading)
{
    /// <summary>Whose it is; null where nobody asks by which version a source was read.</summary>
    public string? Source { get; init; }
}

/// <param name="Mark">Rises each time the service becomes stale.</param>
public sealed record StaleService(ServiceName Service, long Mark);

/// <param name="Scope"><c>ingest</c>, <c>read</c>, <c>override</c> or <c>admin</c>.</param>
public sealed record StoredToken(string Name, string Scope, byte[] Hash, DateTimeOffset CreatedAt);

/// <param name="Environment">Where the deployment stood in the ledger.</param>
/// <param name="By">The name of a token, or <c>local</c>; never a person.</param>
public sealed record NewOverride(
    OverrideKind Kind, ServiceName Service, string? Environment, string? DeploymentId, string? IncidentId, string Reason,
    string By);

public enum Undoing { Done, DoneBefore, Unknown }

/// <param name="Mark">From <see cref="Store.StaleAsync"/>, asked before the facts were read; null clears nothing.</param>
/// <param name="IsRemoved">Whether the definitions no longer have the service; then nothing of it stays.</param>
public sealed record JudgedService(ServiceDefinition Service, Judgement Judgement, long? Mark, bool IsRemoved = false);
