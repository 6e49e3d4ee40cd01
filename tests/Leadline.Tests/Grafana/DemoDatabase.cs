using Leadline.Core;
using Leadline.Demo;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Leadline.Tests.Grafana;

/// <summary>The demo's year on a real PostgreSQL, and a connection to it as Grafana has one.</summary>
public sealed class DemoDatabase : IAsyncLifetime
{
    public static readonly DateTimeOffset End = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public Store Store { get; private set; } = null!;

    /// <summary>As <c>leadline_reader</c>.</summary>
    public NpgsqlDataSource Source { get; private set; } = null!;

    public Definitions Definitions { get; private set; } = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var address = PostgresCluster.Started.NewDatabase();
        Definitions = SettingsFile.Parse(DemoYear.Settings, "leadline.yaml", _ => null).Definitions;
        Store = await Store.OpenAsync(address, Cancellation);
        var intake = new Intake(new byte[32]);
        foreach (var batch in DemoYear.Deliveries(End, DemoYear.Seed).Chunk(1000))
            await Store.AppendAsync(
                [.. batch.Select(delivery => intake.Prepare(Catalogue.Find(delivery.Source)!, delivery))], Cancellation);
        await Store.KeepDefinitionsAsync(
            DefinitionsHash.Of(Definitions), DefinitionsHash.Canonical(Definitions), End, Cancellation);
        await new Readings(Store, Definitions, NullLogger.Instance).DrainAsync(null, Cancellation);

        // As Grafana connects: another user, who knows nothing of our search path.
        var (settings, _) = PostgresAddress.Parse(address);
        settings.SearchPath = null;
        settings.Options = "-c role=leadline_reader";
        Source = NpgsqlDataSource.Create(settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (Source is not null) await Source.DisposeAsync();
        if (Store is not null) await Store.DisposeAsync();
    }
}
