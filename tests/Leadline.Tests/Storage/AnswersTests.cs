using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class AnswersTests
{
    static readonly MetricsQuery Year = new(
        null, "production", Made.Instant("2026-01-01T00:00:00Z"), Made.Instant("2027-01-01T00:00:00Z"));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_ledger_is_paged_newest_first_and_rows_of_one_instant_are_neither_lost_nor_doubled()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.JudgeAsync(
            Enumerable.Range(0, 7)
                .Select(number => Made.Row($"d{number}", number < 4 ? "2026-02-01T00:00:00Z" : "2026-02-02T00:00:00Z")), [], [],
            Cancellation);
        var (ids, cursor, pages) = (new List<string>(), (string?)null, 0);
        do
        {
            var page = await store.LedgerAsync(new RowsQuery(Year, cursor, 2), Cancellation);
            ids.AddRange(page.Items.Select(row => row.DeploymentId));
            cursor = page.Next;
            pages++;
        }
        while (cursor is not null);
        Assert.Equal(["d6", "d5", "d4", "d3", "d2", "d1", "d0"], ids);
        Assert.Equal(4, pages);
        await Assert.ThrowsAsync<FormatException>(() => store.LedgerAsync(new RowsQuery(Year, "no cursor"), Cancellation));
    }

    [Fact]
    public async Task Every_field_of_a_ledger_row_comes_back()
    {
        var failed = Made.Instant("2026-02-01T01:00:00Z");
        var row = Made.Row("d1", "2026-02-01T00:00:00Z") with
        {
            Repository = Made.Repository,
            Sha = Made.Sha(1),
            Version = "v1",
            Kind = LedgerKind.Rollback,
            StartedAt = failed.AddHours(-2),
            Link = LedgerLink.UnknownSha,
            Changes = 3,
            MedianLeadSeconds = 12.5,
            Failed = true,
            FailedAt = failed,
            RestoredAt = failed.AddMinutes(30),
            RestoredBy = "incident I1 resolved",
            Rework = true,
            ReworkBecause = "rollback",
            Url = "https://acme.example/d1",
        };
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.JudgeAsync(
            [row], [],
            [
                Made.Blame("d1", "I1", "2026-02-01T01:00:00Z"),
                Made.Blame("d1", "d2", "2026-02-01T02:00:00Z", FailureSignal.Rollback),
            ], Cancellation);
        var entry = (await store.DeploymentAsync("d1", Cancellation))!.Deployment;
        Assert.Equal(["incident", "rollback"], entry.FailedBecause);
        Assert.Equal(
            new LedgerEntry
            {
                Service = "shop",
                Environment = "production",
                DeploymentId = "d1",
                Repository = "acme/shop",
                Sha = $"{1:x40}",
                Version = "v1",
                Kind = "rollback",
                Counted = true,
                DeployedAt = row.DeployedAt,
                StartedAt = row.StartedAt,
                Link = "unknown_sha",
                Commits = 0,
                Changes = 3,
                LeadTimes = 0,
                MedianLeadSeconds = 12.5,
                Failed = true,
                FailedBecause = entry.FailedBecause,
                FailedAt = failed,
                RestoredAt = failed.AddMinutes(30),
                RestoredBy = "incident I1 resolved",
                RecoverySeconds = 1800,
                Rework = true,
                ReworkBecause = "rollback",
                Url = "https://acme.example/d1",
            },
            entry);
        Assert.Null(await store.DeploymentAsync("nothing", Cancellation));
    }

    [Fact]
    public async Task A_shipped_change_leads_to_the_deliveries_of_its_commit_and_its_change()
    {
        await using var store = await OpenAsync();
        var row = Made.Row("d1", "2026-02-01T00:00:00Z");
        await store.JudgeAsync([row], [Made.Shipped(row, 1, 60, change: 7), Made.Shipped(row, 2, 30)], [], Cancellation);
        var explanation = await store.ExplainAsync("lead_time", new RowsQuery(Year), new Definitions(), Cancellation);
        Assert.Equal(2, explanation.Shipped.Length);
        Assert.Equal([1, 3], Assert.Single(explanation.Shipped, shipped => shipped.Change == 7).Deliveries);
        Assert.Equal([2], Assert.Single(explanation.Shipped, shipped => shipped.Change is null).Deliveries);
        var detail = (await store.DeploymentAsync("d1", Cancellation))!;
        Assert.Equal([4], detail.Deliveries.Select(delivery => delivery.Id));
        Assert.Equal([1, 3], detail.Shipped[0].Deliveries);
    }

    [Fact]
    public async Task A_blame_leads_to_the_deliveries_of_what_says_so()
    {
        await using var store = await OpenAsync();
        var (row, repair) =
            (Made.Row("d0", "2026-02-01T00:00:00Z") with { Failed = true }, Made.Row("d1", "2026-02-02T00:00:00Z"));
        await store.JudgeAsync(
            [row, repair],
            [Made.Shipped(repair, 1, 60, change: 7)],
            [
                Made.Blame("d0", "SHOP-1", "2026-02-01T01:00:00Z"),
                Made.Blame("d0", "#7", "2026-02-01T02:00:00Z", FailureSignal.Hotfix),
                Made.Blame("d0", Made.Sha(2).ToString(), "2026-02-01T03:00:00Z", FailureSignal.Revert),
                Made.Blame("d0", "d1", "2026-02-01T04:00:00Z", FailureSignal.Rollback),
            ],
            Cancellation);
        var blames =
            (await store.ExplainAsync("change_failure_rate", new RowsQuery(Year), new Definitions(), Cancellation)).Blames;
        Assert.Equal(
            [("d1", 4), ($"{2:x40}", 2), ("#7", 3), ("SHOP-1", 5L)],
            blames.Select(blame => (blame.Evidence, Assert.Single(blame.Deliveries))));
    }

    [Fact]
    public async Task Incidents_are_listed_linked_or_not_and_other_signs_are_not()
    {
        await using var store = await OpenAsync();
        await store.JudgeAsync(
            [Made.Row("d1", "2026-02-01T00:00:00Z")], [],
            [
                Made.Blame("d1", "SHOP-1", "2026-02-01T01:00:00Z"), Made.Blame(null, "SHOP-2", "2026-02-03T01:00:00Z"),
                Made.Blame(null, "SHOP-3", "2025-12-31T23:59:59Z"),
                Made.Blame("d1", "d9", "2026-02-01T02:00:00Z", FailureSignal.Rollback),
            ],
            Cancellation);
        var page = await store.IncidentsAsync(new RowsQuery(Year, Limit: 1), Cancellation);
        var rest = await store.IncidentsAsync(new RowsQuery(Year, page.Next, 1), Cancellation);
        Assert.Equal(
            [("SHOP-2", null), ("SHOP-1", "d1")],
            page.Items.Concat(rest.Items).Select(incident => (incident.Evidence, incident.DeploymentId)));
        Assert.Null(rest.Next);
        Assert.Equal([5], rest.Items[0].Deliveries);
    }

    [Fact]
    public async Task A_judgement_takes_the_place_of_the_one_before_and_leaves_other_services_alone()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.JudgeAsync([Made.Row("s1", "2026-03-01T00:00:00Z", "search")], [], [], Cancellation, "search");
        await store.JudgeAsync(
            [Made.Row("d1", "2026-02-01T00:00:00Z"), Made.Row("d2", "2026-02-02T00:00:00Z")], [], [], Cancellation);
        var before = await store.JudgedFingerprintAsync(Cancellation);
        await store.JudgeAsync([Made.Row("d2", "2026-02-02T00:00:00Z")], [], [], Cancellation);
        Assert.NotEqual(before, await store.JudgedFingerprintAsync(Cancellation));
        Assert.Equal(
            ["s1", "d2"], (await store.LedgerAsync(new RowsQuery(Year), Cancellation)).Items.Select(row => row.DeploymentId));
        Assert.Equal(
            Made.Instant("2026-02-02T00:00:00Z"), await store.NewestDeploymentAsync(["shop"], "production", Cancellation));
        Assert.Equal(Made.Instant("2026-03-01T00:00:00Z"), await store.NewestDeploymentAsync(null, "production", Cancellation));
        Assert.Null(await store.NewestDeploymentAsync(null, "staging", Cancellation));
        var services = await store.ServicesAsync(Cancellation);
        Assert.Equal(["search", "shop"], services.Select(service => service.Name));
        Assert.Equal(["production"], services[0].Environments);
    }

    [Fact]
    public async Task A_metric_that_there_is_not_is_named_beside_those_there_are()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var refused = await Assert.ThrowsAsync<FormatException>(
            () => store.ExplainAsync("velocity", new RowsQuery(Year), new Definitions(), Cancellation));
        Assert.Contains("rework_rate", refused.Message);
    }

    /// <summary>Delivery 1 and 2 a commit each, 3 the change #7, 4 the deployment d1, 5 the incident SHOP-1.</summary>
    static async Task<Store> OpenAsync()
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync([.. Enumerable.Range(1, 5).Select(number => Made.Delivery($"{number}"))], Cancellation);
        Fact[] facts =
        [
            Made.Commit(1), Made.Commit(2), new ChangeFact { Repository = Made.Repository, Number = 7 },
            new DeploymentFact
            {
                Id = "d1",
                Repository = Made.Repository,
                Environment = "prod",
                Status = DeploymentStatus.Succeeded,
            },
            new IncidentFact
            {
                Id = "SHOP-1",
                Source = "jira",
                Status = IncidentStatus.Open,
                StartedAt = Made.Instant("2026-02-01T01:00:00Z"),
            },
        ];
        await store.SaveReadingsAsync(
            [.. facts.Select((fact, i) => new ReadDelivery(i + 1, 1, Reading.Of(fact)))], [], Cancellation);
        return store;
    }
}
