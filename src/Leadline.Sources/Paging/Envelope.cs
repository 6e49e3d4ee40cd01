using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Leadline.Sources.Paging;

/// <summary>Puts what an API answers into the body that a webhook would have.</summary>
static class Envelope
{
    /// <summary>An object with these parts; each is JSON as it stands.</summary>
    public static byte[] Of(params ReadOnlySpan<(string Name, string Json)> parts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, json) in parts)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(json);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same as text.</summary>
    public static string Written(params ReadOnlySpan<(string Name, string Json)> parts) => Encoding.UTF8.GetString(Of(parts));

    public static string Text(string value) => JsonSerializer.Serialize(value, PagingJson.Default.String);

    /// <summary>The things of a list; an answer that is none is refused.</summary>
    /// <exception cref="JsonException">It is no list.</exception>
    public static JsonElement[] List(JsonElement element, string what) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()]
            : throw new JsonException($"the answer is no list of {what}");

    /// <summary>The text of a field, or null.</summary>
    public static string? TextOf(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The instant of a field, or null.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    public static DateTimeOffset? InstantOf(this JsonElement element, string name) => Times.Parse(element.TextOf(name), name);

    /// <summary>The whole number of a field.</summary>
    /// <exception cref="JsonException">It has none.</exception>
    public static long NumberOf(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number : throw new JsonException($"it has no {name}");

    /// <summary>The field; of the kind <see cref="JsonValueKind.Undefined"/> where there is none.</summary>
    public static JsonElement Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The things of the list that an answer has under this name.</summary>
    /// <exception cref="JsonException">It has none.</exception>
    public static JsonElement[] ListOf(this JsonElement element, string name) =>
        List(element.Field(name), name.Replace('_', ' '));

    /// <summary>The JSON of a field; <c>null</c> where it is not there.</summary>
    public static string JsonOf(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetRawText() : "null";

    /// <summary>As queries write it.</summary>
    public static string Written(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
