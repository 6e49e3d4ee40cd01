using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Jira;

/// <summary>
/// Asks Jira's REST API for issues by their last change, each with the changes of its status. What is asked first is whether it
/// is Jira Cloud or Data Center, which are searched in different ways, and what category a status is of.
/// </summary>
public sealed class JiraPager : Pager
{
    const int AtOnce = 100;

    /// <summary>A search of Jira Cloud shows no more changes of an issue, and does not say of how many.</summary>
    const int MostChanges = 40;

    const string Cloud = "rest/api/3/", DataCenter = "rest/api/2/";

    const string Fields =
        "summary,created,updated,resolutiondate,statuscategorychangedate,status,resolution,issuetype,priority,project,labels,components";

    /// <summary>A date in a search is one of the zone of whoever asks.</summary>
    static readonly TimeSpan AnyZone = TimeSpan.FromDays(1);

    public override string Source => "jira";

    public override int Version => 2;

    public override Uri? Api => null;

    public override string ScopeWord => "projects";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(5);

    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
        [new() { Kind = "server", Address = $"{DataCenter}serverInfo" }];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "server" =>
                new Page
                {
                    Next =
                    [
                        new PageRequest
                        {
                            Kind = "statuses",
                            Address = $"{(body.TextOf("deploymentType") == "Cloud" ? Cloud : DataCenter)}status",
                        },
                    ],
                },
            "statuses" =>
                new Page
                {
                    Next =
                    [
                        Searching(
                            request.Address.StartsWith(Cloud, StringComparison.Ordinal), scope,
                            span) with { About = CategoriesOf(body) },
                    ],
                },
            "issues" => Issues(body, request),
            JiraChanges.Kind => JiraChanges.Read(body, request),
            "issue" => new Page { Items = [Item(body, JiraChanges.AllOf(request), ":all")] },
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    /// <summary>Data Center has no such count; an issue may be deleted meanwhile.</summary>
    public override bool IsNothing(PageRequest request, int status) =>
        (request.Kind, status) is ("count", 404 or 405) or (JiraChanges.Kind or "issue", 404);

    public override string Right(PageRequest request) => "Browse projects";

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        new(
            "issues",
            new PageRequest
            {
                Kind = "count",
                Address = $"{Cloud}search/approximate-count",
                Body = $$"""{"jql":{{Envelope.Text(Jql(scope, span))}}}""",
            }, AtOnce, EachAsks: 0,
            new PageRequest
            {
                Kind = "issues",
                Address = $"{DataCenter}search?jql={Uri.EscapeDataString(Jql(scope, span))}&fields=key&maxResults=0",
            }),
    ];

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.NumberOf(
            document.RootElement.Field("count").ValueKind == JsonValueKind.Number ? "count" : "total");
    }

    internal static PageRequest AskingAll(string key, string about) => new()
    {
        Kind = "issue",
        Address = $"{Cloud}issue/{Uri.EscapeDataString(key)}?fields={Fields}",
        About = about,
    };

    static PageRequest Searching(bool isCloud, string scope, PageSpan span)
    {
        var query =
            $"jql={Uri.EscapeDataString(Jql(scope, span) + " ORDER BY updated DESC")}&fields="
                + $"{Fields}&expand=changelog&maxResults={AtOnce}";
        return new PageRequest
        {
            Kind = "issues",
            Address = isCloud ? $"{Cloud}search/jql?{query}" : $"{DataCenter}search?{query}&startAt=0",
        };
    }

    static string Jql(string scope, PageSpan span)
    {
        var since = (span.From - AnyZone).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (scope == "*" ? "" : $"project = \"{scope.Replace("\\", "\\\\").Replace("\"", "\\\"")}\" AND ")
            + $"updated >= \"{since}\"";
    }

    /// <summary>The key of each status' category by the status' id.</summary>
    static string CategoriesOf(JsonElement statuses) => "{" + string.Join(',', Envelope.List(statuses, "statuses")
        .Select(status => (Id: status.TextOf("id"), Category: status.Field("statusCategory").TextOf("key")))
        .Where(one => one is { Id: not null, Category: not null })
        .DistinctBy(one => one.Id).Select(one => $"{Envelope.Text(one.Id!)}:{Envelope.Text(one.Category!)}")) + "}";

    static Page Issues(JsonElement body, PageRequest request)
    {
        using var categories = JsonDocument.Parse(request.About!);
        var isCloud = request.Address.StartsWith(Cloud, StringComparison.Ordinal);
        var issues = body.ListOf("issues");
        var byCut = issues.ToLookup(issue => isCloud && HistoriesOf(issue).Length >= MostChanges);
        return new Page
        {
            Items =
            [
                .. byCut[false].Select(issue => Item(issue, JiraChanges.Of(HistoriesOf(issue), categories.RootElement), "")),
            ],
            Next =
            [
                .. byCut[true].Select(issue => JiraChanges.Asking(Cloud, issue.TextOf("key")!, categories.RootElement)),
                .. isCloud ? AfterToken() : AfterOffset(),
            ],
        };

        ImmutableArray<PageRequest> AfterToken() =>
            body.TextOf("nextPageToken") is { Length: > 0 } token && body.Field("isLast").ValueKind != JsonValueKind.True
                ? [request with { Address = request.Address.With("nextPageToken", token) }] : [];

        // It may show fewer at once than it was asked for.
        ImmutableArray<PageRequest> AfterOffset() =>
            issues.Length > 0 && body.NumberOf("startAt") + issues.Length is var next && next < body.NumberOf("total")
                ? [request with { Address = request.Address.With("startAt", $"{next}") }] : [];
    }

    static JsonElement[] HistoriesOf(JsonElement issue) =>
        issue.Field("changelog").Field("histories") is { ValueKind: JsonValueKind.Array } histories
            ? [.. histories.EnumerateArray()] : [];

    /// <summary>Of all that was changed only the status: other changes name people.</summary>
    static PageItem Item(JsonElement issue, IEnumerable<string> changes, string kind) => new(
        $"{issue.TextOf("key")}:{issue.Field("fields").TextOf("updated")}{kind}", Delivery.NoHeaders, Envelope.Of(
            ("issue",
                $$"""{"key":{{issue.JsonOf("key")}},"self":{{issue.JsonOf("self")}},"fields":{{issue.JsonOf("fields")}}}"""),
            ("statusChanges", $"[{string.Join(',', changes)}]")));
}
