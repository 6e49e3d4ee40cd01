using Leadline.Core;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>What people say against the rules, kept and judged.</summary>
public sealed class OverridesTests
{
    const string Incident = """{"type":"incident","id":"INC-1","service":"shop","started_at":"2026-03-03T11:00:00Z","resolved_at":"2026-03-03T12:00:00Z"}""";

    static readonly DateTimeOffset Now = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_said_acts_at_once_and_until_it_is_undone()
    {
        await using var store = await FilledAsync();
        var overriding = Of(store);
        Assert.Equal((1, "incident", ""), await StateAsync(store, "d2"));

        var said = await overriding.AddAsync(
            new OverrideRequest("not_failed", "d2", null, null, " the power was out "), "ci", Cancellation);
        Assert.True(said.IsJudged);
        Assert.Equal((0, "", "not_failed"), await StateAsync(store, "d2"));
        var kept = Assert.Single((await store.OverridesAsync(null, 50, Cancellation)).Items);
        Assert.Equal(said.Entry, kept);
        Assert.Equal(
            ("shop", "production", "not_failed", "d2", "the power was out", "ci", Now, "acting"),
            (kept.Service, kept.Environment, kept.Kind, kept.Deployment, kept.Reason, kept.By, kept.At, kept.State));

        Assert.True((await overriding.UndoAsync(kept.Id, "it was not", "local", Cancellation)).IsJudged);
        Assert.Equal((1, "incident", ""), await StateAsync(store, "d2"));
        var undone = Assert.Single((await store.OverridesAsync(null, 50, Cancellation)).Items);
        Assert.Equal(kept with { State = "undone", UndoneBy = "local", UndoneAt = Now, UndoneBecause = "it was not" }, undone);
    }

    [Fact]
    public async Task It_holds_when_everything_is_judged_again()
    {
        await using var store = await FilledAsync();
        await Of(store).AddAsync(new OverrideRequest("exclude", "d1", null, null, "a rehearsal"), "local", Cancellation);
        var before = await store.JudgedFingerprintAsync(Cancellation);
        await store.RewindAsync(Cancellation);
        await store.MarkAllStaleAsync(await store.ServiceMapAsync(Definitions.Default, Cancellation), Cancellation);
        await new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
        Assert.Equal(before, await store.JudgedFingerprintAsync(Cancellation));
        Assert.Equal((1, "", "exclude"), await StateAsync(store, "d1"));
    }

    [Fact]
    public async Task The_version_of_the_data_moves_with_everything_that_is_said()
    {
        await using var store = await FilledAsync();
        var overriding = Of(store);

        // It changes no number: the deployment did not fail by the rules either.
        var first = await store.DataVersionAsync(Cancellation);
        var said = await overriding.AddAsync(
            new OverrideRequest("not_failed", "d1", null, null, "all is well"), "local", Cancellation);
        var second = await store.DataVersionAsync(Cancellation);
        Assert.True(second > first);
        await overriding.UndoAsync(said.Entry!.Id, null, "local", Cancellation);
        Assert.True(await store.DataVersionAsync(Cancellation) > second);
    }

    [Fact]
    public async Task Each_says_whether_it_acts()
    {
        await using var store = await FilledAsync();
        var overriding = Of(store);
        await SayAsync("failed", "d1", null);
        await SayAsync("not_failed", "d1", null);
        await SayAsync("unlink_incident", null, "INC-1");
        await SayAsync("link_incident", "d1", "INC-1");
        await store.AddOverrideAsync(
            new NewOverride(OverrideKind.Failed, new ServiceName("shop"), "production", "gone", null, "it was there", "local"),
            Now, Cancellation);
        await store.AddOverrideAsync(
            new NewOverride(
                OverrideKind.UnlinkIncident, new ServiceName("shop"), "production", null, "gone", "it was there", "local"), Now,
                Cancellation);
        var states = (await store.OverridesAsync(null, 50, Cancellation)).Items.Select(one => (one.Id, one.State));

        // To link an incident to a deployment speaks against its having been said not to fail.
        Assert.Equal([(6, "nothing"), (5, "nothing"), (4, "acting"), (3, "replaced"), (2, "replaced"), (1, "replaced")], states);

        async Task SayAsync(string kind, string? deployment, string? incident) =>
            Assert.Null(
                (await overriding.AddAsync(
                    new OverrideRequest(kind, deployment, incident, null, "so"), "local", Cancellation)).Refusal);
    }

