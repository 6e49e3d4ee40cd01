namespace Leadline.Sources;

/// <summary>A container image as manifests name it: <c>registry/acme/shop:v1.4.0@sha256:…</c>.</summary>
public readonly record struct ImageName(string Name, string? Tag, string? Digest)
{
    /// <summary>What tells this version of the image: its tag, or else its digest. <c>latest</c> tells nothing.</summary>
    public string? Version => Tag is null or "latest" ? Digest : Tag;

    public static ImageName Parse(string text)
    {
        var at = text.IndexOf('@');
        var named = at < 0 ? text : text[..at];
        var digest = at < 0 ? null : text[(at + 1)..];

        // Before the last slash a colon stands for the registry's port.
        var slash = named.LastIndexOf('/');
        var colon = named.IndexOf(':', slash + 1);
        var name = named[(slash + 1)..(colon < 0 ? named.Length : colon)];
        return new ImageName(name, colon < 0 || colon == named.Length - 1 ? null : named[(colon + 1)..], NullIfEmpty(digest));
    }

    /// <summary>
    /// The version of the application among its images: that of all where they agree, else that of the only one which bears the
    /// application's name; null where neither is so.
    /// </summary>
    public static string? VersionOf(IEnumerable<string?> images, string application)
    {
        var parsed = images.OfType<string>().Where(image => image.Length > 0).Select(Parse).Distinct().ToList();
        if (parsed.Select(image => image.Version).Distinct().ToList() is [var agreed]) return agreed;
        return parsed.Where(image => image.Name == application).ToList() is [var own] ? own.Version : null;
    }

    static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
