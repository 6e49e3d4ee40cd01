using System.Collections.Frozen;

namespace Leadline.Storage;

/// <summary>The text of every query, by file name; they are embedded, one file each.</summary>
static class Queries
{
    static readonly FrozenDictionary<string, string> Texts = typeof(Queries).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[..^4], Read);

    public static string Text(string name) => Texts.TryGetValue(name, out var text) ? text : throw new ArgumentException($"there is no query named {name}");

    /// <summary>Numbered <c>0001_name</c>, in order; never edited once released.</summary>
    public static IEnumerable<(int Number, string Text)> Migrations =>
        Texts.Where(query => char.IsAsciiDigit(query.Key[0])).OrderBy(query => query.Key, StringComparer.Ordinal).Select(query => (int.Parse(query.Key.AsSpan(0, 4)), query.Value));

    static string Read(string name)
    {
        using var stream = new StreamReader(typeof(Queries).Assembly.GetManifestResourceStream(name)!);
        return stream.ReadToEnd();
    }
}
