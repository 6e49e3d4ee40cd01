using System.Collections.Immutable;
using Leadline.Settings;

namespace Leadline.Tests.Settings;

/// <summary>The table of keys as the tests walk it.</summary>
static class SettingsTable
{
    /// <summary>
    /// Every key below the root with those it is in, as they are written and with the names that the example gives.
    /// </summary>
    public static ImmutableArray<ImmutableArray<SettingsKey>> Keys { get; } = [.. Below([], SettingsKey.Root)];

    /// <summary>The same keys as <c>definitions.lead_time.unit</c>, for a test's rows.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Keys.Select(Name)];

    public static string Name(ImmutableArray<SettingsKey> path) => string.Join('.', path.Select(key => key.Name));

    public static ImmutableArray<SettingsKey> Find(string name) => Keys.Single(path => Name(path) == name);

    /// <summary>YAML that sets this key alone, and beside it what must be there.</summary>
    public static string Yaml(ImmutableArray<SettingsKey> path, string value)
    {
        // What is asked for again and again is so of something.
        var needed = path is [.., { Name: "poll" }] && value.Trim('"') != SettingsKey.Off ? "scopes" : null;
        return Alone(path, value) + string.Concat(path.Length < 2 ? [] : path[^2].Below
            .Where(key => (key.IsNeeded || key.Name == needed) && key.Name != path[^1].Name)
            .Select(key => $"{new string(' ', 2 * (path.Length - 1))}{key.Name}: {key.Example[0]}\n"));
    }

    /// <summary>YAML in which this key is left out of what it stands in; where that needs it, of all.</summary>
    public static string Without(ImmutableArray<SettingsKey> path) =>
        path.Length > 1 && path[^2].Below.Any(key => key.IsNeeded) ? "timezone: UTC\n" : Yaml(path[..^1], "{}");

    static string Alone(ImmutableArray<SettingsKey> path, string value) =>
        string.Concat(path.Select((key, depth) =>
            $"{new string(' ', depth * 2)}{Written(key, depth == 0 ? SettingsKey.Root : path[depth - 1])}:"
                + $"{(depth == path.Length - 1 ? $" {value}" : "")}\n"));

    /// <summary>How the key is written below that one: as it is, or by the example's name.</summary>
    public static string Written(SettingsKey key, SettingsKey above) =>
        above.Kind == SettingsKind.NamedMap ? key.Example[0] : key.Name;

    static IEnumerable<ImmutableArray<SettingsKey>> Below(ImmutableArray<SettingsKey> path, SettingsKey key) =>
        key.Below.SelectMany(below => Below(path.Add(below), below).Prepend(path.Add(below)));
}
