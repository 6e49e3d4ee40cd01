using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Leadline.Storage;

/// <summary>The text of every query, by file name; they are embedded, one file each.</summary>
static partial class Queries
{
    const string FunctionsFolder = "functions/";

    static readonly FrozenDictionary<string, string> Texts = typeof(Queries).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[..^4], Read);

    public static string Text(string name) => Texts.TryGetValue(name, out var text) ? text : throw new ArgumentException($"there is no query named {name}");

    /// <summary>Numbered <c>0001_name</c>, in order; never edited once released.</summary>
    public static IEnumerable<(int Number, string Text)> Migrations =>
        Texts.Where(query => char.IsAsciiDigit(query.Key[0])).OrderBy(query => query.Key, StringComparer.Ordinal).Select(query => (int.Parse(query.Key.AsSpan(0, 4)), query.Value));

    /// <summary>The queries of metrics that say on their first line what they answer: name, columns with their types, text.</summary>
    public static IEnumerable<(string Name, string Columns, string Text)> Metrics => Texts
        .Where(query => !query.Key.Contains('/') && Columns().IsMatch(query.Value))
        .OrderBy(query => query.Key, StringComparer.Ordinal)
        .Select(query => (query.Key, Columns().Match(query.Value).Groups[1].Value, query.Value));

    /// <summary>The names of what PostgreSQL has as functions beside the metrics.</summary>
    public static IEnumerable<string> Functions => Texts.Keys.Where(name => name.StartsWith(FunctionsFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => name[FunctionsFolder.Length..]);

    public static string Function(string name) => Text(FunctionsFolder + name);

    [GeneratedRegex(@"\A-- (\w+ (?:bigint|double precision|timestamp|timestamptz)(?:, \w+ (?:bigint|double precision|timestamp|timestamptz))*)\n")]
    private static partial Regex Columns();

    static string Read(string name)
    {
        using var stream = new StreamReader(typeof(Queries).Assembly.GetManifestResourceStream(name)!);
        return stream.ReadToEnd();
    }
}
