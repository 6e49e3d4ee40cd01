using Leadline.Core;
using Leadline.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Scenarios;

/// <summary>
/// A scenario's definitions: a <c>leadline.yaml</c>, changed by the scenario's own lines and read by the reader of that file.
/// </summary>
sealed class ScenarioSettings
{
    readonly YamlMappingNode root = [];

    /// <param name="settings">The text of a <c>leadline.yaml</c> that was read without errors; null for none.</param>
    public ScenarioSettings(string? settings)
    {
        if (settings is null) return;
        var yaml = new YamlStream();
        yaml.Load(new StringReader(settings));
        if (yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode map) root = map;
    }

    public static bool IsSetting(Line line) => line.Peek() is "timezone" or "preset" or "set" or "service" or "environment";

    /// <exception cref="LineException">The line, its key or its value is wrong.</exception>
    public void Read(Line line)
    {
        if (line.TryTake("timezone")) Set(["timezone"], Text(line.Take("an IANA name such as Europe/Berlin")));
        else if (line.TryTake("preset")) Set(["definitions", "preset"], Text(line.Take("a preset's name")));
        else if (line.TryTake("service")) ReadService(line);
        else if (line.TryTake("environment")) ReadEnvironment(line);
        else
        {
            line.Require("set");
            var key = line.Take("a definition's name such as failure.incident_window");
            line.Require("=");
            var path = key.Split('.');
            if (!SettingsKey.Root.Below!.Any(below => below.Name == path[0])) path = ["definitions", .. path];
            Set(path, Value(line.TakeRest("a value")));
        }

        line.RequireEnd();
    }

    /// <summary>What all lines come to.</summary>
    public Definitions Definitions() => Parse(root);

    /// <summary>Scenarios deliver nothing, so the secrets of sources need not be there.</summary>
    public static string? Environment(string name) =>
        System.Environment.GetEnvironmentVariable(name)
            ?? (name.StartsWith("LEADLINE_", StringComparison.Ordinal) ? null : "unused");

    void ReadService(Line line)
    {
        var name = line.Take("a service's name");
        if (line.AtEnd) throw line.Expected("repositories, paths, apps, incidents, team or area");
        while (!line.AtEnd)
        {
            if (line.TryTake("repositories"))
                Set(["services", name, "repositories"], Texts(line.TakeList("a repository such as acme/shop")));
            else if (line.TryTake("paths"))
                Set(["services", name, "paths"], Texts(line.TakeList("a glob such as \"services/checkout/**\"")));
            else if (line.TryTake("apps")) Set(["services", name, "apps"], Texts(line.TakeList("an app's name")));
            else if (line.TryTake("team")) Set(["services", name, "team"], Text(line.Take("a team's name")));
            else if (line.TryTake("area")) Set(["services", name, "area"], Text(line.Take("an area's name")));
            else if (line.TryTake("incidents"))
                Set(
                    ["services", name, "incidents", line.Take("a source such as pagerduty")],
                    Texts(line.TakeList("the source's group")));
            else throw line.Expected("repositories, paths, apps, incidents, team or area");
        }
    }

    void ReadEnvironment(Line line)
    {
        var name = line.Take("an environment's name");
        if (line.AtEnd) throw line.Expected("matches or counts");
        while (!line.AtEnd)
        {
            if (line.TryTake("matches")) Set(["environments", name, "match"], Texts(line.TakeList("a name that sources use")));
            else if (line.TryTake("counts")) Set(["environments", name, "counts"], Text(line.Take("all, first or each")));
            else throw line.Expected("matches or counts");
        }
    }

    void Set(ReadOnlySpan<string> path, YamlNode value)
    {
        var alone = new YamlMappingNode();
        SettingsTree.Put(alone, path, value);
        try
        {
            Parse(alone);
        }
        catch (SettingsException error)
        {
            // The place is that of a text which nobody sees.
            throw new LineException(string.Join("; ", error.Errors.Select(sentence => sentence[(sentence.IndexOf(' ') + 1)..])));
        }

        SettingsTree.Put(root, path, value);
    }

    static Definitions Parse(YamlMappingNode map) =>
        SettingsFile.Parse(SettingsTree.Text(map), "scenario", Environment).Definitions;

    static YamlNode Value(string text)
    {
        try
        {
            return SettingsTree.Value(text);
        }
        catch (FormatException error)
        {
            throw new LineException(error.Message);
        }
    }

    static YamlScalarNode Text(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };

    static YamlSequenceNode Texts(IEnumerable<string> texts) => [.. texts.Select(Text)];
}
