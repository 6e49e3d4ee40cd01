using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>Joins commit → change → build → deployment → incident for one service.</summary>
public static class Correlator
{
    /// <summary>A pure function: the same facts in any order, under the same definitions, give the same rows.</summary>
    public static Judgement Judge(ServiceFacts facts, Definitions definitions)
    {
        var deployed = new DeployedCommit(facts, Folding.Attempts(facts.Deployments));
        var attempts = deployed.Attempts;
        var changes = new MergedChanges(Folding.Changes(facts.Changes, facts.Reviews), facts.Commits);
        var comparisons = new Comparisons(facts.Comparisons, facts.Commits);
        var green = Folding.GreenBuilds(facts.Builds);
        var incidents = Folding.Incidents(facts.Incidents, definitions.Failure);
        var overrides = OverrideRule.InForce(facts.Overrides);
        var ledger = ImmutableArray.CreateBuilder<LedgerRow>();
        var shipped = ImmutableArray.CreateBuilder<ShippedChange>();
        var blames = ImmutableArray.CreateBuilder<Blame>();
        var environmentOf = attempts.Select(attempt => attempt.SourceEnvironment).Distinct()
            .ToDictionary(name => name, name => EnvironmentOf(name, definitions));
        var byEnvironment = attempts.ToLookup(attempt => environmentOf[attempt.SourceEnvironment]);
        foreach (var environment in definitions.Environments)
        {
            var judged = new Case
            {
                Service = facts.Service,
                Environment = environment,
                Definitions = definitions,
                Graph = facts.Commits,
                Changes = changes,
                Comparisons = comparisons,
                GreenBuilds = green,
                RowOfCommit = new Row?[facts.Commits.Count],
                ChangeOf = new ChangeFact?[facts.Commits.Count],
            };

            // An incident names no environment; it is the first one's, so that it is not counted twice.
            Judge(judged, byEnvironment[environment], environment == definitions.Environments[0] ? incidents : [], overrides);
            ledger.AddRange(Finished(judged));
            shipped.Capacity = shipped.Count + judged.Rows.Sum(row => row.Shipped.Count);
            foreach (var row in judged.Rows) shipped.AddRange(row.Shipped);
            blames.AddRange(judged.Blames
                .OrderBy(blame => blame.StartedAt).ThenBy(blame => blame.Signal)
                .ThenBy(blame => blame.Evidence, StringComparer.Ordinal)
                .ThenBy(blame => blame.DeploymentId, StringComparer.Ordinal).Distinct());
        }

        return new Judgement(ledger.DrainToImmutable(), shipped.DrainToImmutable(), blames.DrainToImmutable());
    }

    static void Judge(
        Case judged, IEnumerable<Attempt> attempts, List<IncidentFact> incidents, ImmutableArray<Override> overrides)
    {
        var zone = judged.Definitions.Zone;
        foreach (var (attempt, part, beganAt) in CountingDeployments.Order(attempts, judged.Environment.Counts, judged.Graph))
        {
            judged.Rows.Add(new Row
            {
                Attempt = attempt,
                DeployedAt = attempt.EndedAt,
                DeployedDay = Day(attempt.EndedAt, zone),
                BeganAt = beganAt,
                Kind = part switch
                {
                    CountingDeployments.Part.FailedAttempt => LedgerKind.FailedAttempt,
                    CountingDeployments.Part.Step => LedgerKind.Step,
                    CountingDeployments.Part.Again => LedgerKind.Redeploy,
                    _ => LedgerKind.Deployment,
                },
                IsCounted = part switch
                {
                    CountingDeployments.Part.FailedAttempt => judged.Definitions.Deployments.CountFailedAttempts,
                    CountingDeployments.Part.Step => false,
                    CountingDeployments.Part.Again => judged.Definitions.Deployments.CountRedeploys,
                    _ => true,
                },
            });
        }

        Shipping.Apply(judged);
        judged.Counted.AddRange(judged.Rows.Where(row => row.IsCounted && row.Kind != LedgerKind.FailedAttempt));
        RevertSignal.Apply(judged);
        HotfixSignal.Apply(judged);
        DeclaredSignal.Apply(judged);
        AbortSignal.Apply(judged);
        IncidentSignal.Apply(judged, incidents);
        DegradationSignal.Apply(judged, incidents);
        OverrideRule.Apply(judged, overrides);
        foreach (var row in judged.Rows) row.Shipped = LeadTimeRule.Of(judged, row);
    }

    static IEnumerable<LedgerRow> Finished(Case judged)
    {
        var zone = judged.Definitions.Zone;
        DateTimeOffset? previous = null;
        foreach (var row in judged.Rows)
        {
            yield return Finished(judged, row, zone, row.IsCounted ? row.DeployedAt - previous : null);
            if (row.IsCounted) previous = row.DeployedAt;
        }
    }

    static LedgerRow Finished(Case judged, Row row, TimeZoneInfo zone, TimeSpan? sincePrevious)
    {
        var failed = row.Signs.Count > 0;
        var (failedAt, restoredAt, restoredBy) = failed ? RecoveryRule.Of(row, judged.Definitions.Recovery) : default;
        var (rateFailed, rateOf) = FailureRateRule.Of(judged, row);
        var leads = new List<double>(row.Shipped.Count);
        foreach (var change in row.Shipped)
            if (change.LeadSeconds is { } seconds) leads.Add(seconds);
        return new LedgerRow
        {
            Service = judged.Service,
            Environment = judged.Environment.Name,
            DeploymentId = row.Attempt.Id,
            Repository = row.Repository,
            Sha = row.Sha,
            Version = row.Attempt.Version,
            Kind = row.Kind,
            Counted = row.IsCounted,
            DeployedAt = row.DeployedAt,
            DeployedDay = row.DeployedDay,
            SecondsSincePrevious = sincePrevious?.TotalSeconds,
            StartedAt = row.Attempt.StartedAt,
            WaitedFrom = row.Attempt.WaitedFrom,
            Link = row.Link,
            LiveBefore = row.LiveBefore,
            Commits = row.Commits.Count,
            Changes = row.Changes.Count,
            LeadTimes = leads.Count,
            MedianLeadSeconds = Median.Of(leads),
            Failed = failed,
            FailedAt = failed ? failedAt : null,
            FailedDay = failed ? Day(failedAt, zone) : null,
            RestoredAt = restoredAt,
            RestoredBy = restoredBy,
            Rework = row.IsCounted && row.Rework.Count > 0,
            ReworkBecause = row.IsCounted && row.Rework.Count > 0 ? string.Join(", ", row.Rework) : null,
            Url = row.Attempt.Url,
            Overridden = [.. row.Overridden],
            RateFailed = rateFailed,
            RateOf = rateOf,
        };
    }

    static DateTime Day(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).Date;

    static EnvironmentDefinition? EnvironmentOf(string sourceName, Definitions definitions) =>
        definitions.Environments.FirstOrDefault(environment =>
            environment.Match.Any(pattern => new Glob(pattern, ignoreCase: true).IsMatch(sourceName)));
}
