using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitHub;

/// <summary>
/// Asks GitHub's REST API for commits, pull requests with their reviews and commits, deployments with their statuses, workflow
/// runs with their attempts, releases and issues. Listings are asked newest first: what changes meanwhile moves to the front, so
/// that nothing is passed over. With a token, what REST tells of one thing a request is asked of many at once by
/// <see cref="GitHubGraphQl">GraphQL</see>.
/// </summary>
/// <param name="graphQl">Where GraphQL is, below the API's address; null where it is not asked.</param>
public sealed partial class GitHubPager(string? graphQl = null) : Pager
{
    const int AtOnce = 100;

    /// <summary>GitHub lists no more runs than that of one span.</summary>
    const int MostRuns = 1000;

    /// <summary>A deployment, or a run, may still have been under way when the last pass began.</summary>
    static readonly TimeSpan UnderWay = TimeSpan.FromDays(7);

    public override string Source => "github";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.github.com/");

    public override string ScopeWord => "repositories";

    public override TimeSpan AllowanceSpan => TimeSpan.FromHours(1);

    public override ImmutableDictionary<string, string> Headers { get; } = Delivery.NoHeaders
        .Add("Accept", "application/vnd.github+json").Add("X-GitHub-Api-Version", "2022-11-28");

    /// <summary>
    /// GraphQL answers nobody without a token. GitHub Enterprise Server has it beside the REST API, not in it.
    /// </summary>
    public override Pager For(Uri api, bool hasToken) =>
        new GitHubPager(
            !hasToken ? null : api.AbsolutePath.EndsWith("/api/v3/", StringComparison.Ordinal) ? "../graphql" : "graphql");

    public override (string Name, string Value) Proof(string token) => ("Authorization", "Bearer " + token);

    public override bool CanAsk(PageRequest request) => graphQl is not null || !GitHubGraphQl.Is(request);

    public override ImmutableArray<PageRequest> InPlaceOf(PageRequest request, string scope, int status) =>
        GitHubGraphQl.Is(request) ? GitHubGraphQl.InPlaceOf(request, scope, status) : [];

    public override bool IsLarge(PageRequest request) => GitHubGraphQl.IsLarge(request);

    public override RequestCost CostOf(PageRequest request) =>
        GitHubGraphQl.Is(request) ? GitHubGraphQl.CostOf(request) : RequestCost.One;

    public override bool IsLimit(PageRequest request, ReadOnlySpan<byte> body) =>
        GitHubGraphQl.Is(request) && GitHubGraphQl.IsLimit(body);

