using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

public sealed class FoldingTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_recovery_that_does_not_know_the_start_leaves_it_to_the_trigger() =>
        Assert.Equal(
            (Noon, Noon.AddHours(1)), Folded(Said(Noon, Noon), Said(Noon.AddHours(1), Noon.AddHours(1), isResolved: true)));

    [Fact]
    public void A_recovery_alone_is_all_that_is_known() =>
        Assert.Equal((Noon, Noon), Folded(Said(Noon, Noon, isResolved: true)));

    [Fact]
    public void A_start_that_is_corrected_later_wins() =>
        Assert.Equal((Noon.AddMinutes(20), null), Folded(Said(Noon, Noon), Said(Noon.AddHours(1), Noon.AddMinutes(20))));

    static (DateTimeOffset, DateTimeOffset?) Folded(params IncidentFact[] statements)
    {
        var incident = Assert.Single(Folding.Incidents(statements, new FailureRules()));
        return (incident.StartedAt, incident.ResolvedAt);
    }

    static IncidentFact Said(DateTimeOffset asOf, DateTimeOffset startedAt, bool isResolved = false) => new()
    {
        Id = "1",
        Source = "datadog",
        Status = isResolved ? IncidentStatus.Resolved : IncidentStatus.Open,
        StartedAt = startedAt,
        ResolvedAt = isResolved ? asOf : null,
        AsOf = asOf,
    };
}
