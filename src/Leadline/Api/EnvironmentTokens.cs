using System.Collections.Immutable;
using Leadline.Settings;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>
/// <c>LEADLINE_TOKEN_INGEST</c>, <c>LEADLINE_TOKEN_READ</c>, <c>LEADLINE_TOKEN_OVERRIDE</c> and <c>LEADLINE_TOKEN_ADMIN</c>:
/// tokens that whoever starts the server gives it, beside those of the store. They are never stored, and another value replaces
/// them.
/// </summary>
static class EnvironmentTokens
{
    const int Shortest = 32;

    /// <summary>The tokens that are set; an empty variable is none.</summary>
    /// <exception cref="SettingsException">One can be guessed; the message does not repeat it.</exception>
    public static ImmutableArray<StoredToken> Read(Func<string, string?> environment, DateTimeOffset now)
    {
        var given = Access.Scopes.Select(scope => (Scope: scope, Name: "LEADLINE_TOKEN_" + scope.ToUpperInvariant()))
            .Select(one => (one.Scope, one.Name, Value: environment(one.Name)?.Trim() ?? "")).Where(one => one.Value.Length > 0)
            .ToArray();
        var guessable = given.Where(one => one.Value.Length < Shortest).ToArray();
        if (guessable.Length > 0)
            throw new SettingsException(
                [
                    .. guessable.Select(one =>
                        $"{one.Name} can be guessed: take {Shortest} random characters or more, as openssl rand -hex 32 "
                            + "prints them"),
                ]);
        return [.. given.Select(one => new StoredToken(one.Name, one.Scope, Access.Hash(one.Value), now))];
    }
}
