using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Leadline.Core;

namespace Leadline.Sources.GitHub;

/// <summary>
/// Reads GitHub's pushes, pull requests and reviews, deployments and their statuses, workflow runs and jobs, packages, releases
/// and issues.
/// </summary>
public sealed partial class GitHubReader : SourceReader
{
    /// <summary>Who says more has counted something else.</summary>
    const long MostLines = 1_000_000_000;

    public override string Source => "github";

    public override int Version => 4;

    public override SourceDescription About => new(
        "GitHub", "pushes, pull requests and their reviews, deployments and their statuses, workflow runs, releases, issues",
        "X-Hub-Signature-256: the HMAC-SHA256 of the body")
    {
        Events =
            "Pushes, Pull requests, Pull request reviews, Deployments, Deployment statuses, Workflow runs, Workflow jobs, "
            + "Packages, Registry packages, "
                + "Deployment protection rules, Releases, Issues",
    };

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "user", "sender", "owner", "author", "committer", "pusher", "assignee", "assignees", "requested_reviewers",
            "requested_reviewer", "merged_by", "creator", "actor", "triggering_actor", "closed_by", "uploader", "reviewer",
            "reviewers", "approver", "enabled_by", "answer_chosen_by", "account", "verification",
        ],
        Strings: ["login", "email", "username", "avatar_url", "gravatar_id"],
        Texts: ["title", "body", "message", "description", "label", "display_title", "text", "comment", "name"]);

    public override ImmutableArray<string> KeptHeaders => ["X-GitHub-Event", "X-GitHub-Delivery"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Hub-Signature-256", "sha256=", secret);

    public override string? DedupeKey(Delivery delivery) => delivery.Header("X-GitHub-Delivery");

    public override Reading Read(Delivery delivery) => delivery.Header("X-GitHub-Event") switch
    {
        "push" => Parse(delivery, GitHubJson.Default.PushEvent, Convert, "repository"),
        "pull_request" => Parse(delivery, GitHubJson.Default.PullRequestEvent, Convert, "repository", "pull_request"),
        "pull_request_review" => Parse(delivery, GitHubJson.Default.ReviewEvent, Convert, "repository", "review"),
        "deployment" => Parse(delivery, GitHubJson.Default.DeploymentEvent, Convert, "repository", "deployment"),
        "deployment_status" =>
            Parse(delivery, GitHubJson.Default.DeploymentStatusEvent, Convert, "repository", "deployment_status"),
        "workflow_run" => Parse(delivery, GitHubJson.Default.WorkflowRunEvent, Convert, "repository", "workflow_run"),
        "workflow_job" => Parse(delivery, GitHubJson.Default.WorkflowJobEvent, Convert, "repository", "workflow_job"),
        "deployment_protection_rule" =>
            Parse(delivery, GitHubJson.Default.ProtectionRuleEvent, Convert, "repository", "deployment"),
        "deployment_review" => Reading.Ignored("the deployment's own status says that it waits, and since when"),
        "package" => Parse(delivery, GitHubJson.Default.PackageEvent, Convert, "repository", "package"),
        "registry_package" => Parse(delivery, GitHubJson.Default.PackageEvent, Convert, "repository", "registry_package"),
        "release" => Parse(delivery, GitHubJson.Default.ReleaseEvent, Convert, "repository", "release"),
        "issues" => Parse(delivery, GitHubJson.Default.IssuesEvent, Convert, "repository", "issue"),
        "api_commit" => Parse(delivery, GitHubJson.Default.ListedCommitEvent, Convert, "repository", "commit"),
        "api_pull_request_commits" =>
            Parse(delivery, GitHubJson.Default.PullRequestCommitsEvent, Convert, "repository", "pull_request"),
        "api_comparison" => Parse(delivery, GitHubJson.Default.ComparisonEvent, Convert, "repository"),
        "ping" => Reading.Ignored("a ping only says that the webhook was set up"),
        "create" or "delete" => Reading.Ignored("a push says the same of branches and tags, with their commits"),
        null => Reading.Ignored("it names no event: the header X-GitHub-Event is missing"),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    /// <summary>An answer of the API, or what something wrapped, lacks the parts that every webhook of the event has.</summary>
    static Reading Parse<T>(Delivery delivery, JsonTypeInfo<T> type, Func<T, Reading> convert, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (!Parts.Holds(delivery.Body.Span, part))
                return Reading.Ignored($"it is not the body of a webhook: it has no {part}");
        }

        return convert(delivery.Json(type));
    }

    static Reading Convert(PushEvent push) => push switch
    {
        _ when push.Ref.StartsWith("refs/tags/", StringComparison.Ordinal) => Reading.Of(Tag(push)),
        { Deleted: true } => Reading.Ignored("the branch was deleted"),
        { Commits: not { Length: > 0 } } => Reading.Ignored("it lists no commits"),
        _ => Reading.Of(Commits(push, push.Commits)),
    };

    static ArtifactFact Tag(PushEvent push) => new()
    {
        Repository = NameOf(push.Repository.FullName),
        Name = push.Ref["refs/tags/".Length..],

        // Of an annotated tag "after" is the tag itself; the commit is the head.
        Sha = push.Deleted ? null : Sha.ParseOrNull(push.HeadCommit?.Id) ?? Sha.ParseOrNull(push.After),

        // A tag is deleted, or moved to an older commit, later than it was made: the commit's own time would not say so.
        AsOf = PushedAt(push.Repository) ?? push.HeadCommit?.Timestamp?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
    };

    static ImmutableArray<Fact> Commits(PushEvent push, PushCommit[] commits)
    {
        var repository = NameOf(push.Repository.FullName);
        var asOf = (push.HeadCommit ?? commits[^1]).Timestamp?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch;
        var branch = push.Ref.StartsWith("refs/heads/", StringComparison.Ordinal) ? push.Ref["refs/heads/".Length..] : push.Ref;

        // In place of parents, which a push does not say, the order of its commits; where history was rewritten, what came
        // before is unknown.
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
                Branch = branch,
                AuthoredAt = commit.Timestamp?.ToUniversalTime(),
                CommittedAt = commit.Timestamp?.ToUniversalTime(),
                Message = commit.Message,
                Author = NameOf(commit.Author),
                Paths = PathsOf(commit),
                AsOf = commit.Timestamp?.ToUniversalTime() ?? asOf,
            });
            previous = sha;
        }

        return facts.DrainToImmutable();
    }

    static ImmutableArray<string>? PathsOf(PushCommit commit) => commit is { Added: null, Removed: null, Modified: null }
        ? null
        : [.. new[] { commit.Added, commit.Removed, commit.Modified }.SelectMany(paths => paths ?? [])
            .Distinct().Order(StringComparer.Ordinal)];

    static Reading Convert(ListedCommitEvent listed) => Reading.Of(Convert(listed.Commit, listed.Repository));

    /// <summary>A commit as the API tells of it: with its own parents, and without the paths that it touches.</summary>
    static CommitFact Convert(ListedCommit commit, Repository repository)
    {
        var committedAt = (commit.Commit.Committer?.Date ?? commit.Commit.Author?.Date)?.ToUniversalTime();
        return new CommitFact
        {
            Repository = NameOf(repository.FullName),
            Sha = Sha.Parse(commit.Sha),
            Parents = commit.Parents is { } parents ? [.. parents.Select(parent => Sha.Parse(parent.Sha))] : null,
            AuthoredAt = commit.Commit.Author?.Date?.ToUniversalTime(),
            CommittedAt = committedAt,
            Message = commit.Commit.Message,
            Author = NameOf(commit.Author) ?? commit.Commit.Author?.Name,
            AsOf = committedAt ?? DateTimeOffset.UnixEpoch,
        };
    }

    static Reading Convert(PullRequestCommitsEvent listed)
    {
        var commits = listed.Commits.Select(commit => (Fact)Convert(commit, listed.Repository));

        // Only the last page of several knows them all.
        if (listed.All is not { } all) return Reading.Of([.. commits]);
        return Reading.Of(
        [
            .. commits,
            new ChangeFact
            {
                Repository = NameOf(listed.Repository.FullName),
                Number = listed.PullRequest.Number,
                Commits = [.. all.Select(sha => Sha.Parse(sha))],
                AsOf = listed.PullRequest.UpdatedAt?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
            },
        ]);
    }

    static Reading Convert(PullRequestEvent happened)
    {
        var request = happened.PullRequest;

        // A closed one that was never merged also has a merge sha: that of a trial merge.
        var merged = request.Merged ?? request.MergedAt is not null;
        var updated = request.UpdatedAt ?? request.MergedAt ?? request.ClosedAt ?? request.CreatedAt;
        return Reading.Of(new ChangeFact
        {
            Repository = NameOf(happened.Repository.FullName),
            Number = request.Number,
            OpenedAt = request.CreatedAt?.ToUniversalTime(),
            ReadyAt = happened.Action == "ready_for_review" ? updated?.ToUniversalTime() : null,
            MergedAt = merged ? (request.MergedAt ?? request.ClosedAt)?.ToUniversalTime() : null,
            ClosedAt = request.State == "closed" ? request.ClosedAt?.ToUniversalTime() : null,
            MergeSha = merged ? Sha.ParseOrNull(request.MergeCommitSha) : null,
            HeadSha = Sha.ParseOrNull(request.Head?.Sha),
            Branch = request.Head?.Ref,
            TargetBranch = request.Base?.Ref,
            Labels = request.Labels is { } labels ? NamesOf(labels) : null,
            Title = request.Title,
            Author = NameOf(request.User),
            Url = request.HtmlUrl,
            Lines =
                request is { Additions: >= 0 and <= MostLines and var added, Deletions: >= 0 and <= MostLines and var removed }
                    ? (int)(added + removed) : null,
            AsOf = updated?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Convert(ReviewEvent happened) => happened switch
    {
        { Action: not "submitted" } => Reading.Ignored($"a review that is {happened.Action} is no new review"),
        { Review.SubmittedAt: null } => Reading.Ignored("the review was not submitted yet"),
        { Review: { SubmittedAt: { } at } review } => Reading.Of(new ReviewFact
        {
            Repository = NameOf(happened.Repository.FullName),
            Number = happened.PullRequest.Number,
            Id = $"{review.Id}",
            SubmittedAt = at.ToUniversalTime(),
            Approved = string.Equals(review.State, "approved", StringComparison.OrdinalIgnoreCase),
            Author = NameOf(review.User),
            AsOf = at.ToUniversalTime(),
        }),
    };

    static Reading Convert(WorkflowRunEvent happened)
    {
        var run = happened.WorkflowRun;
        if (Sha.ParseOrNull(run.HeadSha) is not { } sha) return Reading.Ignored("the run names no commit");
        BuildStatus? status = (happened.Action, run.Conclusion) switch
        {
            // It waits for somebody to let it run, however it is marked.
            (_, "action_required") => null,
            ("requested", _) => BuildStatus.Queued,
            ("in_progress", _) => BuildStatus.Running,
            (_, "success" or "neutral") => BuildStatus.Succeeded,
            (_, "failure" or "timed_out" or "startup_failure") => BuildStatus.Failed,
            (_, "cancelled" or "skipped" or "stale") => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known)
            return Reading.Ignored($"a run that is {run.Conclusion ?? run.Status ?? happened.Action} says nothing yet");
        var ended = known is BuildStatus.Succeeded or BuildStatus.Failed or BuildStatus.Canceled;
        var attempt = run.RunAttempt ?? 1;
        return Reading.Of(new BuildFact
        {
            Id = $"github:{run.Id}",
            Repository = NameOf(happened.Repository.FullName),
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

    /// <summary>The names under which a package's version is deployed: an image's tag and digest, or its number.</summary>
    static Reading Convert(PackageEvent happened)
    {
        if ((happened.RegistryPackage ?? happened.Package)?.PackageVersion is not { } version)
            return Reading.Ignored("the package has no version");
        var tag = version.ContainerMetadata?.Tag;
        if ((RevisionOf(version.ContainerMetadata?.Labels) ?? Sha.ParseOrNull(version.TargetOid)) is not { IsShort: false } sha)
        {
            return Reading.Ignored(
                "it does not say of which commit the package was made: an image says so by the label "
                    + "org.opencontainers.image.revision");
        }

        // A tag that moves with each build names none of them.
        var names = new[] { tag?.Name, tag?.Digest, version.Version }.OfType<string>()
            .Where(name => name is { Length: > 0 } and not "latest").Distinct().ToList();
        return names.Count == 0 ? Reading.Ignored("the package's version has no name") : Reading.Of(
        [
            .. names.Select(name => new ArtifactFact
            {
                Repository = NameOf(happened.Repository.FullName),
                Name = name,
                Sha = sha,
                AsOf = (version.UpdatedAt ?? version.CreatedAt)?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch,
            }),
        ]);
    }

    /// <summary>
    /// By the name that the image has it under, or the short one by which GitHub gives the labels that it knows.
    /// </summary>
    static Sha? RevisionOf(JsonElement? labels)
    {
        if (labels is not { ValueKind: JsonValueKind.Object } known) return null;
        foreach (var name in new[] { "org.opencontainers.image.revision", "revision" })
        {
            if (known.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                && Sha.ParseOrNull(value.GetString()) is { } sha)
                return sha;
        }

        return null;
    }

    static Reading Convert(IssuesEvent happened)
    {
        var issue = happened.Issue;
        var gone = happened.Action is "deleted" or "transferred";

        // One that was opened again keeps the time at which it was closed before.
        var closed = !gone && issue.State == "closed" ? issue.ClosedAt?.ToUniversalTime() : null;
        return Reading.Of(new IncidentFact
        {
            Id = $"{happened.Repository.FullName}#{issue.Number}",
            Source = "github",
            Group = happened.Repository.FullName,
            Repository = NameOf(happened.Repository.FullName),
            Status = gone ? IncidentStatus.Dismissed : closed is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = issue.CreatedAt.ToUniversalTime(),
            ResolvedAt = closed,
            Labels = NamesOf(issue.Labels ?? []),
            Title = issue.Title,
            Url = issue.HtmlUrl,
            AsOf = (issue.UpdatedAt ?? issue.ClosedAt ?? issue.CreatedAt).ToUniversalTime(),
        });
    }

    static DateTimeOffset? PushedAt(PushRepository repository) => repository.PushedAt switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetUInt32(out var seconds) =>
            DateTimeOffset.FromUnixTimeSeconds(seconds),
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var at) => at.ToUniversalTime(),
        _ => null,
    };

    static RepositoryName NameOf(string fullName) => string.IsNullOrWhiteSpace(fullName)
        ? throw new FormatException("repository.full_name is empty")
        : new RepositoryName(fullName);

    static string? NameOf(Person? person) => person?.Login ?? person?.Username ?? person?.Name;

    static ImmutableArray<string> NamesOf(Label[] labels) => [.. labels.Select(label => label.Name).OfType<string>()];
}
