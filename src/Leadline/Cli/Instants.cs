using System.Globalization;

namespace Leadline.Cli;

/// <summary>Reads dates and instants as a person types them.</summary>
static class Instants
{
    /// <summary>A date (its beginning in UTC) or an ISO 8601 instant; null for null.</summary>
    public static bool TryParse(string? text, out DateTimeOffset? instant, out string? wrong)
    {
        (instant, wrong) = (null, null);
        if (text is null) return true;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            instant = parsed.ToUniversalTime();
            return true;
        }

        wrong = $"'{text}' is no date: write 2026-01-31 or 2026-01-31T12:00:00Z";
        return false;
    }
}
