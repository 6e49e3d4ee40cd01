using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.CircleCI;

/// <summary>Reads CircleCI's workflows as builds, and the jobs that say where they deploy to.</summary>
public sealed class CircleCIReader : SourceReader
{
    public override string Source => "circleci";

    public override int Version => 1;

    public override SourceDescription About => new(
        "CircleCI", "workflows, and jobs that deploy",
        "circleci-signature: the HMAC-SHA256 of the body")
    {
        Events = "Workflow Completed, Job Completed",
    };

    public override PersonalFields Personal { get; } = new(
        People: ["author", "committer", "actor", "user"],
        Strings:
        [
            "commit_author_name", "commit_author_email", "user_id", "user_name", "user_username", "user_avatar", "user_email",
            "actor_id", "login",
        ],
        Texts: ["subject", "body", "commit_title", "commit_message"]);

    public override ImmutableArray<string> KeptHeaders => ["circleci-event-type"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256HexListed(delivery, "circleci-signature", "v1=", secret);

    public override Reading Read(Delivery delivery) => Parts.TextOf(delivery.Body.Span, "type") switch
    {
        "workflow-completed" => Workflow(delivery.Json(CircleCIJson.Default.Event)),
        "job-completed" => Job(delivery.Json(CircleCIJson.Default.Event)),
        "ping" => Reading.Ignored("a ping only says that the webhook was set up"),
        null => Reading.Ignored("it is not the body of a webhook: it has no type"),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    static Reading Workflow(Event happened)
    {
        var workflow = happened.Workflow;
        BuildStatus? status = workflow.Status switch
        {
            "success" => BuildStatus.Succeeded,
            "failed" or "error" => BuildStatus.Failed,
            "canceled" or "unauthorized" => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"{workflow.Status} is no status that we know");
        if (ShaOf(happened.Pipeline) is not { } sha || RepositoryOf(happened) is not { } repository)
            return Reading.Ignored("the pipeline names no commit of a repository");
        return Reading.Of(new BuildFact
        {
            // A re-run is a workflow of its own in the same pipeline, which keeps the time at which it was first created.
            Id = $"circleci:{workflow.Id}",
            Repository = repository,
            Sha = sha,
            Pipeline = workflow.Name,
            StartedAt = workflow.CreatedAt,
            FinishedAt = workflow.StoppedAt ?? happened.HappenedAt,
            Status = known,
            Url = workflow.Url,
            AsOf = workflow.StoppedAt ?? happened.HappenedAt ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Job(Event happened)
    {
        if (happened.Job is not { } job || DeployJob.EnvironmentOf(job.Name) is not { } environment)
            return Reading.Ignored("its name does not say where it deploys to, and its workflow says how it went");
        DeploymentStatus? status = job.Status switch
        {
            "success" => DeploymentStatus.Succeeded,
            "failed" or "error" or "infrastructure_fail" or "timedout" => DeploymentStatus.Failed,
            "canceled" or "not_run" or "unauthorized" => DeploymentStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"{job.Status} is no status that we know");
        var finished = job.StoppedAt ?? happened.HappenedAt;
        return Reading.Of(new DeploymentFact
        {
            Id = $"circleci:{job.Id}",
            Repository = RepositoryOf(happened),
            Environment = environment,
            Version = TagOf(happened.Pipeline),
            Sha = ShaOf(happened.Pipeline),
            Status = known,
            StartedAt = job.StartedAt,
            FinishedAt = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? finished : null,
            Url = happened.Workflow.Url,
            AsOf = finished ?? job.StartedAt ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Sha? ShaOf(Pipeline pipeline) => Sha.ParseOrNull(pipeline.Vcs?.Revision) ?? Triggers(pipeline)
        .Select(trigger => Sha.ParseOrNull(trigger.CommitSha) ?? Sha.ParseOrNull(trigger.CheckoutSha))
        .FirstOrDefault(sha => sha is not null);

    static string? TagOf(Pipeline pipeline) => Triggers(pipeline).Select(trigger => trigger.Tag).Prepend(pipeline.Vcs?.Tag)
        .FirstOrDefault(tag => !string.IsNullOrEmpty(tag));

    static RepositoryName? RepositoryOf(Event happened) =>
        RepositoryUrl.NameOf(happened.Pipeline.Vcs?.TargetRepositoryUrl)
        ?? RepositoryUrl.NameOf(happened.Pipeline.Vcs?.OriginRepositoryUrl)
        ?? Triggers(happened.Pipeline).SelectMany(trigger => new[] { trigger.WebUrl, trigger.RepoUrl, trigger.CheckoutUrl })
            .Select(RepositoryUrl.NameOf).FirstOrDefault(name => name is not null)
        ?? OfSlug(happened.Project?.Slug);

    /// <summary><c>gh/acme/shop</c>; that of a project which is connected otherwise holds ids.</summary>
    static RepositoryName? OfSlug(string? slug) =>
        slug?.Split('/') is ["gh" or "github" or "bb" or "bitbucket", { Length: > 0 } owner, { Length: > 0 } name]
            ? new RepositoryName($"{owner}/{name}")
            : null;

    static IEnumerable<Trigger> Triggers(Pipeline pipeline) => new[]
    {
        pipeline.TriggerParameters?.Gitlab, pipeline.TriggerParameters?.GithubApp, pipeline.TriggerParameters?.Git,
    }.OfType<Trigger>();
}
