using System.Runtime.InteropServices;

namespace Leadline.Core;

/// <summary>
/// Which attempts are deployments of an environment that several of a source's environments (regions, rings, canary) may make
/// up: under <c>all</c> the one by which the last of them has the version, or a later one; under <c>first</c> the one by which
/// the first of them has it; under <c>each</c> every one. One that follows with a version which others began to roll out is
/// part of that roll-out, however many others have begun since; one that goes back begins another.
/// </summary>
static class CountingDeployments
{
    /// <summary>
    /// A source's environment that had no deployment for this long before a roll-out no longer has to be reached by it.
    /// </summary>
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(30);

    /// <summary>
    /// The attempts that succeeded, or failed, in order of time, each with its part in the counting. Of several at one instant
    /// the one whose commit comes first goes first, so that no tie makes a rollback.
    /// </summary>
    public static List<Counting> Order(IEnumerable<Attempt> attempts, EnvironmentCounts counts, CommitGraph graph)
    {
        var ended = attempts.Where(attempt => (attempt.SucceededAt ?? attempt.FailedAt) is not null).ToList();
        ended.Sort((left, right) =>
        {
            var order = left.EndedAt.CompareTo(right.EndedAt);
            if (order == 0) order = graph.Generation(left.Head).CompareTo(graph.Generation(right.Head));
            return order != 0 ? order : string.CompareOrdinal(left.Id, right.Id);
        });
        var result = new List<Counting>(ended.Count);
        foreach (var attempt in ended)
            result.Add(new Counting(attempt, attempt.SucceededAt is null ? Part.FailedAttempt : Part.Whole, attempt.BeganAt));
        if (counts == EnvironmentCounts.Each) return result;
        var members = new Dictionary<string, Member>(StringComparer.OrdinalIgnoreCase);
        var moves = RollOuts(ended, members);
        if (members.Count > 1) Divide(CollectionsMarshal.AsSpan(result), moves, members, counts);
        return result;
    }

    /// <summary>To which roll-out each attempt moves its member; null for one that failed.</summary>
    static List<RollOut?> RollOuts(List<Attempt> ended, Dictionary<string, Member> members)
    {
        var moves = new List<RollOut?>(ended.Count);
        var latest = new Dictionary<string, RollOut>();
        var begun = 0;
        foreach (var attempt in ended)
        {
            if (attempt.SucceededAt is not { } at)
            {
                moves.Add(null);
                continue;
            }

            if (!members.TryGetValue(attempt.SourceEnvironment, out var member))
                members.Add(attempt.SourceEnvironment, member = new Member { First = at });
            if (!latest.TryGetValue(attempt.VersionKey, out var rollOut) || rollOut.Number < member.Has?.Number)
                latest[attempt.VersionKey] = rollOut = new RollOut(begun++) { From = at, BeganAt = attempt.BeganAt };
            rollOut.To = member.Last = at;
            if (attempt.BeganAt < rollOut.BeganAt) rollOut.BeganAt = attempt.BeganAt;
            member.Has = rollOut;
            moves.Add(rollOut);
        }

        foreach (var member in members.Values) member.Has = null;
        return moves;
    }

    static void Divide(
        Span<Counting> attempts, List<RollOut?> moves, Dictionary<string, Member> members, EnvironmentCounts counts)
    {
        var counted = -1;
        for (var i = 0; i < attempts.Length; i++)
        {
            if (moves[i] is not { } rollOut) continue;
            var member = members[attempts[i].Attempt.SourceEnvironment];
            var hadIt = member.Has == rollOut;
            member.Has = rollOut;
            var isWhole = rollOut.Number > counted
                && (counts == EnvironmentCounts.First || members.Values.All(other => other.HasReached(rollOut)));
            if (isWhole) counted = rollOut.Number;
            attempts[i] = attempts[i] with
            {
                Part = isWhole ? Part.Whole : hadIt ? Part.Again : Part.Step,
                BeganAt = counts == EnvironmentCounts.All ? rollOut.BeganAt : attempts[i].BeganAt,
            };
        }
    }

    sealed class RollOut(int number)
    {
        public int Number => number;
        public DateTimeOffset From { get; init; }
        public DateTimeOffset To { get; set; }
        public DateTimeOffset BeganAt { get; set; }
    }

    sealed class Member
    {
        public DateTimeOffset First { get; init; }
        public DateTimeOffset Last { get; set; }
        public RollOut? Has { get; set; }

        /// <summary>Whether it has the version or a later one, or need not have it.</summary>
        public bool HasReached(RollOut rollOut) =>
            Has?.Number >= rollOut.Number || First > rollOut.To || rollOut.From - Last > Forgotten;
    }

    public enum Part
    {
        /// <summary>The environment has a version by it.</summary>
        Whole,

        /// <summary>One of several environments has it; another attempt counts.</summary>
        Step,

        /// <summary>It had the version already.</summary>
        Again,

        FailedAttempt,
    }
}

/// <param name="BeganAt">When the version first began to reach the environment.</param>
readonly record struct Counting(Attempt Attempt, CountingDeployments.Part Part, DateTimeOffset BeganAt);