    [Fact]
    public async Task What_was_unlinked_is_found_on_the_deployment_that_it_blamed()
    {
        await using var store = await FilledAsync();
        await Of(store)
            .AddAsync(
                new OverrideRequest("unlink_incident", null, "INC-1", null, "the provider was down"), "local", Cancellation);
        var detail = (await store.DeploymentAsync("d2", Cancellation))!;
        Assert.Empty(detail.Blames);
        Assert.Equal("INC-1", Assert.Single(detail.Overrides).Incident);
        Assert.Equal(["unlink_incident"], detail.Deployment.Overridden);
    }

    [Theory]
    [InlineData("wrong", "d1", null, null, "so", OverrideRefusal.Kind)]
    [InlineData(null, "d1", null, null, "so", OverrideRefusal.Kind)]
    [InlineData("failed", "d1", null, null, " ", OverrideRefusal.Reason)]
    [InlineData("failed", null, null, null, "so", OverrideRefusal.Needs)]
    [InlineData("failed", "d1", "INC-1", null, "so", OverrideRefusal.Needs)]
    [InlineData("link_incident", "d1", null, null, "so", OverrideRefusal.Needs)]
    [InlineData("unlink_incident", "d1", null, null, "so", OverrideRefusal.Needs)]
    [InlineData("failed", "d9", null, null, "so", OverrideRefusal.Deployment)]
    [InlineData("unlink_incident", null, "INC-9", null, "so", OverrideRefusal.Incident)]
    [InlineData("link_incident", "e1", "INC-1", null, "so", OverrideRefusal.Apart)]
    [InlineData("failed", "d1", null, "other", "so", OverrideRefusal.Apart)]
    public async Task What_cannot_act_is_refused_and_not_kept(
        string? kind, string? deployment, string? incident, string? service, string reason, OverrideRefusal refusal)
    {
        await using var store = await FilledAsync();
        var said = await Of(store)
            .AddAsync(new OverrideRequest(kind, deployment, incident, service, reason), "local", Cancellation);
        Assert.Equal((null, refusal), (said.Entry, said.Refusal));
        Assert.Empty((await store.OverridesAsync(null, 50, Cancellation)).Items);
        Assert.False(await store.IsStaleAsync(new ServiceName("shop"), Cancellation));
    }

    [Fact]
    public async Task Nothing_is_undone_twice_or_out_of_the_blue()
    {
        await using var store = await FilledAsync();
        var overriding = Of(store);
        var said = await overriding.AddAsync(
            new OverrideRequest("exclude", "d1", null, null, "a rehearsal"), "local", Cancellation);
        Assert.Null((await overriding.UndoAsync(said.Entry!.Id, null, "local", Cancellation)).Refusal);
        Assert.Equal(OverrideRefusal.Undone, (await overriding.UndoAsync(said.Entry.Id, null, "local", Cancellation)).Refusal);
        Assert.Equal(OverrideRefusal.Unknown, (await overriding.UndoAsync(99, null, "local", Cancellation)).Refusal);

        // The record of an undoing is none itself.
        Assert.Equal(
            OverrideRefusal.Unknown, (await overriding.UndoAsync(said.Entry.Id + 1, null, "local", Cancellation)).Refusal);
        Assert.Single((await store.OverridesAsync(null, 50, Cancellation)).Items);
    }

