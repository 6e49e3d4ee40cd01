using System.Text;
using System.Text.Json;

namespace Leadline.Tests.Sources;

/// <summary>Makes of a good body one that its source would hardly send.</summary>
static class Mutilation
{
    static readonly byte[][] Nasty =
    [
        .. new[]
        {
            "null", "true", "0", "-1", "1e400", "0.5", "2147483648", "99999999999999999999",
            "[]", "{}", "[null]", "[[]]", "[{}]", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"a\\nb\"",
            "\"0000000000000000000000000000000000000000\"", "\"0123456\"", "\"yesterday\"",
            "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999-14:00\"",
            "\"2016-12-31T23:59:60Z\"", "\"1970-01-01T00:00:00+25:00\"", $"\"{new string('x', 5000)}\"",
            new string('[', 60) + new string(']', 60), new string('[', 5000) + new string(']', 5000),
            string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public static byte[] Of(byte[] body, Random random)
    {
        for (var times = random.Next(1, 4); times > 0 && body.Length > 0; times--)
        {
            body = random.Next(10) switch
            {
                0 => body[..random.Next(body.Length)],
                1 => Flipped(body, random),
                2 => WithoutPart(body, random),
                3 => [.. body, .. body],
                _ => WithAnotherValue(body, random),
            };
        }

        return body;
    }

    static byte[] Flipped(byte[] body, Random random)
    {
        var flipped = body.ToArray();
        for (var hits = random.Next(1, 6); hits > 0; hits--) flipped[random.Next(flipped.Length)] = (byte)random.Next(256);
        return flipped;
    }

    static byte[] WithoutPart(byte[] body, Random random)
    {
        var from = random.Next(body.Length);
        return [.. body[..from], .. body[Math.Min(body.Length, from + random.Next(40))..]];
    }

    /// <summary>A value or a key in the place of another: what no random byte would hit upon.</summary>
    static byte[] WithAnotherValue(byte[] body, Random random)
    {
        var tokens = new List<Range>();
        var open = new Stack<int>();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 10_000 });
            while (reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var begun = open.Pop();
                        tokens.Add(begun..end);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(start);
                        break;
                    case JsonTokenType.PropertyName:
                        tokens.Add(start..(start + reader.ValueSpan.Length + 2));
                        break;
                    default:
                        tokens.Add(start..end);
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // It is broken by now: what stands before that can still be replaced.
        }

        if (tokens.Count == 0) return body;
        var hit = tokens[random.Next(tokens.Count)];
        var value = random.Next(3) == 0 ? body[tokens[random.Next(tokens.Count)]] : Nasty[random.Next(Nasty.Length)];
        return [.. body[..hit.Start.Value], .. value, .. body[hit.End.Value..]];
    }
}
