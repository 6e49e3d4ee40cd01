using System.Text.Json;

namespace Leadline.Sources;

/// <summary>Looks at the outermost object of a body before it is read, because its parts tell what it is.</summary>
static class Parts
{
    /// <summary>The string under this key; null where the body is no object or has no string there.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static string? TextOf(ReadOnlySpan<byte> body, string key) => Find(body, key).Text;

    /// <summary>Whether the body is an object with an object under this key.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static bool Holds(ReadOnlySpan<byte> body, string key) => Find(body, key).Kind == JsonTokenType.StartObject;

    /// <summary>Whether the body is an object with a list under this key.</summary>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static bool HoldsList(ReadOnlySpan<byte> body, string key) => Find(body, key).Kind == JsonTokenType.StartArray;

    /// <summary>How the value under the key begins, and the value where it is a string.</summary>
    static (JsonTokenType Kind, string? Text) Find(ReadOnlySpan<byte> body, string key)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(key);
                reader.Read();
                if (found) return (reader.TokenType, reader.TokenType == JsonTokenType.String ? reader.GetString() : null);
                reader.Skip();
            }

            return default;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a text in it is not UTF-8, or holds half a character", error);
        }
    }
}
