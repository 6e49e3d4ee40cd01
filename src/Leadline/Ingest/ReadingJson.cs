using System.Text.Json;
using System.Text.Json.Serialization;
using Leadline.Api;
using Leadline.Core;

namespace Leadline.Ingest;

/// <summary>What a reader made of a delivery, as JSON for people: <c>facts</c>, <c>ignored</c> or <c>unreadable</c>.</summary>
static class ReadingJson
{
    static readonly JsonSerializerOptions Json = Wire.Configure(new JsonSerializerOptions
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new TextConverter<Sha>(), new TextConverter<RepositoryName>() },
    });

    /// <summary>The facts with their kinds and all that is known of them, or why there are none.</summary>
    public static string Write(Reading reading) => JsonSerializer.Serialize<object>(
        reading switch
        {
            FactsReading read => new { Facts = read.Facts.Select(Named) },
            IgnoredReading { Because: var because } => new { Ignored = because },
            UnreadableReading { Because: var because } => new { Unreadable = because },
            _ => throw new ArgumentException($"{reading} is no outcome"),
        },
        Json);

    static Dictionary<string, object> Named(Fact fact) =>
        new() { [fact.GetType().Name[..^"Fact".Length].ToLowerInvariant()] = fact };

    sealed class TextConverter<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException("readings are only written");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue($"{value}");
    }
}
