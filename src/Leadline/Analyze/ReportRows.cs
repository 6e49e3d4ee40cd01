using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Analyze;

/// <summary>The report's rows in words, the same in a terminal, in Markdown and on a page.</summary>
static class ReportRows
{
    public static readonly string[] MetricHeads = ["metric", "value", "95 % interval", "n", "level"];

    public static IEnumerable<string[]> OfMetrics(FiveMetrics metrics)
    {
        var (frequency, lead, failure, recovery, rework) =
            (metrics.DeploymentFrequency, metrics.LeadTime, metrics.ChangeFailureRate, metrics.RecoveryTime, metrics.ReworkRate);
        yield return [
            "Deployment frequency", Human.Rate(frequency.PerDay), Between(frequency.Interval, Human.Rate),
            $"{frequency.Deployments}", LevelWords.Of(frequency.Levels) ?? "–",
        ];
        yield return [
            "Lead time for changes", Human.Span(lead.ValueSeconds), Between(lead.IntervalSeconds, Human.Span), $"{lead.Count}",
            LevelWords.Of(lead.Levels) ?? "–",
        ];
        yield return [
            "Change failure rate", Human.Share(failure.Value), Between(failure.Interval, Human.Share),
            $"{failure.Failed} of {failure.Deployments}", LevelWords.Of(failure.Levels) ?? "–",
        ];
        yield return
        [
            "Recovery time", Human.Span(recovery.ValueSeconds), Between(recovery.IntervalSeconds, Human.Span),
            recovery.Open > 0 ? $"{recovery.Count}, {recovery.Open} open" : $"{recovery.Count}",
            LevelWords.Of(recovery.Levels) ?? "–",
        ];
        yield return [
            "Rework rate", Human.Share(rework.Value), Between(rework.Interval, Human.Share),
            $"{rework.Rework} of {rework.Deployments}", LevelWords.Of(rework.Levels) ?? "–",
        ];
    }

    public static readonly string[] TrendHeads =
    [
        "month", "deployments", "lead time", "failure rate", "recovery time", "rework",
    ];

    public static string[] Of(TrendMonth month, TimeZoneInfo zone) =>
    [
        TimeZoneInfo.ConvertTime(month.From, zone).ToString("yyyy-MM"), month.Deployments == 0 ? "–" : $"{month.Deployments}",
        OrDash(Human.Span(month.LeadTimeMedianSeconds)),
        OrDash(Human.Share(month.ChangeFailureRate)), OrDash(Human.Span(month.RecoveryMedianSeconds)),
        OrDash(Human.Share(month.ReworkRate)),
    ];

    public static readonly string[] DeploymentHeads = ["deployed", "version", "commits", "lead time", "what", "recovered after"];

    public static string[] Of(LedgerEntry row, TimeZoneInfo zone) =>
    [
        TimeZoneInfo.ConvertTime(row.DeployedAt, zone).ToString("yyyy-MM-dd HH:mm"),
        row.Version ?? row.Sha?[..7] ?? row.DeploymentId, $"{row.Commits}",
        OrDash(Human.Span(row.MedianLeadSeconds)), What(row),
        row.Failed ? row.RestoredAt is null ? "open" : Human.Span(row.RecoverySeconds) : "–",
    ];

    /// <summary>What kind of deployment it was and why it failed, in a few words.</summary>
    public static string What(LedgerEntry row)
    {
        var words = new List<string>();
        if (row.Kind != "deployment") words.Add(row.Kind.Replace('_', ' '));
        if (row.Link != "linked") words.Add(row.Link.Replace('_', ' '));
        if (row.Failed) words.Add("failed: " + string.Join(", ", row.FailedBecause));
        if (row.Rework && row.ReworkBecause != row.Kind) words.Add("rework: " + row.ReworkBecause);
        return words.Count == 0 ? "ok" : string.Join("; ", words);
    }

    /// <summary>What the numbers rest on, a sentence each.</summary>
    public static IEnumerable<string> OfCoverage(Analysis analysis)
    {
        var coverage = analysis.Coverage;
        var all = coverage.DeploymentsWithChanges + coverage.DeploymentsWithoutChanges;
        yield return $"{coverage.DeploymentsWithChanges} of {all} deployments ship commits that are known.";
        if (coverage.Baseline > 0)
            yield return "The first deployment is the baseline: what it holds predates tracking and gets no lead time.";
        if (coverage.Gap > 0)
            yield return $"{coverage.Gap} deployments follow a gap in the history: they ship nothing rather than everything.";
        yield return "No incident source: failures are what git shows (rollbacks and reverts). Send incidents to see those "
            + "that it does not.";
        foreach (var note in analysis.Notes) yield return char.ToUpperInvariant(note[0]) + note[1..] + ".";
    }

    static string Between(System.Collections.Immutable.ImmutableArray<double>? interval, Func<double?, string> text) =>
        interval is { } known ? Between(text(known[0]), text(known[1])) : "–";

    /// <summary>A unit that both ends share is said once: <c>1.8 – 3.7 a month</c>.</summary>
    static string Between(string from, string to)
    {
        var space = from.IndexOf(' ');
        return space > 0 && from != to && to.IndexOf(' ') is > 0 and var other && from[space..] == to[other..]
            ? $"{from[..space]} – {to}" : $"{from} – {to}";
    }

    /// <summary><c>2023-10-24 to 2024-10-24 (UTC)</c>.</summary>
    public static string Window(Analysis analysis)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(analysis.Timezone);
        return $"{TimeZoneInfo.ConvertTime(analysis.From, zone):yyyy-MM-dd} to "
            + $"{TimeZoneInfo.ConvertTime(analysis.To, zone):yyyy-MM-dd} ({analysis.Timezone})";
    }

    /// <summary>
    /// Each column of the trend with its name and how a value of it is written. A month without a value is null, never 0.
    /// </summary>
    public static IEnumerable<(string Name, IReadOnlyList<double?> Values, Func<double, string> Text)> Trends(Analysis analysis)
    {
        yield return ("deployments", Of(month => month.Deployments == 0 ? null : month.Deployments), value =>
            value.ToString("0"));
        yield return ("lead time", Of(month => month.LeadTimeMedianSeconds), value => Human.Span(value));
        yield return ("failure rate", Of(month => month.ChangeFailureRate), value => Human.Share(value));
        yield return ("recovery time", Of(month => month.RecoveryMedianSeconds), value => Human.Span(value));
        yield return ("rework", Of(month => month.ReworkRate), value => Human.Share(value));

        double?[] Of(Func<TrendMonth, double?> value) => [.. analysis.Trend.Select(value)];
    }

    static string OrDash(string text) => text == Human.NoData ? "–" : text;
}
