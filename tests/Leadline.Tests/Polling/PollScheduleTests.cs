using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Polling.Worlds;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>What the server asks for by itself: when, how often, and what it says of it.</summary>
public sealed class PollScheduleTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_is_asked_as_often_as_the_settings_say_and_never_quite_on_time()
    {
        var world = new PagerDutyWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var clock = new FakeTimeProvider(PlayedWorld.Now);
        var schedule = Schedule(store, clock, $"pagerduty: {{ token: one, api: \"{api.Address}\", poll: 20m }}");
        Assert.True(await schedule.RoundAsync("pagerduty", Cancellation));
        var asked = api.Asked.Count;
        Assert.False(await schedule.RoundAsync("pagerduty", Cancellation));
        Assert.Equal(asked, api.Asked.Count);

        var state = await StateAsync(store, "pagerduty");
        Assert.Equal(PlayedWorld.Now, state.PolledAt);
        Assert.Null(state.Error);
        var pause = state.NextAt!.Value - PlayedWorld.Now;
        Assert.InRange(pause, TimeSpan.FromMinutes(18), TimeSpan.FromMinutes(22));
        Assert.NotEqual(TimeSpan.FromMinutes(20), pause);
        clock.Advance(pause);
        world.Happen();
        Assert.True(await schedule.RoundAsync("pagerduty", Cancellation));
        Assert.Equal(1, (await StateAsync(store, "pagerduty")).Stored);
        Assert.True(api.Asked.Count > asked);
    }

    [Fact]
    public async Task Of_several_servers_one_asks()
    {
        var world = new PagerDutyWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        if (!TestStore.IsPostgres) Assert.Skip("one process holds a file");
        var address = TestStore.New;
        await using var first = await Store.OpenAsync(address, Cancellation);
        await using var second = await Store.OpenAsync(address, Cancellation);
        var clock = new FakeTimeProvider(PlayedWorld.Now);
        var settings = $"pagerduty: {{ token: one, api: \"{api.Address}\", poll: 20m }}";
        var rounds =
            await Task.WhenAll(new[] { first, second }
                .Select(store => Task.Run(() => Schedule(store, clock, settings).RoundAsync("pagerduty", Cancellation))));
        Assert.Single(rounds, asked => asked);
        Assert.Equal(2, api.Asked.Count);
    }

    [Fact]
    public async Task What_fails_with_one_source_is_said_and_stops_no_other()
    {
        var world = new PagerDutyWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var refusing = await PlayedApi.StartAsync(_ => new Played(401, "{}"));
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var clock = new FakeTimeProvider(PlayedWorld.Now);
        var schedule = Schedule(
            store, clock,
            $"pagerduty: {{ token: one, api: \"{api.Address}\", poll: 20m }}\n  github: {{ token: one, api: "
                + $"\"{refusing.Address}\", repositories: [acme/shop], poll: 20m }}");
        await schedule.StartAsync(Cancellation);
        while ((await store.PollStatesAsync(Cancellation)).Count < 2) await Task.Delay(5, Cancellation);
        await schedule.StopAsync(Cancellation);

        var sources = await SourceStates.OfAsync(store, Definitions.Default, KnownSources.OfCatalogue, Cancellation);
        Assert.Equal(["github", "pagerduty"], sources.Select(source => source.Source));
        Assert.Contains(
            "refuses the token (401): it is wrong, expired or revoked; set sources.github.token to one that is valid",
            sources[0].Poll!.Error);
        Assert.StartsWith("github could not be asked for all of it: ", SourceStates.Unasked(sources[0]));
        Assert.Null(sources[1].Poll!.Error);
        Assert.Equal(0, sources[0].Deliveries);
    }

    [Fact]
    public async Task Each_night_it_is_counted_what_webhooks_missed()
    {
        var world = new PagerDutyWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);

        // Of the third incident no webhook came.
        var (intake, reader) = (new Intake(new byte[32]), Catalogue.Find("pagerduty")!);
        await store.AppendAsync(
            [
                .. world.Webhooks.Where(hook => !hook.Body.Contains("\"Q3\"", StringComparison.Ordinal))
                    .Select(hook => intake.Prepare(
                        reader,
                        new Delivery
                        {
                            Source = "pagerduty",
                            Headers = hook.Headers,
                            Body = Encoding.UTF8.GetBytes(hook.Body),
                            ReceivedAt = PlayedWorld.Now,
                        })),
            ],
            Cancellation);
        await ReadAsync(store);

        // A history that was asked for knows it, all the same.
        var clock = new FakeTimeProvider(PlayedWorld.Now);
        var pager = Pagers.Find("pagerduty")!;
        using (var client = new ApiClient(pager, api.Address, ["one"], clock))
            await new Poll(store, intake, pager, reader, client, clock).RunAsync(["*"], PlayedWorld.Start, null, Cancellation);
        await ReadAsync(store);
        var schedule = Schedule(store, clock, $"pagerduty: {{ token: one, api: \"{api.Address}\", poll: 20m, reconcile: 90d }}");
        Assert.True(await schedule.RoundAsync("pagerduty", Cancellation));
        var state = await StateAsync(store, "pagerduty");
        Assert.Null(state.Reconciled);
        Assert.InRange(state.ReconcilesAt!.Value, PlayedWorld.Now.AddHours(2), PlayedWorld.Now.AddHours(4));

        // In the evening one is resolved, of which no webhook comes either; it is found in the night.
        await ReadAsync(store);
        world.Happen();
        clock.SetUtcNow(state.ReconcilesAt!.Value);
        Assert.True(await schedule.RoundAsync("pagerduty", Cancellation));
        var night = (await StateAsync(store, "pagerduty")).Reconciled!;
        Assert.Equal((23, 3 + 1, 1), (night.Found, night.Missed, night.New));
        Assert.Equal(TimeSpan.FromDays(90).TotalSeconds, night.Seconds);
        Assert.InRange(
            (await StateAsync(store, "pagerduty")).ReconcilesAt!.Value, PlayedWorld.Now.AddDays(1).AddHours(2),
            PlayedWorld.Now.AddDays(1).AddHours(4));
        var source = Assert.Single(
            await SourceStates.OfAsync(store, Definitions.Default, KnownSources.OfCatalogue, Cancellation));
        Assert.Contains("told nothing of", SourceStates.Missed(source));
    }

    static LeadlineSettings Settings(string source) => SettingsFile.Parse($"sources:\n  {source}\n", "leadline.yaml", _ => null);

    static PollSchedule Schedule(Store store, TimeProvider clock, string source) => new(
        store, new Intake(new byte[32]), new DeliveryLog(store, NullLogger<DeliveryLog>.Instance), Settings(source), clock,
        new Random(1), NullLogger<PollSchedule>.Instance);

    static async Task<PollState> StateAsync(Store store, string source) => (await store.PollStatesAsync(Cancellation))[source];

    static Task ReadAsync(Store store) =>
        new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
}
