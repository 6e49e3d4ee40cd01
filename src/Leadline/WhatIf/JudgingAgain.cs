using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.WhatIf;

/// <summary>A scope's rows and numbers under definitions that may not be those in force.</summary>
/// <param name="Services">With the rows of the window and environment that were asked about, and no others.</param>
public sealed record JudgedAgain(Definitions Definitions, MetricsReport Report, ImmutableArray<JudgedService> Services);

/// <summary>
/// Judges services again, in memory: the store's facts by the same rules, and their rows in a store of their own by the same
/// SQL. Nothing is written to the store.
/// </summary>
/// <param name="store">Whose facts are judged.</param>
/// <param name="clock">What is open is as old as it says.</param>
/// <param name="levels">What numbers are given; those of the default edition where null.</param>
public sealed class JudgingAgain(Store store, TimeProvider clock, Levels? levels = null)
{
    /// <summary>The most services of one question: each is judged over all its history.</summary>
    public const int MostServices = 100;

    const int ServicesAtOnce = 8;

    // Each question takes a processor and the facts of some services: the next one waits.
    readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>
    /// The scope under each of these definitions, in their order, by one reading of its facts wherever they name the same
    /// services.
    /// </summary>
    /// <exception cref="FormatException">The scope has too many services, or definitions do not have its
    /// environment.</exception>
    public async Task<ImmutableArray<JudgedAgain>> JudgeAsync(
        MetricsQuery query, ImmutableArray<Definitions> definitions, CancellationToken cancellation)
    {
        foreach (var one in definitions)
        {
            if (!one.Environments.Any(known => known.Name.Value == query.Environment))
                throw new FormatException(
                    $"the other definitions have no environment '{query.Environment}': they have "
                        + $"{string.Join(", ", one.Environments.Select(known => known.Name))}");
        }

        await turn.WaitAsync(cancellation);
        try
        {
            var services = definitions.Select(_ => ImmutableArray.CreateBuilder<JudgedService>()).ToArray();
            foreach (var alike in Enumerable.Range(0, definitions.Length)
                .GroupBy(i => DefinitionsHash.OfServices(definitions[i])))
                await JudgeAsync(query, [.. alike.Select(i => (definitions[i], services[i]))], cancellation);
            var judged = ImmutableArray.CreateBuilder<JudgedAgain>();
            for (var i = 0; i < definitions.Length; i++)
                judged.Add(new JudgedAgain(
                    definitions[i], await MeasureAsync(definitions[i], services[i], query, cancellation),
                    services[i].ToImmutable()));
            return judged.DrainToImmutable();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Judges under definitions that map facts to the same services.</summary>
    async Task JudgeAsync(
        MetricsQuery query, ImmutableArray<(Definitions Definitions, ImmutableArray<JudgedService>.Builder Judged)> alike,
        CancellationToken cancellation)
    {
        var map = await store.ServiceMapAsync(alike[0].Definitions, cancellation);
        var services = map.Services.Where(service => query.Services is not { } named || named.Contains(service.Name.Value))
            .ToList();
        if (services.Count > MostServices)
            throw new FormatException(
                $"{services.Count} services would have to be judged again, and {MostServices} are the most: ask about a team, "
                    + "an area or a service");
        foreach (var batch in services.Chunk(ServicesAtOnce))
        {
            var facts = await store.FactsOfAsync(batch, map, cancellation);

            // On a thread of its own: in the pool it would keep requests waiting.
            await Task.Factory.StartNew(
                () =>
                {
                    foreach (var (service, own) in batch.Zip(facts))
                    {
                        foreach (var (definitions, judged) in alike)
                        {
                            cancellation.ThrowIfCancellationRequested();
                            judged.Add(
                                new JudgedService(service, Within(query, Correlator.Judge(own, definitions)), Mark: null));
                        }
                    }
                },
                cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    async Task<MetricsReport> MeasureAsync(
        Definitions definitions, IReadOnlyList<JudgedService> judged, MetricsQuery query, CancellationToken cancellation)
    {
        await using var memory = await Store.OpenAsync("duckdb::memory:", cancellation);
        await memory.SaveJudgementsAsync(judged, cancellation);
        return await new MetricsReader(memory, definitions, clock, levels: levels)
            .ReadAsync(query with { Services = null }, cancellation);
    }

    /// <summary>What a window's numbers are made of, in the same order.</summary>
    static Judgement Within(MetricsQuery query, Judgement judgement)
    {
        var ledger =
            judgement.Ledger.Where(row =>
                Here(row.Environment)
                    && (During(row.DeployedAt) || (row.FailedAt is { } failed && During(failed)))).ToImmutableArray();
        var kept = ledger.Select(row => row.DeploymentId).ToHashSet(StringComparer.Ordinal);
        return new Judgement(
            ledger,
            [.. judgement.Shipped.Where(one => Here(one.Environment) && kept.Contains(one.DeploymentId))],
            [
                .. judgement.Blames.Where(blame =>
                    Here(blame.Environment) && ((blame.DeploymentId is { } id && kept.Contains(id)) || During(blame.StartedAt))),
            ]);

        bool Here(EnvironmentName environment) => environment.Value == query.Environment;

        bool During(DateTimeOffset instant) => instant >= query.From && instant < query.To;
    }
}
