using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Leadline.Api;
using Leadline.Experiments;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>Keeps an experiment as it is; answers whether its name was free.</summary>
    public async Task<bool> AddExperimentAsync(
        Experiment experiment, string by, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync(
                connection =>
                {
                    if (List(connection, "experiments", RegisteredOf, ("name", experiment.Name)).Count > 0) return false;
                    using (var rows = database.Bulk(connection, "experiment"))
                    {
                        rows.Add(experiment.Name).Add(experiment.Start).Add(experiment.End).Add(experiment.Environment)
                            .Add(string.Join('\n', experiment.Services))
                            .Add(experiment.Team).Add(experiment.Area).Add(JsonSerializer.Serialize(experiment, Wire.Json))
                            .Add(now).Add(by).EndRow();
                        rows.Complete();
                    }

                    return Seen(connection);
                },
                cancellation);
        }
        catch (StoreException error) when (database.IsDuplicateKey(error))
        {
            // Another server took the name at the same time.
            return false;
        }
    }

    /// <summary>Stops an experiment by a record of its own.</summary>
    public async Task<Undoing> StopExperimentAsync(
        string name, string? because, string by, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync(
                connection =>
                {
                    var found = List(connection, "experiments", RegisteredOf, ("name", name));
                    if (found.Count == 0) return Undoing.Unknown;
                    if (found[0].StoppedAt is not null) return Undoing.DoneBefore;
                    using (var rows = database.Bulk(connection, "experiment_stop"))
                    {
                        rows.Add(name).Add(now).Add(by).Add(because).EndRow();
                        rows.Complete();
                    }

                    Seen(connection);
                    return Undoing.Done;
                },
                cancellation);
        }
        catch (StoreException error) when (database.IsDuplicateKey(error))
        {
            return Undoing.DoneBefore;
        }
    }

    /// <summary>All that were ever registered, those that start last first.</summary>
    public Task<ImmutableArray<RegisteredExperiment>> ExperimentsAsync(CancellationToken cancellation) =>
        AskAsync("experiments", RegisteredOf, cancellation, ("name", ""));

    /// <summary>Null where none has this name.</summary>
    public async Task<RegisteredExperiment?> ExperimentAsync(string name, CancellationToken cancellation) =>
        name.Length == 0 ? null : (await AskAsync("experiments", RegisteredOf, cancellation, ("name", name))).FirstOrDefault();

    /// <summary>When each service that was ever deployed there was first, by its name.</summary>
    internal async Task<Dictionary<string, DateTimeOffset>> FirstDeploymentsAsync(
        string environment, CancellationToken cancellation) =>
        (await AskAsync(
            "first_deployments", row => (row.GetString(0), row.InstantOf(1)), cancellation,
            ("environment", environment))).ToDictionary();

    static RegisteredExperiment RegisteredOf(DbDataReader row) => new(
        JsonSerializer.Deserialize<Experiment>(row.GetString(0), Wire.Json)!, row.InstantOf(1), row.GetString(2), row.Instant(3),
        row.Text(4), row.Text(5));

    /// <summary>What was asked before is answered anew.</summary>
    bool Seen(DbConnection connection)
    {
        database.Execute(connection, "update cursor set value = value + 1 where name = 'data'");
        return true;
    }
}
