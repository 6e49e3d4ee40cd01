using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Alertmanager;

/// <summary>
/// Asks Prometheus for the alerts that fired, by the samples of its own series <c>ALERTS</c>, a part of the span after the other
/// and the oldest first; an alert that still fires at the end of a part is carried along into the next one. Alertmanager itself
/// keeps no history.
/// </summary>
public sealed class PrometheusPager : Pager
{
    /// <summary>All samples of so long a time are one answer.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>What fires longer than this has no end that a later pass would know.</summary>
    static readonly TimeSpan StillFiring = TimeSpan.FromDays(7);

    /// <summary>So long after its last sample Prometheus itself takes a series for gone.</summary>
    const double Stale = 300;

    public override string Source => "alertmanager";

    public override int Version => 1;

    public override Uri? Api => null;

    public override string ScopeWord => "sets of external labels";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
        [Asking(span.IsAgain ? span.From - StillFiring : span.From, span.AsOf, "[]")];

    public override string Right(PageRequest request) => "queries (api/v1/query)";

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        using var carried = JsonDocument.Parse(request.About!);
        var about = carried.RootElement;
        var (from, to) = (about.InstantOf("from")!.Value, about.InstantOf("to")!.Value);
        var firing = about.ListOf("firing").Select(Firing.Parse).ToDictionary(one => one.Key);
        var over = new List<Firing>();
        foreach (var series in document.RootElement.Field("data").ListOf("result"))
        {
            var labels = LabelsOf(series.Field("metric"), scope);
            var key = Fingerprint(labels);
            foreach (var at in series.ListOf("values").Select(value => value[0].GetDouble()))
            {
                if (firing.GetValueOrDefault(key) is { } known && at <= known.Last) continue;
                if (firing.GetValueOrDefault(key) is { } last && !last.IsOverBy(at))
                {
                    var step = at - last.Last;
                    firing[key] = last with { Last = at, Step = last.Step is { } least && least < step ? least : step };
                    continue;
                }

                if (firing.Remove(key, out var ended)) over.Add(ended);

                // What fired already where a later pass begins was told of by the one before it, with its true beginning.
                firing[key] = new Firing(
                    key, labels, at, at, null,
                    IsBegun: span.IsAgain && about.Field("first").ValueKind == JsonValueKind.True
                        && at < from.ToUnixTimeSeconds() + Stale);
            }
        }

        var isEnd = to >= span.AsOf;
        foreach (var one in firing.Values.Where(one => one.IsOverBy(to.ToUnixTimeMilliseconds() / 1000.0)).ToList())
        {
            firing.Remove(one.Key);
            over.Add(one);
        }

