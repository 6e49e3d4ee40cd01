using DuckDB.NET.Data;
using Leadline.Core;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>
    /// Replaces a service's judged rows, clears its mark unless it was marked again meanwhile, and raises <see cref="DataVersion"/>: one transaction.
    /// </summary>
    /// <param name="service">The service that was judged.</param>
    /// <param name="judgement">All of its rows.</param>
    /// <param name="mark">From <see cref="StaleAsync"/>, asked before the facts were read; null clears nothing.</param>
    public async Task SaveJudgementAsync(ServiceDefinition service, Judgement judgement, long? mark, CancellationToken cancellation)
    {
        var version = await database.WriteAsync(
            connection =>
            {
                var id = Key.Of(service.Name.Value);
                foreach (var table in (string[])["ledger", "shipped_change", "blame", "service"])
                    database.Execute(connection, $"delete from {table} where service_id = $id", ("id", id));
                database.Execute(
                    connection, "insert into service values ($id, $name, $team, $area)", ("id", id), ("name", service.Name.Value), ("team", service.Team), ("area", service.Area));
                foreach (var repository in judgement.Shipped.Select(shipped => shipped.Repository).Concat(judgement.Ledger.Select(row => row.Repository).OfType<RepositoryName>()).Distinct())
                    Repository(connection, repository);
                Append(connection, "ledger", judgement.Ledger, Because(judgement), Write);
                Append(connection, "shipped_change", judgement.Shipped, id, Write);
                Append(connection, "blame", judgement.Blames, id, Write);
                if (mark is not null) database.Execute(connection, "delete from stale where service_id = $id and mark <= $mark", ("id", id), ("mark", mark));
                database.Execute(connection, "update cursor set value = value + 1 where name = 'data'");
                return Scalar(connection, "select value from cursor where name = 'data'");
            },
            cancellation);
        Volatile.Write(ref dataVersion, version);
    }

    static Dictionary<(string, string), string> Because(Judgement judgement) => judgement.Blames
        .Where(blame => blame.DeploymentId is not null)
        .GroupBy(blame => (blame.Environment.Value, blame.DeploymentId!))
        .ToDictionary(group => group.Key, group => string.Join(',', group.Select(blame => blame.Signal).Distinct().Order().Select(Rows.Word)));

    static void Append<T, TState>(DuckDBConnection connection, string table, IReadOnlyCollection<T> rows, TState state, Action<IDuckDBAppenderRow, T, TState> write)
    {
        if (rows.Count == 0) return;
        using var appender = connection.CreateAppender(table);
        foreach (var row in rows)
        {
            var target = appender.CreateRow();
            write(target, row, state);
            target.EndRow();
        }
    }

    static void Write(IDuckDBAppenderRow target, LedgerRow row, Dictionary<(string, string), string> because) =>
        target.Add(Key.Of(row.Service.Value)).Add(row.Environment.Value).Add(row.DeploymentId)
            .Add(row.Repository is { } repository ? Key.Of(repository.Value) : (long?)null).Add(row.Sha?.ToString()).Add(row.Version)
            .Add(Rows.Word(row.Kind)).Add(row.Counted).Add((DateTimeOffset?)row.DeployedAt).Add(row.StartedAt).Add(row.WaitedFrom)
            .Add(Rows.Word(row.Link)).Add(row.Commits).Add(row.Changes).Add(row.LeadTimes).Add(row.MedianLeadSeconds)
            .Add(row.Failed).Add(because.GetValueOrDefault((row.Environment.Value, row.DeploymentId))).Add(row.FailedAt).Add(row.RestoredAt).Add(row.RestoredBy)
            .Add((row.RestoredAt - row.FailedAt)?.TotalSeconds).Add(row.Rework).Add(row.ReworkBecause).Add(row.Url);

    static void Write(IDuckDBAppenderRow target, ShippedChange row, long id) =>
        target.Add(id).Add(row.Environment.Value).Add((DateTimeOffset?)row.DeployedAt).Add(row.LeadSeconds).Add(row.DeploymentId)
            .Add(Key.Of(row.Repository)).Add(row.Sha.ToString()).Add(row.Change).Add(Rows.Word(row.Method)).Add(row.NotCountedBecause)
            .Add(row.StartedAt).Add(row.Stages.Coding).Add(row.Stages.Pickup).Add(row.Stages.Review).Add(row.Stages.Build)
            .Add(row.Stages.Wait).Add(row.Stages.Deploy);

    static void Write(IDuckDBAppenderRow target, Blame row, long id) =>
        target.Add(id).Add(row.Environment.Value).Add(row.DeploymentId).Add(Rows.Word(row.Signal)).Add(row.Evidence).Add(row.Method)
            .Add((DateTimeOffset?)row.StartedAt).Add(row.AcknowledgedAt).Add(row.ResolvedAt).Add(row.Title).Add(row.Url);
}
