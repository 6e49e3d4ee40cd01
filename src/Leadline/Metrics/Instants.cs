using System.Globalization;

namespace Leadline.Metrics;

/// <summary>Times as a question names them.</summary>
static class Instants
{
    static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>
    /// A day (<c>2026-01-31</c>), its beginning in the zone; or an instant (<c>2026-01-31T12:00:00Z</c>), in UTC where it has no
    /// offset.
    /// </summary>
    /// <param name="text">What was written.</param>
    /// <param name="zone">The zone whose days are meant.</param>
    /// <param name="name">How the asker calls it, for the sentence.</param>
    /// <exception cref="FormatException">It is neither, or out of range; the message says what to write.</exception>
    public static DateTimeOffset Parse(string text, TimeZoneInfo zone, string name)
    {
        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && IsInRange(day)) return Buckets.Instant(day, zone);
        return DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out var instant) && IsInRange(instant.Date)
            ? instant.ToUniversalTime()
            : throw new FormatException(
                $"{name}: '{text}' is no time between 1970 and 9000: write 2026-01-31 or 2026-01-31T12:00:00Z");
    }

    static bool IsInRange(DateTime day) => day.Year is >= 1970 and < 9000;
}
