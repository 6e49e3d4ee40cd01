using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.PagerDuty;

/// <summary>
/// Asks PagerDuty's REST API for incidents by their creation, and for the log entries that say when each was acknowledged,
/// resolved or opened again; these also tell of older incidents what has happened to them since.
/// </summary>
public sealed class PagerDutyPager : Pager
{
    const int AtOnce = 100, MostListed = 10_000;

    /// <summary>PagerDuty answers for half a year at most.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    public override string Source => "pagerduty";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.pagerduty.com/");

    public override string ScopeWord => "services";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override ImmutableDictionary<string, string> Headers { get; } = Delivery.NoHeaders.Add(
        "Accept", "application/vnd.pagerduty+json;version=2");

    public override (string Name, string Value) Proof(string token) => ("Authorization", "Token token=" + token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
    [
        .. Window.Of(span.From, span.AsOf, Longest).Select(window => Asking("incidents", scope, window)),
        .. Window.Of(span.From, span.AsOf, Longest).Select(window => Asking("log_entries", scope, window)),
    ];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return new Page
        {
            Items = request.Kind switch
            {
                "incidents" => [.. body.ListOf("incidents").Select(one => new PageItem(
                    $"incident:{one.TextOf("id")}:{one.TextOf("status")}:"
                        + $"{one.TextOf("updated_at") ?? one.TextOf("last_status_change_at")}",
                    Delivery.NoHeaders, Envelope.Of(("incident", one.GetRawText()))))],
                "log_entries" =>
                    [.. body.ListOf("log_entries").Where(one => IsTold(one) && IsOf(one, scope)).Select(one => new PageItem(
                        $"log_entry:{one.TextOf("id")}", Delivery.NoHeaders, Envelope.Of(("log_entry", one.GetRawText()))))],
                _ => throw new JsonException($"there is no listing {request.Kind}"),
            },
            Next = body.Field("more").ValueKind == JsonValueKind.True ? Following(request, scope, (int)body.NumberOf("limit"))
                : [],
        };
    }

    public override string Right(PageRequest request) => "a read-only API access key";

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.Field("total").ValueKind == JsonValueKind.Number ? document.RootElement.NumberOf("total")
            : null;
    }

    static PageRequest Asking(string kind, string scope, Window window)
    {
        var times = $"since={Envelope.Written(window.From)}&until={Envelope.Written(window.To)}";
        var which = kind == "log_entries" ? "&is_overview=true"
            : "&sort_by=created_at:desc" + (scope == "*" ? "" : $"&service_ids%5B%5D={Uri.EscapeDataString(scope)}");
        return new PageRequest
        {
            Kind = kind,
            Address = $"{kind}?{times}{which}&total=true&limit={AtOnce}&offset=0",
            About = window.About(),
        };
    }

    /// <summary>Of a span with more than are listed, both halves.</summary>
    static ImmutableArray<PageRequest> Following(PageRequest request, string scope, int shown)
    {
        var next = request.Address.NumberOf("offset") + shown;
        return next + AtOnce <= MostListed
            ? [request with { Address = request.Address.With("offset", $"{next}") }]
            : [.. Window.Parse(request.About!).Halves().Select(half => Asking(request.Kind, scope, half))];
    }

    /// <summary>Who was notified, and what was noted, changes nothing of how an incident stands.</summary>
    static bool IsTold(JsonElement entry) => entry.TextOf("type") is
        "trigger_log_entry" or "acknowledge_log_entry" or "unacknowledge_log_entry" or "resolve_log_entry" or "reopen_log_entry";

    static bool IsOf(JsonElement entry, string scope) => scope == "*" || entry.Field("service").TextOf("id") == scope;
}
