using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>
/// Who may do what: tokens, kept as hashes. Where none were made, the server is open to its own machine and closed to all else.
/// </summary>
public sealed class Access(ImmutableArray<StoredToken> tokens, bool isLoopbackOnly)
{
    public static readonly ImmutableArray<string> Scopes = ["ingest", "read", "override", "admin"];

    // Any of these says that somebody passed the request on, who may have it from anywhere.
    static readonly ImmutableArray<string> PassedOn = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    public bool IsLoopbackOnly => isLoopbackOnly;

    /// <summary>
    /// Whether only this machine can have sent the request: to its loopback address, by its own name, and straight.
    /// </summary>
    public bool IsOfThisMachine(HttpRequest request) =>
        isLoopbackOnly && IsOwnName(request.Host.Host) && !PassedOn.Any(header => request.Headers.ContainsKey(header));

    /// <summary>Whether the name is one by which a machine calls itself.</summary>
    public static bool IsOwnName(string host) => host is "127.0.0.1" or "localhost" or "[::1]" or "::1";

    /// <summary>
    /// Whether a browser sends the request for a page of another site. No page can write these headers itself.
    /// </summary>
    public static bool IsOfAnotherSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" => request.Headers.Origin is [{ Length: > 0 } origin] && origin != "null" && !IsOwnOrigin(request, origin),
        "cross-site" or "same-site" => true,
        _ => request.Headers.Origin is [{ Length: > 0 } origin] && !IsOwnOrigin(request, origin),
    };

    /// <summary>
    /// Whether a browser says that it sends the request for one of our own pages. Where it is not sure of the connection, it
    /// names the origin only.
    /// </summary>
    static bool IsOfOwnPage(HttpRequest request) => !IsOfAnotherSite(request)
        && (request.Headers["Sec-Fetch-Site"] == "same-origin"
            || (request.Headers.Origin is [{ Length: > 0 } origin] && IsOwnOrigin(request, origin)));

    static bool IsOwnOrigin(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var site) && site.Authority == request.Host.Value;

    /// <summary>
    /// Whether the request bears a token of this scope; <c>admin</c> holds the others, and who may override may read.
    /// </summary>
    public bool Allows(HttpRequest request, string scope) => WhoMay(request, scope) is not null;

    /// <summary>
    /// The name of the token of this scope that the request bears, <c>local</c> where this machine needs none, or null: it may
    /// not.
    /// </summary>
    public string? WhoMay(HttpRequest request, string scope)
    {
        if (tokens.IsEmpty) return IsOfThisMachine(request) ? "local" : null;
        if (TokenOf(request) is not { } given) return null;
        var hash = Hash(given);
        string? name = null;

        // All are compared, so that the time taken does not tell which one is near.
        foreach (var token in tokens)
            if (CryptographicOperations.FixedTimeEquals(token.Hash, hash) && Holds(token.Scope, scope)) name = token.Name;
        return name;
    }

    static bool Holds(string held, string scope) => held == scope || held == "admin" || (held == "override" && scope == "read");

    /// <summary>Whether a person in a browser asks, who can be asked for a token.</summary>
    public static bool IsBrowser(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || IsOfOwnPage(request))
            && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The token that the request bears: as Bearer, or as the password of Basic, which every browser asks for. A browser sends a
    /// password that it remembers with whatever another site makes it send, so that it writes nothing but what a form of our own
    /// page sends.
    /// </summary>
    static string? TokenOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given)
            || given.Parameter is not { } parameter) return null;
        if (given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return parameter.Trim();
        if (!given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || !(HttpMethods.IsGet(request.Method) || IsOfOwnPage(request))) return null;
        var decoded = new byte[parameter.Length];
        return Convert.TryFromBase64String(parameter, decoded, out var length)
            && Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password] ? password : null;
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
