using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Sources.Mapping;

/// <summary>Where a mapping takes a value from. What is not there, null and the empty text are nothing.</summary>
public abstract record MappedValue
{
    /// <summary>The paths that it reads.</summary>
    public virtual IEnumerable<JsonPath> Paths => [];

    /// <summary>The headers that it reads.</summary>
    public virtual IEnumerable<string> Headers => [];

    /// <summary>
    /// Takes <c>$…</c> and <c>@…</c> for a path, <c>header NAME</c> for that, what holds braces for a template, and else the
    /// text itself.
    /// </summary>
    /// <exception cref="FormatException">It is meant for one of those and is wrong.</exception>
    public static MappedValue Parse(string text)
    {
        if (text[0] is '$' or '@') return new PathValue(JsonPath.Parse(text));
        if (text.StartsWith("header ", StringComparison.Ordinal))
            return new HeaderValue(Header(text["header ".Length..].Trim(), text));
        return text.Contains('{') ? TemplateValue.Read(text) : new LiteralValue(text);
    }

    internal static string Header(string name, string text) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        ? name
        : throw new FormatException($"'{text}' names no header: write header X-Event");

    /// <summary>What is found there, in order; nulls and empty texts are left out.</summary>
    /// <exception cref="FormatException">The body is too large for it.</exception>
    internal abstract IEnumerable<Found> Find(MappedBody body);
}

/// <summary>A delivery while it is read.</summary>
/// <param name="Delivery">For its headers.</param>
/// <param name="Root">Its body.</param>
/// <param name="Item">The item at hand.</param>
/// <param name="Effort">Pays for all that is done.</param>
sealed record MappedBody(Delivery Delivery, JsonElement Root, JsonElement Item, Effort Effort);

/// <summary>A value that was found: a text, or one of the body.</summary>
readonly record struct Found(string? Known, JsonElement Element, string Where)
{
    /// <summary>Whether it is a list.</summary>
    public bool IsList => Known is null && Element.ValueKind == JsonValueKind.Array;

    /// <summary>Whether it is one value, and not a list or an object.</summary>
    public bool IsOne => Known is not null || Element.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object);

    /// <summary>As a text: numbers and flags as the body writes them.</summary>
    /// <exception cref="FormatException">It is a list or an object, or longer than any that is kept.</exception>
    public string Text(Effort effort)
    {
        if (Known is not null) return Known;
        if (!IsOne)
        {
            throw new FormatException(IsList
                ? $"{Where} is a list: write {Where}[0] or {Where}[*]"
                : $"{Where} is an object: name a value in it");
        }

        if (effort.LengthOf(Element) > Effort.LongestText) throw new FormatException(
            $"{Where} is longer than {Effort.LongestText >> 10} KiB");
        return Element.ValueKind == JsonValueKind.String ? Element.GetString()! : Element.GetRawText();
    }
}

/// <summary>The text as it is.</summary>
public sealed record LiteralValue(string Text) : MappedValue
{
    internal override IEnumerable<Found> Find(MappedBody body) => [new Found(Text, default, Text)];
}

/// <summary>What the path finds in the body.</summary>
public sealed record PathValue(JsonPath Path) : MappedValue
{
    public override IEnumerable<JsonPath> Paths => [Path];

    internal override IEnumerable<Found> Find(MappedBody body) => Path.Select(body.Root, body.Item, body.Effort)
        .Where(element => element.ValueKind != JsonValueKind.Null
            && !(element.ValueKind == JsonValueKind.String && element.ValueEquals("")))
        .Select(element => new Found(null, element, $"{Path}"));
}

/// <summary>The header of this name.</summary>
public sealed record HeaderValue(string Name) : MappedValue
{
    public override IEnumerable<string> Headers => [Name];

    internal override IEnumerable<Found> Find(MappedBody body) =>
        body.Delivery.Header(Name) is { Length: > 0 } value ? [new Found(value, default, $"header {Name}")] : [];
}

/// <summary>The first value of each part, one after the other; nothing where one of them is missing.</summary>
public sealed record TemplateValue(ImmutableArray<MappedValue> Parts) : MappedValue
{
    public override IEnumerable<JsonPath> Paths => Parts.SelectMany(part => part.Paths);

    public override IEnumerable<string> Headers => Parts.SelectMany(part => part.Headers);

    /// <summary>Reads <c>a {$.b} c {header D}</c>; <c>{{</c> and <c>}}</c> stand for braces.</summary>
    /// <exception cref="FormatException">What is in braces is neither a path nor a header.</exception>
    public static TemplateValue Read(string text)
    {
        var parts = ImmutableArray.CreateBuilder<MappedValue>();
        var plain = "";
        for (var at = 0; at < text.Length; at++)
        {
            var isDoubled = at + 1 < text.Length && text[at + 1] == text[at];
            if (text[at] is '{' or '}' && isDoubled) plain += text[at++];
            else if (text[at] == '}') throw new FormatException(
                $"'{text}' closes a brace that is not open: write }}}} for one that is text");
            else if (text[at] != '{') plain += text[at];
            else
            {
                if (plain.Length > 0) parts.Add(new LiteralValue(plain));
                plain = "";
                parts.Add(Inner(text, ref at));
            }
        }

        if (plain.Length > 0) parts.Add(new LiteralValue(plain));
        return new TemplateValue(parts.ToImmutable());
    }

