using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>Several servers on one database.</summary>
public sealed class ReplicasTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_three_servers_one_may_be_killed_and_the_others_take_over_its_work()
    {
        var store = PostgresCluster.Started.NewStore();
        await using var first = await LeadlineProcess.ServeAsync(store);
        await using var second = await LeadlineProcess.ServeAsync(store);
        await using var third = await LeadlineProcess.ServeAsync(store);
        var acknowledged = new ConcurrentDictionary<string, byte>();
        using var over = new CancellationTokenSource();
        var senders = new[] { first, second, third }
            .SelectMany((server, place) => Enumerable.Range(0, 4).Select(lane => SendAsync(server, $"{place}{lane}"))).ToList();
        await first.WaitAsync(() => Task.FromResult(acknowledged.Count >= 600), "600 events are acknowledged");
        await first.KillAsync();
        var before = acknowledged.Count;
        await second.WaitAsync(() => Task.FromResult(acknowledged.Count >= before + 300), "the others take 300 more");
        await over.CancelAsync();
        await Task.WhenAll(senders);

        foreach (var survivor in (LeadlineProcess[])[second, third])
        {
            await survivor.WaitAsync(
                async () => await CountAsync(survivor) == acknowledged.Count, $"all {acknowledged.Count} are judged, each once");
            Assert.Equal(acknowledged.Keys.Order(), await DeploymentsAsync(survivor));
        }

        async Task SendAsync(LeadlineProcess server, string sender)
        {
            for (var number = 0; !over.IsCancellationRequested; number++)
            {
                var id = $"d-{sender}-{number}";
                var body = new
                {
                    type = "deployment",
                    id,
                    service = $"service-{number % 5}",
                    environment = "production",
                    version = id,
                    status = "succeeded",
                    finished_at = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds((int.Parse(sender) * 10_000) + number),
                };
                try
                {
                    using var answer = await server.Client.PostAsJsonAsync("/api/v1/events", body, Cancellation);
                    if (answer.IsSuccessStatusCode) acknowledged[id] = 0;
                }
                catch (HttpRequestException)
                {
                    // This one is gone, and whether it had stored its last delivery it could not say any more: a source sends it
                    // again.
                    server = second;
                    number--;
                }
            }
        }
    }

    static async Task<long> CountAsync(LeadlineProcess server)
    {
        var metrics = await server.Client.GetFromJsonAsync<JsonElement>(
            "/api/v1/metrics?from=2024-01-01&to=2026-01-01", Cancellation);
        return metrics.GetProperty("metrics").GetProperty("deployment_frequency").GetProperty("deployments").GetInt64();
    }

    static async Task<List<string>> DeploymentsAsync(LeadlineProcess server)
    {
        var ids = new List<string>();
        var cursor = "";
        do
        {
            var page = await server.Client.GetFromJsonAsync<JsonElement>(
                $"/api/v1/deployments?from=2024-01-01&to=2026-01-01&limit=1000{cursor}", Cancellation);
            ids.AddRange(
                page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("deployment_id").GetString()!));
            cursor = page.GetProperty("next") is { ValueKind: JsonValueKind.String } next ? "&cursor=" + next.GetString() : "";
        }
        while (cursor.Length > 0);
        return [.. ids.Order()];
    }
}
