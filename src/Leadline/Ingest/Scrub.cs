using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Sources;

namespace Leadline.Ingest;

/// <summary>
/// Replaces people in a body by salted hashes, so that the log can be kept and replayed without holding anyone's name. The same
/// person is the same hash everywhere in one store, and a hash stays as it is.
/// </summary>
public sealed partial class Scrub(byte[] salt)
{
    /// <summary>The body without people; a body that is no JSON is given back as it came.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> body, PersonalFields fields)
    {
        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        try
        {
            var known = Collect(body.Span, fields);
            var rest = body.Span;
            var first = true;
            while (rest.IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var start)
            {
                rest = rest[start..];
                if (!first) output.Write("\n"u8);
                first = false;
                using var writer = new Utf8JsonWriter(
                    output,
                    new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
                rest = rest[(int)Rewrite(rest, writer, fields, known)..];
            }

            return output.WrittenMemory;
        }
        catch (JsonException)
        {
            return body;
        }
    }

    /// <summary>Hashes one value: <c>h_</c> and 16 digits; a bot keeps its <c>[bot]</c>.</summary>
    public string Hash(string value)
    {
        if (value.Length == 0 || Hashed().IsMatch(value)) return value;
        var bot = value.EndsWith("[bot]", StringComparison.Ordinal);
        var name = bot ? value[..^5] : value;
        return "h_"
            + Convert.ToHexStringLower(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(name.ToLowerInvariant())).AsSpan(0, 8))
            + (bot ? "[bot]" : "");
    }

    long Rewrite(ReadOnlySpan<byte> body, Utf8JsonWriter writer, PersonalFields fields, HashSet<string> known)
    {
        var reader = new Utf8JsonReader(body);
        var names = new Stack<string?>();
        var person = 0;
        string? key = null;
        do
        {
            if (!reader.Read()) throw new JsonException("the body ends too early");
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    names.Push(key);
                    if (person > 0 || IsPerson(key, fields)) person++;
                    if (reader.TokenType == JsonTokenType.StartObject) writer.WriteStartObject();
                    else writer.WriteStartArray();
                    if (reader.TokenType == JsonTokenType.StartObject) key = null;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    if (reader.TokenType == JsonTokenType.EndObject) writer.WriteEndObject();
                    else writer.WriteEndArray();
                    key = names.Pop();
                    if (person > 0) person--;
                    break;
                case JsonTokenType.PropertyName:
                    key = TextOf(ref reader);
                    writer.WritePropertyName(key);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Replace(TextOf(ref reader), key, person > 0, fields, known));
                    break;
                case JsonTokenType.Number when person > 0 && key is "id" or "user_id":
                    writer.WriteNumberValue(0);
                    break;
                case JsonTokenType.Number:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    writer.WriteBooleanValue(reader.GetBoolean());
                    break;
                default:
                    writer.WriteNullValue();
                    break;
            }
        }
        while (reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray);
        writer.Flush();
        return reader.BytesConsumed;
    }

    string Replace(string text, string? key, bool ofPerson, PersonalFields fields, HashSet<string> known)
    {
        if (ofPerson && key is not ("type" or "date")) return Hash(text);
        if (key is not null && (fields.Strings.Contains(key) || IsPerson(key, fields))) return Hash(text);
        if (text.Contains('@')) text = Address().Replace(text, match => Hash(match.Value));
        if (key is null || !fields.Texts.Contains(key)) return text;
        text = Trailer().Replace(text, match => match.Groups[1].Value + Hash(match.Groups[2].Value.Trim()));
        text = Mention().Replace(text, match => "@" + Hash(match.Groups[1].Value));
        if (known.Count == 0) return text;

        // A person's name in running text; but the owner part of owner/name belongs to the repository.
        return Word()
            .Replace(
                text,
                match =>
                    known.Contains(match.Value)
                        && !(match.Index + match.Length < text.Length && text[match.Index + match.Length] == '/')
                        ? Hash(match.Value) : match.Value);
    }

    /// <summary>The logins, names and addresses that stand in the body's personal fields.</summary>
    static HashSet<string> Collect(ReadOnlySpan<byte> body, PersonalFields fields)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (body.IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var start)
        {
            body = body[start..];
            var reader = new Utf8JsonReader(body);
            var names = new Stack<string?>();
            var person = 0;
            string? key = null;
            (string? Summary, bool OfUser) reference = default;
            do
            {
                if (!reader.Read()) throw new JsonException("the body ends too early");

                // A reference sums up what it is to: a user's is the name, a service's is none of a person.
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.EndObject)
                {
                    if (reference is { Summary: { } name, OfUser: true }) Add(name);
                    reference = default;
                }
                else if (reader.TokenType == JsonTokenType.String && person > 0)
                {
                    if (key == "summary") reference.Summary = TextOf(ref reader);
                    if (key == "type") reference.OfUser = TextOf(ref reader).StartsWith("user", StringComparison.Ordinal);
                }

                if (reader.TokenType == JsonTokenType.PropertyName) key = TextOf(ref reader);
                else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    names.Push(key);
                    if (person > 0 || IsPerson(key, fields)) person++;
                    if (reader.TokenType == JsonTokenType.StartObject) key = null;
                }
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    key = names.Pop();
                    if (person > 0) person--;
                }
                else if (reader.TokenType == JsonTokenType.String && IsNameOf(key, person > 0, fields))
                    Add(TextOf(ref reader));
            }
            while (reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray);
            body = body[(int)reader.BytesConsumed..];
        }

        return known;

        void Add(string name)
        {
            if (Hashed().IsMatch(name)) return;
            foreach (var word in name.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                if (word.Length >= 3) known.Add(word);
        }
    }

    static bool IsNameOf(string? key, bool ofPerson, PersonalFields fields) =>
        key is "login" or "name" or "email" or "username" or "display_name" or "displayName" or "nickname" or "full_name"
            or "display_value"
            ? ofPerson || fields.Strings.Contains(key)
            : IsPerson(key, fields);

    /// <summary>
    /// The string, where it is text. A reader may pass over one that is none (half of a surrogate pair, bytes that are no
    /// UTF-8), so it must not keep the rest of the body from the scrub: it is taken as its bytes say. The null character is one
    /// that no engine keeps.
    /// </summary>
    static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    static bool IsPerson(string? key, PersonalFields fields) => key is not null && fields.People.Contains(key);

    [GeneratedRegex(@"^h_[0-9a-f]{16}(?:\[bot\])?$")]
    private static partial Regex Hashed();

    // A package's version, shop@1.4.0, is no address.
    [GeneratedRegex(@"[A-Za-z0-9._%+\-]+@(?!v?[0-9]+\.[0-9])[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")]
    private static partial Regex Address();

    [GeneratedRegex(@"^([A-Z][A-Za-z\-]*-by: )([^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Trailer();

    [GeneratedRegex(@"(?<![\w/@])@([A-Za-z0-9][A-Za-z0-9\-]*(?:\[bot\])?)")]
    private static partial Regex Mention();

    [GeneratedRegex(@"[\p{L}\p{N}_\-]+(?:\[bot\])?")]
    private static partial Regex Word();
}
