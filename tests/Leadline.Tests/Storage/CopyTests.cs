using Leadline.Core;
using Leadline.Demo;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class CopyTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_goes_to_the_other_engine_and_back_and_reads_on_as_if_it_had_never_moved()
    {
        await using var duck = await FilledAsync();
        await using var postgres = await Store.OpenAsync(PostgresCluster.Started.NewStore(), Cancellation);
        var there = await duck.CopyToAsync(postgres, null, Cancellation);
        Assert.True(there.IsWhole);
        Assert.Contains(there.Tables, table => table is { Table: "git_commit", To: > 4000 });
        await using var back = await Store.OpenAsync("duckdb::memory:", Cancellation);
        Assert.True((await postgres.CopyToAsync(back, null, Cancellation)).IsWhole);

        foreach (var store in (Store[])[duck, postgres, back])
        {
            Assert.False(
                (await store.AppendAsync(
                    [Events.Deployment("after", "checkout", "2026-03-03T10:00:00Z")], Cancellation))[0].Known);
            await new Readings(store, Definitions(), NullLogger.Instance).DrainAsync(null, Cancellation);
            Assert.Equal(0, (await store.HealthAsync(Cancellation)).Unread);
        }

        Assert.Equal(await duck.JudgedFingerprintAsync(Cancellation), await postgres.JudgedFingerprintAsync(Cancellation));
        Assert.Equal(await duck.JudgedFingerprintAsync(Cancellation), await back.JudgedFingerprintAsync(Cancellation));
    }

    [Fact]
    public async Task A_copy_that_was_stopped_goes_on_where_it_ended()
    {
        await using var duck = await FilledAsync();
        await using var postgres = await Store.OpenAsync(PostgresCluster.Started.NewStore(), Cancellation);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => duck.CopyToAsync(
            postgres,
            (done, all) =>
            {
                if (done > all / 2) stop.Cancel();
            },
            stop.Token));
        var begun = (await postgres.HealthAsync(Cancellation)).Deliveries;
        var all = (await duck.HealthAsync(Cancellation)).Deliveries;
        Assert.InRange(begun, 1, all - 1);
        long? first = null;
        Assert.True((await duck.CopyToAsync(postgres, (done, _) => first ??= done, Cancellation)).IsWhole);
        Assert.True(first > begun);
    }

    [Fact]
    public async Task Nothing_is_copied_over_another_store()
    {
        await using var duck = await Store.OpenAsync("duckdb::memory:", Cancellation);
        await duck.AppendAsync([Events.Deployment("d1")], Cancellation);
        await using var other = await Store.OpenAsync(TestStore.New, Cancellation);
        await other.AppendAsync([Events.Deployment("d2")], Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(() => duck.CopyToAsync(other, null, Cancellation));
        Assert.Contains("holds something else", refused.Message);
        Assert.Equal(1, (await other.HealthAsync(Cancellation)).Deliveries);
    }

    static Definitions Definitions() => SettingsFile.Parse(DemoYear.Settings, "leadline.yaml", _ => null).Definitions;

    static async Task<Store> FilledAsync()
    {
        var store = await Store.OpenAsync("duckdb::memory:", Cancellation);
        var intake = new Intake(await store.SaltAsync(Cancellation));
        foreach (var batch in DemoYear.Deliveries(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), DemoYear.Seed)
            .Chunk(1000))
            await store.AppendAsync(
                [.. batch.Select(delivery => intake.Prepare(Catalogue.Find(delivery.Source)!, delivery))], Cancellation);
        await new Readings(store, Definitions(), NullLogger.Instance).DrainAsync(null, Cancellation);
        return store;
    }
}
