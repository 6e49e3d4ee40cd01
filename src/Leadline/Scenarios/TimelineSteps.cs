using Leadline.Core;

namespace Leadline.Scenarios;

/// <summary>Steps of a roll-out, and what was measured after deployments.</summary>
sealed partial class Timeline
{
    void ReadStep(Line line, DateTimeOffset time)
    {
        var name = line.Take("a step's name such as s1");
        line.Require("of");
        var id = line.Take("a deployment's name such as d1");
        var known = deployments.GetValueOrDefault(id);
        var (kind, outcome) = (RolloutKind.Canary, StepOutcome.Succeeded);
        double? weight = null;
        string? region = null, commit = null, environment = known?.Environment ?? "production", service = known?.Service;
        TimeSpan? took = null;
        while (!line.AtEnd)
        {
            if (line.TryTake("canary")) kind = RolloutKind.Canary;
            else if (line.TryTake("ring")) kind = RolloutKind.Ring;
            else if (line.TryTake("blue-green")) kind = RolloutKind.BlueGreen;
            else if (line.TryTake("weight")) weight = line.TakeNumber("percent of the traffic");
            else if (line.TryTake("region")) region = line.Take("a region");
            else if (line.TryTake("of", "service") || line.TryTake("in", "service")) service = line.Take("a service's name");
            else if (line.TryTake("deploys")) commit = line.Take("a commit's name");
            else if (line.TryTake("to")) environment = line.Take("an environment");
            else if (line.TryTake("took")) took = line.TakeSpan();
            else if (line.TryTake("starts")) outcome = StepOutcome.Running;
            else if (line.TryTake("failed")) outcome = StepOutcome.Failed;
            else if (line.TryTake("aborted")) outcome = StepOutcome.Aborted;
            else
                throw line.Expected(
                    "canary, ring, blue-green, weight, region, deploys, to, of service, took, starts, failed or aborted");
        }

        var repository = commit is not null ? RepositoryOf(commit) : known?.Repository ?? defaultRepository;
        var startedAt = outcome == StepOutcome.Running ? time : time - took;
        var told = new DeploymentFact
        {
            AsOf = time,
            Id = id,
            Service = service,
            Repository = repository,
            Environment = environment,
            Sha = commit is null ? known?.Sha : Use(commit, repository),
            Status = DeploymentStatus.Created,
            StartedAt = startedAt,
            Steps =
            [
                new RolloutStep
                {
                    Name = name, Kind = kind, Weight = weight, Region = region, StartedAt = startedAt,
                    FinishedAt = outcome == StepOutcome.Running ? null : time, Outcome = outcome,
                },
            ],
        };
        deployments.TryAdd(id, told with { Steps = null });
        facts.Add(told);
    }
}
