using DuckDB.NET.Data;
using Leadline.Core;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <inheritdoc cref="SaveJudgementsAsync"/>
    public Task SaveJudgementAsync(ServiceDefinition service, Judgement judgement, long? mark, CancellationToken cancellation) =>
        SaveJudgementsAsync([new JudgedService(service, judgement, mark)], cancellation);

    /// <summary>
    /// Replaces the judged rows of these services, clears their marks unless they were marked again meanwhile, and raises
    /// <see cref="DataVersion"/>: one transaction.
    /// </summary>
    public async Task SaveJudgementsAsync(IReadOnlyList<JudgedService> judged, CancellationToken cancellation)
    {
        var version = await WriteNamingAsync(
            (connection, named) =>
            {
                var ids = judged.Select(service => Key.Of(service.Service.Name.Value)).ToList();
                foreach (var table in (string[])["ledger", "shipped_change", "blame", "service"])
                    database.Execute(connection, $"delete from {table} where service_id = any($ids)", ("ids", ids));
                Name(
                    connection,
                    judged.SelectMany(one => one.Judgement.Ledger).Select(row => row.Repository).OfType<RepositoryName>()
                        .Concat(judged.SelectMany(one => one.Judgement.Shipped).Select(shipped => shipped.Repository))
                        .Concat(judged.SelectMany(one => one.Service.Repositories)).Distinct(),
                    named);
                Append(connection, "service", [.. judged.Where(one => !one.IsRemoved)], (row, one, id) => row.Add(id).Add(one.Service.Name.Value).Add(one.Service.Team).Add(one.Service.Area));
                AppendAll(connection, "ledger", judged, one => one.Judgement.Ledger, one => Because(one.Judgement), Write);
                AppendAll(connection, "shipped_change", judged, one => one.Judgement.Shipped, one => Key.Of(one.Service.Name.Value), Write);
                AppendAll(connection, "blame", judged, one => one.Judgement.Blames, one => Key.Of(one.Service.Name.Value), Write);
                foreach (var (service, _, mark, _) in judged)
                    if (mark is not null) database.Execute(connection, "delete from stale where service_id = $id and mark <= $mark", ("id", Key.Of(service.Name.Value)), ("mark", mark));
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

    static void Append(DuckDBConnection connection, string table, IReadOnlyList<JudgedService> judged, Action<IDuckDBAppenderRow, JudgedService, long> write)
    {
        using var appender = connection.CreateAppender(table);
        foreach (var one in judged)
        {
            var target = appender.CreateRow();
            write(target, one, Key.Of(one.Service.Name.Value));
            target.EndRow();
        }
    }

    static void AppendAll<T, TState>(
        DuckDBConnection connection, string table, IReadOnlyList<JudgedService> judged, Func<JudgedService, IReadOnlyCollection<T>> rows,
        Func<JudgedService, TState> state, Action<IDuckDBAppenderRow, T, TState> write)
    {
        using var appender = connection.CreateAppender(table);
        foreach (var one in judged)
        {
            var of = state(one);
            foreach (var row in rows(one))
            {
                var target = appender.CreateRow();
                write(target, row, of);
                target.EndRow();
            }
        }
    }

    static void Write(IDuckDBAppenderRow target, LedgerRow row, Dictionary<(string, string), string> because) =>
        target.Add(Key.Of(row.Service.Value)).Add(row.Environment.Value).Add(row.DeploymentId)
            .Add(row.Repository is { } repository ? Key.Of(repository.Value) : (long?)null).Add(row.Sha?.ToString()).Add(row.Version)
            .Add(Rows.Word(row.Kind)).Add(row.Counted).Add((DateTimeOffset?)row.DeployedAt).Add(row.DeployedDay).Add(row.SecondsSincePrevious).Add(row.StartedAt).Add(row.WaitedFrom)
            .Add(Rows.Word(row.Link)).Add(row.Commits).Add(row.Changes).Add(row.LeadTimes).Add(row.MedianLeadSeconds)
            .Add(row.Failed).Add(because.GetValueOrDefault((row.Environment.Value, row.DeploymentId))).Add(row.FailedAt).Add(row.FailedDay)
            .Add(row.RestoredAt).Add(row.RestoredBy)
            .Add((row.RestoredAt - row.FailedAt)?.TotalSeconds).Add(row.Rework).Add(row.ReworkBecause).Add(row.Url);

    static void Write(IDuckDBAppenderRow target, ShippedChange row, long id) =>
        target.Add(id).Add(row.Environment.Value).Add((DateTimeOffset?)row.DeployedAt).Add(row.DeployedDay).Add(row.LeadSeconds).Add(row.DeploymentId)
            .Add(Key.Of(row.Repository)).Add(row.Sha.ToString()).Add(row.Change).Add(Rows.Word(row.Method)).Add(row.NotCountedBecause)
            .Add(row.StartedAt).Add(row.Stages.Coding).Add(row.Stages.Pickup).Add(row.Stages.Review).Add(row.Stages.Build)
            .Add(row.Stages.Wait).Add(row.Stages.Deploy);

    static void Write(IDuckDBAppenderRow target, Blame row, long id) =>
        target.Add(id).Add(row.Environment.Value).Add(row.DeploymentId).Add(Rows.Word(row.Signal)).Add(row.Evidence).Add(row.Method)
            .Add((DateTimeOffset?)row.StartedAt).Add(row.AcknowledgedAt).Add(row.ResolvedAt).Add(row.Title).Add(row.Url);
}
