using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>Facts that name the same, and one of them.</summary>
/// <param name="Named">What they name, as a fact that says no more.</param>
/// <param name="Count">How many things they speak of: deployments, incidents or commits.</param>
/// <param name="Example">The id of one.</param>
/// <param name="Delivery">The newest delivery that says so.</param>
public sealed record NamedFacts(Fact Named, long Count, string Example, long Delivery);

public sealed partial class Store
{
    /// <summary>
    /// When the newest deliveries of each source that gave facts were received, and the newest time that those facts state.
    /// </summary>
    /// <param name="limit">How many of each source at most.</param>
    public async Task<ImmutableArray<(string Source, DateTimeOffset ReceivedAt, DateTimeOffset StatedAt)>> StatedTimesAsync(
        IEnumerable<string> sources, int limit, CancellationToken cancellation)
    {
        var ids = new List<long>();
        foreach (var source in sources)
            ids.AddRange(
                await AskAsync("newest_with_facts", row => row.GetInt64(0), cancellation, ("source", source), ("limit", limit)));
        return ids.Count == 0 ? []
            : await AskAsync(
                "times_of_facts", row => (row.GetString(0), row.InstantOf(1), row.InstantOf(2)), cancellation, ("ids", ids));
    }

    /// <summary>What deployments name that is known but not to this map.</summary>
    public async Task<ImmutableArray<NamedFacts>> UnmappedDeploymentsAsync(
        Func<DeploymentFact, bool> isMapped, CancellationToken cancellation)
    {
        // Counting is what costs, and hardly anything is unmapped.
        var strangers = (await AskAsync("names_of_deployments", row => Named(row, "one of them"), cancellation)).Where(
            fact => !isMapped(fact))
            .Select(fact => $"{fact.Service}\n{fact.App}\n{fact.Repository?.Value}").ToList();
        return strangers.Count == 0 ? [] : await AskAsync(
            "deployments_named",
            row => new NamedFacts(Named(row, row.GetString(4)), row.Count(3), row.GetString(4), row.GetInt64(5)), cancellation,
            ("names", strangers));

        static DeploymentFact Named(DbDataReader row, string id) => new()
        {
            Id = id,
            Service = row.Text(0),
            App = row.Text(1),
            Repository = NameOf(row.Text(2)),
            Environment = "",
            Status = DeploymentStatus.Succeeded,
        };
    }

    /// <summary>What incidents name, with the labels that decide whether they are any.</summary>
    public Task<ImmutableArray<NamedFacts>> NamesOfIncidentsAsync(CancellationToken cancellation) => AskAsync(
        "names_of_incidents",
        row => new NamedFacts(
            new IncidentFact
            {
                Id = row.GetString(6),
                Source = row.GetString(0),
                Service = row.Text(1),
                Group = FactRows.GroupOf(row.Lines(2)),
                AlertLabels = FactRows.LabelsOf(row.Lines(2)),
                Repository = NameOf(row.Text(3)),
                Labels = row.Lines(4),
                Status = IncidentStatus.Open,
                StartedAt = DateTimeOffset.UnixEpoch,
            },
            row.Count(5), row.GetString(6), row.GetInt64(7)),
        cancellation);

    /// <summary>The repositories that are known but not to this map, as far as they have commits.</summary>
    public async Task<ImmutableArray<NamedFacts>> UnmappedCommitsAsync(
        Func<RepositoryName, bool> isMapped, CancellationToken cancellation)
    {
        var strangers = (await AskAsync("repositories", row => new RepositoryName(row.GetString(0)), cancellation)).Where(
            repository => !isMapped(repository)).Select(Key.Of).ToList();
        return strangers.Count == 0 ? [] : await AskAsync(
            "commits_in",
            row => new NamedFacts(
                new CommitFact { Repository = new RepositoryName(row.GetString(0)), Sha = Sha.Parse(row.GetString(2)) },
                row.Count(1), row.GetString(2), row.GetInt64(3)),
            cancellation, ("repositories", strangers));
    }

    /// <summary>Whose these deliveries are.</summary>
    public async Task<ImmutableDictionary<long, string>> SourcesOfAsync(
        IEnumerable<long> deliveries, CancellationToken cancellation) =>
        deliveries.Distinct().ToList() is { Count: > 0 } ids
            ? (await AskAsync(
                "sources_of_deliveries", row => KeyValuePair.Create(row.GetInt64(0), row.GetString(1)), cancellation,
                ("ids", ids))).ToImmutableDictionary()
            : ImmutableDictionary<long, string>.Empty;

    static RepositoryName? NameOf(string? repository) => repository is null ? null : new RepositoryName(repository);
}
