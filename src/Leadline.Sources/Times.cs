using System.Globalization;
using System.Text.Json;

namespace Leadline.Sources;

/// <summary>Instants in UTC, however a source writes them.</summary>
public static class Times
{
    // K takes Z, +01:00, +0100 and nothing at all, which is taken for UTC.
    static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF 'UTC'", "yyyy-MM-dd HH:mm:ss.FFFFFFF zzz",
    ];

    /// <summary>
    /// Null for null, the empty text and the year 1, by which many say "not yet". Digits are an epoch, as
    /// <see cref="Epoch"/> has it.
    /// </summary>
    /// <param name="text">ISO 8601 with <c>T</c> or a space, any number of decimals, and Z, an offset with or without colon,
    /// <c>UTC</c> or no zone, which is UTC.</param>
    /// <param name="field">What the sentence names when it is none of that.</param>
    /// <exception cref="FormatException">It is no time.</exception>
    public static DateTimeOffset? Parse(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return Epoch(number, field);
        if (!DateTimeOffset.TryParseExact(
            ToTicks(text.Trim()), Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            throw new FormatException($"{field} is no time: '{(text.Length <= 40 ? text : text[..40] + "…")}'");
        return at.Year == 1 ? null : at;
    }

    /// <summary>The same of a JSON string or number; null where there is neither.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    public static DateTimeOffset? Parse(JsonElement? value, string field) => value switch
    {
        { ValueKind: JsonValueKind.String } text => Parse(text.GetString(), field),
        { ValueKind: JsonValueKind.Number } number => number.TryGetDecimal(out var epoch)
            ? Epoch(epoch, field)
            : throw new FormatException($"{field} is no time: {number.GetRawText()}"),
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: var kind } => throw new FormatException($"{field} is no time: it is of kind {kind}"),
    };

    /// <summary>
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size: each holds from 1973 to the year
    /// 5138. Null for 0.
    /// </summary>
    /// <exception cref="FormatException">It is negative or too large.</exception>
    public static DateTimeOffset? Epoch(decimal number, string field)
    {
        var seconds = number switch
        {
            < 1e11m => number,
            < 1e14m => number / 1e3m,
            < 1e17m => number / 1e6m,
            _ => number / 1e9m,
        };
        if (seconds is < 0 or >= 1e11m) throw new FormatException($"{field} is no time: {number}");
        return seconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    /// <summary>Cuts decimals after the seventh, which an instant cannot hold.</summary>
    static string ToTicks(string text)
    {
        var start = text.LastIndexOf('.') + 1;
        if (start == 0) return text;
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - start <= 7 ? text : text.Remove(start + 7, end - start - 7);
    }
}
