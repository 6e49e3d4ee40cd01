using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Leadline.Sources.Mapping;

/// <summary>Reads a path by the grammar of RFC 9535.</summary>
sealed class JsonPathParser
{
    /// <summary>So deep may filters and brackets in them be nested, so many segments may a path have.</summary>
    const int Deepest = 16, MostSegments = 64;

    /// <summary>The integers that every reader of JSON takes for the same.</summary>
    const long LargestInteger = (1L << 53) - 1;

    readonly string text;
    int at;
    int depth;

    JsonPathParser(string text, int at) => (this.text, this.at) = (text, at);

    bool IsAtEnd => at == text.Length;

    char Here => IsAtEnd ? '\0' : text[at];

    /// <summary>The path that the text is.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JsonPath Whole(string text)
    {
        var parser = new JsonPathParser(text, 0);
        var path = parser.Path();
        return parser.IsAtEnd ? path : throw parser.Wrong($"nothing can begin with '{parser.Here}' here{parser.HintOfName()}");
    }

    /// <summary>The path that begins here; <paramref name="at"/> is then behind it.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static JsonPath Within(string text, ref int at)
    {
        var parser = new JsonPathParser(text, at);
        var path = parser.Path();
        at = parser.at;
        return path;
    }

    JsonPath Path()
    {
        var start = at;
        if (Here is not ('$' or '@')) throw Wrong("a path begins with $ or @");
        if (++depth > Deepest) throw Wrong("this is nested too deeply");
        var fromItem = text[at++] == '@';
        var segments = ImmutableArray.CreateBuilder<Segment>();
        while (true)
        {
            var before = at;
            Space();
            if (Here is not ('.' or '['))
            {
                // Space behind a path belongs to what comes after it.
                at = before;
                depth--;
                return new JsonPath(fromItem, segments.ToImmutable(), text[start..at]);
            }

            segments.Add(Segment());
            if (segments.Count > MostSegments) throw Wrong($"a path has no more than {MostSegments} parts");
        }
    }

    Segment Segment()
    {
        if (Here == '[') return new Segment(false, Bracketed());
        at++;
        var isDescendant = Take(".");
        return (isDescendant, Here) switch
        {
            (true, '[') => new Segment(true, Bracketed()),
            (_, '*') => new Segment(isDescendant, [Wildcard()]),
            _ => new Segment(isDescendant, [new NameSelector(Shorthand())]),
        };
    }

    WildcardSelector Wildcard()
    {
        at++;
        return new WildcardSelector();
    }

    string Shorthand()
    {
        var start = at;
        while (!IsAtEnd && (char.IsAsciiLetter(Here) || Here is '_' or > '\x7F' || (at > start && char.IsAsciiDigit(Here))))
            at++;
        return at > start ? text[start..at]
            : throw Wrong("after the dot there must be a name of letters, digits and _, or *; write others as ['a-b']");
    }

    ImmutableArray<Selector> Bracketed()
    {
        if (++depth > Deepest) throw Wrong("this is nested too deeply");
        at++;
        var selectors = ImmutableArray.CreateBuilder<Selector>();
        do
        {
            Space();
            selectors.Add(Selector());
            Space();
        }
        while (Take(","));
        if (!Take("]")) throw Wrong("a ] is missing");
        depth--;
        return selectors.ToImmutable();
    }

    Selector Selector()
    {
        switch (Here)
        {
            case '\'' or '"':
                return new NameSelector(Text());
            case '*':
                return Wildcard();
            case '?':
                at++;
                Space();
                return new FilterSelector(Any());
            default:
                return IndexOrSlice();
        }
    }

    Selector IndexOrSlice()
    {
        var start = Integer();
        var before = at;
        Space();
        if (!Take(":"))
        {
            at = before;
            return start is { } index
                ? new IndexSelector(index)
                : throw Wrong("in [ ] there must be a name in quotes, a number, a slice, * or a ?filter");
        }

        Space();
        var end = Integer();
        Space();
        if (!Take(":")) return new SliceSelector(start, end, 1);
        Space();
        return new SliceSelector(start, end, Integer() ?? 1);
    }

