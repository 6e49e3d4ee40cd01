using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.CdEvents;
using Leadline.Sources.Leadline;

namespace Leadline.Sources.CloudEvents;

/// <summary>
/// Opens the envelopes in which events come: a CloudEvent around something, a CDEvent, or a CloudEvent around a CDEvent. In
/// binary mode the envelope is in the headers, and the body is what would be in it.
/// </summary>
public static class Envelope
{
    public static PersonalFields Personal { get; } = new(
        People: ["user", "creator", "assignees", "updatedBy", "reportedBy", "reviewer"],
        Strings: ["author"],
        Texts: ["description", "summary", "errors", "message", "title", "text"]);

    public static ImmutableArray<string> KeptHeaders => ["ce-id", "ce-source", "ce-type"];

    /// <summary>In binary mode the two that are one together, by the specification.</summary>
    public static string? DedupeKey(Delivery delivery) =>
        delivery.Header("ce-id") is { Length: > 0 } id ? $"{delivery.Header("ce-source")}\n{id}" : null;

    /// <summary>The events of a delivery: one, an array of them, or one a line.</summary>
    public static Reading Read(Delivery delivery)
    {
        var readings = LeadlineReader.Items(delivery.Body).Select(item => Read(item.Span)).ToList();
        var facts = readings.OfType<FactsReading>().SelectMany(read => read.Facts).ToImmutableArray();
        return facts.IsEmpty ? readings.FirstOrDefault() ?? Reading.Ignored("it is empty") : Reading.Of(facts);
    }

    /// <summary>Whether it is an object with the keys of an envelope, rather than our own JSON.</summary>
    public static bool IsOne(ReadOnlySpan<byte> item)
    {
        try
        {
            var reader = new Utf8JsonReader(item);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("specversion"u8) || reader.ValueTextEquals("context"u8)) return true;
                reader.Skip();
            }

            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What one event states.</summary>
    /// <exception cref="JsonException">It is not JSON, or breaks a promise of its specification.</exception>
    /// <exception cref="FormatException">It holds our own JSON, and that is wrong; or a time that is none.</exception>
    public static Reading Read(ReadOnlySpan<byte> item)
    {
        using var document = JsonDocument.Parse(item.ToArray());
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? Read(document.RootElement)
            : Reading.Ignored("it is no object, so no event");
    }

    static Reading Read(JsonElement one)
    {
        if (!one.TryGetProperty("specversion"u8, out _)) return OfData(one, null);
        var wrapped = one.Deserialize(CloudEventsJson.Default.CloudEvent);
        if (wrapped?.Data is { ValueKind: JsonValueKind.Object } data) return OfData(data, wrapped.Type);
        var bytes = new byte[wrapped?.DataBase64?.Length ?? 0];
        if (bytes.Length == 0 || !Convert.TryFromBase64String(wrapped!.DataBase64!, bytes, out var length))
            return Reading.Ignored($"{wrapped?.Type ?? "a nameless type"} holds no JSON");
        try
        {
            using var inner = JsonDocument.Parse(bytes.AsMemory(0, length));
            return inner.RootElement.ValueKind == JsonValueKind.Object
                ? OfData(inner.RootElement, wrapped.Type)
                : Reading.Ignored($"{wrapped.Type ?? "a nameless type"} holds no object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is what a text that is no UTF-8 makes of it.
            return Reading.Ignored($"{wrapped.Type ?? "a nameless type"} holds no JSON");
        }
    }

    static Reading OfData(JsonElement data, string? type)
    {
        if (data.TryGetProperty("context"u8, out _) && data.Deserialize(CdEventsJson.Default.CdEvent) is { } happened)
            return CdEventConversion.Convert(happened);
        var isOwn = data.TryGetProperty("type"u8, out var own) && own.ValueKind == JsonValueKind.String
            && OwnJson.Types.Contains(own.GetString()!);
        if (isOwn) return Reading.Of(OwnJson.Read(Encoding.UTF8.GetBytes(data.GetRawText())));
        return Reading.Ignored($"{type ?? "it"} holds neither a CDEvent nor our own JSON");
    }
}
