using Leadline.Core;

namespace Leadline.Sources.GitHub;

// What GitHub tells of deployments: their own events, the jobs that deploy, and releases.
public sealed partial class GitHubReader
{
    static Reading Convert(DeploymentEvent happened) => happened.Deployment.Environment is { Length: > 0 } environment
        ? Reading.Of(Created(happened.Repository, happened.Deployment, environment))
        : Reading.Ignored("the deployment names no environment");

    static Reading Convert(DeploymentStatusEvent happened)
    {
        var status = happened.DeploymentStatus;
        var at = status.CreatedAt.ToUniversalTime();
        return (happened.Deployment.Environment ?? status.Environment, Reached(status.State)) switch
        {
            (null or "", _) => Reading.Ignored("the deployment names no environment"),
            (_, null) => Reading.Ignored($"{status.State} is no state that we know"),
            ({ } environment, { } reached) => Reading.Of(Created(happened.Repository, happened.Deployment, environment) with
            {
                Status = reached,
                WaitedFrom = reached == DeploymentStatus.Waiting ? at : null,
                StartedAt = reached == DeploymentStatus.Running ? at : null,
                FinishedAt = reached is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
                Url = status.LogUrl is { Length: > 0 } log ? log : status.TargetUrl is { Length: > 0 } target ? target : null,
                AsOf = at,
            }),
        };
    }

    static DeploymentStatus? Reached(string state) => state.ToLowerInvariant() switch
    {
        "pending" or "queued" => DeploymentStatus.Created,
        "waiting" => DeploymentStatus.Waiting,
        "in_progress" => DeploymentStatus.Running,
        "success" => DeploymentStatus.Succeeded,
        "failure" or "error" => DeploymentStatus.Failed,
        "inactive" => DeploymentStatus.Superseded,
        _ => null,
    };

    static DeploymentFact Created(Repository repository, Deployment deployment, string environment) => new()
    {
        Id = $"github:{repository.FullName}:{deployment.Id}",
        Repository = NameOf(repository.FullName),
        Environment = environment,
        Version = deployment.Ref is { } name && Sha.ParseOrNull(name) is null ? name : null,
        Sha = Sha.ParseOrNull(deployment.Sha),
        Status = DeploymentStatus.Created,
        CreatedAt = deployment.CreatedAt.ToUniversalTime(),
        AsOf = deployment.CreatedAt.ToUniversalTime(),
    };

    /// <summary>
    /// Of a job that deploys, what the deployment's own statuses may not say: since when it waits for a person or a rule to let
    /// it run, and when it began.
    /// </summary>
    static Reading Convert(WorkflowJobEvent happened) => happened switch
    {
        { Deployment: null } => Reading.Ignored("a job is a part of its run, which says how it went"),
        { Deployment.Environment: not { Length: > 0 } } => Reading.Ignored("the deployment names no environment"),
        { Action: "waiting", WorkflowJob: var job, Deployment: { Environment: { } environment } deployment } =>
            Reading.Of(
                Waiting(happened.Repository, deployment, environment, job.CreatedAt ?? job.StartedAt ?? deployment.CreatedAt)),
        {
            Action: "in_progress", WorkflowJob: { StartedAt: { } at } job,
            Deployment: { Environment: { } environment } deployment
        } =>
            Reading.Of(Created(happened.Repository, deployment, environment) with
            {
                Status = DeploymentStatus.Running,
                StartedAt = at.ToUniversalTime(),
                Url = job.HtmlUrl,
                AsOf = at.ToUniversalTime(),
            }),
        _ => Reading.Ignored($"a job that is {happened.Action} says nothing of its deployment that the deployment does not"),
    };

    static Reading Convert(ProtectionRuleEvent happened) => (happened.Deployment.Environment ?? happened.Environment) switch
    {
        null or "" => Reading.Ignored("the deployment names no environment"),
        { } environment =>
            Reading.Of(Waiting(happened.Repository, happened.Deployment, environment, happened.Deployment.CreatedAt)),
    };

    static DeploymentFact Waiting(Repository repository, Deployment deployment, string environment, DateTimeOffset since) =>
        Created(repository, deployment, environment) with
        {
            Status = DeploymentStatus.Waiting,
            WaitedFrom = since.ToUniversalTime(),
            AsOf = since.ToUniversalTime(),
        };

    static Reading Convert(ReleaseEvent happened) => happened switch
    {
        { Action: not ("published" or "released" or "prereleased") } =>
            Reading.Ignored($"a release that is {happened.Action} is not out by that"),
        { Release: { Draft: true } or { PublishedAt: null } } => Reading.Ignored("the release is a draft"),
        { Release: var release } =>
            Reading.Of(Published(happened.Repository, release, release.Prerelease ? "prerelease" : "release")),
    };

    /// <summary>
    /// A release is a deployment to an environment of its own; the definitions say whether that is production.
    /// </summary>
    static DeploymentFact Published(Repository repository, Release release, string environment)
    {
        var at = release.PublishedAt?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch;
        return new DeploymentFact
        {
            Id = $"github:{repository.FullName}:{environment}:{release.Id}",
            Repository = NameOf(repository.FullName),
            Environment = environment,
            Version = release.TagName,

            // Mostly it is the name of a branch, which has moved on since.
            Sha = Sha.ParseOrNull(release.TargetCommitish) is { IsShort: false } sha ? sha : null,
            Status = DeploymentStatus.Succeeded,
            FinishedAt = at,
            Url = release.HtmlUrl,
            AsOf = at,
        };
    }
}
