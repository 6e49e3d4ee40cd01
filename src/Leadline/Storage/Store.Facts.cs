using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;
using Leadline.Telemetry;

namespace Leadline.Storage;

public sealed partial class Store
{
    static readonly ImmutableArray<string> FactTables =
        [
            "git_commit", "change", "review", "build", "artifact", "comparison", "deployment", "incident", "flag_change",
            "annotation", "verification",
        ];

    // Only those whose rows are committed: a transaction that fails takes its own names with it.
    ImmutableHashSet<RepositoryName> knownRepositories = [];

    /// <summary>
    /// Saves the facts and outcomes of these deliveries, in place of what an earlier reading gave, marks the touched services as
    /// stale and moves the cursor: one transaction, so that a crash neither loses nor doubles a reading or the need to judge it.
    /// </summary>
    public Task SaveReadingsAsync(
        IReadOnlyList<ReadDelivery> readings, IReadOnlyCollection<ServiceName> touched, CancellationToken cancellation) =>
        SaveReadingsAsync(readings, touched, isAgain: false, cancellation);

    /// <summary>The same for deliveries that were read before, wherever the cursor is: it stays there.</summary>
    public Task SaveReadingsAgainAsync(
        IReadOnlyList<ReadDelivery> readings, IReadOnlyCollection<ServiceName> touched, CancellationToken cancellation) =>
        SaveReadingsAsync(readings, touched, isAgain: true, cancellation);

    Task SaveReadingsAsync(
        IReadOnlyList<ReadDelivery> readings, IReadOnlyCollection<ServiceName> touched, bool isAgain,
        CancellationToken cancellation) =>
        WriteNamingAsync(
            (connection, named) =>
            {
                if (readings.Count == 0) return false;
                var ids = readings.Select(reading => reading.Id).ToList();
                (string, object?)[] span = [("first", ids.Min()), ("last", ids.Max())];
                if (database.Scalar(
                    connection, "select count(*) from reading where delivery_id between $first and $last", span) > 0)
                {
                    foreach (var table in FactTables.Add("reading"))
                        database.Execute(
                            connection,
                            $"delete from {table} where delivery_id between $first and $last and delivery_id = any($ids)",
                            [.. span, ("ids", ids)]);
                }

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

                if (!isAgain)
                    database.Execute(
                        connection, "update cursor set value = greatest(value, $last) where name = 'reader'",
                        ("last", ids.Max()));

                // What a server of another version reads meanwhile is not forgotten.
                foreach (var (source, version) in readings.Where(reading => reading.Source is not null)
                    .Select(reading => (reading.Source, reading.ReaderVersion)).Distinct())
                    database.Execute(
                        connection,
                        "update reader set is_whole = false, judges = true where source = $source and version <> $version",
                        ("source", source), ("version", version));
                Mark(connection, touched);
                return true;
            },
            cancellation);

