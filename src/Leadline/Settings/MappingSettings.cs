using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Leadline.Sources;
using Leadline.Sources.Leadline;
using Leadline.Sources.Mapping;

namespace Leadline.Settings;

/// <summary>Reads the mappings of <c>leadline.yaml</c>; what is wrong with them is among the errors.</summary>
sealed partial class MappingSettings(SettingsErrors errors)
{
    /// <summary>Headers that prove who sends, whatever the mapping's own proof is.</summary>
    static readonly ImmutableHashSet<string> Secret =
        ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase, "Authorization", "Proxy-Authorization", "Cookie");

    /// <summary>A value of a rule, with where it is written.</summary>
    sealed record Placed(Place At, string Path, string? Key, MappedValue Value);

    /// <summary>The reader by these settings; null where no delivery could be addressed to it.</summary>
    public MappedReader? Read(string name, Setting setting)
    {
        if (!Name().IsMatch(name))
        {
            errors.Add(
                setting.At, setting.Path,
                $"'{name}' cannot stand in an address: begin with a letter, go on with small letters, digits and -");
            return null;
        }

        if (Catalogue.Find(name) is not null)
        {
            errors.Add(setting.At, setting.Path, $"{name} is a source that is read without a mapping: choose another name");
            return null;
        }

        var proof = setting["auth"].Text is { } text ? Proof.Parse(text)! : Proof.Bearer;
        var placed = new List<Placed>();
        var written = setting["rules"].Rules;
        var rules = written is null ? [] : Rules(written, setting["rules"].Path, placed);
        var reader = new MappedReader(
            name, rules, proof, setting["personal"].Texts ?? [], written is null ? "" : Canonical(written));
        foreach (var value in placed) Refuse(value, reader, proof);
        return reader;
    }

    ImmutableArray<MappingRule> Rules(Written written, string path, List<Placed> placed)
    {
        var rules = ImmutableArray.CreateBuilder<MappingRule>();
        var items = written is Written.List list ? list.Items : [written];
        for (var i = 0; i < items.Length; i++)
        {
            var own = $"{path}[{i + 1}]";
            if (items[i] is not Written.Map map)
                errors.Add(items[i].At, own, $"write a rule of keys with values here, not {Setting.Describe(items[i])}");
            else if (Rule(map, i + 1, own, placed) is { } rule) rules.Add(rule);
        }

        return rules.ToImmutable();
    }

    MappingRule? Rule(Written.Map map, int number, string path, List<Placed> placed)
    {
        var type = TypeOf(map, path);
        var known = type is null ? [] : OwnKey.Of(type);
        var when = ImmutableArray.CreateBuilder<MappingCondition>();
        JsonPath? each = null;
        var keys = ImmutableArray.CreateBuilder<(OwnKey, MappedValue)>();
        foreach (var (name, value) in map.Entries)
        {
            var own = $"{path}.{name.Value}";
            if (name.Value is "type") continue;
            if (name.Value is "when") when.AddRange(When(value, own, placed));
            else if (name.Value is "each") each = Each(value, own, placed);
            else if (type is not null && !known.Any(key => key.Name == name.Value))
            {
                var names = known.Select(key => key.Name).Concat(["type", "when", "each"]).ToList();
                var hint = Nearest.Suggest(name.Value!, names) is { Length: > 0 } near ? near
                    : "; there are " + string.Join(", ", names);
                errors.Add(name.At, own, $"this key is not known for a {type}{hint}");
            }
            else if (Value(value, own) is { } mapped)
            {
                placed.Add(new Placed(value.At, own, name.Value, mapped));
                if (type is not null) keys.Add((known.First(key => key.Name == name.Value), mapped));
            }
        }

        var missing = known.Where(key => key.IsRequired && !map.Entries.Any(entry => entry.Name.Value == key.Name))
            .Select(key => key.Name).ToList();
        if (missing.Count > 0) errors.Add(map.At, path, $"the type {type} needs {string.Join(", ", missing)}");
        return type is null ? null : new MappingRule(number, when.ToImmutable(), each, type, keys.ToImmutable());
    }

    string? TypeOf(Written.Map map, string path)
    {
        var types = string.Join(", ", OwnJson.Types);
        if (map.Entries.FirstOrDefault(entry => entry.Name.Value == "type").Value is not { } value)
        {
            errors.Add(map.At, path, $"the key type is missing: write one of {types}");
            return null;
        }

        if (value is Written.One { Value: { } text } && OwnJson.Types.Contains(text)) return text;
        errors.Add(value.At, $"{path}.type", value is Written.One { Value: { } other }
            ? $"'{other}' is none of {types}{Nearest.Suggest(other, OwnJson.Types)}"
            : $"write one of {types} here, not {Setting.Describe(value)}");
        return null;
    }

    IEnumerable<MappingCondition> When(Written written, string path, List<Placed> placed)
    {
        if (written is not Written.Map map)
        {
            errors.Add(
                written.At, path,
                $"write what is looked at with what must be there, as in {{ $.event: finished }}, not "
                    + $"{Setting.Describe(written)}");
            yield break;
        }

        foreach (var (name, value) in map.Entries)
        {
            var own = $"{path}.{name.Value}";
            if (Parsed(name, own) is not { } looked) continue;
            placed.Add(new Placed(name.At, own, null, looked));
            if (looked is LiteralValue)
                errors.Add(name.At, own, $"'{name.Value}' looks at nothing: write a path such as $.event, or header X-Event");
            var wanted = ImmutableArray.CreateBuilder<string?>();
            var items = value is Written.List list ? list.Items : [value];
            foreach (var item in items)
            {
                if (item is Written.One one) wanted.Add(one.Value);
                else
                    errors.Add(
                        item.At, own, $"write one text here, \"*\" for anything or ~ for nothing, not {Setting.Describe(item)}");
            }

            if (items.IsEmpty) errors.Add(value.At, own, "the list is empty: nothing could be in it");
            yield return new MappingCondition(looked, wanted.ToImmutable());
        }
    }

    JsonPath? Each(Written written, string path, List<Placed> placed)
    {
        if (written is not Written.One { Value: ['$', ..] text })
        {
            errors.Add(
                written.At, path, $"write a path from $ to the items here, such as $.items[*], not {Setting.Describe(written)}");
            return null;
        }

        if (Parsed((Written.One)written, path) is not PathValue value) return null;
        placed.Add(new Placed(written.At, path, null, value));
        return value.Path;
    }

    /// <summary>What is written for a key; null, after saying so, where it is none.</summary>
    MappedValue? Value(Written written, string path)
    {
        switch (written)
        {
            case Written.One { Value: null or "" }:
                errors.Add(
                    written.At, path,
                    "nothing is written here: write a path such as $.a, header NAME, a text, or leave the key out");
                return null;
            case Written.One one:
                return Parsed(one, path);
            case Written.List { Items.IsEmpty: true }:
                errors.Add(
                    written.At, path, "the list is empty: write paths or texts, of which the first that finds something counts");
                return null;
            case Written.List list:
                var values = list.Items.Select(item => Value(item, path)).ToList();
                return values.Contains(null) ? null : new FirstOfValue([.. values.OfType<MappedValue>()]);
            case Written.Map map:
                return Turned(map, path);
            default:
                throw new ArgumentException($"{written} is written in no known way");
        }
    }

    /// <summary>A value that is turned into another, or a text that looks like something else.</summary>
    MappedValue? Turned(Written.Map map, string path)
    {
        string[] known = ["of", "match", "words", "literal"];
        foreach (var (name, _) in map.Entries)
            if (!known.Contains(name.Value))
                errors.Add(name.At, $"{path}.{name.Value}", $"this key is not known here; there are {string.Join(", ", known)}");

        var parts = known.Select(name => map.Entries.FirstOrDefault(entry => entry.Name.Value == name).Value).ToArray();
        if (parts is [null, null, null, { } literal])
        {
            if (literal is Written.One { Value: { Length: > 0 } text }) return new LiteralValue(text);
            errors.Add(literal.At, $"{path}.literal", $"write one text here, not {Setting.Describe(literal)}");
            return null;
        }

        if (parts is not [{ } of, var match, var words, null] || (match is null && words is null))
        {
            errors.Add(map.At, path, "write 'of' with 'match' or 'words' or both, or 'literal' alone");
            return null;
        }

        var value = Value(of, $"{path}.of");
        var pattern = match is null ? null : Pattern(match, $"{path}.match");
        var table = words is null ? null : Words(words, $"{path}.words");
        if (value is null || (match is not null && pattern is null) || (words is not null && table is null)) return null;
        if (pattern is not null) value = new MatchedValue(value, pattern);
        return table is null ? value : new WordedValue(value, table);
    }

    Regex? Pattern(Written written, string path)
    {
        if (written is not Written.One { Value: { Length: > 0 } text })
        {
            errors.Add(written.At, path, $"write a regular expression with one group here, not {Setting.Describe(written)}");
            return null;
        }

        try
        {
            return MatchedValue.Compile(text);
        }
        catch (FormatException error)
        {
            errors.Add(written.At, path, error.Message);
            return null;
        }
    }

    FrozenDictionary<string, string>? Words(Written written, string path)
    {
        if (written is not Written.Map { Entries.IsEmpty: false } map)
        {
            errors.Add(
                written.At, path,
                $"write the source's words with ours here, as in {{ done: succeeded }}, not {Setting.Describe(written)}");
            return null;
        }

        var words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (theirs, ours) in map.Entries)
        {
            if (ours is not Written.One { Value: { Length: > 0 } word })
                errors.Add(ours.At, $"{path}.{theirs.Value}", $"write one word of ours here, not {Setting.Describe(ours)}");
            else if (!words.TryAdd(theirs.Value!, word))
                errors.Add(theirs.At, $"{path}.{theirs.Value}", "this word differs only in case from another");
        }

        return words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    MappedValue? Parsed(Written.One written, string path)
    {
        if (string.IsNullOrWhiteSpace(written.Value))
        {
            errors.Add(written.At, path, "nothing is written here");
            return null;
        }

        try
        {
            return MappedValue.Parse(written.Value);
        }
        catch (FormatException error)
        {
            errors.Add(written.At, path, error.Message);
            return null;
        }
    }

    /// <summary>What is hashed before it is read, or not kept at all, can be no value.</summary>
    void Refuse(Placed placed, MappedReader reader, Proof proof)
    {
        foreach (var header in placed.Value.Headers.Where(
            header => Secret.Contains(header) || header.Equals(proof.Header, StringComparison.OrdinalIgnoreCase)))
            errors.Add(placed.At, placed.Path, $"the header {header} proves who sends and is not kept: read another");

        if (placed.Key == "author")
        {
            if (!IsHashed(placed.Value))
                errors.Add(
                    placed.At, placed.Path,
                    "an author is read by paths that name a field, so that it is hashed before it is stored: write $.author");
            return;
        }

        foreach (var path in placed.Value.Paths)
        {
            if (MappedPeople.FieldOf(path, reader.Personal) is not { } field) continue;
            errors.Add(
                placed.At, placed.Path,
                $"{path} goes through '{field}', which holds people: its texts are hashed before they are read, and can be an "
                    + "author alone");
        }
    }

    /// <summary>Whether all that it finds stands in fields that are hashed for an author.</summary>
    static bool IsHashed(MappedValue value) => value switch
    {
        PathValue path => path.Path.LastName is not null,
        TemplateValue template => template.Paths.Any() && template.Parts.All(part => part is LiteralValue || IsHashed(part)),
        FirstOfValue first => first.Of.All(IsHashed),
        _ => false,
    };

    /// <summary>The same text however the rules are laid out: keys in order, no comments, no style.</summary>
    static string Canonical(Written written)
    {
        var text = new StringBuilder();
        Append(written);
        return text.ToString();

        void Append(Written part)
        {
            switch (part)
            {
                case Written.One one:
                    text.Append(one.Value is null ? "~" : $"{one.Value.Length}:{one.Value}");
                    break;
                case Written.List list:
                    text.Append('[');
                    foreach (var item in list.Items) Append(item);
                    text.Append(']');
                    break;
                case Written.Map map:
                    text.Append('{');
                    foreach (var (name, value) in map.Entries.OrderBy(entry => entry.Name.Value, StringComparer.Ordinal))
                    {
                        Append(name);
                        Append(value);
                    }

                    text.Append('}');
                    break;
                default:
                    throw new ArgumentException($"{part} is written in no known way");
            }
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z")]
    private static partial Regex Name();
}
