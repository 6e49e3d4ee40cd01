using System.Collections.Immutable;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>Keeps the definitions as in force from now on, unless they already are. True when they changed.</summary>
    /// <param name="hash">Of the text.</param>
    /// <param name="text">All that decides a number.</param>
    /// <param name="now">From when on.</param>
    /// <param name="by">By whose word: a tag such as a commit or a ticket, never a person.</param>
    public Task<bool> KeepDefinitionsAsync(
        string hash, string text, DateTimeOffset now, CancellationToken cancellation,
        string by = "local") => database.WriteAsync(
        connection =>
        {
            using (var command = database.Command(connection, Queries.Text("definitions_in_force")))
                if (command.ExecuteScalar() is string current && current == hash) return false;
            database.Execute(
                connection, "insert into definitions (hash, in_force_from, content, made_by) values ($hash, $now, $text, $by)",
                ("hash", hash), ("now", now), ("text", text), ("by", by));
            return true;
        },
        cancellation);

    public Task<ImmutableArray<DefinitionsVersion>> DefinitionsHistoryAsync(CancellationToken cancellation) =>
        AskAsync(
            "definitions_history",
            row => new DefinitionsVersion(row.GetString(0), row.InstantOf(1), row.GetString(2), row.Text(3)), cancellation);

    /// <summary>The salt of this store's hashes of people: 32 random bytes, made once.</summary>
    public async Task<byte[]> SaltAsync(CancellationToken cancellation) =>
        Convert.FromHexString((await AskAsync("salt", row => row.GetString(0), cancellation))[0]);

    /// <summary>Keeps a token by its hash.</summary>
    /// <param name="name">By which it is listed and removed.</param>
    /// <param name="scope"><c>ingest</c>, <c>read</c>, <c>override</c> or <c>admin</c>.</param>
    /// <param name="hash">SHA-256 of the token; the token itself is never kept.</param>
    /// <param name="now">When it was made.</param>
    /// <exception cref="StoreException">The name is taken.</exception>
    public Task AddTokenAsync(
        string name, string scope, byte[] hash, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            if (database.Scalar(connection, "select count(*) from token where name = $name", ("name", name)) > 0)
                throw new StoreException($"there is a token named {name} already: remove it, or choose another name");
            database.Execute(
                connection, "insert into token values ($name, $scope, $hash, $now)", ("name", name), ("scope", scope),
                ("hash", hash), ("now", now));
            return true;
        },
        cancellation);

    public Task<ImmutableArray<StoredToken>> TokensAsync(CancellationToken cancellation) =>
        AskAsync(
            "tokens", row => new StoredToken(row.GetString(0), row.GetString(1), Bytes(row, 2), row.InstantOf(3)), cancellation);

    /// <summary>Removes a token; false where none has the name.</summary>
    public Task<bool> RemoveTokenAsync(string name, CancellationToken cancellation) => database.WriteAsync(
        connection =>
        {
            var found = database.Scalar(connection, "select count(*) from token where name = $name", ("name", name)) > 0;
            database.Execute(connection, "delete from token where name = $name", ("name", name));
            return found;
        },
        cancellation);
}
