using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Storage;

/// <summary>By what a list of ledger rows is ordered. Rows without the value come last.</summary>
public enum LedgerSort { Time, LeadTime, Recovery }

/// <summary>Which of the ledger's rows.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Text">What stands in the version, or what the sha begins with; without regard to case. Empty for all.</param>
/// <param name="IsRising">Oldest or shortest first.</param>
public sealed record LedgerQuery(
    MetricsQuery Scope, string Kind = "all", string Text = "", LedgerSort Sort = LedgerSort.Time, bool IsRising = false)
{
    /// <summary>The rows that may be asked for, each with its words for people.</summary>
    public static readonly ImmutableArray<(string Kind, string Says)> Kinds =
    [
        ("all", "all rows"),
        ("counted", "counted"),
        ("not_counted", "not counted"),
        ("failed", "failed"),
        ("open", "failed and still open"),
        ("rework", "rework"),
        ("unlinked", "without known commits"),
        ("short", "with an abbreviated sha"),
    ];
}

/// <summary>A ledger row with the methods that linked its changes, the commonest first.</summary>
/// <param name="Verdict">What was measured after it, the worst of its checks; null where nothing was.</param>
public sealed record LedgerLine(LedgerEntry Entry, ImmutableArray<string> Methods, ReleaseVerdict? Verdict = null);

/// <summary>Where the rows are whose coverage is wanting: each a count over the window.</summary>
/// <param name="EarlierThanStart">Changes that were live before their work began.</param>
/// <param name="ToldBefore">Deployments whose message came before the time at which they say they ended.</param>
/// <param name="MostSecondsAhead">By how much the farthest of them; null without any.</param>
public sealed record DataFindings(
    long Counted, long Linked, long Baseline, long Gap, long NoSha, long UnknownSha, long ShortSha, long Configuration,
    long Shipped, long WithoutChange, long EarlierThanStart,
    long StagesUnknown, long Incidents, long IncidentsUnlinked, long ToldBefore, double? MostSecondsAhead);
