using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Opsgenie;

/// <summary>Asks Opsgenie's API for alerts and incidents by their creation.</summary>
public sealed class OpsgeniePager : Pager
{
    const int AtOnce = 100, MostListed = 20_000;

    static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>What was created so long before may still have been open when the last pass began.</summary>
    static readonly TimeSpan StillOpen = TimeSpan.FromDays(30);

    public override string Source => "opsgenie";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.opsgenie.com/");

    public override string ScopeWord => "search queries";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Authorization", "GenieKey " + token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var from = span.IsAgain ? span.From - StillOpen : span.From;
        return
        [
            .. Window.Of(from, span.AsOf, Longest).Select(window => Asking("alerts", scope, window)),
            .. Window.Of(from, span.AsOf, Longest).Select(window => Asking("incidents", scope, window)),
        ];
    }

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return new Page
        {
            Items =
            [
                .. body.ListOf("data").Select(one => new PageItem(
                    $"{request.Kind}:{one.TextOf("id")}:{one.TextOf("status")}:{one.JsonOf("acknowledged")}:"
                        + $"{one.TextOf("updatedAt")}",
                    Delivery.NoHeaders, Envelope.Of(("data", one.GetRawText())))),
            ],
            Next = body.Field("paging").TextOf("next") is not { } next ? []
                : next.NumberOf("offset") + AtOnce <= MostListed ? [request with { Address = next }]
                : [.. Window.Parse(request.About!).Halves().Select(half => Asking(request.Kind, scope, half))],
        };
    }

    public override string Right(PageRequest request) => "Read access";

    static PageRequest Asking(string kind, string scope, Window window)
    {
        var query = $"createdAt >= {window.From.ToUnixTimeMilliseconds()} AND createdAt < {window.To.ToUnixTimeMilliseconds()}"
            + (scope == "*" ? "" : $" AND ({scope})");
        return new PageRequest
        {
            Kind = kind,
            Address =
                $"{(kind == "alerts" ? "v2" : "v1")}/{kind}?query="
                    + $"{Uri.EscapeDataString(query)}&sort=createdAt&order=desc&limit={AtOnce}",
            About = window.About(),
        };
    }
}
