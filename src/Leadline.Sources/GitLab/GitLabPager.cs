using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitLab;

/// <summary>
/// Asks GitLab's REST API for commits, merge requests with their commits and approvals, pipelines, deployments with the jobs that made them,
/// releases and issues. Listings are asked newest first: what changes meanwhile moves to the front, so that nothing is passed over.
/// </summary>
public sealed class GitLabPager : Pager
{
    const int AtOnce = 100;

    public override string Source => "gitlab";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://gitlab.com/api/v4/");

    public override string ScopeWord => "projects";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("PRIVATE-TOKEN", token);

    public override PageRequest? Listing(string pattern) => pattern.EndsWith("/*", StringComparison.Ordinal)
        ? new PageRequest { Kind = "projects", Address = $"groups/{Uri.EscapeDataString(pattern[..^2])}/projects?include_subgroups=true&order_by=id&sort=asc&per_page={AtOnce}" }
        : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var from = Envelope.Written(span.From);
        return
        [
            Listed("commits", $"repository/commits?since={from}"),
            Listed("merge_requests", $"merge_requests?scope=all&state=all&order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("pipelines", $"pipelines?order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("deployments", $"deployments?order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("releases", "releases?order_by=released_at&sort=desc") with { IsConditional = true },
            Listed("issues", $"issues?scope=all&order_by=updated_at&sort=desc&updated_after={from}"),
        ];

        PageRequest Listed(string kind, string address) => new() { Kind = kind, Address = $"{At(scope)}{address}&per_page={AtOnce}" };
    }

    public override PageRequest Comparing(string repository, Sha from, Sha head) => GitLabComparisons.Request(At(repository), from, head);

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "projects" => new Page { Scopes = [.. Envelope.List(body, "projects").Select(one => one.TextOf("path_with_namespace")).OfType<string>()], Next = Following(request, answer) },
            "commits" => Listed(body, request, answer, commit => Item(scope, "api_commit", $"commit:{commit.TextOf("id")}", ("item", commit.GetRawText()))),
            "merge_requests" => MergeRequests(body, request, answer, scope),
            "merge_request_commits" => Commits(body, request, answer, scope),
            "merge_request_approvals" => new Page { Items = [Approvals(body, request, scope)] },
            "pipelines" => Listed(body, request, answer, pipeline => Item(
                scope, "api_pipeline", $"pipeline:{pipeline.NumberOf("id")}:{pipeline.TextOf("status")}:{pipeline.TextOf("updated_at")}", ("item", pipeline.GetRawText()))),
            "deployments" => Listed(body, request, answer, deployment => Item(
                scope, "api_deployment", $"deployment:{deployment.NumberOf("id")}:{deployment.TextOf("status")}:{deployment.TextOf("updated_at")}", ("item", deployment.GetRawText()))),
            "comparison" => new Page { Items = [Comparison(body, request, scope)] },
            "releases" => Releases(body, request, answer, scope, span.From),
            "issues" => Listed(body, request, answer, issue => Item(
                scope, "api_issue", $"issue:{issue.NumberOf("iid")}:{issue.TextOf("updated_at")}", ("item", issue.GetRawText()))),
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    /// <summary>A project without a repository has no commits.</summary>
    public override bool IsNothing(PageRequest request, int status) => (request.Kind, status) is ("commits", 404);

    public override string Right(PageRequest request) => "read_api";

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        .. First(scope, span).Select(request => new PlannedListing(
            request.Kind.Replace('_', ' '), request with { Address = request.Address.Replace($"per_page={AtOnce}", "per_page=1"), IsConditional = false }, AtOnce,
            request.Kind == "merge_requests" ? 2 : 0)),
    ];

