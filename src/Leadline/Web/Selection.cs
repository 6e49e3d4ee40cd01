using System.Globalization;
using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>What a page is about, as its address says it: service, environment and window.</summary>
public sealed record Selection
{
    const string Days = "yyyy-MM-dd";

    public static readonly (string Value, string Text, int Days)[] Windows =
    [
        ("7", "7 days", 7),
        ("30", "30 days", 30),
        ("90", "90 days", 90),
        ("365", "12 months", 365),
    ];

    /// <summary>Null for all.</summary>
    public string? Service { get; private init; }

    public required string Environment { get; init; }

    /// <summary>One of <see cref="Windows"/>, or <c>custom</c>.</summary>
    public required string Window { get; init; }

    /// <summary>The first day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day, itself included.</summary>
    public required DateOnly To { get; init; }

    /// <summary>How the trend is cut.</summary>
    public required Bucket Bucket { get; init; }

    /// <summary>What of the address could not be followed, in a sentence; null where all could.</summary>
    public string? Problem { get; private init; }

    public required TimeZoneInfo Zone { get; init; }

    /// <summary>The window and scope as the store and the metrics are asked.</summary>
    public MetricsQuery Query => new(Service is null ? null : [Service], Environment, Start(From), Start(To.AddDays(1)));

    /// <summary>Who it is about, for a sentence: <c>checkout</c> or <c>all services together</c>.</summary>
    public string Who => Service ?? "all services together";

    /// <summary>When, for a sentence.</summary>
    public string When => Window switch
    {
        "custom" => $"From {From.ToString(Days)} to {To.ToString(Days)}",
        "365" => "In the last 12 months",
        var days => $"In the last {days} days",
    };

    /// <summary>Reads an address; whatever it leaves out or gets wrong has a default, and what is wrong is said.</summary>
    public static Selection Of(
        string? service, string? environment, string? window, string? from, string? to, string? by, DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        string? problem = null;
        var first = Day(from, "from", ref problem);
        var last = Day(to, "to", ref problem);
        var named = Windows.FirstOrDefault(known => known.Value == window);
        if (window is not (null or "" or "custom") && named.Value is null) problem = $"There is no window '{window}': choose one of 7, 30, 90 and 365 days.";
        var custom = window is null or "" or "custom" && (first ?? last) is not null && problem is null;
        var span = named.Value is null ? 90 : named.Days;
        var end = custom ? last ?? today : today;
        var start = custom ? first ?? end.AddDays(-89) : end.AddDays(1 - span);
        if (start > end)
        {
            problem = $"The window ends on {end.ToString(Days)}, before it begins on {start.ToString(Days)}: showing the last 90 days.";
            (custom, end, start, span) = (false, today, today.AddDays(-89), 90);
        }

        var bucket = by switch
        {
            "day" => Bucket.Day,
            "week" => Bucket.Week,
            "month" => Bucket.Month,
            _ => (end.DayNumber - start.DayNumber) switch
            {
                < 14 => Bucket.Day,
                <= 120 => Bucket.Week,
                _ => Bucket.Month,
            },
        };
        return new Selection
        {
            Service = string.IsNullOrEmpty(service) ? null : service,
            Environment = string.IsNullOrEmpty(environment) ? EnvironmentName.Production.Value : environment,
            Window = custom ? "custom" : span.ToString(CultureInfo.InvariantCulture),
            From = start,
            To = end,
            Bucket = bucket,
            Problem = problem,
            Zone = zone,
        };
    }

    /// <summary>The same question asked of another page; <paramref name="cursor"/> asks for a following page of rows.</summary>
    public string Link(string path, string? cursor = null)
    {
        List<string> parts = [];
        if (Service is not null) parts.Add("service=" + Uri.EscapeDataString(Service));
        if (Environment != EnvironmentName.Production.Value) parts.Add("environment=" + Uri.EscapeDataString(Environment));
        if (Window == "custom") parts.Add($"window=custom&from={From.ToString(Days)}&to={To.ToString(Days)}");
        else parts.Add("window=" + Window);
        if (cursor is not null) parts.Add("cursor=" + Uri.EscapeDataString(cursor));
        return $"{path}?{string.Join('&', parts)}";
    }

    /// <summary>The same scope over the 90 days that end with <paramref name="last"/>.</summary>
    public Selection Until(DateTimeOffset last)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(last, Zone).DateTime);
        return this with { Window = "custom", From = day.AddDays(-89), To = day };
    }

    public Selection About(string? service) => this with { Service = service };

    DateTimeOffset Start(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);

        // Where clocks go forward at midnight that instant does not exist, and the day begins when they have.
        while (Zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(30);
        return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    static DateOnly? Day(string? text, string key, ref string? problem)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (DateOnly.TryParseExact(text, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9000) return day;
        problem = $"'{text}' is no day for '{key}': write it as {Days}, for example 2026-03-31.";
        return null;
    }
}
