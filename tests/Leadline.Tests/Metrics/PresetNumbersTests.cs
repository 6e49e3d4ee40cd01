using System.Text.Json;
using Leadline.Api;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Scenarios;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace Leadline.Tests.Metrics;

/// <summary>What presets let a number be, on the engine of this run and in all that asks for it.</summary>
public sealed class PresetNumbersTests
{
    static readonly string Folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Scenarios");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Presets.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_report_its_trend_and_its_services_say_the_same_on_every_engine(string name)
    {
        var scenario = Scenario.Parse(
            await File.ReadAllTextAsync(Path.Combine(Folder, $"preset-{name}.scenario"), Cancellation), name);
        var (definitions, query, address) = (scenario.Definitions, scenario.Windows[0].Query, TestStore.New);
        await using var store = await FilledAsync(scenario, address);
        await using var memory = await FilledAsync(scenario, "duckdb::memory:");
        var clock = new FakeTimeProvider(query.To);
        var report = await new MetricsReader(store, definitions, clock).ReadAsync(query, Cancellation);
        var expected = await new MetricsReader(memory, definitions, clock).ReadAsync(query, Cancellation);
        Assert.Equal(JsonSerializer.Serialize(expected, Wire.Json), JsonSerializer.Serialize(report, Wire.Json));

        var reader = new MetricsReader(store, definitions, clock);
        var slice =
            Assert.Single(await ServiceSlices.ReadAsync(
                store, definitions, await store.OwnedServicesAsync(Cancellation), query, Bucket.Month, false, Cancellation));
        var metrics = report.Metrics;
        Assert.Equal(
            (metrics.LeadTime.ValueSeconds, metrics.LeadTime.Count, metrics.ChangeFailureRate.Value,
                metrics.RecoveryTime.ValueSeconds, metrics.RecoveryTime.Count),
            (slice.LeadSeconds, slice.LeadTimes, slice.FailureRate, slice.RecoverySeconds, slice.Failures));

        // The window is one month, and so is the trend's bucket.
        Assert.Equal(
            metrics.LeadTime.ValueSeconds,
            Assert.Single(await reader.SeriesAsync("lead_time", Bucket.Month, query, Cancellation)).Value);
        Assert.Equal(
            metrics.RecoveryTime.ValueSeconds,
            Assert.Single(await reader.SeriesAsync("recovery_time", Bucket.Month, query, Cancellation)).Value);
        Assert.Equal(
            metrics.ChangeFailureRate.Value,
            Assert.Single(await reader.SeriesAsync("change_failure_rate", Bucket.Month, query, Cancellation)).Value);
        if (TestStore.IsPostgres) await CompareFunctionsAsync(store, address, definitions, metrics, query);
    }

    static async Task CompareFunctionsAsync(
        Store store, string address, Definitions definitions, FiveMetrics metrics, MetricsQuery query)
    {
        await store.KeepDefinitionsAsync(
            DefinitionsHash.Of(definitions), DefinitionsHash.Canonical(definitions), query.To, Cancellation);
        var (settings, schema) = PostgresAddress.Parse(address);
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            $"select metric, value from {schema}.overview($1, $2)",
            connection)
        { Parameters = { new() { Value = query.From }, new() { Value = query.To } } };
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var values = new Dictionary<string, double?>();
        while (await reader.ReadAsync(Cancellation))
            values[reader.GetString(0)] = reader.IsDBNull(1) ? null : Math.Round(reader.GetDouble(1), 6);
        Assert.Equal(metrics.LeadTime.ValueSeconds, values["lead_time"]);
        Assert.Equal(metrics.RecoveryTime.ValueSeconds, values["recovery_time"]);
        Assert.Equal(metrics.ChangeFailureRate.Value, values["change_failure_rate"]);
    }

    static async Task<Store> FilledAsync(Scenario scenario, string address)
    {
        var store = await Store.OpenAsync(address, Cancellation);
        await store.SaveJudgementsAsync(ScenarioRun.Judge(scenario.Facts, scenario.Definitions), Cancellation);
        return store;
    }
}
