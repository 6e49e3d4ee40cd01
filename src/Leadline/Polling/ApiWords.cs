using System.Text.Json;

namespace Leadline.Polling;

/// <summary>
/// What an API says of why it refuses, in its own words: these name what is wrong with a question where a status does not.
/// </summary>
static class ApiWords
{
    const int Longest = 200;

    static readonly string[] Names = ["message", "error", "errorMessages", "errors", "error_description", "detail", "title"];

    /// <summary><c>: it says "…"</c>; empty where it says nothing that can be shown.</summary>
    public static string Of(HttpResponseMessage answer)
    {
        try
        {
            using var body = JsonDocument.Parse(answer.Content.ReadAsStream());
            return In(body.RootElement, 0) is { } words ? $": it says \"{words}\"" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    static string? In(JsonElement said, int depth) => said.ValueKind switch
    {
        _ when depth > 4 => null,
        JsonValueKind.String => Shown(said.GetString()!),
        JsonValueKind.Array =>
            said.EnumerateArray().Select(one => In(one, depth + 1)).FirstOrDefault(words => words is not null),
        JsonValueKind.Object =>
            Names.Select(name => said.TryGetProperty(name, out var part) ? In(part, depth + 1) : null)
                .FirstOrDefault(words => words is not null),
        _ => null,
    };

    /// <summary>On one line, and without what a terminal would act on.</summary>
    static string? Shown(string words)
    {
        var line = string.Concat(words.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter))
            .Trim();
        return line.Length == 0 ? null : line.Length <= Longest ? line : line[..Longest] + "…";
    }
}
