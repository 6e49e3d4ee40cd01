using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Bitbucket;

/// <summary>A page of what lies between two deployed commits; the pager puts the two beside it.</summary>
sealed record ComparisonAnswer(ComparedPair Comparison, Commit[] Commits, Repository Repository);

/// <param name="Total">How many commits there are in all; null where more pages follow.</param>
sealed record ComparedPair(string Base, string Head, int? Total = null);

static class BitbucketComparisons
{
    public static PageRequest Request(string at, Sha from, Sha head) => new()
    {
        Kind = "comparison",
        Address = $"{at}commits?include={head}&exclude={from}&pagelen=100",
        About = ComparedCommits.About(from, head),
    };

    /// <summary>The last page tells how many there are.</summary>
    /// <returns>The item's key and parts, and what the next page carries along.</returns>
    public static (string Key, string Comparison, string Commits, string About) Item(
        JsonElement[] commits, bool isLast, PageRequest request)
    {
        var compared = ComparedCommits.Of(request);
        var sofar = compared.Before + commits.Length;
        return (
            compared.Key,
            $$"""{"base":{{Envelope.Text(compared.Base)}},"head":{{Envelope.Text(compared.Head)}},"total":{{(isLast ? $"{sofar}" : "null")}}}""",
            $"[{string.Join(',', commits.Select(commit => commit.GetRawText()))}]",
            (compared with { Before = sofar }).Write());
    }

    public static Reading Read(ComparisonAnswer answer)
    {
        var repository = BitbucketReader.NameOf(answer.Repository);
        ImmutableArray<CommitFact> commits = [.. answer.Commits.Select(commit => BitbucketAnswers.Convert(commit, repository))];
        return Reading.Of(
        [
            .. commits,
            new ComparisonFact
            {
                Repository = repository,
                Base = Sha.Parse(answer.Comparison.Base),
                Head = Sha.Parse(answer.Comparison.Head),

                // Where the head brings something, nobody says whether it lacks something too.
                Status = answer.Comparison.Total == 0 ? ComparisonStatus.Behind : null,
                Commits = [.. commits.Select(commit => commit.Sha)],
                Total = answer.Comparison.Total,
                AsOf = commits.IsEmpty ? DateTimeOffset.UnixEpoch : commits.Max(commit => commit.AsOf),
            },
        ]);
    }
}
