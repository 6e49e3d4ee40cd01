using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Api;

/// <summary>How JSON looks on our side of the wire: snake case, UTC instants, null where unknown.</summary>
public static class Wire
{
    public static readonly JsonSerializerOptions Json = Configure(new JsonSerializerOptions());

    /// <summary>Sets our conventions on the options, and returns them.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new InstantConverter());
        return options;
    }

    /// <summary>An instant in UTC to the second, with a fraction only where there is one: <c>2026-01-01T00:00:00Z</c>.</summary>
    sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'"));
    }
}
