using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.GitLab;
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
                    Source = "gitlab", Headers = Delivery.NoHeaders, Body = Encoding.UTF8.GetBytes(body), ReceivedAt = GitLabWorld.Now,
                })),
            ],
            Cancellation);
        var asked = await GitHubWorld.FactsAsync(store);
        var pushed = await GitHubWorld.FactsAsync(sent);
        Assert.Equal(7 + 3 + 2, pushed.Count);
        Assert.Empty(pushed.Except(asked));
        Assert.Equal(5, asked.Count(fact => fact.Contains("\"approved\": true", StringComparison.Ordinal)));
        foreach (var name in (string[])["Ada", "\"ada\"", "\"bob\"", "eve of", "@acme.example"])
            Assert.DoesNotContain(await GitHubWorld.DeliveriesAsync(store), line => line.Contains(name, StringComparison.Ordinal));
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
                return random.Next(6) == 0 ? new Played(429, "{}", ("RateLimit-Remaining", "0"), ("RateLimit-Reset", "4102444800"), ("Retry-After", "20")) : null;
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
        return await poll.RunAsync(await poll.ScopesAsync([name], cancellation ?? Cancellation), GitLabWorld.Start, null, cancellation ?? Cancellation);
    }
}
