namespace Leadline.Core;

/// <summary>
/// From the earliest incident's start (without one: the deployment's success, or where it was aborted, the first step that users
/// had) to the last one's resolution (without one: the first counted deployment that repairs it). Open while any incident is
/// open. Where the definitions say so, it starts with the deployment in any case.
/// </summary>
static class RecoveryRule
{
    public static (DateTimeOffset FailedAt, DateTimeOffset? RestoredAt, string? RestoredBy) Of(Row row, RecoveryRules rules)
    {
        var incidents = row.Signs.Where(sign => sign.IsIncident).ToList();
        if (incidents.Count == 0)
        {
            var repair = row.Signs.Where(sign => sign.EndedAt is not null)
                .OrderBy(sign => sign.EndedAt).ThenBy(sign => sign.EndedBy, StringComparer.Ordinal).FirstOrDefault();
            return (row.Signs.Min(sign => sign.StartedAt), repair.EndedAt, repair.EndedBy);
        }

        var started = rules.Start == RecoveryStart.Deployment ? row.DeployedAt : incidents.Min(sign => sign.StartedAt);
        if (incidents.Exists(sign => sign.EndedAt is null)) return (started, null, null);
        var last = incidents.OrderByDescending(sign => sign.EndedAt)
            .ThenBy(sign => sign.EndedBy, StringComparer.Ordinal).First();
        return (started, last.EndedAt, last.EndedBy);
    }
}
