using System.Collections.Immutable;
using System.Data.Common;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>How far the history of a scope was asked for, as <see cref="AppendPageAsync"/> kept it; null where it never was.</summary>
    public async Task<string?> PollCursorAsync(string source, string scope, CancellationToken cancellation) =>
        (await AskAsync("poll_cursor", row => row.Text(0), cancellation, ("name", Name(source, scope)))).FirstOrDefault();

    /// <summary>Appends what an answer held and moves the cursor, in one durable transaction; answers for each item as <see cref="AppendAsync(IReadOnlyList{NewDelivery}, CancellationToken)"/> does.</summary>
    public Task<ImmutableArray<AppendedDelivery>> AppendPageAsync(
        string source, string scope, string cursor, IReadOnlyList<NewDelivery> items, CancellationToken cancellation) => AppendAsync(
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

    void KeepPollCursor(DbConnection connection, string name, string content)
    {
        if (database.Scalar(connection, "select count(*) from cursor where name = $name", ("name", name)) == 0)
            database.Execute(connection, "insert into cursor values ($name, 0, $content)", ("name", name), ("content", content));
        else
            database.Execute(connection, "update cursor set content = $content where name = $name", ("name", name), ("content", content));
    }

    static string Name(string source, string scope) => $"poll {source} {scope}";
}
