using Leadline.Metrics;

namespace Leadline.Experiments;

/// <summary>Experiments in sentences.</summary>
static class ExperimentWords
{
    /// <summary><c>−38 % (−50 % to −24 %)</c>, or <c>−4.1 points (−9 to +0.6)</c>.</summary>
    public static string Of(string metric, Estimate estimate) => Aim.IsRatioOf(metric)
        ? $"{Percent(estimate.Value - 1)} ({Percent(estimate.Lower - 1)} to {Percent(estimate.Upper - 1)})"
        : $"{Points(estimate.Value)} points ({Points(estimate.Lower)} to {Points(estimate.Upper)})";

    /// <summary><c>−20 %</c>, or <c>−5 points</c>: the smallest effect worth having.</summary>
    public static string Worth(Aim aim)
    {
        var signed = aim.Direction == Direction.Up ? aim.Worth : -aim.Worth;
        return aim.IsRatio ? Percent(signed) : $"{Points(signed)} points";
    }

    public static string Name(string metric) => metric.Replace('_', ' ');

    public static string Of(Verdict verdict, ExperimentState state) => verdict switch
    {
        Verdict.Helped => "helped",
        Verdict.Harmed => "harmed",
        Verdict.NoChangeWorthHaving => "no change worth having",
        _ when state == ExperimentState.Planned => "not started",
        _ => state == ExperimentState.Running ? "cannot tell yet" : "cannot tell",
    };

    public static string Of(Guarded state) =>
        state switch { Guarded.NotWorse => "not worse", Guarded.Worse => "worse", _ => "cannot tell" };

    public static string Of(Guardrail guardrail, Guarded state, EffectAnswer? effect, string? because)
    {
        var tolerated = Aim.IsRatioOf(guardrail.Metric) ? $"{guardrail.Tolerated * 100:0.##} %"
            : $"{guardrail.Tolerated * 100:0.##} points";
        return $"{Name(guardrail.Metric)} "
            + $"{Of(state)}{(effect is null ? $": {because ?? "there is no interval yet"}" : $": {effect.Says}; {tolerated} worse would be tolerated")}";
    }

    /// <summary>The verdict with what it rests on, what it needs, and what the guardrails say.</summary>
    public static string Says(ExperimentReport report, TimeZoneInfo zone)
    {
        var (aim, verdict) = (report.Experiment.Aim, Of(report.Verdict, report.State));
        var head = char.ToUpperInvariant(verdict[0]) + verdict[1..];
        if (report.Effect is not { } effect)
            return report.State == ExperimentState.Planned ? $"Not started: it starts on {Day(report.Experiment.Start, zone)}."
                : $"{head}: {report.Because}.";
        var beyond = report.Others is null ? $"against the {Count(report.Own.Before!.Weeks, "week")} before"
            : $"against the {Count(report.Own.Before!.Weeks, "week")} before, beyond what became of "
                + $"{string.Join(", ", report.Others.Services)}";
        var worth = report.Verdict switch
        {
            Verdict.Helped =>
                Verdicts.Gains(aim, new Estimate(effect.Value, effect.Interval[0], effect.Interval[1], 0)).Least >= aim.Worth
                    ? $"It is at least the {Worth(aim)} that was worth having."
                    : $"It may be less than the {Worth(aim)} that was worth having, or more.",
            Verdict.Harmed => $"It was to be at least {Worth(aim)}.",
            Verdict.NoChangeWorthHaving => $"Whatever it is, it is short of the {Worth(aim)} that was worth having.",
            _ => $"Both no effect and the {Worth(aim)} that was worth having are possible.",
        };
        var needs = report.Needs is not { } needed ? ""
            : needed.Deployments is { } more && report.State != ExperimentState.Running
            ? $" About {Count(more, "more deployment")} would have been needed."
            : $" {char.ToUpperInvariant(needed.Says[0])}{needed.Says[1..]}.";
        var worse = report.Guardrails.Where(one => one.State == Guarded.Worse).Select(one => one.Says).ToList();
        var unknown = report.Guardrails.Where(one => one.State == Guarded.CannotTell).Select(one => Name(one.Metric)).ToList();
        return $"{head}: {Name(aim.Metric)} {effect.Says} {beyond}. {worth}{needs}"
            + (worse.Count > 0 ? $" But {string.Join("; and ", worse)}." : "")
            + (unknown.Count > 0 ? $" Whether {string.Join(" and ", unknown)} got worse cannot be told." : "");
    }

    /// <summary>Whether what came of it could be known when it was registered; empty where it could not.</summary>
    public static string Late(ExperimentReport report) =>
        report.RegisteredDaysLate is { } days ? $", {Count(days, "day")} after its start" : "";

    public static string Day(DateTimeOffset when, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(when, zone).ToString("yyyy-MM-dd");

    public static string Count(long count, string thing) => count == 1 ? $"1 {thing}" : $"{count:N0} {thing}s";

    static string Percent(double share) => (share * 100).ToString(Math.Abs(share) >= 0.1 ? "+0;−0;0" : "+0.#;−0.#;0") + " %";

    static string Points(double share) => (share * 100).ToString("+0.#;−0.#;0");
}
