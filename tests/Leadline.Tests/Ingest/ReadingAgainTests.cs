using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Ingest;

/// <summary>What an earlier version of a reader read is read again by a later one.</summary>
public sealed class ReadingAgainTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_later_version_reads_again_what_an_earlier_one_read_and_all_is_judged_by_it()
    {
        await using var store = await FilledAsync(3);
        var (second, lines) = (new Versioned(2), new Lines());
        await Of(store, second, lines).DrainAsync(null, Cancellation);

        Assert.Equal(3, second.Reads);
        Assert.Equal(["shop of 2"], await ServicesAsync(store));
        Assert.Equal(
            (3, 3), ((await store.HealthAsync(Cancellation)).LedgerRows, (await store.HealthAsync(Cancellation)).Deployments));
        Assert.All(
            (await store.DeliveriesAsync(new DeliveriesQuery(), Cancellation)).Items,
            delivery => Assert.Equal(2, delivery.ReaderVersion));
        Assert.Equal(["Reading again: 0 of 3 of leadline", "All 3 of leadline are read by its reader of today"], lines.Said);

        await Of(store, second).DrainAsync(null, Cancellation);
        Assert.Equal(3, second.Reads);
    }

    [Fact]
    public async Task Whoever_comes_after_a_crash_goes_on_where_it_ended()
    {
        await using var store = await FilledAsync(Readings.AtOnce + 100);
        var (killed, after, lines) = (new Versioned(2), new Versioned(2), new Lines());

        // One batch; what this process remembers is lost with it.
        Assert.True(await Of(store, killed).RoundAsync(1, null, Cancellation));
        Assert.Equal(Readings.AtOnce, killed.Reads);
        await Of(store, after, lines).DrainAsync(null, Cancellation);

        Assert.Equal(100, after.Reads);
        Assert.Equal("Reading again: 2,048 of 2,148 of leadline", lines.Said[0]);
        Assert.Equal(["shop of 2"], await ServicesAsync(store));
        var health = await store.HealthAsync(Cancellation);
        Assert.Equal(
            (Readings.AtOnce + 100, Readings.AtOnce + 100, 0), (health.LedgerRows, health.Deployments, health.StaleServices));
    }

    [Fact]
    public async Task What_is_new_is_read_before_what_is_old()
    {
        await using var store = await FilledAsync(Readings.AtOnce + 1);
        var second = new Versioned(2);
        var readings = Of(store, second);
        Assert.True(await readings.RoundAsync(1, null, Cancellation));
        await store.AppendAsync([Events.Deployment("new", finishedAt: "2026-03-09T10:00:00Z")], Cancellation);
        Assert.True(await readings.RoundAsync(1, null, Cancellation));
        Assert.Equal(2, (await store.DeliveriesAsync(new DeliveriesQuery(Limit: 1), Cancellation)).Items[0].ReaderVersion);
        Assert.False(await readings.RoundAsync(3, null, Cancellation));
        Assert.Equal(Readings.AtOnce + 2, second.Reads);
    }

    [Fact]
    public async Task An_earlier_version_leaves_what_a_later_one_read_and_what_it_reads_itself_is_read_again()
    {
        await using var store = await FilledAsync(2);
        var (first, second) = (new Versioned(1), new Versioned(2));
        var (older, newer) = (Of(store, first), Of(store, second));
        await newer.DrainAsync(null, Cancellation);
        await older.DrainAsync(null, Cancellation);
        Assert.Equal((0, 2), (first.Reads, second.Reads));

        await store.AppendAsync([Events.Deployment("late", finishedAt: "2026-03-09T10:00:00Z")], Cancellation);
        await older.DrainAsync(null, Cancellation);
        Assert.Equal(1, first.Reads);
        await newer.DrainAsync(null, Cancellation);
        await older.DrainAsync(null, Cancellation);
        Assert.Equal((1, 3), (first.Reads, second.Reads));
        Assert.Equal(["shop of 2"], await ServicesAsync(store));
    }

    [Fact]
    public async Task The_log_is_not_looked_through_where_nothing_can_have_changed()
    {
        await using var store = await FilledAsync(2);
        await Of(store, new Versioned(2)).DrainAsync(null, Cancellation);

        // Nobody can have read it by another version; whoever looked would find it and read it again.
        await store.SaveReadingsAgainAsync([new ReadDelivery(1, 1, Reading.Ignored("it is a test"))], [], Cancellation);
        var second = new Versioned(2);
        await Of(store, second).DrainAsync(null, Cancellation);
        Assert.Equal(0, second.Reads);
    }

    [Fact]
    public async Task A_body_that_was_dropped_is_left_out_and_its_facts_stay()
    {
        await using var store = await FilledAsync(2);
        var later = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(2, await store.DropBodiesAsync(later, later, Cancellation));
        var second = new Versioned(2);
        await Of(store, second).DrainAsync(null, Cancellation);
        await Of(store, second).DrainAsync(null, Cancellation);
        Assert.Equal(0, second.Reads);
        Assert.Equal(2, (await store.HealthAsync(Cancellation)).LedgerRows);
    }

    [Fact]
    public async Task Where_versions_have_no_order_the_last_server_that_started_is_right_and_none_takes_it_back()
    {
        await using var store = await FilledAsync(2, new Versioned(7, isOrdered: false));
        var (first, second) = (new Versioned(7, isOrdered: false), new Versioned(3, isOrdered: false));
        var (earlier, later) = (Of(store, first), Of(store, second));
        await earlier.DrainAsync(null, Cancellation);
        await later.DrainAsync(null, Cancellation);
        await earlier.DrainAsync(null, Cancellation);
        await later.DrainAsync(null, Cancellation);
        Assert.Equal((0, 2), (first.Reads, second.Reads));
        Assert.Equal(["shop of 3"], await ServicesAsync(store));

        // What somebody asks for is read again all the same.
        await store.RetryAsync((await store.DeliveryAsync(1, Cancellation))!, 3, Cancellation);
        await later.DrainAsync(null, Cancellation);
        Assert.Equal(3, second.Reads);
    }

    [Fact]
    public async Task All_that_could_not_be_read_is_read_again_when_somebody_asks()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync([Events.Deployment("d1"), Events.Of("broken"), Events.Of("broken too")], Cancellation);
        var reader = new Versioned(1) { Fails = true };
        var readings = Of(store, reader);
        await readings.DrainAsync(null, Cancellation);
        Assert.Equal([("leadline", 3L)], await store.RetryUnreadableAsync(null, _ => 1, Cancellation));
        reader.Fails = false;
        await readings.DrainAsync(null, Cancellation);
        Assert.Equal(6, reader.Reads);
        Assert.Equal(
            ["unreadable", "unreadable", "facts"],
            (await store.DeliveriesAsync(new DeliveriesQuery(), Cancellation)).Items.Select(delivery => delivery.Outcome));
        Assert.Equal(["shop of 1"], await ServicesAsync(store));
        Assert.Empty(await store.RetryUnreadableAsync("github", _ => 1, Cancellation));
        Assert.Empty(await store.RetryUnreadableAsync(null, _ => null, Cancellation));
    }

    [Fact]
    public async Task Several_servers_that_start_at_once_read_everything_again_once()
    {
        if (!TestStore.IsPostgres) Assert.Skip("one process holds a file");
        var address = TestStore.New;
        await using var store = await FilledAsync(3 * Readings.AtOnce, address: address);
        var reader = new Versioned(2);
        await using var other = await Store.OpenAsync(address, Cancellation);
        await Task.WhenAll(new[] { store, other }.Select(async one =>
        {
            var readings = Of(one, reader);
            while ((await one.ReaderMarksAsync(Cancellation)).Single(
                mark => mark.Source == "leadline") is not { IsWhole: true, Version: 2 })
                await readings.RoundAsync(1, null, Cancellation);
        }));
        await Of(store, reader).DrainAsync(null, Cancellation);
        Assert.Equal(3 * Readings.AtOnce, reader.Reads);
        Assert.Equal(3 * Readings.AtOnce, (await store.HealthAsync(Cancellation)).LedgerRows);
    }

    static async Task<Store> FilledAsync(int deployments, Versioned? reader = null, string? address = null)
    {
        var store = await Store.OpenAsync(address ?? TestStore.New, Cancellation);
        await store.AppendAsync(
            [
                .. Enumerable.Range(0, deployments)
                    .Select(i => Events.Deployment($"d{i}", finishedAt: $"2026-03-02T10:00:00.{i:0000}Z")),
            ], Cancellation);
        await Of(store, reader ?? new Versioned(1)).DrainAsync(null, Cancellation);
        Assert.Equal(deployments, (await store.HealthAsync(Cancellation)).LedgerRows);
        return store;
    }

    static Readings Of(Store store, SourceReader reader, ILogger? logger = null) =>
        new(store, Definitions.Default, logger ?? NullLogger.Instance, sources: new([reader]));

    static async Task<IEnumerable<string>> ServicesAsync(Store store) =>
        (await store.ServicesAsync(Cancellation)).Select(service => service.Name);

    /// <summary>A reader of our own JSON of any version: each calls the services by another name.</summary>
    sealed class Versioned(int version, bool isOrdered = true) : SourceReader
    {
        static readonly SourceReader Ours = Catalogue.Find("leadline")!;

        int reads;

        public int Reads => reads;

        public bool Fails { get; set; }

        public override string Source => Ours.Source;

        public override int Version => version;

        public override PersonalFields Personal => Ours.Personal;

        public override ImmutableArray<string> KeptHeaders => Ours.KeptHeaders;

        public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => false;

        public override bool IsOutdated(int other) => isOrdered ? base.IsOutdated(other) : other != version;

        public override Reading Read(Delivery delivery)
        {
            Interlocked.Increment(ref reads);
            if (Fails) throw new FormatException("it is out of order");
            return Ours.Read(delivery) is FactsReading facts
                ? Reading.Of(
                    [
                        .. facts.Facts.Select(fact =>
                            fact is DeploymentFact deployment
                                ? deployment with { Service = $"{deployment.Service} of {version}" } : fact),
                    ])
                : Reading.Ignored("it is a test");
        }
    }

    /// <summary>What is logged, as it is said.</summary>
    sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(
            LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> text) =>
                Said.Add(text(state, error));
    }
}