    /// <summary>GitLab leaves it out where there are more than 10,000, and of commits.</summary>
    public override long? CountOf(PlannedListing listing, PageAnswer answer) =>
        long.TryParse(answer.Header("X-Total"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>Of a merged one also what it is made of and who approved it. Others come again once they are merged.</summary>
    static Page MergeRequests(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        var items = ImmutableArray.CreateBuilder<PageItem>();
        var next = ImmutableArray.CreateBuilder<PageRequest>();
        foreach (var merge in Envelope.List(body, "merge requests"))
        {
            var number = merge.NumberOf("iid");
            items.Add(Item(scope, "api_merge_request", $"merge_request:{number}:{merge.TextOf("updated_at")}", ("item", merge.GetRawText())));
            if (merge.TextOf("state") != "merged") continue;
            next.Add(new PageRequest
            {
                Kind = "merge_request_commits",
                Address = $"{At(scope)}merge_requests/{number}/commits?per_page={AtOnce}",
                About = $$"""{"iid":{{number}},"updated_at":{{merge.JsonOf("updated_at")}}}""",
            });
            next.Add(new PageRequest { Kind = "merge_request_approvals", Address = $"{At(scope)}merge_requests/{number}/approvals", About = $"{number}:{merge.TextOf("updated_at")}" });
        }

        return new Page { Items = items.DrainToImmutable(), Next = [.. next, .. Following(request, answer)] };
    }

    /// <summary>What GitLab has under <c>approved_by</c>, by another name: that is a person's, and when it was would go with whoever it was.</summary>
    static PageItem Approvals(JsonElement body, PageRequest request, string scope) => Item(
        scope, "api_merge_request_approvals", $"approvals:{request.About}",
        ("number", request.About!.Split(':')[0]), ("item", $$"""{"approvals":{{body.JsonOf("approved_by")}}}"""));

    /// <summary>The last page says of how many commits the merge request is made; the earlier ones are carried along until then.</summary>
    static Page Commits(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        using var about = JsonDocument.Parse(request.About!);
        var merge = about.RootElement;
        string[] before = [.. merge.TryGetProperty("before", out var known) ? known.EnumerateArray().Select(sha => sha.GetString()!) : []];
        var json = $$"""{"iid":{{merge.NumberOf("iid")}},"updated_at":{{merge.JsonOf("updated_at")}}""";
        var shas = string.Join(',', before.Concat(Envelope.List(body, "commits").Select(commit => commit.TextOf("id")).OfType<string>()).Select(Envelope.Text));
        var next = Following(request, answer);
        return new Page
        {
            Items =
            [
                Item(
                    scope, "api_merge_request_commits", $"merge_request_commits:{merge.NumberOf("iid")}:{merge.TextOf("updated_at")}:{before.Length}",
                    ("merge_request", json + "}"), ("commits", body.GetRawText()), ("all", next.IsEmpty ? $"[{shas}]" : "null")),
            ],
            Next = [.. next.Select(following => following with { About = $"{json},\"before\":[{shas}]}}" })],
        };
    }

    static PageItem Comparison(JsonElement body, PageRequest request, string scope)
    {
        var (key, json) = GitLabComparisons.Item(body, request);
        return Item(scope, "api_comparison", key, ("item", json));
    }

    static Page Releases(JsonElement body, PageRequest request, PageAnswer answer, string scope, DateTimeOffset from)
    {
        var releases = Envelope.List(body, "releases");
        var within = releases.Where(release => !(release.InstantOf("released_at") < from));
        return new Page
        {
            Items = [.. within.Select(release => Item(scope, "api_release", $"release:{release.TextOf("tag_name")}:{release.TextOf("released_at")}", ("item", release.GetRawText())))],
            Next = releases.Any(release => release.InstantOf("released_at") < from) ? [] : Following(request, answer),
        };
    }

    static Page Listed(JsonElement body, PageRequest request, PageAnswer answer, Func<JsonElement, PageItem?> item) => new()
    {
        Items = [.. Envelope.List(body, request.Kind).Select(item).OfType<PageItem>()],
        Next = Following(request, answer),
    };

    static ImmutableArray<PageRequest> Following(PageRequest request, PageAnswer answer) =>
        answer.Link("next") is { } address ? [request with { Address = address, IsConditional = false }] : [];

    static PageItem Item(string scope, string kind, string key, params ReadOnlySpan<(string Name, string Json)> parts) => new(
        $"{scope}:{key}", Delivery.NoHeaders,
        Envelope.Of([("object_kind", $"\"{kind}\""), .. parts, ("project", $$"""{"path_with_namespace":{{Envelope.Text(scope)}}}""")]));

    static string At(string scope) => $"projects/{Uri.EscapeDataString(scope)}/";
}
