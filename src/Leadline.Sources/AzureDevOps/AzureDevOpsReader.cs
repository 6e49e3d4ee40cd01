using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.AzureDevOps;

/// <summary>
/// Reads Azure DevOps' pushes, pull requests, builds, pipeline runs with their stages and jobs, and classic releases.
/// </summary>
public sealed class AzureDevOpsReader : SourceReader
{
    public override string Source => "azuredevops";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Azure DevOps", "pushes, pull requests, builds, pipeline runs with their stages and jobs, releases",
        "the secret as the basic password")
    {
        Events =
            "Code pushed, Pull request created, updated, merge attempted, Run state changed, Run stage state changed, Release "
                + "deployment started, completed",
    };

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "createdBy", "pushedBy", "author", "committer", "reviewers", "requestedBy", "requestedFor", "closedBy", "owner",
            "modifiedBy", "createdFor", "lastChangedBy", "approver", "approvedBy", "autoCompleteSetBy", "votedFor", "deletedBy",
        ],
        Strings: ["uniqueName", "email", "imageUrl", "descriptor"],
        Texts: ["title", "description", "comment", "message", "text", "html", "markdown", "mergeCommitMessage"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery) => Parts.TextOf(delivery.Body.Span, "eventType") switch
    {
        "git.push" => Convert(delivery.Json(AzureDevOpsJson.Default.PushHappened)),
        "git.pullrequest.created" or "git.pullrequest.updated" or "git.pullrequest.merged" =>
            Convert(delivery.Json(AzureDevOpsJson.Default.PullRequestHappened)),
        "build.complete" => Convert(delivery.Json(AzureDevOpsJson.Default.BuildHappened)),
        "ms.vss-pipelines.run-state-changed-event" => Run(delivery.Json(AzureDevOpsJson.Default.RunHappened)),
        "ms.vss-pipelines.stage-state-changed-event" => Stage(delivery.Json(AzureDevOpsJson.Default.RunHappened)),
        "ms.vss-pipelines.job-state-changed-event" => Job(delivery.Json(AzureDevOpsJson.Default.RunHappened)),
        "ms.vss-release.deployment-started-event" or "ms.vss-release.deployment-completed-event" =>
            Convert(delivery.Json(AzureDevOpsJson.Default.ReleaseHappened)),
        "api.pullrequest.commits" => Convert(delivery.Json(AzureDevOpsJson.Default.PullRequestCommitsAsked).Resource),
        null => Reading.Ignored("it is not the body of a webhook: it has no eventType"),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    static Reading Convert(Event<Push> happened)
    {
        var push = happened.Resource;
        var asOf = push.Date ?? happened.CreatedDate ?? DateTimeOffset.UnixEpoch;
        var repository = NameOf(push.Repository);
        var tags = push.RefUpdates.Where(update => update.Name.StartsWith("refs/tags/", StringComparison.Ordinal))
            .Select(update => new ArtifactFact
            {
                Repository = repository,
                Name = update.Name["refs/tags/".Length..],
                Sha = Sha.ParseOrNull(update.NewObjectId),
                AsOf = asOf,
            });
        ImmutableArray<Fact> facts = [.. tags, .. Commits(repository, push, asOf)];
        return facts.IsEmpty ? Reading.Ignored("it lists no commits, or only deletes branches") : Reading.Of(facts);
    }

    static IEnumerable<CommitFact> Commits(RepositoryName repository, Push push, DateTimeOffset asOf)
    {
        var commits = push.Commits ?? [];

        // Which of several branches a commit was pushed to is not said.
        var update = push.RefUpdates is [var only] && only.Name.StartsWith("refs/heads/", StringComparison.Ordinal) ? only
            : null;
        var newestFirst = commits is [var first, ..] && first.CommitId == update?.NewObjectId;
        var inOrder = newestFirst || (commits is [.., var last] && last.CommitId == update?.NewObjectId);

        // In place of parents, which a push does not say, the order of its commits.
        var previous = inOrder ? Sha.ParseOrNull(update?.OldObjectId) : null;
        foreach (var commit in newestFirst ? commits.Reverse() : commits)
        {
            var sha = Sha.Parse(commit.CommitId);
            yield return new CommitFact
            {
                Repository = repository,
                Sha = sha,
                Parents = previous is { } parent ? [parent] : null,
                ParentsFromPush = previous is not null,
                Branch = BranchOf(update?.Name),
                AuthoredAt = commit.Author?.Date,
                CommittedAt = commit.Committer?.Date,
                Message = commit.Comment,
                Author = commit.Author?.Email ?? commit.Author?.Name,
                AsOf = commit.Committer?.Date ?? commit.Author?.Date ?? asOf,
            };
            previous = inOrder ? sha : null;
        }
    }

    static Reading Convert(Event<PullRequest> happened)
    {
        var request = happened.Resource;

        // The event named "merged" comes of every attempt to merge, with the commit of a trial; only a completed one is.
        var merged = request.Status == "completed";
        var closed = merged || request.Status == "abandoned" ? request.ClosedDate ?? happened.CreatedDate : null;
        return Reading.Of(new ChangeFact
        {
            Repository = NameOf(request.Repository),
            Number = request.PullRequestId,
            OpenedAt = request.CreationDate,
            MergedAt = merged ? closed : null,
            ClosedAt = closed,
            MergeSha = merged ? Sha.ParseOrNull(request.LastMergeCommit?.CommitId) : null,
            HeadSha = Sha.ParseOrNull(request.LastMergeSourceCommit?.CommitId),
            Branch = BranchOf(request.SourceRefName),
            TargetBranch = BranchOf(request.TargetRefName),
            Labels = request.Labels is { } labels ? [.. labels.Select(label => label.Name).OfType<string>()] : null,
            Title = request.Title,
            Author = request.CreatedBy?.UniqueName ?? request.CreatedBy?.DisplayName,
            Url = request.Links?.Web?.Href,
            AsOf = happened.CreatedDate ?? closed ?? request.CreationDate ?? DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>Of which commits a merged one is made. Their parents are not said, and no order stands in for them.</summary>
    static Reading Convert(PullRequestCommits asked)
    {
        var repository = NameOf(asked.Repository);
        var commits = asked.Commits.Select(commit => (Fact)new CommitFact
        {
            Repository = repository,
            Sha = Sha.Parse(commit.CommitId),
            AuthoredAt = commit.Author?.Date,
            CommittedAt = commit.Committer?.Date,
            Message = commit.Comment,
            Author = commit.Author?.Email ?? commit.Author?.Name,
            AsOf = commit.Committer?.Date ?? commit.Author?.Date ?? DateTimeOffset.UnixEpoch,
        });

        // Only the last page of several knows them all.
        return asked.All is not { } all ? Reading.Of([.. commits]) : Reading.Of(
        [
            .. commits,
            new ChangeFact
            {
                Repository = repository,
                Number = asked.PullRequestId,
                Commits = [.. all.Select(sha => Sha.Parse(sha))],
                AsOf = asked.ClosedDate ?? DateTimeOffset.UnixEpoch,
            },
        ]);
    }

    static Reading Convert(Event<Build> happened)
    {
        var build = happened.Resource;
        var version = build.SourceVersion ?? build.SourceGetVersion?[(build.SourceGetVersion.LastIndexOf(':') + 1)..];
        if (Sha.ParseOrNull(version) is not { } sha) return Reading.Ignored("the build names no commit");
        if (OrNull(build.Repository, build.Project) is not { } repository)
            return Reading.Ignored("the build names no repository");
        return Ended(build.Result ?? build.Status) is not { } status
            ? Reading.Ignored($"{build.Result ?? build.Status} is no result that we know")
            : Reading.Of(new BuildFact
            {
                Id = IdOf(happened.ResourceContainers, $"{build.Id}"),
                Repository = repository,
                Sha = sha,
                Pipeline = build.Definition?.Name,
                QueuedAt = build.QueueTime,
                StartedAt = build.StartTime,
                FinishedAt = build.FinishTime ?? happened.CreatedDate,
                Status = status,
                Url = build.Links?.Web?.Href,
                AsOf = build.FinishTime ?? happened.CreatedDate ?? DateTimeOffset.UnixEpoch,
            });
    }

    static Reading Run(Event<RunEvent> happened)
    {
        var run = happened.Resource.Run;
        var self = run.Resources?.Repositories?.Self;
        if (Sha.ParseOrNull(self?.Version) is not { } sha || OrNull(self?.Repository, null) is not { } repository)
            return Reading.Ignored("the run names no commit of a repository");
        var status = run.State switch
        {
            "completed" => Ended(run.Result),
            "inProgress" or "canceling" => BuildStatus.Running,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"a run that is {run.Result ?? run.State} says nothing yet");
        return Reading.Of(new BuildFact
        {
            // A build and a run have one id.
            Id = IdOf(happened.ResourceContainers, $"{run.Id}"),
            Repository = repository,
            Sha = sha,
            Pipeline = run.Pipeline?.Name,
            QueuedAt = run.CreatedDate,
            StartedAt = known == BuildStatus.Running ? happened.CreatedDate : null,
            FinishedAt = known == BuildStatus.Running ? null : run.FinishedDate ?? happened.CreatedDate,
            Status = known,
            Url = run.Links?.Web?.Href,
            AsOf = run.FinishedDate ?? happened.CreatedDate ?? run.CreatedDate ?? DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>
    /// A stage is taken for a deployment to the environment that its name says; the definitions know which it is.
    /// </summary>
    static Reading Stage(Event<RunEvent> happened) => happened.Resource.Stage switch
    {
        null or { Name: null or "" } => Reading.Ignored("the stage has no name"),
        { Name: "__default" } => Reading.Ignored("the pipeline has no stages, and its run says how it went"),
        { Name: { } name } stage => Deployment(happened, stage, DeployJob.EnvironmentOf(name) ?? name),
    };

    static Reading Job(Event<RunEvent> happened) =>
        happened.Resource.Job is { } job && DeployJob.EnvironmentOf(job.Name) is { } environment
            ? Deployment(happened, job, environment)
            : Reading.Ignored("its name does not say where it deploys to, and its stage says how it went");

    static Reading Deployment(Event<RunEvent> happened, Stage stage, string environment)
    {
        DeploymentStatus? status = (stage.State, stage.Result) switch
        {
            ("notStarted" or "pending", _) => DeploymentStatus.Created,
            ("waiting", _) => DeploymentStatus.Waiting,
            ("running" or "inProgress" or "canceling", _) => DeploymentStatus.Running,
            ("completed", "succeeded" or "succeededWithIssues" or "partiallySucceeded") => DeploymentStatus.Succeeded,
            ("completed", "failed" or "rejected") => DeploymentStatus.Failed,
            ("completed", "canceled" or "skipped" or "abandoned") => DeploymentStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"{stage.Result ?? stage.State} is no state that we know");
        var run = happened.Resource.Run;
        var self = run.Resources?.Repositories?.Self;
        var at = happened.CreatedDate ?? stage.FinishTime ?? stage.StartTime ?? DateTimeOffset.UnixEpoch;
        return Reading.Of(new DeploymentFact
        {
            // A stage and its only job may both say that they deploy to one environment.
            Id = IdOf(happened.ResourceContainers, $"{run.Id}:{environment}:{stage.Attempt ?? 1}"),
            App = run.Pipeline?.Name,
            Repository = OrNull(self?.Repository, null),
            Environment = environment,
            Version = run.Name,
            Sha = Sha.ParseOrNull(self?.Version),
            Status = known,
            CreatedAt = stage.Attempt is null or 1 ? run.CreatedDate : null,
            WaitedFrom = known == DeploymentStatus.Waiting ? at : null,
            StartedAt = stage.StartTime,
            FinishedAt = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? stage.FinishTime ?? at : null,
            Url = run.Links?.Web?.Href,
            AsOf = stage.FinishTime ?? at,
        });
    }

    static Reading Convert(Event<ReleaseEvent> happened)
    {
        var (environment, deployment) = (happened.Resource.Environment, happened.Resource.Deployment);
        var release = happened.Resource.Release ?? deployment?.Release ?? environment.Release;
        if (environment.Name is not { Length: > 0 } name) return Reading.Ignored("the deployment names no environment");
        DeploymentStatus? status = environment.Status?.ToLowerInvariant() switch
        {
            "queued" or "scheduled" or "notstarted" => DeploymentStatus.Created,
            "inprogress" => DeploymentStatus.Running,
            "succeeded" or "partiallysucceeded" => DeploymentStatus.Succeeded,
            "rejected" or "failed" => DeploymentStatus.Failed,
            "canceled" => DeploymentStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"{environment.Status} is no status that we know");
        var ended = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed;
        var artifact = release?.Artifacts?.OrderByDescending(one => one.IsPrimary == true).FirstOrDefault()?.DefinitionReference;
        var at = happened.CreatedDate ?? DateTimeOffset.UnixEpoch;
        return Reading.Of(new DeploymentFact
        {
            Id = IdOf(
                happened.ResourceContainers,
                $"release:{environment.ReleaseId ?? release?.Id}:{name}:{deployment?.Attempt ?? 1}"),
            App = (release?.ReleaseDefinition ?? environment.ReleaseDefinition)?.Name,
            Repository = artifact?.Repository?.Name is { Length: > 0 } named ? NameOf(named, happened.Resource.Project) : null,
            Environment = name,
            Version = release?.Name,

            // Of a build it is the commit that was built, of a repository its version.
            Sha = Sha.ParseOrNull(artifact?.SourceVersion?.Id) ?? Sha.ParseOrNull(artifact?.Version?.Id),
            Status = known,
            CreatedAt = deployment?.QueuedOn,
            StartedAt = deployment?.StartedOn ?? (known == DeploymentStatus.Running ? at : null),
            FinishedAt = ended ? deployment?.CompletedOn ?? at : null,
            AsOf = deployment?.CompletedOn ?? at,
        });
    }

    static BuildStatus? Ended(string? result) => result switch
    {
        "succeeded" or "partiallySucceeded" or "succeededWithIssues" => BuildStatus.Succeeded,
        "failed" => BuildStatus.Failed,
        "stopped" or "canceled" => BuildStatus.Canceled,
        _ => null,
    };

    static string IdOf(Containers? containers, string id) => $"azuredevops:{containers?.Project?.Id}:{id}";

    static string? BranchOf(string? name) =>
        name?.StartsWith("refs/heads/", StringComparison.Ordinal) == true ? name["refs/heads/".Length..] : name;

    static RepositoryName NameOf(Repository repository) =>
        OrNull(repository, null) ?? throw new FormatException("resource.repository has no name");

    /// <summary>
    /// The project's name and the repository's; of one on another host its own name, and the id where that alone is known.
    /// </summary>
    static RepositoryName? OrNull(Repository? repository, Project? project) => repository switch
    {
        { FullName: { } name } when !string.IsNullOrWhiteSpace(name) => new RepositoryName(name),
        { Name: { } name } when !string.IsNullOrWhiteSpace(name) => NameOf(name, repository.Project ?? project),
        { Id: { } id } when !string.IsNullOrWhiteSpace(id) => new RepositoryName(id),
        _ => null,
    };

    static RepositoryName NameOf(string name, Project? project) =>
        new(name.Contains('/') || project?.Name is not { Length: > 0 } owner ? name : $"{owner}/{name}");
}
