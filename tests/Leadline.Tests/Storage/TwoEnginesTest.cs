using System.Text.Json;
using Leadline.Constraint;
using Leadline.Core;
using Leadline.Demo;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>The same deliveries, kept and asked on both engines in one run.</summary>
public sealed class TwoEnginesTest
{
    static readonly DateTimeOffset End = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_year_of_four_teams_has_the_same_answers_on_both()
    {
        var settings = SettingsFile.Parse(DemoYear.Settings, "leadline.yaml", _ => null).Definitions;
        await using var duck = await FilledAsync("duckdb::memory:", settings);
        await using var postgres = await FilledAsync(PostgresCluster.Started.NewStore(), settings);
        Assert.Equal(await duck.JudgedFingerprintAsync(Cancellation), await postgres.JudgedFingerprintAsync(Cancellation));
        var (first, second) = (await AnswersAsync(duck, settings), await AnswersAsync(postgres, settings));
        Assert.Equal(first.Keys, second.Keys);
        Assert.All(first, answer => Assert.Equal(answer.Value, second[answer.Key]));
        Assert.Contains("\"deployments\":", first["report"].Replace("Deployments", "deployments"));
    }

    static async Task<Store> FilledAsync(string address, Definitions definitions)
    {
        var store = await Store.OpenAsync(address, Cancellation);
        var intake = new Intake(new byte[32]);
        foreach (var batch in DemoYear.Deliveries(End, DemoYear.Seed).Chunk(1000))
            await store.AppendAsync(
                [.. batch.Select(delivery => intake.Prepare(Catalogue.Find(delivery.Source)!, delivery))], Cancellation);
        await new Readings(store, definitions, NullLogger.Instance).DrainAsync(null, Cancellation);
        return store;
    }

    static async Task<SortedDictionary<string, string>> AnswersAsync(Store store, Definitions definitions)
    {
        var reader = new MetricsReader(store, definitions, new FakeTimeProvider(End));
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var scope in (MetricsQuery[])[
            new(null, "production", End.AddDays(-365), End), new(["checkout"], "production", End.AddDays(-90), End),
        ])
        {
            var name = scope.Services is null ? "" : " of checkout";
            var rows = new RowsQuery(scope, null, 1000);
            answers["report" + name] = Json(await reader.ReadAsync(scope, Cancellation));
            answers["levels" + name] = Json(await Benchmarks.OfAsync(reader, scope, null, null, Cancellation));
            answers["shifts" + name] = Json(await LevelHistory.OfAsync(reader, null, scope, Cancellation));
            answers["compared" + name] =
                Json(await reader.ShiftsAsync(
                    scope, scope with { From = scope.From - (scope.To - scope.From), To = scope.From }, Cancellation));
            answers["constraint" + name] = Json(
                await ConstraintReport.OfAsync(store, reader, definitions, name, scope, Cancellation));
            answers["ledger" + name] = Json(await store.LedgerAsync(rows, Cancellation));
            answers["incidents" + name] = Json(await store.IncidentsAsync(rows, Cancellation));
            foreach (var metric in MetricRules.Names)
            {
                answers[$"rows of {metric}{name}"] = Json(
                    await store.ExplainAsync(metric, rows, new Definitions(), Cancellation));
                foreach (var bucket in Enum.GetValues<Bucket>())
                    answers[$"{metric} by {bucket}{name}"] = Json(await reader.SeriesAsync(metric, bucket, scope, Cancellation));
            }
        }

        answers["services"] = Json(await store.ServicesAsync(Cancellation));
        answers["sources"] = Json(await store.SourcesAsync(Cancellation));
        answers["health"] = Json(await store.HealthAsync(Cancellation) with { Engine = "", Address = "" });
        var deployment =
            (await store.LedgerAsync(
                new RowsQuery(new(null, "production", End.AddDays(-365), End), null, 1000),
                Cancellation)).Items.First(row => row.Failed);
        answers["deployment"] = Json(await store.DeploymentAsync(deployment.DeploymentId, Cancellation));
        return answers;
    }

    static string Json<T>(T answer) => JsonSerializer.Serialize(answer);
}
