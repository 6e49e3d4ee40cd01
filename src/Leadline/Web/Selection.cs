using System.Collections.Immutable;
using System.Globalization;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>What an address says of a page's scope and window, word for word; null where it says nothing.</summary>
public sealed record SelectionWords
{
    /// <summary>The keys of an address that go with the reader from page to page.</summary>
    public static readonly string[] Keys =
    [
        "service", "team", "area", "environment", "window", "from", "to", "by", "compare", "marks",
    ];

    public string? Service { get; init; }
    public string? Team { get; init; }
    public string? Area { get; init; }
    public string? Environment { get; init; }
    public string? Window { get; init; }
    public string? From { get; init; }
    public string? To { get; init; }
    public string? By { get; init; }
    public string? Compare { get; init; }
    public string? Marks { get; init; }

    /// <summary>A field of a form that was left empty says nothing.</summary>
    public static SelectionWords Of(IQueryCollection query)
    {
        return new SelectionWords
        {
            Service = Word("service"),
            Team = Word("team"),
            Area = Word("area"),
            Environment = Word("environment"),
            Window = Word("window"),
            From = Word("from"),
            To = Word("to"),
            By = Word("by"),
            Compare = Word("compare"),
            Marks = Word("marks"),
        };

        string? Word(string key) => query[key] is [{ Length: > 0 } word, ..] ? word : null;
    }

    /// <summary>The address of another page, with what this query says in the words of a selection, and no more of it.</summary>
    /// <param name="more">What else the address says; it stands in place of what the query says by the same key.</param>
    public static string Along(IQueryCollection query, string address, params ReadOnlySpan<(string Key, string? Value)> more)
    {
        List<string> parts = [];
        foreach (var key in Keys)
            if (!string.IsNullOrEmpty(query[key]) && !Names(more, key))
                parts.Add($"{key}={Uri.EscapeDataString(query[key][0]!)}");
        foreach (var (key, value) in more)
            if (value is not null) parts.Add($"{key}={Uri.EscapeDataString(value)}");
        return parts.Count == 0 ? address : $"{address}?{string.Join('&', parts)}";

        static bool Names(ReadOnlySpan<(string Key, string? Value)> more, string key)
        {
            foreach (var (name, _) in more)
                if (name == key) return true;
            return false;
        }
    }
}

/// <summary>What a page is about, as its address says it: services, environment and window.</summary>
public sealed record Selection
{
    const string Days = "yyyy-MM-dd";

    public static readonly (string Value, string Text, int Days)[] Windows =
    [
        ("7", "7 days", 7),
        ("30", "30 days", 30),
        ("90", "90 days", 90),
        ("quarter", "this quarter", 0),
        ("365", "12 months", 365),
    ];

    /// <summary>Null for all; so are <see cref="Team"/> and <see cref="Area"/>.</summary>
    public string? Service { get; private init; }

    public string? Team { get; private init; }

    public string? Area { get; private init; }

    public required string Environment { get; init; }

    /// <summary>One of <see cref="Windows"/>, or <c>custom</c>.</summary>
    public required string Window { get; init; }

    /// <summary>The first day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day, itself included.</summary>
    public required DateOnly To { get; init; }

    /// <summary>How the trend is cut.</summary>
    public required Bucket Bucket { get; init; }

    /// <summary>Whether the address says how it is cut; else it is cut to fit.</summary>
    public bool IsBucketAsked { get; private init; }

    /// <summary>Whether it is set beside the days before.</summary>
    public bool Compares { get; private init; }

    /// <summary>Whether charts show failed deployments, incidents, annotations, flag changes and experiments.</summary>
    public bool ShowsMarks { get; private init; }

    /// <summary>What of the address could not be followed, in a sentence; null where all could.</summary>
    public string? Problem { get; private init; }

    public required TimeZoneInfo Zone { get; init; }

    /// <summary>The names of the services that are meant; null where all are.</summary>
    public ImmutableArray<string>? Services { get; private init; }

    /// <summary>The window and scope as the store and the metrics are asked.</summary>
    public MetricsQuery Query => new(Services, Environment, Start(From), Start(To.AddDays(1)));

    /// <summary>
    /// Who it is about, for a sentence: <c>checkout</c>, <c>team payments</c> or <c>all services together</c>.
    /// </summary>
    public string Who => Service ?? (Team, Area) switch
    {
        (null, null) => "all services together",
        ({ } team, null) => $"team {team}",
        (null, { } area) => $"the area {area}",
        var (team, area) => $"team {team} in the area {area}",
    };

    /// <summary>When, for a sentence.</summary>
    public string When => Window switch
    {
        "custom" => $"From {From.ToString(Days)} to {To.ToString(Days)}",
        "quarter" => $"In this quarter, since {From.ToString(Days)}",
        "365" => "In the last 12 months",
        var days => $"In the last {days} days",
    };

