using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitLab;

/// <summary>
/// Asks GitLab's GraphQL API of which commits many merge requests are made, which REST says of one at a time. Whatever it does
/// not say of one (an older GitLab has not all the fields, a proxy may not let it through, there may be more commits than a
/// page) is asked of REST.
/// </summary>
static class GitLabGraphQl
{
    public const string Kind = "commits_of_merge_requests";

    /// <summary>GitLab reckons by the fields of a query, and gives up what takes it longer than half a minute.</summary>
    const int AtOnce = 50;

    const string Query = "query($project:ID!,$numbers:[String!]){"
        + "project(fullPath:$project){mergeRequests(iids:$numbers,first:100){nodes{iid "
        + "commits(first:100){pageInfo{hasNextPage}nodes{sha message authorName authoredDate committedDate}}}}}}";

    /// <summary>The requests for the commits of these merge requests.</summary>
    /// <param name="scope">Their project.</param>
    /// <param name="merged">Each with the JSON of its last change.</param>
    public static IEnumerable<PageRequest> Asking(string scope, IEnumerable<(long Number, string UpdatedAt)> merged) =>
        merged.Chunk(AtOnce).Select(some => Asking(scope, some));

    static PageRequest Asking(string scope, (long Number, string UpdatedAt)[] some) => new()
    {
        Kind = Kind,

        // Beside v4, in which all others lie.
        Address = "../graphql",
        Body = Envelope.Written(
            ("query", Envelope.Text(Query)),
            ("variables", Envelope.Written(
                ("project", Envelope.Text(scope)),
                ("numbers", $"[{string.Join(',', some.Select(one => $"\"{one.Number}\""))}]")))),
        About = $"[{string.Join(',', some.Select(one => AboutOf(one.Number, one.UpdatedAt)))}]",
    };

    /// <param name="answer">Null where nobody answers there.</param>
    /// <param name="request">One of those that were asked.</param>
    /// <param name="item">Makes an item of what is known of a merge request, and of its commits as REST lists them.</param>
    /// <param name="otherwise">Asks REST for the commits of one.</param>
    public static Page Read(
        JsonElement? answer, PageRequest request, Func<JsonElement, string, PageItem> item,
        Func<JsonElement, PageRequest> otherwise)
    {
        using var about = JsonDocument.Parse(request.About!);
        var nodes = answer?.Field("data").Field("project").Field("mergeRequests").Field("nodes") ?? default;
        var known = (nodes.ValueKind == JsonValueKind.Array ? nodes.EnumerateArray().ToArray() : [])
            .Where(IsWhole).DistinctBy(node => node.TextOf("iid")).ToDictionary(node => node.TextOf("iid") ?? "");
        var (items, next) = (ImmutableArray.CreateBuilder<PageItem>(), ImmutableArray.CreateBuilder<PageRequest>());
        foreach (var merged in about.RootElement.EnumerateArray())
        {
            if (known.TryGetValue($"{merged.NumberOf("iid")}", out var node))
                items.Add(item(merged, $"[{string.Join(',', node.Field("commits").ListOf("nodes").Select(Commit))}]"));
            else
                next.Add(otherwise(merged));
        }

        return new Page { Items = items.DrainToImmutable(), Next = next.DrainToImmutable() };
    }

    public static string AboutOf(long number, string updatedAt) => $$"""{"iid":{{number}},"updated_at":{{updatedAt}}}""";

    static bool IsWhole(JsonElement node) =>
        node.Field("commits").Field("nodes") is { ValueKind: JsonValueKind.Array } commits
        && commits.EnumerateArray().All(commit => commit.TextOf("sha") is not null)
        && node.Field("commits").Field("pageInfo").Field("hasNextPage").ValueKind == JsonValueKind.False;

    /// <summary>In the names that REST has.</summary>
    static string Commit(JsonElement commit) => Envelope.Written(
        ("id", commit.JsonOf("sha")), ("message", commit.JsonOf("message")), ("author_name", commit.JsonOf("authorName")),
        ("authored_date", commit.JsonOf("authoredDate")), ("committed_date", commit.JsonOf("committedDate")));
}
