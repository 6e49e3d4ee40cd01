using System.Globalization;
using Leadline.Settings;

namespace Leadline.Scenarios;

/// <summary>What is wrong with one line of a scenario, and what was expected there.</summary>
sealed class LineException(string sentence) : Exception(sentence);

/// <summary>
/// One line of a scenario as words: split at blanks and commas (a comma is a word of its own), with texts in quotes kept whole.
/// </summary>
sealed class Line
{
    readonly List<(string Text, bool Quoted)> words = [];
    int next;

    public Line(int number, string text)
    {
        Number = number;
        IsIndented = text.Length > 0 && text[0] is ' ' or '\t';
        var at = 0;
        while (at < text.Length)
        {
            var from = at;
            if (char.IsWhiteSpace(text[at])) at++;
            else if (text[at] == '#' && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1])))
            {
                Comment = text[(at + 1)..].Trim();
                break;
            }
            else if (text[at] == ',')
            {
                words.Add((",", false));
                at++;
            }
            else if (text[at] == '"')
            {
                at = text.IndexOf('"', at + 1) + 1;
                if (at == 0)
                {
                    Broken = "expected a closing quotation mark";
                    break;
                }

                words.Add((text[(from + 1)..(at - 1)], true));
            }
            else
            {
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (',' or '"')) at++;
                words.Add((text[from..at], false));
            }

            Content = text[..at].Trim();
        }
    }

    public int Number { get; }

    public bool IsIndented { get; }

    /// <summary>The text after <c>#</c>, or null.</summary>
    public string? Comment { get; }

    /// <summary>The line without its comment.</summary>
    public string Content { get; } = "";

    /// <summary>Why the line cannot be split into words, or null.</summary>
    public string? Broken { get; }

    public bool IsEmpty => words.Count == 0 && Broken is null;

    public bool AtEnd => next >= words.Count;

    /// <summary>Its words, whatever was taken so far.</summary>
    public IReadOnlyList<string> Words => [.. words.Select(word => word.Text)];

    /// <summary>The next word, or null at the end; it is not taken.</summary>
    public string? Peek(int ahead = 0) => next + ahead < words.Count ? words[next + ahead].Text : null;

    /// <summary>Takes the next words if they are these.</summary>
    public bool TryTake(params ReadOnlySpan<string> expected)
    {
        for (var i = 0; i < expected.Length; i++)
            if (next + i >= words.Count || words[next + i].Quoted || words[next + i].Text != expected[i]) return false;
        next += expected.Length;
        return true;
    }

    /// <exception cref="LineException">The line ends here.</exception>
    public string Take(string what)
    {
        if (AtEnd || words[next] is (",", false)) throw Expected(what);
        return words[next++].Text;
    }

    /// <exception cref="LineException">Another word stands here.</exception>
    public void Require(string word)
    {
        if (!TryTake(word)) throw Expected($"'{word}'");
    }

    /// <summary>Takes one word or several, a comma between each two.</summary>
    public List<string> TakeList(string what)
    {
        var list = new List<string> { Take(what) };
        while (TryTake(",")) list.Add(Take(what));
        return list;
    }

    /// <summary>Takes everything that is left, as it was written but for runs of blanks.</summary>
    public string TakeRest(string what)
    {
        if (AtEnd) throw Expected(what);
        var rest = string.Join(' ', words.Skip(next).Select(word => word.Text)).Replace(" ,", ",");
        next = words.Count;
        return rest;
    }

    public TimeSpan TakeSpan(string what = "a span such as 5m, 2h or 1d12h")
    {
        var text = Take(what);
        return Spans.TryParse(text, out var span) ? span
            : throw new LineException($"'{text}' is no span: expected one such as 90s, 5m, 2h or 1d12h");
    }

    public int TakeNumber(string what)
    {
        var text = Take(what);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new LineException($"'{text}' is not {what}");
    }

    /// <summary>
    /// Takes <c>2026-03-02</c>, <c>2026-03-02 09:00</c>, or where a day is given a bare <c>09:00</c>; with a zone where <c>Z</c>
    /// or <c>+02:00</c> is written.
    /// </summary>
    public DateTimeOffset TakeTime(TimeZoneInfo zone, DateOnly? day = null)
    {
        var text = Take("a time such as 2026-03-02 09:00");
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            text = Peek() is [>= '0' and <= '9', >= '0' and <= '9', ':', ..] ? Take("a time of the day") : "00:00";
        else if (day is { } same) date = same;
        else throw new LineException($"'{text}' is no date: expected one such as 2026-03-02");
        var clock = text;
        TimeSpan? offset = null;
        if (text.EndsWith('Z')) (clock, offset) = (text[..^1], TimeSpan.Zero);
        else if (text.IndexOfAny(['+', '-']) is > 0 and var sign
            && TimeSpan.TryParseExact(text.AsSpan(sign + 1), @"hh\:mm", CultureInfo.InvariantCulture, out var parsed))
            (clock, offset) = (text[..sign], text[sign] == '-' ? -parsed : parsed);
        if (!TimeOnly.TryParseExact(
            clock, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            throw new LineException(
                $"'{text}' is no time of the day: expected one such as 09:00, 09:00:30, 09:00Z or 09:00+02:00");
        var local = date.ToDateTime(time);
        if (offset is { } given) return new DateTimeOffset(local, given).ToUniversalTime();
        if (zone.IsInvalidTime(local))
            throw new LineException(
                $"{local:yyyy-MM-dd HH:mm} does not exist in {zone.Id}: the clocks were put forward; write the time with its "
                    + "zone");

        // Of a time that there is twice, the earlier is meant.
        var of = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, of).ToUniversalTime();
    }

    /// <exception cref="LineException">Something is left.</exception>
    public void RequireEnd(string what = "the end of the line")
    {
        if (!AtEnd) throw Expected(what);
    }

    public LineException Expected(string what) =>
        new(
            AtEnd ? $"expected {what} after '{(words.Count == 0 ? "" : words[^1].Text)}'"
                : $"expected {what}, not '{words[next].Text}'");
}

/// <summary>Spans as scenarios write them: <c>90s</c>, <c>5m</c>, <c>1d12h</c>.</summary>
static class Spans
{
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var negative = text.StartsWith('-');
        var from = negative ? 1 : 0;
        if (from == text.Length) return false;
        while (from < text.Length)
        {
            var unit = text.AsSpan(from).IndexOfAny("smhd");
            if (unit <= 0 || !Setting.TryParseSpan(text.Substring(from, unit + 1), out var part)) return false;
            span += part;
            from += unit + 1;
        }

        if (negative) span = -span;
        return true;
    }

    /// <summary><c>1d12h</c>, or <c>none</c> for null.</summary>
    public static string Write(double? seconds)
    {
        if (seconds is not { } value) return "none";
        if (value < 0) return "-" + Write(-value);
        var span = TimeSpan.FromSeconds(value);
        var rest = span.Seconds + (span.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond);
        var text = (span.Days > 0 ? $"{span.Days}d" : "") + (span.Hours > 0 ? $"{span.Hours}h" : "")
            + (span.Minutes > 0 ? $"{span.Minutes}m" : "")
            + (rest > 0 ? $"{Math.Round(rest, 3)}s" : "");
        return text.Length > 0 ? text : "0s";
    }
}
