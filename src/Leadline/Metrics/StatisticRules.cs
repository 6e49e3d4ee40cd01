using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>
/// Where the definitions let times come to something else than the median of rows, and what their queries take then.
/// </summary>
static class StatisticRules
{
    public static bool IsOther(LeadTimeRules rules) => rules.Statistic != Statistic.Median;

    public static bool IsOther(RecoveryRules rules) => rules.Statistic != Statistic.Median || rules.Of != RecoveryOf.Deployment;

    public static (string, object?)[] Parameters(LeadTimeRules rules) => [("statistic", Word(rules.Statistic))];

    public static (string, object?)[] Parameters(RecoveryRules rules) =>
        [("statistic", Word(rules.Statistic)), ("recovery_of", Rows.Word(rules.Of))];

    /// <summary>In words, for the name of a number.</summary>
    public static string Said(Statistic statistic) => Word(statistic).Replace('_', ' ');

    static string Word(Statistic statistic) => Rows.Word(statistic);
}