    /// <summary>Marks every service as stale: after a change of the definitions.</summary>
    public Task MarkAllStaleAsync(ServiceMap map, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            MarkAll(connection, map);
            return true;
        },
        cancellation);

    void MarkAll(DbConnection connection, ServiceMap map)
    {
        // Those that the definitions no longer have must lose their rows too.
        var judged = database.List(connection, "select name from service", row => new ServiceName(row.GetString(0)));
        Mark(connection, [.. map.Services.Select(service => service.Name).Concat(judged).Distinct()]);
    }

    /// <summary>The services whose judgement is older than their facts, each with the mark to clear once it is judged.</summary>
    public Task<ImmutableArray<StaleService>> StaleAsync(CancellationToken cancellation) =>
        AskAsync("stale_services", row => new StaleService(new ServiceName(row.GetString(0)), row.GetInt64(1)), cancellation);

    /// <summary>The services of the definitions, or those that the facts speak of where none are defined.</summary>
    public async Task<ServiceMap> ServiceMapAsync(Definitions definitions, CancellationToken cancellation)
    {
        if (!definitions.Services.IsEmpty) return new ServiceMap(definitions, [], []);
        var deployed = await AskAsync(
            "deployed_services",
            row => (row.GetString(0), row.Text(1) is { } name ? new RepositoryName(name) : (RepositoryName?)null), cancellation);
        var repositories = await AskAsync("repositories", row => new RepositoryName(row.GetString(0)), cancellation);
        return new ServiceMap(definitions, deployed, repositories);
    }

    /// <summary>
    /// What names the service in deployments of commits that are in these repositories: whoever they belong to, what runs of it
    /// may be said there.
    /// </summary>
    public async Task<ImmutableArray<DeploymentFact>> DeployedFromAsync(
        IEnumerable<CommitFact> commits, CancellationToken cancellation)
    {
        var (repositories, shas) = (new HashSet<long>(), new List<string>());
        foreach (var commit in commits)
        {
            repositories.Add(Key.Of(commit.Repository));
            shas.Add(commit.Sha.ToString());
        }

        if (shas.Count == 0) return [];
        return await AskAsync(
            "deployed_from",
            row => new DeploymentFact
            {
                Id = "",
                Service = row.Text(0),
                App = row.Text(1),
                Repository = row.Text(2) is { } name ? new RepositoryName(name) : null,
                Environment = "",
                Status = DeploymentStatus.Created,
            },
            cancellation, ("repositories", repositories.ToList()), ("shas", shas));
    }

    /// <summary>Everything known of one service.</summary>
    public async Task<ServiceFacts> FactsOfAsync(ServiceDefinition service, ServiceMap map, CancellationToken cancellation) =>
        (await FactsOfAsync([service], map, cancellation))[0];

    /// <summary>Everything known of each of these services, in their order: one scan for all of them.</summary>
    public Task<ImmutableArray<ServiceFacts>> FactsOfAsync(
        IReadOnlyList<ServiceDefinition> services, ServiceMap map, CancellationToken cancellation) =>
        database.ReadAsync<ImmutableArray<ServiceFacts>>(
            connection =>
            {
                var spelled = Spelled(connection, services);
                (string, object?)[] scope = [("repositories", spelled.Keys.ToList())];
                (string, object?)[] named =
                [
                    .. scope, ("names", services.Select(service => service.Name.Value.ToLowerInvariant()).ToList()),
                ];
                var comparisons = Divide(List(connection, "comparisons_of", FactRows.Comparison, scope));
                var commits = Commits(connection, services, spelled, scope, i => Of(comparisons, services[i]));
                var changes = Divide(List(connection, "changes_of", FactRows.Change, scope));
                var reviews = Divide(List(connection, "reviews_of", FactRows.Review, scope));
                var builds = Divide(List(connection, "builds_of", FactRows.Build, scope));
                var artifacts = Divide(List(connection, "artifacts_of", FactRows.Artifact, scope));
                var deployments =
                    Divide(List(
                        connection, "deployments_of", FactRows.Deployment,
                        [.. named, ("apps", Apps(connection, services, map))]));
                var incidents = Divide(List(connection, "incidents_of", FactRows.Incident, named));
                var configuration = Configuration(connection, services, i => Of(deployments, services[i]), commits);
                var overrides = List(
                    connection, "overrides_of", OverrideOf,
                    ("services", services.Select(service => Key.Of(service.Name.Value)).ToList()))
                    .ToLookup(pair => pair.Service, pair => pair.Override);
                return
                [
                    .. services.Select((service, i) => new ServiceFacts
                    {
                        Service = service.Name,
                        Commits = commits[i],
                        Repositories = service.Repositories,
                        Configuration = configuration[i],
                        Changes = Of(changes, service),
                        Reviews = Of(reviews, service),
                        Builds = Of(builds, service),
                        Artifacts = Of(artifacts, service),
                        Comparisons = Of(comparisons, service),
                        Deployments = Of(deployments, service),
                        Incidents = Of(incidents, service),
                        Overrides = [.. overrides[Key.Of(service.Name.Value)]],
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

                static List<T> Of<T>(Dictionary<ServiceName, List<T>> divided, ServiceDefinition service) =>
                    divided.GetValueOrDefault(service.Name) ?? [];
            },
            cancellation);

    /// <summary>What tools call these services: the definitions map apps by globs.</summary>
    List<string> Apps(DbConnection connection, IReadOnlyList<ServiceDefinition> services, ServiceMap map)
    {
        if (services.All(service => service.Apps.IsEmpty)) return [];
        var names = services.Select(service => service.Name).ToHashSet();
        return
        [
            .. List(
                connection, "deployed_apps",
                row =>
                    new DeploymentFact
                    {
                        Id = "",
                        Service = row.Text(0),
                        App = row.GetString(1),
                        Environment = "",
                        Status = DeploymentStatus.Created,
                    })
                .Where(deployment => map.ServicesOf(deployment).Any(service => names.Contains(service.Name)))
                .Select(deployment => deployment.App!).Distinct(),
        ];
    }

    /// <summary>
    /// The repositories of these services as sources spell them: definitions name them without regard to case.
    /// </summary>
    Dictionary<long, RepositoryName> Spelled(DbConnection connection, IReadOnlyList<ServiceDefinition> services) => List(
        connection, "repositories_named", row => (Id: row.GetInt64(0), Name: new RepositoryName(row.GetString(1))),
        ("names", services.SelectMany(service => service.Repositories).Select(repository => repository.Value.ToLowerInvariant())
            .Distinct().ToList()))
        .ToDictionary(pair => pair.Id, pair => pair.Name);

    CommitGraph[] Commits(
        DbConnection connection, IReadOnlyList<ServiceDefinition> services, Dictionary<long, RepositoryName> spelled,
        (string, object?)[] scope,
        Func<int, List<ComparisonFact>> comparisons)
    {
        var builders = services.Select(_ => new CommitGraph.Builder()).ToArray();
        for (var i = 0; i < builders.Length; i++)
            foreach (var comparison in comparisons(i)) builders[i].Add(comparison);
        var paths = services.Select(service => service.Paths.Select(path => new Glob(path)).ToList()).ToArray();
        var owning = services.SelectMany(
            (service, i) => service.Repositories.Select(repository => (repository.Value, Service: i)))
            .ToLookup(pair => pair.Value, pair => pair.Service, StringComparer.OrdinalIgnoreCase);
        var repositories = spelled.ToDictionary(
            pair => pair.Key, pair => (Name: pair.Value, Services: owning[pair.Value.Value].Distinct().ToArray()));
        var parents = new Sha[8];
        using var span = Spans.Query(database.Engine, "commits_of");
        using var command = database.Streamed(connection, Queries.Text("commits_of"), scope);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (name, owners) = repositories[reader.GetInt64(0)];
            var (known, count) = Parents(reader, ref parents);
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

    /// <summary>The parents of a row whose columns 2 and 3 are they, and whether a push says so.</summary>
    static (ParentsKnown Known, int Count) Parents(DbDataReader reader, ref Sha[] parents)
    {
        if (reader.IsDBNull(2)) return (ParentsKnown.No, 0);
        var count = 0;
        var text = reader.GetString(2).AsSpan();
        foreach (var part in text.Split(' '))
        {
            if (!Sha.TryParse(text[part], out var parent)) continue;
            if (count == parents.Length) Array.Resize(ref parents, 2 * count);
            parents[count++] = parent;
        }

        return (reader.GetBoolean(3) ? ParentsKnown.FromPush : ParentsKnown.Yes, count);
    }

    /// <summary>
    /// Of each of these services the repositories that are none of its own and whose commits it deploys: those that its
    /// deployments name, and of those that name none, those that have the commit.
    /// </summary>
    ImmutableArray<ConfigurationHistory>[] Configuration(
        DbConnection connection, IReadOnlyList<ServiceDefinition> services, Func<int, List<DeploymentFact>> deployments,
        CommitGraph[] commits)
    {
        var foreign = new HashSet<string>[services.Count];
        var nameless = new HashSet<string>[services.Count];
        for (var i = 0; i < services.Count; i++)
        {
            var graph = commits[i];
            var unknown = deployments(i).Where(deployment => deployment.Sha is { } sha && graph.Find(sha) < 0).ToList();
            foreign[i] = unknown.Select(deployment => deployment.Repository?.Value).OfType<string>()
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
            nameless[i] = unknown.Where(deployment => deployment is { Repository: null, Sha.IsShort: false })
                .Select(deployment => deployment.Sha.ToString()!).ToHashSet();
        }

        if (nameless.SelectMany(shas => shas).Distinct().ToList() is { Count: > 0 } wanted)
        {
            foreach (var (sha, name) in List(
                connection, "repositories_with", row => (row.GetString(0), row.GetString(1)), ("shas", wanted)))
                for (var i = 0; i < services.Count; i++)
                    if (nameless[i].Contains(sha)) foreign[i].Add(name);
        }

        for (var i = 0; i < services.Count; i++)
            foreign[i].ExceptWith(services[i].Repositories.Select(repository => repository.Value));
        var histories = Histories(
            connection, [.. foreign.SelectMany(names => names).Distinct(StringComparer.OrdinalIgnoreCase)]);
        return [
            .. foreign.Select(names => histories.Where(history => names.Contains(history.Repository.Value)).ToImmutableArray()),
        ];
    }

    List<ConfigurationHistory> Histories(DbConnection connection, List<string> names)
    {
        if (names.Count == 0) return [];
        var builders = List(
            connection, "repositories_named", row => (Id: row.GetInt64(0), Name: new RepositoryName(row.GetString(1))),
            ("names", names.ConvertAll(name => name.ToLowerInvariant())))
            .ToDictionary(pair => pair.Id, pair => (pair.Name, Builder: new ConfigurationHistory.Builder(pair.Name)));
        var parents = new Sha[8];
        using var span = Spans.Query(database.Engine, "configuration_of");
        using var command = database.Streamed(
            connection, Queries.Text("configuration_of"), ("repositories", builders.Keys.ToList()));
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (name, builder) = builders[reader.GetInt64(0)];
            var (known, count) = Parents(reader, ref parents);
            builder.Add(
                new GraphCommit
                {
                    Repository = name,
                    Sha = Sha.Parse(reader.GetString(1)),
                    Parents = parents.AsSpan(0, count),
                    ParentsKnown = known,
                    Reverts = reader.Text(4),
                },
                reader.Text(5), reader.Text(6), reader.Text(7));
        }

        return [.. builders.Values.OrderBy(pair => pair.Name).Select(pair => pair.Builder.Build())];
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
        reader.IsDBNull(column) ? null
            : new DateTimeOffset(DateTime.UnixEpoch.Ticks + (reader.GetInt64(column) * 10), TimeSpan.Zero);

    void Mark(DbConnection connection, IReadOnlyCollection<ServiceName> services)
    {
        if (services.Count == 0) return;
        database.Execute(connection, "update cursor set value = value + 1 where name = 'stale'");
        foreach (var service in services)
        {
            database.Execute(connection, "delete from stale where service_id = $id", ("id", Key.Of(service.Value)));
            database.Execute(
                connection, "insert into stale select $id, $name, value from cursor where name = 'stale'",
                ("id", Key.Of(service.Value)), ("name", service.Value));
        }
    }

    /// <summary>
    /// Writes facts or judgements in one transaction that may name new repositories; they are known once it is committed.
    /// </summary>
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
        Append<ComparisonFact>("comparison", FactRows.Write);
        Append<DeploymentFact>("deployment", FactRows.Write);
        Append<IncidentFact>("incident", FactRows.Write);
        Append<FlagChangeFact>("flag_change", FactRows.Write);
        Append<AnnotationFact>("annotation", FactRows.Write);
        Append<VerificationFact>("verification", FactRows.Write);

        // They are shown as they are, whether or not they change a judged row.
        if (facts.Exists(pair => pair.Fact is VerificationFact or DeploymentFact { Steps: not null }))
            database.Execute(connection, "update cursor set value = value + 1 where name = 'data'");

        void Append<T>(string table, Func<RowWriter, T, Func<RepositoryName?, long?>, RowWriter> write) where T : Fact
        {
            var own = facts.Where(pair => pair.Fact is T).ToList();
            if (own.Count == 0) return;
            Name(connection, own.Select(pair => pair.Fact.OfRepository()).OfType<RepositoryName>(), named);
            using var rows = database.Bulk(connection, table);
            foreach (var (id, fact) in own)
            {
                write(rows, (T)fact, repository => repository is { } known ? Key.Of(known) : null).Add(fact.AsOf).Add(id);
                FactRows.WriteAdded(rows, fact).EndRow();
            }

            rows.Complete();
        }
    }
}
