using Leadline.Constraint;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using Verdict = Leadline.Constraint.Verdict;

namespace Leadline.Tests.Metrics;

/// <summary>Every number here was worked out by hand.</summary>
public sealed class ConstraintReportTests
{
    const double Hour = 3600;

    static readonly DateTimeOffset From = Made.Instant("2026-01-01T00:00:00Z"), To = Made.Instant("2026-04-01T00:00:00Z");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_slow_stage_is_named_in_one_sentence_with_its_evidence()
    {
        await using var store = await OpenAsync(("quick", 1), ("slow", 10), ("slower", 10));
        var answer = (await ReadAsync(store, null)).LeadTime;

        // 12 rows of 5 h and minutes, 24 of 14 h and minutes. At the pace of quick all are 5 h and minutes.
        Assert.Equal(
            "Wait holds 64 % of lead time in all services together; at the pace of quick, the best quartile of your 3 "
                + "services, the median would be 5 h 5 min instead of 14 h 2 min.", answer.Sentence);
        Assert.StartsWith("The median falls by 8 h 57 min, the average by 6 h: the smaller counts (", answer.Evidence);
        Assert.EndsWith(", of 36 changes in 36 deployments. No other stage would bring the median down.", answer.Evidence);
        Assert.Equal(
            ("wait", 36, 36, 6 * Hour), (answer.Constraint, answer.Count, answer.Deployments, answer.Stages[4].GainSeconds));
        Assert.Equal("nowhere clearly longer than in quick", answer.Stages[0].Because);
        Assert.Equal(1, answer.KnownShare);
        Assert.All(answer.Practices, practice => Assert.Equal("wait", practice.Stage));
        Assert.Contains(
            answer.Practices.SelectMany(practice => practice.Sources),
            source =>
                source.ToString() == "Nicole Forsgren, Jez Humble, Gene Kim, Accelerate: The Science of Lean Software and DevOps, 2018");
        Assert.Empty(answer.Notes);
    }

    [Fact]
    public async Task A_service_is_compared_with_the_whole_organisation_and_the_best_one_has_none()
    {
        await using var store = await OpenAsync(("quick", 1), ("slow", 10), ("slower", 10));
        var slow = (await ReadAsync(store, "slow")).LeadTime;
        Assert.StartsWith(
            "Wait holds 72 % of lead time in slow; at the pace of quick, the best quartile of your 3 services, the median "
                + "would be 5 h 5 min instead of 14 h 5 min.", slow.Sentence);
        var quick = (await ReadAsync(store, "quick")).LeadTime;
        Assert.Equal((Verdict.NoneFaster, null), (quick.Verdict, quick.Constraint));
        Assert.Equal("this is the best quartile itself", quick.Stages[4].Because);
        Assert.Empty(quick.Practices);
    }

    [Fact]
    public async Task One_service_alone_is_compared_with_its_own_best_quarter_of_the_window()
    {
        await using var store = await OpenAsync(("slow", 10));
        var alike = (await ReadAsync(store, null)).LeadTime;
        // Three deployments a quarter are too few.
        Assert.Equal((ComparedWith.Quarters, Verdict.NothingToCompare), (alike.ComparedWith, alike.Verdict));

        await using var busy = await Store.OpenAsync(TestStore.New, Cancellation);
        await JudgeAsync(busy, "slow", i => i >= 36 ? 1 : 10, 48);
        var answer = (await ReadAsync(busy, null)).LeadTime;
        Assert.Contains(
            "as it ran from 2026-03-09 to 2026-03-31, its best quarter of the window, the median would be", answer.Sentence);
        Assert.Equal("wait", answer.Constraint);
        Assert.Equal(
            (Made.Instant("2026-03-09T12:00:00Z"), To), (answer.Stages[4].Reference!.From, answer.Stages[4].Reference!.To));
        Assert.StartsWith("There is no other service with enough changes", Assert.Single(answer.Notes));
    }

