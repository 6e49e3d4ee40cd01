using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Telemetry;

namespace Leadline.Storage;

public sealed partial class Store
{
    static readonly ImmutableArray<string> FactTables =
        ["git_commit", "change", "review", "build", "artifact", "deployment", "incident", "flag_change", "annotation"];

    // Only those whose rows are committed: a transaction that fails takes its own names with it.
    ImmutableHashSet<RepositoryName> knownRepositories = [];

    /// <summary>
    /// Saves the facts and outcomes of these deliveries, in place of what an earlier reading gave, marks the touched services as stale
    /// and moves the cursor: one transaction, so that a crash neither loses nor doubles a reading or the need to judge it.
    /// </summary>
    public Task SaveReadingsAsync(IReadOnlyList<ReadDelivery> readings, IReadOnlyCollection<ServiceName> touched, CancellationToken cancellation) =>
        WriteNamingAsync(
            (connection, named) =>
            {
                if (readings.Count == 0) return false;
                var ids = readings.Select(reading => reading.Id).ToList();
                if (database.Scalar(connection, "select count(*) from reading where delivery_id between $first and $last", ("first", ids.Min()), ("last", ids.Max())) > 0)
                    foreach (var table in FactTables.Add("reading")) database.Execute(connection, $"delete from {table} where delivery_id = any($ids)", ("ids", ids));
                AppendFacts(connection, readings, named);
                using (var rows = database.Bulk(connection, "reading"))
                {
                    foreach (var (id, version, reading) in readings)
                    {
                        var (outcome, because, facts) = reading switch
                        {
                            FactsReading read => ("facts", null, read.Facts.Length),
                            IgnoredReading ignored => ("ignored", ignored.Because, 0),
                            UnreadableReading unreadable => ("unreadable", unreadable.Because, 0),
                            _ => throw new ArgumentException($"{reading.GetType().Name} is no outcome"),
                        };
                        rows.Add(id).Add(version).Add(outcome).Add(because).Add(facts).EndRow();
                    }

                    rows.Complete();
                }

                database.Execute(connection, "update cursor set value = greatest(value, $last) where name = 'reader'", ("last", ids.Max()));
                Mark(connection, touched);
                return true;
            },
            cancellation);