    [Fact]
    public async Task Pages_follow_each_other()
    {
        await using var store = await FilledAsync();
        var overriding = Of(store);
        for (var i = 0; i < 3; i++)
            await overriding.AddAsync(new OverrideRequest("exclude", "d1", null, null, $"{i}"), "local", Cancellation);
        var first = await store.OverridesAsync(null, 2, Cancellation);
        var second = await store.OverridesAsync(first.Next, 2, Cancellation);
        Assert.Equal(["2", "1", "0"], first.Items.Concat(second.Items).Select(one => one.Reason));
        Assert.Null(second.Next);
        await Assert.ThrowsAsync<FormatException>(() => store.OverridesAsync("x", 2, Cancellation));
    }

    [Fact]
    public async Task A_copy_holds_what_was_said()
    {
        await using var store = await FilledAsync();
        var said = await Of(store)
            .AddAsync(new OverrideRequest("exclude", "d1", null, null, "a rehearsal"), "local", Cancellation);
        await Of(store).UndoAsync(said.Entry!.Id, null, "local", Cancellation);
        await Of(store).AddAsync(new OverrideRequest("failed", "d1", null, null, "it lost orders"), "local", Cancellation);
        await using var copy = await Store.OpenAsync(
            TestStore.IsPostgres ? "duckdb::memory:" : PostgresCluster.Started.NewStore(), Cancellation);
        var report = await store.CopyToAsync(copy, null, Cancellation);
        Assert.True(report.IsWhole);
        Assert.Contains(new CopiedTable("override", 3, 3), report.Tables);
        Assert.Equal(
            (await store.OverridesAsync(null, 50, Cancellation)).Items,
            (await copy.OverridesAsync(null, 50, Cancellation)).Items);

        // The numbers go on where they ended.
        var next = await Of(copy)
            .AddAsync(new OverrideRequest("exclude", "d2", null, null, "a rehearsal"), "local", Cancellation);
        Assert.Equal(4, next.Entry!.Id);
    }

    [Fact]
    public async Task A_service_that_is_judged_all_day_keeps_nobody_waiting()
    {
        await using var store = await FilledAsync();
        using var asked = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var readings = new Readings(store, Definitions.Default, NullLogger.Instance, (facts, definitions) =>
        {
            asked.Release();
            go.Wait(Cancellation);
            return Correlator.Judge(facts, definitions);
        });
        var overriding = new Overriding(store, readings, new FakeTimeProvider(Now), TimeSpan.FromMilliseconds(1));
        var said = await overriding.AddAsync(
            new OverrideRequest("exclude", "d1", null, null, "a rehearsal"), "local", Cancellation);
        Assert.False(said.IsJudged);
        Assert.Equal("acting", said.Entry!.State);
        Assert.True(await store.IsStaleAsync(new ServiceName("shop"), Cancellation));
        go.Set();

        // The next in turn waits for it, and finds it done.
        await readings.DrainAsync(null, Cancellation);
        Assert.Equal((1, "", "exclude"), await StateAsync(store, "d1"));
    }

    static Overriding Of(Store store) =>
        new(store, new Readings(store, Definitions.Default, NullLogger.Instance), new FakeTimeProvider(Now));

    static async Task<Store> FilledAsync()
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync(
            [
                Events.Deployment("d1", finishedAt: "2026-03-02T10:00:00Z"),
                Events.Deployment("d2", finishedAt: "2026-03-03T10:00:00Z"),
                Events.Deployment("e1", "other"), Events.Of(Incident),
            ],
            Cancellation);
        await new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
        return store;
    }

    /// <summary>How many deployments failed in the year, and why and by what this one did.</summary>
    static async Task<(long Failed, string Because, string Overridden)> StateAsync(Store store, string id)
    {
        var year = new MetricsQuery(["shop"], "production", Now.AddYears(-1), Now);
        var report = await new MetricsReader(store, Definitions.Default, new FakeTimeProvider(Now))
            .ReadAsync(year, Cancellation);
        var row = (await store.DeploymentAsync(id, Cancellation))!.Deployment;
        return (report.Metrics.ChangeFailureRate.Failed, string.Join(',', row.FailedBecause), string.Join(',', row.Overridden));
    }
}
