namespace Leadline.Core;

/// <summary>
/// Which attempts are deployments of an environment that several of a source's environments (regions, rings, canary) may make up:
/// under <c>all</c> the one that brings the version to the last of them, under <c>first</c> the one that brings it to the first, under
/// <c>each</c> every one.
/// </summary>
static class CountingDeployments
{
    /// <summary>A source's environment that had no deployment for this long before a version no longer has to be reached by it.</summary>
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(30);

    /// <summary>The attempts that succeeded, or failed, in order of time, each with its part in the counting.</summary>
    public static List<(Attempt Attempt, DateTimeOffset EndedAt, Part Part)> Order(IEnumerable<Attempt> attempts, EnvironmentCounts counts)
    {
        var ended = attempts
            .Where(attempt => attempt.SucceededAt is not null || attempt.FailedAt is not null)
            .Select(attempt => (Attempt: attempt, EndedAt: attempt.SucceededAt ?? attempt.FailedAt!.Value))
            .OrderBy(ending => ending.EndedAt).ThenBy(ending => ending.Attempt.Id, StringComparer.Ordinal)
            .ToList();
        var succeeded = ended.Where(ending => ending.Attempt.SucceededAt is not null).ToList();
        var members = succeeded.GroupBy(ending => ending.Attempt.SourceEnvironment, StringComparer.OrdinalIgnoreCase)
            .Select(group => new Member(group.Key, group.First().EndedAt, group.Last().EndedAt)).ToList();
        var alone = members.Count <= 1 || counts == EnvironmentCounts.Each;
        var rollouts = succeeded.GroupBy(ending => ending.Attempt.VersionKey)
            .ToDictionary(group => group.Key, group => (From: group.First().EndedAt, To: group.Last().EndedAt));
        var live = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? current = null;
        var result = new List<(Attempt, DateTimeOffset, Part)>(ended.Count);
        foreach (var (attempt, endedAt) in ended)
        {
            if (attempt.SucceededAt is null)
            {
                result.Add((attempt, endedAt, Part.FailedAttempt));
                continue;
            }

            var version = attempt.VersionKey;
            live.TryGetValue(attempt.SourceEnvironment, out var before);
            live[attempt.SourceEnvironment] = version;
            if (alone)
            {
                result.Add((attempt, endedAt, Part.Whole));
                continue;
            }

            var completes = counts == EnvironmentCounts.First
                ? before != version && current != version
                : current != version && members.All(member => !member.MustHave(rollouts[version]) || (live.TryGetValue(member.Name, out var has) && has == version));
            if (completes) current = version;
            result.Add((attempt, endedAt, completes ? Part.Whole : before == version && current == version ? Part.Again : Part.Step));
        }

        return result;
    }

    sealed record Member(string Name, DateTimeOffset First, DateTimeOffset Last)
    {
        public bool MustHave((DateTimeOffset From, DateTimeOffset To) rollout) => First <= rollout.To && Last >= rollout.From - Forgotten;
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
