using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitLab;

/// <summary>
/// Asks GitLab's API for commits, merge requests with their commits and approvals, pipelines, deployments with the jobs that
/// made them, releases and issues. Listings are asked newest first: what changes meanwhile moves to the front, so that nothing
/// is passed over.
/// </summary>
public sealed class GitLabPager : Pager
{
    const int AtOnce = 100;

    /// <summary>GitLab lists no more events than that, in so many pages.</summary>
    const int MostPages = 100;

    /// <summary>It forgets events that are older.</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromDays(3 * 365);

    public override string Source => "gitlab";

    public override int Version => 2;

    public override Uri Api { get; } = new("https://gitlab.com/api/v4/");

    public override string ScopeWord => "projects";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Authorization", "Bearer " + token);

    public override PageRequest? Listing(string pattern) => pattern.EndsWith("/*", StringComparison.Ordinal)
        ? new PageRequest
        {
            Kind = "projects",
            Address =
                $"groups/{Uri.EscapeDataString(pattern[..^2])}/projects?include_subgroups=true&order_by=id&sort=asc&per_page="
                    + $"{AtOnce}",
        }
        : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var from = Envelope.Written(span.From);
        return
        [
            Listed("commits", $"repository/commits?since={from}"),
            Listed("merge_requests", $"merge_requests?scope=all&state=all&order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("approvals", $"events?action=approved&target_type=merge_request&sort=desc&after={Day(span.From, -2)}"),
            Listed("pipelines", $"pipelines?order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("deployments", $"deployments?order_by=updated_at&sort=desc&updated_after={from}"),
            Listed("releases", "releases?order_by=released_at&sort=desc") with { IsConditional = true },
            Listed("issues", $"issues?scope=all&order_by=updated_at&sort=desc&updated_after={from}"),
        ];

        PageRequest Listed(string kind, string address) =>
            new() { Kind = kind, Address = $"{At(scope)}{address}&per_page={AtOnce}" };
    }

    public override PageRequest Comparing(string repository, Sha from, Sha head) =>
        GitLabComparisons.Request(At(repository), from, head);

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "projects" =>
                new Page
                {
                    Scopes =
                    [
                        .. Envelope.List(body, "projects").Select(one => one.TextOf("path_with_namespace")).OfType<string>(),
                    ],
                    Next = Following(request, answer),
                },
            "commits" =>
                Listed(
                    body, request, answer,
                    commit => Item(scope, "api_commit", $"commit:{commit.TextOf("id")}", ("item", commit.GetRawText()))),
            "merge_requests" => MergeRequests(body, request, answer, scope, span),
            GitLabGraphQl.Kind => CommitsOfSeveral(body, request, scope),
            "approvals" => Approved(body, request, answer, scope),
            "merge_request_commits" => Commits(body, request, answer, scope),
            "merge_request_approvals" => new Page { Items = [Approvals(body, request, scope)] },
            "pipelines" => Listed(body, request, answer, pipeline => Item(
                scope, "api_pipeline",
                $"pipeline:{pipeline.NumberOf("id")}:{pipeline.TextOf("status")}:{pipeline.TextOf("updated_at")}",
                ("item", pipeline.GetRawText()))),
            "deployments" => Listed(body, request, answer, deployment => Item(
                scope, "api_deployment",
                $"deployment:{deployment.NumberOf("id")}:{deployment.TextOf("status")}:{deployment.TextOf("updated_at")}",
                ("item", deployment.GetRawText()))),
            "comparison" => new Page { Items = [Comparison(body, request, scope)] },
            "releases" => Releases(body, request, answer, scope, span.From),
            "issues" => Listed(body, request, answer, issue => Item(
                scope, "api_issue", $"issue:{issue.NumberOf("iid")}:{issue.TextOf("updated_at")}",
                ("item", issue.GetRawText()))),
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    /// <summary>A project without a repository has no commits.</summary>
    public override bool IsNothing(PageRequest request, int status) => (request.Kind, status) is ("commits", 404);

    /// <summary>GraphQL may be closed to us, or fail, where REST is not and does not.</summary>
    public override ImmutableArray<PageRequest> InPlaceOf(PageRequest request, string scope, int status) =>
        request.Kind == GitLabGraphQl.Kind ? CommitsOfSeveral(null, request, scope).Next : [];

    public override bool IsLarge(PageRequest request) => request.Kind == GitLabGraphQl.Kind;

    public override string Right(PageRequest request) => "read_api";

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        .. First(scope, span).Select(request => new PlannedListing(
            request.Kind.Replace('_', ' '),
            request with { Address = request.Address.Replace($"per_page={AtOnce}", "per_page=1"), IsConditional = false },
            AtOnce,
            request.Kind == "merge_requests" ? 0.02 : 0)),
    ];

