using System.Data.Common;
using Leadline.Core;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <inheritdoc cref="SaveJudgementsAsync"/>
    public Task SaveJudgementAsync(ServiceDefinition service, Judgement judgement, long? mark, CancellationToken cancellation) =>
        SaveJudgementsAsync([new JudgedService(service, judgement, mark)], cancellation);

    /// <summary>
    /// Brings the judged rows of these services to what was judged, clears their marks unless they were marked again meanwhile,
    /// and raises <see cref="DataVersionAsync"/> where a row is another: one transaction. Only what differs from before is
    /// written.
    /// </summary>
    public async Task SaveJudgementsAsync(IReadOnlyList<JudgedService> judged, CancellationToken cancellation)
    {
        var prints = judged.Select(JudgedPrints.Of).ToList();
        await WriteNamingAsync(
            (connection, named) =>
            {
                var known = List(
                    connection, "service_fingerprints", row => (Id: row.GetInt64(0), Print: row.GetInt64(1)),
                    ("services", prints.Select(one => one.Id).ToList()))
                    .ToDictionary(service => service.Id, service => service.Print);
                var changed =
                    prints.Where(one =>
                        one.Judged.IsRemoved ? known.ContainsKey(one.Id)
                            : !known.TryGetValue(one.Id, out var print) || print != one.Service).ToList();
                if (changed.Count > 0) Replace(connection, changed, named);
                foreach (var one in prints)
                    if (one.Judged.Mark is { } mark)
                        database.Execute(
                            connection, "delete from stale where service_id = $id and mark <= $mark", ("id", one.Id),
                            ("mark", mark));
                if (changed.Count > 0) database.Execute(connection, "update cursor set value = value + 1 where name = 'data'");
                return true;
            },
            cancellation);
    }

    void Replace(DbConnection connection, List<JudgedPrints> changed, HashSet<RepositoryName> named)
    {
        List<long> ids = [.. changed.Select(one => one.Id)];
        var known = List(
            connection, "ledger_fingerprints",
            row => (Key: new LedgerKey(row.GetInt64(0), row.GetString(1), row.GetString(2)), Print: row.GetInt64(3)),
            ("services", ids))
            .ToDictionary(row => row.Key, row => row.Print);
        var judged = changed.SelectMany(one => one.Rows).ToList();
        var other = judged.Where(row => !known.TryGetValue(row.Key, out var print) || print != row.Print).ToList();
        var gone = known.Keys.Except(judged.Select(row => row.Key)).Concat(other.Select(row => row.Key).Where(known.ContainsKey))
            .ToList();
        if (gone.Count > known.Count / 4)
        {
            foreach (var table in (string[])["ledger", "shipped_change"])
                database.Execute(connection, $"delete from {table} where service_id = any($ids)", ("ids", ids));
            other = judged;
        }
        else
        {
            foreach (var group in gone.GroupBy(key => (key.Service, key.Environment)))
                foreach (var table in (string[])["ledger", "shipped_change"])
                    database.Execute(
                        connection,
                        $"delete from {table} where service_id = $service and environment = $environment and deployment_id = "
                            + "any($ids)",
                        ("service", group.Key.Service), ("environment", group.Key.Environment),
                        ("ids", group.Select(key => key.Deployment).ToList()));
        }

        foreach (var table in (string[])["blame", "service"])
            database.Execute(connection, $"delete from {table} where service_id = any($ids)", ("ids", ids));
        HashSet<RepositoryName> repositories = [.. changed.SelectMany(one => one.Judged.Service.Repositories)];
        foreach (var row in other) row.AddRepositories(repositories);
        Name(connection, repositories, named);
        Bulk(
            connection, "service", changed.Where(one => !one.Judged.IsRemoved),
            (rows, one) => JudgedPrints.Write(rows, one.Judged.Service, one.Id).Add(one.Service));
        Bulk(
            connection, "ledger", other,
            (rows, row) =>
                row.WriteLedger(rows).Add(row.Print).Add(row.Overridden).Add(row.Row.RateFailed).Add(row.Row.RateOf)
                    .Add(row.LiveBefore));
        using (var rows = database.Bulk(connection, "shipped_change"))
        {
            foreach (var row in other) row.WriteShipped(rows);
            rows.Complete();
        }

        Bulk(
            connection, "blame", changed.SelectMany(one => one.Judged.Judgement.Blames.Select(blame => (blame, one.Id))),
            (rows, one) => JudgedPrints.Write(rows, one.blame, one.Id));
        ReplaceRollups(connection, changed);
    }

    void Bulk<T>(DbConnection connection, string table, IEnumerable<T> items, Func<RowWriter, T, RowWriter> write)
    {
        using var rows = database.Bulk(connection, table);
        foreach (var item in items) write(rows, item).EndRow();
        rows.Complete();
    }
}
