using Leadline.Core;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Ingest;

public sealed class ReadingsTests
{
    static readonly DateTimeOffset Later = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_was_stored_and_not_read_is_read_by_the_next_process()
    {
        using var folder = new TemporaryFolder();
        var address = "duckdb:" + Path.Combine(folder.Path, "store.duckdb");
        await using (var store = await Store.OpenAsync(address, default))
            await store.AppendAsync([Events.Deployment("d1")], default);
        await using (var store = await Store.OpenAsync(address, default))
        {
            await Of(store).DrainAsync(null, default);
            Assert.Equal(["d1"], await LedgerAsync(store));
        }
    }

    [Fact]
    public async Task What_was_read_and_not_judged_is_judged_by_the_next_process()
    {
        using var folder = new TemporaryFolder();
        var address = "duckdb:" + Path.Combine(folder.Path, "store.duckdb");
        await using (var store = await Store.OpenAsync(address, default))
        {
            await store.AppendAsync([Events.Deployment("d1")], default);
            Assert.Equal(1, await Of(store).ReadAsync(default));
            Assert.Empty(await LedgerAsync(store));
        }

        await using (var store = await Store.OpenAsync(address, default))
        {
            await Of(store).DrainAsync(null, default);
            Assert.Equal(["d1"], await LedgerAsync(store));
        }
    }

    [Fact]
    public async Task A_service_that_cannot_be_judged_keeps_none_of_the_others()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        var judged = new List<string>();
        var readings = new Readings(store, Definitions.Default, NullLogger.Instance, (facts, definitions) =>
        {
            lock (judged) judged.Add(facts.Service.Value);
            return facts.Service.Value == "broken" ? throw new InvalidOperationException("it is broken")
                : Correlator.Judge(facts, definitions);
        });
        await store.AppendAsync([Events.Deployment("b1", "broken"), Events.Deployment("d1", "shop")], default);
        var error = await Assert.ThrowsAsync<AggregateException>(() => readings.DrainAsync(null, default));
        Assert.Contains("broken could not be judged: it is broken", error.Message);
        Assert.Equal(["d1"], await LedgerAsync(store));
        Assert.Equal("broken", Assert.Single(await store.StaleAsync(default)).Service.Value);

        // The same facts fail the same way; new ones may not.
        judged.Clear();
        await store.AppendAsync([Events.Deployment("d2", "shop", "2026-03-03T10:00:00Z")], default);
        await readings.DrainAsync(null, default);
        Assert.Equal(["shop"], judged);
        await store.AppendAsync([Events.Deployment("b2", "broken")], default);
        await Assert.ThrowsAsync<AggregateException>(() => readings.DrainAsync(null, default));
        Assert.Equal(["d2", "d1"], await LedgerAsync(store));
    }

    [Theory]
    [InlineData("shop", "Shop")]
    [InlineData("Shop", "shop")]
    public async Task A_service_that_two_sources_write_in_other_letters_is_one(string first, string second)
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        var readings = Of(store);
        await store.AppendAsync([Events.Deployment("d1", first)], default);
        await readings.DrainAsync(null, default);
        await store.AppendAsync([Events.Deployment("d2", second, "2026-03-03T10:00:00Z")], default);
        await readings.DrainAsync(null, default);
        Assert.Equal(["d2", "d1"], await LedgerAsync(store));
        Assert.Empty(await store.StaleAsync(default));
    }

    [Fact]
    public async Task A_stream_that_does_not_end_is_judged_between()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        await store.AppendAsync(
            [
                .. Enumerable.Range(0, Readings.AtOnce + 9)
                    .Select(i => Events.Deployment($"d{i}", "shop", $"2026-03-02T10:00:00.{i:0000}Z")),
            ], default);
        var readings = Of(store);
        Assert.True(await readings.RoundAsync(1, null, default));
        Assert.Equal(Readings.AtOnce, (await store.HealthAsync(default)).LedgerRows);
        Assert.False(await readings.RoundAsync(2, null, default));
        Assert.Equal(Readings.AtOnce + 9, (await store.HealthAsync(default)).LedgerRows);
    }

    [Fact]
    public async Task Facts_stay_when_bodies_are_gone_and_everything_is_read_again()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        await store.AppendAsync(
            [Events.Deployment("d1"), Events.Of("no json"), Events.Deployment("d2", "shop", "2026-03-03T10:00:00Z")], default);
        await Of(store).DrainAsync(null, default);
        Assert.Equal(3, await store.DropBodiesAsync(Later, Later, default));

        await store.RewindAsync(default);
        await Of(store).DrainAsync(null, default);
        Assert.Equal(["d2", "d1"], await LedgerAsync(store));
        var source = Assert.Single(await store.SourcesAsync(default));
        Assert.Equal((2, 1, 0), (source.Facts, source.Unreadable, (await store.HealthAsync(default)).Unread));
    }

    [Fact]
    public async Task An_incident_of_the_first_day_of_the_calendar_is_judged()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        await store.AppendAsync(
            [
                Events.Deployment("d1", "shop", "0001-01-01T00:00:00Z"), Events.Deployment("d2", "shop", "9999-12-31T23:59:59Z"),
                Events.Of("""{"type":"incident","id":"i1","service":"shop","started_at":"0001-01-01T00:00:00Z"}"""),
                Events.Of("""{"type":"incident","id":"i2","service":"shop","started_at":"9999-12-31T23:59:59Z"}"""),
            ],
            default);
        await Of(store).DrainAsync(null, default);
        Assert.Empty(await store.StaleAsync(default));
        Assert.Equal(2, (await store.HealthAsync(default)).LedgerRows);
    }

    [Fact]
    public async Task A_name_that_no_engine_can_keep_holds_up_nobody()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        await store.AppendAsync(
            [
                Events.Deployment("d1", "\\u0000"),
                Events.Of("""{"type":"commit","repository":"\u0000","sha":"0123456789abcdef0123456789abcdef01234567"}"""),
            ],
            default);
        await Of(store).DrainAsync(null, default);
        await store.AppendAsync([Events.Deployment("d2")], default);
        await Of(store).DrainAsync(null, default);
        Assert.Equal(["d1", "d2"], (await LedgerAsync(store)).Order());
        Assert.Empty(await store.StaleAsync(default));
    }

    static Readings Of(Store store) => new(store, Definitions.Default, NullLogger.Instance);

    static async Task<IEnumerable<string>> LedgerAsync(Store store)
    {
        var query = new MetricsQuery(null, "production", DateTimeOffset.UnixEpoch, Later);
        return (await store.LedgerAsync(new RowsQuery(query), default)).Items.Select(entry => entry.DeploymentId);
    }
}
