using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Leadline.Core;

namespace Leadline.Sources.GitHub;

/// <summary>Reads GitHub's pushes, pull requests and reviews, deployments and their statuses, workflow runs, releases and issues.</summary>
public sealed class GitHubReader : SourceReader
{
    public override string Source => "github";

    public override int Version => 1;

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "user", "sender", "owner", "author", "committer", "pusher", "assignee", "assignees", "requested_reviewers", "requested_reviewer", "merged_by",
            "creator", "actor", "triggering_actor", "closed_by", "uploader", "reviewer", "reviewers", "approver", "enabled_by", "answer_chosen_by", "account",
        ],
        Strings: ["login", "email", "username", "avatar_url", "gravatar_id"],
        Texts: ["title", "body", "message", "description", "label", "display_title", "text", "comment", "name"]);

    public override ImmutableArray<string> KeptHeaders => ["X-GitHub-Event", "X-GitHub-Delivery"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.HmacSha256Hex(delivery, "X-Hub-Signature-256", "sha256=", secret);

    public override string? DedupeKey(Delivery delivery) => delivery.Header("X-GitHub-Delivery");

    public override Reading Read(Delivery delivery)
    {
        var name = delivery.Header("X-GitHub-Event");
        if (name is not ("push" or "pull_request" or "pull_request_review" or "deployment" or "deployment_status" or "workflow_run" or "release" or "issues"))
        {
            return Reading.Ignored(name switch
            {
                null => "it names no event: the header X-GitHub-Event is missing",
                "ping" => "a ping only says that the webhook was set up",
                "create" or "delete" => "a push says the same of branches and tags, with their commits",
                _ => $"{name} holds nothing we measure",
            });
        }

        // A body without its repository is an answer of the API, or what a test harness wrapped; a webhook always names it.
        if (!IsWebhook(delivery.Body.Span)) return Reading.Ignored("it is not the body of a webhook: it names no repository");
        return name switch
        {
            "push" => Read(delivery.Json(GitHubJson.Default.PushEvent)),
            "pull_request" => Parsed(delivery, GitHubJson.Default.PullRequestEvent, "pull_request", Read),
            "pull_request_review" => Parsed(delivery, GitHubJson.Default.ReviewEvent, "review", Read),
            "deployment" => Parsed(delivery, GitHubJson.Default.DeploymentEvent, "deployment", Read),
            "deployment_status" => Parsed(delivery, GitHubJson.Default.DeploymentStatusEvent, "deployment_status", Read),
            "workflow_run" => Parsed(delivery, GitHubJson.Default.WorkflowRunEvent, "workflow_run", Read),
            "release" => Parsed(delivery, GitHubJson.Default.ReleaseEvent, "release", Read),
            _ => Parsed(delivery, GitHubJson.Default.IssuesEvent, "issue", Read),
        };
    }

    static Reading Parsed<T>(Delivery delivery, JsonTypeInfo<T> type, string part, Func<T, Reading> read) =>
        Has(delivery.Body.Span, part) ? read(delivery.Json(type)) : Reading.Ignored($"it is not the body of a webhook: it has no {part}");

    static Reading Read(PushEvent push)
    {
        var repository = new RepositoryName(push.Repository.FullName);
        var last = push.HeadCommit ?? push.Commits?.LastOrDefault();
        var asOf = last?.Timestamp?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch;
        if (push.Ref.StartsWith("refs/tags/", StringComparison.Ordinal))
        {
            return Reading.Of(new ArtifactFact
            {
                Repository = repository,
                Name = push.Ref["refs/tags/".Length..],
                Sha = push.Deleted ? null : Sha.ParseOrNull(push.HeadCommit?.Id) ?? Sha.ParseOrNull(push.After),
                AsOf = asOf,
            });
        }

        if (push.Deleted) return Reading.Ignored("the branch was deleted");
        if (push.Commits is not { Length: > 0 } commits) return Reading.Ignored("it lists no commits");

        // In place of parents, which a push does not say, the order of its commits; where history was rewritten, what came before is unknown.
        var previous = push.Created || push.Forced ? null : Sha.ParseOrNull(push.Before);
        var facts = ImmutableArray.CreateBuilder<Fact>(commits.Length);
        foreach (var commit in commits)
        {
            var sha = Sha.Parse(commit.Id);
            facts.Add(new CommitFact
            {
                Repository = repository,
                Sha = sha,
                Parents = previous is { } parent ? [parent] : null,
                ParentsFromPush = previous is not null,
                Branch = push.Ref.StartsWith("refs/heads/", StringComparison.Ordinal) ? push.Ref["refs/heads/".Length..] : push.Ref,
                AuthoredAt = commit.Timestamp?.ToUniversalTime(),
                CommittedAt = commit.Timestamp?.ToUniversalTime(),
                Message = commit.Message,
                Author = NameOf(commit.Author),
                Paths = commit is { Added: null, Removed: null, Modified: null } ? null : [.. new[] { commit.Added, commit.Removed, commit.Modified }.SelectMany(paths => paths ?? []).Distinct().Order(StringComparer.Ordinal)],
                AsOf = commit.Timestamp?.ToUniversalTime() ?? asOf,
            });
            previous = sha;
        }

        return Reading.Of(facts.DrainToImmutable());
    }

    static Reading Read(PullRequestEvent happened)
    {
        var request = happened.PullRequest;

        // A closed one that was never merged also has a merge sha: that of a trial merge.
        var merged = request.Merged ?? request.MergedAt is not null;
        var updated = request.UpdatedAt ?? request.MergedAt ?? request.ClosedAt ?? request.CreatedAt;
        return Reading.Of(new ChangeFact
        {
            Repository = new RepositoryName(happened.Repository.FullName),
            Number = request.Number,
            OpenedAt = request.CreatedAt?.ToUniversalTime(),
            ReadyAt = happened.Action == "ready_for_review" ? updated?.ToUniversalTime() : null,
            MergedAt = merged ? (request.MergedAt ?? request.ClosedAt)?.ToUniversalTime() : null,
            ClosedAt = request.State == "closed" ? request.ClosedAt?.ToUniversalTime() : null,
            MergeSha = merged ? Sha.ParseOrNull(request.MergeCommitSha) : null,
            HeadSha = Sha.ParseOrNull(request.Head?.Sha),
            Branch = request.Head?.Ref,
            TargetBranch = request.Base?.Ref,
            Labels = request.Labels is { } labels ? [.. labels.Select(label => label.Name).OfType<string>()] : null,
            Title = request.Title,
            Author = NameOf(request.User),
            Url = request.HtmlUrl,
            AsOf = updated?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Read(ReviewEvent happened) => happened switch
    {
        { Action: not "submitted" } => Reading.Ignored($"a review that is {happened.Action} is no new review"),
        { Review.SubmittedAt: null } => Reading.Ignored("the review was not submitted yet"),
        { Review: var review } => Reading.Of(new ReviewFact
        {
            Repository = new RepositoryName(happened.Repository.FullName),
            Number = happened.PullRequest.Number,
            Id = $"{review.Id}",
            SubmittedAt = review.SubmittedAt!.Value.ToUniversalTime(),
            Approved = string.Equals(review.State, "approved", StringComparison.OrdinalIgnoreCase),
            Author = NameOf(review.User),
            AsOf = review.SubmittedAt.Value.ToUniversalTime(),
        }),
    };

    static Reading Read(DeploymentEvent happened) => happened.Deployment.Environment is null
        ? Reading.Ignored("the deployment names no environment")
        : Reading.Of(Convert(happened.Repository, happened.Deployment) with { Status = DeploymentStatus.Created });

    static Reading Read(DeploymentStatusEvent happened)
    {
        var status = happened.DeploymentStatus;
        if ((happened.Deployment.Environment ?? status.Environment) is null) return Reading.Ignored("the deployment names no environment");
        DeploymentStatus? reached = status.State.ToLowerInvariant() switch
        {
            "pending" or "queued" => DeploymentStatus.Created,
            "waiting" => DeploymentStatus.Waiting,
            "in_progress" => DeploymentStatus.Running,
            "success" => DeploymentStatus.Succeeded,
            "failure" or "error" => DeploymentStatus.Failed,
            "inactive" => DeploymentStatus.Superseded,
            _ => null,
        };
        if (reached is not { } known) return Reading.Ignored($"{status.State} is no state that we know");
        var at = status.CreatedAt.ToUniversalTime();
        return Reading.Of(Convert(happened.Repository, happened.Deployment) with
        {
            Environment = happened.Deployment.Environment ?? status.Environment!,
            Status = known,
            WaitedFrom = known == DeploymentStatus.Waiting ? at : null,
            StartedAt = known == DeploymentStatus.Running ? at : null,
            FinishedAt = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
            Url = status.LogUrl is { Length: > 0 } log ? log : status.TargetUrl is { Length: > 0 } target ? target : null,
            AsOf = at,
        });
    }

    static DeploymentFact Convert(Repository repository, Deployment deployment) => new()
    {
        Id = $"github:{repository.FullName}:{deployment.Id}",
        Repository = new RepositoryName(repository.FullName),
        Environment = deployment.Environment ?? "unnamed",
        Version = deployment.Ref is { } name && Sha.ParseOrNull(name) is null ? name : null,
        Sha = Sha.ParseOrNull(deployment.Sha),
        Status = DeploymentStatus.Created,
        CreatedAt = deployment.CreatedAt.ToUniversalTime(),
        AsOf = deployment.CreatedAt.ToUniversalTime(),
    };

    static Reading Read(WorkflowRunEvent happened)
    {
        var run = happened.WorkflowRun;
        if (Sha.ParseOrNull(run.HeadSha) is not { } sha) return Reading.Ignored("the run names no commit");
        BuildStatus? status = (happened.Action, run.Conclusion) switch
        {
            ("requested", _) => BuildStatus.Queued,
            ("in_progress", _) => BuildStatus.Running,
            (_, "success" or "neutral") => BuildStatus.Succeeded,
            (_, "failure" or "timed_out" or "startup_failure" or "action_required") => BuildStatus.Failed,
            (_, "cancelled" or "skipped" or "stale") => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"a run that is {run.Conclusion ?? run.Status ?? happened.Action} says nothing yet");
        var ended = known is BuildStatus.Succeeded or BuildStatus.Failed or BuildStatus.Canceled;
        var attempt = run.RunAttempt ?? 1;
        return Reading.Of(new BuildFact
        {
            Id = $"github:{run.Id}",
            Repository = new RepositoryName(happened.Repository.FullName),
            Sha = sha,
            Pipeline = run.Name,
            Attempt = attempt,

            // A re-run keeps the first attempt's creation time.
            QueuedAt = attempt == 1 ? run.CreatedAt?.ToUniversalTime() : null,
            StartedAt = (run.RunStartedAt ?? run.CreatedAt)?.ToUniversalTime(),
            FinishedAt = ended ? run.UpdatedAt?.ToUniversalTime() : null,
            Status = known,
            Url = run.HtmlUrl,
            AsOf = (run.UpdatedAt ?? run.RunStartedAt ?? run.CreatedAt)?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Read(ReleaseEvent happened)
    {
        var release = happened.Release;
        if (happened.Action is not ("published" or "released")) return Reading.Ignored($"a release that is {happened.Action} is not out by that");
        if (release.Draft || release.PublishedAt is null) return Reading.Ignored("the release is a draft");
        if (release.Prerelease) return Reading.Ignored("it is a pre-release");
        var at = release.PublishedAt.Value.ToUniversalTime();
        return Reading.Of(new DeploymentFact
        {
            Id = $"github:{happened.Repository.FullName}:release:{release.Id}",
            Repository = new RepositoryName(happened.Repository.FullName),
            Environment = "release",
            Version = release.TagName,
            Sha = Sha.ParseOrNull(release.TargetCommitish) is { IsShort: false } sha ? sha : null,
            Status = DeploymentStatus.Succeeded,
            FinishedAt = at,
            Url = release.HtmlUrl,
            AsOf = at,
        });
    }

    static Reading Read(IssuesEvent happened)
    {
        var issue = happened.Issue;

        // One that was opened again keeps the time at which it was closed before.
        var closed = issue.State == "closed" ? issue.ClosedAt?.ToUniversalTime() : null;
        return Reading.Of(new IncidentFact
        {
            Id = $"{happened.Repository.FullName}#{issue.Number}",
            Source = "github",
            Group = happened.Repository.FullName,
            Repository = new RepositoryName(happened.Repository.FullName),
            Status = happened.Action is "deleted" or "transferred" ? IncidentStatus.Dismissed : closed is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = issue.CreatedAt.ToUniversalTime(),
            ResolvedAt = happened.Action is "deleted" or "transferred" ? null : closed,
            Labels = [.. (issue.Labels ?? []).Select(label => label.Name).OfType<string>()],
            Title = issue.Title,
            Url = issue.HtmlUrl,
            AsOf = (issue.UpdatedAt ?? issue.ClosedAt ?? issue.CreatedAt).ToUniversalTime(),
        });
    }

    static string? NameOf(Person? person) => person?.Login ?? person?.Username ?? person?.Name;

    static bool IsWebhook(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read()) return false;
        return reader.TokenType == JsonTokenType.StartObject && Value(ref reader, "repository") == JsonTokenType.StartObject && Has(ref reader, "full_name");
    }

    static bool Has(ReadOnlySpan<byte> body, string key)
    {
        var reader = new Utf8JsonReader(body);
        return reader.Read() && Value(ref reader, key) == JsonTokenType.StartObject;
    }

    static bool Has(ref Utf8JsonReader reader, string key) => Value(ref reader, key) == JsonTokenType.String;

    /// <summary>Moves to the value of the current object's key; says its kind, or none where the object has no such key.</summary>
    static JsonTokenType Value(ref Utf8JsonReader reader, string key)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(key);
            reader.Read();
            if (found) return reader.TokenType;
            reader.Skip();
        }

        return JsonTokenType.None;
    }
}
