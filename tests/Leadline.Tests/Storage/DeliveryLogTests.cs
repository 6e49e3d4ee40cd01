using Leadline.Core;
using Leadline.Storage;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class DeliveryLogTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_body_is_gone_and_what_was_read_of_it_stays_even_when_all_is_read_again()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync(
            [
                Made.Delivery("old"), Made.Delivery("old and broken"), Made.Delivery("new", received: "2026-03-01T00:00:00Z"),
                Made.Delivery("old and unread"),
            ], Cancellation);
        await store.SaveReadingsAsync(
            [
                new ReadDelivery(1, 1, Reading.Of(Made.Commit(1))), new ReadDelivery(2, 1, Reading.Unreadable("no JSON")),
                new ReadDelivery(3, 1, Reading.Ignored("a test")),
            ],
            [], Cancellation);

        Assert.Equal(0, await store.DropBodiesAsync(Made.Instant("2025-12-31T00:00:00Z"), null, Cancellation));
        Assert.Equal(1, await store.DropBodiesAsync(Made.Instant("2026-02-01T00:00:00Z"), null, Cancellation));
        Assert.Equal(
            1,
            await store.DropBodiesAsync(
                Made.Instant("2026-02-01T00:00:00Z"), Made.Instant("2026-02-01T00:00:00Z"), Cancellation));
        var dropped = (await store.DeliveryAsync(1, Cancellation))!;
        Assert.True(dropped.Delivery.Body.IsEmpty);
        Assert.Equal("facts", dropped.Outcome);

        await store.RewindAsync(Cancellation);
        Assert.Equal([3, 4], (await store.UnreadAsync(10, Cancellation)).Select(delivery => delivery.Id));
        var health = await store.HealthAsync(Cancellation);
        Assert.Equal((1, 2), (health.Commits, health.Unread));
    }

    [Fact]
    public async Task An_empty_body_is_a_body()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var delivery = Made.Delivery("a").Delivery;
        await store.AppendAsync(
            [
                new NewDelivery(
                    "a",
                    new Delivery { Source = "s", Headers = delivery.Headers, Body = default, ReceivedAt = delivery.ReceivedAt }),
            ], Cancellation);
        Assert.True(Assert.Single(await store.UnreadAsync(10, Cancellation)).Delivery.Body.IsEmpty);
    }

    [Fact]
    public async Task A_large_body_comes_back_byte_for_byte()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var body = new byte[3_000_000];
        new Random(7).NextBytes(body);
        var delivery = Made.Delivery("a").Delivery;
        await store.AppendAsync(
            [
                new NewDelivery(
                    "a",
                    new Delivery { Source = "s", Headers = delivery.Headers, Body = body, ReceivedAt = delivery.ReceivedAt }),
            ], Cancellation);
        Assert.Equal(body, (await store.DeliveryAsync(1, Cancellation))!.Delivery.Body.ToArray());
        Assert.Null(await store.DeliveryAsync(2, Cancellation));
    }

    [Fact]
    public async Task Deliveries_are_listed_newest_first_by_outcome_and_page()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync(
            [.. Enumerable.Range(1, 5).Select(number => Made.Delivery($"{number}", number == 5 ? "github" : "leadline"))],
            Cancellation);
        await store.SaveReadingsAsync(
            [
                new ReadDelivery(1, 1, Reading.Ignored("a")), new ReadDelivery(2, 1, Reading.Unreadable("b")),
                new ReadDelivery(3, 1, Reading.Of(Made.Commit(1))),
            ], [], Cancellation);

        var first = await store.DeliveriesAsync(new DeliveriesQuery(Limit: 3), Cancellation);
        var second = await store.DeliveriesAsync(new DeliveriesQuery(Cursor: first.Next, Limit: 3), Cancellation);
        Assert.Equal([5, 4, 3, 2, 1], first.Items.Concat(second.Items).Select(delivery => delivery.Id));
        Assert.Null(second.Next);
        Assert.Equal(
            2, Assert.Single((await store.DeliveriesAsync(new DeliveriesQuery(Outcome: "unreadable"), Cancellation)).Items).Id);
        Assert.Equal(
            [5, 4],
            (await store.DeliveriesAsync(new DeliveriesQuery(Outcome: "unread"), Cancellation)).Items.Select(
                delivery => delivery.Id));

        var sources = await store.SourcesAsync(Cancellation);
        Assert.Equal(["github", "leadline"], sources.Select(source => source.Source));
        Assert.Equal(new SourceHealth("leadline", 4, 1, 1, 1, 1, Made.Instant("2026-01-01T00:00:00Z")), sources[1]);
    }
}
