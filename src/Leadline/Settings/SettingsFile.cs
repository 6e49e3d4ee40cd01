using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Sources;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Settings;

/// <summary>Reads <c>leadline.yaml</c> and says everything that is wrong with it at once.</summary>
public sealed partial class SettingsFile
{
    readonly string file;
    readonly Func<string, string?> environment;
    readonly List<(long Line, long Column, string Sentence)> errors = [];
    readonly Dictionary<string, (YamlNode Node, ImmutableArray<string> Values)> values = new(StringComparer.Ordinal);
    readonly List<string> names = [];

    SettingsFile(string file, Func<string, string?> environment) => (this.file, this.environment) = (file, environment);

    /// <summary>The settings of this file; of LEADLINE_CONFIG, of ./leadline.yaml where it is there, else the defaults.</summary>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public static LeadlineSettings Load(string? path, Func<string, string?> environment)
    {
        var file = path ?? environment("LEADLINE_CONFIG") ?? (File.Exists("leadline.yaml") ? "leadline.yaml" : null);
        if (file is null) return new LeadlineSettings();
        try
        {
            return Parse(File.ReadAllText(file), Path.GetFileName(file), environment);
        }
        catch (IOException error)
        {
            throw new SettingsException([$"{file} cannot be read: {error.Message}"]);
        }
    }

    /// <summary>The settings of this text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its name, for the errors.</param>
    /// <param name="environment">Answers the value of an environment variable, or null.</param>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public static LeadlineSettings Parse(string text, string file, Func<string, string?> environment)
    {
        var reading = new SettingsFile(file, environment);
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new SettingsException([$"{file}:{error.Start.Line}:{error.Start.Column} this is not YAML: {error.Message}"]);
        }

