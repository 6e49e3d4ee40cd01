using Leadline.Core;
using Leadline.Ingest;
using Leadline.Storage;
using Leadline.Tests.Ingest;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Leadline.Tests.Deploy;

/// <summary>What is done to the database by <c>compose.yaml</c> and the README, on a PostgreSQL of its own.</summary>
public sealed class DatabaseFilesTest : IDisposable
{
    /// <summary>Runs what is run beside the database; everything else is done to containers, of which there are none.</summary>
    const string Docker = """
        docker() {
          if [[ "$1 $4 $5 $6" == "compose exec -T postgres" ]]; then shift 6; "$@"; fi
        }

        """;

    readonly PostgresCluster cluster = PostgresCluster.StartAnother();
    readonly TemporaryFolder folder = new();
    readonly NpgsqlConnectionStringBuilder settings;

    public DatabaseFilesTest() => (settings, _) = PostgresAddress.Parse(cluster.Address);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Address => $"postgres://leadline@127.0.0.1:{settings.Port}/leadline";

    public void Dispose()
    {
        cluster.Remove();
        folder.Dispose();
    }

    [Fact]
    public async Task Grafana_may_log_in_and_a_backup_brings_back_what_was_there()
    {
        await RunAsync("createdb --username=leadline leadline");
        var script = Path.Combine(DeployFiles.Folder, "reader.sql");
        await RunAsync($"psql --username=leadline --dbname=leadline --no-psqlrc --set=ON_ERROR_STOP=1 --file='{script}'");
        var before = await AddAsync(Events.Deployment("d1"), Events.Deployment("d2", finishedAt: "2026-03-03T10:00:00Z"));
        Assert.Equal(2L, await AskAsReaderAsync());
        await RunAsync(DeployFiles.Commands("pg_dump"));
        Assert.NotEqual(before, await AddAsync(Events.Deployment("d3", finishedAt: "2026-03-04T10:00:00Z")));
        await RunAsync(DeployFiles.Commands("pg_restore"));
        await using var restored = await Store.OpenAsync(Address, Cancellation);
        Assert.Equal(before, await restored.JudgedFingerprintAsync(Cancellation));
        Assert.Equal(2, (await restored.HealthAsync(Cancellation)).Deliveries);
        Assert.Equal(2L, await AskAsReaderAsync());
    }

    /// <summary>Answers the fingerprint of what is judged then.</summary>
    async Task<string> AddAsync(params NewDelivery[] deliveries)
    {
        await using var store = await Store.OpenAsync(Address, Cancellation);
        await store.AppendAsync([.. deliveries], Cancellation);
        await new Readings(store, Definitions.Default, NullLogger.Instance).DrainAsync(null, Cancellation);
        return await store.JudgedFingerprintAsync(Cancellation);
    }

    /// <summary>As Grafana asks; the cluster of tests wants no password, but one must have been set.</summary>
    async Task<object?> AskAsReaderAsync()
    {
        const string HasPassword = "select rolpassword is not null from pg_authid where rolname = 'leadline_reader'";
        Assert.Equal(true, await AskAsync("leadline", HasPassword));
        return await AskAsync("leadline_reader", "select count(*) from leadline.deployments('2026-03-01', '2026-04-01')");
    }

    async Task<object?> AskAsync(string user, string query)
    {
        var address = $"Host=127.0.0.1;Port={settings.Port};Username={user};Database=leadline;Pooling=false";
        await using var source = NpgsqlDataSource.Create(address);
        await using var command = source.CreateCommand(query);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    async Task RunAsync(string commands)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{cluster.Programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PGHOST"] = "127.0.0.1",
            ["PGPORT"] = $"{settings.Port}",
            ["LEADLINE_READER_PASSWORD"] = "swordfish's",
        };
        var ended = await Tool.Bash.RunInAsync(folder.Path, environment, "-euc", Docker + commands);
        Assert.True(ended.Code == 0, ended.Error);
    }
}
