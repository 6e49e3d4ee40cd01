using Leadline.Metrics;

namespace Leadline.Web;

/// <summary>How one metric stands to the window before, as a tile says it.</summary>
/// <param name="Says">In words, with the interval.</param>
/// <param name="Goes">Where it went beyond chance: <c>up</c> or <c>down</c>; null where the interval holds no change, and where
/// there is none.</param>
/// <param name="IsBetter">Whether that is for the better; null where <paramref name="Goes"/> is.</param>
/// <param name="Estimate">By how much; null where the samples cannot support an interval.</param>
public sealed record Change(string Says, string? Goes, bool? IsBetter, Estimate? Estimate = null)
{
    /// <summary>The change of each metric between two windows of the same length, by the metric's name on the wire.</summary>
    /// <param name="now">Of the later window.</param>
    /// <param name="before">Of the earlier one.</param>
    /// <param name="hasBeginnings">Whether the history of a service begins in the earlier window: then fewer deployments there
    /// mean nothing.</param>
    /// <param name="shifts">Of the times.</param>
    public static IReadOnlyDictionary<string, Change> Between(
        FiveMetrics now, FiveMetrics before, bool hasBeginnings, TimeShifts shifts) => new Dictionary<string, Change>
        {
            ["deployment_frequency"] = OfRate(now.DeploymentFrequency, before.DeploymentFrequency, hasBeginnings),
            ["lead_time"] = OfTime(
            shifts.LeadTime, Shown.Span(before.LeadTime.ValueSeconds, before.LeadTime.Percentiles),
            Shown.Count(before.LeadTime.Count, "change"), isOpenLeftOut: false),
            ["change_failure_rate"] = OfShare(
            now.ChangeFailureRate.Value is null || before.ChangeFailureRate.Value is null ? null : Differences.OfShares(
                now.ChangeFailureRate.Failed, now.ChangeFailureRate.Deployments, before.ChangeFailureRate.Failed,
                before.ChangeFailureRate.Deployments),
            Shown.Ratio(before.ChangeFailureRate.Value), before.ChangeFailureRate.Failed, before.ChangeFailureRate.Deployments),
            ["recovery_time"] = OfTime(
            shifts.RecoveryTime, Shown.Span(before.RecoveryTime.ValueSeconds, before.RecoveryTime.Percentiles),
            Shown.Count(before.RecoveryTime.Count, "failure"),
            isOpenLeftOut: now.RecoveryTime.Open + before.RecoveryTime.Open > 0),
            ["rework_rate"] = OfShare(
            Differences.OfShares(
                now.ReworkRate.Rework, now.ReworkRate.Deployments, before.ReworkRate.Rework, before.ReworkRate.Deployments),
            Shown.Ratio(before.ReworkRate.Value), before.ReworkRate.Rework, before.ReworkRate.Deployments),
        };

    static Change OfRate(DeploymentFrequency now, DeploymentFrequency before, bool hasBeginnings)
    {
        var of = $"{Shown.Rate(before.PerDay)} from {Shown.Count(before.Deployments, "deployment")}";
        if (hasBeginnings && before.PerDay is not null) return Without($"{of}, while the history of a service began");
        return Differences.RatioOfRates(now.Deployments, now.Days, before.Deployments, before.Days) is { } ratio
            ? Of(ratio, $"{ratio.Value:0.##} times", $"({ratio.Lower:0.##} to {ratio.Upper:0.##})", of, isBetterUp: true)
            : Without(before.PerDay is null ? null : of);
    }

    static Change OfShare(Estimate? difference, string? value, long part, long whole)
    {
        var of = $"{value} ({part} of {whole:N0})";
        return difference is null
            ? Without(value is null ? null : of)
            : Of(
                difference, $"{Points(difference.Value)} points", $"({Points(difference.Lower)} to {Points(difference.Upper)})",
                of, isBetterUp: false);
    }

    /// <summary>
    /// Not the difference of two medians: the median of all differences between a time of the one window and a time of the
    /// other.
    /// </summary>
    static Change OfTime(TimeShift? shift, string? value, string rows, bool isOpenLeftOut)
    {
        var of = value is null ? null : $"{value} from {rows}";
        return shift is not { Estimate: var found, Percentiles: var percentiles } || of is null ? Without(of) : Of(
            found, Human.About(Signed(found.Value), percentiles), $"({Signed(found.Lower)} to {Signed(found.Upper)})",
            of + (isOpenLeftOut ? "; what is open is left out" : ""), isBetterUp: false);
    }

    static Change Of(Estimate change, string value, string interval, string before, bool isBetterUp)
    {
        if (!change.IsClear) return new Change($"No clear change: {value} {interval}; before, {before}.", null, null, change);
        var isUp = change.Value > change.Same;
        return new Change($"{value} {interval}; before, {before}.", isUp ? "up" : "down", isUp == isBetterUp, change);
    }

    static Change Without(string? before) => new(before is null ? "Before, no data." : $"Before, {before}.", null, null);

    static string Signed(double seconds) => seconds >= 0.5 ? "+" + Human.Span(seconds) : Human.Span(seconds);

    static string Points(double difference) => (difference * 100).ToString("+0.#;−0.#;0");
}
