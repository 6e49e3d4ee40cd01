using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

/// <summary>Several statements of one incident, in whatever order they came.</summary>
public sealed class IncidentFoldingTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Messages_that_do_not_know_the_start_leave_it_with_the_first_of_them()
    {
        var incident = Folded(
            Knowing(0, IncidentStatus.Open), Knowing(5, IncidentStatus.Acknowledged), Knowing(30, IncidentStatus.Resolved));
        Assert.Equal(Noon, incident.StartedAt);
        Assert.Equal(Noon.AddMinutes(30), incident.ResolvedAt);
    }

    [Fact]
    public void A_start_that_is_said_comes_before_one_that_is_only_inferred()
    {
        var said = Knowing(20, IncidentStatus.Open) with { StartedAt = Noon.AddMinutes(10) };
        Assert.Equal(
            said.StartedAt, Folded(Knowing(15, IncidentStatus.Open), said, Knowing(30, IncidentStatus.Resolved)).StartedAt);
    }

    [Fact]
    public void A_start_that_was_corrected_is_the_corrected_one()
    {
        var before = Knowing(20, IncidentStatus.Open) with { StartedAt = Noon.AddMinutes(1) };
        var after = Knowing(25, IncidentStatus.Open) with { StartedAt = Noon.AddMinutes(10) };
        Assert.Equal(after.StartedAt, Folded(before, after).StartedAt);
    }

    [Fact]
    public void One_that_was_opened_again_started_once_and_is_open()
    {
        var incident = Folded(
            Knowing(0, IncidentStatus.Open), Knowing(5, IncidentStatus.Resolved), Knowing(9, IncidentStatus.Open));
        Assert.Equal((Noon, null), (incident.StartedAt, incident.ResolvedAt));
    }

    [Fact]
    public void What_is_said_of_it_after_its_end_does_not_put_off_the_end()
    {
        var after = Knowing(90, IncidentStatus.Resolved) with { ResolvedAt = null };
        Assert.Equal(
            Noon.AddMinutes(30),
            Folded(Knowing(0, IncidentStatus.Open), Knowing(30, IncidentStatus.Resolved), after).ResolvedAt);
        Assert.Equal(
            Noon.AddMinutes(90),
            Folded(Knowing(0, IncidentStatus.Open), after, after with { AsOf = Noon.AddMinutes(120) }).ResolvedAt);
    }

    [Fact]
    public void One_that_was_resolved_twice_ended_the_second_time()
    {
        var again = Knowing(60, IncidentStatus.Resolved) with { ResolvedAt = null };
        Assert.Equal(
            Noon.AddMinutes(60),
            Folded(
                Knowing(0, IncidentStatus.Open), Knowing(30, IncidentStatus.Resolved), Knowing(40, IncidentStatus.Open),
                again).ResolvedAt);
    }

    /// <summary>A statement that only knows what is so at its own minute.</summary>
    static IncidentFact Knowing(int minute, IncidentStatus status) => new()
    {
        Id = "P1",
        Source = "pagerduty",
        Status = status,
        StartedAt = Noon.AddMinutes(minute),
        ResolvedAt = status == IncidentStatus.Resolved ? Noon.AddMinutes(minute) : null,
        AsOf = Noon.AddMinutes(minute),
    };

    static Blame Folded(params IncidentFact[] statements)
    {
        var blames = new[] { statements, [.. statements.Reverse()] }.Select(Judged).ToList();
        Assert.Equal(blames[0], blames[1]);
        return blames[0];
    }

    static Blame Judged(IncidentFact[] statements) => Assert.Single(Correlator.Judge(
        new ServiceFacts
        {
            Service = new ServiceName("checkout"),
            Commits = new CommitGraph.Builder().Build(),
            Incidents = statements,
        },
        Definitions.Default).Blames);
}
