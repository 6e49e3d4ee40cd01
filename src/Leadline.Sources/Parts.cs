using System.Text.Json;

namespace Leadline.Sources;

/// <summary>Looks at the outermost object of a body before it is read, because its parts tell what it is.</summary>
static class Parts
{
    /// <summary>The string under this key; null where the body is no object or has no string there.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static string? TextOf(ReadOnlySpan<byte> body, string key)
    {
        var reader = new Utf8JsonReader(body);
        return Find(ref reader, key) && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>Whether the body is an object with an object under this key.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static bool Holds(ReadOnlySpan<byte> body, string key)
    {
        var reader = new Utf8JsonReader(body);
        return Find(ref reader, key) && reader.TokenType == JsonTokenType.StartObject;
    }

    /// <summary>Whether the body is an object with a list under this key.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static bool HoldsList(ReadOnlySpan<byte> body, string key)
    {
        var reader = new Utf8JsonReader(body);
        return Find(ref reader, key) && reader.TokenType == JsonTokenType.StartArray;
    }

    static bool Find(ref Utf8JsonReader reader, string key)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(key);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }
}
