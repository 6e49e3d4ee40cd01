namespace Leadline.Core;

/// <summary>
/// Moves the live sha along the commit graph, deployment by deployment. Each commit is visited once, so a whole history costs a
/// step a deployment and a visit an edge. A deployment more costs what it ships. One that arrives late costs what all
/// deployments from its place on ship: the walk is cut back to there and they are walked again. In memory it is 8 bytes a
/// commit.
/// </summary>
public sealed class ShippedWalk(CommitGraph graph)
{
    readonly int[] shippedIn = new int[graph.Count];
    readonly List<int> shipped = [];
    readonly List<int> starts = [];
    readonly Stack<int> open = [];
    readonly List<int> deferred = [];

    /// <summary>How many steps the walk has taken.</summary>
    public int Length => starts.Count;

    /// <summary>The step that first reached the commit, from 0, or -1.</summary>
    public int StepOf(int commit) => shippedIn[commit] - 1;

    /// <summary>Whether the last step was the first that reached the commit.</summary>
    public bool IsOfLastStep(int commit) => shippedIn[commit] == starts.Count;

    /// <summary>Takes the next step.</summary>
    /// <param name="head">The deployed commit's place in the graph; -1 makes a step that reaches nothing.</param>
    /// <returns>The commits that this step reaches first, and whether it met any that had shipped before.</returns>
    public WalkStep Advance(int head)
    {
        starts.Add(shipped.Count);
        var step = starts.Count;
        var met = false;
        if (head < 0) return new WalkStep([], 0, false);
        deferred.Clear();
        open.Push(head);

        // First along the commits' own parents; what only a push's order reaches comes after, so that its method can be told.
        Drain(throughPush: false);
        var byAncestry = shipped.Count;
        foreach (var commit in deferred)
            foreach (var parent in graph.Parents(commit))
                if (parent >= 0) open.Push(parent);
        Drain(throughPush: true);
        var from = starts[^1];
        return new WalkStep(shipped.GetRange(from, shipped.Count - from), byAncestry - from, met);

        void Drain(bool throughPush)
        {
            while (open.TryPop(out var commit))
            {
                if (shippedIn[commit] != 0)
                {
                    met |= shippedIn[commit] != step;
                    continue;
                }

                shippedIn[commit] = step;
                shipped.Add(commit);
                if (!throughPush && graph.KnowledgeOfParents(commit) == ParentsKnown.FromPush)
                {
                    deferred.Add(commit);
                    continue;
                }

                foreach (var parent in graph.Parents(commit))
                    if (parent >= 0) open.Push(parent);
            }
        }
    }

    /// <summary>Adds to the last step a commit that ships beside its ancestry; false where it had shipped already.</summary>
    public bool Add(int commit)
    {
        if (shippedIn[commit] != 0) return false;
        shippedIn[commit] = starts.Count;
        shipped.Add(commit);
        return true;
    }

    /// <summary>Forgets all steps from <paramref name="length"/> on.</summary>
    public void CutTo(int length)
    {
        if (length >= starts.Count) return;
        for (var i = starts[length]; i < shipped.Count; i++) shippedIn[shipped[i]] = 0;
        shipped.RemoveRange(starts[length], shipped.Count - starts[length]);
        starts.RemoveRange(length, starts.Count - length);
    }
}

/// <param name="Reached">The commits reached first by this step: by ancestry, then by push order.</param>
/// <param name="ByAncestry">How many of them, from the front, by ancestry.</param>
/// <param name="MetShipped">Whether the walk ended at a commit that had shipped before.</param>
public readonly record struct WalkStep(List<int> Reached, int ByAncestry, bool MetShipped);
