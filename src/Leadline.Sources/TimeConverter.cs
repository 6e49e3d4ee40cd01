using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources;

/// <summary>
/// Reads times in payload records as <see cref="Times"/> does; what is none of them is an error that names its place.
/// </summary>
sealed class TimeConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return reader.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String => Times.Parse(reader.GetString(), "it"),
                JsonTokenType.Number => Times.Epoch(reader.GetDecimal(), "it"),
                _ => throw new JsonException(),
            };
        }
        catch (FormatException error)
        {
            // Without a message of its own the serializer says where in the body it stands.
            throw new JsonException(null, error);
        }
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("payloads are only read");
}
