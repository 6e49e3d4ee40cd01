namespace Leadline.Core;

/// <summary>
/// The commits of a service by the names that they go by: their id or the beginning of it, a git tag, an image by its tag or
/// digest.
/// </summary>
sealed class KnownVersions
{
    readonly CommitGraph graph;
    readonly Dictionary<(RepositoryName? Repository, string Name), Sha> artifacts;

    /// <summary>Null for a name that stands for another commit in another repository.</summary>
    readonly Dictionary<string, Sha?> byName = new(StringComparer.Ordinal);

    public KnownVersions(CommitGraph graph, IEnumerable<ArtifactFact> facts)
    {
        this.graph = graph;
        artifacts = Folding.Artifacts(facts);
        foreach (var ((repository, name), sha) in artifacts)
        {
            if (repository is null) continue;
            var (tag, digest) = VersionNames.PartsOf(name);
            foreach (var one in new[] { name, tag, digest }.OfType<string>().Distinct())
                byName[one] = byName.TryGetValue(one, out var known) && known != sha ? null : sha;
        }
    }

    /// <summary>The commit that an artifact of exactly this name stands for, first of all in this repository.</summary>
    public Sha? Artifact(RepositoryName? repository, string name) =>
        artifacts.TryGetValue((repository, name), out var own) ? own : artifacts.TryGetValue((null, name), out var any) ? any
            : null;

    /// <summary>
    /// The place of the one commit that the name stands for, or -1: <c>v1.4.0</c>, <c>acme/shop:1.4.0</c> (the <c>v</c> of a git
    /// tag is often left out of an image's), <c>acme/shop@sha256:…</c>, <c>3f2a9c1</c>, <c>main-3f2a9c1</c>,
    /// <c>v1.4.0-2-g3f2a9c1</c>.
    /// </summary>
    public int Find(string name)
    {
        var (tag, digest) = VersionNames.PartsOf(name);
        if (digest is not null && OfArtifact(digest) is >= 0 and var byDigest) return byDigest;
        foreach (var one in tag is null ? [name] : (string[])[name, tag])
        {
            if (OfArtifact(one) is >= 0 and var place) return place;
            var other = one is ['v', >= '0' and <= '9', ..] ? one[1..] : one is [>= '0' and <= '9', ..] ? "v" + one : null;
            if (other is not null && OfArtifact(other) is >= 0 and var lenient) return lenient;
        }

        return digest is not null && tag is null ? -1 : OfSha(tag ?? name);
    }

    int OfArtifact(string name) => byName.TryGetValue(name, out var known) && known is { } sha ? graph.Find(sha) : -1;

    /// <summary>The commit whose id, whole or abbreviated, is a part of the text; -1 where there is none, or several.</summary>
    int OfSha(string text)
    {
        var found = -1;
        for (var from = 0; from < text.Length; from++)
        {
            var end = from;
            while (end < text.Length && char.IsAsciiHexDigit(text[end])) end++;
            if (end == from) continue;
            if (IsPart(text, from, end) && Sha.TryParse(text.AsSpan(from, end - from), out var sha)
                && graph.Find(sha) is >= 0 and var place)
            {
                if (found >= 0 && found != place) return -1;
                found = place;
            }

            from = end;
        }

        return found;
    }

    /// <summary>
    /// Whether nothing joins it to what stands around it, but the <c>g</c> that git puts before; a date is no part.
    /// </summary>
    static bool IsPart(string text, int from, int end)
    {
        if (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) return false;
        if (from > 0 && char.IsAsciiLetterOrDigit(text[from - 1])
            && !(text[from - 1] == 'g' && from > 1 && text[from - 2] == '-')) return false;
        return end - from == text.Length || end - from >= 40 || text.AsSpan(from, end - from).ContainsAnyExceptInRange('0', '9');
    }
}