    /// <summary>Marks every service as stale: after a change of the definitions.</summary>
    public Task MarkAllStaleAsync(ServiceMap map, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            // Those that the definitions no longer have must lose their rows too.
            var judged = database.List(connection, "select name from service", row => new ServiceName(row.GetString(0)));
            Mark(connection, [.. map.Services.Select(service => service.Name).Concat(judged).Distinct()]);
            return true;
        },
        cancellation);

    /// <summary>The services whose judgement is older than their facts, each with the mark to clear once it is judged.</summary>
    public Task<ImmutableArray<StaleService>> StaleAsync(CancellationToken cancellation) =>
        AskAsync("stale_services", row => new StaleService(new ServiceName(row.GetString(0)), row.GetInt64(1)), cancellation);

    /// <summary>The services of the definitions, or those that the facts speak of where none are defined.</summary>
    public async Task<ServiceMap> ServiceMapAsync(Definitions definitions, CancellationToken cancellation)
    {
        if (!definitions.Services.IsEmpty) return new ServiceMap(definitions, [], []);
        var deployed = await AskAsync("deployed_services", row => (row.GetString(0), row.Text(1) is { } name ? new RepositoryName(name) : (RepositoryName?)null), cancellation);
        var repositories = await AskAsync("repositories", row => new RepositoryName(row.GetString(0)), cancellation);
        return new ServiceMap(definitions, deployed, repositories);
    }

    /// <summary>Everything known of one service.</summary>
    public async Task<ServiceFacts> FactsOfAsync(ServiceDefinition service, ServiceMap map, CancellationToken cancellation) =>
        (await FactsOfAsync([service], map, cancellation))[0];

    /// <summary>Everything known of each of these services, in their order: one scan for all of them.</summary>
    public Task<ImmutableArray<ServiceFacts>> FactsOfAsync(IReadOnlyList<ServiceDefinition> services, ServiceMap map, CancellationToken cancellation) =>
        database.ReadAsync<ImmutableArray<ServiceFacts>>(
            connection =>
            {
                var spelled = Spelled(connection, services);
                (string, object?)[] scope = [("repositories", spelled.Keys.ToList())];
                (string, object?)[] named = [.. scope, ("names", services.Select(service => service.Name.Value.ToLowerInvariant()).ToList())];
                var commits = Commits(connection, services, spelled, scope);
                var changes = Divide(List(connection, "changes_of", FactRows.Change, scope));
                var reviews = Divide(List(connection, "reviews_of", FactRows.Review, scope));
                var builds = Divide(List(connection, "builds_of", FactRows.Build, scope));
                var artifacts = Divide(List(connection, "artifacts_of", FactRows.Artifact, scope));
                var deployments = Divide(List(connection, "deployments_of", FactRows.Deployment, named));
                var incidents = Divide(List(connection, "incidents_of", FactRows.Incident, named));
                return
                [
                    .. services.Select((service, i) => new ServiceFacts
                    {
                        Service = service.Name,
                        Commits = commits[i],
                        Changes = Of(changes, service),
                        Reviews = Of(reviews, service),
                        Builds = Of(builds, service),
                        Artifacts = Of(artifacts, service),
                        Deployments = Of(deployments, service),
                        Incidents = Of(incidents, service),
                    }),
                ];

                Dictionary<ServiceName, List<T>> Divide<T>(List<T> facts) where T : Fact
                {
                    var divided = new Dictionary<ServiceName, List<T>>();
                    foreach (var fact in facts)
                    {
                        foreach (var service in map.ServicesOf(fact))
                        {
                            if (!divided.TryGetValue(service.Name, out var own)) divided.Add(service.Name, own = []);
                            own.Add(fact);
                        }
                    }

                    return divided;
                }

                static List<T> Of<T>(Dictionary<ServiceName, List<T>> divided, ServiceDefinition service) => divided.GetValueOrDefault(service.Name) ?? [];
            },
            cancellation);

    /// <summary>The repositories of these services as sources spell them: definitions name them without regard to case.</summary>
    Dictionary<long, RepositoryName> Spelled(DbConnection connection, IReadOnlyList<ServiceDefinition> services) => List(
        connection, "repositories_named", row => (Id: row.GetInt64(0), Name: new RepositoryName(row.GetString(1))),
        ("names", services.SelectMany(service => service.Repositories).Select(repository => repository.Value.ToLowerInvariant()).Distinct().ToList()))
        .ToDictionary(pair => pair.Id, pair => pair.Name);

    CommitGraph[] Commits(
        DbConnection connection, IReadOnlyList<ServiceDefinition> services, Dictionary<long, RepositoryName> spelled, (string, object?)[] scope)
    {
        var builders = services.Select(_ => new CommitGraph.Builder()).ToArray();
        var paths = services.Select(service => service.Paths.Select(path => new Glob(path)).ToList()).ToArray();
        var owning = services.SelectMany((service, i) => service.Repositories.Select(repository => (repository.Value, Service: i)))
            .ToLookup(pair => pair.Value, pair => pair.Service, StringComparer.OrdinalIgnoreCase);
        var repositories = spelled.ToDictionary(pair => pair.Key, pair => (Name: pair.Value, Services: owning[pair.Value.Value].Distinct().ToArray()));
        var parents = new Sha[8];
        using var span = Spans.Query(database.Engine, "commits_of");
        using var command = database.Streamed(connection, Queries.Text("commits_of"), scope);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (name, owners) = repositories[reader.GetInt64(0)];
            var known = ParentsKnown.No;
            var count = 0;
            if (!reader.IsDBNull(2))
            {
                known = reader.GetBoolean(3) ? ParentsKnown.FromPush : ParentsKnown.Yes;
                var text = reader.GetString(2).AsSpan();
                foreach (var part in text.Split(' '))
                {
                    if (!Sha.TryParse(text[part], out var parent)) continue;
                    if (count == parents.Length) Array.Resize(ref parents, 2 * count);
                    parents[count++] = parent;
                }
            }

            var commit = new GraphCommit
            {
                Repository = name,
                Sha = Sha.Parse(reader.GetString(1)),
                Parents = parents.AsSpan(0, count),
                ParentsKnown = known,
                AuthoredAt = Micros(reader, 4),
                CommittedAt = Micros(reader, 5),
                Reverts = reader.Text(6),
                Mentions = reader.Text(7),
                ByBot = reader.GetBoolean(8),
                Touches = true,
            };
            var touched = reader.IsDBNull(9) ? null : reader.GetString(9);
            foreach (var owner in owners)
                builders[owner].Add(touched is null || Touches(paths[owner], touched) ? commit : commit.Untouching());
        }

        return [.. builders.Select(builder => builder.Build())];
    }

    static bool Touches(List<Glob> globs, string paths)
    {
        if (globs.Count == 0) return true;
        foreach (var path in paths.Split('\n'))
            foreach (var glob in globs)
                if (glob.IsMatch(path)) return true;
        return false;
    }

    static DateTimeOffset? Micros(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(DateTime.UnixEpoch.Ticks + (reader.GetInt64(column) * 10), TimeSpan.Zero);

    void Mark(DbConnection connection, IReadOnlyCollection<ServiceName> services)
    {
        if (services.Count == 0) return;
        database.Execute(connection, "update cursor set value = value + 1 where name = 'stale'");
        foreach (var service in services)
        {
            database.Execute(connection, "delete from stale where service_id = $id", ("id", Key.Of(service.Value)));
            database.Execute(
                connection, "insert into stale select $id, $name, value from cursor where name = 'stale'", ("id", Key.Of(service.Value)), ("name", service.Value));
        }
    }

    /// <summary>Writes facts or judgements in one transaction that may name new repositories; they are known once it is committed.</summary>
    async Task<T> WriteNamingAsync<T>(Func<DbConnection, HashSet<RepositoryName>, T> work, CancellationToken cancellation)
    {
        HashSet<RepositoryName> named = [];
        var result = await database.WriteAsync(
            connection =>
            {
                // It may be tried again from the start.
                named.Clear();
                return work(connection, named);
            },
            cancellation);
        ImmutableInterlocked.Update(ref knownRepositories, static (known, added) => known.Union(added), named);
        return result;
    }

    void Name(DbConnection connection, IEnumerable<RepositoryName> repositories, HashSet<RepositoryName> named)
    {
        foreach (var repository in repositories)
        {
            if (knownRepositories.Contains(repository) || !named.Add(repository)) continue;
            database.Execute(
                connection, "insert into repository values ($id, $name) on conflict do nothing",
                ("id", Key.Of(repository)), ("name", repository.Value));
        }
    }

    void AppendFacts(DbConnection connection, IReadOnlyList<ReadDelivery> readings, HashSet<RepositoryName> named)
    {
        var facts = readings.Where(reading => reading.Reading is FactsReading)
            .SelectMany(reading => ((FactsReading)reading.Reading).Facts.Select(fact => (reading.Id, Fact: fact))).ToList();
        Append<CommitFact>("git_commit", FactRows.Write);
        Append<ChangeFact>("change", FactRows.Write);
        Append<ReviewFact>("review", FactRows.Write);
        Append<BuildFact>("build", FactRows.Write);
        Append<ArtifactFact>("artifact", FactRows.Write);
        Append<DeploymentFact>("deployment", FactRows.Write);
        Append<IncidentFact>("incident", FactRows.Write);
        Append<FlagChangeFact>("flag_change", FactRows.Write);
        Append<AnnotationFact>("annotation", FactRows.Write);

        void Append<T>(string table, Func<RowWriter, T, Func<RepositoryName?, long?>, RowWriter> write) where T : Fact
        {
            var own = facts.Where(pair => pair.Fact is T).ToList();
            if (own.Count == 0) return;
            Name(connection, own.Select(pair => pair.Fact.OfRepository()).OfType<RepositoryName>(), named);
            using var rows = database.Bulk(connection, table);
            foreach (var (id, fact) in own) write(rows, (T)fact, repository => repository is { } known ? Key.Of(known) : null).Add(fact.AsOf).Add(id).EndRow();
            rows.Complete();
        }
    }
}
