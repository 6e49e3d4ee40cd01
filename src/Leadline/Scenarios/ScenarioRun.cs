using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;

namespace Leadline.Scenarios;

/// <param name="Line">In the file.</param>
public sealed record Miss(int Line, string Expectation, string Actual);

/// <summary>Judges a scenario by the same rules and measures it by the same SQL as everything else.</summary>
public static class ScenarioRun
{
    /// <summary>What was expected and is not so; nothing where all is.</summary>
    /// <exception cref="ScenarioException">An expectation is not of the grammar.</exception>
    public static async Task<ImmutableArray<Miss>> OfAsync(Scenario scenario, TimeProvider clock, CancellationToken cancellation)
    {
        await using var store = await Store.OpenAsync("duckdb::memory:", cancellation);
        var deployments = scenario.Facts.OfType<DeploymentFact>().Where(fact => fact.Service is not null).Select(fact => (fact.Service!, fact.Repository));
        var map = new ServiceMap(scenario.Definitions, deployments, scenario.Facts.OfType<CommitFact>().Select(fact => fact.Repository).Distinct());
        var ledger = new List<LedgerRow>();
        var shipped = new List<ShippedChange>();
        var blames = new List<Blame>();
        foreach (var service in map.Services)
        {
            var judgement = Correlator.Judge(FactsOf(scenario, service, map), scenario.Definitions);
            await store.SaveJudgementAsync(service, judgement, null, cancellation);
            ledger.AddRange(judgement.Ledger);
            shipped.AddRange(judgement.Shipped);
            blames.AddRange(judgement.Blames);
        }

        var reader = new MetricsReader(store, scenario.Definitions, clock);
        var misses = ImmutableArray.CreateBuilder<Miss>();
        foreach (var expectation in scenario.Expectations)
        {
            var report = await reader.ReadAsync(
                new MetricsQuery(expectation.Service is { } one ? [one] : null, scenario.Definitions.Environments[0].Name.Value, expectation.From, expectation.To), cancellation);
            var (expected, actual) = Compare(expectation, report.Metrics, ledger, shipped, blames);
            if (expected != actual) misses.Add(new Miss(expectation.Line, expectation.Text, actual));
        }

        return misses.DrainToImmutable();
    }

    static ServiceFacts FactsOf(Scenario scenario, ServiceDefinition service, ServiceMap map)
    {
        List<T> Own<T>() where T : Fact => [.. scenario.Facts.OfType<T>().Where(fact => map.ServicesOf(fact).Any(of => of.Name == service.Name))];
        var paths = service.Paths.Select(path => new Glob(path)).ToList();
        return new ServiceFacts
        {
            Service = service.Name,
            Commits = CommitGraph.Of(Own<CommitFact>(), commit => paths.Count == 0 || commit.Paths!.Value.Any(path => paths.Exists(glob => glob.IsMatch(path)))),
            Changes = Own<ChangeFact>(),
            Builds = Own<BuildFact>(),
            Artifacts = Own<ArtifactFact>(),
            Deployments = Own<DeploymentFact>(),
            Incidents = Own<IncidentFact>(),
        };
    }

