namespace Leadline.Core;

/// <summary>
/// Where the lead time went. Each stage ends where the next begins, so they add up: coding until the change was opened (or
/// ready, for a draft), pickup until somebody else's first review, review until it was merged, build until the merge commit was
/// green, wait until the deployment began, deploy until it succeeded. Only what lies within the lead time is shared out: a
/// commit that was written while its change was reviewed spent 0 seconds in pickup. A stage whose end nobody told of is null,
/// and its time is the next one's.
/// </summary>
static class StagesRule
{
    public static Stages Of(Case judged, Row row, ChangeFact? change, DateTimeOffset start)
    {
        // Clocks disagree: nothing is known of what lies between.
        if (row.DeployedAt < start) return Stages.Unknown;
        DateTimeOffset? started = row.BeganAt < row.DeployedAt || row.Attempt.StartedAt is not null ? row.BeganAt : null;
        if (change?.MergedAt is not { } merged)
        {
            if (started < start) return Stages.Unknown with { Deploy = Span(start, row.DeployedAt) };
            return started is null ? Stages.Unknown
                : row.StagesWithoutChange ??= Stages.Unknown with { Deploy = Span(started, row.DeployedAt) };
        }

        var last = start;
        var end = started ?? row.DeployedAt;
        if (end < start) end = start;
        var offered = Next(Later(change.ReadyAt, change.OpenedAt));
        var reviewed = Next(change.FirstReviewedAt > merged ? null : change.FirstReviewedAt);
        var mergedAt = Next(merged);
        var green = Next(GreenAt(judged, change, end));
        var begin = judged.Definitions.LeadTime.Start;
        var isMerged = begin is LeadTimeStart.Merged;
        var isCoded = isMerged || (begin is LeadTimeStart.Opened && offered == start);
        return new Stages(
            Coding: isCoded ? null : Span(start, offered),
            Pickup: isMerged ? null : Span(offered, reviewed),
            Review: isMerged ? null : Span(reviewed ?? offered, mergedAt),
            Build: Span(mergedAt, green),
            Wait: started is null ? null : Span(green ?? mergedAt, end),
            Deploy: started is null ? null : Span(end, row.DeployedAt));

        DateTimeOffset? Next(DateTimeOffset? known)
        {
            if (known is not { } at) return null;
            return last = at < last ? last : at > end ? end : at;
        }
    }

    static DateTimeOffset? GreenAt(Case judged, ChangeFact change, DateTimeOffset end) =>
        change.MergeSha is { } sha && judged.GreenBuilds.TryGetValue(sha, out var finished) && finished <= end ? finished : null;

    static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left > right ? left : right;

    static double? Span(DateTimeOffset? from, DateTimeOffset? to) => (to - from)?.TotalSeconds;
}
