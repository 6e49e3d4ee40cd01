using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Leadline.Core;

namespace Leadline.Sources.GitLab;

/// <summary>Reads GitLab's pushes, merge requests, pipelines, jobs, deployments, releases and incidents.</summary>
public sealed partial class GitLabReader : SourceReader
{
    public override string Source => "gitlab";

    public override int Version => 2;

    public override SourceDescription About => new(
        "GitLab", "pushes, merge requests, pipelines, jobs, deployments, releases, issues",
        "X-Gitlab-Token: the secret itself")
    {
        Events = "Push, Tag push, Issues, Merge request, Pipeline, Deployment, Releases events",
    };

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "user", "author", "assignee", "assignees", "reviewers", "committer", "owner", "merge_user", "merged_by", "closed_by",
            "last_edited_by", "updated_by", "approved_by",
        ],
        Strings:
        [
            "username", "email", "avatar_url", "avatar", "user_name", "user_username", "user_email", "user_avatar", "user_url",
            "author_name", "author_email", "committer_name", "committer_email", "public_email",
        ],
        Texts: ["title", "description", "message", "commit_title", "note", "body", "namespace"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Gitlab-Event", "X-Gitlab-Event-UUID", "Idempotency-Key"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Token(delivery, "X-Gitlab-Token", secret);

    /// <summary>The event's UUID is none: events that one webhook sets off in turn share it.</summary>
    public override string? DedupeKey(Delivery delivery) => delivery.Header("Idempotency-Key");

    public override Reading Read(Delivery delivery) => Parts.TextOf(delivery.Body.Span, "object_kind") switch
    {
        "push" => Convert(delivery.Json(GitLabJson.Default.PushEvent)),
        "tag_push" => Tag(delivery.Json(GitLabJson.Default.PushEvent), delivery.ReceivedAt),
        "merge_request" => Convert(delivery.Json(GitLabJson.Default.MergeRequestEvent)),
        "pipeline" => Convert(delivery.Json(GitLabJson.Default.PipelineEvent)),
        "build" => Convert(delivery.Json(GitLabJson.Default.JobEvent)),
        "deployment" => Convert(delivery.Json(GitLabJson.Default.DeploymentEvent)),
        "release" => Convert(delivery.Json(GitLabJson.Default.ReleaseEvent)),
        "issue" or "work_item" => Convert(delivery.Json(GitLabJson.Default.IssueEvent)),
        "api_commit" =>
            Answer(
                delivery, GitLabAnswersJson.Default.AnsweredListedCommit,
                (commit, repository) => Reading.Of(GitLabAnswers.Convert(commit, repository, knowsParents: true))),
        "api_merge_request" =>
            Answer(
                delivery, GitLabAnswersJson.Default.AnsweredListedMergeRequest,
                (request, repository) => Reading.Of(GitLabAnswers.Convert(request, repository))),
        "api_merge_request_commits" => Convert(delivery.Json(GitLabAnswersJson.Default.MergeRequestCommits)),
        "api_merge_request_approvals" => Convert(delivery.Json(GitLabAnswersJson.Default.AnsweredAllApprovals)),
        "api_pipeline" => Answer(delivery, GitLabAnswersJson.Default.AnsweredListedPipeline, Convert),
        "api_deployment" => Answer(delivery, GitLabAnswersJson.Default.AnsweredListedDeployment, Convert),
        "api_release" =>
            Answer(
                delivery, GitLabAnswersJson.Default.AnsweredListedRelease,
                (release, repository) => Released(repository, release.TagName, release.ReleasedAt, release.Commit, null)),
        "api_issue" => Answer(delivery, GitLabAnswersJson.Default.AnsweredListedIssue, Convert),
        "api_comparison" => Answer(delivery, GitLabAnswersJson.Default.AnsweredListedComparison, GitLabComparisons.Convert),
        null => Reading.Ignored("it is not the body of a webhook: it has no object_kind"),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    static Reading Answer<T>(Delivery delivery, JsonTypeInfo<Answered<T>> type, Func<T, RepositoryName, Reading> convert)
    {
        var answered = delivery.Json(type);
        return convert(answered.Item, NameOf(answered.Project));
    }

    static Reading Convert(MergeRequestCommits listed) => GitLabAnswers.Convert(listed, NameOf(listed.Project));

    static Reading Convert(Answered<AllApprovals> answered) =>
        GitLabAnswers.Convert(
            answered.Item, answered.Number ?? throw new FormatException("number is missing"), NameOf(answered.Project));

    static Reading Convert(PushEvent push) => push switch
    {
        // Forty zeros.
        _ when Sha.ParseOrNull(push.After) is null => Reading.Ignored("the branch was deleted"),
        { Commits: not { Length: > 0 } } => Reading.Ignored("it lists no commits"),
        _ => Reading.Of(Commits(push, push.Commits)),
    };

    static ImmutableArray<Fact> Commits(PushEvent push, PushCommit[] commits)
    {
        var repository = NameOf(push.Project);
        var branch = push.Ref.StartsWith("refs/heads/", StringComparison.Ordinal) ? push.Ref["refs/heads/".Length..] : push.Ref;

        // In place of parents, which a push does not say, the order of its commits. Of a large push only the newest are listed,
        // so that what came before the first of them is unknown.
        var previous = push.TotalCommitsCount > commits.Length ? null : Sha.ParseOrNull(push.Before);
        var facts = ImmutableArray.CreateBuilder<Fact>(commits.Length);
        foreach (var commit in commits.DistinctBy(commit => commit.Id))
        {
            var sha = Sha.Parse(commit.Id);
            facts.Add(new CommitFact
            {
                Repository = repository,
                Sha = sha,
                Parents = previous is { } parent ? [parent] : null,
                ParentsFromPush = previous is not null,
                Branch = branch,
                AuthoredAt = commit.Timestamp,
                CommittedAt = commit.Timestamp,
                Message = commit.Message,
                Author = NameOf(commit.Author),
                Paths = PathsOf(commit),
                AsOf = commit.Timestamp ?? DateTimeOffset.UnixEpoch,
            });
            previous = sha;
        }

        return facts.DrainToImmutable();
    }

    static ImmutableArray<string>? PathsOf(PushCommit commit) => commit is { Added: null, Removed: null, Modified: null }
        ? null
        : [.. new[] { commit.Added, commit.Removed, commit.Modified }.SelectMany(paths => paths ?? [])
            .Distinct().Order(StringComparer.Ordinal)];

    static Reading Tag(PushEvent push, DateTimeOffset receivedAt) => Reading.Of(new ArtifactFact
    {
        Repository = NameOf(push.Project),
        Name = push.Ref.StartsWith("refs/tags/", StringComparison.Ordinal) ? push.Ref["refs/tags/".Length..] : push.Ref,

        // Of an annotated tag "after" is the tag itself; the commit is what is checked out, and nothing is once it is deleted.
        Sha = Sha.ParseOrNull(push.CheckoutSha),

        // No field says when it was pushed, and a tag may move back to an older commit.
        AsOf = receivedAt,
    });

    static Reading Convert(MergeRequestEvent happened)
    {
        var request = happened.ObjectAttributes;
        var repository = NameOf(happened.Project);
        var updated = request.UpdatedAt ?? request.CreatedAt;
        var merged = request.State == "merged";
        var mergedAt = merged && request.Action is "merge" or null ? updated : null;
        Fact change = new ChangeFact
        {
            Repository = repository,
            Number = request.Iid,
            OpenedAt = request.CreatedAt,
            ReadyAt = happened.Changes?.Draft is { Previous: true, Current: false } ? updated : null,
            MergedAt = mergedAt,
            ClosedAt = request.State == "closed" ? updated : mergedAt,

            // Without a merge commit the squashed one or the head itself was put on the branch.
            MergeSha = merged
                ? Sha.ParseOrNull(request.MergeCommitSha) ?? Sha.ParseOrNull(request.SquashCommitSha)
                    ?? Sha.ParseOrNull(request.LastCommit?.Id)
                : null,
            HeadSha = Sha.ParseOrNull(request.LastCommit?.Id),
            Branch = request.SourceBranch,
            TargetBranch = request.TargetBranch,
            Labels = NamesOf(happened.Labels),
            Title = request.Title,

            // The user is who did this; who opened it is named only then.
            Author = request.Action == "open" ? NameOf(happened.User) : null,
            Url = request.Url,
            AsOf = updated ?? DateTimeOffset.UnixEpoch,
        };
        return request.Action is "approved" or "approval" && updated is { } at
            ? Reading.Of(change, Approval(repository, request.Iid, NameOf(happened.User), at))
            : Reading.Of(change);
    }

    internal static ReviewFact Approval(RepositoryName repository, int number, string? author, DateTimeOffset at) => new()
    {
        Repository = repository,
        Number = number,
        Id = $"approval:{author}:{at.ToUnixTimeSeconds()}",
        SubmittedAt = at,
        Approved = true,
        Author = author,
        AsOf = at,
    };

    static Reading Convert(PipelineEvent happened)
    {
        var pipeline = happened.ObjectAttributes;
        if (Sha.ParseOrNull(pipeline.Sha) is not { } sha) return Reading.Ignored("the pipeline names no commit");
        if (StatusOf(pipeline.Status) is not { } known)
            return Reading.Ignored($"a pipeline that is {pipeline.Status} says nothing yet");
        var ended = known is BuildStatus.Succeeded or BuildStatus.Failed or BuildStatus.Canceled;
        var started = happened.Builds?.Min(job => job.StartedAt);
        return Reading.Of(new BuildFact
        {
            Id = $"gitlab:{pipeline.Id}",
            Repository = NameOf(happened.Project),
            Sha = sha,
            Pipeline = pipeline.Name,
            QueuedAt = pipeline.CreatedAt,
            StartedAt = started,
            FinishedAt = ended ? pipeline.FinishedAt : null,
            Status = known,
            Url = pipeline.Url,
            AsOf = pipeline.FinishedAt ?? started ?? pipeline.CreatedAt ?? DateTimeOffset.UnixEpoch,
        });
    }

    static BuildStatus? StatusOf(string? status) => status switch
    {
        "created" or "waiting_for_resource" or "preparing" or "pending" or "scheduled" => BuildStatus.Queued,
        "running" or "canceling" => BuildStatus.Running,
        "success" => BuildStatus.Succeeded,
        "failed" => BuildStatus.Failed,
        "canceled" or "skipped" => BuildStatus.Canceled,

        // manual: it waits for somebody to let it run.
        _ => null,
    };

    /// <summary>The list does not say when one ended; the last that happens to it is its end.</summary>
    static Reading Convert(ListedPipeline pipeline, RepositoryName repository)
    {
        if (Sha.ParseOrNull(pipeline.Sha) is not { } sha) return Reading.Ignored("the pipeline names no commit");
        if (StatusOf(pipeline.Status) is not { } status)
            return Reading.Ignored($"a pipeline that is {pipeline.Status} says nothing yet");
        return Reading.Of(new BuildFact
        {
            Id = $"gitlab:{pipeline.Id}",
            Repository = repository,
            Sha = sha,
            Pipeline = pipeline.Name,
            QueuedAt = pipeline.CreatedAt,
            FinishedAt = status is BuildStatus.Queued or BuildStatus.Running ? null : pipeline.UpdatedAt,
            Status = status,
            Url = pipeline.WebUrl,
            AsOf = pipeline.UpdatedAt ?? pipeline.CreatedAt ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Convert(ListedIssue issue, RepositoryName repository)
    {
        var type = issue.IssueType switch { "incident" => "Incident", null or "issue" => "Issue", var other => other };
        return Convert(
            new Issue
            {
                Iid = issue.Iid,
                Title = issue.Title,
                Url = issue.WebUrl,
                Type = type,
                State = issue.State,
                Severity = issue.Severity?.ToLowerInvariant(),
                MovedToId = issue.MovedToId,
                CreatedAt = issue.CreatedAt,
                UpdatedAt = issue.UpdatedAt,
                ClosedAt = issue.ClosedAt,
            },
            repository, [.. (issue.Labels ?? []).OfType<string>()]);
    }

    static Reading Convert(IssueEvent happened)
    {
        var issue = happened.ObjectAttributes;
        if (issue.CreatedAt is null) return Reading.Ignored("it does not say when it was opened");
        if (happened.Project is null) return Reading.Ignored("it belongs to a group and to no project");
        return Convert(issue, NameOf(happened.Project), NamesOf(happened.Labels ?? issue.Labels) ?? []);
    }

    static Reading Convert(Issue issue, RepositoryName repository, ImmutableArray<string> labels)
    {
        if (issue.CreatedAt is not { } created) return Reading.Ignored("it does not say when it was opened");
        if (issue.Type is not (null or "Issue" or "Incident"))
            return Reading.Ignored($"a work item of the type {issue.Type} is no incident");

        // A reopened one keeps the time at which it was closed before; and not every version says when that was.
        var closed = issue.State == "closed" ? issue.ClosedAt ?? issue.UpdatedAt : null;
        return Reading.Of(new IncidentFact
        {
            Id = $"{repository}#{issue.Iid}",
            Source = "gitlab",
            Group = repository.Value,
            Repository = repository,
            Status = issue.MovedToId is not null ? IncidentStatus.Dismissed
                : closed is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = created,
            ResolvedAt = issue.MovedToId is null ? closed : null,
            Severity = issue.Severity == "unknown" ? null : issue.Severity,

            // An issue that is promoted to an incident was one without that label before.
            Labels = issue.Type == "Incident" ? [.. labels.Append("incident").Distinct()] : labels,
            Title = issue.Title,
            Url = issue.Url,
            AsOf = issue.UpdatedAt ?? issue.ClosedAt ?? created,
        });
    }

    static RepositoryName NameOf(Project project) => string.IsNullOrWhiteSpace(project.PathWithNamespace)
        ? throw new FormatException("project.path_with_namespace is empty")
        : new RepositoryName(project.PathWithNamespace);

    static RepositoryName NameOf(JobEvent job) => job.Project is { PathWithNamespace.Length: > 0 } project
        ? NameOf(project)
        : RepositoryUrl.NameOf(job.Repository?.Homepage)
            ?? throw new FormatException("neither project.path_with_namespace nor repository.homepage names the repository");

    static string? NameOf(Person? person) => person?.Username ?? person?.Name;

    static ImmutableArray<string>? NamesOf(Label[]? labels) =>
        labels is null ? null : [.. labels.Select(label => label.Title).OfType<string>()];
}
