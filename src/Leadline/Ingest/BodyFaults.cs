using System.Text.Json;

namespace Leadline.Ingest;

/// <summary>What a body of JSON can hold that no reader's records refuse, and that a reader may stumble over.</summary>
static class BodyFaults
{
    static readonly JsonReaderOptions Lenient = new() { AllowMultipleValues = true, MaxDepth = 1000 };

    /// <summary>Whether a list holds a null: the serializer lets it pass where the list's type promises none.</summary>
    public static bool HasNullEntry(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Lenient);
        var within = new Stack<bool>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        within.Push(reader.TokenType == JsonTokenType.StartArray);
                        break;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        within.Pop();
                        break;
                    case JsonTokenType.Null when within.TryPeek(out var isList) && isList:
                        return true;
                }
            }
        }
        catch (JsonException)
        {
            // Broken further on; what stands before that held none.
        }

        return false;
    }

    /// <summary>
    /// Whether a text is not UTF-8, or holds half a character: that shows where the text is asked for, and not where the body is
    /// parsed.
    /// </summary>
    public static bool HasBrokenText(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Lenient);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (JsonException)
        {
            // Broken further on.
        }

        return false;
    }
}
