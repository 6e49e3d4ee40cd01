using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Leadline.Core;

/// <summary>One message as a source sent it, by webhook, file or polled page.</summary>
public sealed class Delivery
{
    public required string Source { get; init; }

    /// <summary>Header names are compared without regard to case.</summary>
    public required ImmutableDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>
    /// The header that stands for <c>?token=</c> in the address, in which senders that can set no header have their secret. None
    /// that is sent can be called so.
    /// </summary>
    public const string AddressToken = "?token";

    public static readonly ImmutableDictionary<string, string> NoHeaders =
        ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The header's value, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is not JSON, or breaks a promise of the record (the message names the
    /// field).</exception>
    public T Json<T>(JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(Body.Span, type) ?? throw new JsonException("the body is the JSON literal null");
}

/// <summary>What a reader made of a delivery: facts, <see cref="IgnoredReading"/> or <see cref="UnreadableReading"/>.</summary>
public abstract record Reading
{
    public static Reading Of(params ImmutableArray<Fact> facts) => new FactsReading(facts);

    /// <param name="because">A sentence part that ends "ignored because …".</param>
    public static Reading Ignored(string because) => new IgnoredReading(because);

    public static Reading Unreadable(string because) => new UnreadableReading(because);
}

public sealed record FactsReading(ImmutableArray<Fact> Facts) : Reading;

public sealed record IgnoredReading(string Because) : Reading;

public sealed record UnreadableReading(string Because) : Reading;
