using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Correlation;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class StoreTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("frontend")]
    [InlineData("publishing-api")]
    public async Task Gives_the_same_judgement_from_the_store_as_from_memory(string name)
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var (commits, deployments) = RealServicesTests.Read(name);
        var log = await store.AppendAsync([New("one"), New("two")], Cancellation);
        await store.SaveReadingsAsync(
            [
                new ReadDelivery(log[0].Id, 1, new FactsReading([.. deployments])),
                new ReadDelivery(log[1].Id, 1, new FactsReading([.. commits])),
            ], [new ServiceName(name)], Cancellation);
        var map = await store.ServiceMapAsync(Definitions.Default, Cancellation);
        var service = Assert.Single(map.Services);
        var stale = Assert.Single(await store.StaleAsync(Cancellation));
        var actual = Correlator.Judge(await store.FactsOfAsync(service, map, Cancellation), Definitions.Default);
        var expected = Correlator.Judge(RealServicesTests.Facts(name), Definitions.Default);
        Assert.Equal(expected.Ledger, actual.Ledger);
        Assert.Equal(expected.Shipped, actual.Shipped);
        Assert.Equal(expected.Blames, actual.Blames);

        await store.SaveJudgementAsync(service, actual, stale.Mark, Cancellation);
        Assert.Empty(await store.StaleAsync(Cancellation));
        using var numbers = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Shared.Find("govuk", name + ".expected.json"), Cancellation));
        var window = numbers.RootElement;
        var report = await new MetricsReader(store, Definitions.Default, TimeProvider.System).ReadAsync(
            new MetricsQuery(
                null, "production", window.GetProperty("from").GetDateTimeOffset(),
                window.GetProperty("to").GetDateTimeOffset()), Cancellation);
        Assert.Equal(window.GetProperty("deployments").GetInt32(), report.Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(window.GetProperty("commits_shipped_without_merges").GetInt32(), report.Metrics.LeadTime.Count);
        Assert.Equal(
            window.GetProperty("lead_time_authored_seconds").GetProperty("median").GetDouble(),
            report.Metrics.LeadTime.MedianSeconds!.Value, 0.1);
        Assert.Equal(
            window.GetProperty("lead_time_authored_seconds").GetProperty("p90").GetDouble(),
            report.Metrics.LeadTime.P90Seconds!.Value, 0.1);
        Assert.InRange(
            report.Metrics.LeadTime.MedianSeconds.Value, report.Metrics.LeadTime.IntervalSeconds!.Value[0],
            report.Metrics.LeadTime.IntervalSeconds.Value[1]);
        Assert.Equal(window.GetProperty("rollbacks").GetInt32(), report.Metrics.ReworkRate.Rework);
        Assert.Equal(window.GetProperty("rollbacks").GetInt32(), report.Metrics.ChangeFailureRate.Failed);
    }

    [Fact]
    public async Task A_delivery_that_is_known_is_not_stored_twice()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var first = await store.AppendAsync([New("a"), New("b"), New("a")], Cancellation);
        var again = await store.AppendAsync([New("b"), New("c")], Cancellation);
        Assert.Equal([1, 2, 1], first.Select(answer => answer.Id));
        Assert.Equal([false, false, true], first.Select(answer => answer.Known));
        Assert.Equal(2, again[0].Id);
        Assert.True(again[1].Id > 2);
        Assert.Equal([true, false], again.Select(answer => answer.Known));
    }

    [Fact]
    public async Task What_is_logged_is_there_after_a_restart_and_unread_until_it_is_read()
    {
        var file = Path.Combine(Path.GetTempPath(), $"leadline-{Guid.NewGuid():N}.duckdb");
        try
        {
            await using (var store = await Store.OpenAsync("duckdb:" + file, Cancellation))
                await store.AppendAsync([New("a"), New("b")], Cancellation);
            await using (var store = await Store.OpenAsync("duckdb:" + file, Cancellation))
            {
                var unread = await store.UnreadAsync(10, Cancellation);
                Assert.Equal(
                    ["body of a", "body of b"], unread.Select(delivery => Encoding.UTF8.GetString(delivery.Delivery.Body.Span)));
                Assert.Equal("yes", unread[0].Delivery.Header("x-KEPT"));
                await store.SaveReadingsAsync([new ReadDelivery(1, 1, Reading.Ignored("it is a test"))], [], Cancellation);
            }

            await using (var store = await Store.OpenAsync("duckdb:" + file, Cancellation))
            {
                Assert.Equal(2, Assert.Single(await store.UnreadAsync(10, Cancellation)).Id);
                Assert.Equal("ignored", (await store.DeliveryAsync(1, Cancellation))!.Outcome);
                await store.RewindAsync(Cancellation);
                Assert.Equal(2, (await store.UnreadAsync(10, Cancellation)).Length);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Reading_again_takes_the_place_of_the_earlier_reading()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync([New("a")], Cancellation);
        var commits = RealCommits(3);
        for (var i = 0; i < 2; i++)
            await store.SaveReadingsAsync([new ReadDelivery(1, i + 1, new FactsReading([.. commits]))], [], Cancellation);
        var health = await store.HealthAsync(Cancellation);
        Assert.Equal(3, health.Commits);
    }

    [Fact]
    public async Task A_service_that_becomes_stale_while_it_is_judged_stays_stale()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var service = new ServiceDefinition { Name = new ServiceName("shop") };
        await store.AppendAsync([New("a"), New("b")], Cancellation);
        await store.SaveReadingsAsync([new ReadDelivery(1, 1, Reading.Ignored("test"))], [service.Name], Cancellation);
        var mark = Assert.Single(await store.StaleAsync(Cancellation)).Mark;
        await store.SaveReadingsAsync([new ReadDelivery(2, 1, Reading.Ignored("test"))], [service.Name], Cancellation);
        await store.SaveJudgementAsync(service, new Judgement([], [], []), mark, Cancellation);
        Assert.Single(await store.StaleAsync(Cancellation));
    }

    [Fact]
    public async Task A_service_that_the_definitions_no_longer_have_is_gone()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var service = new ServiceDefinition { Name = new ServiceName("shop") };
        await store.SaveJudgementAsync(service, new Judgement([], [], []), null, Cancellation);
        Assert.Single(await store.ServicesAsync(Cancellation));
        await store.SaveJudgementsAsync(
            [new JudgedService(service, new Judgement([], [], []), null, IsRemoved: true)], Cancellation);
        Assert.Empty(await store.ServicesAsync(Cancellation));
    }

    [Fact]
    public async Task Judging_again_what_has_not_changed_writes_nothing()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var row = Made.Row("d1", "2026-03-01T10:00:00Z");
        await store.JudgeAsync(
            [row], [Made.Shipped(row, 1, 60)], [Made.Blame("d1", "I1", "2026-03-01T11:00:00Z")], Cancellation);
        var version = (await store.DataVersionAsync(Cancellation));
        await store.JudgeAsync(
            [row], [Made.Shipped(row, 1, 60)], [Made.Blame("d1", "I1", "2026-03-01T11:00:00Z")], Cancellation);
        Assert.Equal(version, (await store.DataVersionAsync(Cancellation)));
        await store.JudgeAsync(
            [row], [Made.Shipped(row, 1, 61)], [Made.Blame("d1", "I1", "2026-03-01T11:00:00Z")], Cancellation);
        Assert.True((await store.DataVersionAsync(Cancellation)) > version);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task Whatever_was_there_before_the_rows_are_those_of_the_last_judgement(int changed)
    {
        var before = Enumerable.Range(0, 50)
            .Select(number => Made.Row($"d{number}", $"2026-03-01T{number / 60:00}:{number % 60:00}:00Z")).ToList();
        var after = before.Select((row, number) => number < changed ? row with { Version = "v2" } : row).Skip(1)
            .Append(Made.Row("new", "2026-03-02T10:00:00Z")).ToList();
        await using var grown = await Store.OpenAsync(TestStore.New, Cancellation);
        await grown.JudgeAsync(before, before.Select(Shipped), [Made.Blame("d1", "I1", "2026-03-01T11:00:00Z")], Cancellation);
        await using var fresh = await Store.OpenAsync(TestStore.New, Cancellation);
        foreach (var store in (Store[])[grown, fresh])
            await store.JudgeAsync(after, after.Select(Shipped), [Made.Blame("d2", "I2", "2026-03-01T11:00:00Z")], Cancellation);
        Assert.Equal(await fresh.JudgedFingerprintAsync(Cancellation), await grown.JudgedFingerprintAsync(Cancellation));
        Assert.Equal(await RowsAsync(fresh), await RowsAsync(grown));

        static ShippedChange Shipped(LedgerRow row) =>
            int.TryParse(row.DeploymentId.AsSpan(1), out var number) ? Made.Shipped(row, number + 1, number)
                : Made.Shipped(row, 99, 99);

        static async Task<string> RowsAsync(Store store)
        {
            var all = new RowsQuery(
                new MetricsQuery(null, "production", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue), null, 1000);
            return JsonSerializer.Serialize(new object[]
            {
                await store.LedgerAsync(all, Cancellation),
                await store.ExplainAsync("lead_time", all, new Definitions(), Cancellation),
                await store.IncidentsAsync(all, Cancellation),
            });
        }
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused()
    {
        var file = Path.Combine(Path.GetTempPath(), $"leadline-{Guid.NewGuid():N}.duckdb");
        try
        {
            await using (await Store.OpenAsync("duckdb:" + file, Cancellation)) { }
            using (var connection = new DuckDB.NET.Data.DuckDBConnection($"Data Source={file}"))
            {
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = "update meta set value = '9999' where name = 'schema'";
                command.ExecuteNonQuery();
            }

            var refused = await Assert.ThrowsAsync<StoreException>(() => Store.OpenAsync("duckdb:" + file, Cancellation));
            Assert.Contains("newer", refused.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_store_of_an_older_version_is_brought_up_and_what_it_had_judged_is_judged_again()
    {
        var file = Path.Combine(Path.GetTempPath(), $"leadline-{Guid.NewGuid():N}.duckdb");
        try
        {
            using (var connection = new DuckDB.NET.Data.DuckDBConnection($"Data Source={file}"))
            {
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = Queries.Text("0001_start")
                    + "insert into meta values ('schema', '1'), ('salt', '00'); insert into cursor values ('reader', 0), "
                    + "('data', 3), ('stale', 5); insert into service values (7, 'shop', null, null)";
                command.ExecuteNonQuery();
            }

            await using var store = await Store.OpenAsync("duckdb:" + file, Cancellation);
            Assert.Equal([new StaleService(new ServiceName("shop"), 5)], await store.StaleAsync(Cancellation));
            await store.JudgeAsync([Made.Row("d1", "2026-03-01T10:00:00Z")], [], [], Cancellation);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task An_empty_window_has_no_numbers_rather_than_zeros()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var query = new MetricsQuery(
            null, "production", DateTimeOffset.Parse("2026-01-01T00:00:00Z"), DateTimeOffset.Parse("2026-04-01T00:00:00Z"));
        var reader = new MetricsReader(store, Definitions.Default, TimeProvider.System);
        var metrics = (await reader.ReadAsync(query, Cancellation)).Metrics;
        Assert.Null(metrics.DeploymentFrequency.PerDay);
        Assert.Null(metrics.LeadTime.MedianSeconds);
        Assert.Null(metrics.ChangeFailureRate.Value);
        Assert.Null(metrics.RecoveryTime.MedianSeconds);
        Assert.Null(metrics.ReworkRate.Value);
        foreach (var metric in MetricRules.Names)
            Assert.All(await reader.SeriesAsync(metric, Bucket.Month, query, Cancellation), point => Assert.Null(point.Value));
        Assert.Equal(3, (await reader.SeriesAsync("lead_time", Bucket.Month, query, Cancellation)).Length);
    }

    static IEnumerable<CommitFact> RealCommits(int count) => Enumerable.Range(1, count).Select(i => new CommitFact
    {
        Repository = new RepositoryName("acme/shop"),
        Sha = Sha.Parse($"{i:x40}"),
        Parents = [],
        Message = "Fix SHOP-1\n\nThis reverts commit 0123456789abcdef.",
    });

    static NewDelivery New(string key) => new(key, new Delivery
    {
        Source = "leadline",
        Headers = Delivery.NoHeaders.Add("X-Kept", "yes"),
        Body = Encoding.UTF8.GetBytes("body of " + key),
        ReceivedAt = DateTimeOffset.UnixEpoch,
    });
}
