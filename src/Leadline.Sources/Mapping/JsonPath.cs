using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Leadline.Sources.Mapping;

/// <summary>
/// A path into a body as RFC 9535 writes it, from <c>$</c>, the body, or <c>@</c>, the item at hand: names, indexes, wildcards,
/// slices, descendants, and filters by existence and comparison. Its functions are left out.
/// </summary>
public sealed class JsonPath
{
    readonly bool fromItem;
    readonly ImmutableArray<Segment> segments;
    readonly string text;

    internal JsonPath(bool fromItem, ImmutableArray<Segment> segments, string text)
    {
        (this.fromItem, this.segments, this.text) = (fromItem, segments, text);
        IsSingular = segments.All(segment => segment is { IsDescendant: false, Selectors: [NameSelector or IndexSelector] });
    }

    /// <exception cref="FormatException">It is none; the message says where and why.</exception>
    public static JsonPath Parse(string text) => JsonPathParser.Whole(text);

    /// <summary>The names of all fields that it goes through or looks at.</summary>
    public IEnumerable<string> Names => segments.SelectMany(segment => segment.Selectors).SelectMany(selector => selector.Names);

    /// <summary>The name of the field that it ends in; null where it goes through none by name.</summary>
    public string? LastName =>
        segments.Reverse().SelectMany(segment => segment.Selectors.Reverse()).OfType<NameSelector>().FirstOrDefault()?.Name;

    /// <summary>Whether it can find one value at most.</summary>
    internal bool IsSingular { get; }

    public override string ToString() => text;

    /// <summary>Whether it finds anything.</summary>
    internal bool Exists(in JsonElement body, in JsonElement item, Effort effort)
    {
        if (IsSingular) return One(body, item, effort) is not null;

        // In most values of a body there is nothing, and a filter asks each of them.
        var start = fromItem ? item : body;
        return start.ValueKind is JsonValueKind.Array or JsonValueKind.Object && Select(body, item, effort).Count > 0;
    }

    /// <summary>
    /// What a path finds that can find one value at most; null where that is nothing. A filter asks it of every value.
    /// </summary>
    internal JsonElement? One(in JsonElement body, in JsonElement item, Effort effort)
    {
        var node = fromItem ? item : body;
        foreach (var segment in segments)
        {
            if (!segment.Selectors[0].TryFind(node, effort, out var found)) return null;
            node = found;
        }

        return node;
    }

    /// <summary>What it finds, in the order of the body.</summary>
    /// <param name="body">The root, <c>$</c>.</param>
    /// <param name="item">The item at hand, <c>@</c>.</param>
    /// <param name="effort">Pays for it.</param>
    /// <exception cref="FormatException">It finds too much.</exception>
    internal List<JsonElement> Select(in JsonElement body, in JsonElement item, Effort effort)
    {
        effort.Spend(4);
        List<JsonElement> nodes = [fromItem ? item : body];
        foreach (var segment in segments)
        {
            var found = new List<JsonElement>();
            foreach (var node in nodes) segment.Select(node, body, effort, found);
            if (found.Count == 0) return found;
            nodes = found;
        }

        return nodes;
    }
}

sealed record Segment(bool IsDescendant, ImmutableArray<Selector> Selectors)
{
    public void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        foreach (var selector in Selectors) selector.Select(node, body, effort, found);
        if (!IsDescendant) return;

        // A parser of JSON goes 64 deep and no deeper, and so does this.
        foreach (var child in new Children(node, effort)) Select(child, body, effort, found);
    }
}

/// <summary>
/// The values in a list or an object, each paid for; there may be a million, so that nothing is made for any of them.
/// </summary>
struct Children
{
    readonly JsonValueKind kind;
    readonly Effort effort;
    JsonElement.ArrayEnumerator items;
    JsonElement.ObjectEnumerator properties;

    public Children(in JsonElement node, Effort effort)
    {
        (kind, this.effort) = (node.ValueKind, effort);
        if (kind == JsonValueKind.Array) items = node.EnumerateArray();
        else if (kind == JsonValueKind.Object) properties = node.EnumerateObject();
    }

    public readonly JsonElement Current => kind == JsonValueKind.Array ? items.Current : properties.Current.Value;

    public readonly Children GetEnumerator() => this;

    public bool MoveNext()
    {
        effort.Spend(1);
        return kind switch
        {
            JsonValueKind.Array => items.MoveNext(),
            JsonValueKind.Object => properties.MoveNext(),
            _ => false,
        };
    }
}

abstract record Selector
{
    public virtual IEnumerable<string> Names => [];

    /// <summary>The one value that a name or an index finds.</summary>
    public virtual bool TryFind(in JsonElement node, Effort effort, out JsonElement found) =>
        throw new InvalidOperationException("it may find several values");

    public abstract void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found);
}

sealed record NameSelector(string Name) : Selector
{
    public override IEnumerable<string> Names => [Name];

    public override bool TryFind(in JsonElement node, Effort effort, out JsonElement found)
    {
        found = default;
        if (node.ValueKind != JsonValueKind.Object) return false;

        // A name is looked for among all that are there.
        effort.Spend(1 + (node.GetPropertyCount() / 16));
        return node.TryGetProperty(Name, out found);
    }

    public override void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        if (TryFind(node, effort, out var value)) effort.Add(found, value);
    }
}

sealed record IndexSelector(long Index) : Selector
{
    public override bool TryFind(in JsonElement node, Effort effort, out JsonElement found)
    {
        found = default;
        if (node.ValueKind != JsonValueKind.Array) return false;
        var length = node.GetArrayLength();
        var at = Index < 0 ? length + Index : Index;
        effort.Spend(1 + (length / 16));
        if (at < 0 || at >= length) return false;
        found = node[(int)at];
        return true;
    }