        if (yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is not YamlScalarNode { Value: null or "" }) reading.Read(yaml.Documents[0].RootNode, SettingsKey.Root, "");
        var settings = reading.Convert();
        if (reading.errors.Count > 0)
            throw new SettingsException([.. reading.errors.OrderBy(error => error.Line).ThenBy(error => error.Column).Select(error => $"{file}:{error.Line}:{error.Column} {error.Sentence}")]);
        return settings;
    }

    void Read(YamlNode node, SettingsKey key, string path)
    {
        switch (key.Kind)
        {
            case SettingsKind.Map:
                foreach (var (name, value) in Entries(node, path))
                {
                    if (Array.Find(key.Below!, below => below.Name == name.Value) is { } below) Read(value, below, Join(path, name.Value!));
                    else Wrong(name, Join(path, name.Value!), $"this key is not known{Nearest.Suggest(name.Value!, key.Below!.Select(below => below.Name))}");
                }

                break;
            case SettingsKind.NamedMap:
                foreach (var (name, value) in Entries(node, path))
                {
                    var own = Join(path, name.Value!);
                    names.Add(own);
                    values.TryAdd(own, (name, [name.Value!]));
                    if (key.ValuesAreTexts) Texts(value, own);
                    else Read(value, key with { Kind = SettingsKind.Map }, own);
                }

                break;
            case SettingsKind.Texts or SettingsKind.WordList:
                Texts(node, path);
                if (key.Kind == SettingsKind.WordList && values.TryGetValue(path, out var list))
                    foreach (var word in list.Values.Where(word => !key.Words!.Contains(word))) Wrong(node, path, $"'{word}' is none of {string.Join(", ", key.Words!)}{Nearest.Suggest(word, key.Words!)}");
                break;
            default:
                if (node is not YamlScalarNode { Value: { } text })
                {
                    Wrong(node, path, "write one value here, not a list or more keys");
                    break;
                }

                values[path] = (node, [text]);
                if (key.Kind == SettingsKind.Word && !key.Words!.Contains(text)) Wrong(node, path, $"'{text}' is none of {string.Join(", ", key.Words!)}{Nearest.Suggest(text, key.Words!)}");
                if (key.Kind == SettingsKind.Flag && text is not ("true" or "false")) Wrong(node, path, $"write true or false, not '{text}'");
                if (key.Kind == SettingsKind.Span && !TryParseSpan(text, out _)) Wrong(node, path, $"'{text}' is no span: write 30m, 24h or 7d");
                break;
        }
    }

    IEnumerable<(YamlScalarNode Name, YamlNode Value)> Entries(YamlNode node, string path)
    {
        if (node is YamlScalarNode { Value: null or "" }) yield break;
        if (node is not YamlMappingNode map)
        {
            Wrong(node, path, "write keys with values here");
            yield break;
        }

        foreach (var (name, value) in map.Children)
            if (name is YamlScalarNode { Value: not null } scalar) yield return (scalar, value);
            else Wrong(name, path, "a key must be one word");
    }

    void Texts(YamlNode node, string path)
    {
        var texts = node switch
        {
            YamlScalarNode { Value: { } one } => [one],
            YamlSequenceNode many when many.Children.All(child => child is YamlScalarNode) => many.Children.Select(child => ((YamlScalarNode)child).Value ?? "").ToImmutableArray(),
            YamlMappingNode map when map.Children.All(child => child is { Key: YamlScalarNode, Value: YamlScalarNode }) => [.. map.Children.Select(child => $"{child.Key}={child.Value}")],
            _ => default,
        };
        if (texts.IsDefault) Wrong(node, path, "write a list of texts here");
        else values[path] = (node, texts);
    }

    LeadlineSettings Convert()
    {
        var definitions = new Definitions
        {
            Timezone = Zone(),
            Services = [.. Names("services").Select(Service)],
            Environments = Names("environments") is { Count: > 0 } environments ? [.. environments.Select(Environment)] : Definitions.Default.Environments,
            Deployments = new DeploymentRules
            {
                CountFailedAttempts = Text("definitions.deployments.count_failed_attempts") == "true",
                CountRedeploys = Text("definitions.deployments.count_redeploys") == "true",
            },
            LeadTime = new LeadTimeRules
            {
                Unit = Word("definitions.lead_time.unit", LeadTimeUnit.Commit),
                Start = Word("definitions.lead_time.start", LeadTimeStart.Authored),
                ExcludeBots = Text("definitions.lead_time.exclude_bots") == "true",
            },
            Failure = Failure(),
        };
        return new LeadlineSettings { Definitions = definitions, Secrets = Names("sources").ToImmutableDictionary(source => source, Secrets), KeepDeliveries = Keep() };
    }

    FailureRules Failure()
    {
        var rules = new FailureRules();
        return rules with
        {
            Signals = values.TryGetValue("definitions.failure.signals", out var signals)
                ? [.. signals.Values.Where(word => Enum.TryParse<FailureSignal>(word, ignoreCase: true, out _)).Select(word => Enum.Parse<FailureSignal>(word, ignoreCase: true))]
                : rules.Signals,
            IncidentWindow = Text("definitions.failure.incident_window") is { } window && TryParseSpan(window, out var span) ? span : rules.IncidentWindow,
            IncidentLabels = List("definitions.failure.incident_labels") ?? rules.IncidentLabels,
            Hotfix = new HotfixRules
            {
                Labels = Globs("definitions.failure.hotfix.labels") ?? rules.Hotfix.Labels,
                Branches = Globs("definitions.failure.hotfix.branches") ?? rules.Hotfix.Branches,
                Titles = Globs("definitions.failure.hotfix.titles") ?? rules.Hotfix.Titles,
            },
        };
    }

    ServiceDefinition Service(string name)
    {
        var at = $"services.{name}.";
        return new ServiceDefinition
        {
            Name = new ServiceName(name),
            Team = Text(at + "team"),
            Area = Text(at + "area"),
            Repositories = [.. (List(at + "repositories") ?? []).Where(repository => repository.Length > 0).Select(repository => new RepositoryName(repository))],
            Paths = Globs(at + "paths") ?? [],
            Apps = Globs(at + "apps") ?? [],
            Incidents = [.. Names(at + "incidents").SelectMany(source => List($"{at}incidents.{source}")!.Value.Select(group => new IncidentMapping(source, group)))],
        };
    }

    EnvironmentDefinition Environment(string name) => new()
    {
        Name = new EnvironmentName(name),
        Match = Globs($"environments.{name}.match") ?? [name],
        Counts = Word($"environments.{name}.counts", EnvironmentCounts.All),
    };

    ImmutableArray<string> Secrets(string source)
    {
        var path = $"sources.{source}.secret";
        if (Catalogue.Find(source) is null)
            Wrong(values[$"sources.{source}"].Node, $"sources.{source}", $"there is no such source{Nearest.Suggest(source, Catalogue.Readers.Select(reader => reader.Source))}");
        return values.TryGetValue(path, out var secrets) ? [.. secrets.Values.Select(secret => Variable().Replace(secret, match => Substitute(secrets.Node, path, match.Groups[1].Value)))] : [];
    }

    string Substitute(YamlNode node, string path, string name)
    {
        if (environment(name) is { Length: > 0 } value) return value;
        Wrong(node, path, $"the environment variable {name} is not set");
        return "";
    }

    TimeSpan? Keep()
    {
        if (Text("deliveries.keep") is not { } keep || keep == "forever") return null;
        if (TryParseSpan(keep, out var span)) return span;
        Wrong(values["deliveries.keep"].Node, "deliveries.keep", $"'{keep}' is no span: write forever, or 400d");
        return null;
    }

    string Zone()
    {
        if (Text("timezone") is not { } zone) return "UTC";
        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) return zone;
        Wrong(values["timezone"].Node, "timezone", $"'{zone}' is no time zone: write an IANA name such as Europe/Berlin");
        return "UTC";
    }

    T Word<T>(string path, T otherwise) where T : struct, Enum =>
        Text(path) is { } word && Enum.TryParse<T>(word.Replace("_", ""), ignoreCase: true, out var value) ? value : otherwise;

    ImmutableArray<string>? Globs(string path)
    {
        var patterns = List(path);
        foreach (var pattern in patterns ?? [])
        {
            try
            {
                _ = new Glob(pattern);
            }
            catch (FormatException error)
            {
                Wrong(values[path].Node, path, error.Message);
            }
        }

        return patterns;
    }

    List<string> Names(string path) =>
        [.. names.Where(name => name.StartsWith(path + ".", StringComparison.Ordinal)).Select(name => name[(path.Length + 1)..]).Where(name => !IsBelow(path, name))];

    /// <summary>Whether the name is one of a map inside of another named thing: <c>checkout.incidents.jira</c>.</summary>
    static bool IsBelow(string path, string name) => path == "services" && name.Contains(".incidents.", StringComparison.Ordinal);

    string? Text(string path) => values.TryGetValue(path, out var value) && value.Values.Length == 1 ? value.Values[0] : null;

    ImmutableArray<string>? List(string path) => values.TryGetValue(path, out var value) ? value.Values : null;

    void Wrong(YamlNode node, string path, string sentence) => errors.Add((node.Start.Line, node.Start.Column, path.Length == 0 ? sentence : $"{path}: {sentence}"));

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Reads <c>90s</c>, <c>30m</c>, <c>24h</c> or <c>7d</c>.</summary>
    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        span = default;
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e6) return false;
        TimeSpan? parsed = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => null,
        };
        span = parsed ?? default;
        return parsed is not null;
    }

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();
}
