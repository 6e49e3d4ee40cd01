using DuckDB.NET.Data;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Ingest;

public sealed class DeliveryLogTests
{
    [Fact]
    public async Task A_full_queue_takes_no_more_and_all_that_waited_is_stored()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
        var waiting = Enumerable.Range(0, DeliveryLog.MostWaiting)
            .Select(i => log.AppendAsync(Events.Deployment($"d{i}"), default)).ToList();
        var refused = log.AppendAsync(Events.Deployment("one too many"), default);
        Assert.True(refused.IsCompleted);
        Assert.Null(await refused);

        await log.StartAsync(default);
        var answers = await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(1, DeliveryLog.MostWaiting).Select(id => (long)id), answers.Select(answer => answer!.Id));
        Assert.Equal(DeliveryLog.MostWaiting, (await store.HealthAsync(default)).Deliveries);
        Assert.NotNull(await log.AppendAsync(Events.Deployment("there is room again"), default));
        await log.StopAsync(default);
    }

    [Fact]
    public async Task Large_bodies_fill_the_queue_before_they_fill_the_memory()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
        var body = new byte[25 * 1024 * 1024];
        NewDelivery Large(int i) =>
            new(
                $"large {i}",
                new Delivery
                {
                    Source = "leadline",
                    Headers = Delivery.NoHeaders,
                    Body = body,
                    ReceivedAt = DateTimeOffset.UnixEpoch,
                });
        var waiting = Enumerable.Range(0, DeliveryLog.MostBytes / body.Length).Select(i => log.AppendAsync(Large(i), default))
            .ToList();
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        var refused = log.AppendAsync(Large(waiting.Count), default);
        Assert.True(refused.IsCompleted);
        Assert.Null(await refused);
    }

    [Fact]
    public async Task What_the_store_refuses_is_not_acknowledged_and_the_next_is_taken()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "store.duckdb");
        await using var store = await Store.OpenAsync("duckdb:" + file, default);
        using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
        await log.StartAsync(default);
        await log.AppendAsync(Events.Deployment("before"), default);

        using (var other = new DuckDBConnection($"Data Source={file}"))
        {
            other.Open();
            Execute(other, "drop index delivery_dedupe; alter table delivery rename to gone");
            await Assert.ThrowsAsync<StoreException>(() => log.AppendAsync(Events.Deployment("refused"), default));
            Execute(other, "alter table gone rename to delivery");
        }

        Assert.False((await log.AppendAsync(Events.Deployment("after"), default))!.Known);
        Assert.Equal(2, (await store.HealthAsync(default)).Deliveries);
        await log.StopAsync(default);
    }

    [Fact]
    public async Task A_mistake_of_our_own_does_not_stop_the_log()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
        await log.StartAsync(default);
        var keyless = Events.Deployment("d1") with { DedupeKey = null! };
        await Assert.ThrowsAsync<StoreException>(() => log.AppendAsync(keyless, default));
        Assert.Equal(new AppendedDelivery(1, Known: false), await log.AppendAsync(Events.Deployment("d1"), default));
        await log.StopAsync(default);
    }

    [Fact]
    public async Task The_same_delivery_twice_in_one_transaction_is_stored_once()
    {
        await using var store = await Store.OpenAsync(TestStore.New, default);
        using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
        var waiting = Enumerable.Range(0, 10).Select(_ => log.AppendAsync(Events.Deployment("d1"), default)).ToList();
        await log.StartAsync(default);
        var answers = await Task.WhenAll(waiting);
        Assert.All(answers, answer => Assert.Equal(1, answer!.Id));
        Assert.Single(answers, answer => !answer!.Known);
        await log.StopAsync(default);
    }

    static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
