using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Settings;

/// <summary>
/// Writes the section of a source into the text of <c>leadline.yaml</c>, and leaves every other line as it is.
/// </summary>
static class SourceSection
{
    /// <summary>The line in which the source's section begins; null where it has none.</summary>
    /// <exception cref="FormatException">The text is no YAML.</exception>
    public static int? LineOf(string text, string source) =>
        Find(text, source) is { Section: { } key } ? (int)key.Start.Line : null;

    /// <summary>The text with this section, in place of the one that is there.</summary>
    /// <param name="text">As it is now; empty for a new file.</param>
    /// <param name="lines">Of the section, each <c>key: value</c>.</param>
    /// <exception cref="FormatException">Its sources are written in braces, or it is no YAML: it cannot be added to line by
    /// line.</exception>
    public static string Write(string text, string source, IEnumerable<string> lines)
    {
        var end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var all = text.Length == 0 ? [] : text.TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var (sources, section, indent) = Find(text, source);
        if (sources is null)
        {
            if (all.Count > 0) all.Add("");
            all.AddRange(["sources:", .. Section("  ")]);
            return Joined();
        }

        var first = section is null ? (int)sources.Start.Line : (int)section.Start.Line - 1;
        var depth = section is null ? 0 : indent!.Length;
        var last = section is null ? first - 1 : first;
        for (var i = last + 1; i < all.Count && IsBelow(all[i], depth); i++)
            if (all[i].Trim() is { Length: > 0 } content && content[0] != '#') last = i;
        if (section is not null) all.RemoveRange(first, last - first + 1);
        all.InsertRange(section is null ? last + 1 : first, Section(indent ?? "  "));
        return Joined();

        IEnumerable<string> Section(string at) => lines.Select(line => at + at + line).Prepend($"{at}{source}:");
        string Joined() => string.Join(end, all) + end;
    }

    /// <summary>Whether the line belongs to what stands so deep; empty lines and comments do not end it.</summary>
    static bool IsBelow(string line, int depth) =>
        line.Trim().Length == 0 || line.TrimStart()[0] == '#' || line.Length - line.TrimStart().Length > depth;

    /// <summary>
    /// The keys <c>sources</c> and that of the source, and how far sources are indented; null where they are not there.
    /// </summary>
    static (YamlNode? Sources, YamlNode? Section, string? Indent) Find(string text, string source)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new FormatException($"line {error.Start.Line} is not YAML: {error.Message}", error);
        }

        if (yaml.Documents.Count == 0) return (null, null, null);
        if (yaml.Documents[0].RootNode is YamlScalarNode { Value: null or "" }) return (null, null, null);
        if (yaml.Documents[0].RootNode is not YamlMappingNode root) throw new FormatException("the file holds no settings");
        var (key, value) = root.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: "sources" });
        if (root.Style == YamlDotNet.Core.Events.MappingStyle.Flow
            || value is YamlMappingNode { Style: YamlDotNet.Core.Events.MappingStyle.Flow })
            throw new FormatException("its sources are written in braces, and nothing can be added there line by line");
        if (value is not YamlMappingNode sources) return (key, null, null);
        var section = sources.Children.Keys.FirstOrDefault(name => name is YamlScalarNode scalar && scalar.Value == source);
        return (key, section, new string(' ', (int)sources.Children.Keys.First().Start.Column - 1));
    }
}
