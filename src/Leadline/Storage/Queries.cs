using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Leadline.Storage;

/// <summary>
/// The text of every query, by file name; they are embedded, one file each. What several say alike stands once, in <c>Parts</c>:
/// <c>{counted}</c>, or with what <c>{it}</c> is there, <c>{bin_of(lead_seconds)}</c>. Lines that end in <c>-- edges</c> are
/// left out where a window consists of whole days.
/// </summary>
static partial class Queries
{
    const string FunctionsFolder = "functions/", PartsFolder = "parts/";

    static readonly FrozenDictionary<string, string> Files = typeof(Queries).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[..^4], Read);

    static readonly ConcurrentDictionary<(string Name, bool Edges), string> Texts = new();

    static readonly ConcurrentDictionary<string, FrozenSet<string>> Names = new();

    public static string Text(string name, bool edges = true) => Texts.GetOrAdd((name, edges), static query =>
        Complete(
            Files.TryGetValue(query.Name, out var text) ? text
                : throw new ArgumentException($"there is no query named {query.Name}"), query.Edges));

    /// <summary>The parameters that a text takes.</summary>
    public static FrozenSet<string> Parameters(string text) =>
        Names.GetOrAdd(text, static text => Parameter().Matches(text).Select(match => match.Groups[1].Value).ToFrozenSet());

    /// <summary>Numbered <c>0001_name</c>, in order; never edited once released.</summary>
    public static IEnumerable<(int Number, string Text)> Migrations =>
        Files.Where(query => char.IsAsciiDigit(query.Key[0])).OrderBy(query => query.Key, StringComparer.Ordinal)
            .Select(query => (int.Parse(query.Key.AsSpan(0, 4)), query.Value));

    /// <summary>
    /// The queries of metrics that say on their first line what they answer: name, columns with their types, text.
    /// </summary>
    public static IEnumerable<(string Name, string Columns, string Text)> Metrics => Files
        .Where(query => !query.Key.Contains('/') && Columns().IsMatch(query.Value))
        .OrderBy(query => query.Key, StringComparer.Ordinal)
        .Select(query => (query.Key, Columns().Match(query.Value).Groups[1].Value, Text(query.Key)));

    /// <summary>The names of what PostgreSQL has as functions beside the metrics.</summary>
    public static IEnumerable<string> Functions =>
        Files.Keys.Where(name => name.StartsWith(FunctionsFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => name[FunctionsFolder.Length..]);

    public static string Function(string name) => Text(FunctionsFolder + name);

    /// <summary>The text with its parts in their places; what is no part stays for others to fill.</summary>
    static string Complete(string text, bool edges) => Part().Replace(edges ? text : Edge().Replace(text, ""), match =>
        Files.TryGetValue(PartsFolder + match.Groups[1].Value, out var part)
            ? Complete(part.TrimEnd().Replace("{it}", match.Groups[2].Value), edges) : match.Value);

    [GeneratedRegex(
        @"\A-- (\w+ (?:bigint|integer|double precision|timestamp|timestamptz)(?:, \w+ (?:bigint|integer|double precision|timestamp|timestamptz))*)\n")]
    private static partial Regex Columns();

    [GeneratedRegex(@"\{(\w+)(?:\((\w+)\))?\}")]
    private static partial Regex Part();

    [GeneratedRegex(@"^.*-- edges\n", RegexOptions.Multiline)]
    private static partial Regex Edge();

    [GeneratedRegex(@"\$([a-z_]+)")]
    private static partial Regex Parameter();

    static string Read(string name)
    {
        using var stream = new StreamReader(typeof(Queries).Assembly.GetManifestResourceStream(name)!);
        return stream.ReadToEnd();
    }
}
