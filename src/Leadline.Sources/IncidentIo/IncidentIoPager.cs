using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.IncidentIo;

/// <summary>Asks incident.io's API for incidents by their last change, and for alerts by their creation.</summary>
public sealed class IncidentIoPager : Pager
{
    const int IncidentsAtOnce = 250, AlertsAtOnce = 50;

    /// <summary>An alert of so long before may still have fired when the last pass began.</summary>
    static readonly TimeSpan StillFiring = TimeSpan.FromDays(30);

    public override string Source => "incident-io";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.incident.io/");

    public override string ScopeWord => "organisations";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Authorization", "Bearer " + token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
    [
        new()
        {
            Kind = "incidents",
            Address =
                $"v2/incidents?updated_at%5Bgte%5D={Day(span.From)}&sort_by=created_at_newest_first&page_size={IncidentsAtOnce}",
        },
        new()
        {
            Kind = "alerts",
            Address =
                $"v2/alerts?created_at%5Bgte%5D={Day(span.IsAgain ? span.From - StillFiring : span.From)}&page_size="
                    + $"{AlertsAtOnce}",
        },
    ];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        var one = request.Kind == "incidents" ? "incident" : "alert";
        return new Page
        {
            Items =
            [
                .. body.ListOf(request.Kind).Select(thing => new PageItem(
                    $"{one}:{thing.TextOf("id")}:{thing.TextOf("status")}:{thing.TextOf("updated_at")}", Delivery.NoHeaders,
                    Envelope.Of((one, thing.GetRawText())))),
            ],
            Next = body.Field("pagination_meta").TextOf("after") is { Length: > 0 } after
                ? [request with { Address = request.Address.With("after", after) }] : [],
        };
    }

    public override string Right(PageRequest request) => request.Kind == "alerts" ? "View alerts" : "View incidents";

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        .. First(scope, span).Select(request => new PlannedListing(
            request.Kind, request with { Address = request.Address.With("page_size", "1") },
            request.Kind == "incidents" ? IncidentsAtOnce : AlertsAtOnce, EachAsks: 0)),
    ];

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var meta = document.RootElement.Field("pagination_meta");
        return meta.Field("total_record_count").ValueKind == JsonValueKind.Number ? meta.NumberOf("total_record_count") : null;
    }

    /// <summary>It is asked by days.</summary>
    static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd");
}
