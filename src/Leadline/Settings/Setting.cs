using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Sources;
using Leadline.Sources.Mapping;

namespace Leadline.Settings;

/// <summary>
/// A key that the file sets, with the values that the table allows; what it does not allow is among the errors.
/// </summary>
/// <param name="Path">The key, with those it is in.</param>
/// <param name="At">Where its name is written.</param>
/// <param name="Values">Where it holds values.</param>
/// <param name="Below">Where it holds keys, in the file's order.</param>
sealed partial record Setting(
    string Path, Place At, ImmutableArray<Written.One> Values, ImmutableArray<(string Name, Setting Setting)> Below)
{
    /// <summary>What is between the digits and the end: up to six digits, so that every span can be counted.</summary>
    public const string SpanPattern = @"[0-9]{1,6}(\.[0-9]{1,3})?[smhd]";

    public const string PercentPattern = @"[0-9]{1,4}(\.[0-9]{1,4})? ?%";

    public const string MomentPattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?";

    /// <summary>Rules as they are written, which no table describes.</summary>
    public Written? Rules { get; init; }

    static readonly Setting Unset = new("", default, [], []);

    /// <summary>The key below; one that says nothing where the file does not set it.</summary>
    public Setting this[string name] => Below.FirstOrDefault(entry => entry.Name == name).Setting ?? Unset;

    /// <summary>The one value, or null.</summary>
    public string? Text => Values is [var one] ? one.Value : null;

    /// <summary>The values; null where the key is not set.</summary>
    public ImmutableArray<string>? Texts => ReferenceEquals(this, Unset) ? null : [.. Values.Select(one => one.Value!)];

    /// <summary>What is written for the key, held against the table.</summary>
    public static Setting Read(Written written, SettingsKey key, string path, Place at, SettingsErrors errors) => key.Kind switch
    {
        SettingsKind.Map or SettingsKind.NamedMap => new Setting(path, at, [], [.. ReadBelow(written, key, path, errors)]),
        SettingsKind.Rules => new Setting(path, at, [], []) { Rules = written },
        _ => ReadValues(written, key, path, at, errors),
    };

    static IEnumerable<(string, Setting)> ReadBelow(Written written, SettingsKey key, string path, SettingsErrors errors)
    {
        if (written is Written.One { Value: null }) yield break;
        if (written is not Written.Map map)
        {
            errors.Add(written.At, path, $"write {key.Takes} here, not {Describe(written, key)}");
            yield break;
        }

        var named = key.Kind == SettingsKind.NamedMap;
        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in map.Entries)
        {
            var own = SettingsText.Join(path, name.Value!);
            var below = named ? key.Below[0] : key.Below.FirstOrDefault(below => below.Name == name.Value);
            if (below is null) errors.Add(name.At, own, $"this key is not known{Known(name.Value!, key)}");
            else if (string.IsNullOrWhiteSpace(name.Value)) errors.Add(name.At, path, "a name is empty");
            else if (!lines.TryAdd(name.Value, name.At.Line))
                errors.Add(name.At, own, $"this name differs only in case from the one in line {lines[name.Value]}");
            else if (Read(value, below, own, name.At, errors) is var setting && !ReferenceEquals(setting, Unset))
                yield return (name.Value, setting);
        }
    }

    static string Known(string name, SettingsKey key)
    {
        var names = key.Below.Select(below => below.Name).ToList();
        return Nearest.Suggest(name, names) is { Length: > 0 } suggestion ? suggestion
            : "; there are " + string.Join(", ", names);
    }

    static Setting ReadValues(Written written, SettingsKey key, string path, Place at, SettingsErrors errors)
    {
        if (ValuesOf(written, key) is not { } values)
        {
            errors.Add(written.At, path, $"write {key.Takes} here, not {Describe(written, key)}");
            return Unset;
        }

        if (values.IsEmpty && key.NotEmpty)
            errors.Add(written.At, path, $"the list is empty: write {key.Takes}, or leave the key out");
        var right = ImmutableArray.CreateBuilder<Written.One>();
        foreach (var value in values)
        {
            if (value is not Written.One one) errors.Add(value.At, path, $"write one text here, not {Describe(value, key)}");
            else if (Refusal(one.Value, key) is { } sentence) errors.Add(one.At, path, sentence);
            else right.Add(one);
        }

        return right.Count == 0 && values.Length > 0 ? Unset : new Setting(path, at, right.ToImmutable(), []);
    }

    static ImmutableArray<Written>? ValuesOf(Written written, SettingsKey key) => written switch
    {
        Written.One => [written],
        Written.List list when key.IsList => list.Items,
        Written.Map map when key.Kind is SettingsKind.Groups or SettingsKind.Shares => [.. map.Entries.Select(Label)],
        _ => null,
    };

    static Written Label((Written.One Name, Written Value) entry) =>
        entry.Value is Written.One { Value: { } value } ? new Written.One(entry.Name.At, $"{entry.Name.Value}={value}")
            : entry.Value;

    /// <summary>Why the value cannot be, or null.</summary>
    static string? Refusal(string? text, SettingsKey key) =>
        text is null || string.IsNullOrWhiteSpace(text) ? $"nothing is written here: write {key.Takes}, or leave the key out"
            : key.Kind switch
            {
                SettingsKind.Word or SettingsKind.Words when !key.Words.Contains(text) =>
                    $"'{text}' is none of {string.Join(", ", key.Words)}{Nearest.Suggest(text, key.Words)}",
                SettingsKind.Percent when !WholePercent().IsMatch(text) => $"'{text}' is no percentage: write {key.Takes}",
                SettingsKind.Moment when !WholeMoment().IsMatch(text) => $"'{text}' is no time: write {key.Takes}",
                SettingsKind.Shares when text.Split('=', 2) is var parts
                    && !(key.Words.Contains(parts[0]) && (parts.Length == 1 || WholePercent().IsMatch(parts[1]))) =>
                    $"'{text}' is none of {string.Join(", ", key.Words)}, alone or with a percentage such as "
                        + $"{key.Words[0]}=5%{Nearest.Suggest(parts[0], key.Words)}",
                SettingsKind.Flag when !bool.TryParse(text, out _) => $"'{text}' is neither true nor false",
                SettingsKind.Number when !TryParseNumber(text, out _) => $"'{text}' is no number: write {key.Takes}",
                SettingsKind.Span when !key.Words.Contains(text) && !TryParseSpan(text, out _) =>
                    $"'{text}' is no span: write {key.Takes}",
                SettingsKind.TimeZone when !TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) =>
                    $"'{text}' is no time zone: write "
                        + $"{key.Takes}{Nearest.Suggest(text, TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id))}",
                SettingsKind.Proof when Proof.Parse(text) is null => $"'{text}' is no proof: write {key.Takes}",
                SettingsKind.WeekTime when WeekTime.Parse(text) is null => $"'{text}' is no time of the week: write {key.Takes}",
                SettingsKind.Api => ApiAddress.WhyNot(text),
                SettingsKind.Server => ApiAddress.WhyNoServer(text),
                SettingsKind.Globs => WhyItMatchesNothing(text),
                SettingsKind.PathGlobs => WhyItMatchesNothing(text) ?? WhyItMatchesNoPath(text),
                _ => null,
            };

    static string? WhyItMatchesNothing(string pattern)
    {
        if (pattern.Trim() != pattern) return $"'{pattern}' can match nothing: it begins or ends with a space";
        try
        {
            _ = new Glob(pattern);
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    static string? WhyItMatchesNoPath(string pattern) => pattern.Split('/') switch
    {
        _ when pattern.Contains('\\') => $"'{pattern}' can match nothing: write / between folders",
        ["", ..] => $"'{pattern}' can match nothing: nothing begins with a slash; write '{pattern.TrimStart('/')}'",
        [.., ""] =>
            $"'{pattern}' can match nothing: nothing ends with a slash; write '{pattern.TrimEnd('/')}/**' for all that is below",
        var parts when parts.Any(part => part is "" or "." or "..") =>
            $"'{pattern}' can match nothing: a part of it is empty, '.' or '..'",
        _ => null,
    };

    internal static string Describe(Written written, SettingsKey? key = null) => written switch
    {
        Written.One { Value: not null } when key is { IsSecret: true } => "a text",
        Written.List => "a list",
        Written.Map => "keys",
        Written.One { Value: { } text } => $"'{text}'",
        _ => "nothing",
    };

    /// <summary>Reads <c>90s</c>, <c>30m</c>, <c>24h</c> or <c>7d</c>.</summary>
    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        var written = WholeSpan().IsMatch(text);
        var number = written ? double.Parse(text.AsSpan(0, text.Length - 1)) : 0;
        span = written ? text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        } : default;
        return written;
    }

    /// <summary>Reads a number that is not negative, written with digits and a point.</summary>
    public static bool TryParseNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);

    [GeneratedRegex($@"^{PercentPattern}\z")]
    private static partial Regex WholePercent();

    [GeneratedRegex($@"^{MomentPattern}\z")]
    private static partial Regex WholeMoment();

    [GeneratedRegex($@"^{SpanPattern}\z")]
    private static partial Regex WholeSpan();
}