    public override void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        if (TryFind(node, effort, out var value)) effort.Add(found, value);
    }
}

sealed record WildcardSelector : Selector
{
    public override void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        foreach (var child in new Children(node, effort)) effort.Add(found, child);
    }
}

sealed record SliceSelector(long? Start, long? End, long Step) : Selector
{
    public override void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        if (node.ValueKind != JsonValueKind.Array || Step == 0) return;
        var length = (long)node.GetArrayLength();
        var (start, end) = Step > 0
            ? (Math.Clamp(FromFront(Start ?? 0, length), 0, length), Math.Clamp(FromFront(End ?? length, length), 0, length))
            : (Math.Clamp(FromFront(Start ?? length - 1, length), -1, length - 1),
                Math.Clamp(FromFront(End ?? -length - 1, length), -1, length - 1));
        for (var at = start; Step > 0 ? at < end : at > end; at += Step)
        {
            effort.Spend((int)(1 + (length / 16)));
            effort.Add(found, node[(int)at]);
        }
    }

    static long FromFront(long index, long length) => index < 0 ? length + index : index;
}

sealed record FilterSelector(Condition Condition) : Selector
{
    public override IEnumerable<string> Names => Condition.Names;

    public override void Select(in JsonElement node, in JsonElement body, Effort effort, List<JsonElement> found)
    {
        foreach (var child in new Children(node, effort))
            if (Condition.Holds(child, body, effort)) effort.Add(found, child);
    }
}

/// <summary>What a filter asks of each value.</summary>
abstract record Condition
{
    public abstract IEnumerable<string> Names { get; }

    public abstract bool Holds(in JsonElement item, in JsonElement body, Effort effort);
}

sealed record AnyCondition(ImmutableArray<Condition> Of) : Condition
{
    public override IEnumerable<string> Names => Of.SelectMany(one => one.Names);

    public override bool Holds(in JsonElement item, in JsonElement body, Effort effort)
    {
        foreach (var one in Of)
            if (one.Holds(item, body, effort)) return true;
        return false;
    }
}

sealed record AllCondition(ImmutableArray<Condition> Of) : Condition
{
    public override IEnumerable<string> Names => Of.SelectMany(one => one.Names);

    public override bool Holds(in JsonElement item, in JsonElement body, Effort effort)
    {
        foreach (var one in Of)
            if (!one.Holds(item, body, effort)) return false;
        return true;
    }
}

sealed record NotCondition(Condition Of) : Condition
{
    public override IEnumerable<string> Names => Of.Names;

    public override bool Holds(in JsonElement item, in JsonElement body, Effort effort) => !Of.Holds(item, body, effort);
}

sealed record ExistsCondition(JsonPath Path) : Condition
{
    public override IEnumerable<string> Names => Path.Names;

    public override bool Holds(in JsonElement item, in JsonElement body, Effort effort) => Path.Exists(body, item, effort);
}

/// <param name="Left">A path that finds one value at most, or a literal.</param>
/// <param name="Operator"><c>==</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Right">As <paramref name="Left"/>.</param>
sealed record Comparison(Comparable Left, string Operator, Comparable Right) : Condition
{
    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override bool Holds(in JsonElement item, in JsonElement body, Effort effort)
    {
        effort.Spend(1);
        var (left, right) = (Left.Find(item, body, effort), Right.Find(item, body, effort));
        return Operator switch
        {
            "==" => AreEqual(left, right, effort),
            "!=" => !AreEqual(left, right, effort),
            "<" => IsLess(left, right, effort),
            ">" => IsLess(right, left, effort),
            "<=" => IsLess(left, right, effort) || AreEqual(left, right, effort),
            _ => IsLess(right, left, effort) || AreEqual(left, right, effort),
        };
    }

    /// <summary>What is not there equals what is not there.</summary>
    static bool AreEqual(JsonElement? left, JsonElement? right, Effort effort)
    {
        if (left is not { } one || right is not { } other) return left is null && right is null;
        if (one.ValueKind != other.ValueKind) return false;
        effort.Spend(1 + ((effort.LengthOf(one) + effort.LengthOf(other)) / 8));
        return JsonElement.DeepEquals(one, other);
    }

    /// <summary>Numbers are less than numbers, and texts than texts by their code points; nothing else is in an order.</summary>
    static bool IsLess(JsonElement? left, JsonElement? right, Effort effort)
    {
        if (left is not { } one || right is not { } other || one.ValueKind != other.ValueKind) return false;
        if (effort.LengthOf(one) > Effort.LongestText || effort.LengthOf(other) > Effort.LongestText) return false;
        return one.ValueKind switch
        {
            JsonValueKind.Number => one.TryGetDecimal(out var number) && other.TryGetDecimal(out var second)
                ? number < second
                : one.GetDouble() < other.GetDouble(),
            JsonValueKind.String => Encoding.UTF8.GetBytes(one.GetString()!).AsSpan()
                .SequenceCompareTo(Encoding.UTF8.GetBytes(other.GetString()!)) < 0,
            _ => false,
        };
    }
}

/// <summary>One side of a comparison.</summary>
sealed record Comparable(JsonPath? Path, JsonElement Literal)
{
    public IEnumerable<string> Names => Path?.Names ?? [];

    /// <summary>Null where there is nothing.</summary>
    public JsonElement? Find(in JsonElement item, in JsonElement body, Effort effort) =>
        Path is null ? Literal : Path.One(body, item, effort);
}