    /// <summary>
    /// What stands between the brace here and the one that closes it, where <paramref name="at"/> is afterwards.
    /// </summary>
    static MappedValue Inner(string text, ref int at)
    {
        var start = ++at;
        if (at < text.Length && text[at] is '$' or '@')
        {
            var path = JsonPathParser.Within(text, ref at);
            if (at < text.Length && text[at] == '}') return new PathValue(path);
            throw new FormatException(
                $"'{text}' is no template: after {path} a }} is missing (at character {at + 1}); "
                + "names with other characters than letters, digits and _ are written as ['a-b']");
        }

        var end = text.IndexOf('}', start);
        if (end > start && text.AsSpan(start, end - start).StartsWith("header ", StringComparison.Ordinal))
        {
            at = end;
            return new HeaderValue(Header(text[(start + "header ".Length)..end].Trim(), text));
        }

        throw new FormatException(
            $"'{text}' is no template: in braces there must be a path from $ or @, or header NAME; write {{{{ for a brace "
                + "that is text");
    }

    internal override IEnumerable<Found> Find(MappedBody body)
    {
        var text = "";
        foreach (var part in Parts)
        {
            if (part.Find(body).Select(found => (Found?)found).FirstOrDefault() is not { } found) return [];
            text += found.Text(body.Effort);
        }

        return text.Length == 0 ? [] : [new Found(text, default, text)];
    }
}

/// <summary>What the first of them finds that finds anything.</summary>
public sealed record FirstOfValue(ImmutableArray<MappedValue> Of) : MappedValue
{
    public override IEnumerable<JsonPath> Paths => Of.SelectMany(one => one.Paths);

    public override IEnumerable<string> Headers => Of.SelectMany(one => one.Headers);

    internal override IEnumerable<Found> Find(MappedBody body)
    {
        foreach (var one in Of)
            if (one.Find(body).ToList() is { Count: > 0 } found) return found;
        return [];
    }
}

/// <summary>The group of the pattern in each text; nothing of those that it does not match.</summary>
public sealed record MatchedValue(MappedValue Of, Regex Pattern) : MappedValue
{
    /// <summary>
    /// Time for one text. The engine's time grows with the text alone, so that only a machine at its end needs as much.
    /// </summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public override IEnumerable<JsonPath> Paths => Of.Paths;

    public override IEnumerable<string> Headers => Of.Headers;

    /// <summary>A pattern with one group, which is matched without going back.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Regex Compile(string pattern)
    {
        try
        {
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
            return regex.GetGroupNumbers().Length == 2
                ? regex
                : throw new FormatException($"'{pattern}' must have one group ( ), which is the value; write others as (?: )");
        }
        catch (NotSupportedException)
        {
            throw new FormatException($"'{pattern}' looks ahead, behind or back, or is too large: write it without");
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"'{pattern}' is no regular expression: {error.Message}", error);
        }
    }

    internal override IEnumerable<Found> Find(MappedBody body)
    {
        foreach (var found in Of.Find(body))
        {
            if (Matched(found.Text(body.Effort)) is { Length: > 0 } value) yield return new Found(value, default, found.Where);
        }
    }

    string? Matched(string text)
    {
        try
        {
            return Pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FormatException($"'{Pattern}' took longer than {Patience.TotalSeconds:0} s for one text");
        }
    }
}

/// <summary>Our word for each of the source's.</summary>
/// <param name="Of">What gives the source's word.</param>
/// <param name="Words">Ours by theirs, without regard to case; <c>*</c> stands for all others.</param>
public sealed record WordedValue(MappedValue Of, FrozenDictionary<string, string> Words) : MappedValue
{
    public const string Others = "*";

    public override IEnumerable<JsonPath> Paths => Of.Paths;

    public override IEnumerable<string> Headers => Of.Headers;

    internal override IEnumerable<Found> Find(MappedBody body)
    {
        foreach (var found in Of.Find(body))
        {
            var word = found.Text(body.Effort);
            if (!Words.TryGetValue(word, out var ours) && !Words.TryGetValue(Others, out ours))
            {
                throw new FormatException(
                    $"'{(word.Length <= 40 ? word : word[..40] + "…")}' is none of the words "
                    + $"{string.Join(", ", Words.Keys.Order(StringComparer.Ordinal))}: "
                    + "add it, or \"*\" for all others, or leave such bodies to no rule by 'when'");
            }

            yield return new Found(ours, default, found.Where);
        }
    }
}
