using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>Who may do what: bearer tokens, kept as hashes. Where none were made, the server is open to its own machine and closed to all else.</summary>
public sealed class Access(ImmutableArray<StoredToken> tokens, bool isLoopbackOnly)
{
    public bool IsLoopbackOnly => isLoopbackOnly;

    /// <summary>Whether the request bears a token of this scope; <c>admin</c> holds the others.</summary>
    public bool Allows(HttpRequest request, string scope)
    {
        if (tokens.IsEmpty) return isLoopbackOnly;
        var given = request.Headers.Authorization.ToString();
        if (!given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return false;
        var hash = Hash(given[7..].Trim());
        var allowed = false;

        // All are compared, so that the time taken does not tell which one is near.
        foreach (var token in tokens) allowed |= CryptographicOperations.FixedTimeEquals(token.Hash, hash) && (token.Scope == scope || token.Scope == "admin");
        return allowed;
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
