using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitLab;

/// <summary>Which commits lie between two deployed ones, as GitLab answers; the pager puts the two beside it.</summary>
sealed record ListedComparison(
    string Base, string Head, ListedCommit[] Commits, bool CompareTimeout = false, bool CompareSameRef = false);

static class GitLabComparisons
{
    public static PageRequest Request(string at, Sha from, Sha head) => new()
    {
        Kind = "comparison",
        Address = $"{at}repository/compare?from={from}&to={head}&straight=false",
        About = ComparedCommits.About(from, head),
    };

    /// <summary>GitLab has all of it in one answer. What differs in the files is left out.</summary>
    public static (string Key, string Json) Item(JsonElement body, PageRequest request)
    {
        var compared = ComparedCommits.Of(request);
        Envelope.List(body.Field("commits"), "commits");
        return (compared.Key,
            $$"""{"base":{{Envelope.Text(compared.Base)}},"head":{{Envelope.Text(compared.Head)}},"commits":{{body.JsonOf("commits")}},"compare_timeout":{{Flag("compare_timeout")}},"compare_same_ref":{{Flag("compare_same_ref")}}}""");

        string Flag(string name) => body.Field(name).ValueKind == JsonValueKind.True ? "true" : "false";
    }

    public static Reading Convert(ListedComparison compared, RepositoryName repository)
    {
        // Whether a list of parents that is empty is that of a first commit, or was left out, it does not say.
        ImmutableArray<CommitFact> commits =
            [
                .. compared.Commits.Select(
                    commit => GitLabAnswers.Convert(commit, repository, knowsParents: commit.ParentIds is { Length: > 0 })),
            ];
        return Reading.Of(
        [
            .. commits,
            new ComparisonFact
            {
                Repository = repository,
                Base = Sha.Parse(compared.Base),
                Head = Sha.Parse(compared.Head),

                // Where the head brings something, GitLab does not say whether it lacks something too.
                Status = compared.CompareTimeout ? null : compared.CompareSameRef ? ComparisonStatus.Identical : commits.IsEmpty
                    ? ComparisonStatus.Behind : null,
                Commits = [.. commits.Select(commit => commit.Sha)],
                Total = compared.CompareTimeout ? null : commits.Length,
                AsOf = commits.IsEmpty ? DateTimeOffset.UnixEpoch : commits.Max(commit => commit.AsOf),
            },
        ]);
    }
}
