using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitHub;

/// <summary>
/// Asks GitHub's GraphQL API for what its REST API tells of one thing a request: who reviewed a pull request and of which
/// commits it is made, and the statuses of a deployment. The answer is put into the shapes, and under the keys, of REST. What
/// it cannot tell is asked for by REST.
/// </summary>
static partial class GitHubGraphQl
{
    public const string Pulls = "reviews_and_commits", Statuses = "deployment_statuses";

    /// <summary>The pages that follow of one pull request.</summary>
    const string MoreReviews = "more_reviews", MoreCommits = "more_commits";

    /// <summary>The allowance that GitHub counts these requests against.</summary>
    public const string Budget = "graphql";

    // A query that GitHub cannot answer within ten seconds it does not answer at all. Fifty pull requests, and of each so
    // many commits as most of them have at most, are far from that, and cost 14 points of 5,000 an hour: each commit's
    // parents are counted as a request.
    const int PullsAtOnce = 50, CommitsEach = 25, DeploymentsAtOnce = 100, AtOnce = 100;

    const string Page = "pageInfo{hasNextPage endCursor}";
    const string Review = $"{Page} nodes{{fullDatabaseId state submittedAt author{{login __typename}}}}";
    const string Commit = $"{Page} nodes{{commit{{oid message authoredDate committedDate parents(first:100){{nodes{{oid}}}} "
        + "author{name email user{login}}}}";
    const string Status = $"{Page} nodes{{id state createdAt logUrl}}";

    static readonly FrozenDictionary<string, string> Queries = new Dictionary<string, string>
    {
        [Pulls] = Query(
            "PullRequest", $"reviews(first:{AtOnce}){{{Review}}} commits(first:{CommitsEach}){{{Commit}}}", isFirst: true),
        [MoreReviews] = Query("PullRequest", $"reviews(first:{AtOnce},after:$after){{{Review}}}"),
        [MoreCommits] = Query("PullRequest", $"commits(first:{AtOnce},after:$after){{{Commit}}}"),
        [Statuses] = Query("Deployment", $"statuses(first:{AtOnce},after:$after){{{Status}}}"),
    }.ToFrozenDictionary();

    static string Query(string type, string fields, bool isFirst = false) =>
        $"query($ids:[ID!]!{(isFirst ? "" : ",$after:String")}){{nodes(ids:$ids){{...on {type}{{{fields}}}}}}}";

    /// <summary>A pull request or a deployment.</summary>
    /// <param name="Node">Its id in GraphQL, as REST's listing says it.</param>
    /// <param name="About">What REST's request for it carries along, as JSON.</param>
    public sealed record Thing(string Node, string About)
    {
        public string Write() => $$"""{"node":{{Envelope.Text(Node)}},"about":{{About}} }""";
    }

    public static bool Is(PageRequest request) => Queries.ContainsKey(request.Kind);

    /// <summary>Requests that ask for all of these.</summary>
    public static IEnumerable<PageRequest> Requests(string kind, string address, IEnumerable<Thing> things) =>
        things.Chunk(kind == Pulls ? PullsAtOnce : DeploymentsAtOnce).Select(some => Request(kind, address, some));

    /// <summary>How many requests one of them makes, beside others.</summary>
    public static double EachAsks(string kind) => 1.0 / (kind == Pulls ? PullsAtOnce : DeploymentsAtOnce);

    /// <summary>GitHub counts the requests that it takes to fill each connection, and calls a hundred of them a point.</summary>
    public static RequestCost CostOf(string kind, int things) => new(Budget, kind switch
    {
        Pulls => Math.Max(1, (int)Math.Round(things * (2 + CommitsEach) / 100.0, MidpointRounding.AwayFromZero)),
        _ => 1,
    });

    public static RequestCost CostOf(PageRequest request) => CostOf(request.Kind, ThingsOf(request).Count);

    public static bool IsLarge(PageRequest request) => Is(request) && ThingsOf(request).Count > 1;

