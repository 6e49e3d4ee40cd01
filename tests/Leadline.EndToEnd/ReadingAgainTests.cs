using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>The real process, killed while it reads again what an earlier version of a reader read.</summary>
public sealed class ReadingAgainTests
{
    const int Deliveries = 20_000;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_in_the_midst_of_it_loses_nothing_and_doubles_nothing()
    {
        using var store = new TemporaryStore();
        await FillAsync("duckdb:" + store.File);
        await KillAndGoOnAsync(store.File);
    }

    [Fact]
    public async Task On_a_database_with_two_servers_the_other_goes_on()
    {
        var store = PostgresCluster.Started.NewStore();
        await FillAsync(store);
        await using var other = await LeadlineProcess.ServeAsync(store);
        await KillAndGoOnAsync(store);
    }

    static async Task KillAndGoOnAsync(string store)
    {
        var killed = await LeadlineProcess.ServeAsync(store);
        await killed.WaitAsync(async () => await DoneAsync(killed) is > 0, "some of it is read again");
        await killed.KillAsync();
        await killed.DisposeAsync();

        await using var next = await LeadlineProcess.ServeAsync(store);
        await next.WaitAsync(async () => await DoneAsync(next) is Deliveries, "all of it is read again");
        await next.WaitAsync(
            async () =>
                (await next.Client.GetFromJsonAsync<JsonElement>("/api/v1/metrics?from=2025-01-01&to=2027-01-01", Cancellation))
                    .GetProperty("metrics").GetProperty("deployment_frequency")
                    .GetProperty("deployments").GetInt32() == Deliveries,
            "each is judged, once");
        var source = (await next.Client.GetFromJsonAsync<JsonElement>("/api/v1/sources", Cancellation))[0];
        Assert.Equal(
            (Deliveries, Deliveries), (source.GetProperty("facts").GetInt32(), source.GetProperty("deliveries").GetInt32()));
    }

    static async Task<int> DoneAsync(LeadlineProcess server)
    {
        var source = (await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/sources", Cancellation))[0];
        return source.GetProperty("reading_again") is { ValueKind: JsonValueKind.Object } again
            ? again.GetProperty("done").GetInt32() : Deliveries;
    }

    /// <summary>A store of deployments that a version before all others ignored.</summary>
    static async Task FillAsync(string address)
    {
        await using var store = await Store.OpenAsync(address, Cancellation);
        foreach (var batch in Enumerable.Range(0, Deliveries).Chunk(5_000))
        {
            var stored = await store.AppendAsync([.. batch.Select(Delivery)], Cancellation);
            await store.SaveReadingsAsync(
                [.. stored.Select(one => new ReadDelivery(one.Id, 0, Reading.Ignored("nobody read deployments then")))], [],
                Cancellation);
        }
    }

    static NewDelivery Delivery(int number) => new($"{number}", new Delivery
    {
        Source = "leadline",
        Headers = Core.Delivery.NoHeaders,
        ReceivedAt = DateTimeOffset.UnixEpoch.AddDays(20_500).AddSeconds(number),
        Body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            type = "deployment",
            id = $"d{number}",
            service = $"service-{number % 7}",
            environment = "production",
            status = "succeeded",
            finished_at = DateTimeOffset.UnixEpoch.AddDays(20_500).AddSeconds(number),
        })),
    });
}
