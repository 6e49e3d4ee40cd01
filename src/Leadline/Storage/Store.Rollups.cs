using System.Data.Common;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>Brings the roll-ups of these services, and those of all services together, to what was judged.</summary>
    void ReplaceRollups(DbConnection connection, List<JudgedPrints> changed)
    {
        var fingerprint = new Fingerprint();
        var known = List(
            connection, "rollup_fingerprints",
            row =>
                (Key: new RollupKey(row.GetInt64(0), row.GetString(1), row.GetString(2), Local(row, 3)), Print: row.GetInt64(4)),
            ("services", changed.Select(one => one.Id).ToList())).ToDictionary(row => row.Key, row => row.Print);
        var made = changed.SelectMany(one => Rollup.Of(one.Rows))
            .Select(one => (one.Key, one.Value, Print: one.Value.Print(fingerprint))).ToList();
        var other = made.Where(one => !known.TryGetValue(one.Key, out var print) || print != one.Print).ToList();
        var gone = known.Keys.Except(made.Select(one => one.Key)).Concat(other.Select(one => one.Key).Where(known.ContainsKey))
            .ToHashSet();
        if (gone.Count == 0 && other.Count == 0) return;

        var difference = new Dictionary<RollupKey, Rollup>();
        foreach (var (key, old) in ReadRollups(connection, gone)) Rollup.Find(difference, Total(key)).Add(old, -1);
        foreach (var (key, one, _) in other) Rollup.Find(difference, Total(key)).Add(one, 1);
        WriteRollups(connection, gone, other);

        // Another server may be adding to the same sums.
        database.LockTotals(connection);
        var totals = ReadRollups(connection, difference.Keys);
        var before = totals.Keys.ToHashSet();
        foreach (var (key, one) in difference) Rollup.Find(totals, key).Add(one, 1);
        WriteRollups(
            connection, before,
            totals.Where(one => !one.Value.IsEmpty).Select(one => (one.Key, one.Value, one.Value.Print(fingerprint))));
    }

    Dictionary<RollupKey, Rollup> ReadRollups(DbConnection connection, IReadOnlyCollection<RollupKey> keys)
    {
        var all = new Dictionary<RollupKey, Rollup>();
        foreach (var group in keys.GroupBy(key => (key.Service, key.Environment, key.Span)))
        {
            var rows = database.List(
                connection,
                $"select {Rollup.Columns} from rollup where service_id = $service and environment = $environment and span = "
                    + "$span and starts = any($starts)", Rollup.Read,
                ("service", group.Key.Service), ("environment", group.Key.Environment), ("span", group.Key.Span),
                ("starts", group.Select(key => key.Starts).ToList()));
            foreach (var (key, rollup) in rows) all.Add(key, rollup);
        }

        return all;
    }

    void WriteRollups(
        DbConnection connection, IReadOnlyCollection<RollupKey> gone,
        IEnumerable<(RollupKey Key, Rollup Rollup, long Print)> made)
    {
        foreach (var group in gone.GroupBy(key => (key.Service, key.Environment, key.Span)))
            database.Execute(
                connection,
                "delete from rollup where service_id = $service and environment = $environment and span = $span and starts = "
                    + "any($starts)",
                ("service", group.Key.Service), ("environment", group.Key.Environment), ("span", group.Key.Span),
                ("starts", group.Select(key => key.Starts).ToList()));
        Bulk(connection, "rollup", made, (rows, one) => one.Rollup.WriteUnlinked(
            one.Rollup.Write(rows.Add(one.Key.Service).Add(one.Key.Environment).Add(one.Key.Span).Add(one.Key.Starts))
                .Add(one.Print)));
    }

    static RollupKey Total(RollupKey key) => key with { Service = Rollup.AllServices };

    static DateTime Local(DbDataReader row, int column) =>
        DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Unspecified);
}