    /// <summary>GitLab leaves it out where there are more than 10,000, and of commits.</summary>
    public override long? CountOf(PlannedListing listing, PageAnswer answer) =>
        long.TryParse(answer.Header("X-Total"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>
    /// Of merged ones also what they are made of, and who approved those of which no events are left. Others come again once
    /// they are merged.
    /// </summary>
    static Page MergeRequests(JsonElement body, PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        var all = Envelope.List(body, "merge requests");
        var merged = all.Where(merge => merge.TextOf("state") == "merged").ToArray();
        return new Page
        {
            Items =
            [
                .. all.Select(merge =>
                    Item(
                        scope, "api_merge_request", $"merge_request:{merge.NumberOf("iid")}:{merge.TextOf("updated_at")}",
                        ("item", merge.GetRawText()))),
            ],
            Next =
            [
                .. GitLabGraphQl.Asking(scope, merged.Select(merge => (merge.NumberOf("iid"), merge.JsonOf("updated_at")))),
                .. merged.Where(merge => merge.InstantOf("created_at") < span.AsOf - Remembered).Select(merge => new PageRequest
                {
                    Kind = "merge_request_approvals",
                    Address = $"{At(scope)}merge_requests/{merge.NumberOf("iid")}/approvals",
                    About = $"{merge.NumberOf("iid")}:{merge.TextOf("updated_at")}",
                }),
                .. Following(request, answer),
            ],
        };
    }

    static Page CommitsOfSeveral(JsonElement? body, PageRequest request, string scope) => GitLabGraphQl.Read(
        body, request,
        (merge, commits) => Item(
            scope, "api_merge_request_commits", KeyOfCommits(merge, 0), ("merge_request", merge.GetRawText()),
            ("commits", commits), ("all", IdsOf(commits))),
        merge => new PageRequest
        {
            Kind = "merge_request_commits",
            Address = $"{At(scope)}merge_requests/{merge.NumberOf("iid")}/commits?per_page={AtOnce}",
            About = merge.GetRawText(),
        });

    /// <summary>Each event as the approval that it tells of.</summary>
    static Page Approved(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        var events = Envelope.List(body, "events");
        return new Page
        {
            Items =
            [
                .. events.Where(one => one.TextOf("action_name") == "approved" && one.TextOf("target_type") == "MergeRequest")
                    .Select(one => Item(
                        scope, "api_merge_request_approvals", $"approval:{one.NumberOf("id")}",
                        ("number", one.JsonOf("target_iid")),
                        ("item", $$"""{"approvals":[{"user":{{UserOf(one)}},"approved_at":{{one.JsonOf("created_at")}}}]}"""))),
            ],
            Next = Older(request, answer, events),
        };

        static string UserOf(JsonElement one) =>
            one.Field("author").ValueKind == JsonValueKind.Object ? one.JsonOf("author")
                : $$"""{"username":{{one.JsonOf("author_username")}}}""";
    }

    /// <summary>Where the pages end before the events do, those before the day of the last one that was listed.</summary>
    static ImmutableArray<PageRequest> Older(PageRequest request, PageAnswer answer, JsonElement[] events)
    {
        if (Following(request, answer) is not [var next] || next.Address.NumberOf("page") <= MostPages
            || events is not [.., var last]) return Following(request, answer);
        var before = last.InstantOf("created_at") is { } at ? Day(at, 2) : "";
        return request.Address.Contains($"before={before}", StringComparison.Ordinal) ? [next]
            : [next with { Address = next.Address.With("page", "1").With("before", before) }];
    }

    /// <summary>
    /// What GitLab has under <c>approved_by</c>, by another name: that is a person's, and when it was would go with whoever it
    /// was.
    /// </summary>
    static PageItem Approvals(JsonElement body, PageRequest request, string scope) => Item(
        scope, "api_merge_request_approvals", $"approvals:{request.About}",
        ("number", request.About!.Split(':')[0]), ("item", $$"""{"approvals":{{body.JsonOf("approved_by")}}}"""));

    /// <summary>
    /// The last page says of how many commits the merge request is made; the earlier ones are carried along until then.
    /// </summary>
    static Page Commits(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        using var about = JsonDocument.Parse(request.About!);
        var merge = about.RootElement;
        string[] before =
        [
            .. merge.TryGetProperty("before", out var known) ? known.EnumerateArray().Select(sha => sha.GetString()!) : [],
        ];
        var json = GitLabGraphQl.AboutOf(merge.NumberOf("iid"), merge.JsonOf("updated_at"))[..^1];
        var shas = string.Join(
            ',',
            before.Concat(Envelope.List(body, "commits").Select(commit => commit.TextOf("id")).OfType<string>())
                .Select(Envelope.Text));
        var next = Following(request, answer);
        return new Page
        {
            Items =
            [
                Item(
                    scope, "api_merge_request_commits", KeyOfCommits(merge, before.Length),
                    ("merge_request", json + "}"), ("commits", body.GetRawText()), ("all", next.IsEmpty ? $"[{shas}]" : "null")),
            ],
            Next = [.. next.Select(following => following with { About = $"{json},\"before\":[{shas}]}}" })],
        };
    }

    static string KeyOfCommits(JsonElement merge, int before) =>
        $"merge_request_commits:{merge.NumberOf("iid")}:{merge.TextOf("updated_at")}:{before}";

    static string IdsOf(string commits)
    {
        using var document = JsonDocument.Parse(commits);
        return $"[{string.Join(',', document.RootElement.EnumerateArray().Select(commit => commit.JsonOf("id")))}]";
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
            Items =
            [
                .. within.Select(release =>
                    Item(
                        scope, "api_release", $"release:{release.TextOf("tag_name")}:{release.TextOf("released_at")}",
                        ("item", release.GetRawText()))),
            ],
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
        Envelope.Of(
            [("object_kind", $"\"{kind}\""), .. parts, ("project", $$"""{"path_with_namespace":{{Envelope.Text(scope)}}}""")]));

    /// <summary>Events are asked for by days, of the zone of the server.</summary>
    static string Day(DateTimeOffset at, int days) =>
        at.UtcDateTime.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string At(string scope) => $"projects/{Uri.EscapeDataString(scope)}/";
}
