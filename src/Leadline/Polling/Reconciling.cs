using Leadline.Core;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Polling;

/// <summary>
/// Counts, of what an API tells, what webhooks had told before: it looks at each answer before that is stored.
/// </summary>
/// <param name="from">What happened before that is left out.</param>
/// <param name="to">What happened since then may still be on its way.</param>
sealed class Reconciling(Store store, SourceReader reader, DateTimeOffset from, DateTimeOffset to)
{
    readonly Lock turn = new();
    readonly Dictionary<string, bool?> things = [];

    /// <summary>What was found so far.</summary>
    public Reconciliation Found(DateTimeOffset at)
    {
        lock (turn)
            return new Reconciliation(
                at, (at - from).TotalSeconds, things.Count, things.Values.Count(isSent => isSent != true),
                things.Values.Count(isSent => isSent is null));
    }

    public async Task LookAsync(IEnumerable<NewDelivery> deliveries, CancellationToken cancellation)
    {
        var facts = deliveries.SelectMany(delivery => Read(delivery.Delivery))
            .Where(fact => fact.AsOf >= from && fact.AsOf <= to).ToList();
        var (ids, numbers) =
            (facts.Select(IdOf).OfType<string>().Distinct().ToList(), facts.OfType<ChangeFact>().Select(change => change.Number)
                .Distinct().ToList());
        if (ids.Count == 0 && numbers.Count == 0) return;
        var known = await store.KnownThingsAsync(ids, numbers, cancellation);
        lock (turn)
        {
            foreach (var thing in facts.Select(ThingOf).OfType<string>())
                things.TryAdd(thing, known.TryGetValue(thing, out var isSent) ? isSent : null);
        }
    }

    /// <summary>What cannot be read says nothing that could have been missed.</summary>
    IEnumerable<Fact> Read(Delivery delivery)
    {
        try
        {
            return reader.Read(delivery) is FactsReading read ? read.Facts : [];
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or FormatException)
        {
            return [];
        }
    }

    static string? IdOf(Fact fact) => fact switch
    {
        DeploymentFact deployment => deployment.Id,
        BuildFact build => build.Id,
        IncidentFact incident => incident.Id,
        _ => null,
    };

    /// <summary>As the query names it. Commits and reviews are left out: what is pushed to a fork no webhook tells.</summary>
    static string? ThingOf(Fact fact) => fact switch
    {
        DeploymentFact one => $"deployment {one.Id} {Rows.Word(one.Status)}",
        BuildFact one => $"build {one.Id} {Rows.Word(one.Status)}",
        IncidentFact one => $"incident {one.Id} {Rows.Word(one.Status)}",
        ChangeFact one => $"change {one.Repository}#{one.Number}{(one.MergedAt is null ? "" : " merged")}",
        _ => null,
    };
}
