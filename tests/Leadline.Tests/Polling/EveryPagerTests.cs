using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.Alertmanager;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Leadline.Tests.Polling.Worlds;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>What holds for every pager of the list: each is run to its end against an API that is played.</summary>
public sealed class EveryPagerTests
{
    /// <summary>A line for each pager, or two where there are two ways to ask.</summary>
    static readonly Func<PlayedWorld>[] Worlds =
    [
        () => new ArgoCdWorld(),
        () => new AzureDevOpsWorld(),
        () => new BitbucketWorld(),
        () => new CircleCIWorld(),
        () => new GitHubPlayed(),
        () => new GitLabPlayed(),
        () => new IncidentIoWorld(),
        () => new JenkinsWorld(),
        () => new JiraWorld(isCloud: true),
        () => new JiraWorld(isCloud: false),
        () => new OpsgenieWorld(),
        () => new PagerDutyWorld(),
        () => new PrometheusWorld(),
        () => new StatuspageWorld(),
    ];

    public static TheoryData<string> Names => [.. Worlds.Select(make => make().Name)];

    /// <summary>Those of which something is listed by pages.</summary>
    public static TheoryData<string> Paged =>
        [.. Worlds.Select(make => make()).Where(world => world.Paged is not null).Select(world => world.Name)];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_pager_has_a_world_that_plays_its_API() =>
        Assert.Equal(
            Pagers.All.Select(pager => pager.Source).Order(StringComparer.Ordinal),
            Worlds.Select(make => make().Source).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_asked_for_is_what_webhooks_would_have_sent(string name)
    {
        var world = WorldOf(name);
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var summary = await RunAsync(world, api, store);
        Assert.Empty(summary.Missing);
        Assert.Equal(summary.Scopes, summary.Done);

        await using var sent = await Store.OpenAsync(TestStore.New, Cancellation);
        var intake = new Intake(new byte[32]);
        await sent.AppendAsync(
            [
                .. world.Webhooks.Select((hook, place) => intake.Prepare(
                    Catalogue.Find(world.Source)!,
                    new Delivery
                    {
                        Source = world.Source,
                        Headers = hook.Headers,
                        Body = Encoding.UTF8.GetBytes(hook.Body),
                        ReceivedAt = PlayedWorld.Now,
                    }, $"hook {place}")),
            ],
            Cancellation);
        var pushed = await ThingsAsync(sent);
        Assert.True(pushed.Count >= 4, $"{pushed.Count} things were sent");
        var asked = await ThingsAsync(store);
        Assert.Equal(pushed, asked.Where(world.IsTold));
        var stored = await GitHubWorld.DeliveriesAsync(store);
        Assert.All(world.Alone, text => Assert.Single(stored, line => line.Contains(text, StringComparison.Ordinal)));
        foreach (var person in (string[])["Ada", "\"ada\"", "\"bob\"", "ada@", "@acme.example"])
            Assert.DoesNotContain(stored, line => line.Contains(person, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stopped_anywhere_and_answered_wrongly_it_comes_to_the_same(string name)
    {
        var world = WorldOf(name);
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var whole = await Store.OpenAsync(TestStore.New, Cancellation);
        var all = await RunAsync(world, api, whole);
        Assert.True(all.Stored > 0);

        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var random = new Random(name.Length * 7);
        for (var stops = 0; ; stops++)
        {
            Assert.InRange(stops, 0, 200);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var left = random.Next(2, Math.Max(14, (int)all.Requests / 3));
            api.Fault = _ =>
            {
                // In the midst of a request: neither its items nor the step after it are kept.
                if (Interlocked.Decrement(ref left) == 0) stop.Cancel();
                return Faulty(random.Next(24));
            };
            api.Cut = _ => random.Next(24) == 0;
            try
            {
                Assert.Empty((await RunAsync(world, api, store, cancellation: stop.Token)).Missing);
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // It goes on from there.
            }
        }

        Assert.Equal(await GitHubWorld.DeliveriesAsync(whole), await GitHubWorld.DeliveriesAsync(store));
        Assert.Equal(await ThingsAsync(whole), await ThingsAsync(store));
    }

    [Theory]
    [MemberData(nameof(Paged))]
    public async Task What_happens_between_two_pages_of_a_listing_is_told_by_the_next_pass(string name)
    {
        var pages = 0;
        await HappensAsync(name, (world, api) => api.Answered = request =>
        {
            if (!$"{request.Path}{request.QueryString}".Contains(world.Paged!, StringComparison.Ordinal) || ++pages != 1) return;
            world.Happen();
            world.Appear();
        });
        Assert.True(pages > 1, $"{pages} pages");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public Task What_happens_after_a_pass_is_told_by_the_next_one(string name) => HappensAsync(name, (_, _) => { });

    [Theory]
    [MemberData(nameof(Names))]
    public Task What_happens_is_told_where_their_clock_is_behind_ours(string name) =>
        HappensAsync(name, (_, api) => api.Now = PlayedWorld.Now, TimeSpan.FromHours(3));

    [Theory]
    [MemberData(nameof(Names))]
    public Task What_happens_is_told_where_their_clock_is_ahead_of_ours(string name) =>
        HappensAsync(name, (_, api) => api.Now = PlayedWorld.Now, TimeSpan.FromHours(-3));

    /// <summary>
    /// Something happens in the midst of a pass, or after it; the next one knows of it, and of all else, as one does that asks
    /// for everything then.
    /// </summary>
    /// <param name="name">The world's.</param>
    /// <param name="first">Makes the first pass ready.</param>
    /// <param name="ahead">So far our clock is ahead of theirs.</param>
    static async Task HappensAsync(string name, Action<PlayedWorld, PlayedApi> first, TimeSpan ahead = default)
    {
        var world = WorldOf(name);
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        first(world, api);
        var isMeanwhile = api.Answered is not null;
        Assert.Empty((await RunAsync(world, api, store, now: PlayedWorld.Now + ahead)).Missing);
        var requests = api.Asked.Count;
        if (!isMeanwhile) world.Happen();
        api.Answered = null;

        // Where our clock is behind, what is newer by theirs is told once it is not by ours.
        foreach (var hours in (int[])[1, 8])
        {
            api.Asked.Clear();
            if (api.Now is not null) api.Now = PlayedWorld.Now.AddHours(hours);
            Assert.Empty((await RunAsync(world, api, store, now: PlayedWorld.Now.AddHours(hours) + ahead)).Missing);

            // Of a listing that is whole in one answer nothing is saved.
            Assert.True(api.Asked.Count <= Math.Max(requests, 3), $"{api.Asked.Count} requests after {requests}");
        }

        api.Now = null;
        await using var fresh = await Store.OpenAsync(TestStore.New, Cancellation);
        await RunAsync(world, api, fresh, now: PlayedWorld.Now.AddHours(8));
        Assert.Equal(await ThingsAsync(fresh), await ThingsAsync(store));

        // It was not so before.
        await using var before = await Store.OpenAsync(TestStore.New, Cancellation);
        var calm = WorldOf(name);
        await using var calmly = await PlayedApi.StartAsync(calm.Answer);
        await RunAsync(calm, calmly, before);
        Assert.NotEqual(await ThingsAsync(before), await ThingsAsync(store));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_plan_counts_before_anything_is_asked_for(string name)
    {
        var world = WorldOf(name);
        await using var api = await PlayedApi.StartAsync(world.Answer);
        using var clock = new HurryingClock(PlayedWorld.Now);
        var pager = Pagers.Find(world.Source)!.For(new Uri(api.Address, world.Below), hasToken: true);
        using var client = new ApiClient(pager, new Uri(api.Address, world.Below), ["token one"], clock);
        var (scopes, _) = await Poll.ScopesAsync(pager, client, world.Names, clock, Cancellation);
        var plan = await PollPlan.OfAsync(pager, api.Address, client, scopes, PlayedWorld.Start, clock, Cancellation);
        Assert.Empty(plan.Missing);
        Assert.NotEmpty(plan.Listings);
    }

    [Theory]
    [InlineData(
        "pagerduty", "incidents?since=2026-01-01T00:00:00Z&until=2026-01-31T00:00:00Z&limit=100&offset=9900",
        """{"incidents":[],"limit":100,"offset":9900,"more":true}""")]
    [InlineData(
        "opsgenie", "v2/alerts?query=x&limit=100&offset=19900",
        """{"data":[],"paging":{"next":"https://api.opsgenie.com/v2/alerts?query=x&limit=100&offset=20000"}}""")]
    public void A_span_with_more_than_are_listed_is_asked_for_in_halves(string source, string address, string body)
    {
        var pager = Pagers.Find(source)!;
        var (from, to) = (PlayedWorld.Start, PlayedWorld.Start.AddDays(30));
        var request = new PageRequest
        {
            Kind = source == "pagerduty" ? "incidents" : "alerts",
            Address = address,
            About = new Window(from, to).About(),
        };
        var page = pager.Read(
            request, new PageAnswer { Status = 200, Headers = Delivery.NoHeaders, Body = Encoding.UTF8.GetBytes(body) }, "*",
            new PageSpan(from, to, IsAgain: false));
        Assert.Equal(
            [new Window(from.AddDays(15), to), new Window(from, from.AddDays(15))],
            page.Next.Select(next => Window.Parse(next.About!)));
        Assert.All(page.Next, next => Assert.Equal(0, next.Address.NumberOf("offset")));
    }

    [Fact]
    public void An_alert_is_named_by_its_labels_as_Alertmanager_names_it()
    {
        var checkedSome = 0;
        foreach (var file in Directory.EnumerateFiles(Shared.Find("payloads", "alertmanager"), "webhook-*.json"))
        {
            foreach (var alert in JsonDocument.Parse(File.ReadAllText(file)).RootElement.ListOf("alerts"))
            {
                if (alert.TextOf("fingerprint") is not { Length: 16 } fingerprint) continue;
                var labels = new SortedDictionary<string, string>(
                    alert.Field("labels").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!),
                    StringComparer.Ordinal);
                Assert.Equal(fingerprint, PrometheusPager.Fingerprint(labels));
                checkedSome++;
            }
        }

        Assert.True(checkedSome > 0);
    }

    static PlayedWorld WorldOf(string name) => Worlds.Select(make => make()).First(world => world.Name == name);

    static Played? Faulty(int kind) => kind switch
    {
        0 => new Played(502, "<html>Bad Gateway</html>"),
        1 => new Played(403, """{"message":"You have exceeded a secondary rate limit"}""", ("Retry-After", "60")),
        2 => new Played(429, "{}", ("Retry-After", "30")),
        3 => new Played(200, """{"cut":"of"""),
        4 => new Played(403, "{}", ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4102444800")),
        _ => null,
    };

    static async Task<PollSummary> RunAsync(
        PlayedWorld world, PlayedApi api, Store store, DateTimeOffset? now = null, CancellationToken? cancellation = null)
    {
        using var clock = new HurryingClock(now ?? PlayedWorld.Now);
        var pager = Pagers.Find(world.Source)!.For(new Uri(api.Address, world.Below), hasToken: true);
        using var client = new ApiClient(pager, new Uri(api.Address, world.Below), ["token one"], clock);
        var poll = new Poll(store, new Intake(new byte[32]), pager, Catalogue.Find(world.Source)!, client, clock);
        var scopes = await poll.ScopesAsync(world.Names, cancellation ?? Cancellation);
        return await poll.RunAsync(scopes, PlayedWorld.Start, null, cancellation ?? Cancellation);
    }

    /// <summary>What is known of each thing, by all that is stored: what is measured of it, a line each.</summary>
    static async Task<SortedSet<string>> ThingsAsync(Store store)
    {
        var facts = new List<Fact>();
        foreach (var stored in await GitHubWorld.StoredAsync(store))
        {
            var reading = Readings.Read(stored, NullLogger.Instance).Reading;
            Assert.False(reading is UnreadableReading, $"{reading} of {Encoding.UTF8.GetString(stored.Delivery.Body.Span)}");
            if (reading is FactsReading read) facts.AddRange(read.Facts);
        }

        return new SortedSet<string>(
            [
                .. Folding.Attempts(facts.OfType<DeploymentFact>())
                    .Select(one =>
                        $"deployment {one.Id} to {one.SourceEnvironment} of {one.Sha}: {one.SucceededAt:u} {one.FailedAt:u}"),
                .. Folding.Changes(facts.OfType<ChangeFact>(), facts.OfType<ReviewFact>())
                    .Select(one => $"change {one.Repository}#{one.Number}: {one.OpenedAt:u} {one.MergedAt:u} {one.MergeSha}"),
                .. Folding.Incidents(facts.OfType<IncidentFact>(), Definitions.Default.Failure)
                    .Select(
                        one => $"incident {one.Id}: {one.Status} {one.StartedAt:u} {one.AcknowledgedAt:u} {one.ResolvedAt:u}"),
                .. facts.OfType<BuildFact>().Select(one => $"build {one.Id} of {one.Sha}: {one.Status} {one.FinishedAt:u}"),
                .. facts.OfType<ReviewFact>()
                    .Select(one => $"review of {one.Repository}#{one.Number}: {one.Approved} {one.SubmittedAt:u}"),
                .. facts.OfType<CommitFact>().Select(one => $"commit {one.Sha} of {one.Repository}"),
                .. facts.OfType<ArtifactFact>().Select(one => $"artifact {one.Name} of {one.Repository}: {one.Sha}"),
            ],
            StringComparer.Ordinal);
    }
}
