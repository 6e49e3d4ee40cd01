using System.Collections.Immutable;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using ScalarEvent = YamlDotNet.Core.Events.Scalar;

namespace Leadline.Settings;

/// <summary>A value as the file writes it.</summary>
abstract record Written(Place At)
{
    /// <param name="At">Where it begins.</param>
    /// <param name="Value">Null where nothing is written, or a bare <c>~</c> or <c>null</c>.</param>
    public sealed record One(Place At, string? Value) : Written(At);

    public sealed record List(Place At, ImmutableArray<Written> Items) : Written(At);

    public sealed record Map(Place At, ImmutableArray<(One Name, Written Value)> Entries) : Written(At);
}

/// <summary>Reads YAML as far as it is YAML, so that what stands before a broken place is checked as well.</summary>
sealed partial class SettingsText(string text, SettingsErrors errors)
{
    /// <summary>Far more than any key needs, and far less than a stack holds.</summary>
    const int Deepest = 16;

    readonly Parser parser = new(new StringReader(text));
    readonly Dictionary<AnchorName, Written> anchors = [];
    bool ended;

    /// <summary>The one document of the text; null where there is none.</summary>
    public Written? Read()
    {
        _ = Next("");
        if (Next("") is not DocumentStart) return null;
        var document = Value(Next(""), "", 0);
        _ = Next("");
        if (Next("") is DocumentStart second) errors.Add(At(second), "", "a second document begins here: write one");
        return document;
    }

    Written? Value(ParsingEvent? next, string path, int depth)
    {
        if (next is SequenceStart or MappingStart && depth == Deepest)
        {
            errors.Add(At(next), path, "this is nested too deeply");
            ended = true;
        }

        var value = next switch
        {
            ScalarEvent { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" } =>
                (Written)new Written.One(At(next), null),
            ScalarEvent one => new Written.One(At(one), one.Value),
            SequenceStart => List(At(next), path, depth),
            MappingStart => Map(At(next), path, depth),
            AnchorAlias alias => Named(alias, path),
            _ => null,
        };
        if (value is not null && next is NodeEvent { Anchor: { IsEmpty: false } anchor }) anchors[anchor] = value;
        return value;
    }

    Written.List List(Place at, string path, int depth)
    {
        var items = ImmutableArray.CreateBuilder<Written>();
        while (Next(path) is { } next and not SequenceEnd)
            if (Value(next, path, depth + 1) is { } item) items.Add(item);
        return new Written.List(at, items.ToImmutable());
    }

    Written.Map Map(Place at, string path, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<(Written.One, Written)>();
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        while (Next(path) is { } next and not MappingEnd)
        {
            var name = next as ScalarEvent;
            if (name is null)
            {
                errors.Add(At(next), path, "a key must be one word");
                _ = Value(next, path, depth + 1);
            }

            var own = name is null ? path : Join(path, name.Value);
            var value = Value(Next(own), own, depth + 1);
            if (name is null || value is null) continue;
            if (lines.TryAdd(name.Value, name.Start.Line)) entries.Add((new Written.One(At(name), name.Value), value));
            else errors.Add(At(name), own, $"this key is written twice, first in line {lines[name.Value]}");
        }

        return new Written.Map(at, entries.ToImmutable());
    }

    Written? Named(AnchorAlias alias, string path)
    {
        if (anchors.TryGetValue(alias.Value, out var value)) return value;

        // It may be a secret that begins so.
        var named = path.StartsWith("sources.", StringComparison.Ordinal) ? "so" : $"&{alias.Value}";
        errors.Add(At(alias), path, $"nothing before it is named {named}; a text that begins with * is written in quotes");
        return null;
    }

    /// <summary>Null at the end, and from a broken place on.</summary>
    ParsingEvent? Next(string path)
    {
        if (ended) return null;
        var before = parser.Current?.End ?? Mark.Empty;
        try
        {
            if (parser.MoveNext()) return parser.Current;
        }
        catch (YamlException error)
        {
            Broken(error.Start, path, error.Message);
        }
        catch (InvalidOperationException)
        {
            // So the parser says that a list or map in brackets goes on where it cannot.
            Broken(before, path, "a [ or { is not closed");
        }
        catch (ArgumentException)
        {
            // So it says that a tag is none.
            Broken(before, path, "a text that begins with ! is written in quotes");
        }

        ended = true;
        return null;
    }

    void Broken(Mark at, string path, string because)
    {
        var lines = text.Split('\n');
        if (because.Contains(" tab ", StringComparison.Ordinal))
        {
            for (var i = 0; i < lines.Length; i++)
                if (Tab().Match(lines[i]) is { Success: true } tab)
                    errors.Add(
                        new Place(i + 1, tab.Index + tab.Length), tab.Groups[1].Value,
                        "the line is indented with a tab: write spaces");
            return;
        }

        var hint = at.Line <= lines.Length && Variable().IsMatch(lines[at.Line - 1])
            ? "; inside of { } and [ ] write \"${NAME}\" in quotes" : "";
        errors.Add(new Place(at.Line, at.Column), path, $"this is not YAML: {because.TrimEnd('.')}{hint}");
    }

    static Place At(ParsingEvent at) => new(at.Start.Line, at.Start.Column);

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A tab before the line's first word.</summary>
    [GeneratedRegex(@"^ *\t(?=\s*([^\s#:]+))")]
    private static partial Regex Tab();

    [GeneratedRegex(@"[{\[].*[^""']\$\{")]
    private static partial Regex Variable();
}
