using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>
/// Comparisons in the store: what is wanted, what one makes of a row, and what is left once its delivery is read otherwise.
/// </summary>
public sealed class ComparisonsTests
{
    static readonly DateTimeOffset Noon = Made.Instant("2026-02-03T12:00:00Z");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_comparison_goes_with_its_delivery_when_that_is_read_otherwise()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await SaveAsync(store, "deployments", Deployed(1, 1), Deployed(2, 3));
        Assert.Equal(
            [new WantedComparison(Made.Repository, Made.Sha(1), Made.Sha(3))],
            await store.WantedComparisonsAsync(Definitions.Default, Cancellation));
        Assert.Equal("unknown_sha", (await RowAsync(store, 2)).Deployment.Link);
        Assert.Equal(Made.Sha(1).ToString(), (await RowAsync(store, 2)).Deployment.LiveBefore);

        var id = await SaveAsync(store, "comparison", Between(1, 3, 2, 3));
        Assert.Empty(await store.WantedComparisonsAsync(Definitions.Default, Cancellation));
        var row = await RowAsync(store, 2);
        Assert.Equal(("linked", 2, null), (row.Deployment.Link, row.Deployment.Commits, row.Deployment.LiveBefore));
        Assert.All(row.Shipped, shipped => Assert.Equal(("compare", id), (shipped.Method, Assert.Single(shipped.Deliveries))));
        Assert.Equal("baseline", (await RowAsync(store, 1)).Deployment.Link);
        var line =
            (await store.LedgerLinesAsync(
                new LedgerQuery(new Leadline.Metrics.MetricsQuery(null, "production", Noon.AddDays(-9), Noon.AddDays(9))), null,
                10, Cancellation)).Items[0];
        Assert.Equal(["compare"], line.Methods);

        // Read by a later reader, it says nothing.
        await store.SaveReadingsAgainAsync([new ReadDelivery(id, 2, Reading.Ignored("nothing"))], [Service], Cancellation);
        await JudgeAsync(store);
        Assert.Equal("unknown_sha", (await RowAsync(store, 2)).Deployment.Link);
        Assert.Single(await store.WantedComparisonsAsync(Definitions.Default, Cancellation));
    }

    [Fact]
    public async Task What_names_no_repository_is_of_the_only_one_that_its_service_has()
    {
        var definitions = Definitions.Default with
        {
            Services = [new ServiceDefinition { Name = new ServiceName("shop"), Repositories = [Made.Repository] }],
        };
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await SaveAsync(
            store, "deployments", definitions,
            Deployed(1, 1) with { Repository = null, Service = "shop" },
            Deployed(2, 3) with { Repository = null, Service = "shop" });
        Assert.Equal(
            [new WantedComparison(Made.Repository, Made.Sha(1), Made.Sha(3))],
            await store.WantedComparisonsAsync(definitions, Cancellation));
        await SaveAsync(store, "comparison", definitions, Between(1, 3, 2, 3));
        Assert.Equal("linked", (await RowAsync(store, 2)).Deployment.Link);
    }

    [Fact]
    public async Task What_a_host_refused_is_found_by_its_row()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await SaveAsync(store, "deployments", Deployed(1, 1), Deployed(2, 3));
        var row = (await RowAsync(store, 2)).Deployment;
        Assert.Null(await store.WhyNotComparedAsync(row, Cancellation));
        var cursor = new ComparingCursor { Version = 1, Pair = ComparingCursor.PairOf(Made.Sha(1), Made.Sha(3)), Requests = [] }
            .Without(Noon, "it forgot");
        await store.AppendPageAsync(
            "gitlab compare", Made.Repository.Value.ToUpperInvariant(), cursor.Write(), [], Cancellation);
        await store.AppendPageAsync("github", Made.Repository.Value, "{}", [], Cancellation);
        var why = await store.WhyNotComparedAsync(row, Cancellation);
        Assert.Equal(("gitlab", new ComparingAnswer(Noon, "it forgot")), (why!.Value.Source, why.Value.Answer));
        Assert.Null(await store.WhyNotComparedAsync((await RowAsync(store, 1)).Deployment, Cancellation));
    }

    static ServiceName Service => new(Made.Repository.Value);

    static DeploymentFact Deployed(int number, int sha) => new()
    {
        Id = $"d{number}",
        Repository = Made.Repository,
        Environment = "production",
        Sha = Made.Sha(sha),
        Status = DeploymentStatus.Succeeded,
        FinishedAt = Noon.AddHours(number),
        AsOf = Noon.AddHours(number),
    };

    static ComparisonFact Between(int from, int head, params int[] commits) => new()
    {
        Repository = Made.Repository,
        Base = Made.Sha(from),
        Head = Made.Sha(head),
        Status = ComparisonStatus.Ahead,
        Commits = [.. commits.Select(commit => Made.Sha(commit))],
        Total = commits.Length,
        AsOf = Noon,
    };

    static Task<long> SaveAsync(Store store, string name, params Fact[] facts) =>
        SaveAsync(store, name, Definitions.Default, facts);

    static async Task<long> SaveAsync(Store store, string name, Definitions definitions, params Fact[] facts)
    {
        await store.AppendAsync([Made.Delivery(name)], Cancellation);
        var id = (await store.DeliveriesAsync(new DeliveriesQuery(Limit: 1), Cancellation)).Items[0].Id;
        await store.SaveReadingsAsync(
            [new ReadDelivery(id, 1, new FactsReading([.. facts]))],
            [definitions.Services.IsEmpty ? Service : definitions.Services[0].Name], Cancellation);
        await JudgeAsync(store, definitions);
        return id;
    }

    static Task<int> JudgeAsync(Store store, Definitions? definitions = null) =>
        new Readings(store, definitions ?? Definitions.Default, NullLogger.Instance).JudgeAsync(Cancellation);

    static async Task<DeploymentDetail> RowAsync(Store store, int number) =>
        (await store.DeploymentAsync($"d{number}", Cancellation))!;
}
