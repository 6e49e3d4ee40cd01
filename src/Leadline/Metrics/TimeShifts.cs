using Leadline.Core;

namespace Leadline.Metrics;

/// <summary>By how much the times of one window are shifted against those of another.</summary>
/// <param name="LeadTime">Null where the samples cannot support an interval; so is the other.</param>
/// <param name="RecoveryTime">Of failures that have ended.</param>
public sealed record TimeShifts(TimeShift? LeadTime, TimeShift? RecoveryTime)
{
    public static TimeShifts None { get; } = new(null, null);
}

/// <param name="Percentiles">How it was found; from histograms each end is within 1 % of the sum of the two times that it is the
/// difference of.</param>
public sealed record TimeShift(Estimate Estimate, Percentiles Percentiles)
{
    public static TimeShift? Of(Sample now, Sample before, Percentiles percentiles) =>
        Differences.OfTimes(now, before) is { } found ? new(found, percentiles) : null;
}
