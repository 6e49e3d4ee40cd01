using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.GitHub;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>
/// What GraphQL tells of many at once is what REST tells of each, and the webhooks told; what it does not tell is asked of REST.
/// </summary>
public sealed class GitHubGraphTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_either_way_the_same_is_known_and_both_store_it_once()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var byRest = await RunAsync(api, rest, graph: false);
        Assert.Empty(world.Together);
        var byGraph = await RunAsync(api, store);
        Assert.Empty(byGraph.Missing);

        // Three pull requests and three deployments are on a page: one request for each page, and two for the further commits of
        // the first.
        Assert.Equal(3 + 2 + 3, world.Together.Count);
        Assert.Equal(byRest.Requests - ((6 * 2) + 1) - 8 + 8, byGraph.Requests);
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));

        // Each after the other: what is there is not stored again, but for the commits of a pull request that fill several
        // pages, which are cut otherwise.
        foreach (var (both, graph, fresh) in new[] { (rest, true, 2), (store, false, 1) })
        {
            var again = await RunAsync(api, both, graph, since: GitHubWorld.Start.AddYears(-1));
            Assert.Equal(fresh, again.Stored);
            Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));
        }
    }

    [Fact]
    public async Task Whoever_is_a_bot_is_one_by_either_way()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, store);
        Assert.Equal(2, (await GitHubWorld.FactsAsync(store)).Count(fact => fact.Contains("[bot]", StringComparison.Ordinal)));
        var lines = await GitHubWorld.DeliveriesAsync(store);
        Assert.DoesNotContain(
            lines,
            line =>
                line.Contains("looker", StringComparison.Ordinal)
                    || line.Contains("bumper", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 100)]
    public async Task Stopped_anywhere_it_goes_on_by_either_way(int seed, int nested)
    {
        var world = new GitHubWorld { Nested = nested };
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        var all = await RunAsync(api, whole);

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var random = new Random(seed);
        var stops = 0;
        for (var isDone = false; !isDone;)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var left = random.Next(1, 6);
            api.Fault = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0) stop.Cancel();
                return null;
            };
            try
            {
                // A token that comes and goes: what one way left, the other goes on with.
                Assert.Empty((await RunAsync(api, store, graph: random.Next(3) > 0, cancellation: stop.Token)).Missing);
                isDone = true;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                Assert.InRange(++stops, 1, 200);
            }
        }

        Assert.True(stops > 3, $"{stops} stops");
        Assert.NotEmpty(world.Together);
        Assert.Equal(await GitHubWorld.FactsAsync(whole), await GitHubWorld.FactsAsync(store));
    }

    [Fact]
    public async Task What_a_listing_by_REST_left_is_asked_on_with_a_token_and_without_one()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        using (var stop = new CancellationTokenSource())
        {
            // With a token until many are waited for.
            world.Spoil = (_, _, _) => stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(api, store, cancellation: stop.Token));
        }

        world.Spoil = null;
        var before = world.Together.Count;
        var cursor = PageCursor.Parse(await store.PollCursorAsync("github", GitHubWorld.Repository, Cancellation))!;
        Assert.Equal("reviews_and_commits", cursor.Requests[0].Kind);
        Assert.Empty((await RunAsync(api, store, graph: false)).Missing);
        Assert.Equal(before, world.Together.Count);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false);
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));
    }

    [Fact]
    public async Task What_takes_too_long_is_asked_for_in_halves_and_one_alone_by_REST()
    {
        var world = new GitHubWorld { MostTogether = 1 };
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Empty((await RunAsync(api, store)).Missing);
        Assert.DoesNotContain(api.Asked.Skip(38), path => path.Contains("/reviews", StringComparison.Ordinal));

        // Twice each that is too large, and no more.
        Assert.Equal(
            2, world.Together.Count(ids => ids is ["PR_7", "PR_6"]) + world.Together.Count(ids => ids is ["PR_6", "PR_7"]));
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));

        world.MostTogether = 0;
        await using var none = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Empty((await RunAsync(api, none)).Missing);
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(none));
    }

    [Theory]
    [InlineData("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.")]
    [InlineData(null, "Something went wrong while executing your query.")]
    [InlineData("NOT_FOUND", "Could not resolve to a node")]
    [InlineData(null, "Field 'fullDatabaseId' doesn't exist on type 'PullRequestReview'")]
    public async Task What_an_answer_does_not_hold_is_asked_for_again_otherwise(string? type, string message)
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false);

        // Of the second of several, or of all.
        foreach (var isOfAll in (bool[])[false, true])
        {
            await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
            var spoilt = 0;
            world.Spoil = (ids, nodes, errors) =>
            {
                if (isOfAll)
                {
                    spoilt++;
                    nodes.Clear();
                    errors.Add(GitHubWorld.ErrorOf(type, message));
                }
                else if (ids.Count > 1)
                {
                    spoilt++;
                    nodes[1] = null;
                    errors.Add(GitHubWorld.ErrorOf(type, message, "nodes", 1));
                }
            };
            Assert.Empty((await RunAsync(api, store)).Missing);
            Assert.True(spoilt > 0);
            Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));
        }
    }

    [Fact]
    public async Task What_is_forbidden_is_missing_with_the_right_that_it_needs_and_comes_once_it_may_be_read()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        world.Spoil = (ids, nodes, errors) =>
        {
            foreach (var (id, place) in ids.Select((id, place) => (id, place))
                .Where(one => one.id is "PR_7" or "PR_6" or "DE_901"))
            {
                if (nodes[place] is JsonObject node) node[id[0] == 'P' ? "commits" : "statuses"] = null;
                errors.Add(GitHubWorld.ErrorOf(
                    "FORBIDDEN", "Resource not accessible by personal access token", "nodes", place,
                    id[0] == 'P' ? "commits" : "statuses"));
            }
        };
        var summary = await RunAsync(api, store);
        Assert.Equal(
            [("deployment statuses", false), ("reviews and commits", false)],
            summary.Missing.Select(one => (one.Kind, one.CanHelp)).Order());
        Assert.Contains(
            "GitHub refuses a deployment's statuses, which says: Resource not accessible by personal access token; give the "
                + "token Deployments (read)", summary.Missing.Select(one => one.Sentence));
        Assert.Contains(
            "; give the token Pull requests (read) and Contents (read)",
            summary.Missing.First(one => one.Kind == "reviews and commits").Sentence);
        var some = await GitHubWorld.FactsAsync(store);
        Assert.NotEmpty(some);
        Assert.Empty(some.Except(await GitHubWorld.FactsAsync(rest)));

        // The next pass asks for these and for little else.
        world.Spoil = null;
        world.Together.Clear();
        Assert.Empty((await RunAsync(api, store, now: GitHubWorld.Now.AddHours(1))).Missing);
        Assert.Equal(["DE_901", "PR_6", "PR_7"], world.Together.SelectMany(ids => ids).Order());
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));
    }

    [Fact]
    public async Task A_field_that_GraphQL_forbids_deep_down_is_asked_of_REST()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        world.Spoil = (ids, nodes, errors) =>
        {
            if (ids.Contains("PR_7") && nodes[0]?["commits"] is not null)
                errors.Add(
                    GitHubWorld.ErrorOf("FORBIDDEN", "no", "nodes", 0, "commits", "nodes", 0, "commit", "author", "user"));
        };
        Assert.Empty((await RunAsync(api, store)).Missing);
        Assert.Equal(await GitHubWorld.FactsAsync(rest), await GitHubWorld.FactsAsync(store));
    }

    [Fact]
    public async Task What_changes_while_it_is_asked_for_is_neither_passed_over_nor_lost()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var changes = 0;
        world.Spoil = (_, _, _) =>
        {
            if (changes++ == 0) world.Merge(8, GitHubWorld.Now.AddMinutes(1));
            world.Spoil = null;
        };
        Assert.Empty((await RunAsync(api, store)).Missing);
        Assert.Equal(1, changes);
        Assert.DoesNotContain("\"PR_8\"", JsonSerializer.Serialize(world.Together));
        await RunAsync(api, store, now: GitHubWorld.Now.AddHours(1));
        Assert.Contains("PR_8", world.Together.SelectMany(ids => ids));

        await using var rest = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, rest, graph: false, now: GitHubWorld.Now.AddHours(1));
        Assert.Empty((await GitHubWorld.FactsAsync(rest)).Except(await GitHubWorld.FactsAsync(store)));
    }

    [Fact]
    public async Task A_plan_counts_what_is_asked_of_many_at_once()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        using var clock = new HurryingClock(GitHubWorld.Now);
        var pager = new GitHubPager().For(api.Address, hasToken: true);
        using var client = new ApiClient(pager, api.Address, ["token one"], clock);
        var plan = await PollPlan.OfAsync(
            pager, api.Address, client, [GitHubWorld.Repository], GitHubWorld.Start.AddYears(-1), clock, Cancellation);
        Assert.Equal(
            [
                ("commits", 1L), ("pull requests", 1L + 1), ("deployments", 1L + 1), ("workflow runs", 1L), ("releases", 1L),
                ("issues", 1L),
            ],
            plan.Listings.Select(one => (one.What, one.Requests!.Value)));
        Assert.Equal(6, api.Asked.Count);
    }

    [Theory]
    [InlineData("https://api.github.com/", "https://api.github.com/graphql")]
    [InlineData("https://github.acme.example/api/v3/", "https://github.acme.example/api/graphql")]
    [InlineData("https://api.acme.ghe.com/", "https://api.acme.ghe.com/graphql")]
    [InlineData("https://proxy.acme.example/github/", "https://proxy.acme.example/github/graphql")]
    public void GraphQL_is_where_the_server_has_it(string api, string graphQl)
    {
        var pager = new GitHubPager().For(new Uri(api), hasToken: true);
        var answer = new PageAnswer
        {
            Status = 200,
            Headers = Delivery.NoHeaders,
            Body =
                """[{"number":7,"node_id":"PR_7","updated_at":"2026-01-02T00:00:00Z","merged_at":"2026-01-02T00:00:00Z"}]"""u8.ToArray(),
        };
        var page = pager.Read(
            new PageRequest { Kind = "pulls", Address = "repos/acme/shop/pulls" }, answer, "acme/shop",
            new PageSpan(GitHubWorld.Start, GitHubWorld.Now, IsAgain: false));
        Assert.Equal(graphQl, new Uri(new Uri(api), Assert.Single(page.Next).Address).ToString());
    }

    [Fact]
    public void No_request_asks_for_more_than_GitHub_answers()
    {
        // 900 pull requests that were merged, on one page.
        var pulls = string.Join(
            ',', Enumerable.Range(1, 900).Select(i => $$"""{"number":{{i}},"node_id":"PR_{{i}}","updated_at":"2026-01-02T00:00:00Z","merged_at":"2026-01-02T00:00:00Z"}"""));
        var pager = new GitHubPager("graphql");
        var page = pager.Read(
            new PageRequest { Kind = "pulls", Address = "repos/acme/shop/pulls" },
            new PageAnswer
            {
                Status = 200,
                Headers = Delivery.NoHeaders,
                Body = System.Text.Encoding.UTF8.GetBytes($"[{pulls}]"),
            },
            "acme/shop", new PageSpan(GitHubWorld.Start, GitHubWorld.Now, IsAgain: false));
        Assert.Equal(900 / 50, page.Next.Length);
        Assert.All(page.Next, request => Assert.Equal(new RequestCost("graphql", 14), pager.CostOf(request)));

        // Nodes as GitHub counts them: 50 pull requests, their reviews, their commits, and the parents of these.
        Assert.True(50 + (50 * 100) + (50 * 25) + (50 * 25 * 100) < 500_000);
        Assert.All(
            page.Next,
            request => Assert.Matches(@"reviews\(first:100\).*commits\(first:25\).*parents\(first:100\)", request.Body!));
    }

    [Theory]
    [InlineData("DES_kwDOFAKDls8AAAACkwrjLw", 11_056_898_863)]
    [InlineData("MDE2OkRlcGxveW1lbnRTdGF0dXMx", 1L)]
    [InlineData("DES_kwDOFAKDls4AAAAH", 7L)]
    [InlineData("DES_", null)]
    [InlineData("DES_kwDOFAKDls8AAAACkwrj", null)]
    [InlineData("DES_!", null)]
    [InlineData("not base64 at all", null)]
    [InlineData("", null)]
    [InlineData("MDE2OjE=", null)]
    public void The_number_of_a_status_stands_in_its_id(string id, long? number) => Assert.Equal(number, NodeId.NumberOf(id));

    static async Task<PollSummary> RunAsync(
        PlayedApi api, Store store, bool graph = true, DateTimeOffset? since = null, DateTimeOffset? now = null,
        CancellationToken? cancellation = null)
    {
        using var clock = new HurryingClock(now ?? GitHubWorld.Now);
        var pager = new GitHubPager().For(api.Address, hasToken: graph);
        using var client = new ApiClient(pager, api.Address, graph ? ["token one"] : [], clock);
        var poll = new Poll(store, new Intake(new byte[32]), pager, Catalogue.Find("github")!, client, clock);
        return await poll.RunAsync([GitHubWorld.Repository], since ?? GitHubWorld.Start, null, cancellation ?? Cancellation);
    }
}
