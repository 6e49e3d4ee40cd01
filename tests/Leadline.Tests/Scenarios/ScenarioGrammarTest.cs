using Leadline.Core;
using Leadline.Scenarios;
using Xunit;

namespace Leadline.Tests.Scenarios;

/// <summary>What a scenario may say, and what it is told when it says something else.</summary>
public sealed class ScenarioGrammarTest
{
    const string Expect = "\nexpect 2026-03-01 .. 2026-04-01\n  deployments 0\n";

    [Theory]
    [InlineData("2026-03-02 09:00 comit a1", "x.scenario:1: expected one of commit, open,", "did you mean \"commit\"?")]
    [InlineData("2026-03-02 09:00 commit a1 posted", "x.scenario:1: expected parents, in repo,", "not 'posted'")]
    [InlineData("yesterday commit a1", "x.scenario:1: expected a time such as 2026-03-02 09:00", "not 'yesterday'")]
    [InlineData("2026-03-02 9 commit a1", "x.scenario:1:", "expected one of commit")]
    [InlineData("2026-03-02 25:00 commit a1", "x.scenario:1: '25:00' is no time of the day", "such as 09:00")]
    [InlineData("2026-03-02 09:00 deploy d1 of", "x.scenario:1: expected a commit's name after 'of'", "")]
    [InlineData("2026-03-02 09:00 deploy d1 of a1 to production took long", "x.scenario:1: 'long' is no span", "")]
    [InlineData("2026-03-02 09:00 incident I1 resolved", "x.scenario:1: I1 was opened in no earlier line", "")]
    [InlineData("2026-03-02 09:00 commit a1 message \"no end", "x.scenario:1: expected a closing quotation mark", "")]
    [InlineData("2026-03-02 09:00 commit 12", "x.scenario:1: '12' is a number: expected a commit's name", "")]
    [InlineData(
        "set failure.incident_windo = 6h", "x.scenario:1: definitions.failure.incident_windo: this key is not known",
        "did you mean \"incident_window\"?")]
    [InlineData(
        "set failure.incident_window = soon", "x.scenario:1: definitions.failure.incident_window: 'soon' is no span", "")]
    [InlineData("timezone Mars", "x.scenario:1: timezone: 'Mars' is no time zone", "")]
    [InlineData("environment production counts some", "x.scenario:1:", "'some' is none of all, first, each")]
    public void Says_where_a_line_is_wrong_and_what_was_expected(string line, string begins, string contains)
    {
        var error = Assert.Throws<ScenarioException>(() => Scenario.Parse(line + Expect, "x.scenario"));

        Assert.StartsWith(begins, error.Message);
        Assert.Contains(contains, error.Message);
    }

    [Theory]
    [InlineData("deployment 2", "is neither a number that is measured")]
    [InlineData("d1 failed", "'d1' is neither")]
    [InlineData("change failure rate 5", "expected 'of' after '5'")]
    [InlineData("lead time median soon", "'soon' is no span")]
    [InlineData("deployments 2 3", "expected the end of the line, not '3'")]
    [InlineData("incident I1 unlinked", "no line opened the incident I1")]
    public void Says_where_an_expectation_is_wrong(string expectation, string contains)
    {
        var error =
            Assert.Throws<ScenarioException>(() =>
                Scenario.Parse($"2026-03-02 09:00 commit a1\nexpect 2026-03-01 .. 2026-04-01\n  {expectation}\n", "x.scenario"));

        Assert.StartsWith("x.scenario:3: ", error.Message);
        Assert.Contains(contains, error.Message);
    }

    [Fact]
    public void Says_everything_that_is_wrong_at_once()
    {
        var error =
            Assert.Throws<ScenarioException>(() =>
                Scenario.Parse(
                    "2026-03-02 09:00 comit a1\n2026-03-02 09:00 deploi d1\nexpect 2026-03-02 .. 2026-03-01\n", "x.scenario"));

        Assert.Equal(
            ["x.scenario:1", "x.scenario:2", "x.scenario:3"],
            error.Message.Split(Environment.NewLine).Select(sentence => sentence[..12]));
    }

    [Fact]
    public void A_line_that_is_wrong_makes_no_other_look_wrong()
    {
        var error =
            Assert.Throws<ScenarioException>(() =>
                Scenario.Parse(
                    "2026-03-02 09:00 deploy d1 off a1\nexpect 2026-03-01 .. 2026-04-01\n  d1 not failed\n", "x.scenario"));

        Assert.Equal("x.scenario:1: expected of,", error.Message[..26]);
        Assert.DoesNotContain(Environment.NewLine, error.Message);
    }

    [Fact]
    public void A_scenario_that_expects_nothing_is_wrong() =>
        Assert.Contains(
            "nothing is expected",
            Assert.Throws<ScenarioException>(() => Scenario.Parse("2026-03-02 09:00 commit a1\n", "x.scenario")).Message);

    [Fact]
    public void A_time_is_of_the_scenarios_zone_unless_it_names_another()
    {
        var scenario = Scenario.Parse(
            "timezone Europe/Berlin\n2026-07-02 09:00 commit a1\n2026-07-02 09:00Z commit a2\n2026-07-02 09:00+05:30 commit a3"
                + Expect, "x.scenario");

        Assert.Equal(
            ["2026-07-02T07:00:00Z", "2026-07-02T09:00:00Z", "2026-07-02T03:30:00Z"],
            scenario.Facts.OfType<CommitFact>().Select(commit => commit.CommittedAt!.Value.ToString("yyyy-MM-ddTHH:mm:ssZ")));
    }

    [Fact]
    public void A_commit_that_no_line_makes_is_an_ancestor_of_those_that_lines_make()
    {
        var scenario = Scenario.Parse(
            "2026-03-02 09:00 commit a1\n2026-03-02 09:00 commit a2\n2026-03-02 10:00 deploy d0 of a0 to production" + Expect,
            "x.scenario");

        Assert.Equal(
            ["a0: ", "a1: a0", "a2: a1"],
            scenario.Facts.OfType<CommitFact>()
                .Select(commit =>
                    $"{scenario.Names[commit.Sha]}: "
                        + $"{string.Join(' ', commit.Parents!.Value.Select(parent => scenario.Names[parent]))}"));
    }

    [Fact]
    public void Its_settings_change_those_of_the_file()
    {
        const string file =
            "services: { shop: { repositories: [acme/shop] } }\ndefinitions: { failure: { incident_window: 2h } }\nsources: { "
                + "github: { secret: \"${SECRET}\" } }";

        var scenario = Scenario.Parse("set lead_time.start = committed" + Expect, "x.scenario", file);

        Assert.Equal(TimeSpan.FromHours(2), scenario.Definitions.Failure.IncidentWindow);
        Assert.Equal(LeadTimeStart.Committed, scenario.Definitions.LeadTime.Start);
        Assert.Equal("shop", Assert.Single(scenario.Definitions.Services).Name.Value);
    }

    [Fact]
    public async Task Says_of_a_miss_where_it_is_what_was_expected_and_what_was_found()
    {
        var scenario = Scenario.Parse(
            "2026-03-02 09:00 deploy d1 of a1 to production\nexpect 2026-03-01 .. 2026-04-01\n  deployments 2\n  deployments "
                + "1\n", "x.scenario");

        var result = await ScenarioRun.OfAsync(scenario, TestContext.Current.CancellationToken);

        Assert.False(result.Passed);
        Assert.Equal(new ScenarioMiss(3, "deployments 2", "2", "1"), Assert.Single(result.Misses));
    }
}
