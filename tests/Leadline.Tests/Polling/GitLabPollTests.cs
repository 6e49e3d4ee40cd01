using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.GitLab;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>GitLab's history, asked of an API that is played.</summary>
public sealed class GitLabPollTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_webhooks_would_have_sent_is_among_what_is_asked_for()
    {
        var world = new GitLabWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var summary = await RunAsync(api, store, "acme/*");
        Assert.Empty(summary.Missing);
        Assert.All(api.Tokens, token => Assert.Equal("Bearer token one", token));

        await using var sent = await Store.OpenAsync(TestStore.New, Cancellation);
        var intake = new Intake(new byte[32]);
        await sent.AppendAsync(
            [
                .. world.Webhooks.Select(body => intake.Prepare(Catalogue.Find("gitlab")!, new Delivery
                {
                    Source = "gitlab", Headers = Delivery.NoHeaders, Body = Encoding.UTF8.GetBytes(body),
                    ReceivedAt = GitLabWorld.Now,
                })),
            ],
            Cancellation);
        var asked = await GitHubWorld.FactsAsync(store);
        var pushed = await GitHubWorld.FactsAsync(sent);
        Assert.Equal(7 + 3 + 2, pushed.Count);
        Assert.Empty(pushed.Except(asked));
        Assert.Equal(7, asked.Count(fact => fact.Contains("\"approved\": true", StringComparison.Ordinal)));
        foreach (var name in (string[])["Ada", "\"ada\"", "\"bob\"", "eve of", "@acme.example"])
            Assert.DoesNotContain(
                await GitHubWorld.DeliveriesAsync(store), line => line.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task A_history_that_is_stopped_anywhere_goes_on_and_is_the_same_in_the_end(int seed)
    {
        var world = new GitLabWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(api, whole, GitLabWorld.Project);

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var random = new Random(seed);
        for (var stops = 0; ; stops++)
        {
            Assert.InRange(stops, 0, 100);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var left = random.Next(1, 6);
            api.Fault = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0) stop.Cancel();
                return random.Next(6) == 0
                    ? new Played(
                        429, "{}", ("RateLimit-Remaining", "0"), ("RateLimit-Reset", "4102444800"),
                        ("Retry-After", "20")) : null;
            };
            try
            {
                await RunAsync(api, store, GitLabWorld.Project, stop.Token);
                Assert.True(stops > 2);
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // It goes on from there.
            }
        }

        Assert.Equal(await GitHubWorld.DeliveriesAsync(whole), await GitHubWorld.DeliveriesAsync(store));
    }

    [Theory]
    [InlineData(404, "{}")]
    [InlineData(502, "<html></html>")]
    [InlineData(403, """{"errors":[{"message":"Forbidden"}]}""")]
    [InlineData(200, """{"errors":[{"message":"Field 'committedDate' doesn't exist on type 'Commit'"}]}""")]
    [InlineData(200, """{"errors":[{"message":"Timeout on MergeRequest.commits"}],"data":{"project":{"mergeRequests":{"nodes":[{"iid":"1","commits":null},null]}}}}""")]
    public async Task Where_GraphQL_does_not_tell_it_REST_tells_the_same(int status, string body)
    {
        var (world, other) = (new GitLabWorld(), new GitLabWorld { GraphQl = new Played(status, body) });
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var silent = await PlayedApi.StartAsync(other.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await using var stored = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Empty((await RunAsync(api, store, GitLabWorld.Project)).Missing);
        Assert.Empty((await RunAsync(silent, stored, GitLabWorld.Project)).Missing);
        Assert.Equal(await GitHubWorld.FactsAsync(stored), await GitHubWorld.FactsAsync(store));

        // Of one there are more commits than it tells at once.
        Assert.Equal(2, api.Asked.Count(path => path.Contains("/merge_requests/1/commits", StringComparison.Ordinal)));
        Assert.Equal(
            2,
            api.Asked.Count(path =>
                path.EndsWith("/commits?per_page=100", StringComparison.Ordinal)
                    || path.Contains("/merge_requests/1/commits", StringComparison.Ordinal)));
        Assert.True(silent.Asked.Count > api.Asked.Count);
    }

    [Fact]
    public void Events_that_GitLab_lists_no_more_of_are_asked_for_by_their_day()
    {
        const string First =
            "projects/acme%2Fshop/events?action=approved&target_type=merge_request&sort=desc&after=2025-12-30&per_page=100";
        var request = new PageRequest { Kind = "approvals", Address = First };
        Assert.Equal($"https://gitlab.example/api/v4/{First}&page=7", After(request, 7));
        var next = After(request, 101)!;
        Assert.Equal((1, "2026-02-03"), (next.NumberOf("page"), next.Split("before=")[1]));
        Assert.Equal(
            $"https://gitlab.example/api/v4/{First}&before=2026-02-03&page=101",
            After(request with { Address = First + "&before=2026-02-03" }, 101));

        static string? After(PageRequest request, int page) => new GitLabPager().Read(
            request,
            new PageAnswer
            {
                Status = 200,
                Headers = Delivery.NoHeaders.Add(
                    "Link", $"<https://gitlab.example/api/v4/{request.Address}&page={page}>; rel=\"next\""),
                Body = Encoding.UTF8.GetBytes("""[{"id":1,"action_name":"approved","target_type":"MergeRequest","target_iid":3,"created_at":"2026-02-01T10:00:00Z","author_username":"bob"}]"""),
            },
            "acme/shop", new PageSpan(GitLabWorld.Start, GitLabWorld.Now, IsAgain: false)).Next.Single().Address;
    }

    [Fact]
    public async Task Who_approved_what_GitLab_has_forgotten_the_events_of_is_asked_by_itself()
    {
        var world = new GitLabWorld();
        world.Open(9, GitLabWorld.Now.AddYears(-4));
        world.Merge(9, GitLabWorld.Now.AddDays(-1));
        world.Approve(9, GitLabWorld.Now.AddYears(-4).AddDays(1));
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Empty((await RunAsync(api, store, GitLabWorld.Project)).Missing);
        Assert.Single(api.Asked, path => path.Contains("/approvals", StringComparison.Ordinal));
        Assert.Equal(
            7 + 1,
            (await GitHubWorld.FactsAsync(store)).Count(fact => fact.Contains("\"approved\": true", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_second_run_asks_a_page_of_each_listing()
    {
        var world = new GitLabWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        Assert.Equal(1, (await RunAsync(api, store, GitLabWorld.Project)).Done);
        api.Asked.Clear();
        Assert.Equal(0, (await RunAsync(api, store, GitLabWorld.Project)).Stored);
        Assert.Equal(7, api.Asked.Count);
    }

    static async Task<PollSummary> RunAsync(PlayedApi api, Store store, string name, CancellationToken? cancellation = null)
    {
        using var clock = new HurryingClock(GitLabWorld.Now);
        var pager = new GitLabPager();
        using var client = new ApiClient(pager, api.Address, ["token one"], clock);
        var poll = new Poll(store, new Intake(new byte[32]), pager, Catalogue.Find("gitlab")!, client, clock);
        return await poll.RunAsync(
            await poll.ScopesAsync([name], cancellation ?? Cancellation), GitLabWorld.Start, null, cancellation ?? Cancellation);
    }
}
