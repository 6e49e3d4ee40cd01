namespace Leadline.Core;

/// <summary>What a row adds to the change failure rate, above and below its line.</summary>
static class FailureRateRule
{
    /// <summary>Null for what a row adds by itself: 1 below, and above 1 where it failed.</summary>
    public static (int? Failed, int? Of) Of(Case judged, Row row)
    {
        var failed = row.Signs.Count > 0 ? 1 : 0;
        return judged.Definitions.Failure.Rate switch
        {
            FailureRateOf.WithoutRollbacks => (failed, row.Kind == LedgerKind.Rollback ? 0 : 1),

            // A failure that no incident tells of is one.
            FailureRateOf.Incidents =>
                (Math.Max(failed, row.Signs.Where(sign => sign.IsIncident).Select(sign => sign.Incident).Distinct().Count()), 1),
            _ => (null, null),
        };
    }
}