    /// <summary>Limits come as errors of an answer that is none otherwise.</summary>
    public static bool IsLimit(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\"errors\""u8) < 0) return false;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return ErrorsOf(document.RootElement).Any(error => error.TextOf("type") is "RATE_LIMITED" or "RATE_LIMIT"
                || error.TextOf("message")?.Contains("secondary rate limit", StringComparison.OrdinalIgnoreCase) == true);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>In parts where GitHub could not answer in time; else by REST, each by itself.</summary>
    public static ImmutableArray<PageRequest> InPlaceOf(PageRequest request, string scope, int status)
    {
        var things = ThingsOf(request);
        return status >= 500
            ? Smaller(request, things, scope)
            : [.. things.SelectMany(thing => ByRest(request.Kind, thing, scope))];
    }

    /// <exception cref="JsonException">It is not what the API promises.</exception>
    public static Page Read(PageRequest request, JsonElement body, string scope)
    {
        var things = ThingsOf(request);
        var errors = ErrorsOf(body);
        var nodes = body.Field("data").Field("nodes");
        if (errors.Length == 0 && (nodes.ValueKind != JsonValueKind.Array || nodes.GetArrayLength() != things.Count))
            throw new JsonException("the answer does not hold what was asked for");
        var general = errors.Where(error => PlaceOf(error) is null).ToList();
        var (items, next) = (ImmutableArray.CreateBuilder<PageItem>(), ImmutableArray.CreateBuilder<PageRequest>());
        var (refused, large, others) = (new List<Thing>(), new List<Thing>(), new List<Thing>());
        JsonElement? refusal = null;
        for (var i = 0; i < things.Count; i++)
        {
            var node = nodes.ValueKind == JsonValueKind.Array && i < nodes.GetArrayLength() ? nodes[i] : default;
            var own = errors.Where(error => PlaceOf(error) == i).Concat(general).ToList();
            if (own.Count == 0 && Take(request, things[i], node, scope, items, next)) continue;
            if (own.FindIndex(IsRefusal) is >= 0 and var first)
            {
                refusal ??= own[first];
                refused.Add(things[i]);
            }
            else if (own.Any(IsTooMuch)) large.Add(things[i]);
            else others.Add(things[i]);
        }

        return new Page
        {
            Items = items.DrainToImmutable(),
            Next =
            [
                .. next,
                .. large.Count == things.Count || large.Count <= 1
                    ? Smaller(request, large, scope) : [Request(request.Kind, request.Address, large)],
                .. others.SelectMany(thing => ByRest(request.Kind, thing, scope)),
            ],
            Refused = refusal is not { } error ? []
                : [new RefusedRequest(Request(request, refused), SentenceOf(request.Kind, refused.Count, error))],
        };
    }

    /// <summary>What the token lacks where these are refused, as GitHub calls it.</summary>
    public static string Right(string kind) =>
        kind == Statuses ? "Deployments (read)" : "Pull requests (read) and Contents (read)";

    static string SentenceOf(string kind, int count, JsonElement error)
    {
        var what = (kind, count) switch
        {
            (Statuses, 1) => "a deployment's statuses",
            (Statuses, _) => $"the statuses of {count} deployments",
            (_, 1) => "a pull request's reviews and commits",
            _ => $"the reviews and commits of {count} pull requests",
        };
        var said = error.TextOf("message") is { Length: > 0 } message
            ? $", which says: {(message.Length > 200 ? message[..200] + "…" : message)}" : "";
        return $"GitHub refuses {what}{said}; give the token {Right(kind)}";
    }

    /// <summary>Adds what an answer holds of one of them; false where it is not whole.</summary>
    static bool Take(
        PageRequest request, Thing thing, JsonElement node, string scope,
        ImmutableArray<PageItem>.Builder items, ImmutableArray<PageRequest>.Builder next)
    {
        var reviews = request.Kind is Pulls or MoreReviews ? Connection.Of(node, "reviews") : Connection.Empty;
        var commits = request.Kind is Pulls or MoreCommits ? Connection.Of(node, "commits") : Connection.Empty;
        var statuses = request.Kind == Statuses ? Connection.Of(node, "statuses") : Connection.Empty;
        if (reviews is null || commits is null || statuses is null) return false;
        if (commits.Nodes.Any(one => one.Field("commit").ValueKind != JsonValueKind.Object)) return false;
        items.AddRange(reviews.Nodes.Select(review => GitHubPager.Review(scope, ReviewOf(review), thing.About)));
        items.AddRange(statuses.Nodes.Select(status => GitHubPager.Status(scope, KeyOf(status), StatusOf(status), thing.About)));
        if (reviews.After is { } review) next.Add(Request(MoreReviews, request.Address, [thing], review));
        if (statuses.After is { } status) next.Add(Request(Statuses, request.Address, [thing], status));
        if (request.Kind is not (Pulls or MoreCommits)) return true;
        var (item, about) = GitHubPager.CommitsOfPull(
            scope, thing.About, $"[{string.Join(',', commits.Nodes.Select(one => CommitOf(one.Field("commit"))))}]",
            commits.Nodes.Select(one => one.Field("commit").TextOf("oid")).OfType<string>(), isLast: commits.After is null);
        items.Add(item);
        if (commits.After is { } commit) next.Add(Request(MoreCommits, request.Address, [thing with { About = about }], commit));
        return true;
    }

    static string ReviewOf(JsonElement review)
    {
        // It is larger than a number of GraphQL may be, and so a text.
        var id = review.TextOf("fullDatabaseId") ?? review.JsonOf("fullDatabaseId");
        if (!ulong.TryParse(id, out _)) throw new JsonException("a review has no fullDatabaseId");
        var (state, at, user) = (review.JsonOf("state"), review.JsonOf("submittedAt"), PersonOf(review.Field("author")));
        return $$"""{"id":{{id}},"state":{{state}},"submitted_at":{{at}},"user":{{user}} }""";
    }

    /// <summary>REST adds to the login of a bot that it is one.</summary>
    static string PersonOf(JsonElement actor) => (actor.TextOf("login"), actor.TextOf("__typename")) switch
    {
        (null, _) => "null",
        ({ } login, "Bot") => Person(login.EndsWith("[bot]", StringComparison.Ordinal) ? login : login + "[bot]", "Bot"),
        ({ } login, var type) => Person(login, type ?? "User"),
    };

    static string Person(string login, string type) => $$"""{"login":{{Envelope.Text(login)}},"type":{{Envelope.Text(type)}}}""";

    /// <summary>GraphQL knows only users as authors; a bot is known by the address under which it commits.</summary>
    static string CommitOf(JsonElement commit)
    {
        var author = commit.Field("author");
        var bot = BotAddress().Match(author.TextOf("email") ?? "");
        var person = author.Field("user").TextOf("login") is { } login ? Person(login, "User")
            : bot.Success ? Person(bot.Groups[1].Value, "Bot") : "null";
        var parents = commit.Field("parents").ListOf("nodes").Select(parent => $$"""{"sha":{{parent.JsonOf("oid")}}}""");
        return $$"""
            {"sha":{{commit.JsonOf("oid")}},"parents":[{{string.Join(',', parents)}}],"author":{{person}},
            "commit":{"message":{{commit.JsonOf("message")}},
            "author":{"name":{{author.JsonOf("name")}},"date":{{commit.JsonOf("authoredDate")}} },
            "committer":{"date":{{commit.JsonOf("committedDate")}} } } }
            """;
    }

    static string StatusOf(JsonElement status)
    {
        var state = Envelope.Text(
            status.TextOf("state")?.ToLowerInvariant() ?? throw new JsonException("a status has no state"));
        var (id, at, log) = (status.JsonOf("id"), status.JsonOf("createdAt"), status.JsonOf("logUrl"));
        return $$"""{"node_id":{{id}},"state":{{state}},"created_at":{{at}},"log_url":{{log}} }""";
    }

    /// <summary>
    /// GraphQL does not say the number of a status; it stands in its id. Where it does not, what is stored may be stored once
    /// more: its facts are the same.
    /// </summary>
    static string KeyOf(JsonElement status)
    {
        var id = status.TextOf("id") ?? throw new JsonException("a status has no id");
        return NodeId.NumberOf(id) is { } number ? $"{number}" : id;
    }

    static PageRequest Request(PageRequest like, IReadOnlyCollection<Thing> things) =>
        Request(like.Kind, like.Address, things, AfterOf(like));

    static PageRequest Request(string kind, string address, IReadOnlyCollection<Thing> things, string? after = null)
    {
        var ids = string.Join(',', things.Select(thing => Envelope.Text(thing.Node)));
        var variables = after is null ? $$"""{"ids":[{{ids}}]}""" : $$"""{"ids":[{{ids}}],"after":{{Envelope.Text(after)}}}""";
        return new PageRequest
        {
            Kind = kind,
            Address = address,
            Body = $$"""{"query":{{Envelope.Text(Queries[kind])}},"variables":{{variables}}}""",
            About = $"[{string.Join(',', things.Select(thing => thing.Write()))}]",
        };
    }

    static List<Thing> ThingsOf(PageRequest request)
    {
        using var about = JsonDocument.Parse(request.About!);
        return [.. about.RootElement.EnumerateArray().Select(thing => new Thing(thing.TextOf("node")!, thing.JsonOf("about")))];
    }

    static string? AfterOf(PageRequest request)
    {
        using var body = JsonDocument.Parse(request.Body!);
        return body.RootElement.Field("variables").TextOf("after");
    }

    /// <summary>The halves; by REST where it is one that cannot be asked in parts.</summary>
    static ImmutableArray<PageRequest> Smaller(PageRequest request, List<Thing> things, string scope) => things.Count switch
    {
        0 => [],
        1 => [.. ByRest(request.Kind, things[0], scope)],
        _ => [.. things.Chunk((things.Count + 1) / 2).Select(half => Request(request.Kind, request.Address, half))],
    };

    /// <summary>From the beginning: REST's pages are others.</summary>
    static IEnumerable<PageRequest> ByRest(string kind, Thing thing, string scope)
    {
        using var document = JsonDocument.Parse(thing.About);
        var about = document.RootElement;
        if (kind == Statuses) return [GitHubPager.AskStatuses(scope, about.NumberOf("id"), thing.About)];
        var number = about.NumberOf("number");
        var without = $$"""{"number":{{number}},"updated_at":{{about.JsonOf("updated_at")}}}""";
        return kind switch
        {
            MoreReviews => [GitHubPager.AskReviews(scope, number, without)],
            MoreCommits => [GitHubPager.AskCommits(scope, number, without)],
            _ => [GitHubPager.AskReviews(scope, number, without), GitHubPager.AskCommits(scope, number, without)],
        };
    }

    static JsonElement[] ErrorsOf(JsonElement body) =>
        body.Field("errors") is { ValueKind: JsonValueKind.Array } errors ? [.. errors.EnumerateArray()] : [];

    /// <summary>Which of the things an error is about; null where it is about all.</summary>
    static int? PlaceOf(JsonElement error) =>
        error.Field("path") is { ValueKind: JsonValueKind.Array } path && path.GetArrayLength() > 1
            && path[1].ValueKind == JsonValueKind.Number && path[1].TryGetInt32(out var place) ? place : null;

    /// <summary>Deeper in the answer it may be a field that REST shows all the same.</summary>
    static bool IsRefusal(JsonElement error) => error.TextOf("type") is "FORBIDDEN" or "INSUFFICIENT_SCOPES"
        && (error.Field("path") is not { ValueKind: JsonValueKind.Array } path || path.GetArrayLength() <= 3);

    static bool IsTooMuch(JsonElement error) => error.TextOf("type") switch
    {
        "RESOURCE_LIMITS_EXCEEDED" or "MAX_NODE_LIMIT_EXCEEDED" => true,
        "SERVICE_UNAVAILABLE" or "INTERNAL" or "INTERNAL_ERROR" or "TIMEOUT" => true,
        _ => error.TextOf("message") is { } message
            && (message.StartsWith("Something went wrong", StringComparison.OrdinalIgnoreCase)
                || message.Contains("timeout", StringComparison.OrdinalIgnoreCase)),
    };

    /// <param name="After">From where its next page is asked; null where there is none.</param>
    sealed record Connection(JsonElement[] Nodes, string? After)
    {
        public static readonly Connection Empty = new([], null);

        /// <summary>Null where the answer does not hold it whole.</summary>
        public static Connection? Of(JsonElement node, string name)
        {
            if (node.Field(name).Field("nodes") is not { ValueKind: JsonValueKind.Array } list) return null;
            JsonElement[] nodes = [.. list.EnumerateArray()];
            if (nodes.Any(one => one.ValueKind != JsonValueKind.Object)) return null;
            var page = node.Field(name).Field("pageInfo");
            var isFollowed = page.Field("hasNextPage").ValueKind == JsonValueKind.True;
            return new Connection(nodes, isFollowed ? page.TextOf("endCursor") : null);
        }
    }

    [GeneratedRegex(@"^(?:[0-9]+\+)?([^@+]+\[bot\])@users\.noreply\.")]
    private static partial Regex BotAddress();
}
