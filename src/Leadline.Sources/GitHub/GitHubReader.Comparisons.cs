using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.GitHub;

/// <summary>A page of what lies between two commits.</summary>
sealed record ComparisonEvent(
    string Base, string Head, ListedCommit[] Commits, Repository Repository, string? Status = null, string? MergeBase = null,
    int? TotalCommits = null);

public sealed partial class GitHubReader
{
    static Reading Convert(ComparisonEvent compared)
    {
        ImmutableArray<CommitFact> commits = [.. compared.Commits.Select(commit => Convert(commit, compared.Repository))];
        return Reading.Of(
        [
            .. commits,
            new ComparisonFact
            {
                Repository = NameOf(compared.Repository.FullName),
                Base = Sha.Parse(compared.Base),
                Head = Sha.Parse(compared.Head),
                Status = compared.Status switch
                {
                    "identical" => ComparisonStatus.Identical,
                    "ahead" => ComparisonStatus.Ahead,
                    "behind" => ComparisonStatus.Behind,
                    "diverged" => ComparisonStatus.Diverged,
                    _ => null,
                },
                MergeBase = Sha.ParseOrNull(compared.MergeBase),
                Commits = [.. commits.Select(commit => commit.Sha)],
                Total = compared.TotalCommits,
                AsOf = commits.IsEmpty ? DateTimeOffset.UnixEpoch : commits.Max(commit => commit.AsOf),
            },
        ]);
    }
}
