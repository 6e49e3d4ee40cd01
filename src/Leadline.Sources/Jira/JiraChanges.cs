using System.Text.Json;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Jira;

/// <summary>
/// The changes of an issue's status. Where a search does not show all of them they are asked for page by page, the oldest first,
/// and carried along until the last one; then the issue itself is asked for once more, so that nothing else of it has to be
/// carried.
/// </summary>
static class JiraChanges
{
    public const string Kind = "changes";

    const int AtOnce = 100;

    /// <summary>
    /// Each change of the status, with the categories in place of the statuses: these are called anything, in any language.
    /// </summary>
    public static IEnumerable<string> Of(JsonElement[] histories, JsonElement categories)
    {
        return
            from history in histories
            from item in history.ListOf("items")
            where item.TextOf("field") == "status"
            select $$"""{"created":{{history.JsonOf("created")}},"from":{{CategoryOf(item.TextOf("from"))}},"to":{{CategoryOf(item.TextOf("to"))}}}""";

        string CategoryOf(string? status) => status is null ? "null" : categories.JsonOf(status);
    }

    /// <param name="api">Below which the issue lies.</param>
    /// <param name="key">The issue's.</param>
    /// <param name="categories">Of the statuses, by their ids.</param>
    public static PageRequest Asking(string api, string key, JsonElement categories) => new()
    {
        Kind = Kind,
        Address = $"{api}issue/{Uri.EscapeDataString(key)}/changelog?startAt=0&maxResults={AtOnce}",
        About = About(key, categories, []),
    };

    public static Page Read(JsonElement body, PageRequest request)
    {
        using var document = JsonDocument.Parse(request.About!);
        var (about, values) = (document.RootElement, body.ListOf("values"));
        var (key, categories) = (about.TextOf("key")!, about.Field("categories"));
        var all = About(key, categories, AllOf(request).Concat(Of(values, categories)));
        var next = body.NumberOf("startAt") + values.Length;
        var isLast = values.Length == 0 || next >= body.NumberOf("total");
        return new Page
        {
            Next =
            [
                isLast ? JiraPager.AskingAll(key, all)
                    : request with { Address = request.Address.With("startAt", $"{next}"), About = all },
            ],
        };
    }

    /// <summary>Those that were carried along.</summary>
    public static string[] AllOf(PageRequest request)
    {
        using var about = JsonDocument.Parse(request.About!);
        return [.. about.RootElement.ListOf("changes").Select(change => change.GetRawText())];
    }

    static string About(string key, JsonElement categories, IEnumerable<string> changes) =>
        Envelope.Written(
            ("key", Envelope.Text(key)), ("categories", categories.GetRawText()), ("changes", $"[{string.Join(',', changes)}]"));
}