    /// <summary>Reads an address; whatever it leaves out or gets wrong has a default, and what is wrong is said.</summary>
    public static Selection Of(SelectionWords asked, DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        string? problem = null;
        var first = Day(asked.From, "from", ref problem);
        var last = Day(asked.To, "to", ref problem);

        // A year may be asked for by its own name too.
        var window = asked.Window == "year" ? "365" : asked.Window;
        var named = Windows.FirstOrDefault(known => known.Value == window);
        if (window is not (null or "" or "custom") && named.Value is null)
            problem =
                $"There is no window '{window}': choose one of 7, 30, 90 and 365 days, quarter, or custom with from and to.";
        var custom = window is null or "" or "custom" && (first ?? last) is not null && problem is null;
        var value = custom ? "custom" : named.Value ?? "90";
        var end = custom ? last ?? today : today;
        var start = value switch
        {
            "custom" => first ?? end.AddDays(-89),
            "quarter" => new DateOnly(today.Year, ((today.Month - 1) / 3 * 3) + 1, 1),
            _ => end.AddDays(1 - (named.Value is null ? 90 : named.Days)),
        };
        if (start > end)
        {
            problem =
                $"The window ends on {end.ToString(Days)}, before it begins on {start.ToString(Days)}: showing the last 90 "
                    + "days.";
            (value, end, start) = ("90", today, today.AddDays(-89));
        }

        if (asked.Compare is not (null or "previous" or "none"))
            problem ??= $"There is no comparison '{asked.Compare}': choose previous or none.";
        Bucket? by = asked.By switch { "day" => Bucket.Day, "week" => Bucket.Week, "month" => Bucket.Month, _ => null };
        return new Selection
        {
            Service = asked.Service,
            Team = asked.Team,
            Area = asked.Area,
            Services = asked.Service is { } one ? [one] : null,
            Environment = asked.Environment ?? EnvironmentName.Production.Value,
            Window = value,
            From = start,
            To = end,
            Bucket = by ?? (end.DayNumber - start.DayNumber) switch
            {
                < 14 => Bucket.Day,
                <= 120 => Bucket.Week,
                _ => Bucket.Month,
            },
            IsBucketAsked = by is not null,
            Compares = asked.Compare != "none",
            ShowsMarks = asked.Marks != "off",
            Problem = problem,
            Zone = zone,
        };
    }

    /// <summary>
    /// The same of the services that there are: those of the team and area, and what is not among them is said.
    /// </summary>
    public Selection Among(ImmutableArray<OwnedService> known)
    {
        if (Service is null && Team is null && Area is null) return this;
        var problem = Problem ?? Unknown("service", Service, known.Select(one => one.Name))
            ?? Unknown("team", Team, known.Select(one => one.Team))
                ?? Unknown("area", Area, known.Select(one => one.Area));
        ImmutableArray<string> meant =
            [.. known.Where(one => Is(Service, one.Name) && Is(Team, one.Team) && Is(Area, one.Area)).Select(one => one.Name)];
        if (meant.IsEmpty)
            problem ??= $"{(Service is null ? "No service is" : Service + " is not")} of "
                + $"{(this with { Service = null }).Who}: choose one filter less.";
        return this with { Services = meant, Problem = problem };
    }

    /// <summary>The same question asked of another page; <paramref name="more"/> are that page's own filters.</summary>
    public string Link(string path, params ReadOnlySpan<(string Key, string? Value)> more)
    {
        List<string> parts = [];
        Add("service", Service);
        Add("team", Team);
        Add("area", Area);
        if (Environment != EnvironmentName.Production.Value) Add("environment", Environment);
        Add("window", Window);
        if (Window == "custom")
        {
            Add("from", From.ToString(Days));
            Add("to", To.ToString(Days));
        }

        if (IsBucketAsked) Add("by", Bucket.ToString().ToLowerInvariant());
        if (!Compares) Add("compare", "none");
        if (!ShowsMarks) Add("marks", "off");
        foreach (var (key, value) in more) Add(key, value);
        return $"{path}?{string.Join('&', parts)}";

        void Add(string key, string? value)
        {
            if (value is not null) parts.Add($"{key}={Uri.EscapeDataString(value)}");
        }
    }

    /// <summary>The following page of rows.</summary>
    public string Next(string path, string cursor) => Link(path, ("cursor", cursor));

    /// <summary>The same scope over the 90 days that end with <paramref name="last"/>.</summary>
    public Selection Until(DateTimeOffset last)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(last, Zone).DateTime);
        return this with { Window = "custom", From = day.AddDays(-89), To = day };
    }

    /// <summary>The same scope over the days that this half-open span touches.</summary>
    public Selection Between(DateTimeOffset from, DateTimeOffset to) => this with
    {
        Window = "custom",
        From = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(from, Zone).DateTime),
        To = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(to.AddTicks(-1), Zone).DateTime),
    };

    /// <summary>The same scope over as many days, up to the first one.</summary>
    public Selection Before =>
        this with { Window = "custom", From = From.AddDays(From.DayNumber - To.DayNumber - 1), To = From.AddDays(-1) };

    /// <summary>The same window of one service.</summary>
    public Selection About(string service) => this with { Service = service, Team = null, Area = null, Services = [service] };

    static bool Is(string? asked, string? value) => asked is null || asked.Equals(value, StringComparison.OrdinalIgnoreCase);

    static string? Unknown(string kind, string? asked, IEnumerable<string?> names)
    {
        if (asked is null) return null;
        var known = names.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return known.Exists(name => Is(asked, name)) ? null : $"There is no {kind} '{asked}'. Choose one of the list.";
    }

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
        if (DateOnly.TryParseExact(text, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is > 1970 and < 9000) return day;
        problem = $"'{text}' is no day for '{key}': write it as {Days}, for example 2026-03-31.";
        return null;
    }
}
