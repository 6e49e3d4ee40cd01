namespace Leadline.Storage;

/// <summary>An incident as its page shows it.</summary>
/// <param name="DeployedAt">When the deployment that it blames succeeded; null where it blames none.</param>
/// <param name="Names">The deployment or commit that its source named, where it is unlinked.</param>
/// <param name="DeployedBefore">Where it is unlinked: when the last counted deployment before it succeeded; null where there was
/// none.</param>
public sealed record IncidentLine(
    BlameEntry Entry, DateTimeOffset? DeployedAt, string? Version, string? Names = null, DateTimeOffset? DeployedBefore = null)
{
    public double? DetectSeconds => Span(DeployedAt, Entry.StartedAt);

    public double? AcknowledgeSeconds => Span(Entry.StartedAt, Entry.AcknowledgedAt);

    public double? RestoreSeconds => Span(Entry.StartedAt, Entry.ResolvedAt);

    /// <summary>A span that ends before it begins is none.</summary>
    static double? Span(DateTimeOffset? from, DateTimeOffset? to) =>
        (to - from)?.TotalSeconds is >= 0 and var seconds ? seconds : null;
}

/// <summary>Medians over the incidents of a window, each with how many it is of; null where that is none.</summary>
public sealed record IncidentTimes(
    long Incidents, long Linked, long Detected, long Acknowledged, long Restored, double? DetectSeconds,
    double? AcknowledgeSeconds, double? RestoreSeconds);

/// <summary>A delivery that could not be read.</summary>
public sealed record UnreadableDelivery(long Id, string Source, DateTimeOffset ReceivedAt, string? Because);
