using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>Something that the numbers of a window lack, and what to do about it.</summary>
/// <param name="Count">0 where nothing is wanting.</param>
/// <param name="Of">How many there are in all.</param>
/// <param name="Rows">The address of the rows; null where there is no list of them.</param>
public sealed record Finding(string What, long Count, long Of, string Do, string? Rows)
{
    public static IEnumerable<Finding> All(DataFindings found, Selection selection, Definitions definitions)
    {
        var unlinked = selection.Link("/ledger", ("kind", "unlinked"));
        yield return new(
            "Deployments whose commit is not known", found.UnknownSha, found.Counted,
            "Send the repository's commits: read a mirror of it with leadline backfill git, or let its host compare them: it "
                + "does once there is a token under sources.", unlinked);
        yield return new(
            "Deployments that name no commit", found.NoSha, found.Counted,
            "Send the sha with the deployment, or the tag or image that its version names.", unlinked);
        yield return new(
            "Deployments after a gap in history", found.Gap, found.Counted,
            "Import the commits between them and the deployment before, or let the host compare the two: it does once there "
                + "is a token under sources. The next one is measured again.", unlinked);
        yield return new(
            "First deployments of a service", found.Baseline, found.Counted,
            "Nothing: what a first deployment ships predates tracking, and has no lead time.", unlinked);
        yield return new(
            "Deployments with an abbreviated sha of no one commit that is known", found.ShortSha, found.Counted,
            "Send the repository's commits, or all 40 digits: an abbreviation may come to mean two commits.",
            selection.Link("/ledger", ("kind", "short")));
        yield return new(
            "Deployments of which only the configuration's commit is known", found.Configuration, found.Counted,
            "Let the commits of the configuration repository name the application's sha or image tag, or label its images "
                + "with the revision.", unlinked);
        yield return new(
            "Shipped commits without a pull or merge request", found.WithoutChange, found.Shipped,
            "Connect the code host's pull or merge requests. Commits that were pushed straight to the branch have none.",
            selection.Link("/explain/lead_time"));
        yield return new(
            "Shipped commits of which no stage is known", found.StagesUnknown, found.Shipped,
            "Send when deployments begin, and connect pull or merge requests and builds.", selection.Link("/lead-time"));
        yield return new(
            "Commits that were live before they were begun", found.EarlierThanStart, found.Shipped,
            "Two machines' clocks disagree: let both take the time from the network. The spans stay in the numbers as they are.",
            selection.Link("/lead-time"));
        yield return new(
            "Incidents that blame no deployment", found.IncidentsUnlinked, found.Incidents,
            "Name the deployment or sha in the incident, or its key in the commit that fixes it; or widen "
                + $"definitions.failure.incident_window from {Shown.Span(definitions.Failure.IncidentWindow.TotalSeconds)}.",
            selection.Link("/incidents", ("kind", "unlinked")));
        yield return new(
            "Deployments, over all services, told of before they ended by their own clock", found.ToldBefore, found.Counted,
            found.MostSecondsAhead is { } ahead
                ? $"The sender's clock is ahead, by {Shown.Span(ahead)} at the most: let it take the time from the network."
                : "Nothing: no sender's clock is ahead by more than a minute.",
            null);
    }
}
