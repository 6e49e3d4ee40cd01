using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.GitHub;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>GitHub's history, asked of an API that is played, and what is in the store then.</summary>
public sealed class PollTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_that_is_asked_for_is_what_webhooks_would_have_sent()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var summary = await RunAsync(api, store);
        Assert.Empty(summary.Missing);
        Assert.Equal((1, 0L), (summary.Done, summary.Known));

        await using var sent = await Store.OpenAsync(TestStore.New, Cancellation);
        var reader = Catalogue.Find("github")!;
        var intake = new Intake(new byte[32]);
        await sent.AppendAsync(
            [
                .. world.Webhooks().Select((hook, i) => intake.Prepare(reader, new Delivery
                {
                    Source = "github",
                    Headers = Delivery.NoHeaders.Add("X-GitHub-Event", hook.Event).Add("X-GitHub-Delivery", $"{i}"),
                    Body = System.Text.Encoding.UTF8.GetBytes(hook.Body),
                    ReceivedAt = GitHubWorld.Now,
                })),
            ],
            Cancellation);
        var asked = await GitHubWorld.FactsAsync(store);
        var pushed = await GitHubWorld.FactsAsync(sent);
        Assert.NotEmpty(pushed);
        Assert.Empty(pushed.Except(asked));

        // Only the API tells of commits with their parents, and of which a pull request is made.
        var more = asked.Except(pushed).ToList();
        Assert.All(more, fact => Assert.True(fact.Contains("\"commit\"") || fact.Contains("\"commits\""), fact));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_history_that_is_stopped_anywhere_goes_on_and_is_the_same_in_the_end(int seed)
    {
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        var all = await RunAsync(api, whole);

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var random = new Random(seed);
        var stops = 0;
        var requests = 0L;
        while (true)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var left = random.Next(1, 8);
            api.Fault = _ =>
            {
                // In the midst of a request: neither its items nor the step after it are kept.
                if (Interlocked.Decrement(ref left) == 0) stop.Cancel();
                return null;
            };
            try
            {
                requests += (await RunAsync(api, store, cancellation: stop.Token)).Requests;
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                Assert.InRange(++stops, 1, 100);
            }
        }

        Assert.True(stops > 3);
        Assert.True(requests < all.Requests);
        Assert.Equal(await GitHubWorld.DeliveriesAsync(whole), await GitHubWorld.DeliveriesAsync(store));
        Assert.Equal(await JudgedAsync(whole), await JudgedAsync(store));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task An_API_that_fails_now_and_then_gives_the_same_in_the_end(int seed)
    {
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await RunAsync(api, whole);

        var random = new Random(seed);
        var faults = new HashSet<int>();
        api.Fault = _ =>
        {
            var kind = random.Next(14);
            faults.Add(kind);
            return kind switch
            {
                0 => new Played(502, "<html>Bad Gateway</html>"),
                1 => new Played(403, """{"message":"You have exceeded a secondary rate limit"}""", ("Retry-After", "60")),
                2 => new Played(429, "{}", ("Retry-After", "30")),
                3 => new Played(200, """[{"sha":"cut off"""),
                4 =>
                    new Played(
                        403, """{"message":"API rate limit exceeded"}""", ("x-ratelimit-remaining", "0"),
                        ("x-ratelimit-reset", "4102444800")),
                5 => new Played(500, "{}"),
                _ => null,
            };
        };
        api.Cut = _ => random.Next(14) == 0;
        var summary = await RunAsync(api, store);
        Assert.Superset(new HashSet<int>([0, 1, 2, 3, 4, 5]), faults);
        Assert.Empty(summary.Missing);
        Assert.Equal(await GitHubWorld.DeliveriesAsync(whole), await GitHubWorld.DeliveriesAsync(store));
    }

    [Fact]
    public async Task What_changes_while_it_is_asked_for_is_neither_passed_over_nor_lost()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var changes = 0;
        world.Meanwhile = answers =>
        {
            // The last one of the listing moves to its front, and every other one to a later page.
            if (api.Asked.Last().Contains("/pulls?", StringComparison.Ordinal) && changes++ == 0)
                world.Update(1, GitHubWorld.Now.AddMinutes(1));
        };
        Assert.Empty((await RunAsync(api, store)).Missing);
        var first = await NumbersAsync(store);
        Assert.Equal(Enumerable.Range(2, 7), first.Distinct().Order());

        // It changed after the pass began: the next one asks for it, and for little else.
        api.Asked.Clear();
        world.Meanwhile = null;
        await RunAsync(api, store, now: GitHubWorld.Now.AddHours(1));
        Assert.Equal(Enumerable.Range(1, 8), (await NumbersAsync(store)).Distinct().Order());
        Assert.DoesNotContain(api.Asked, path => path.Contains("/pulls/7/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_run_stores_nothing_and_asks_little()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var first = await RunAsync(api, store);
        var second = await RunAsync(api, store, now: GitHubWorld.Now.AddHours(1));
        Assert.Equal((0L, true), (second.Stored, second.Requests <= 6));
        Assert.Equal(38, first.Requests);

        // Farther back than before: all is asked again, and known.
        var third = await RunAsync(api, store, since: GitHubWorld.Start.AddYears(-1), now: GitHubWorld.Now.AddHours(2));
        Assert.Equal((first.Requests, 0L, first.Stored), (third.Requests, third.Stored, third.Known));
    }

    [Fact]
    public async Task What_one_repository_refuses_does_not_stop_the_others_and_is_told()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        api.Fault = request =>
            request.Path.Value!.EndsWith("/actions/runs", StringComparison.Ordinal)
                ? new Played(403, """{"message":"Resource not accessible by personal access token"}""") : null;
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var summary = await RunAsync(api, store, names: ["acme/*"]);
        Assert.Equal(2, summary.Scopes);
        var missing = summary.Missing.Single(one => one.Scope == GitHubWorld.Repository);
        Assert.Equal(("runs", false), (missing.Kind, missing.CanHelp));
        Assert.Contains("the token may not read the runs there", missing.Sentence);
        Assert.Contains(summary.Missing, one => one is { Scope: "acme/till", Kind: "commits" });
        Assert.Equal(8, (await NumbersAsync(store)).Count);

        // Once it may, the runs are asked for again from the beginning.
        api.Fault = null;
        await RunAsync(api, store, now: GitHubWorld.Now.AddHours(1));
        Assert.Equal(
            8 + 2,
            (await GitHubWorld.DeliveriesAsync(store)).Count(
                line => line.StartsWith("workflow_run ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refused_token_ends_it_at_once_and_one_that_is_right_goes_on()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        api.Fault = _ => new Played(401, """{"message":"Bad credentials"}""");
        var summary = await RunAsync(api, store, names: ["acme/shop", "acme/till"]);
        Assert.Equal(0, summary.Done);
        Assert.Contains("refuses the token (401)", summary.Missing[0].Sentence);
        Assert.DoesNotContain("token one", summary.Missing[0].Sentence);
        api.Fault = null;
        Assert.Empty((await RunAsync(api, store)).Missing);
    }

    [Fact]
    public async Task Nobody_by_name_is_in_what_is_stored()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, store);
        Assert.All(await GitHubWorld.DeliveriesAsync(store), line =>
        {
            foreach (var name in (ReadOnlySpan<string>)["Ada", "\"ada\"", "ada:", "\"bob\"", "\"eve\"", "@acme.example"])
                Assert.DoesNotContain(name, line);
        });
    }

    [Fact]
    public async Task A_plan_counts_before_anything_is_stored()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        using var clock = new HurryingClock(GitHubWorld.Now);
        using var client = new ApiClient(new GitHubPager(), api.Address, ["token one"], clock);
        var plan = await PollPlan.OfAsync(
            new GitHubPager(), api.Address, client, [GitHubWorld.Repository], GitHubWorld.Start.AddYears(-1), clock,
            Cancellation);
        Assert.Equal(
            [
                ("commits", 8L, 1L), ("pull requests", 8L, 17L), ("deployments", 8L, 9L), ("workflow runs", 8L, 1L),
                ("releases", 4L, 1L), ("issues", 3L, 1L),
            ],
            plan.Listings.Select(one => (one.What, one.Items!.Value, one.Requests!.Value)));
        Assert.Equal(30, plan.Requests);
        Assert.Equal(6, api.Asked.Count);
    }

    static async Task<PollSummary> RunAsync(
        PlayedApi api, Store store, ImmutableArray<string>? names = null, DateTimeOffset? since = null,
        DateTimeOffset? now = null, CancellationToken? cancellation = null)
    {
        using var clock = new HurryingClock(now ?? GitHubWorld.Now);
        var pager = new GitHubPager();
        using var client = new ApiClient(pager, api.Address, ["token one"], clock);
        var poll = new Poll(store, new Intake(new byte[32]), pager, Catalogue.Find("github")!, client, clock);
        var scopes = await poll.ScopesAsync(names ?? [GitHubWorld.Repository], cancellation ?? Cancellation);
        return await poll.RunAsync(scopes, since ?? GitHubWorld.Start, null, cancellation ?? Cancellation);
    }

    /// <summary>The pull requests that are stored, each as often as it is.</summary>
    static async Task<List<int>> NumbersAsync(Store store) =>
    [
        .. (await GitHubWorld.DeliveriesAsync(store)).Where(line => line.StartsWith("pull_request ", StringComparison.Ordinal))
            .Select(line =>
                System.Text.Json.JsonDocument.Parse(line["pull_request ".Length..]).RootElement.GetProperty("pull_request")
                    .GetProperty("number").GetInt32()),
    ];

    static async Task<string> JudgedAsync(Store store)
    {
        await new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
        Assert.Equal(0, (await store.HealthAsync(Cancellation)).Unreadable);
        return await store.JudgedFingerprintAsync(Cancellation);
    }
}
