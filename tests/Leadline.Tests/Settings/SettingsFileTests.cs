using CsCheck;
using Leadline.Core;
using Leadline.Settings;
using Xunit;

namespace Leadline.Tests.Settings;

public sealed class SettingsFileTests
{
    [Fact]
    public void Reads_the_whole_of_an_example()
    {
        var settings = Parse("""
            timezone: Europe/Berlin
            services:
              checkout:
                team: payments
                area: commerce
                repositories: [acme/shop]
                paths: ["services/checkout/**"]
                apps: [checkout, checkout-prod]
                incidents: { pagerduty: [PSVC1], jira: [SHOP], alerts: { service: checkout } }
            environments:
              production: { match: [prod, production, live, "prod-*"], counts: each }
            definitions:
              preset: dora
              lead_time: { unit: change, start: first_commit }
              failure: { signals: [incident, rollback], incident_window: 6h }
            sources:
              github: { secret: "${GITHUB_WEBHOOK_SECRET}" }
            deliveries: { keep: 400d }
            """);
        var service = Assert.Single(settings.Definitions.Services);
        Assert.Equal("payments", service.Team);
        Assert.Equal(
            [
                new IncidentMapping("pagerduty", "PSVC1"), new IncidentMapping("jira", "SHOP"),
                new IncidentMapping("alerts", "service=checkout"),
            ], service.Incidents);
        Assert.Equal(EnvironmentCounts.Each, Assert.Single(settings.Definitions.Environments).Counts);
        Assert.Equal(
            (LeadTimeUnit.Change, LeadTimeStart.FirstCommit),
            (settings.Definitions.LeadTime.Unit, settings.Definitions.LeadTime.Start));
        Assert.Equal([FailureSignal.Incident, FailureSignal.Rollback], settings.Definitions.Failure.Signals);
        Assert.Equal(TimeSpan.FromHours(6), settings.Definitions.Failure.IncidentWindow);
        Assert.Equal(["of the environment"], settings.Secrets["github"]);
        Assert.Equal(TimeSpan.FromDays(400), settings.KeepDeliveries);
        Assert.Equal("Europe/Berlin", settings.Definitions.Timezone);
    }

    [Fact]
    public void Says_everything_that_is_wrong_at_once_with_its_place()
    {
        var error = Assert.Throws<SettingsException>(() => Parse("""
            timezon: UTC
            definitions:
              lead_time: { start: autored }
              failure: { incident_window: soon }
            sources:
              github: { secret: "${MISSING}" }
            """));
        Assert.Equal(4, error.Errors.Length);
        Assert.StartsWith("leadline.yaml:1:1 timezon: this key is not known; did you mean \"timezone\"?", error.Errors[0]);
        Assert.StartsWith("leadline.yaml:3:23 definitions.lead_time.start: 'autored'", error.Errors[1]);
        Assert.Contains("did you mean \"authored\"?", error.Errors[1]);
        Assert.StartsWith("leadline.yaml:4:", error.Errors[2]);
        Assert.Contains("MISSING is not set", error.Errors[3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void An_empty_file_changes_nothing(string text) =>
        Assert.Equal(DefinitionsHash.Of(Definitions.Default), DefinitionsHash.Of(Parse(text).Definitions));

    [Fact]
    public void Whose_levels_stand_beside_the_numbers_is_chosen_and_changes_no_rule()
    {
        var chosen = Parse("levels: dora-2023\n");
        Assert.Equal("dora-2023", chosen.Levels.Edition.Id);
        Assert.Equal("cloudcops-2026", Parse("").Levels.Edition.Id);
        Assert.Equal(DefinitionsHash.Of(Definitions.Default), DefinitionsHash.Of(chosen.Definitions));
        Assert.Contains(
            "did you mean \"dora-2023\"?", Assert.Throws<SettingsException>(() => Parse("levels: dora-2022\n")).Errors[0]);
    }

    [Fact]
    public void What_is_no_YAML_is_said() =>
        Assert.Contains("this is not YAML", Assert.Throws<SettingsException>(() => Parse("a: 1\nb: [")).Errors[^1]);

    /// <summary>Characters that mean something in YAML, put where they do not belong.</summary>
    [Fact]
    public void Whatever_is_written_is_taken_or_refused_in_sentences()
    {
        const string Text =
            "timezone: UTC\nservices:\n  shop: { apps: [a, 'b*'], team: \"x\" }\n  till:\n    paths:\n      - "
                + "a/b\ndefinitions: &d\n  preset: dora\n";
        const string Marks = "[]{}:,-*&!|>'\"\t\n#%@?\\~ \0\r\uFEFF\u0085";
        Gen.Select(Gen.Int[0, Text.Length], Gen.Int[0, 3], Gen.Char[Marks].Array[0, 4]).Array[1, 4].Sample(
            edits =>
            {
                var text = edits.Aggregate(
                    Text,
                    (text, edit) =>
                        text[..Math.Min(edit.Item1, text.Length)] + new string(edit.Item3)
                            + text[Math.Min(edit.Item1 + edit.Item2, text.Length)..]);
                try
                {
                    Assert.NotNull(Parse(text));
                }
                catch (SettingsException error)
                {
                    Assert.All(error.Errors, sentence => Assert.Matches(@"^leadline.yaml:\d+:\d+ ", sentence));
                }
            },
            iter: 5_000);
    }

    static LeadlineSettings Parse(string text) =>
        SettingsFile.Parse(text, "leadline.yaml", name => name == "GITHUB_WEBHOOK_SECRET" ? "of the environment" : null);
}
