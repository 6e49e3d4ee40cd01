using System.Text.Json;

namespace Leadline.Ingest;

/// <summary>Looks for what no reader's records refuse: the serializer lets a null pass where a list's type promises none.</summary>
static class NullEntries
{
    /// <summary>Whether a list of this JSON holds a null; false of what is no JSON.</summary>
    public static bool IsIn(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 1000 });
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
}
