using Leadline.Core;

namespace Leadline.Sources.ArgoCd;

/// <summary>A rollout is deployed when its last step is done; on the way there every step is only part of it.</summary>
static class ArgoCdRollout
{
    public static Reading Convert(Rollout rollout)
    {
        if (rollout is not { Metadata: { Name: { Length: > 0 } name } metadata, Status: { } status })
            return Reading.Ignored("it is no rollout that has begun");
        var numbered = metadata.Annotations?.GetValueOrDefault("rollout.argoproj.io/revision");
        if ((numbered ?? status.CurrentPodHash) is not { Length: > 0 } revision)
            return Reading.Ignored("it does not say which revision of the rollout it is");
        if (ArgoCdReader.EnvironmentOf(metadata, metadata.Namespace) is not { } environment)
            return Reading.Ignored($"{name} has neither a label that names its environment nor a namespace");
        var images = (rollout.Spec?.Template?.Spec?.Containers ?? []).Select(container => container?.Image);
        return status switch
        {
            { Abort: true } or { AbortedAt: { Length: > 0 } } =>
                Ended(DeploymentStatus.Failed, status.AbortedAt ?? Since("Progressing", "False")),
            { Phase: "Degraded" } => Ended(DeploymentStatus.Failed, Since("Progressing", "False")),
            { Phase: "Healthy" } when status.StableRS == status.CurrentPodHash =>
                Ended(DeploymentStatus.Succeeded, Since("Completed", "True") ?? Since("Healthy", "True")),
            { Phase: "Paused" } => Reading.Ignored("it is paused: a step of a canary is no deployment"),
            _ => Reading.Ignored($"it is {status.Phase ?? "in no phase"}: it is deployed when its last step is done"),
        };

        Reading Ended(DeploymentStatus reached, string? at) => Times.Parse(at, "the time of the rollout") is not { } finished
            ? Reading.Ignored($"it is {status.Phase}, but does not say since when")
            : Reading.Of(new DeploymentFact
            {
                Id = $"argocd:rollout:{ArgoCdReader.Key(metadata)}:{revision}",
                Service = name,
                App = name,
                Environment = environment,
                Version = ImageName.VersionOf(images, name),
                Status = reached,
                FinishedAt = finished,
                Url = rollout.Url,
                AsOf = finished,
            });

        string? Since(string type, string holds) => (status.Conditions ?? [])
            .FirstOrDefault(condition => condition?.Type == type && condition.Status == holds)?.LastTransitionTime;
    }
}
