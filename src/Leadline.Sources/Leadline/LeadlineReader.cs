using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.CloudEvents;

namespace Leadline.Sources.Leadline;

/// <summary>Reads our own JSON, CDEvents and CloudEvents: an object, an array of them, or one a line.</summary>
public sealed class LeadlineReader : SourceReader
{
    public override string Source => "leadline";

    public override int Version => 6;

    public override SourceDescription About => new(
        "Our own JSON", "commits, changes, builds, deployments and the steps of their roll-outs, incidents, flags, annotations",
        "the secret as a bearer token");

    public override PersonalFields Personal { get; } = Envelope.Personal;

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var facts = ImmutableArray.CreateBuilder<Fact>();
        string? because = null;
        foreach (var item in Items(delivery.Body))
        {
            var reading = Read(item.Span);
            facts.AddRange((reading as FactsReading)?.Facts ?? []);
            because ??= (reading as IgnoredReading)?.Because;
        }

        return facts.Count == 0 ? Reading.Ignored(because ?? "it is empty") : Reading.Of(facts.DrainToImmutable());
    }

    /// <summary>
    /// What is wrong with this object, in a sentence; null where nothing is, also where it says nothing to us.
    /// </summary>
    public static string? Check(ReadOnlySpan<byte> item)
    {
        try
        {
            Read(item);
            return null;
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            return error.Message;
        }
    }

    static Reading Read(ReadOnlySpan<byte> item) => Envelope.IsOne(item) ? Envelope.Read(item) : Reading.Of(OwnJson.Read(item));

    /// <summary>The objects of a body: its lines, or the items of the array that it is, or itself.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        var start = span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0) return [];
        if (span[start] == (byte)'[') return OfArray(body);
        return IsOneObject(span) ? [body] : Lines(body);
    }

    static List<ReadOnlyMemory<byte>> OfArray(ReadOnlyMemory<byte> body)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(body[from..(int)reader.BytesConsumed]);
        }

        return items;
    }

    /// <summary>A pretty-printed object has line ends inside it; only its end tells.</summary>
    static bool IsOneObject(ReadOnlySpan<byte> span)
    {
        var first = span.TrimStart(" \t\r\n"u8);
        var line = first.IndexOf((byte)'\n');
        if (line < 0) return true;
        if (first[..line].TrimEnd(" \t\r"u8) is [.., (byte)'}']) return false;
        try
        {
            var reader = new Utf8JsonReader(span);
            reader.Read();
            reader.Skip();
            return span[(int)reader.BytesConsumed..].IndexOfAnyExcept(" \t\r\n"u8) < 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> body)
    {
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? body : body[..end]).Trim(" \t\r"u8);
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.IsEmpty) yield return line;
        }
    }
}
