using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>Keeps an override and marks its service as stale, in one transaction; answers its number.</summary>
    public Task<long> AddOverrideAsync(
        NewOverride made, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        connection => Append(connection, made.Service, rows => rows
            .Add(Rows.Word(made.Kind)).Add(made.Environment).Add(made.DeploymentId).Add(made.IncidentId).Add(made.Reason)
            .Add(made.By).Add(now).Add((long?)null)),
        cancellation);

    /// <summary>Undoes an override by a record of its own, and marks its service as stale.</summary>
    public async Task<(Undoing Outcome, ServiceName? Service)> UndoOverrideAsync(
        long id, string? reason, string by, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync(
                connection =>
                {
                    var found = List(
                        connection, "override_undoings",
                        row => (Service: new ServiceName(row.GetString(0)), IsUndone: !row.IsDBNull(1)), ("id", id));
                    if (found.Count == 0) return (Undoing.Unknown, (ServiceName?)null);
                    var (service, isUndone) = found[0];
                    if (isUndone) return (Undoing.DoneBefore, service);
                    Append(
                        connection, service,
                        rows =>
                            rows.Add("undo").Add((string?)null).Add((string?)null).Add((string?)null).Add(reason).Add(by)
                                .Add(now).Add(id));
                    return (Undoing.Done, service);
                },
                cancellation);
        }
        catch (StoreException error) when (database.IsDuplicateKey(error))
        {
            // Another server undid it at the same time.
            return (Undoing.DoneBefore, null);
        }
    }

    /// <summary>All that was ever said, newest first.</summary>
    /// <exception cref="FormatException">The cursor is none.</exception>
    public async Task<Page<OverrideEntry>> OverridesAsync(string? cursor, int limit, CancellationToken cancellation)
    {
        var before = cursor is null ? long.MaxValue : long.TryParse(cursor, out var id) ? id
            : throw new FormatException("the cursor is not one that a page ended with");
        var rows = await AskAsync("overrides_page", KnownOverride.Of, cancellation, ("before", before), ("limit", limit + 1));
        var shown = rows.Length <= limit ? rows : rows[..limit];
        return new Page<OverrideEntry>(
            await EntriesAsync(shown, cancellation), rows.Length <= limit ? null : $"{shown[^1].Entry.Id}");
    }

    /// <summary>Null where there is no such override.</summary>
    public async Task<OverrideEntry?> OverrideAsync(long id, CancellationToken cancellation)
    {
        var rows = await AskAsync("overrides_page", KnownOverride.Of, cancellation, ("before", id + 1), ("limit", 1));
        return rows is [var row] && row.Entry.Id == id ? (await EntriesAsync(rows, cancellation))[0] : null;
    }

    /// <summary>The services and environments that have a ledger row of this deployment.</summary>
    internal Task<ImmutableArray<(string Service, string Environment)>> PlacesOfDeploymentAsync(
        string id, CancellationToken cancellation) =>
        AskAsync("ledger_places", row => (row.GetString(0), row.GetString(1)), cancellation, ("id", id));

    /// <summary>The services and environments in which this incident was judged, with the deployment that it blames.</summary>
    internal Task<ImmutableArray<(string Service, string Environment, string? Deployment)>> PlacesOfIncidentAsync(
        string id, CancellationToken cancellation) =>
        AskAsync("incident_places", row => (row.GetString(0), row.GetString(1), row.Text(2)), cancellation, ("id", id));

    /// <summary>Whether what is known of the service is newer than its judgement.</summary>
    internal async Task<bool> IsStaleAsync(ServiceName service, CancellationToken cancellation) =>
        (await StaleAsync(cancellation)).Any(one => one.Service == service);

    async Task<ImmutableArray<OverrideEntry>> OverridesAboutAsync(
        LedgerEntry row, ImmutableArray<BlameEntry> blames, CancellationToken cancellation)
    {
        var incidents = blames.Where(blame => blame.IsIncident).Select(blame => blame.Evidence).Distinct().ToList();
        var rows = await AskAsync(
            "overrides_about", KnownOverride.Of, cancellation, ("service_id", Key.Of(row.Service)), ("id", row.DeploymentId),
            ("incidents", incidents));
        return await EntriesAsync(rows, cancellation);
    }

    /// <summary>Says of each what became of it, by the same rule as the judgement.</summary>
    async Task<ImmutableArray<OverrideEntry>> EntriesAsync(ImmutableArray<KnownOverride> rows, CancellationToken cancellation)
    {
        if (rows.IsEmpty) return [];
        var standing = await AskAsync(
            "overrides_of", OverrideOf, cancellation, ("services", rows.Select(row => row.ServiceId).Distinct().ToList()));
        var inForce = standing.GroupBy(one => one.Service)
            .SelectMany(group => OverrideRule.InForce(group.Select(one => one.Override))).Select(one => one.Id).ToHashSet();
        return [.. rows.Select(row => row.Entry with { State = StateOf(row) })];

        string StateOf(KnownOverride row) => row switch
        {
            { Entry.UndoneAt: not null } => "undone",
            _ when !inForce.Contains(row.Entry.Id) => "replaced",
            { Entry.Kind: "unlink_incident", HasIncident: false } => "nothing",
            { Entry.Kind: "link_incident", HasIncident: false } => "nothing",
            { Entry.Kind: not "unlink_incident", HasDeployment: false } => "nothing",
            _ => "acting",
        };
    }

    long Append(DbConnection connection, ServiceName service, Func<RowWriter, RowWriter> write)
    {
        database.Execute(connection, "update cursor set value = value + 1 where name = 'override'");
        var id = database.Scalar(connection, "select value from cursor where name = 'override'");
        using (var rows = database.Bulk(connection, "override"))
        {
            write(rows.Add(Key.Of(service.Value)).Add(id).Add(service.Value)).EndRow();
            rows.Complete();
        }

        Mark(connection, [service]);

        // What is said is shown at once, also where it changes no row.
        database.Execute(connection, "update cursor set value = value + 1 where name = 'data'");
        return id;
    }

    static (long Service, Override Override) OverrideOf(DbDataReader row) => (row.GetInt64(0), new Override
    {
        Id = row.GetInt64(1),
        Kind = Rows.Value<OverrideKind>(row.GetString(2)),
        DeploymentId = row.Text(3),
        IncidentId = row.Text(4),
        Reason = row.Text(5) ?? "",
        At = row.InstantOf(6),
    });

    /// <param name="HasDeployment">Whether the ledger has a row of its deployment.</param>
    /// <param name="HasIncident">Whether its incident was judged.</param>
    sealed record KnownOverride(long ServiceId, OverrideEntry Entry, bool HasDeployment, bool HasIncident)
    {
        public static KnownOverride Of(DbDataReader row) => new(
            row.GetInt64(0),
            new OverrideEntry(
                row.GetInt64(1), row.GetString(2), row.Text(4), row.GetString(3), row.Text(5), row.Text(6), row.Text(7) ?? "",
                row.GetString(8), row.InstantOf(9),
                "", row.Text(10), row.Instant(11), row.Text(12)),
            row.GetBoolean(13), row.GetBoolean(14));
    }
}
