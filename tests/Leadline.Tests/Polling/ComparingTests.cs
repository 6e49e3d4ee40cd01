using Leadline.Core;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>
/// What ships where nothing is known of a repository but deployments, and what its host says lies between them.
/// </summary>
public sealed class ComparingTests
{
    /// <summary>Of real branches, forwards, with many merges of what was begun before the one that was live.</summary>
    static readonly string[] Forward = [.. Enumerable.Range(0, 9).Select(i => $"HEAD~{(8 - i) * 6}")];

    /// <summary>Back, aside and forward again.</summary>
    static readonly string[] Anyhow =
    [
        "HEAD~40", "HEAD~30", "HEAD~35", "HEAD~27", "HEAD~20", "HEAD~30", "HEAD~10", "HEAD~10", "HEAD",
    ];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("github", "cli")]
    [InlineData("github", "devlake")]
    [InlineData("gitlab", "cli")]
    [InlineData("gitlab", "aspire")]
    [InlineData("bitbucket", "cli")]
    public async Task Between_two_deployments_lies_what_git_itself_gives(string source, string bundle)
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, bundle, Forward);
        await using var host = await Host.StartAsync(source, world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        Assert.Equal(["unknown_sha"], (await RowsAsync(store, host)).Select(row => row.Deployment.Link).Distinct());

        var summary = await host.CompareAsync(store);
        Assert.Equal((Forward.Length - 1, 0, 0), (summary.Done, summary.Refused, summary.Missing.Length));
        var rows = await RowsAsync(store, host);
        Assert.Equal("baseline", rows[0].Deployment.Link);
        for (var i = 1; i < rows.Count; i++)
        {
            Assert.Equal("linked", rows[i].Deployment.Link);
            Assert.Equal(
                await world.BetweenAsync(world.Deployed[i - 1].Sha, world.Deployed[i].Sha),
                rows[i].Shipped.Select(shipped => shipped.Sha).Order(StringComparer.Ordinal));
            Assert.All(rows[i].Shipped, shipped => Assert.Equal("compare", shipped.Method));
            Assert.All(rows[i].Shipped, shipped => Assert.NotEmpty(shipped.Deliveries));
        }

        // By the whole history it is the same, lead times and all; Bitbucket knows but one time of a commit.
        await using var whole = await MirroredAsync(host, world, folder);
        if (source != "bitbucket") Assert.Equal(await ShippedAsync(whole, host), await ShippedAsync(store, host));
        Assert.Equal(
            ["ancestry"],
            (await RowsAsync(whole, host)).SelectMany(row => row.Shipped).Select(shipped => shipped.Method).Distinct());

        // All of it is known now: nothing is asked again.
        host.Api.Asked.Clear();
        Assert.Equal(0, (await host.CompareAsync(store)).Requests);
        Assert.Empty(host.Api.Asked);
        foreach (var name in (string[])["Ada", "\"ada\"", "ada/notes"])
            Assert.DoesNotContain(
                await GitHubWorld.DeliveriesAsync(store), line => line.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("github", "cli")]
    [InlineData("gitlab", "devlake")]
    public async Task Back_and_aside_nothing_ships_that_the_whole_history_does_not_ship(string source, string bundle)
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, bundle, Anyhow);
        await using var host = await Host.StartAsync(source, world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        await host.CompareAsync(store);
        await using var whole = await MirroredAsync(host, world, folder);
        var (expected, actual) = (await RowsAsync(whole, host), await RowsAsync(store, host));
        Assert.Equal(
            expected.Select(row => (row.Deployment.Kind, row.Deployment.Link)),
            actual.Select(row => (row.Deployment.Kind, row.Deployment.Link)));
        Assert.Contains(actual, row => row.Deployment.Kind == "rollback");
        Assert.Equal(expected.Select(row => row.Deployment.Failed), actual.Select(row => row.Deployment.Failed));
        Assert.Equal(await ShippedAsync(whole, host), await ShippedAsync(store, host));
    }

    [Fact]
    public async Task What_the_host_forgot_stays_a_gap_says_so_and_is_asked_for_again_in_a_week()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward[..4]);
        await using var host = await Host.StartAsync("github", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        world.Forgotten.Add(world.Deployed[1].Sha);
        await host.PollAsync(store);
        var summary = await host.CompareAsync(store);
        Assert.Equal((1, 2, 0), (summary.Done, summary.Refused, summary.Missing.Length));
        var rows = await RowsAsync(store, host);
        Assert.Equal(["unknown_sha", "unknown_sha", "baseline", "linked"], rows.Select(row => row.Deployment.Link));
        Assert.Equal(world.Deployed[1].Sha, rows[2].Deployment.LiveBefore);
        Assert.Null(rows[3].Deployment.LiveBefore);
        var why = await store.WhyNotComparedAsync(rows[2].Deployment, Cancellation);
        Assert.Equal(
            ("github", "it no longer knows one of the two commits, or they have nothing in common"),
            (why!.Value.Source, why.Value.Answer.Because));
        Assert.Null(await store.WhyNotComparedAsync(rows[3].Deployment, Cancellation));

        // It is not asked in vain each time.
        Assert.Equal(0, (await host.CompareAsync(store)).Requests);
        world.Forgotten.Clear();
        summary = await host.CompareAsync(store, ComparedRepository.Now.AddDays(8));
        Assert.Equal((2, 0), (summary.Done, summary.Refused));
        Assert.Equal(
            ["baseline", "linked", "linked", "linked"], (await RowsAsync(store, host)).Select(row => row.Deployment.Link));
    }

    [Fact]
    public async Task A_right_that_is_lacking_is_said_and_a_token_that_is_refused_ends_it()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward[..3]);
        await using var host = await Host.StartAsync("github", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        host.Api.Fault = _ => new Played(401, "{}");
        var summary = await host.CompareAsync(store);
        Assert.Equal((0, 0), (summary.Done, summary.Refused));
        Assert.Contains("refuses the token (401)", Assert.Single(summary.Missing).Sentence);

        host.Api.Fault = _ => new Played(403, """{"message":"Resource not accessible"}""");
        summary = await host.CompareAsync(store);
        Assert.Equal(2, summary.Refused);
        Assert.Contains("the token may not read the comparison there", summary.Missing[0].Sentence);
        Assert.Equal("comparison", summary.Missing[0].Kind);
    }

    [Fact]
    public async Task A_list_that_is_not_whole_tells_nothing_and_is_not_asked_for_again()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward[..2]);
        world.IsLate = true;
        await using var host = await Host.StartAsync("gitlab", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        Assert.Equal(1, (await host.CompareAsync(store)).Done);
        var row = (await RowsAsync(store, host))[1];
        Assert.Equal(("gap", 0), (row.Deployment.Link, row.Shipped.Length));
        Assert.Equal(0, (await host.CompareAsync(store)).Requests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Stopped_anywhere_it_goes_on_and_comes_to_the_same(int seed)
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward);
        await using var host = await Host.StartAsync("github", world);
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(whole);
        var all = await host.CompareAsync(whole);

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        var random = new Random(seed);
        var (stops, requests) = (0, 0L);
        for (; ; Assert.InRange(++stops, 1, 100))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var left = random.Next(1, 20);
            host.Api.Fault = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0) stop.Cancel();
                return null;
            };
            try
            {
                requests += (await host.CompareAsync(store, cancellation: stop.Token)).Requests;
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // It goes on from there.
            }
        }

        Assert.True(stops > 2);
        Assert.True(requests < all.Requests);
        Assert.Equal(await GitHubWorld.DeliveriesAsync(whole), await GitHubWorld.DeliveriesAsync(store));
        Assert.Equal(await whole.JudgedFingerprintAsync(Cancellation), await store.JudgedFingerprintAsync(Cancellation));
    }

    [Fact]
    public async Task So_many_pairs_are_asked_for_in_a_pass_the_newest_first()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward);
        await using var host = await Host.StartAsync("gitlab", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        Assert.Equal(3, (await host.CompareAsync(store, most: 3, rounds: 1)).Done);
        Assert.Equal(
            [.. Enumerable.Repeat("unknown_sha", 5), "baseline", "linked", "linked", "linked"],
            (await RowsAsync(store, host)).Select(row => row.Deployment.Link));
        Assert.Equal(Forward.Length - 1 - 3, (await host.CompareAsync(store)).Done);
    }

    [Fact]
    public async Task A_repository_with_a_mirror_and_a_source_without_a_token_need_none()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward[..3]);
        await using var host = await Host.StartAsync("github", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(store);
        Assert.Equal(2, (await store.WantedComparisonsAsync(Definitions.Default, Cancellation)).Length);
        var asked = AskedSource.Of(
            "github",
            SettingsFile.Parse("sources:\n  github: { token: one, repositories: [acme/shop] }\n", "leadline.yaml", _ => null),
            [], out _)!;
        Assert.True(Comparing.Can(asked));
        Assert.False(Comparing.Can(asked with { Tokens = [] }));

        // A commit that nobody but a mirror could know of was taken away: a host is not asked for what its mirror does not know.
        await MirrorAsync(store, world, folder);
        var gone = new DeploymentFact
        {
            Id = "gone",
            Repository = new RepositoryName(ComparedRepository.Name),
            Environment = "production",
            Sha = Made.Sha(9),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = ComparedRepository.Now,
            AsOf = ComparedRepository.Now,
        };
        await store.AppendAsync(
            [
                new NewDelivery(
                    "gone",
                    new Delivery
                    {
                        Source = "test",
                        Headers = Delivery.NoHeaders,
                        Body = new byte[] { 1 },
                        ReceivedAt = ComparedRepository.Now,
                    }),
            ], Cancellation);
        var id = (await store.DeliveriesAsync(new DeliveriesQuery(Limit: 1), Cancellation)).Items[0].Id;
        await store.SaveReadingsAsync(
            [new ReadDelivery(id, 1, Reading.Of(gone))], [new ServiceName(ComparedRepository.Name)], Cancellation);
        await new Readings(store, Definitions.Default, NullLogger.Instance, sources: Sources(folder))
            .DrainAsync(null, Cancellation);
        Assert.Equal("unknown_sha", (await store.DeploymentAsync("gone", Cancellation))!.Deployment.Link);
        Assert.NotNull((await store.DeploymentAsync("gone", Cancellation))!.Deployment.LiveBefore);
        Assert.Empty(await store.WantedComparisonsAsync(Definitions.Default, Cancellation));
    }

    [Fact]
    public async Task A_server_that_polls_compares_too()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", Forward[..3]);
        await using var host = await Host.StartAsync("github", world);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var clock = new FakeTimeProvider(world.Deployed[^1].At);
        var settings = SettingsFile.Parse(
            $"sources:\n  github: {{ token: one, api: \"{host.Api.Address}\", repositories: [acme/shop], poll: 20m, "
                + $"reconcile: off }}\n", "leadline.yaml", _ => null);
        var schedule = new PollSchedule(
            store, new Intake(new byte[32]), new DeliveryLog(store, NullLogger<DeliveryLog>.Instance), settings, clock,
            new Random(1), NullLogger<PollSchedule>.Instance);
        Assert.True(await schedule.RoundAsync("github", Cancellation));
        await ReadAsync(store);
        Assert.DoesNotContain(host.Api.Asked, path => path.Contains("/compare/", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await schedule.RoundAsync("github", Cancellation));
        Assert.Null((await store.PollStatesAsync(Cancellation))["github"].Error);
        await ReadAsync(store);
        Assert.Equal(["baseline", "linked", "linked"], (await RowsAsync(store, host)).Select(row => row.Deployment.Link));
        host.Api.Asked.Clear();
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await schedule.RoundAsync("github", Cancellation));
        Assert.DoesNotContain(host.Api.Asked, path => path.Contains("/compare/", StringComparison.Ordinal));
    }

    static async Task<List<DeploymentDetail>> RowsAsync(Store store, Host host)
    {
        var rows = new List<DeploymentDetail>();
        for (var i = 0; i < host.World.Deployed.Count; i++) rows.Add((await store.DeploymentAsync(host.IdOf(i), Cancellation))!);
        return rows;
    }

    /// <summary>What each deployment ships, with its lead time or why it has none; a line each.</summary>
    static async Task<List<string>> ShippedAsync(Store store, Host host) =>
    [
        .. (await RowsAsync(store, host)).SelectMany(row =>
            row.Shipped.Select(
                shipped => $"{shipped.DeploymentId} {shipped.Sha} {shipped.LeadSeconds} {shipped.NotCountedBecause}"))
            .Order(StringComparer.Ordinal),
    ];

    static async Task<Store> MirroredAsync(Host host, ComparedRepository world, TemporaryFolder folder)
    {
        var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        await host.PollAsync(whole);
        await MirrorAsync(whole, world, folder);
        return whole;
    }

    static async Task MirrorAsync(Store store, ComparedRepository world, TemporaryFolder folder)
    {
        var mirrors = Path.Combine(folder.Path, "mirrors");
        var poll = new MirrorPoll(
            store, new Intake(new byte[32]), new MirrorReader(mirrors, new byte[32]), mirrors, null,
            new FakeTimeProvider(ComparedRepository.Now));
        Assert.Empty(
            (await poll.RunAsync(
                [MirroredRepository.Parse($"{ComparedRepository.Name}=file://{world.Folder}")], null, Cancellation)).Missing);
        await new Readings(store, Definitions.Default, NullLogger.Instance, sources: Sources(folder))
            .DrainAsync(null, Cancellation);
    }

    static KnownSources Sources(TemporaryFolder folder) =>
        KnownSources.OfCatalogue.And(new MirrorReader(Path.Combine(folder.Path, "mirrors"), new byte[32]));

    static async Task ReadAsync(Store store)
    {
        await new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
        Assert.Equal(0, (await store.HealthAsync(Cancellation)).Unreadable);
    }

    /// <summary>A host of one of the kinds that is asked.</summary>
    sealed class Host(string source, ComparedRepository world, PlayedApi api) : IAsyncDisposable
    {
        public ComparedRepository World => world;

        public PlayedApi Api => api;

        public static async Task<Host> StartAsync(string source, ComparedRepository world) =>
            new(
                source, world,
                await PlayedApi.StartAsync(
                    source switch { "github" => world.GitHub, "gitlab" => world.GitLab, _ => world.Bitbucket }));

        public string IdOf(int deployment) => source switch
        {
            "github" => $"github:{ComparedRepository.Name}:{deployment}",
            "gitlab" => $"gitlab:{ComparedRepository.Name}:job:{100 + deployment}",
            _ => $"bitbucket:{ComparedRepository.Name}:{{{deployment}}}",
        };

        public ValueTask DisposeAsync() => api.DisposeAsync();

        public async Task PollAsync(Store store)
        {
            using var clock = new HurryingClock(ComparedRepository.Now);
            using var client = Client(clock);
            var poll = new Poll(store, new Intake(new byte[32]), Pager, Catalogue.Find(source)!, client, clock);
            Assert.Empty((await poll.RunAsync([ComparedRepository.Name], DateTimeOffset.UnixEpoch, null, Cancellation)).Missing);
            await ReadAsync(store);
        }

        /// <summary>As the program does: until nothing more is wanted.</summary>
        public async Task<ComparingSummary> CompareAsync(
            Store store, DateTimeOffset? now = null, int most = int.MaxValue, int rounds = 5,
            CancellationToken? cancellation = null)
        {
            var clock = new FakeTimeProvider(now ?? ComparedRepository.Now);
            using var client = Client(clock);
            var all = new ComparingSummary(0, 0, 0, 0, []);
            for (var round = 0; round < rounds; round++)
            {
                var comparing = new Comparing(store, new Intake(new byte[32]), Pager, Catalogue.Find(source)!, client, clock);
                var one = await comparing.RunAsync(
                    [ComparedRepository.Name], Definitions.Default, most, cancellation ?? Cancellation);
                all = new ComparingSummary(
                    all.Done + one.Done, all.Refused + one.Refused, all.Requests + one.Requests, all.Stored + one.Stored,
                    all.Missing.AddRange(one.Missing));
                await ReadAsync(store);
                if (one.Done == 0) break;
            }

            return all;
        }

        Pager Pager => Pagers.Find(source)!;

        ApiClient Client(TimeProvider clock) => new(Pager, api.Address, ["token one"], clock);
    }
}