    long? Integer()
    {
        var start = at;
        if (Here == '-') at++;
        while (char.IsAsciiDigit(Here)) at++;
        if (at == start) return null;
        var digits = text.AsSpan(start..at);
        if (digits is "-" or "-0" or ['0', _, ..] or ['-', '0', ..]
            || !long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > LargestInteger)
            throw Wrong($"'{digits}' is no whole number");
        return number;
    }

    Condition Any()
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        do
        {
            Space();
            conditions.Add(All());
            Space();
        }
        while (Take("||"));
        return conditions is [var one] ? one : new AnyCondition(conditions.ToImmutable());
    }

    Condition All()
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        do
        {
            Space();
            conditions.Add(One());
            Space();
        }
        while (Take("&&"));
        return conditions is [var one] ? one : new AllCondition(conditions.ToImmutable());
    }

    Condition One()
    {
        if (Take("!"))
        {
            Space();
            return new NotCondition(Here == '(' ? InParentheses() : Test());
        }

        return Here == '(' ? InParentheses() : TestOrComparison();
    }

    Condition InParentheses()
    {
        if (++depth > Deepest) throw Wrong("this is nested too deeply");
        at++;
        var condition = Any();
        if (!Take(")")) throw Wrong("a ) is missing");
        depth--;
        return condition;
    }

    ExistsCondition Test() => Here is '$' or '@'
        ? new ExistsCondition(Path())
        : throw Wrong("a filter asks for a path from @ or $; functions are not known here");

    Condition TestOrComparison()
    {
        var left = Side();
        var before = at;
        Space();
        if (Array.Find(["==", "!=", "<=", ">=", "<", ">"], Take) is { } compared)
        {
            Space();
            return new Comparison(Singular(left), compared, Singular(Side()));
        }

        at = before;
        return left.Path is { } path ? new ExistsCondition(path)
            : throw Wrong("a value alone is no filter: compare it, as in ?@.a == 'b'");
    }

    Comparable Singular(Comparable side) => side.Path is null or { IsSingular: true }
        ? side
        : throw Wrong($"'{side.Path}' may find several values: only names and numbers can stand in a path that is compared");

    Comparable Side()
    {
        var start = at;
        switch (Here)
        {
            case '$' or '@':
                return new Comparable(Path(), default);
            case '\'' or '"':
                return new Comparable(null, Literal(JsonSerializer.Serialize(Text(), MappingJson.Default.String)));
            case '-' or (>= '0' and <= '9'):
                while (char.IsAsciiDigit(Here) || Here is '-' or '+' or '.' or 'e' or 'E') at++;
                return new Comparable(null, Literal(text[start..at]));
            default:
                foreach (var word in (ReadOnlySpan<string>)["true", "false", "null"])
                    if (Take(word)) return new Comparable(null, Literal(word));
                throw Wrong(
                    "a filter holds paths from @ or $, texts in quotes, numbers, true, false and null; functions are not "
                        + "known here");
        }
    }

    JsonElement Literal(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Wrong($"'{json}' is no number");
        }
    }

    string Text()
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (Here != quote)
        {
            if (IsAtEnd) throw Wrong("the text is not closed");
            if (Here < ' ') throw Wrong("a text holds no line ends, tabs and the like: write \\n, \\t");
            if (Here == '\\') value.Append(Escaped(quote));
            else value.Append(text[at++]);
        }

        at++;
        return value.ToString();
    }

    char Escaped(char quote)
    {
        at++;
        var escaped = Here;
        at = Math.Min(at + 1, text.Length);
        if (escaped == quote) return quote;
        switch (escaped)
        {
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case '/' or '\\': return escaped;
            case 'u' when at + 4 <= text.Length
                && ushort.TryParse(
                    text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            default:
                throw Wrong("after \\ there must be b, f, n, r, t, /, \\, the quote, or u and four digits");
        }
    }

    void Space()
    {
        while (Here is ' ' or '\t' or '\n' or '\r') at++;
    }

    bool Take(string wanted)
    {
        if (string.CompareOrdinal(text, at, wanted, 0, wanted.Length) != 0) return false;
        at += wanted.Length;
        return true;
    }

    string HintOfName() => Here == '-' ? "; write a name with other characters than letters, digits and _ as ['a-b']" : "";

    FormatException Wrong(string because) => new($"'{text}' is no path: {because} (at character {at + 1})");
}
