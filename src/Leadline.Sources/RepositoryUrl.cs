using Leadline.Core;

namespace Leadline.Sources;

/// <summary>Finds a repository's name in the address from which it is cloned.</summary>
public static class RepositoryUrl
{
    /// <summary>
    /// <c>acme/shop</c> for <c>https://host/acme/shop.git</c>, <c>ssh://git@host:22/acme/shop</c> and
    /// <c>git@host:acme/shop.git</c>; null where the text is no such address.
    /// </summary>
    public static RepositoryName? NameOf(string? url)
    {
        if (PathOf(url?.Trim() ?? "") is not { } path) return null;
        path = path.Trim('/');
        if (path.EndsWith(".git", StringComparison.OrdinalIgnoreCase)) path = path[..^".git".Length];
        return path.Contains('/') ? new RepositoryName(path) : null;
    }

    /// <summary>
    /// What follows the host. The host itself is not looked at: where a user stands before it, both are a hash by now.
    /// </summary>
    static string? PathOf(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var slash = url.IndexOf('/', scheme < 0 ? 0 : scheme + 3);
        if (slash < 0) return null;
        if (scheme >= 0) return url[..scheme] is "https" or "http" or "ssh" or "git" ? url[slash..] : null;
        return url.IndexOf(':') is > 0 and var colon && colon < slash ? url[(colon + 1)..] : null;
    }
}