    public override PageRequest? Listing(string pattern) => pattern.EndsWith("/*", StringComparison.Ordinal)
        ? new PageRequest
        {
            Kind = "repositories",
            Address = $"orgs/{Escaped(pattern[..^2])}/repos?type=all&sort=full_name&per_page={AtOnce}",
        }
        : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var at = $"repos/{Escaped(scope)}/";
        return
        [
            new() { Kind = "commits", Address = $"{at}commits?since={Envelope.Written(span.From)}&per_page={AtOnce}" },
            new()
            {
                Kind = "pulls",
                Address = $"{at}pulls?state=all&sort=updated&direction=desc&per_page={AtOnce}",
                IsConditional = true,
            },
            new() { Kind = "deployments", Address = $"{at}deployments?per_page={AtOnce}", IsConditional = true },
            Runs(scope, Reach(span), span.AsOf),
            new() { Kind = "releases", Address = $"{at}releases?per_page={AtOnce}", IsConditional = true },
            new()
            {
                Kind = "issues",
                Address =
                    $"{at}issues?state=all&sort=updated&direction=desc&since={Envelope.Written(span.From)}&per_page={AtOnce}",
            },
        ];
    }

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "repositories" =>
                new Page
                {
                    Scopes = [.. Envelope.List(body, "repositories").Select(one => one.TextOf("full_name")).OfType<string>()],
                    Next = Following(request, answer),
                },
            "commits" =>
                Listed(
                    body, request, answer,
                    commit => Item(scope, "api_commit", $"commit:{commit.TextOf("sha")}", ("commit", commit.GetRawText()))),
            "pulls" => Pulls(body, request, answer, scope, span.From),
            "reviews" => Listed(body, request, answer, review => Review(scope, review.GetRawText(), request.About!)),
            "pull_commits" => PullCommits(body, request, answer, scope),
            "deployments" => Deployments(body, request, answer, scope, Reach(span)),
            "statuses" =>
                Listed(
                    body, request, answer,
                    status => Status(scope, $"{status.NumberOf("id")}", status.GetRawText(), request.About!)),
            "runs" => RunsOf(body, request, answer, scope),
            "comparison" => Comparison(body, request, answer, scope),
            "attempt" => new Page { Items = [Run(scope, body)] },
            "releases" => Listed(body, request, answer, release => release.InstantOf("published_at") < span.From ? null : Item(
                scope, "release",
                $"release:{release.NumberOf("id")}:{release.TextOf("published_at")}:{release.JsonOf("prerelease")}",
                ("action", "\"published\""), ("release", release.GetRawText()))),
            "issues" => Listed(body, request, answer, issue => issue.TryGetProperty("pull_request", out _) ? null : Item(
                scope, "issues", $"issue:{issue.NumberOf("number")}:{issue.TextOf("updated_at")}", ("action", "\"polled\""),
                ("issue", issue.GetRawText()))),
            _ when GitHubGraphQl.Is(request) => GitHubGraphQl.Read(request, body, scope),
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    /// <summary>A repository without a commit has none to list; where issues are switched off they are gone.</summary>
    public override bool IsNothing(PageRequest request, int status) =>
        (request.Kind, status) is ("commits", 409) or ("issues", 410);

    public override string Right(PageRequest request) => request.Kind switch
    {
        "commits" or "releases" or "comparison" => "Contents (read)",
        "pulls" => "Pull requests (read)",
        "deployments" => "Deployments (read)",
        "runs" => "Actions (read)",
        "issues" => "Issues (read)",
        _ when GitHubGraphQl.Is(request) => GitHubGraphQl.Right(request.Kind),
        _ => "Metadata (read)",
    };

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span)
    {
        return
        [
            .. First(scope, span).Select(request => new PlannedListing(
                Words(request.Kind),
                request with { Address = request.Address.Replace($"per_page={AtOnce}", "per_page=1"), IsConditional = false },
                AtOnce, EachAsks(request.Kind))
            {
                EachCosts = graphQl is not null && ManyOf(request.Kind) is { } many ? GitHubGraphQl.CostOf(many, AtOnce / 2)
                    : RequestCost.One,
            }),
        ];

        // Of a merged pull request its reviews and its commits; most runs have one attempt.
        double EachAsks(string kind) => (kind, ManyOf(kind)) switch
        {
            (_, { } many) when graphQl is not null => GitHubGraphQl.EachAsks(many),
            ("pulls", _) => 2,
            ("deployments", _) => 1,
            _ => 0,
        };
        static string? ManyOf(string kind) =>
            kind switch { "pulls" => GitHubGraphQl.Pulls, "deployments" => GitHubGraphQl.Statuses, _ => null };
        static string Words(string kind) => kind switch { "pulls" => "pull requests", "runs" => "workflow runs", _ => kind };
    }

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.NumberOf("total_count");

        // Of one a page, the last page's number is how many there are.
        if (answer.Link("last") is not { } last) return Envelope.List(document.RootElement, listing.What).Length;
        return long.TryParse(PageNumber().Match(last).Groups[1].Value, out var count) ? count : null;
    }

    /// <summary>
    /// Those that were updated in the span; of a merged one also who reviewed it and what it is made of. Others come again once
    /// they are merged.
    /// </summary>
    Page Pulls(JsonElement body, PageRequest request, PageAnswer answer, string scope, DateTimeOffset from)
    {
        var items = ImmutableArray.CreateBuilder<PageItem>();
        var next = ImmutableArray.CreateBuilder<PageRequest>();
        var together = new List<GitHubGraphQl.Thing>();
        var isOver = false;
        foreach (var pull in Envelope.List(body, "pull requests"))
        {
            var (number, updated) = (pull.NumberOf("number"), pull.InstantOf("updated_at"));
            if (isOver = updated < from) break;
            items.Add(Item(
                scope, "pull_request", $"pull:{number}:{pull.TextOf("updated_at")}", ("action", "\"polled\""),
                ("pull_request", pull.GetRawText())));
            if (pull.TextOf("merged_at") is null) continue;
            var about = $$"""{"number":{{number}},"updated_at":{{pull.JsonOf("updated_at")}}}""";
            if (graphQl is not null && pull.TextOf("node_id") is { } node) together.Add(new GitHubGraphQl.Thing(node, about));
            else next.AddRange(AskReviews(scope, number, about), AskCommits(scope, number, about));
        }

        return new Page
        {
            Items = items.DrainToImmutable(),
            Next =
            [
                .. next, .. GitHubGraphQl.Requests(GitHubGraphQl.Pulls, graphQl ?? "", together),
                .. isOver ? [] : Following(request, answer),
            ],
        };
    }

    internal static PageRequest AskReviews(string scope, long pull, string about) =>
        new() { Kind = "reviews", Address = $"repos/{Escaped(scope)}/pulls/{pull}/reviews?per_page={AtOnce}", About = about };

    internal static PageRequest AskCommits(string scope, long pull, string about) =>
        new()
        {
            Kind = "pull_commits",
            Address = $"repos/{Escaped(scope)}/pulls/{pull}/commits?per_page={AtOnce}",
            About = about,
        };

    internal static PageRequest AskStatuses(string scope, long deployment, string about) =>
        new()
        {
            Kind = "statuses",
            Address = $"repos/{Escaped(scope)}/deployments/{deployment}/statuses?per_page={AtOnce}",
            About = about,
        };

    /// <param name="review">As REST lists it.</param>
    /// <param name="about">The number of the pull request, and its last change.</param>
    internal static PageItem Review(string scope, string review, string about)
    {
        using var document = JsonDocument.Parse(review);
        var (id, state) = (document.RootElement.NumberOf("id"), document.RootElement.TextOf("state"));
        return Item(
            scope, "pull_request_review", $"review:{id}:{state}", ("action", "\"submitted\""), ("review", review),
            ("pull_request", about));
    }

    /// <param name="key">Its number.</param>
    /// <param name="status">As REST lists it.</param>
    /// <param name="about">The deployment.</param>
    internal static PageItem Status(string scope, string key, string status, string about) =>
        Item(scope, "deployment_status", $"status:{key}", ("deployment_status", status), ("deployment", about));

    static Page PullCommits(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        var next = Following(request, answer);
        var (item, about) = CommitsOfPull(
            scope, request.About!, body.GetRawText(),
            Envelope.List(body, "commits").Select(commit => commit.TextOf("sha")).OfType<string>(), isLast: next.IsEmpty);
        return new Page { Items = [item], Next = [.. next.Select(following => following with { About = about })] };
    }

    /// <summary>
    /// The last page says of which commits the pull request is made; the earlier ones are carried along until then.
    /// </summary>
    /// <param name="about">The number of the pull request, its last change, and the commits of the pages before.</param>
    /// <param name="commits">As REST lists them.</param>
    /// <param name="shas">Their ids.</param>
    /// <returns>What is stored, and what the request for the next page carries along.</returns>
    internal static (PageItem Item, string About) CommitsOfPull(
        string scope, string about, string commits, IEnumerable<string> shas, bool isLast)
    {
        using var document = JsonDocument.Parse(about);
        var pull = document.RootElement;
        string[] before =
        [
            .. pull.TryGetProperty("before", out var known) ? known.EnumerateArray().Select(sha => sha.GetString()!) : [],
        ];
        var json = $$"""{"number":{{pull.NumberOf("number")}},"updated_at":{{pull.JsonOf("updated_at")}}""";
        var all = $"[{string.Join(',', before.Concat(shas).Select(Envelope.Text))}]";
        return (
            Item(
                scope, "api_pull_request_commits",
                $"pull_commits:{pull.NumberOf("number")}:{pull.TextOf("updated_at")}:{before.Length}",
                ("pull_request", json + "}"), ("commits", commits), ("all", isLast ? all : "null")),
            $"{json},\"before\":{all}}}");
    }

    Page Deployments(JsonElement body, PageRequest request, PageAnswer answer, string scope, DateTimeOffset from)
    {
        var items = ImmutableArray.CreateBuilder<PageItem>();
        var next = ImmutableArray.CreateBuilder<PageRequest>();
        var together = new List<GitHubGraphQl.Thing>();
        var isOver = false;
        foreach (var deployment in Envelope.List(body, "deployments"))
        {
            if (isOver = deployment.InstantOf("created_at") < from) break;
            var id = deployment.NumberOf("id");
            items.Add(Item(scope, "deployment", $"deployment:{id}", ("deployment", deployment.GetRawText())));
            var about = $$"""{"id":{{id}},"sha":{{deployment.JsonOf("sha")}},"ref":{{deployment.JsonOf("ref")}},"environment":{{deployment.JsonOf("environment")}},"created_at":{{deployment.JsonOf("created_at")}}}""";
            if (graphQl is not null && deployment.TextOf("node_id") is { } node)
                together.Add(new GitHubGraphQl.Thing(node, about));
            else next.Add(AskStatuses(scope, id, about));
        }

        return new Page
        {
            Items = items.DrainToImmutable(),
            Next =
            [
                .. next, .. GitHubGraphQl.Requests(GitHubGraphQl.Statuses, graphQl ?? "", together),
                .. isOver ? [] : Following(request, answer),
            ],
        };
    }

    static PageRequest Runs(string scope, DateTimeOffset from, DateTimeOffset to) => new()
    {
        Kind = "runs",
        Address =
            $"repos/{Escaped(scope)}/actions/runs?created={Envelope.Written(from)}..{Envelope.Written(to)}&per_page={AtOnce}",
        About = $$"""{"from":"{{Envelope.Written(from)}}","to":"{{Envelope.Written(to)}}"}""",
    };

    /// <summary>A span with more runs than are listed is asked for in halves.</summary>
    static Page RunsOf(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        using var document = JsonDocument.Parse(request.About!);
        var (from, to) = (document.RootElement.InstantOf("from")!.Value, document.RootElement.InstantOf("to")!.Value);
        if (body.NumberOf("total_count") > MostRuns && to - from > TimeSpan.FromSeconds(2))
        {
            // Both ends of a span are in it.
            var half = new DateTimeOffset(from.Ticks + ((to - from).Ticks / 2), TimeSpan.Zero);
            return new Page { Next = [Runs(scope, half.AddSeconds(1), to), Runs(scope, from, half)] };
        }

        var runs = Envelope.List(body.GetProperty("workflow_runs"), "runs");
        return new Page
        {
            Items = [.. runs.Select(run => Run(scope, run))],
            Next =
            [
                .. runs.SelectMany(run => Enumerable.Range(1, Math.Max(0, AttemptOf(run) - 1)).Select(attempt => new PageRequest
                {
                    Kind = "attempt", Address = $"repos/{Escaped(scope)}/actions/runs/{run.NumberOf("id")}/attempts/{attempt}",
                })),
                .. Following(request, answer),
            ],
        };
    }

    static PageItem Run(string scope, JsonElement run)
    {
        var action = run.TextOf("status") switch
        {
            "completed" => "completed",
            "in_progress" => "in_progress",
            _ => "requested",
        };
        return Item(
            scope, "workflow_run",
            $"run:{run.NumberOf("id")}:{AttemptOf(run)}:{run.TextOf("status")}:{run.TextOf("updated_at")}",
            ("action", $"\"{action}\""), ("workflow_run", run.GetRawText()));
    }

    static int AttemptOf(JsonElement run) =>
        run.TryGetProperty("run_attempt", out var attempt) && attempt.ValueKind == JsonValueKind.Number
            && attempt.TryGetInt32(out var number) ? number : 1;

    static Page Listed(JsonElement body, PageRequest request, PageAnswer answer, Func<JsonElement, PageItem?> item) => new()
    {
        Items = [.. Envelope.List(body, request.Kind).Select(item).OfType<PageItem>()],
        Next = Following(request, answer),
    };

    static ImmutableArray<PageRequest> Following(PageRequest request, PageAnswer answer) =>
        answer.Link("next") is { } address ? [request with { Address = address, IsConditional = false }] : [];

    static PageItem Item(
        string scope, string happened, string key, params ReadOnlySpan<(string Name, string Json)> parts) => new(
        $"{scope}:{key}", Delivery.NoHeaders.Add("X-GitHub-Event", happened),
        Envelope.Of([.. parts, ("repository", $$"""{"full_name":{{Envelope.Text(scope)}}}""")]));

    static DateTimeOffset Reach(PageSpan span) => span.IsAgain ? span.From - UnderWay : span.From;

    static string Escaped(string scope) => string.Join('/', scope.Split('/').Select(Uri.EscapeDataString));

    [GeneratedRegex(@"[?&]page=([0-9]+)")]
    private static partial Regex PageNumber();
}
