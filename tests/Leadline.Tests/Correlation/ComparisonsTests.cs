using CsCheck;
using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

/// <summary>What a host says lies between deployed commits, held against what the whole history says.</summary>
public sealed class ComparisonsTests
{
    static readonly RepositoryName Shop = new("acme/shop");
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Histories of up to 30 commits, each with up to two earlier commits as parents, and up to 10 deployments of any of those
    /// that were there by then.
    /// </summary>
    static readonly Gen<(List<int[]> History, List<(int Head, int At)> Deployments)> Anything = Gen.Select(
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000], Gen.Int[0, 2]).List[2, 30],
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 5]).List[2, 10],
        (rolls, deployed) =>
        {
            List<int[]> history =
            [
                .. rolls.Select((roll, i) =>
                    i == 0 ? [] : roll.Item3 == 1 ? new[] { roll.Item1 % i, roll.Item2 % i }
                        : [i - 1 - (roll.Item1 % Math.Min(i, 3))]),
            ];
            var at = 0;
            return (history, deployed.Select(one => (Roll: one.Item1, At: at += one.Item2))
                .Select(one => (one.Roll % Math.Min(history.Count, one.At), one.At)).ToList());
        });

    static readonly Gen<(List<int[]> History, List<(int Head, int At)> Deployments)> Forward = Anything.Select(one =>
    {
        var live = -1;
        var ahead = new List<(int, int)>();
        foreach (var (head, at) in one.Deployments)
        {
            if (live >= 0 && (head == live || !Reach(one.History, head).Contains(live))) continue;
            ahead.Add((head, at));
            live = head;
        }

        return (one.History, Deployments: ahead);
    }).Where(one => one.Deployments.Count > 1);

    [Fact]
    public void Forward_on_a_comparison_tells_what_the_whole_history_would() => Forward.Sample(one =>
    {
        var expected = Judge(Whole(one.History), one.Deployments, []);
        var actual = Judge(Listed(one.History, one.Deployments), one.Deployments, Comparisons(one.History, one.Deployments));
        Assert.Equal(Shipped(expected), Shipped(actual));
        Assert.All(actual.Shipped, shipped => Assert.Equal(LinkMethod.Compare, shipped.Method));
        Assert.Equal(expected.Ledger.Select(row => (row.Kind, row.Link)), actual.Ledger.Select(row => (row.Kind, row.Link)));
    });

    [Fact]
    public void However_it_goes_back_and_forth_nothing_ships_that_was_live_before() =>
        Gen.Select(Anything, Gen.Int[0, 1_000_000]).Sample((one, known) =>
        {
            // Some of the history is known besides.
            var random = new Random(known);
            var besides = Whole(one.History).Where(_ => random.Next(3) == 0);
            var expected = Shipped(Judge(Whole(one.History), one.Deployments, []));
            var actual = Judge(
                [.. Listed(one.History, one.Deployments), .. besides], one.Deployments,
                Comparisons(one.History, one.Deployments));
            Assert.Empty(actual.Shipped.Where(shipped => shipped.Method == LinkMethod.Compare)
                .Select(shipped => (shipped.DeploymentId, shipped.Sha)).Except(expected));
        });

    [Fact]
    public void In_whatever_order_it_is_told_the_rows_are_the_same() => Anything.SelectMany(one =>
    {
        var comparisons = Comparisons(one.History, one.Deployments).SelectMany(Parts).ToArray();
        return Gen.Select(Gen.Shuffle(comparisons), Gen.Shuffle(Listed(one.History, one.Deployments).ToArray()))
            .Select((facts, commits) => (one.History, one.Deployments, comparisons, facts, commits));
    }).Sample(one =>
    {
        var expected = Judge(Listed(one.History, one.Deployments), one.Deployments, one.comparisons);
        var actual = Judge(one.commits, one.Deployments, one.facts);
        Assert.Equal(expected.Shipped.AsEnumerable(), actual.Shipped);
        Assert.Equal(expected.Blames.AsEnumerable(), actual.Blames);
        Assert.Equal(
            expected.Ledger.Select(row => (row.DeploymentId, row.Kind, row.Link, row.Commits)),
            actual.Ledger.Select(row => (row.DeploymentId, row.Kind, row.Link, row.Commits)));
    });

    /// <summary>Of a list as many statements as it has commits, and one that says it again.</summary>
    static IEnumerable<ComparisonFact> Parts(ComparisonFact whole) =>
        whole.Commits.IsEmpty ? [whole]
            : [
                .. whole.Commits.Select(commit => whole with { Commits = [commit] }),
                whole with { Commits = [whole.Commits[0]], Status = null },
            ];

    static Judgement Judge(
        IReadOnlyList<CommitFact> commits, List<(int Head, int At)> deployments,
        IReadOnlyList<ComparisonFact> comparisons) => Correlator.Judge(
        new ServiceFacts
        {
            Service = new ServiceName("shop"),
            Commits = CommitGraph.Of(commits, comparisons: comparisons),
            Comparisons = comparisons,
            Deployments =
            [
                .. deployments.Select((one, i) => new DeploymentFact
                {
                    Id = $"d{i}", Repository = Shop, Environment = "production", Sha = Id(one.Head),
                    Status = DeploymentStatus.Succeeded, FinishedAt = At(one.At), AsOf = At(one.At),
                }),
            ],
        },
        Definitions.Default);

    static List<(string Deployment, Sha Sha)> Shipped(Judgement judgement) =>
        [.. judgement.Shipped.Select(shipped => (shipped.DeploymentId, shipped.Sha)).Order()];

    static List<CommitFact> Whole(List<int[]> history) => [.. history.Select((parents, i) => Commit(i, parents))];

    /// <summary>The commits that the hosts' answers hold, and no others.</summary>
    static List<CommitFact> Listed(List<int[]> history, List<(int Head, int At)> deployments) =>
        [.. Pairs(deployments).SelectMany(pair => Between(history, pair)).Distinct().Select(i => Commit(i, history[i]))];

    static List<ComparisonFact> Comparisons(List<int[]> history, List<(int Head, int At)> deployments) =>
    [
        .. Pairs(deployments).Select(pair =>
        {
            var (ahead, behind) = (Between(history, pair), Between(history, (pair.Head, pair.Base)));
            return new ComparisonFact
            {
                Repository = Shop,
                Base = Id(pair.Base),
                Head = Id(pair.Head),
                Status = behind.Count == 0 ? ComparisonStatus.Ahead : ahead.Count == 0 ? ComparisonStatus.Behind
                    : ComparisonStatus.Diverged,
                Commits = [.. ahead.Select(Id)],
                Total = ahead.Count,
            };
        }),
    ];

    static List<(int Base, int Head)> Pairs(List<(int Head, int At)> deployments) =>
        [
            .. deployments.Zip(deployments.Skip(1)).Where(pair => pair.First.Head != pair.Second.Head)
                .Select(pair => (pair.First.Head, pair.Second.Head)).Distinct(),
        ];

    static List<int> Between(List<int[]> history, (int Base, int Head) pair) =>
        [.. Reach(history, pair.Head).Except(Reach(history, pair.Base)).Order()];

    static HashSet<int> Reach(List<int[]> history, int from)
    {
        var reached = new HashSet<int>();
        var open = new Stack<int>([from]);
        while (open.TryPop(out var commit))
        {
            if (!reached.Add(commit)) continue;
            foreach (var parent in history[commit]) open.Push(parent);
        }

        return reached;
    }

    static CommitFact Commit(int i, int[] parents) => new()
    {
        Repository = Shop,
        Sha = Id(i),
        Parents = [.. parents.Distinct().Select(Id)],
        AuthoredAt = At(i),
        CommittedAt = At(i),
        AsOf = At(i),
    };

    static Sha Id(int i) => Sha.Parse($"{i + 1:x40}");

    static DateTimeOffset At(int minutes) => Start.AddMinutes(minutes);
}
