using CsCheck;
using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

public sealed class CommitGraphTests
{
    static readonly RepositoryName Shop = new("acme/shop");

    /// <summary>Histories of up to 40 commits, each with up to two earlier commits as parents.</summary>
    static readonly Gen<List<int[]>> Histories =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000], Gen.Int[0, 3]).List[1, 40].Select(rolls => rolls
            .Select((roll, i) =>
                i == 0 || roll.Item3 == 0 && i % 7 == 6 ? [] : roll.Item3 == 1 ? new[] { roll.Item1 % i, roll.Item2 % i }
                    : [roll.Item1 % i])
            .ToList());

    /// <summary>Up to 12 deployments, -1 of a commit that nobody knows, and the order in which they arrive.</summary>
    static readonly Gen<(List<int> Heads, int[] Order)> Arrivals = Gen.Int[-1, 1000].List[2, 12]
        .SelectMany(heads => Gen.Shuffle(Enumerable.Range(0, heads.Count).ToArray()).Select(order => (heads, order)));

    [Fact]
    public void The_difference_is_what_one_side_reaches_and_the_other_does_not() =>
        Gen.Select(Histories, Gen.Int[0, 1000], Gen.Int[0, 1000]).Sample((history, first, second) =>
        {
            var graph = Graph(history);
            int from = first % history.Count, without = second % history.Count;
            var expected = Reach(history, from).Except(Reach(history, without)).Order();
            var actual = graph.Difference(graph.Find(Id(from)), graph.Find(Id(without)))
                .Select(place => Number(graph.Sha(place))).Order();
            Assert.Equal(expected, actual);
        });

    [Fact]
    public void Each_commit_ships_in_the_first_step_that_reaches_it() =>
        Gen.Select(Histories, Gen.Int[0, 1000].List[1, 8]).Sample((history, heads) =>
        {
            var graph = Graph(history);
            var walk = new ShippedWalk(graph);
            var seen = new HashSet<int>();
            foreach (var head in heads.Select(head => head % history.Count))
            {
                var reached = Reach(history, head);
                var step = walk.Advance(graph.Find(Id(head)));
                Assert.Equal(reached.Except(seen).Order(), step.Reached.Select(place => Number(graph.Sha(place))).Order());
                Assert.Equal(reached.Overlaps(seen), step.MetShipped);
                seen.UnionWith(reached);
            }
        });

    [Fact]
    public void Deployments_that_arrive_in_any_order_give_the_same_as_all_in_time() =>
        Gen.Select(Histories, Arrivals).Sample((history, arriving) =>
        {
            // Of every third commit only the order of a push is known.
            var graph = CommitGraph.Of(history.Select((parents, i) => Commit(i, parents) with { ParentsFromPush = i % 3 == 1 }));
            var walk = new ShippedWalk(graph);
            var known = new List<int>();
            foreach (var arrived in arriving.Order)
            {
                var at = ~known.BinarySearch(arrived);
                known.Insert(at, arrived);
                walk.CutTo(at);
                Assert.Equal(at, walk.Length);
                var again = known.Skip(at).Select(Advance).ToList();

                var full = new ShippedWalk(graph);
                var expected = known.Select(deployment => Step(full, deployment)).ToList();
                Assert.Equal(expected.Skip(at), again);
                for (var commit = 0; commit < graph.Count; commit++) Assert.Equal(full.StepOf(commit), walk.StepOf(commit));
            }

            string Advance(int deployment) => Step(walk, deployment);

            // Of every other deployment a commit ships beside its ancestry, as those of squashed changes do.
            string Step(ShippedWalk on, int deployment)
            {
                var head = arriving.Heads[deployment];
                var step = on.Advance(head < 0 ? -1 : graph.Find(Id(head % history.Count)));
                var added = deployment % 2 == 0 && on.Add(deployment % graph.Count);
                return $"{string.Join(' ', step.Reached)}, {step.ByAncestry}, {step.MetShipped}, {added}";
            }
        });

    [Fact]
    public void A_cycle_made_by_grafts_ends()
    {
        var graph = CommitGraph.Of([Commit(0, [1]), Commit(1, [2]), Commit(2, [0]), Commit(3, [2])]);
        Assert.Equal(4, new ShippedWalk(graph).Advance(graph.Find(Id(3))).Reached.Count);
        Assert.Contains(graph.Find(Id(3)), graph.Difference(graph.Find(Id(3)), graph.Find(Id(1))));
    }

    [Fact]
    public void An_abbreviation_is_found_when_one_commit_begins_with_it()
    {
        var graph = CommitGraph.Of([Commit(1, []), Commit(2, [1])]);
        Assert.Equal(graph.Find(Id(2)), graph.Find(Sha.Parse(Id(2).ToString().AsSpan(0, 12))));
        Assert.Equal(-1, graph.Find(Sha.Parse("fffffff")));
    }

    [Fact]
    public void What_a_commit_says_of_its_parents_goes_before_a_pushs_order()
    {
        var pushed = new CommitFact { Repository = Shop, Sha = Id(3), Parents = [Id(2)], ParentsFromPush = true };
        foreach (var commits in new[] { [pushed, Commit(3, [1])], new[] { Commit(3, [1]), pushed } })
        {
            var graph = CommitGraph.Of([Commit(1, []), Commit(2, []), .. commits]);
            Assert.Equal([graph.Find(Id(1))], graph.Parents(graph.Find(Id(3))).ToArray());
        }
    }

    static CommitGraph Graph(List<int[]> history) => CommitGraph.Of(history.Select((parents, i) => Commit(i, parents)));

    static CommitFact Commit(int number, int[] parents) =>
        new() { Repository = Shop, Sha = Id(number), Parents = [.. parents.Select(Id)] };

    static Sha Id(int number) => Sha.Parse($"{number + 1:x8}{new string('a', 32)}");

    static int Number(Sha sha) => int.Parse(sha.ToString().AsSpan(0, 8), System.Globalization.NumberStyles.HexNumber) - 1;

    static HashSet<int> Reach(List<int[]> history, int from)
    {
        var reached = new HashSet<int>();
        var open = new Stack<int>([from]);
        while (open.TryPop(out var commit))
            if (reached.Add(commit)) foreach (var parent in history[commit]) open.Push(parent);
        return reached;
    }
}
