using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.Bitbucket;

/// <summary>
/// Reads Bitbucket Cloud's pushes, pull requests, build statuses and issues, and deployments as its API has them.
/// </summary>
public sealed class BitbucketReader : SourceReader
{
    public override string Source => "bitbucket";

    public override int Version => 2;

    public override SourceDescription About => new(
        "Bitbucket Cloud", "pushes, pull requests, commit statuses, deployments, issues",
        "X-Hub-Signature: the HMAC-SHA256 of the body")
    {
        Events =
            "Push, Build status created and updated, Issue created and updated, Pull request created, updated, approved, "
                + "unapproved, changes requested, merged, declined",
    };

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "actor", "author", "user", "owner", "reporter", "assignee", "reviewers", "participants", "closed_by", "committer",
            "creator",
        ],
        Strings: ["raw", "display_name", "nickname", "username", "account_id", "avatar"],
        Texts: ["title", "description", "message", "summary", "html", "reason"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Event-Key", "X-Request-UUID", "X-Attempt-Number"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Hub-Signature", "sha256=", secret);

    public override Reading Read(Delivery delivery) => delivery.Header("X-Event-Key") switch
    {
        "repo:push" => Convert(delivery.Json(BitbucketJson.Default.PushEvent), delivery.ReceivedAt),
        "pullrequest:created" or "pullrequest:updated" or "pullrequest:fulfilled" or "pullrequest:rejected"
            or "pullrequest:approved" or "pullrequest:unapproved" or "pullrequest:changes_request_created" =>
            Convert(delivery.Json(BitbucketJson.Default.PullRequestEvent), delivery.Header("X-Event-Key")),
        "repo:commit_status_created" or "repo:commit_status_updated" =>
            Convert(delivery.Json(BitbucketJson.Default.CommitStatusEvent)),
        "issue:created" or "issue:updated" => Convert(delivery.Json(BitbucketJson.Default.IssueEvent)),
        null => ReadByItsParts(delivery),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    /// <summary>What was forwarded without its headers, and a deployment, which no event tells of.</summary>
    static Reading ReadByItsParts(Delivery delivery)
    {
        var body = delivery.Body.Span;
        if (Parts.TextOf(body, "type") == "deployment") return Convert(delivery.Json(BitbucketJson.Default.DeploymentItem));
        if (!Parts.Holds(body, "repository")) return Reading.Ignored("it is not the body of a webhook: it has no repository");
        if (Parts.Holds(body, "commit")) return BitbucketAnswers.Read(delivery.Json(BitbucketJson.Default.CommitAnswer));
        if (Parts.Holds(body, "pipeline")) return BitbucketAnswers.Read(delivery.Json(BitbucketJson.Default.PipelineAnswer));
        if (Parts.Holds(body, "deployment")) return Convert(delivery.Json(BitbucketJson.Default.DeploymentAnswer));
        if (Parts.Holds(body, "comparison"))
            return BitbucketComparisons.Read(delivery.Json(BitbucketJson.Default.ComparisonAnswer));
        if (Parts.Holds(body, "activity") || Parts.HoldsList(body, "commits"))
            return BitbucketAnswers.Read(delivery.Json(BitbucketJson.Default.PullRequestAnswer));
        if (Parts.Holds(body, "push")) return Convert(delivery.Json(BitbucketJson.Default.PushEvent), delivery.ReceivedAt);
        if (Parts.Holds(body, "pullrequest")) return Convert(delivery.Json(BitbucketJson.Default.PullRequestEvent), null);
        if (Parts.Holds(body, "commit_status")) return Convert(delivery.Json(BitbucketJson.Default.CommitStatusEvent));
        if (Parts.Holds(body, "issue")) return Convert(delivery.Json(BitbucketJson.Default.IssueEvent));
        return Reading.Ignored("it names no event: the header X-Event-Key is missing");
    }

    static Reading Convert(PushEvent happened, DateTimeOffset receivedAt)
    {
        var repository = NameOf(happened.Repository);
        ImmutableArray<Fact> facts = [.. happened.Push.Changes.SelectMany(change => Facts(repository, change, receivedAt))];
        return facts.IsEmpty ? Reading.Ignored("it lists no commits, or only deletes branches") : Reading.Of(facts);
    }

    static IEnumerable<Fact> Facts(RepositoryName repository, PushChange change, DateTimeOffset receivedAt) => change switch
    {
        { New.Type: "tag" } or { New: null, Old.Type: "tag" } => [Tag(repository, change, receivedAt)],
        { New: { } branch } => Commits(repository, change, branch),
        _ => [],
    };

    static ArtifactFact Tag(RepositoryName repository, PushChange change, DateTimeOffset receivedAt) => new()
    {
        Repository = repository,
        Name = (change.New ?? change.Old)?.Name ?? throw new FormatException("a tag has no name"),
        Sha = Sha.ParseOrNull(change.New?.Target?.Hash),

        // No field says when it was pushed, and a tag may move back to an older commit.
        AsOf = receivedAt,
    };

    static IEnumerable<Fact> Commits(RepositoryName repository, PushChange change, Ref branch)
    {
        var listed = change.Commits ?? [];
        if (listed.Length == 0 && change.Forced && branch.Target is { } head) listed = [head];

        // Where a commit does not name its parents, the order of the push stands in for them; what came before the first one
        // is unknown where history was rewritten or older commits are left out.
        var previous = change.Forced || change.Truncated ? null : Sha.ParseOrNull(change.Old?.Target?.Hash);
        foreach (var commit in listed.Reverse())
        {
            var sha = Sha.Parse(commit.Hash);
            var parents = commit.Parents ?? (branch.Target?.Hash == commit.Hash ? branch.Target?.Parents : null);
            var date = commit.Date ?? (branch.Target?.Hash == commit.Hash ? branch.Target?.Date : null);
            yield return new CommitFact
            {
                Repository = repository,
                Sha = sha,
                Parents = parents is not null ? [.. parents.Select(parent => Sha.Parse(parent.Hash))]
                    : previous is { } before ? [before] : null,
                ParentsFromPush = parents is null && previous is not null,
                Branch = branch.Name,
                AuthoredAt = date,
                CommittedAt = date,
                Message = commit.Message,
                Author = NameOf(commit.Author?.User) ?? commit.Author?.Raw,
                AsOf = date ?? branch.Target?.Date ?? DateTimeOffset.UnixEpoch,
            };
            previous = sha;
        }
    }

    static Reading Convert(PullRequestEvent happened, string? key)
    {
        var request = happened.PullRequest;
        var repository = NameOf(happened.Repository);
        var updated = request.UpdatedOn ?? request.CreatedOn;

        // One that is open or was declined may name a merge commit too: that of a trial merge.
        var merged = key == "pullrequest:fulfilled" || request.State == "MERGED";
        var closed = key == "pullrequest:rejected" || request.State is "DECLINED" or "SUPERSEDED";
        var change = new ChangeFact
        {
            Repository = repository,
            Number = request.Id,
            OpenedAt = request.CreatedOn,

            // Of one that was asked for, what happened to it says when it was merged.
            MergedAt = happened.Polled != true && merged && key is null or "pullrequest:fulfilled" ? updated : null,
            ClosedAt = (merged && happened.Polled != true) || closed ? updated : null,
            MergeSha = merged ? Sha.ParseOrNull(request.MergeCommit?.Hash) : null,
            HeadSha = Sha.ParseOrNull(request.Source?.Commit?.Hash),
            Branch = request.Source?.Branch?.Name,
            TargetBranch = request.Destination?.Branch?.Name,
            Title = request.Title,
            Author = NameOf(request.Author),
            Url = request.Links?.Html?.Href,
            AsOf = updated ?? DateTimeOffset.UnixEpoch,
        };
        return happened switch
        {
            { Approval: { Date: { } at } approval } when key is null or "pullrequest:approved" =>
                Reading.Of(change, Review(repository, request.Id, approval.User, at, approved: true)),
            { ChangesRequest: { Date: { } at } objection } =>
                Reading.Of(change, Review(repository, request.Id, objection.User, at, approved: false)),
            _ => Reading.Of(change),
        };
    }

    internal static ReviewFact Review(
        RepositoryName repository, int number, Person? by, DateTimeOffset at, bool approved) => new()
        {
            Repository = repository,
            Number = number,
            Id = $"{(approved ? "approval" : "changes_request")}:{NameOf(by)}:{at.ToUnixTimeSeconds()}",
            SubmittedAt = at,
            Approved = approved,
            Author = NameOf(by),
            AsOf = at,
        };

    static Reading Convert(CommitStatusEvent happened)
    {
        var build = happened.CommitStatus;
        var address = build.Links?.Commit?.Href;
        var named = Sha.ParseOrNull(build.Commit?.Hash) ?? Sha.ParseOrNull(address?[(address.LastIndexOf('/') + 1)..]);
        if (named is not { } sha) return Reading.Ignored("the build names no commit");
        BuildStatus? status = build.State switch
        {
            "INPROGRESS" => BuildStatus.Running,
            "SUCCESSFUL" => BuildStatus.Succeeded,
            "FAILED" => BuildStatus.Failed,
            "STOPPED" => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known) return Reading.Ignored($"{build.State} is no state that we know");
        return Reading.Of(new BuildFact
        {
            // Many tools use one key for all commits.
            Id = $"bitbucket:{build.Key}:{sha}",
            Repository = NameOf(happened.Repository),
            Sha = sha,
            Pipeline = build.Name,

            // A re-run keeps the time at which the status was first created.
            StartedAt = known == BuildStatus.Running ? build.UpdatedOn ?? build.CreatedOn : build.CreatedOn,
            FinishedAt = known == BuildStatus.Running ? null : build.UpdatedOn,
            Status = known,
            Url = build.Url,
            AsOf = build.UpdatedOn ?? build.CreatedOn ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Convert(IssueEvent happened)
    {
        var issue = happened.Issue;
        if (issue.CreatedOn is not { } created) return Reading.Ignored("it does not say when it was opened");
        var status = issue.State switch
        {
            "resolved" or "closed" => IncidentStatus.Resolved,
            "invalid" or "duplicate" or "wontfix" => IncidentStatus.Dismissed,
            _ => IncidentStatus.Open,
        };

        // The issue itself does not say when it was resolved; only the update that did it has that time.
        if (status == IncidentStatus.Resolved && happened.Changes is { Status: null })
            return Reading.Ignored($"it was {issue.State} before, and the update leaves it so");
        var repository = NameOf(happened.Repository);
        var asOf = issue.UpdatedOn ?? created;
        return Reading.Of(new IncidentFact
        {
            Id = $"{repository}#{issue.Id}",
            Source = "bitbucket",
            Group = repository.Value,
            Repository = repository,
            Status = status,
            StartedAt = created,
            ResolvedAt = status == IncidentStatus.Resolved ? asOf : null,
            Severity = issue.Priority,
            Labels = [.. new[] { issue.Kind, issue.Component?.Name }.OfType<string>()],
            Title = issue.Title,
            Url = issue.Links?.Html?.Href,
            AsOf = asOf,
        });
    }

    /// <summary>It was asked of the repository that is named beside it.</summary>
    static Reading Convert(DeploymentAnswer answer) => Convert(answer.Deployment, NameOf(answer.Repository));

    static Reading Convert(DeploymentItem item, RepositoryName? beside = null)
    {
        DeploymentStatus? status = (item.State.Name, item.State.Status?.Name) switch
        {
            ("UNDEPLOYED", _) => DeploymentStatus.Created,
            ("IN_PROGRESS", _) => DeploymentStatus.Running,
            ("COMPLETED", "SUCCESSFUL") => DeploymentStatus.Succeeded,
            ("COMPLETED", "FAILED") => DeploymentStatus.Failed,
            ("COMPLETED", "STOPPED") => DeploymentStatus.Canceled,
            _ => null,
        };
        if (item.Environment?.Name is not { Length: > 0 } environment)
            return Reading.Ignored("the deployment names no environment");
        if (status is not { } known)
            return Reading.Ignored($"a deployment that is {item.State.Name} does not say how it ended");
        if ((RepositoryOf(item.Release) ?? beside) is not { } repository)
            return Reading.Ignored("the release's address does not name the repository");
        return Reading.Of(new DeploymentFact
        {
            Id = $"bitbucket:{repository}:{item.Uuid}",
            Repository = repository,
            Environment = environment,
            Version = item.Release.Name,
            Sha = Sha.ParseOrNull(item.Release.Commit?.Hash),
            Status = known,
            CreatedAt = item.Release.CreatedOn,
            StartedAt = item.State.StartedOn,
            FinishedAt = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? item.State.CompletedOn : null,
            Url = item.State.Url ?? item.Release.Url,
            AsOf = item.State.CompletedOn ?? item.State.StartedOn ?? item.Release.CreatedOn ?? DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>A deployment names its repository only in <c>https://bitbucket.org/acme/shop/addon/pipelines/…</c>.</summary>
    static RepositoryName? RepositoryOf(Release release) =>
        RepositoryUrl.NameOf(release.Url)?.Value.Split('/') is [{ Length: > 0 } workspace, { Length: > 0 } name, ..]
            ? new RepositoryName($"{workspace}/{name}")
            : null;

    internal static RepositoryName NameOf(Repository repository) => string.IsNullOrWhiteSpace(repository.FullName)
        ? throw new FormatException("repository.full_name is empty")
        : new RepositoryName(repository.FullName);

    internal static string? NameOf(Person? person) => person?.Uuid ?? person?.Nickname ?? person?.DisplayName;
}
