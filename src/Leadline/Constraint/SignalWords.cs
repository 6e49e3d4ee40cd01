using Leadline.Metrics;

namespace Leadline.Constraint;

/// <summary>What stands beside the stages, a sentence each.</summary>
static class SignalWords
{
    public static IEnumerable<string> Of(ConstraintSignals signals)
    {
        yield return $"Size and pickup: {Sizes(signals)}";
        yield return $"Builds: {Builds(signals)}";
        yield return $"Queue: {Queue(signals.Queues)}";
        yield return $"Approvals: {Approvals(signals.LeadTime.Approvals)}";
        yield return $"Deploy windows: {Hours(signals)}";
        yield return $"Batches: {Batches(signals)}";
        yield return $"Rollbacks: {Back(signals.Rollbacks)}";
    }

    public static string Sizes(ConstraintSignals signals)
    {
        var sizes = signals.LeadTime.Lines.Any(size => size.MedianPickupSeconds is not null) ? signals.LeadTime.Lines
            : signals.LeadTime.Sizes;
        var known = sizes.Where(size => size.MedianPickupSeconds is not null).ToList();
        return known.Count == 0 ? "of no change a review by somebody else is known."
            : "half of the changes were first reviewed within "
                + $"{string.Join(", ", known.Select(size => $"{Human.Span(size.MedianPickupSeconds)} ({size.Size}, n = {size.Changes:N0})"))}.";
    }

    public static string Builds(ConstraintSignals signals)
    {
        var builds = signals.LeadTime.Builds;
        var commits = builds.Sum(build => build.Commits);
        return commits == 0 ? "no build of these repositories ended in this window."
            : $"{Share(builds.Sum(build => build.Repeated), commits)} of {commits:N0} built commits were built again without "
                + $"a new commit, {Share(builds.Sum(build => build.Flaky), commits)} were flaky: they failed and then "
                + "succeeded so.";
    }

    public static string Queue(BuildQueues queues) => queues.Count == 0 ? "no build says when it was queued and when it began."
        : $"half of {queues.Count:N0} builds began within {Human.Span(queues.MedianSeconds)} of being queued, nine of ten "
            + $"within {Human.Span(queues.P90Seconds)}.";

    public static string Approvals(ApprovalWaits approvals) =>
        approvals.Count == 0 ? "no deployment says that it waited for somebody."
            : $"{approvals.Count:N0} {(approvals.Count == 1 ? "deployment" : "deployments")} waited for somebody: half of "
                + $"them up to {Human.Span(approvals.MedianSeconds)}, nine of ten up to {Human.Span(approvals.P90Seconds)}.";

    /// <summary>In how many hours of the week most of the deploying is done.</summary>
    public static string Hours(ConstraintSignals signals)
    {
        var all = signals.DeployHours.Sum(hour => hour.Deployments);
        if (all == 0) return "nothing was deployed in this window.";
        var (hours, reached) = (0, 0L);
        foreach (var hour in signals.DeployHours.OrderByDescending(hour => hour.Deployments))
        {
            hours++;
            if ((reached += hour.Deployments) * 10 >= all * 9) break;
        }

        var busiest = signals.DeployHours.MaxBy(hour => hour.Deployments)!;
        return $"nine of ten deployments lie in {hours} of the 168 hours of a week; the busiest is {busiest.Weekday} from "
            + $"{busiest.Hour}:00, with {Share(busiest.Deployments, all)}.";
    }

    public static string Batches(ConstraintSignals signals)
    {
        if (signals.Batches.IsEmpty) return "no deployment lists what it ships.";
        var shares = string.Join(
            ", ",
            signals.Batches.Select(batch => $"{Human.Share(batch.FailedShare)} of {batch.Deployments:N0} with {batch.Changes}"));
        return $"of the deployments failed {shares} changes in them. {Large(signals)}";
    }

    public static string Large(ConstraintSignals signals) =>
        signals.LargeBatches is not { } difference
            ? "No deployment had more than three, or none had fewer: there is nothing to compare."
            : $"More than three changes against three or fewer: {Points(difference.Value)} ({Points(difference.Lower)} to "
                + $"{Points(difference.Upper)} with 95 % confidence){(difference.IsClear ? "" : ", which may be chance")}.";

    public static string Back(Rollbacks rollbacks) => rollbacks.Failures == 0 ? "no failure began in this window."
        : $"{rollbacks.RolledBack:N0} of {rollbacks.Failures:N0} failures ({Human.Share(rollbacks.Share)}) were rolled back"
            + (rollbacks.RolledBack == 0 ? "."
                : $", half of them within {Human.Span(rollbacks.MedianSeconds)} of the deployment that failed, nine of ten "
                    + $"within {Human.Span(rollbacks.P90Seconds)}.");

    static string Share(long part, long whole) => Human.Share((double)part / whole);

    static string Points(double difference) =>
        $"{(difference > 0 ? "+" : difference < 0 ? "−" : "")}{Math.Abs(difference * 100):0.#} points";
}
