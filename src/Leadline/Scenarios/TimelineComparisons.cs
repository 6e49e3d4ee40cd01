using Leadline.Core;

namespace Leadline.Scenarios;

/// <summary>What a host says of two commits.</summary>
sealed partial class Timeline
{
    void ReadComparison(Line line, DateTimeOffset time)
    {
        var text = line.Take("two commits such as a1..a3");
        if (text.Split("..") is not [{ Length: > 0 } from, { Length: > 0 } to])
            throw new LineException($"'{text}' is no comparison: expected two commits such as a1..a3");
        ComparisonStatus? status = null;
        string? both = null;
        List<string> commits = [];
        int? total = null;
        var isWhole = true;
        var repository = RepositoryOf(to);
        while (!line.AtEnd)
        {
            if (line.TryTake("of")) commits = line.TakeList("a commit's name");
            else if (line.TryTake("identical")) status = ComparisonStatus.Identical;
            else if (line.TryTake("ahead")) status = ComparisonStatus.Ahead;
            else if (line.TryTake("behind")) status = ComparisonStatus.Behind;
            else if (line.TryTake("diverged")) status = ComparisonStatus.Diverged;
            else if (line.TryTake("since")) both = line.Take("the newest commit that both reach");
            else if (line.TryTake("total")) total = line.TakeNumber("how many commits the whole list has");
            else if (line.TryTake("incomplete")) isWhole = false;
            else if (line.TryTake("in", "repo")) repository = new RepositoryName(line.Take("a repository such as acme/shop"));
            else throw line.Expected("of, identical, ahead, behind, diverged, since, total, incomplete or in repo");
        }

        facts.Add(new ComparisonFact
        {
            AsOf = time,
            Repository = repository,
            Base = Id(from),
            Head = Id(to),
            Status = status,
            MergeBase = both is null ? null : Id(both),
            Commits = [.. commits.Select(Id)],
            Total = total ?? (isWhole ? commits.Count : null),
        });
    }
}
