using System.Buffers;

namespace Leadline.Core;

/// <summary>What a line of text names that may be a version: a commit id, a tag, an image.</summary>
static class VersionNames
{
    const int Longest = 256;

    static readonly SearchValues<char> Between = SearchValues.Create(" \t\r\n\"'`()[]{},;|*");

    /// <summary>
    /// The names of a line in their order. Those of one list replace each other, the last one all before it: of
    /// <c>from v1 to v2</c>, <c>v1 -> v2</c> and <c>v1..v2</c> it is <c>[v1, v2]</c>.
    /// </summary>
    public static List<List<string>> In(ReadOnlySpan<char> line)
    {
        var names = new List<List<string>>();
        var (follows, replaces) = (false, false);
        foreach (var range in line.SplitAny(Between))
        {
            var word = line[range].TrimEnd(".:!?");
            if (word.IsEmpty) continue;
            if (word is "to" or "->" or "→" or "=>")
            {
                replaces = follows;
                continue;
            }

            if (word.LastIndexOf('=') is >= 0 and var equals) word = word[(equals + 1)..];
            follows = false;
            if (word.IndexOf("..", StringComparison.Ordinal) is > 0 and var dots) follows = Add(word[..dots]);
            if (follows)
            {
                word = word[word.LastIndexOf("..", StringComparison.Ordinal)..].TrimStart('.');
                replaces = true;
            }

            follows = Add(word);
            replaces = false;
        }

        return names;

        bool Add(ReadOnlySpan<char> word)
        {
            if (!IsName(word)) return false;
            if (replaces) names[^1].Add(word.ToString());
            else names.Add([word.ToString()]);
            return true;
        }
    }

    /// <summary>Whether the name cannot well be anything but a version: a commit id, numbers with dots, an image.</summary>
    public static bool IsVersion(string name)
    {
        var (tag, digest) = PartsOf(name);
        return digest is not null || tag is not null || VersionTag.IsVersion(name)
            || (Sha.TryParse(name, out _) && name.AsSpan().ContainsAnyInRange('0', '9')
                && name.AsSpan().ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>
    /// The tag and digest of an image: <c>registry:5000/acme/shop:v1@sha256:…</c>; null where the name has none.
    /// </summary>
    public static (string? Tag, string? Digest) PartsOf(string name)
    {
        if (name.Contains("://", StringComparison.Ordinal)) return (null, null);
        if (name.StartsWith("sha256:", StringComparison.Ordinal)) return (null, name);
        var at = name.IndexOf('@');
        var digest = at >= 0 && name.IndexOf(':', at) > 0 ? name[(at + 1)..] : null;
        var named = at < 0 ? name : name[..at];
        var colon = named.IndexOf(':', named.LastIndexOf('/') + 1);
        return (colon > 0 && colon < named.Length - 1 ? named[(colon + 1)..] : null, digest);
    }

    /// <summary>Whether the line holds this word, of letters, digits, dashes and underscores, without regard to case.</summary>
    public static bool HasWord(ReadOnlySpan<char> line, string word)
    {
        for (var rest = line; rest.IndexOf(word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            var from = line.Length - rest.Length + at;
            if ((from == 0 || !IsOfWord(line[from - 1]))
                && (from + word.Length == line.Length || !IsOfWord(line[from + word.Length]))) return true;
        }

        return false;

        static bool IsOfWord(char one) => char.IsLetterOrDigit(one) || one is '-' or '_';
    }

    /// <summary>What has a digit in it, or is hexadecimal through and through; the number of an issue is no version.</summary>
    static bool IsName(ReadOnlySpan<char> word) => word.Length is > 1 and <= Longest && word[0] is not ('#' or '!')
        && (word.ContainsAnyInRange('0', '9') || Sha.TryParse(word, out _));
}