        return new Page
        {
            Items =
            [
                .. over.Where(one => !one.IsBegun).Select(one => one.Item(isOver: true)),
                .. isEnd ? firing.Values.Where(one => !one.IsBegun).Select(one => one.Item(isOver: false)) : [],
            ],
            Next = isEnd ? []
                : [
                    Asking(
                        to, span.AsOf,
                        $"[{string.Join(',', firing.Values.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Write()))}]", isFirst: false),
                ],
        };
    }

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        new(
            "parts of 6 hours",
            new PageRequest
            {
                Kind = "count",
                Address = "api/v1/query?query=vector(1)",
                About = $"{Math.Ceiling((span.AsOf - span.From) / Longest)}",
            }, AtOnce: 1, EachAsks: 0),
    ];

    public override long? CountOf(PlannedListing listing, PageAnswer answer) =>
        long.Parse(listing.Count.About!, CultureInfo.InvariantCulture);

    static PageRequest Asking(DateTimeOffset from, DateTimeOffset end, string firing, bool isFirst = true)
    {
        var to = from + Longest < end ? from + Longest : end;
        var seconds = Math.Max(1, (long)Math.Ceiling((to - from).TotalSeconds));
        return new PageRequest
        {
            Kind = "alerts",
            Address =
                $"api/v1/query?query={Uri.EscapeDataString($"ALERTS{{alertstate=\"firing\"}}[{seconds}s]")}&time="
                    + $"{Seconds(to.ToUnixTimeMilliseconds() / 1000.0)}",
            About = $$"""{"from":"{{from.UtcDateTime:O}}","to":"{{to.UtcDateTime:O}}","first":{{(isFirst ? "true" : "false")}},"firing":{{firing}}}""",
        };
    }

    /// <summary>Those of the alert, and those that Prometheus adds to it on its way to Alertmanager.</summary>
    static SortedDictionary<string, string> LabelsOf(JsonElement metric, string scope)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (scope == "*" ? "" : scope).Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(one => one.Split('=', 2)))
            if (pair is [var name, var value]) labels[name] = value.Trim('"');
        foreach (var label in metric.EnumerateObject())
            if (label.Name is not ("__name__" or "alertstate")) labels[label.Name] = label.Value.GetString() ?? "";
        return labels;
    }

    /// <summary>As Alertmanager names an alert by its labels (FNV-1a), so that its webhooks tell of the same.</summary>
    internal static string Fingerprint(SortedDictionary<string, string> labels)
    {
        var sum = 14695981039346656037UL;
        foreach (var (name, value) in labels)
        {
            foreach (var one in (byte[])[.. Encoding.UTF8.GetBytes(name), 255, .. Encoding.UTF8.GetBytes(value), 255])
                sum = unchecked((sum ^ one) * 1099511628211UL);
        }

        return sum.ToString("x16", CultureInfo.InvariantCulture);
    }

    static string Seconds(double at) => at.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>An alert that fires, by the times of its samples in seconds since 1970.</summary>
    /// <param name="Step">The least time between two samples; null while there is one.</param>
    /// <param name="IsBegun">Whether it fired before what was asked for, so that its beginning is not known.</param>
    sealed record Firing(
        string Key, SortedDictionary<string, string> Labels, double First, double Last, double? Step, bool IsBegun)
    {
        public bool IsOverBy(double at) => at - Last > (Step is { } step ? Math.Min(Stale, step * 2.5) : Stale);

        public string Write() =>
            $$"""{"labels":{{LabelsJson()}},"first":{{Seconds(First)}},"last":{{Seconds(Last)}},"step":{{(Step is { } step ? Seconds(step) : "null")}},"begun":{{(IsBegun ? "true" : "false")}}}""";

        public static Firing Parse(JsonElement json)
        {
            var labels = new SortedDictionary<string, string>(
                json.Field("labels").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!),
                StringComparer.Ordinal);
            return new Firing(
                Fingerprint(labels), labels, json.Field("first").GetDouble(), json.Field("last").GetDouble(),
                json.Field("step").ValueKind == JsonValueKind.Number ? json.Field("step").GetDouble() : null,
                json.Field("begun").GetBoolean());
        }

        /// <summary>As Alertmanager would have sent it; it ended with the evaluation after its last sample.</summary>
        public PageItem Item(bool isOver)
        {
            var (status, end) = isOver ? ("resolved", Instant(Last + (Step ?? 0))) : ("firing", "0001-01-01T00:00:00Z");
            var alert = $$"""{"status":"{{status}}","labels":{{LabelsJson()}},"annotations":{},"startsAt":"{{Instant(First)}}","endsAt":"{{end}}","fingerprint":"{{Key}}"}""";
            return new PageItem(
                $"{Key}:{Instant(First)}:{(isOver ? end : "firing")}", Delivery.NoHeaders,
                Envelope.Of(("version", "\"4\""), ("status", $"\"{status}\""), ("alerts", $"[{alert}]")));
        }

        string LabelsJson() =>
            $"{{{string.Join(',', Labels.Select(label => $"{Envelope.Text(label.Key)}:{Envelope.Text(label.Value)}"))}}}";

        static string Instant(double at) =>
            DateTimeOffset.FromUnixTimeMilliseconds(
                (long)Math.Round(at * 1000)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
