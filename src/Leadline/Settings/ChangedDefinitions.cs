using Leadline.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Settings;

/// <summary>Definitions with some of their keys set to another value: <c>failure.incident_window=6h</c>.</summary>
public static class ChangedDefinitions
{
    /// <param name="basis">What holds where no key says otherwise.</param>
    /// <param name="sets">Keys below <c>definitions</c>, or <c>timezone</c>, each with <c>=</c> and a value.</param>
    /// <exception cref="FormatException">Some cannot be set; all of them are said.</exception>
    public static Definitions Of(Definitions basis, IReadOnlyList<string> sets)
    {
        var root = new YamlMappingNode();
        var errors = new List<string>();
        foreach (var set in sets) Put(root, basis, set, errors);
        if (errors.Count > 0) throw new FormatException(string.Join("; ", errors));
        return sets.Count == 0 ? basis : Parse(root, basis);
    }

    static void Put(YamlMappingNode root, Definitions basis, string set, List<string> errors)
    {
        if (set.IndexOf('=') is not (> 0 and var at))
        {
            errors.Add($"'{set}' sets nothing: write KEY=VALUE, such as failure.incident_window=6h");
            return;
        }

        var path = set[..at].Trim().Split('.');
        if (path[0] != "timezone" && path[0] != "definitions")
        {
            if (SettingsKey.Root.Below.Any(below => below.Name == path[0]))
            {
                errors.Add(
                    $"'{path[0]}' is changed by another file alone: write one, and see what it comes to with leadline "
                        + "definitions check FILE");
                return;
            }

            path = ["definitions", .. path];
        }

        try
        {
            // Each by itself, so that what is wrong is said of the right one.
            var alone = new YamlMappingNode();
            SettingsTree.Put(alone, path, SettingsTree.Value(set[(at + 1)..].Trim()));
            _ = Parse(alone, basis);
            SettingsTree.Put(root, path, SettingsTree.Value(set[(at + 1)..].Trim()));
        }
        catch (FormatException error)
        {
            errors.Add(error.Message);
        }
    }

    static Definitions Parse(YamlMappingNode root, Definitions basis)
    {
        try
        {
            return SettingsFile.Parse(SettingsTree.Text(root), "set", static _ => null, basis).Definitions;
        }
        catch (SettingsException error)
        {
            // The place is that of a text which nobody sees.
            throw new FormatException(
                string.Join("; ", error.Errors.Select(sentence => sentence[(sentence.IndexOf(' ') + 1)..])));
        }
    }
}
