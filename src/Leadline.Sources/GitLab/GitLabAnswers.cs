using System.Text.Json.Serialization;
using Leadline.Core;

namespace Leadline.Sources.GitLab;

// What GitLab's API answers, in its own names; the pager puts kind and project beside it.
sealed record Answered<T>(T Item, Project Project, int? Number = null)
{
    // Of a type that is not known the serializer cannot tell that it may not be null.
    public T Item { get; } = Item ?? throw new FormatException("item is null");
}

sealed record ListedCommit
{
    public required string Id { get; init; }
    public string[]? ParentIds { get; init; }
    public string? Message { get; init; }
    public string? AuthorName { get; init; }
    public DateTimeOffset? AuthoredDate { get; init; }
    public DateTimeOffset? CommittedDate { get; init; }
}

sealed record ListedMergeRequest
{
    public required int Iid { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public string? WebUrl { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? MergedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? SourceBranch { get; init; }
    public string? TargetBranch { get; init; }
    public string? Sha { get; init; }
    public string? MergeCommitSha { get; init; }
    public string? SquashCommitSha { get; init; }
    public string[]? Labels { get; init; }
    public Person? Author { get; init; }
}

/// <param name="All">The ids of all of them, on the last page.</param>
sealed record MergeRequestCommits(
    MergeRequestNumber MergeRequest, ListedCommit[] Commits, Project Project, string[]? All = null);

sealed record MergeRequestNumber(int Iid, DateTimeOffset? UpdatedAt = null);

sealed record AllApprovals(OneApproval[]? Approvals = null);

sealed record OneApproval(Person? User = null, DateTimeOffset? ApprovedAt = null);

sealed record ListedPipeline
{
    public required long Id { get; init; }
    public string? Sha { get; init; }
    public string? Status { get; init; }
    public string? Name { get; init; }
    public string? WebUrl { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

sealed record ListedDeployment
{
    public required long Id { get; init; }
    public string? Sha { get; init; }
    public string? Status { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public EnvironmentOfJob? Environment { get; init; }
    public Deployable? Deployable { get; init; }
}

sealed record Deployable
{
    public required long Id { get; init; }
    public string? Ref { get; init; }
    public bool? Tag { get; init; }
    public string? WebUrl { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

sealed record ListedRelease(string TagName, DateTimeOffset? ReleasedAt = null, Commit? Commit = null);

sealed record ListedIssue
{
    public required int Iid { get; init; }
    public string? Title { get; init; }
    public string? State { get; init; }
    public string? IssueType { get; init; }
    public string? Severity { get; init; }
    public string? WebUrl { get; init; }
    public long? MovedToId { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string[]? Labels { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Answered<ListedCommit>))]
[JsonSerializable(typeof(Answered<ListedMergeRequest>))]
[JsonSerializable(typeof(Answered<AllApprovals>))]
[JsonSerializable(typeof(Answered<ListedPipeline>))]
[JsonSerializable(typeof(Answered<ListedDeployment>))]
[JsonSerializable(typeof(Answered<ListedRelease>))]
[JsonSerializable(typeof(Answered<ListedIssue>))]
[JsonSerializable(typeof(MergeRequestCommits))]
[JsonSerializable(typeof(Answered<ListedComparison>))]
sealed partial class GitLabAnswersJson : JsonSerializerContext;

/// <summary>Reads what the API answers, which says more, and in other names, than a webhook.</summary>
static class GitLabAnswers
{
    public static CommitFact Convert(ListedCommit commit, RepositoryName repository, bool knowsParents) => new()
    {
        Repository = repository,
        Sha = Sha.Parse(commit.Id),
        Parents = knowsParents && commit.ParentIds is { } parents ? [.. parents.Select(parent => Sha.Parse(parent))] : null,
        AuthoredAt = commit.AuthoredDate,
        CommittedAt = commit.CommittedDate,
        Message = commit.Message,
        Author = commit.AuthorName,
        AsOf = commit.CommittedDate ?? DateTimeOffset.UnixEpoch,
    };

    public static ChangeFact Convert(ListedMergeRequest request, RepositoryName repository)
    {
        var isMerged = request.State == "merged";
        return new ChangeFact
        {
            Repository = repository,
            Number = request.Iid,
            OpenedAt = request.CreatedAt,
            MergedAt = isMerged ? request.MergedAt ?? request.UpdatedAt : null,
            ClosedAt = isMerged ? request.MergedAt ?? request.UpdatedAt : request.State == "closed"
                ? request.ClosedAt ?? request.UpdatedAt : null,

            // Without a merge commit the squashed one or the head itself was put on the branch.
            MergeSha = isMerged
                ? Sha.ParseOrNull(request.MergeCommitSha) ?? Sha.ParseOrNull(request.SquashCommitSha)
                    ?? Sha.ParseOrNull(request.Sha) : null,
            HeadSha = Sha.ParseOrNull(request.Sha),
            Branch = request.SourceBranch,
            TargetBranch = request.TargetBranch,
            Labels = request.Labels is { } labels ? [.. labels.OfType<string>()] : null,
            Title = request.Title,
            Author = request.Author?.Username ?? request.Author?.Name,
            Url = request.WebUrl,
            AsOf = request.UpdatedAt ?? request.CreatedAt ?? DateTimeOffset.UnixEpoch,
        };
    }

    public static Reading Convert(MergeRequestCommits listed, RepositoryName repository)
    {
        // Of the commits of a merge request GitLab lists the parents as none.
        var commits = listed.Commits.Select(
            commit => (Fact)Convert(commit, repository, knowsParents: commit.ParentIds is { Length: > 0 }));

        // Only the last page of several knows them all.
        return listed.All is not { } all ? Reading.Of([.. commits]) : Reading.Of(
        [
            .. commits,
            new ChangeFact
            {
                Repository = repository,
                Number = listed.MergeRequest.Iid,
                Commits = [.. all.Select(sha => Sha.Parse(sha))],
                AsOf = listed.MergeRequest.UpdatedAt ?? DateTimeOffset.UnixEpoch,
            },
        ]);
    }

    public static Reading Convert(AllApprovals all, int number, RepositoryName repository)
    {
        Fact[] reviews =
        [
            .. (all.Approvals ?? []).Where(one => one.ApprovedAt is not null)
                .Select(one =>
                    GitLabReader.Approval(repository, number, one.User?.Username ?? one.User?.Name, one.ApprovedAt!.Value)),
        ];
        return reviews.Length == 0 ? Reading.Ignored("it names no approval with its time") : Reading.Of([.. reviews]);
    }
}
