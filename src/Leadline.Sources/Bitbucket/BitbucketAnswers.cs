using Leadline.Core;

namespace Leadline.Sources.Bitbucket;

// What the API alone tells of, beside what webhooks have.
sealed record CommitAnswer(Commit Commit, Repository Repository);

sealed record PipelineAnswer(PipelineItem Pipeline, Repository Repository);

sealed record PipelineItem
{
    public required string Uuid { get; init; }
    public PipelineState? State { get; init; }
    public PipelineTarget? Target { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }
    public DateTimeOffset? CompletedOn { get; init; }
}

sealed record PipelineState(string? Name = null, Status? Result = null);

sealed record PipelineTarget(Commit? Commit = null, string? RefName = null);

sealed record DeploymentAnswer(DeploymentItem Deployment, Repository Repository);

/// <param name="Activity">One thing that happened to it.</param>
/// <param name="Commits">A page of those that it is made of.</param>
/// <param name="All">The ids of all of them; null where more follow.</param>
sealed record PullRequestAnswer(
    PullRequestReference Pullrequest, Repository Repository, Activity? Activity = null, Commit[]? Commits = null,
    string[]? All = null);

sealed record PullRequestReference(int Id, DateTimeOffset? UpdatedOn = null);

sealed record Activity(Happening? Update = null, Happening? Approval = null, Happening? ChangesRequested = null);

sealed record Happening(string? State = null, DateTimeOffset? Date = null, Person? User = null);

/// <summary>Reads what was asked of Bitbucket's API.</summary>
static class BitbucketAnswers
{
    public static Reading Read(CommitAnswer answer) => Reading.Of(Convert(answer.Commit, Name(answer.Repository)));

    public static Reading Read(PipelineAnswer answer)
    {
        var pipeline = answer.Pipeline;
        if (Sha.ParseOrNull(pipeline.Target?.Commit?.Hash) is not { } sha)
            return Reading.Ignored("the pipeline names no commit");
        BuildStatus? status = (pipeline.State?.Name, pipeline.State?.Result?.Name) switch
        {
            ("COMPLETED", "SUCCESSFUL") => BuildStatus.Succeeded,
            ("COMPLETED", "FAILED" or "ERROR") => BuildStatus.Failed,
            ("COMPLETED", "STOPPED" or "EXPIRED") => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known)
            return Reading.Ignored($"a pipeline that is {pipeline.State?.Name ?? "in no state"} does not say how it ended");
        return Reading.Of(new BuildFact
        {
            Id = $"bitbucket:{pipeline.Uuid}",
            Repository = Name(answer.Repository),
            Sha = sha,
            Pipeline = pipeline.Target?.RefName,
            StartedAt = pipeline.CreatedOn,
            FinishedAt = pipeline.CompletedOn,
            Status = known,
            AsOf = pipeline.CompletedOn ?? pipeline.CreatedOn ?? DateTimeOffset.UnixEpoch,
        });
    }

    public static Reading Read(PullRequestAnswer answer)
    {
        var repository = Name(answer.Repository);
        var (number, asOf) = (answer.Pullrequest.Id, answer.Pullrequest.UpdatedOn ?? DateTimeOffset.UnixEpoch);
        return answer switch
        {
            { Commits: { } commits } => Reading.Of(
            [
                .. commits.OfType<Commit>().Select(commit => Convert(commit, repository)),
                .. answer.All is { } all
                    ? [
                        new ChangeFact
                        {
                            Repository = repository,
                            Number = number,
                            Commits = [.. all.Reverse().Select(sha => Sha.Parse(sha))],
                            AsOf = asOf,
                        },
                    ]
                    : (ReadOnlySpan<Fact>)[],
            ]),
            { Activity.Update: { State: "MERGED", Date: { } at } } =>
                Reading.Of(new ChangeFact { Repository = repository, Number = number, MergedAt = at, ClosedAt = at, AsOf = at }),
            { Activity.Approval: { Date: { } at } approval } => Reading.Of(Review(approval, at, approved: true)),
            { Activity.ChangesRequested: { Date: { } at } objection } => Reading.Of(Review(objection, at, approved: false)),
            _ => Reading.Ignored("nothing happened to the pull request that is measured"),
        };

        ReviewFact Review(Happening happened, DateTimeOffset at, bool approved) =>
            BitbucketReader.Review(repository, number, happened.User, at, approved);
    }

    public static CommitFact Convert(Commit commit, RepositoryName repository) => new()
    {
        Repository = repository,
        Sha = Sha.Parse(commit.Hash),
        Parents = commit.Parents is { } parents ? [.. parents.Select(parent => Sha.Parse(parent.Hash))] : null,
        AuthoredAt = commit.Date,
        CommittedAt = commit.Date,
        Message = commit.Message,
        Author = BitbucketReader.NameOf(commit.Author?.User) ?? commit.Author?.Raw,
        AsOf = commit.Date ?? DateTimeOffset.UnixEpoch,
    };

    static RepositoryName Name(Repository repository) => BitbucketReader.NameOf(repository);
}
