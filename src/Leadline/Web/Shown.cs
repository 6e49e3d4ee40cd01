using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>How things stand on a page. What is not known is null, and the page says so in words; it is never 0.</summary>
public static class Shown
{
    public static string? Span(double? seconds) => seconds is null ? null : Human.Span(seconds);

    /// <summary>Marked where it was estimated from a histogram.</summary>
    public static string? Span(double? seconds, Percentiles percentiles) =>
        seconds is null ? null : Human.About(Human.Span(seconds), percentiles);

    public static string? Ratio(double? ratio) => ratio is null ? null : Human.Share(ratio);

    public static string? Rate(double? perDay) => perDay is null ? null : Human.Rate(perDay);

    /// <summary>A rate within a sentence: <c>3.1 times a day</c>.</summary>
    public static string? Often(double? perDay)
    {
        if (Rate(perDay) is not { } rate) return null;
        var split = rate.IndexOf(' ', StringComparison.Ordinal);
        return rate[..split] == "1" ? "once" + rate[split..] : rate[..split] + " times" + rate[split..];
    }

    /// <summary>The interval of a number, or null where there is none.</summary>
    public static string? Between(ImmutableArray<double>? interval, Func<double?, string?> text) =>
        interval is [var low, var high] ? $"{text(low)} to {text(high)}" : null;

    /// <summary>The interval of a rate, in the unit in which the rate itself is shown.</summary>
    public static string? Between(ImmutableArray<double>? interval, double? perDay)
    {
        if (interval is not [var low, var high] || perDay is not { } rate) return null;
        var (factor, unit) = rate >= 1 ? (1.0, "a day") : rate >= 1 / 7.0 ? (7, "a week") : (30.44, "a month");
        return $"{low * factor:0.#} to {high * factor:0.#} {unit}";
    }

    public static string Count(long count, string thing) => count == 1 ? $"1 {thing}" : $"{count:N0} {thing}s";

    public static string When(DateTimeOffset when, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(when, zone).ToString("yyyy-MM-dd HH:mm");

    public static string Day(DateTimeOffset when, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(when, zone).ToString("yyyy-MM-dd");

    /// <summary>A commit id as people write it; other evidence as it is.</summary>
    public static string? Short(string? id) => id is { Length: 40 or 64 } && id.All(char.IsAsciiHexDigit) ? id[..7] : id;

    public static string Address(LedgerEntry row) => Address(row.DeploymentId);

    /// <summary>Ids may hold slashes, which stay; everything else that an address cannot hold is escaped.</summary>
    public static string Address(string deploymentId) =>
        "/deployments/" + string.Join('/', deploymentId.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Whether it may be followed: sources send all kinds of text as an address, and a page must not run it.</summary>
    public static bool IsWebAddress(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http";
}
