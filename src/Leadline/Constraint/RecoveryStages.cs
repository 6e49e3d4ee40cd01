namespace Leadline.Constraint;

/// <summary>
/// Where the time of a failure went, from the success of the deployment that failed until the failure was over. Detect ends
/// where the first incident started, acknowledge where somebody first took one, mitigate where a deployment that repairs it (a
/// rollback, a revert or a hotfix) succeeded, verify where the failure was over. A stage whose end nobody told of is null. Where
/// no repair is known, mitigation lasted at the longest until the failure was over, and verify is null; what of detect and
/// acknowledge is not known lies in mitigate.
/// </summary>
public static class RecoveryStages
{
    public static readonly string[] Names = ["detect", "acknowledge", "mitigate", "verify"];

    /// <param name="place">The service.</param>
    /// <param name="deployment">The deployment that failed.</param>
    /// <param name="deployed">When it succeeded.</param>
    /// <param name="detected">When the first incident that blames it started; null without one.</param>
    /// <param name="acknowledged">When somebody first took one of them.</param>
    /// <param name="repaired">When the first deployment that repairs it succeeded.</param>
    /// <param name="restored">When it was over.</param>
    public static Journey Of(
        string place, string deployment, DateTimeOffset deployed, DateTimeOffset? detected, DateTimeOffset? acknowledged,
        DateTimeOffset? repaired, DateTimeOffset restored)
    {
        // What began while the deployment was still rolled out was detected at once.
        var start = detected < deployed ? detected.Value : deployed;
        var last = start;
        var found = Next(detected);
        var taken = found is null ? null : Next(acknowledged);
        var beforeRepair = last;
        var fixedAt = repaired <= restored ? Next(repaired) : null;
        return new Journey(place, deployment, start, (restored - start).TotalSeconds,
        [
            (found - start)?.TotalSeconds,
            (taken - found)?.TotalSeconds,
            ((fixedAt ?? restored) - beforeRepair).TotalSeconds,
            found is null || fixedAt is null ? null : (restored - fixedAt.Value).TotalSeconds,
        ]);

        DateTimeOffset? Next(DateTimeOffset? known)
        {
            if (known is not { } at) return null;
            return last = at < last ? last : at > restored ? restored : at;
        }
    }
}
