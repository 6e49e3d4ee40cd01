using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources;

/// <summary>
/// Turns one source's deliveries into facts. A pure function of the delivery: no I/O, clock, logger or options; it maps and does
/// not judge. Whatever it throws, the host counts as unreadable.
/// </summary>
public abstract class SourceReader
{
    /// <summary>The name in the delivery's address and in <c>leadline.yaml</c>: lower case.</summary>
    public abstract string Source { get; }

    /// <summary>
    /// Raised whenever the same delivery gives another reading than before, so that stored deliveries are read again.
    /// </summary>
    public abstract int Version { get; }

    /// <summary>
    /// Whether what was read by this version is to be read again: by an earlier one. What a later one read is left to the
    /// servers that know it. Where versions have no order, any other one.
    /// </summary>
    public virtual bool IsOutdated(int version) => version < Version;

    /// <summary>What a person wants to know who connects it. A source without one is listed by its name alone.</summary>
    public virtual SourceDescription About => new(Source, "", "");

    /// <summary>Where people stand in the bodies of this source.</summary>
    public abstract PersonalFields Personal { get; }

    /// <summary>Names of the headers that are kept with the delivery; no secret is among them.</summary>
    public abstract ImmutableArray<string> KeptHeaders { get; }

    /// <summary>Whether the delivery proves that its sender knows the secret; compared in constant time.</summary>
    public abstract bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret);

    /// <summary>
    /// What of the delivery is kept: all of it, but where a source sends much that nothing is measured in. Asked once it is
    /// authentic, before everything else; it never throws.
    /// </summary>
    public virtual Delivery Kept(Delivery delivery) => delivery;

    /// <summary>The sender's own id of the delivery, by which a repetition is known; null where it has none.</summary>
    public virtual string? DedupeKey(Delivery delivery) => null;

    public abstract Reading Read(Delivery delivery);
}

/// <summary>A source as lists and documents name it.</summary>
/// <param name="Title">As its maker writes it.</param>
/// <param name="Sends">What is read of it, in words.</param>
/// <param name="Proof">How a delivery proves that its sender knows the secret, in words.</param>
public sealed record SourceDescription(string Title, string Sends, string Proof)
{
    /// <summary>The events to switch on, as the maker calls them; null where there is nothing to choose.</summary>
    public string? Events { get; init; }
}

/// <summary>Which JSON fields hold people.</summary>
/// <param name="People">
/// Fields whose whole value (an object, or a list of them) is a person: every string in it is hashed but a <c>type</c> and
/// a <c>date</c>.
/// </param>
/// <param name="Strings">Fields that hold a person's name, login, address or picture, wherever they stand.</param>
/// <param name="Texts">
/// Fields of free text, in which the names found elsewhere in the body, mentions and addresses are hashed too.
/// </param>
public sealed record PersonalFields(
    ImmutableHashSet<string> People, ImmutableHashSet<string> Strings, ImmutableHashSet<string> Texts);
