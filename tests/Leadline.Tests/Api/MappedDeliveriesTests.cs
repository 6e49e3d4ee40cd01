using System.Net;
using System.Text.Json.Nodes;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class MappedDeliveriesTests
{
    const string Rules = """
        mappings:
          shipit:
            auth: header X-Token
            rules:
              - type: deployment
                id: $.number
                service: $.app
                environment: production
                version: $.version
                status: succeeded
                finished_at: $.at
        sources:
          shipit: { secret: "${SECRET}" }
        """;

    [Fact]
    public async Task A_mapping_is_a_source_like_any_other()
    {
        await using var server = await RunningServer.StartAsync(Rules);
        const string Body = """{"number":7,"app":"checkout","version":"v7","at":"2026-03-02T11:09:00Z"}""";

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await server.PostAsync("/api/v1/deliveries/shipit", Body, ("X-Token", "another secret"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/deliveries/shipit", Body)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await server.PostAsync("/api/v1/deliveries/shipit", Body, ("X-Token", "a secret"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK, (await server.PostAsync("/api/v1/deliveries/shipit", Body, ("X-Token", "a secret"))).StatusCode);
        var missing = await server.PostAsync("/api/v1/deliveries/shippit", Body, ("X-Token", "a secret"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains(", shipit", (string?)JsonNode.Parse(await missing.Content.ReadAsStringAsync())!["detail"]);
        await server.SettleAsync();

        var delivery = Assert.Single((await server.Store.DeliveriesAsync(new DeliveriesQuery(), default)).Items);
        Assert.Empty((await server.Store.DeliveryAsync(delivery.Id, default))!.Delivery.Headers);
        Assert.NotNull(await server.Store.DeploymentAsync("shipit:7", default));
    }

    [Fact]
    public async Task What_came_before_its_rules_is_read_by_them_once_they_are_there()
    {
        var (before, after) = (Sources("mappings: { shipit: {} }"), Sources(Rules));
        await using var store = await Store.OpenAsync(TestStore.New, default);
        var delivery = new Delivery
        {
            Source = "shipit",
            Headers = Delivery.NoHeaders,
            Body = """{"number":7,"app":"checkout","version":"v7","at":1772449740}"""u8.ToArray(),
            ReceivedAt = RunningServer.Now,
        };
        await store.AppendAsync([(await Intake.OfAsync(store, default)).Prepare(before.Find("shipit")!, delivery)], default);
        await new Readings(store, Definitions.Default, NullLogger.Instance, sources: before).DrainAsync(null, default);
        Assert.Single((await store.DeliveriesAsync(new DeliveriesQuery(Outcome: "ignored"), default)).Items);

        await new Readings(store, Definitions.Default, NullLogger.Instance, sources: after).DrainAsync(null, default);

        Assert.NotNull(await store.DeploymentAsync("shipit:7", default));
    }

    static KnownSources Sources(string settings) => SettingsFile.Parse(settings, "leadline.yaml", _ => "a secret").Sources;
}
