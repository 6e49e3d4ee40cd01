namespace Leadline.Core;

/// <summary>
/// Where the lead time went. Each stage ends where the next begins, so they add up: coding until the change was opened (or ready, for a
/// draft), pickup until somebody else's first review, review until it was merged, build until the merge commit was green, wait until the
/// deployment began, deploy until it succeeded.
/// </summary>
static class StagesRule
{
    public static Stages Of(Case judged, Row row, ChangeFact? change, DateTimeOffset start)
    {
        var started = row.Attempt.StartedAt;
        if (change?.MergedAt is not { } merged) return row.StagesWithoutChange ??= started is null ? Stages.Unknown : Stages.Unknown with { Deploy = Span(started, row.DeployedAt) };
        var deploy = Span(started, row.DeployedAt);
        var begin = judged.Definitions.LeadTime.Start;
        var offered = Later(change.ReadyAt, change.OpenedAt);
        var reviewed = change.FirstReviewedAt is { } review && offered is { } from ? (review < from ? from : review) : change.FirstReviewedAt;
        if (reviewed > merged) reviewed = null;
        var green = GreenAt(judged, change, merged, started ?? row.DeployedAt);
        return new Stages(
            Coding: begin is LeadTimeStart.Opened or LeadTimeStart.Merged ? null : Span(start, offered),
            Pickup: begin is LeadTimeStart.Merged ? null : Span(offered, reviewed),
            Review: begin is LeadTimeStart.Merged ? null : Span(reviewed ?? offered, merged),
            Build: Span(merged, green),
            Wait: Span(green ?? merged, started),
            Deploy: deploy);
    }

    static DateTimeOffset? GreenAt(Case judged, ChangeFact change, DateTimeOffset merged, DateTimeOffset before)
    {
        if (change.MergeSha is not { } sha || !judged.GreenBuilds.TryGetValue(sha, out var finished)) return null;
        foreach (var time in finished)
            if (time >= merged && time <= before) return time;
        return null;
    }

    static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left > right ? left : right;

    static double? Span(DateTimeOffset? from, DateTimeOffset? to) => from is null || to is null ? null : (to.Value - from.Value).TotalSeconds;
}