    /// <summary>The expectation and what is so, in the same words.</summary>
    static (string Expected, string Actual) Compare(Expectation expectation, FiveMetrics metrics, List<LedgerRow> ledger, List<ShippedChange> shipped, List<Blame> blames)
    {
        var words = new Words(expectation.Text, expectation.Line);
        if (words.Has("deployments")) return (words.Rest(), $"{metrics.DeploymentFrequency.Deployments}");
        if (words.Has("lead", "times")) return (words.Rest(), $"{metrics.LeadTime.Count}");
        if (words.Has("lead", "time", "median")) return (Span(words), Shown(metrics.LeadTime.MedianSeconds));
        if (words.Has("lead", "time", "p75")) return (Span(words), Shown(metrics.LeadTime.P75Seconds));
        if (words.Has("lead", "time", "p90")) return (Span(words), Shown(metrics.LeadTime.P90Seconds));
        if (words.Has("change", "failure", "rate")) return (words.Rest(), metrics.ChangeFailureRate.Value is null ? "none" : $"{metrics.ChangeFailureRate.Failed} of {metrics.ChangeFailureRate.Deployments}");
        if (words.Has("rework")) return (words.Rest(), metrics.ReworkRate.Value is null ? "none" : $"{metrics.ReworkRate.Rework} of {metrics.ReworkRate.Deployments}");
        if (words.Has("recovery", "open")) return (words.Rest(), $"{metrics.RecoveryTime.Open}");
        if (words.Has("recovery", "median")) return (Span(words), Shown(metrics.RecoveryTime.MedianSeconds));
        if (words.Has("incident"))
        {
            var id = words.Take("the incident's name");
            var blame = blames.Find(blame => blame.Signal == FailureSignal.Incident && blame.Evidence == id);
            return (words.Rest(), blame is null ? "unknown" : blame.DeploymentId is null ? "unlinked" : $"linked to {blame.DeploymentId} by {blame.Method}");
        }

        var name = words.Take("what is expected");
        if (ledger.Find(row => row.DeploymentId == name) is { } deployment) return OfDeployment(words, deployment, blames);
        var sha = Scenario.ShaOf(name);
        var way = shipped.Find(change => change.Sha == sha);
        if (words.Has("not", "shipped")) return ("not shipped", way is null ? "not shipped" : $"shipped in {way.DeploymentId}");
        if (words.Has("shipped", "in")) return (words.Rest(), way is null ? "not shipped" : $"{way.DeploymentId} by {Rows.Word(way.Method)}");
        if (words.Has("not", "counted", "because")) return (words.Rest(), way?.NotCountedBecause ?? "counted");
        if (words.Has("stage")) return (words.Take("the stage") + " " + Span(words), Stages(way?.Stages ?? Core.Stages.Unknown, expectation.Text));
        throw new ScenarioException(expectation.Line, $"'{expectation.Text}' is no expectation: see docs/reference/scenarios.md");
    }

    static (string, string) OfDeployment(Words words, LedgerRow row, List<Blame> blames)
    {
        if (words.Has("failed"))
        {
            var because = blames.Where(blame => blame.DeploymentId == row.DeploymentId)
                .Select(blame => blame.Signal is FailureSignal.Declared or FailureSignal.Hotfix or FailureSignal.Revert ? Rows.Word(blame.Signal) : $"{Rows.Word(blame.Signal)} {blame.Evidence}");
            return (words.Rest(), row.Failed ? string.Join(' ', because.Distinct()) : "not failed");
        }

        if (words.Has("not", "failed")) return ("not failed", row.Failed ? "failed" : "not failed");
        if (words.Has("ships")) return (words.Rest(), $"{row.Commits}");
        if (words.Has("recovered", "after")) return (Span(words), Shown((row.RestoredAt - row.FailedAt)?.TotalSeconds));
        if (words.Has("rework")) return (words.Rest(), row.ReworkBecause?.Replace(",", "") ?? "none");
        if (words.Has("is"))
        {
            var expected = words.Rest();
            var link = Rows.Word(row.Link);
            return (expected, expected is "counted" or "not counted" ? row.Counted ? "counted" : "not counted" : expected == link ? link : Rows.Word(row.Kind));
        }

        throw new ScenarioException(words.Line, "of a deployment write failed, not failed, ships, recovered after, rework or is");
    }

    static string Stages(Stages stages, string text)
    {
        var name = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
        return $"{name} " + Shown(name switch
        {
            "coding" => stages.Coding,
            "pickup" => stages.Pickup,
            "review" => stages.Review,
            "build" => stages.Build,
            "wait" => stages.Wait,
            "deploy" => stages.Deploy,
            _ => null,
        });
    }

    static string Span(Words words)
    {
        var text = words.Take("the span");
        return text == "none" ? "none" : SettingsFile.TryParseSpan(text, out var span) ? Shown(span.TotalSeconds) : throw new ScenarioException(words.Line, $"'{text}' is no span: write 2h, 90m or none");
    }

    static string Shown(double? seconds) => seconds is null ? "none" : Human.Span(seconds);
}
