using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Settings;

/// <summary>Settings that are put together key by key, to be read by the reader of the file.</summary>
static class SettingsTree
{
    /// <summary>Sets a key, and those it is in where they are not there yet.</summary>
    public static void Put(YamlMappingNode map, ReadOnlySpan<string> path, YamlNode value)
    {
        foreach (var name in path[..^1])
        {
            if (!map.Children.TryGetValue(name, out var below) || below is not YamlMappingNode)
                map.Children[name] = below = new YamlMappingNode();
            map = (YamlMappingNode)below;
        }

        map.Children[path[^1]] = value;
    }

    /// <summary>A word, or several with commas.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static YamlNode Value(string text)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text.Contains(',') && !text.StartsWith('[') ? $"[{text}]" : text));
            if (yaml.Documents is [var document]) return document.RootNode;
        }
        catch (YamlException)
        {
            // Said below, as what is empty is.
        }

        throw new FormatException($"'{text}' is no value: write one word, or several with a comma between each two");
    }

    public static string Text(YamlMappingNode map)
    {
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(map)).Save(text, assignAnchors: false);
        return text.ToString();
    }
}
