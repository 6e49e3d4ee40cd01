using Leadline.Core;
using Leadline.Scenarios;
using Leadline.Settings;
using Leadline.WhatIf;
using Xunit;

namespace Leadline.Tests.WhatIf;

/// <summary>Which rows other definitions move, and why.</summary>
public sealed class MovesTests
{
    const string Month = """
        # A month with a redeploy, an incident late after its deployment, and a change.
        2026-03-02 09:00  commit    a1
        2026-03-02 09:30  open      #7 of a1
        2026-03-02 10:30  merge     #7 of a1
        2026-03-02 10:00  deploy    d0 of a0
        2026-03-02 11:00  deploy    d1 of a1
        2026-03-02 12:00  deploy    d2 of a1
        2026-03-03 09:00  commit    b1
        2026-03-03 10:00  deploy    d3 of b1
        2026-03-03 20:00  incident  I1 opens
        2026-03-03 21:00  incident  I1 resolved

        expect 2026-03-01 .. 2026-04-01
          deployments 3
        """;

    [Theory]
    [InlineData(
        "failure.incident_window=6h", "NotFailed d3: not blamed by incident I1 (by window), which is linked to no deployment")]
    [InlineData("failure.signals=rollback", "NotFailed d3: not blamed by incident I1 (by window)")]
    [InlineData("deployments.count_redeploys=true", "Counted d2: a redeploy counts")]
    [InlineData(
        "lead_time.start=merged",
        "LeadTime d3 3600 → : it belongs to no change; LeadTime d1 7200 → 1800: it starts at 2026-03-02 10:30:00Z and not at "
            + "2026-03-02 09:00:00Z")]
    [InlineData("lead_time.start=committed", "")]
    [InlineData("timezone=Asia/Tokyo", "")]
    public void Says_which_rows_move_and_why(string set, string moved) => Assert.Equal(moved, Moved(set));

    [Fact]
    public void What_moves_one_way_moves_back_the_other_way()
    {
        var there = ChangedDefinitions.Of(
            Definitions.Default, ["failure.incident_window=6h", "deployments.count_redeploys=true"]);

        Assert.Equal(
            "NotCounted d2: a redeploy does not count; Failed d3: blamed by incident I1 (by window)",
            Moved(there, Definitions.Default));
    }

    [Theory]
    [InlineData(
        "failure.incident_windw=6h",
        "definitions.failure.incident_windw: this key is not known; did you mean \"incident_window\"?")]
    [InlineData(
        "failure.incident_window",
        "'failure.incident_window' sets nothing: write KEY=VALUE, such as failure.incident_window=6h")]
    [InlineData("failure.incident_window=", "'' is no value: write one word, or several with a comma between each two")]
    [InlineData(
        "lead_time.start=autored",
        "definitions.lead_time.start: 'autored' is none of authored, committed, first_commit, opened, merged; did you mean "
            + "\"authored\"?")]
    [InlineData(
        "services.shop.team=a",
        "'services' is changed by another file alone: write one, and see what it comes to with leadline definitions check FILE")]
    public void What_cannot_be_set_is_said(string set, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<FormatException>(() => ChangedDefinitions.Of(Definitions.Default, [set])).Message);

    [Fact]
    public void Keys_that_are_not_set_stay_as_they_are()
    {
        var basis = Definitions.Default with { LeadTime = new LeadTimeRules { Unit = LeadTimeUnit.Change, ExcludeBots = true } };

        var changed = ChangedDefinitions.Of(basis, ["lead_time.start=opened", "failure.signals=revert, incident"]);

        Assert.Equal(
            (LeadTimeUnit.Change, LeadTimeStart.Opened, true),
            (changed.LeadTime.Unit, changed.LeadTime.Start, changed.LeadTime.ExcludeBots));
        Assert.Equal([FailureSignal.Incident, FailureSignal.Revert], changed.Failure.Signals);
    }

    static string Moved(string set) => Moved(Definitions.Default, ChangedDefinitions.Of(Definitions.Default, [set]));

    static string Moved(Definitions before, Definitions after)
    {
        var scenario = Scenario.Parse(Month, "month");
        var rows = Moves.Between(
            ScenarioRun.Judge(scenario.Facts, before), ScenarioRun.Judge(scenario.Facts, after), scenario.Windows[0].Query);
        return string.Join(
            "; ",
            rows.Select(row =>
                $"{row.Move} "
                    + $"{row.DeploymentId}{(row.Move == Move.LeadTime ? $" {row.BeforeSeconds} → {row.AfterSeconds}" : "")}: "
                    + $"{row.Because}"));
    }
}
