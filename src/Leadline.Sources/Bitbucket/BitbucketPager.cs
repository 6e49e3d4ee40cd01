using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Bitbucket;

/// <summary>
/// Asks Bitbucket Cloud's API for commits, pull requests with what happened to them and their commits, pipelines, deployments
/// and issues. Listings are asked newest first: what changes meanwhile moves to the front, so that nothing is passed over.
/// </summary>
public sealed class BitbucketPager : Pager
{
    /// <summary>A pipeline, or a deployment, may still have been under way when the last pass began.</summary>
    static readonly TimeSpan UnderWay = TimeSpan.FromDays(7);

    public override string Source => "bitbucket";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://api.bitbucket.org/2.0/");

    public override string ScopeWord => "repositories";

    public override TimeSpan AllowanceSpan => TimeSpan.FromHours(1);

    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token);

    public override PageRequest? Listing(string pattern) => pattern.EndsWith("/*", StringComparison.Ordinal)
        ? new PageRequest
        {
            Kind = "repositories",
            Address = $"repositories/{Uri.EscapeDataString(pattern[..^2])}?pagelen=100&fields=next,values.full_name",
        }
        : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var since = Uri.EscapeDataString($"updated_on >= {Envelope.Written(span.From)}");
        return
        [
            Listed("commits", "commits?pagelen=100"),
            Listed(
                "pullrequests",
                $"pullrequests?state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&q={since}&sort=-updated_on&pagelen=50"),
            Listed("pipelines", "pipelines?sort=-created_on&pagelen=100"),
            Listed("deployments", "deployments?sort=-state.started_on&pagelen=100"),
            Listed("issues", $"issues?q={since}&sort=-updated_on&pagelen=100"),
        ];

        PageRequest Listed(string kind, string address) => new() { Kind = kind, Address = $"{At(scope)}{address}" };
    }

    public override PageRequest Comparing(string repository, Sha from, Sha head) =>
        BitbucketComparisons.Request(At(repository), from, head);

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        var things = body.ListOf("values");
        var following = Following(request, body, things.Length);
        var reach = span.IsAgain ? span.From - UnderWay : span.From;
        return request.Kind switch
        {
            "repositories" =>
                new Page { Scopes = [.. things.Select(one => one.TextOf("full_name")).OfType<string>()], Next = following },
            "commits" =>
                Until(
                    span.From, one => one.InstantOf("date"),
                    commit => Item(scope, $"commit:{commit.TextOf("hash")}", ("commit", commit.GetRawText()))),
            "comparison" => Comparison(things, following, request, scope),
            "pullrequests" => PullRequests(things, following, scope),
            "activity" =>
                new Page
                {
                    Items = [.. things.SelectMany((one, place) => Happened(one, place, request, scope))],
                    Next = following,
                },
            "pullrequest_commits" => Commits(things, following, request, scope),
            "pipelines" => Until(reach, one => one.InstantOf("created_on"), one => one.InstantOf("completed_on") is null ? null
                : Item(scope, $"pipeline:{one.TextOf("uuid")}:{one.TextOf("completed_on")}", ("pipeline", one.GetRawText()))),
            "deployments" => Until(reach, StartOf, one => Item(
                scope,
                $"deployment:{one.TextOf("uuid")}:{one.Field("state").TextOf("name")}:"
                    + $"{one.Field("state").Field("status").TextOf("name")}", ("deployment", one.GetRawText()))),
            "issues" =>
                new Page
                {
                    Items =
                    [
                        .. things.Select(one =>
                            Item(scope, $"issue:{one.JsonOf("id")}:{one.TextOf("updated_on")}", ("issue", one.GetRawText()))),
                    ],
                    Next = following,
                },
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };

        // Of these nobody can be asked for what is newer than a time.
        Page Until(DateTimeOffset from, Func<JsonElement, DateTimeOffset?> at, Func<JsonElement, PageItem?> item) => new()
        {
            Items = [.. things.Where(one => !(at(one) < from)).Select(item).OfType<PageItem>()],
            Next = things.Any(one => at(one) < from) ? [] : following,
        };

        static DateTimeOffset? StartOf(JsonElement deployment) =>
            deployment.Field("state").InstantOf("started_on") ?? deployment.Field("release").InstantOf("created_on");
    }

    /// <summary>
    /// Where issues are switched off, or pipelines, there are none; a repository without a commit has none to list.
    /// </summary>
    public override bool IsNothing(PageRequest request, int status) =>
        (request.Kind, status) is ("issues" or "pipelines" or "deployments" or "commits", 404);

    public override string Right(PageRequest request) =>
        request.Kind switch
        {
            "pullrequests" => "pull requests (read)",
            "pipelines" or "deployments" => "pipelines (read)",
            "issues" => "issues (read)",
            _ => "repositories (read)",
        };

    public override ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
    [
        .. First(scope, span).Select(request => new PlannedListing(
            request.Kind == "pullrequests" ? "pull requests" : request.Kind, request, request.Kind == "pullrequests" ? 50 : 100,
            request.Kind == "pullrequests" ? 2 : 0)),
    ];

    public override long? CountOf(PlannedListing listing, PageAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.Field("size").ValueKind == JsonValueKind.Number ? document.RootElement.NumberOf("size")
            : null;
    }

    /// <summary>Of pipelines Bitbucket does not say which page is next, but how many there are.</summary>
    static ImmutableArray<PageRequest> Following(PageRequest request, JsonElement body, int shown)
    {
        if (body.TextOf("next") is { Length: > 0 } next) return [request with { Address = next }];
        if (request.Kind != "pipelines" || shown == 0 || body.Field("size").ValueKind != JsonValueKind.Number) return [];
        var page = Math.Max(1, request.Address.NumberOf("page"));
        return page * body.NumberOf("pagelen") < body.NumberOf("size")
            ? [request with { Address = request.Address.With("page", $"{page + 1}") }] : [];
    }

    /// <summary>
    /// When it was merged, and approved, says only what happened to it. Others come again once they are merged.
    /// </summary>
    static Page PullRequests(JsonElement[] pulls, ImmutableArray<PageRequest> following, string scope) => new()
    {
        Items = [.. pulls.Select(pull => Item(
            scope, $"pullrequest:{pull.NumberOf("id")}:{pull.TextOf("updated_on")}", ("pullrequest", pull.GetRawText()),
            ("polled", "true")))],
        Next =
        [
            .. pulls.Where(pull => pull.TextOf("state") == "MERGED")
                .SelectMany(pull => new[] { ("activity", "activity?pagelen=50"), ("pullrequest_commits", "commits?pagelen=100") }
                    .Select(one => new PageRequest
                    {
                        Kind = one.Item1,
                        Address = $"{At(scope)}pullrequests/{pull.NumberOf("id")}/{one.Item2}",
                        About = $$"""{"id":{{pull.NumberOf("id")}},"updated_on":{{pull.JsonOf("updated_on")}}}""",
                    })),
            .. following,
        ],
    };

    /// <summary>What was said of it is nothing that is measured.</summary>
    static IEnumerable<PageItem> Happened(JsonElement one, int place, PageRequest request, string scope)
    {
        foreach (var name in (string[])["update", "approval", "changes_requested"])
        {
            if (one.Field(name) is not { ValueKind: JsonValueKind.Object } what
                || (name == "update" && what.TextOf("state") != "MERGED")) continue;
            using var about = JsonDocument.Parse(request.About!);
            yield return Item(
                scope, $"activity:{about.RootElement.NumberOf("id")}:{name}:{what.TextOf("date")}:{place}",
                ("pullrequest", request.About!), ("activity", $$$"""{"{{{name}}}":{"state":{{{what.JsonOf("state")}}},"date":{{{what.JsonOf("date")}}},"user":{{{what.JsonOf("user")}}}}}"""));
        }
    }

    /// <summary>
    /// The last page says of how many commits the pull request is made; the earlier ones are carried along until then.
    /// </summary>
    static Page Commits(JsonElement[] commits, ImmutableArray<PageRequest> following, PageRequest request, string scope)
    {
        using var about = JsonDocument.Parse(request.About!);
        var pull = about.RootElement;
        string[] before =
        [
            .. pull.TryGetProperty("before", out var known) ? known.EnumerateArray().Select(sha => sha.GetString()!) : [],
        ];
        var json = $$"""{"id":{{pull.NumberOf("id")}},"updated_on":{{pull.JsonOf("updated_on")}}""";
        var shas = string.Join(
            ',', before.Concat(commits.Select(commit => commit.TextOf("hash")).OfType<string>()).Select(Envelope.Text));
        return new Page
        {
            Items =
            [
                Item(
                    scope, $"pullrequest_commits:{pull.NumberOf("id")}:{pull.TextOf("updated_on")}:{before.Length}",
                    ("pullrequest", json + "}"),
                    ("commits", $"[{string.Join(',', commits.Select(commit => commit.GetRawText()))}]"),
                    ("all", following.IsEmpty ? $"[{shas}]" : "null")),
            ],
            Next = [.. following.Select(next => next with { About = $"{json},\"before\":[{shas}]}}" })],
        };
    }

    static Page Comparison(JsonElement[] things, ImmutableArray<PageRequest> following, PageRequest request, string scope)
    {
        var (key, comparison, commits, about) = BitbucketComparisons.Item(things, following.IsEmpty, request);
        return new Page
        {
            Items = [Item(scope, key, ("comparison", comparison), ("commits", commits))],
            Next = [.. following.Select(next => next with { About = about })],
        };
    }

    static PageItem Item(string scope, string key, params ReadOnlySpan<(string Name, string Json)> parts) => new(
        $"{scope}:{key}", Delivery.NoHeaders,
        Envelope.Of([.. parts, ("repository", $$"""{"full_name":{{Envelope.Text(scope)}}}""")]));

    static string At(string scope) => $"repositories/{string.Join('/', scope.Split('/').Select(Uri.EscapeDataString))}/";
}
