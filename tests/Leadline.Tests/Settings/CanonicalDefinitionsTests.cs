using Leadline.Core;
using Leadline.Settings;
using Xunit;

namespace Leadline.Tests.Settings;

/// <summary>A version of the definitions that was kept is read as what it was.</summary>
public sealed class CanonicalDefinitionsTests
{
    public static TheoryData<string> Names => [.. Presets.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_comes_back_as_it_was(string name) => ComesBack(Presets.Of(name).Over(Definitions.Default));

    [Fact]
    public void All_that_decides_a_number_comes_back_as_it_was() => ComesBack(SettingsFile.Parse(
        """
        timezone: Europe/Berlin
        services:
          "shop.eu": { team: payments, area: web, repositories: [acme/shop, acme/till], paths: ["a/**", "b"], apps: [shop, "shop-*"], incidents: { pagerduty: [P1], alerts: { service: "a:b" } } }
          search: {}
        environments:
          staging: { match: [staging, "*-eu"] }
          production: { match: [live, "prod-*"], counts: each }
          "a.b": {}
        definitions:
          deployments: { count_failed_attempts: true, count_redeploys: true }
          lead_time: { unit: deployment, start: opened, exclude_bots: true, statistic: mean }
          failure: { signals: [], incident_window: forever, incident_links: [fix], rate: incidents, incident_labels: [], hotfix: { labels: [], branches: ["fix/**"], titles: ["a, b"] } }
          recovery: { of: incident, start: deployment, statistic: median_of_daily_medians }
        """,
        "leadline.yaml", _ => null).Definitions);

    [Fact]
    public void What_a_later_version_kept_is_refused() =>
        Assert.Contains(
            "a later version",
            Assert.Throws<FormatException>(() =>
                CanonicalDefinitions.Read(DefinitionsHash.Canonical(Definitions.Default) + "lead_time.moon = Full\n")).Message);

    static void ComesBack(Definitions definitions)
    {
        var read = CanonicalDefinitions.Read(DefinitionsHash.Canonical(definitions));

        Assert.Equal(DefinitionsHash.Whole(definitions), DefinitionsHash.Whole(read));
        Assert.Equal(
            definitions.Environments.Select(environment => environment.Name),
            read.Environments.Select(environment => environment.Name));
    }
}
