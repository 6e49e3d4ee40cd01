using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>What the statements of a deployment tell of the steps of its roll-out.</summary>
public static class Rollout
{
    /// <summary>
    /// Each step once, by its name: the latest statement tells its outcome, what that leaves out keeps its earlier value, and it
    /// began when the first says so. In the order in which they began; those of which that is not known come last.
    /// </summary>
    /// <param name="statements">Of one deployment, oldest first.</param>
    public static ImmutableArray<RolloutStep> StepsOf(IEnumerable<DeploymentFact> statements)
    {
        var steps = new Dictionary<string, RolloutStep>(StringComparer.Ordinal);
        foreach (var step in statements.SelectMany(statement => statement.Steps ?? []))
        {
            var known = steps.GetValueOrDefault(step.Name);
            steps[step.Name] = step with
            {
                Weight = step.Weight ?? known?.Weight,
                Region = step.Region ?? known?.Region,
                StartedAt = step.StartedAt is null || known?.StartedAt < step.StartedAt ? known?.StartedAt : step.StartedAt,
                FinishedAt = step.FinishedAt ?? known?.FinishedAt,
            };
        }

        return [
            .. steps.Values.OrderBy(step => step.StartedAt ?? step.FinishedAt ?? DateTimeOffset.MaxValue)
                .ThenBy(step => step.Weight).ThenBy(step => step.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The last of the steps that was aborted, or null.</summary>
    internal static RolloutStep? Aborted(ImmutableArray<RolloutStep> steps) =>
        steps.Where(step => step is { Outcome: StepOutcome.Aborted, FinishedAt: not null }).MaxBy(step => step.FinishedAt);

    internal static DateTimeOffset? AbortedAt(ImmutableArray<RolloutStep> steps) => Aborted(steps)?.FinishedAt;

    /// <summary>When the first step began that gave the version to somebody; a weight that nobody names is not none.</summary>
    internal static DateTimeOffset? UsersFrom(ImmutableArray<RolloutStep> steps) =>
        steps.Where(step => step.Weight is not 0).Select(step => step.StartedAt ?? step.FinishedAt).Min();
}
