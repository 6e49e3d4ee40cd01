using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Leadline;

namespace Leadline.Sources.Mapping;

/// <summary>What must be so of a body or an item for a rule to take it.</summary>
/// <param name="Of">What is looked at.</param>
/// <param name="Wanted">One of them must be there; null stands for nothing, <see cref="Anything"/> for whatever is
/// there.</param>
public sealed record MappingCondition(MappedValue Of, ImmutableArray<string?> Wanted)
{
    public const string Anything = "*";

    internal bool Holds(MappedBody body)
    {
        var found = Of.Find(body).ToList();
        if (found.Count == 0) return Wanted.Contains(null);
        return Wanted.Contains(Anything) || found.Exists(one => one.IsOne && Wanted.Contains(one.Text(body.Effort)));
    }
}

/// <summary>How one event of our own JSON is made of a body, or of each of its items.</summary>
/// <param name="Number">Its place among the rules, from 1.</param>
/// <param name="When">All must hold.</param>
/// <param name="Each">Finds the items; null where the body is the one item.</param>
/// <param name="Type">The type of event.</param>
/// <param name="Keys">The event's keys and their values.</param>
public sealed record MappingRule(
    int Number, ImmutableArray<MappingCondition> When, JsonPath? Each, string Type,
    ImmutableArray<(OwnKey Key, MappedValue Value)> Keys)
{
    /// <summary>All values that the rule looks at.</summary>
    public IEnumerable<MappedValue> Values => When.Select(condition => condition.Of).Concat(Keys.Select(pair => pair.Value));

    /// <summary>The facts that the body states by this rule; none where it does not take it.</summary>
    /// <param name="body">With the root for an item.</param>
    /// <param name="source">The mapping's name.</param>
    /// <exception cref="FormatException">It takes something that makes no event; the message says which and why.</exception>
    internal IEnumerable<Fact> Facts(MappedBody body, string source)
    {
        var items = Each is null ? [body.Root] : Each.Select(body.Root, body.Root, body.Effort);
        for (var i = 0; i < items.Count; i++)
        {
            var at = body with { Item = items[i] };
            if (!When.All(condition => condition.Holds(at))) continue;
            foreach (var fact in Facts(at, source, Each is null ? "" : $", item {i + 1}"))
                yield return fact is IncidentFact incident ? incident with { Source = source } : fact;
        }
    }

    ImmutableArray<Fact> Facts(MappedBody body, string source, string item)
    {
        try
        {
            var output = new ArrayBufferWriter<byte>(512);
            using (var writer = new Utf8JsonWriter(output))
            {
                writer.WriteStartObject();
                writer.WriteString("type", Type);
                foreach (var (key, value) in Keys) Write(writer, key, value, body, source);
                writer.WriteEndObject();
            }

            return OwnJson.Read(output.WrittenSpan);
        }
        catch (FormatException error)
        {
            throw new FormatException($"rule {Number} ({Type}){item}: {error.Message}", error);
        }
    }

    static void Write(Utf8JsonWriter writer, OwnKey key, MappedValue value, MappedBody body, string source)
    {
        if (key.Kind == OwnKeyKind.Texts)
        {
            WriteTexts(writer, key, value, body);
            return;
        }

        if (value.Find(body).Select(found => (Found?)found).FirstOrDefault() is not { } found) return;
        var text = found.Text(body.Effort);
        body.Effort.Write(text.Length);
        switch (key.Kind)
        {
            case OwnKeyKind.Time:
                if (Times.Parse(text, $"\"{key.Name}\"") is { } at) writer.WriteString(key.Name, at);
                break;
            case OwnKeyKind.Number
                when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                writer.WriteNumber(key.Name, number);
                break;
            case OwnKeyKind.Flag when bool.TryParse(text, out var flag):
                writer.WriteBoolean(key.Name, flag);
                break;

            // Two sources may count from 1.
            case OwnKeyKind.Text when key.Name == "id":
                writer.WriteString(key.Name, $"{source}:{text}");
                break;
            default:
                writer.WriteString(key.Name, text);
                break;
        }
    }

    static IEnumerable<Found> ItemsOf(Found list) => list.Element.EnumerateArray()
        .Where(element => element.ValueKind != JsonValueKind.Null)
        .Select(element => new Found(null, element, $"an item of {list.Where}"));

    /// <summary>All that is found; a list that is found gives what is in it.</summary>
    static void WriteTexts(Utf8JsonWriter writer, OwnKey key, MappedValue value, MappedBody body)
    {
        var texts = new List<string>();
        var isKnown = false;
        foreach (var found in value.Find(body))
        {
            isKnown = true;
            foreach (var one in found.IsList ? ItemsOf(found) : [found])
            {
                if (texts.Count == Effort.MostValues) throw new FormatException(
                    $"\"{key.Name}\" has more than {Effort.MostValues} values");
                var text = one.Text(body.Effort);
                body.Effort.Write(text.Length);
                texts.Add(text);
            }
        }

        // Nothing found is not known, and not the same as none.
        if (!isKnown) return;
        writer.WriteStartArray(key.Name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
