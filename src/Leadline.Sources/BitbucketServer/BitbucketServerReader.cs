using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.BitbucketServer;

/// <summary>Reads the pushes and pull requests of Bitbucket Server and Data Center.</summary>
public sealed class BitbucketServerReader : SourceReader
{
    public override string Source => "bitbucket-server";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Bitbucket Server and Data Center", "pushes, pull requests",
        "X-Hub-Signature: the HMAC-SHA256 of the body");

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "actor", "author", "user", "owner", "committer", "reviewers", "participants", "participant", "addedReviewers",
            "removedReviewers",
        ],
        Strings: ["emailAddress", "displayName"],
        Texts: ["title", "description", "message", "text", "previousTitle", "previousDescription"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Event-Key", "X-Request-Id"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Hub-Signature", "sha256=", secret);

    public override Reading Read(Delivery delivery) => Parts.TextOf(delivery.Body.Span, "eventKey") switch
    {
        "repo:refs_changed" => Convert(delivery.Json(BitbucketServerJson.Default.RefsChangedEvent)),
        "pr:opened" or "pr:modified" or "pr:from_ref_updated" or "pr:to_ref_updated" or "pr:merged" or "pr:declined"
            or "pr:reviewer:approved" or "pr:reviewer:needs_work" or "pr:reviewer:changes_requested" =>
            Convert(delivery.Json(BitbucketServerJson.Default.PullRequestEvent)),
        null when delivery.Header("X-Event-Key") == "diagnostics:ping" =>
            Reading.Ignored("a ping only says that the webhook was set up"),
        null => Reading.Ignored("it is not the body of a webhook: it has no eventKey"),
        var other => Reading.Ignored($"{other} holds nothing we measure"),
    };

    static Reading Convert(RefsChangedEvent push)
    {
        ImmutableArray<Fact> facts = [.. push.Changes.SelectMany(change => Facts(push, change)), .. Listed(push)];
        return facts.IsEmpty ? Reading.Ignored("it lists no commits, or only deletes branches") : Reading.Of(facts);
    }

    static IEnumerable<Fact> Facts(RefsChangedEvent push, RefChange change)
    {
        var after = Sha.ParseOrNull(change.ToHash);
        if (change.Ref.Type == "TAG")
        {
            return
            [
                new ArtifactFact
                {
                    Repository = NameOf(push.Repository),
                    Name = change.Ref.DisplayId ?? throw new FormatException("a tag has no displayId"),

                    // Of an annotated tag toHash is the tag itself. A deleted one has forty zeros.
                    Sha = after is null || push.Changes.Length > 1 ? after : Sha.ParseOrNull(push.ToCommit?.Id) ?? after,
                    AsOf = push.Date ?? DateTimeOffset.UnixEpoch,
                },
            ];
        }

        // Of a push that lists no commits this is known all the same: what stands there now, and what did before.
        if (after is not { } sha || push.Commits is { Length: > 0 }) return [];
        var before = Sha.ParseOrNull(change.FromHash);
        return
        [
            new CommitFact
            {
                Repository = NameOf(push.Repository),
                Sha = sha,
                Parents = before is { } parent ? [parent] : null,
                ParentsFromPush = before is not null,
                Branch = change.Ref.DisplayId,
                AsOf = push.Date ?? DateTimeOffset.UnixEpoch,
            },
        ];
    }

    static IEnumerable<Fact> Listed(RefsChangedEvent push)
    {
        // Which of several branches a commit was pushed to is not said.
        var branch = push.Changes is [{ Ref: { Type: "BRANCH", DisplayId: var name } }] ? name : null;
        return (push.Commits ?? []).Select(commit => new CommitFact
        {
            Repository = NameOf(push.Repository),
            Sha = Sha.Parse(commit.Id),
            Parents = commit.Parents is { } parents ? [.. parents.Select(parent => Sha.Parse(parent.Id))] : null,
            Branch = branch,
            AuthoredAt = commit.AuthorTimestamp,
            CommittedAt = commit.CommitterTimestamp,
            Message = commit.Message,
            Author = commit.Author?.Name,
            AsOf = commit.CommitterTimestamp ?? commit.AuthorTimestamp ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Convert(PullRequestEvent happened)
    {
        var request = happened.PullRequest;
        var repository = NameOf(
            request.ToRef.Repository ?? throw new FormatException("pullRequest.toRef.repository is missing"));
        var at = happened.Date ?? request.UpdatedDate;
        var merged = request.State == "MERGED";
        var closed = merged || request.State == "DECLINED" ? request.ClosedDate ?? request.UpdatedDate : null;
        var change = new ChangeFact
        {
            Repository = repository,
            Number = request.Id,
            OpenedAt = request.CreatedDate,
            ReadyAt = happened.PreviousDraft == true && request.Draft == false ? at : null,
            MergedAt = merged ? closed : null,
            ClosedAt = closed,
            MergeSha = merged ? Sha.ParseOrNull(request.Properties?.MergeCommit?.Id) : null,
            HeadSha = Sha.ParseOrNull(request.FromRef?.LatestCommit),
            Branch = request.FromRef?.DisplayId,
            TargetBranch = request.ToRef.DisplayId,
            Title = request.Title,
            Author = request.Author?.User?.Name,
            Url = request.Links?.Self?.FirstOrDefault()?.Href,
            AsOf = request.UpdatedDate ?? at ?? DateTimeOffset.UnixEpoch,
        };
        return happened.EventKey.StartsWith("pr:reviewer:", StringComparison.Ordinal) && at is { } reviewed
            ? Reading.Of(change, new ReviewFact
            {
                Repository = repository,
                Number = request.Id,
                Id = $"{happened.EventKey["pr:reviewer:".Length..]}:{happened.Actor?.Name}:{reviewed.ToUnixTimeSeconds()}",
                SubmittedAt = reviewed,
                Approved = happened.EventKey == "pr:reviewer:approved",
                Author = happened.Actor?.Name,
                AsOf = reviewed,
            })
            : Reading.Of(change);
    }

    static RepositoryName NameOf(Repository repository) =>
        string.IsNullOrWhiteSpace(repository.Project.Key) || string.IsNullOrWhiteSpace(repository.Slug)
            ? throw new FormatException("repository.project.key or repository.slug is empty")
            : new RepositoryName($"{repository.Project.Key}/{repository.Slug}");
}
