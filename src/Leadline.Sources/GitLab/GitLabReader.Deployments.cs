using Leadline.Core;

namespace Leadline.Sources.GitLab;

// What GitLab tells of deployments: their own events, the jobs that deploy, and releases.
public sealed partial class GitLabReader
{
    static Reading Convert(JobEvent job)
    {
        var at = job.BuildFinishedAt ?? job.BuildStartedAt ?? job.BuildCreatedAt ?? DateTimeOffset.UnixEpoch;
        return (job.Environment, Reached(job.BuildStatus)) switch
        {
            (not { Name.Length: > 0 }, _) => Reading.Ignored("it is no deployment, and its pipeline says how it went"),
            ({ Action: not (null or "start") and var action }, _) =>
                Reading.Ignored($"a job with the action {action} puts nothing into an environment"),
            (_, null) => Reading.Ignored($"{job.BuildStatus} is no status that we know"),
            ({ Name: { } environment }, { } status) => Reading.Of(new DeploymentFact
            {
                Id = DeploymentId(NameOf(job), "job", job.BuildId),
                Repository = NameOf(job),
                Environment = environment,
                Version = job.Tag ? job.Ref : null,
                Sha = Sha.ParseOrNull(job.Sha),
                Status = status,
                CreatedAt = job.BuildCreatedAt,
                StartedAt = job.BuildStartedAt,
                FinishedAt = status is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
                AsOf = at,
            }),
        };
    }

    static Reading Convert(DeploymentEvent happened)
    {
        var at = happened.StatusChangedAt ?? DateTimeOffset.UnixEpoch;
        return (happened.Environment, Reached(happened.Status)) switch
        {
            (null or "", _) => Reading.Ignored("the deployment names no environment"),
            (_, null) => Reading.Ignored($"{happened.Status} is no status that we know"),
            ({ } environment, { } status) => Reading.Of(new DeploymentFact
            {
                // The job that deploys tells of the same deployment, by its own id.
                Id = happened.DeployableId is { } job
                    ? DeploymentId(NameOf(happened.Project), "job", job)
                    : DeploymentId(NameOf(happened.Project), "deployment", happened.DeploymentId),
                Repository = NameOf(happened.Project),
                Environment = environment,
                Sha = ShaOf(happened),
                Status = status,
                WaitedFrom = status == DeploymentStatus.Waiting ? at : null,
                StartedAt = status == DeploymentStatus.Running ? at : null,
                FinishedAt = status is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
                Url = happened.DeployableUrl,
                AsOf = at,
            }),
        };
    }

    /// <summary>The commit's address ends in the whole id, of which the field holds the first eight digits.</summary>
    static Sha? ShaOf(DeploymentEvent happened)
    {
        var abbreviation = Sha.ParseOrNull(happened.ShortSha);
        var whole = Sha.ParseOrNull(happened.CommitUrl?[(happened.CommitUrl.LastIndexOf('/') + 1)..]);
        return whole is { } sha && (abbreviation is null || sha.StartsWith(abbreviation.Value)) ? sha : abbreviation;
    }

    static string DeploymentId(RepositoryName repository, string kind, long id) => $"gitlab:{repository}:{kind}:{id}";

    static Reading Convert(ListedDeployment deployment, RepositoryName repository)
    {
        var job = deployment.Deployable;
        return (deployment.Environment?.Name, Reached(deployment.Status)) switch
        {
            (null or "", _) => Reading.Ignored("the deployment names no environment"),
            (_, null) => Reading.Ignored($"{deployment.Status} is no status that we know"),
            ({ } environment, { } status) => Reading.Of(new DeploymentFact
            {
                Id = job is null ? DeploymentId(repository, "deployment", deployment.Id)
                    : DeploymentId(repository, "job", job.Id),
                Repository = repository,
                Environment = environment,
                Version = job is { Tag: true } ? job.Ref : null,
                Sha = Sha.ParseOrNull(deployment.Sha),
                Status = status,
                CreatedAt = deployment.CreatedAt,
                WaitedFrom = status == DeploymentStatus.Waiting ? deployment.UpdatedAt : null,
                StartedAt = job?.StartedAt,
                FinishedAt = status is DeploymentStatus.Succeeded or DeploymentStatus.Failed
                    ? job?.FinishedAt ?? deployment.UpdatedAt : null,
                Url = job?.WebUrl,
                AsOf = job?.FinishedAt ?? deployment.UpdatedAt ?? deployment.CreatedAt ?? DateTimeOffset.UnixEpoch,
            }),
        };
    }

    static DeploymentStatus? Reached(string? status) => status switch
    {
        "created" or "waiting_for_resource" or "preparing" or "pending" or "scheduled" => DeploymentStatus.Created,

        // By an approval or by whoever starts a manual job.
        "blocked" or "manual" => DeploymentStatus.Waiting,
        "running" or "canceling" => DeploymentStatus.Running,
        "success" => DeploymentStatus.Succeeded,
        "failed" => DeploymentStatus.Failed,
        "canceled" or "skipped" => DeploymentStatus.Canceled,
        _ => null,
    };

    /// <summary>
    /// A release is a deployment to an environment of its own; the definitions say whether that is production.
    /// </summary>
    static Reading Convert(ReleaseEvent release) => release switch
    {
        { Action: not "create" } => Reading.Ignored($"a release is not out by its {release.Action}"),
        _ => Released(NameOf(release.Project), release.Tag, release.ReleasedAt, release.Commit, release.Url),
    };

    /// <summary>A project has one release of a tag; only webhooks give it a number too.</summary>
    static Reading Released(
        RepositoryName repository, string tag, DateTimeOffset? releasedAt, Commit? commit,
        string? url) => releasedAt is not { } at
        ? Reading.Ignored("the release does not say when it is out")
        : Reading.Of(new DeploymentFact
        {
            Id = $"gitlab:{repository}:release:{tag}",
            Repository = repository,
            Environment = "release",
            Version = tag,
            Sha = Sha.ParseOrNull(commit?.Id),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = at,
            Url = url,
            AsOf = at,
        });
}
