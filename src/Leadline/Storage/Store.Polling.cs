using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Polling;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>
    /// How far the history of a scope was asked for, as <see cref="AppendPageAsync"/> kept it; null where it never was.
    /// </summary>
    public async Task<string?> PollCursorAsync(string source, string scope, CancellationToken cancellation) =>
        (await AskAsync("poll_cursor", row => row.Text(0), cancellation, ("name", Name(source, scope)))).FirstOrDefault();

    /// <summary>
    /// Appends what an answer held and moves the cursor, in one durable transaction; answers for each item as
    /// <see cref="AppendAsync(IReadOnlyList{NewDelivery}, CancellationToken)"/> does.
    /// </summary>
    public Task<ImmutableArray<AppendedDelivery>> AppendPageAsync(
        string source, string scope, string cursor, IReadOnlyList<NewDelivery> items,
        CancellationToken cancellation) => AppendAsync(
        items,
        connection => KeepPollCursor(connection, Name(source, scope), cursor),
        cancellation);

    /// <summary>Claims the history of a scope; null where another server asks for it.</summary>
    internal async Task<Claim?> ClaimPollAsync(string source, string scope, CancellationToken cancellation)
    {
        var key = Key.Of(Name(source, scope));
        var claim = await database.ClaimAsync([key], cancellation);
        if (claim.Holds(key)) return claim;
        await claim.DisposeAsync();
        return null;
    }

    /// <summary>How asking each source's API goes, by the source.</summary>
    public async Task<ImmutableDictionary<string, PollState>> PollStatesAsync(CancellationToken cancellation) =>
        (await AskAsync(
            "poll_states", row => (Source: row.GetString(0)[Polled.Length..], State: PollState.Parse(row.GetString(1))),
            cancellation, ("like", Polled + "%")))
            .Where(one => one.State is not null).ToImmutableDictionary(one => one.Source, one => one.State!);

    public Task KeepPollStateAsync(string source, PollState state, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            KeepPollCursor(connection, Polled + source, state.Write());
            return true;
        },
        cancellation);

    /// <summary>Of these things those that somebody told of, and whether a source sent it by itself.</summary>
    /// <param name="ids">Of deployments, builds and incidents.</param>
    /// <param name="changes">Numbers of changes, in whatever repository.</param>
    public async Task<ImmutableDictionary<string, bool>> KnownThingsAsync(
        IReadOnlyList<string> ids, IReadOnlyList<int> changes, CancellationToken cancellation) =>
        (await AskAsync(
            "known_things", row => KeyValuePair.Create(row.GetString(0), row.GetBoolean(1)), cancellation, ("ids", ids),
            ("numbers", changes.Select(one => (long)one).ToList()))).ToImmutableDictionary();

    void KeepPollCursor(DbConnection connection, string name, string content)
    {
        if (database.Scalar(connection, "select count(*) from cursor where name = $name", ("name", name)) == 0)
            database.Execute(connection, "insert into cursor values ($name, 0, $content)", ("name", name), ("content", content));
        else
            database.Execute(
                connection, "update cursor set content = $content where name = $name", ("name", name), ("content", content));
    }

    const string Polled = "polled ";

    static string Name(string source, string scope) => $"poll {source} {scope}";
}
