using System.Collections.Concurrent;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Storage;
using Leadline.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>What only an engine that several servers share has to promise.</summary>
public sealed class PostgresTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_in_the_middle_of_receiving_loses_and_doubles_nothing()
    {
        var cluster = PostgresCluster.StartAnother();
        try
        {
            await using var store = await Store.OpenAsync(cluster.NewStore(), Cancellation);
            using var log = new DeliveryLog(store, NullLogger<DeliveryLog>.Instance);
            await log.StartAsync(Cancellation);
            var readings = new Readings(store, Definitions.Default, NullLogger.Instance);
            var acknowledged = new ConcurrentDictionary<long, string>();
            using var over = new CancellationTokenSource();
            var senders = Enumerable.Range(0, 16).Select(sender => Task.Run(() => SendAsync(sender), Cancellation)).ToList();
            var reading = Task.Run(ReadAsync, Cancellation);
            for (var restart = 0; restart < 2; restart++)
            {
                var before = acknowledged.Count;
                while (acknowledged.Count < before + 300) await Task.Delay(20, Cancellation);
                cluster.Restart();
            }

            await Task.Delay(200, Cancellation);
            await over.CancelAsync();
            await Task.WhenAll(senders);
            await reading;
            await readings.DrainAsync(null, Cancellation);
            Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
            Assert.Equal(acknowledged.Count, (await store.HealthAsync(Cancellation)).Deliveries);
            foreach (var service in Enumerable.Range(0, 16))
            {
                var rows = await store.LedgerAsync(
                    new RowsQuery(
                        new([$"s{service}"], "production", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue), null, 1000),
                        Cancellation);
                Assert.Equal(
                    acknowledged.Values.Where(id => id.StartsWith($"d-{service}-", StringComparison.Ordinal)).Order().Take(1000),
                    rows.Items.Select(row => row.DeploymentId).Order().Take(1000));
            }

            await log.StopAsync(Cancellation);

            async Task SendAsync(int sender)
            {
                for (var number = 0; !over.IsCancellationRequested && number < 1000; number++)
                {
                    var id = $"d-{sender}-{number}";

                    // What was refused is sent again, as a source does.
                    while (true)
                    {
                        try
                        {
                            acknowledged[(await log.AppendAsync(Events.Deployment(id, $"s{sender}"), Cancellation))!.Id] = id;
                            break;
                        }
                        catch (StoreException)
                        {
                            await Task.Delay(50, Cancellation);
                        }
                    }
                }
            }

            async Task ReadAsync()
            {
                while (!over.IsCancellationRequested)
                {
                    try
                    {
                        await readings.DrainAsync(null, Cancellation);
                    }
                    catch (StoreException)
                    {
                        // As the server's own loop does, it tries again.
                    }

                    await Task.Delay(20, Cancellation);
                }
            }
        }
        finally
        {
            cluster.Remove();
        }
    }

    [Fact]
    public async Task Two_servers_hand_out_ids_in_the_order_of_commit_and_store_a_repetition_once()
    {
        var address = PostgresCluster.Started.NewStore();
        await using var one = await Store.OpenAsync(address, Cancellation);
        await using var other = await Store.OpenAsync(address, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(
            () =>
                (number % 2 == 0 ? one : other).AppendAsync(
                    [Events.Deployment($"d{number / 4}"), Events.Deployment($"e{number}")], Cancellation), Cancellation)));
        Assert.Equal(250, (await one.HealthAsync(Cancellation)).Deliveries);
        var ids = (await other.UnreadAsync(10_000, Cancellation)).Select(delivery => delivery.Id).ToList();
        Assert.Equal(250, ids.Distinct().Count());
    }

    [Fact]
    public async Task What_one_server_claims_another_leaves_to_it_until_it_is_gone()
    {
        var address = PostgresCluster.Started.NewStore();
        await using var other = await Store.OpenAsync(address, Cancellation);
        var shop = new ServiceName("shop");
        await using (var one = await Store.OpenAsync(address, Cancellation))
        {
            await using var mine = await one.ClaimAsync([shop], Cancellation);
            Assert.True(mine.Holds(shop));
            await using var theirs = await other.ClaimAsync([shop, new ServiceName("search")], Cancellation);
            Assert.False(theirs.Holds(shop));
            Assert.True(theirs.Holds(new ServiceName("search")));
            Assert.NotNull(await one.ClaimReadingAsync(Cancellation));
        }

        await using var now = await other.ClaimAsync([shop], Cancellation);
        Assert.True(now.Holds(shop));
    }

    [Theory]
    [InlineData("postgres://127.0.0.1:1/leadline", "cannot be opened")]
    [InlineData("postgres://localhost/leadline?colour=red", "'colour=red' in the store's address is not understood")]
    [InlineData("postgres://localhost/leadline?schema=Drop%20Table", "lower-case letters")]
    public async Task An_address_that_leads_nowhere_is_refused_in_a_sentence(string address, string expected)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.OpenAsync(address, Cancellation));
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void A_password_is_never_shown() =>
        Assert.Equal(
            "postgres://ada@db.acme.example:5432/leadline",
            PostgresAddress.Shown("postgres://ada:hunter2@db.acme.example/leadline"));

    [Fact]
    public void A_line_that_is_marked_for_one_engine_is_not_run_on_the_other() =>
        Assert.Equal(
            "select a, @b\n  extract(epoch from x),\nfrom t",
            Postgres.Translate("select a, $b\n  epoch(x), -- DuckDB\n  -- PostgreSQL: extract(epoch from x),\nfrom t"));
}
