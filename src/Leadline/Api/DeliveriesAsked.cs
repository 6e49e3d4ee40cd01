using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>Which deliveries are asked for, as it is written in an address or on the command line.</summary>
/// <param name="Mark">What stands before a name where it is said that its value is wrong: <c>--</c> on the command line.</param>
sealed record DeliveriesAsked(
    string? Source, string? Outcome, string? From, string? To, string? Cursor, int? Limit, string Mark = "")
{
    /// <exception cref="FormatException">Something is wrong, in a sentence.</exception>
    public async Task<DeliveriesQuery> ReadAsync(
        Store store, KnownSources sources, TimeZoneInfo zone, CancellationToken cancellation)
    {
        if (Outcome is not null && !DeliveriesQuery.Outcomes.Contains(Outcome))
            throw new FormatException(
                $"'{Outcome}' is no outcome: write one of "
                    + $"{string.Join(", ", DeliveriesQuery.Outcomes)}{Nearest.Suggest(Outcome, DeliveriesQuery.Outcomes)}");
        if (Limit is < 1 or > 1000) throw new FormatException($"{Mark}limit must lie between 1 and 1000");
        if (Source is not null) await KnowAsync(store, sources, Source, cancellation);
        var query = new DeliveriesQuery(
            Source, Outcome, Instant(From, "from", zone), Instant(To, "to", zone), Cursor, Limit ?? 50);
        return query.From >= query.To ? throw new FormatException($"{Mark}from must lie before {Mark}to") : query;
    }

    /// <summary>A source whose deliveries are taken, or one that deliveries are kept of.</summary>
    /// <exception cref="FormatException">There is none of this name.</exception>
    public static async Task KnowAsync(Store store, KnownSources sources, string source, CancellationToken cancellation)
    {
        if (sources.Find(source) is not null) return;
        ImmutableArray<string> known =
        [
            .. sources.Readers.Select(reader => reader.Source)
                .Concat((await store.SourcesAsync(cancellation)).Select(one => one.Source))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        if (!known.Contains(source))
            throw new FormatException(
                $"there is no source '{source}': the sources are {string.Join(", ", known)}{Nearest.Suggest(source, known)}");
    }

    /// <summary>A plus that was not escaped in the address arrives as a space.</summary>
    DateTimeOffset? Instant(string? text, string name, TimeZoneInfo zone) =>
        text is null ? null : Instants.Parse(text.Replace(' ', '+'), zone, Mark + name);
}
