using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Jira;

/// <summary>
/// Asks Jira Cloud's REST API for issues by their last change, each with the changes of its status; what category a status is of is asked first.
/// </summary>
public sealed class JiraPager : Pager
{
    const int AtOnce = 100;

    const string Fields = "summary,created,updated,resolutiondate,statuscategorychangedate,status,resolution,issuetype,priority,project,labels,components";

    /// <summary>A date in a search is one of the zone of whoever asks.</summary>
    static readonly TimeSpan AnyZone = TimeSpan.FromDays(1);

    public override string Source => "jira";

    public override int Version => 1;

    public override Uri? Api => null;

    public override string ScopeWord => "projects";

    public override string Everything => "*";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(5);

    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) => [new() { Kind = "statuses", Address = "rest/api/3/status" }];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "statuses" => new Page { Next = [Searching(scope, span) with { About = CategoriesOf(body) }] },
            "issues" => Issues(body, request),
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        new("issues", new PageRequest { Kind = "count", Address = "rest/api/3/search/approximate-count", Body = $$"""{"jql":{{Envelope.Text(Jql(scope, span))}}}""" }, AtOnce, EachAsks: 0),
    ];

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.NumberOf("count");
    }

    static PageRequest Searching(string scope, PageSpan span) => new()
    {
        Kind = "issues",
        Address = $"rest/api/3/search/jql?jql={Uri.EscapeDataString(Jql(scope, span) + " ORDER BY updated DESC")}&fields={Fields}&expand=changelog&maxResults={AtOnce}",
    };

    static string Jql(string scope, PageSpan span)
    {
        var since = (span.From - AnyZone).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (scope == "*" ? "" : $"project = \"{scope.Replace("\\", "\\\\").Replace("\"", "\\\"")}\" AND ") + $"updated >= \"{since}\"";
    }

    /// <summary>The key of each status' category by the status' id.</summary>
    static string CategoriesOf(JsonElement statuses) => "{" + string.Join(',', Envelope.List(statuses, "statuses")
        .Select(status => (Id: status.TextOf("id"), Category: status.Field("statusCategory").TextOf("key"))).Where(one => one is { Id: not null, Category: not null })
        .DistinctBy(one => one.Id).Select(one => $"{Envelope.Text(one.Id!)}:{Envelope.Text(one.Category!)}")) + "}";

    static Page Issues(JsonElement body, PageRequest request)
    {
        using var categories = JsonDocument.Parse(request.About!);
        return new Page
        {
            Items = [.. body.ListOf("issues").Select(issue => Item(issue, categories.RootElement))],
            Next = body.TextOf("nextPageToken") is { Length: > 0 } token && body.Field("isLast").ValueKind != JsonValueKind.True
                ? [request with { Address = request.Address.With("nextPageToken", token) }] : [],
        };
    }

    /// <summary>Of all that was changed only the status: other changes name people.</summary>
    static PageItem Item(JsonElement issue, JsonElement categories)
    {
        var histories = issue.Field("changelog").Field("histories");
        var transitions =
            from history in histories.ValueKind == JsonValueKind.Array ? histories.EnumerateArray().ToArray() : []
            from item in history.ListOf("items")
            where item.TextOf("field") == "status"
            select $$"""{"created":{{history.JsonOf("created")}},"from":{{CategoryOf(item.TextOf("from"))}},"to":{{CategoryOf(item.TextOf("to"))}}}""";
        return new PageItem($"{issue.TextOf("key")}:{issue.Field("fields").TextOf("updated")}", Delivery.NoHeaders, Envelope.Of(
            ("issue", $$"""{"key":{{issue.JsonOf("key")}},"self":{{issue.JsonOf("self")}},"fields":{{issue.JsonOf("fields")}}}"""),
            ("statusChanges", $"[{string.Join(',', transitions)}]")));

        string CategoryOf(string? status) => status is null ? "null" : categories.JsonOf(status);
    }
}