    [Fact]
    public async Task What_lies_before_the_beginning_of_lead_time_is_not_called_unknown()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        foreach (var (service, wait) in new[] { ("quick", 1), ("slow", 10) })
            await JudgeAsync(store, service, _ => wait, 12, isFromMerge: true);
        var definitions = Definitions.Default with
        {
            LeadTime = Definitions.Default.LeadTime with { Start = LeadTimeStart.Merged },
        };
        var answer = (await ReadAsync(store, "slow", of: definitions)).LeadTime;
        Assert.Equal(("wait", 1.0), (answer.Constraint, answer.KnownShare));
        Assert.Equal(
            "By the definitions in force lead time begins with the merge: coding, pickup and review lie before it.",
            Assert.Single(answer.Notes));
        Assert.Equal("it lies before the beginning, by the definitions", answer.Stages[0].Because);
    }

    [Fact]
    public async Task Of_more_rows_than_are_read_whole_deployments_are_left_out_and_that_is_said()
    {
        await using var store = await OpenAsync(("quick", 1), ("slow", 10), ("slower", 10));
        var answer = (await ReadAsync(store, null, mostRows: 30)).LeadTime;
        Assert.Equal(36, answer.Sampled!.Of);
        Assert.InRange(answer.Sampled.Read, 18, 35);
        Assert.Equal("wait", answer.Constraint);
        Assert.StartsWith($"{answer.Sampled.Read} of 36 changes were read", Assert.Single(answer.Notes));
        Assert.Equal(answer.Sampled, (await ReadAsync(store, null, mostRows: 30)).LeadTime.Sampled);
    }

    [Fact]
    public async Task Nothing_is_null_and_says_so()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var report = await ReadAsync(store, null);
        Assert.Equal(
            "Nothing that has a lead time was deployed in this window in all services together.", report.LeadTime.Sentence);
        Assert.Equal("No failure that began in this window in all services together is over.", report.Recovery.Sentence);
        Assert.Null(report.LeadTime.MedianSeconds);
        Assert.Null(report.LeadTime.KnownShare);
        Assert.All(
            report.LeadTime.Stages,
            stage =>
                Assert.Equal(
                    (null, null, null, "nothing is known of it"),
                    (stage.Share, stage.MedianSeconds, stage.GainSeconds, stage.Because)));
        Assert.Null(report.Signals.Rollbacks.Share);
        Assert.Null(report.Signals.LargeBatches);
    }

    [Fact]
    public async Task Failures_are_shared_out_and_rolled_back_ones_counted()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        var deployed = Made.Instant("2026-02-02T10:00:00Z");
        LedgerRow[] rows =
        [
            Made.Row("d0", "2026-02-01T10:00:00Z") with { Commits = 1, Changes = 1 },
            Failed("d1", deployed.AddMinutes(10), deployed.AddMinutes(60)),
            Failed("d2", deployed.AddDays(1), deployed.AddDays(1).AddMinutes(30)) with { DeployedAt = deployed.AddDays(1) },
            Failed("d3", deployed.AddDays(2), null) with { DeployedAt = deployed.AddDays(2) },
        ];
        Blame[] blames =
        [
            Made.Blame(
                "d1", "I1",
                "2026-02-02T10:10:00Z") with { AcknowledgedAt = deployed.AddMinutes(15), ResolvedAt = deployed.AddMinutes(60) },
            Made.Blame(
                "d1", "back", "2026-02-02T10:00:00Z", FailureSignal.Rollback) with { ResolvedAt = deployed.AddMinutes(40) },
            Made.Blame(
                "d2", "mend", "2026-02-03T10:00:00Z",
                FailureSignal.Revert) with { ResolvedAt = deployed.AddDays(1).AddMinutes(30) },
        ];
        await store.JudgeAsync(rows, [], blames, Cancellation);
        var report = await ReadAsync(store, null);
        var recovery = report.Recovery;
        Assert.Equal((2, Verdict.TooFew, 45 * 60), (recovery.Count, recovery.Verdict, recovery.MedianSeconds));
        // 25 and 30 minutes were mitigated.
        Assert.Equal([10 * 60, 5 * 60, 27.5 * 60, 20 * 60], recovery.Stages.Select(stage => stage.MedianSeconds!.Value));
        Assert.Equal([1L, 1, 2, 1], recovery.Stages.Select(stage => stage.Count));
        Assert.Equal(
            [10 / 90.0, 5 / 90.0, 55 / 90.0, 20 / 90.0], recovery.Stages.Select(stage => stage.Share!.Value),
            (one, other) => Math.Abs(one - other) < 1e-6);
        Assert.StartsWith("1 failure that is open is not among them", recovery.Notes[^1]);
        Assert.Equal(
            (3, 1, 1 / 3.0, 40 * 60),
            (report.Signals.Rollbacks.Failures, report.Signals.Rollbacks.RolledBack, report.Signals.Rollbacks.Share,
                report.Signals.Rollbacks.MedianSeconds));

        LedgerRow Failed(string id, DateTimeOffset failed, DateTimeOffset? restored) => Made.Row(id, "2026-02-02T10:00:00Z") with
        {
            Failed = true,
            FailedAt = failed,
            FailedDay = failed.Date,
            RestoredAt = restored,
        };
    }

    [Fact]
    public async Task Deploy_windows_follow_the_clock_of_the_reporting_zone_and_batches_their_changes()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        LedgerRow[] rows =
        [
            Made.Row("d1", "2026-01-05T08:10:00Z") with { Changes = 1 },
            Made.Row(
                "d2",
                "2026-01-05T08:50:00Z") with { Changes = 5, Failed = true, FailedAt = Made.Instant("2026-01-05T08:50:00Z") },
            Made.Row("d3", "2026-01-04T22:40:00Z") with { Changes = 2 },
            Made.Row("d4", "2026-01-06T08:10:00Z") with { Counted = false },
        ];
        await store.JudgeAsync(rows, rows.Select((row, i) => Made.Shipped(row, i + 1, 60)), [], Cancellation);
        var signals = (await ReadAsync(store, null, zone: "Asia/Kolkata")).Signals;
        // Half an hour off.
        Assert.Equal(
            [
                new DeployHour(DayOfWeek.Monday, 4, 1), new DeployHour(DayOfWeek.Monday, 13, 1),
                new DeployHour(DayOfWeek.Monday, 14, 1),
            ], signals.DeployHours);
        Assert.Equal(
            [("1", 1L, 0L), ("2 or 3", 1, 0), ("4 to 10", 1, 1)],
            signals.Batches.Select(batch => (batch.Changes, batch.Deployments, batch.Failed)));
        Assert.Equal(1, signals.LargeBatches!.Value);
        Assert.False(signals.LargeBatches.IsClear);
    }

    static async Task<ConstraintReport> ReadAsync(
        Store store, string? service, long mostRows = 20_000, string zone = "UTC", Definitions? of = null)
    {
        var definitions = (of ?? Definitions.Default) with { Timezone = zone };
        var reader = new MetricsReader(store, definitions, new FakeTimeProvider(To), mostRows);
        return await ConstraintReport.OfAsync(
            store, reader, definitions, service, new MetricsQuery(service is null ? null : [service], "production", From, To),
            Cancellation);
    }

    static async Task<Store> OpenAsync(params (string Service, double WaitHours)[] services)
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        foreach (var (service, wait) in services) await JudgeAsync(store, service, _ => wait, 12);
        return store;
    }

    /// <summary>
    /// Deployments of one change each, spread over the window: 4 h, and a wait that is a minute longer from each to the next,
    /// twelve times.
    /// </summary>
    static async Task JudgeAsync(Store store, string service, Func<int, double> waitHours, int count, bool isFromMerge = false)
    {
        List<LedgerRow> rows = [];
        List<ShippedChange> shipped = [];
        for (var i = 0; i < count; i++)
        {
            var wait = (waitHours(i) * Hour) + (i % 12 * 60);
            rows.Add(Made.Row($"{service}-{i}", (From + ((To - From) * ((i + 0.5) / count))).ToString("O"), service));
            shipped.Add(isFromMerge
                ? Made.Shipped(
                    rows[i], i + 1, Hour + wait) with
                { Stages = new Stages(null, null, null, Hour / 2, wait, Hour / 2) }
                : Made.Shipped(
                    rows[i], i + 1, (4 * Hour) + wait) with
                { Stages = new Stages(Hour, Hour, Hour, Hour / 2, wait, Hour / 2) });
        }

        await store.JudgeAsync(rows, shipped, [], Cancellation, service);
    }
}
