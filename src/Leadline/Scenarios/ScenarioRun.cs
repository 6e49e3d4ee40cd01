using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Scenarios;

/// <summary>An expectation that was not met.</summary>
/// <param name="Line">Where it stands in the file.</param>
/// <param name="Text">As it stands there.</param>
public sealed record ScenarioMiss(int Line, string Text, string Expected, string Actual);

/// <summary>What a scenario came to.</summary>
/// <param name="Says">The rule, in the scenario's own words.</param>
/// <param name="Expectations">How many there were.</param>
public sealed record ScenarioResult(
    string File, string Says, bool Passed, int Expectations, ImmutableArray<ScenarioMiss> Misses);

/// <summary>
/// Judges what happened in a scenario and holds it against what is expected, with the program's own rules and SQL.
/// </summary>
static class ScenarioRun
{
    /// <summary>Judges all services in a store of their own and compares every window.</summary>
    public static async Task<ScenarioResult> OfAsync(Scenario scenario, CancellationToken cancellation)
    {
        var judged = Judge(scenario.Facts, scenario.Definitions, scenario.Overrides);
        await using var store = await Store.OpenAsync("duckdb::memory:", cancellation);
        await store.SaveJudgementsAsync(judged, cancellation);
        var misses = ImmutableArray.CreateBuilder<ScenarioMiss>();
        foreach (var window in scenario.Windows)
        {
            var measured = await MeasureAsync(scenario, judged, store, window.Query, cancellation);
            foreach (var expectation in window.Expectations)
            {
                var (met, actual) = expectation.Compare(measured);
                if (!met) misses.Add(new ScenarioMiss(expectation.Line, expectation.Text, expectation.Expected, actual));
            }
        }

        return new ScenarioResult(
            scenario.File, scenario.Says, misses.Count == 0, scenario.Windows.Sum(window => window.Expectations.Length),
            misses.DrainToImmutable());
    }

    /// <summary>Divides the facts among the services and judges each.</summary>
    public static ImmutableArray<JudgedService> Judge(
        IReadOnlyList<Fact> facts, Definitions definitions, IReadOnlyList<Override>? overrides = null)
    {
        var map = new ServiceMap(
            definitions,
            facts.OfType<DeploymentFact>().Where(deployment => deployment.Service is not null)
                .Select(deployment => (deployment.Service!, deployment.Repository)),
            facts.Select(fact => fact.OfRepository()).OfType<RepositoryName>().Distinct());
        return
        [
            .. map.Services.Select(service =>
            {
                var own = facts.Where(fact => map.ServicesOf(fact).Contains(service)).ToList();
                var paths = service.Paths.Select(path => new Glob(path)).ToList();
                return new JudgedService(
                    service,
                    Correlator.Judge(
                        new ServiceFacts
                        {
                            Service = service.Name,
                            Commits = CommitGraph.Of(
                                own.OfType<CommitFact>(),
                                paths.Count == 0 ? null : commit =>
                                    commit.Paths!.Value.Any(path => paths.Any(glob => glob.IsMatch(path))),
                                own.OfType<ComparisonFact>()),
                            Repositories = service.Repositories,
                            Configuration = Configuration(facts, own.OfType<DeploymentFact>(), service),
                            Changes = [.. own.OfType<ChangeFact>()],
                            Reviews = [.. own.OfType<ReviewFact>()],
                            Builds = [.. own.OfType<BuildFact>()],
                            Artifacts = [.. own.OfType<ArtifactFact>()],
                            Comparisons = [.. own.OfType<ComparisonFact>()],
                            Deployments = [.. own.OfType<DeploymentFact>()],
                            Incidents = [.. own.OfType<IncidentFact>()],
                            Overrides = overrides ?? [],
                        },
                        definitions),
                    Mark: null);
            }),
        ];
    }

    /// <summary>The repositories that are none of the service's and whose commits are deployed all the same.</summary>
    static ImmutableArray<ConfigurationHistory> Configuration(
        IReadOnlyList<Fact> facts, IEnumerable<DeploymentFact> deployments, ServiceDefinition service)
    {
        var named = deployments.Select(deployment => deployment.Repository?.Value).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var nameless = deployments.Where(deployment => deployment.Repository is null).Select(deployment => deployment.Sha)
            .OfType<Sha>().ToHashSet();
        return
        [
            .. facts.OfType<CommitFact>().GroupBy(commit => commit.Repository)
                .Where(commits =>
                    !service.Repositories.Any(own => own.Value.Equals(commits.Key.Value, StringComparison.OrdinalIgnoreCase)))
                .Where(commits => named.Contains(commits.Key.Value) || commits.Any(commit => nameless.Contains(commit.Sha)))
                .OrderBy(commits => commits.Key).Select(commits => ConfigurationHistory.Of(commits.Key, commits)),
        ];
    }

    static async Task<Measured> MeasureAsync(
        Scenario scenario, ImmutableArray<JudgedService> judged, Store store, MetricsQuery query, CancellationToken cancellation)
    {
        // What is open is as old as the window's end makes it, so that a scenario says the same every day.
        var report = await new MetricsReader(store, scenario.Definitions, new ClockAt(query.To)).ReadAsync(query, cancellation);
        var services = judged.Where(one => query.Services is not { } named || named.Contains(one.Service.Name.Value))
            .Select(one => one.Judgement).ToList();
        return new Measured(
            report,
            [.. services.SelectMany(judgement => judgement.Ledger).Where(row => row.Environment.Value == query.Environment)],
            [.. services.SelectMany(judgement => judgement.Shipped).Where(row => row.Environment.Value == query.Environment)],
            [.. services.SelectMany(judgement => judgement.Blames).Where(row => row.Environment.Value == query.Environment)],
            scenario.Names,
            scenario.Definitions.LeadTime.Unit);
    }

    sealed class ClockAt(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
