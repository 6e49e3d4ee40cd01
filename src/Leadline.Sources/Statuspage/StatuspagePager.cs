using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Statuspage;

/// <summary>Asks Statuspage's API for the incidents of a page, newest first.</summary>
public sealed class StatuspagePager : Pager
{
    const int AtOnce = 100;

    /// <summary>An incident of so long before may still have been open when the last pass began.</summary>
    static readonly TimeSpan StillOpen = TimeSpan.FromDays(30);

    public override string Source => "statuspage";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.statuspage.io/v1/");

    public override string ScopeWord => "pages";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Authorization", "OAuth " + token);

    public override PageRequest? Listing(string pattern) =>
        pattern == "*" ? new PageRequest { Kind = "pages", Address = "pages" } : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
        [new() { Kind = "incidents", Address = $"pages/{Uri.EscapeDataString(scope)}/incidents?limit={AtOnce}&page=1" }];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var things = Envelope.List(document.RootElement, request.Kind);
        if (request.Kind == "pages") return new Page { Scopes = [.. things.Select(page => page.TextOf("id")).OfType<string>()] };
        var from = span.IsAgain ? span.From - StillOpen : span.From;
        return new Page
        {
            Items =
            [
                .. things.Where(incident => !(incident.InstantOf("updated_at") < span.From)).Select(incident => new PageItem(
                    $"{scope}:{incident.TextOf("id")}:{incident.TextOf("status")}:{incident.TextOf("updated_at")}",
                    Delivery.NoHeaders, Envelope.Of(("incident", incident.GetRawText())))),
            ],

            // It does not say how many pages there are: the one after the last is empty.
            Next = things.Length == 0 || things.Any(incident => incident.InstantOf("created_at") < from) ? []
                : [request with { Address = request.Address.With("page", $"{request.Address.NumberOf("page") + 1}") }],
        };
    }
}
