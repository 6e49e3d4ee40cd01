using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Settings;

namespace Leadline.Web;

/// <summary>One rule as the page of definitions shows it.</summary>
/// <param name="Key">As leadline.yaml writes it.</param>
/// <param name="Says">What it means, in a sentence.</param>
/// <param name="Value">In the file's own words.</param>
/// <param name="IsDefault">Whether it is the one that holds without a file.</param>
public sealed record RuleInForce(string Key, string Says, string Value, bool IsDefault);

/// <summary>
/// A line of the canonical definitions that one version has and the one before it has not, or the other way round.
/// </summary>
public sealed record RuleChange(string Key, string? Before, string? After);

/// <summary>The definitions in words, made of the table that reads leadline.yaml and of their canonical text.</summary>
public static class RulesInForce
{
    /// <summary>Every rule that decides a number, in the order of the table.</summary>
    public static ImmutableArray<RuleInForce> Of(Definitions definitions)
    {
        var (values, defaults) =
            (Values(DefinitionsHash.Whole(definitions)), Values(DefinitionsHash.Whole(Definitions.Default)));
        return [.. Leaves("", SettingsKey.Root).SelectMany(Rules)];

        IEnumerable<RuleInForce> Rules((string Path, SettingsKey Key) leaf)
        {
            // The preset's name decides nothing; sources and the log are no definitions.
            var path = leaf.Path.StartsWith("definitions.", StringComparison.Ordinal) ? leaf.Path["definitions.".Length..]
                : leaf.Path;
            if (values.TryGetValue(path, out var value))
                yield return new RuleInForce(leaf.Path, leaf.Key.Says, Word(value), value == defaults.GetValueOrDefault(path));
        }
    }

    /// <summary>What changed from one version to the next.</summary>
    public static ImmutableArray<RuleChange> Changes(string before, string after)
    {
        // A key that came later is not written where it says what holds without it.
        var (old, now, otherwise) = (Values(before), Values(after), Values(DefinitionsHash.Whole(Definitions.Default)));
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
                .Select(key => new RuleChange(key, In(old, key), In(now, key)))
                .Where(change => change.Before != change.After),
        ];

        string? In(Dictionary<string, string> values, string key) =>
            values.TryGetValue(key, out var value) || otherwise.TryGetValue(key, out value) ? Word(value) : null;
    }

    /// <summary>The keys that hold a value, with the names that lead to them.</summary>
    internal static IEnumerable<(string Path, SettingsKey Key)> Leaves(string path, SettingsKey key) => key.Below.IsEmpty
        ? [(path, key)]
        : key.Kind == SettingsKind.NamedMap ? []
        : key.Below.SelectMany(below => Leaves(path.Length == 0 ? below.Name : $"{path}.{below.Name}", below));

    /// <summary>The canonical text's lines by key.</summary>
    internal static Dictionary<string, string> Values(string canonical) =>
        canonical.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(" = ", 2))
            .ToDictionary(line => line[0], line => line.Length > 1 ? line[1] : "", StringComparer.Ordinal);

    /// <summary>A value as leadline.yaml writes it: the canonical text writes the program's names.</summary>
    static string Word(string value)
    {
        if (value.Length == 0) return "none";
        if (TimeSpan.TryParseExact(value, "c", null, out var span))
            return span == FailureRules.Unlimited ? SettingsKey.Forever : span.TotalHours >= 1 && span.Minutes == 0
                ? $"{(long)span.TotalHours}h" : $"{(long)span.TotalMinutes}m";
        return value switch
        {
            "True" or "False" => value.ToLowerInvariant(),
            _ when value[0] == '"' => string.Join(", ", value.Split(", ").Select(item => Name(item.Trim('"')))),
            _ => Name(value),
        };
    }

    static string Name(string value) =>
        Enum.TryParse<FailureSignal>(value, out var signal) && $"{signal}" == value ? SettingsKey.WordOf(signal)
        : Enum.TryParse<LeadTimeStart>(value, out var start) && $"{start}" == value ? SettingsKey.WordOf(start)
        : Enum.TryParse<LeadTimeUnit>(value, out var unit) && $"{unit}" == value ? SettingsKey.WordOf(unit)
        : Enum.TryParse<EnvironmentCounts>(value, out var counts) && $"{counts}" == value ? SettingsKey.WordOf(counts)
        : Enum.TryParse<Statistic>(value, out var statistic) && $"{statistic}" == value ? SettingsKey.WordOf(statistic)
        : Enum.TryParse<IncidentLink>(value, out var link) && $"{link}" == value ? SettingsKey.WordOf(link)
        : Enum.TryParse<FailureRateOf>(value, out var rate) && $"{rate}" == value ? SettingsKey.WordOf(rate)
        : Enum.TryParse<RecoveryOf>(value, out var of) && $"{of}" == value ? SettingsKey.WordOf(of)
        : Enum.TryParse<RecoveryStart>(value, out var from) && $"{from}" == value ? SettingsKey.WordOf(from)
        : value;
}
