using Leadline.Core;

namespace Leadline.Sources.CdEvents;

/// <summary>A package URL: <c>pkg:oci/shop@sha256%3A0b31…?tag=v1.4.0</c>, <c>pkg:github/acme/shop@v1.4.0</c>.</summary>
/// <param name="Version">The tag that it names, else what stands after the <c>@</c>; null where there is neither.</param>
/// <param name="Repository">That of a package which is one: of type github, gitlab or bitbucket.</param>
/// <param name="Digest">That of an image, which stands after the <c>@</c>.</param>
readonly record struct PackageUrl(string? Version, RepositoryName? Repository, string? Digest = null)
{
    /// <summary>Nothing is known of what is no package URL.</summary>
    public static PackageUrl Parse(string? text)
    {
        if (text is null || !text.StartsWith("pkg:", StringComparison.Ordinal)) return default;
        var parts = text["pkg:".Length..].Split('#')[0].Split('?', 2);
        var qualifiers = parts.Length < 2 ? [] : parts[1].Split('&');
        var tag = qualifiers.FirstOrDefault(pair => pair.StartsWith("tag=", StringComparison.Ordinal))?["tag=".Length..];
        var at = parts[0].LastIndexOf('@');
        var path = (at < 0 ? parts[0] : parts[0][..at]).Trim('/');
        var slash = path.IndexOf('/');
        var hosted = slash > 0 && path[..slash] is "github" or "gitlab" or "bitbucket" ? Decoded(path[(slash + 1)..]) : null;
        return new PackageUrl(
            Decoded(tag) ?? (at < 0 ? null : Decoded(parts[0][(at + 1)..])),
            hosted?.Contains('/') == true ? new RepositoryName(hosted) : null,
            at >= 0 && Decoded(parts[0][(at + 1)..]) is { } digest && digest.StartsWith("sha256:", StringComparison.Ordinal)
                ? digest : null);
    }

    static string? Decoded(string? text) => string.IsNullOrWhiteSpace(text) ? null : Uri.UnescapeDataString(text);
}
