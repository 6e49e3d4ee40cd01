using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>What the real process promises about its store.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed()
    {
        using var store = new TemporaryStore();
        var acknowledged = new ConcurrentDictionary<long, string>();
        await using (var server = await LeadlineProcess.ServeAsync(store.File))
        {
            using var over = new CancellationTokenSource();
            var senders = Enumerable.Range(0, 16).Select(sender => SendAsync(server.Client, sender, acknowledged, over.Token))
                .ToList();
            await server.WaitAsync(() => Task.FromResult(acknowledged.Count >= 400), "400 deliveries are acknowledged");

            // While all of them still send.
            await server.KillAsync();
            await over.CancelAsync();
            await Task.WhenAll(senders);
        }

        Assert.True(acknowledged.Count >= 400);
        await using var again = await LeadlineProcess.ServeAsync(store.File);
        foreach (var (id, deployment) in acknowledged)
        {
            var page = await again.Client.GetAsync($"/deliveries/{id}", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains(deployment, await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        // And what was stored and not yet read is read now.
        foreach (var deployment in acknowledged.Values)
            await again.WaitAsync(
                async () => (await again.Client.GetAsync($"/deployments/{deployment}")).StatusCode == HttpStatusCode.OK,
                $"{deployment} is judged");
    }

    [Fact]
    public async Task On_a_full_disk_nothing_is_acknowledged_that_is_not_stored()
    {
        using var store = new TemporaryStore();
        var cancellation = TestContext.Current.CancellationToken;
        var acknowledged = new List<long>();
        await using (var server = await LeadlineProcess.ServeOnFullDiskAsync(store.File, 4 << 20))
        {
            var random = new Random(1);
            for (var number = 0; ; number++)
            {
                var text = new byte[20_000];
                random.NextBytes(text);
                var answer = await server.Client.PostAsJsonAsync(
                    "/api/v1/events",
                    new { type = "annotation", id = $"a{number}", at = "2026-01-01T00:00:00Z", text = Convert.ToHexString(text) }, cancellation);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                {
                    acknowledged.Add(
                        (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("id").GetInt64());
                    Assert.True(number < 1000, "the disk is never full");
                    continue;
                }

                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.True(answer.Headers.Contains("Retry-After"));
                Assert.Contains("send it again", await answer.Content.ReadAsStringAsync(cancellation));
                break;
            }

            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz", cancellation)).StatusCode);
            await server.WaitAsync(
                () => Task.FromResult(server.Said().Contains("could not be stored and were refused", StringComparison.Ordinal)),
                "the log says so");
            await server.KillAsync();
        }

        Assert.NotEmpty(acknowledged);
        await using var again = await LeadlineProcess.ServeAsync(store.File);
        foreach (var id in acknowledged)
            Assert.Equal(HttpStatusCode.OK, (await again.Client.GetAsync($"/deliveries/{id}", cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_second_server_on_the_same_store_names_the_first_and_exits_2()
    {
        using var store = new TemporaryStore();
        await using var first = await LeadlineProcess.ServeAsync(store.File);
        var (exitCode, _, error) = await LeadlineProcess.RunAsync(
            "serve", "--store", "duckdb:" + store.File, "--listen", "127.0.0.1:0");
        Assert.Equal(2, exitCode);
        Assert.Contains($"{first.Id}", error);
        Assert.StartsWith("leadline: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public async Task An_empty_store_shows_the_way_to_the_first_number()
    {
        using var store = new TemporaryStore();
        await using var server = await LeadlineProcess.ServeAsync(store.File);
        var page = await server.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("Nothing has arrived yet", page);
        Assert.Contains(server.Address + "/api/v1/deliveries/github", page);
    }

    static async Task SendAsync(
        HttpClient client, int sender, ConcurrentDictionary<long, string> acknowledged, CancellationToken over)
    {
        for (var number = 0; !over.IsCancellationRequested; number++)
        {
            var id = $"deployment-{sender}-{number}";
            var body = JsonSerializer.Serialize(new
            {
                type = "deployment",
                id,
                service = $"service-{sender % 3}",
                environment = "production",
                version = $"v{number}",
                status = "succeeded",
                finished_at = DateTimeOffset.UnixEpoch.AddDays(20_000).AddMinutes((sender * 10_000) + number),
            });
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync("/api/v1/events", content, over);
                if (answer.StatusCode != HttpStatusCode.Accepted) continue;
                var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(over);
                acknowledged[taken.GetProperty("id").GetInt64()] = id;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                // The process is gone: what was not acknowledged was not promised.
                return;
            }
        }
    }
}
