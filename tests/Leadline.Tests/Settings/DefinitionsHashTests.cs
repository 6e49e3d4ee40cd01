using Leadline.Core;
using Leadline.Settings;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Leadline.Tests.Settings;

/// <summary>The hash names what decides a number, however it is written.</summary>
public sealed class DefinitionsHashTests
{
    /// <summary>What decides no number: secrets, keeping and experiments are not definitions.</summary>
    static readonly string[] WithoutWeight =
    [
        "sources.SOURCE.secret", "sources.SOURCE.secret_file", "sources.SOURCE.token", "sources.SOURCE.repositories",
        "sources.SOURCE.scopes", "sources.SOURCE.poll",
        "sources.SOURCE.reconcile", "sources.SOURCE.api",
        "sources.SOURCE.app.id", "sources.SOURCE.app.key_file", "sources.SOURCE.app.key", "sources.SOURCE.app.installation",
        "mappings.NAME.auth", "mappings.NAME.personal", "mappings.NAME.rules",
        "deliveries.keep", "badges", "levels", "digest.at", "digest.to", "digest.url", "digest.format", "digest.service",
        "digest.team",
        "verification.sources.NAME.kind", "verification.sources.NAME.api", "verification.sources.NAME.token",
        "verification.sources.NAME.tenant",
        "verification.services.SERVICE.CHECK.source", "verification.services.SERVICE.CHECK.query",
        "verification.services.SERVICE.CHECK.measures",
        "verification.services.SERVICE.CHECK.worse", "verification.services.SERVICE.CHECK.tolerance",
        "verification.services.SERVICE.CHECK.least",
        "verification.services.SERVICE.CHECK.after", "verification.services.SERVICE.CHECK.before",
        .. SettingsTable.Names.Where(name => name.StartsWith("experiments.", StringComparison.Ordinal)),
    ];

    const string Example = """
        timezone: Europe/Berlin
        services:
          checkout:
            team: payments
            repositories: [acme/shop, acme/till]
            paths: ["services/checkout/**", "libs/**"]
            apps: [checkout, "checkout-*"]
            incidents: { pagerduty: [P1, P2], jira: [SHOP], alerts: { service: checkout, tier: one } }
          search: { team: finding, apps: [search] }
        environments:
          staging: { match: [staging, "*-eu"] }
          production: { match: [live, "prod-*"], counts: each }
          canary: {}
        definitions:
          lead_time: { unit: change, start: opened }
          failure:
            signals: [revert, incident]
            incident_window: 6h
            hotfix: { labels: [hotfix, urgent], branches: ["fix/**"] }
        """;

    public static TheoryData<string> Values =>
        [
            .. SettingsTable.Keys.Where(path => path[^1].Kind is not (SettingsKind.Map or SettingsKind.NamedMap))
                .Select(SettingsTable.Name),
        ];

    [Theory]
    [MemberData(nameof(Values))]
    public void Changes_with_every_value_of_every_key_that_matters(string name)
    {
        var path = SettingsTable.Find(name);
        var hashes = Others(path[^1]).Select(value => Hash(SettingsTable.Yaml(path, value)))
            .Append(Hash(SettingsTable.Without(path))).ToList();

        Assert.True(hashes.Count > 1);
        Assert.Equal(WithoutWeight.Contains(name) ? 1 : hashes.Count, hashes.Distinct().Count());
    }

    [Fact]
    public void Stays_what_it_was_before_there_were_keys_that_say_what_holds_without_them()
    {
        const string Before = "sha256:46b7a6d349a9cc58e6e9b10cdc1d8dec75b432435025fae392d8896e2f0b18a8";

        Assert.Equal(Before, DefinitionsHash.Of(Definitions.Default));
        Assert.Equal(
            Before,
            Hash(
                "definitions: { lead_time: { statistic: median }, failure: { incident_links: [window, fix, declared], rate: "
                    + "failed_deployments }, recovery: { of: deployment } }"));
    }

    [Fact]
    public void Changes_with_a_name()
    {
        var hashes = new[]
        {
            "services: { a: {} }", "services: { b: {} }", "environments: { a: {} }", "environments: { b: {} }", "# none",
        }.Select(Hash);

        Assert.Equal(5, hashes.Distinct().Count());
    }

    [Fact]
    public void Stays_when_keys_and_values_change_places()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var yaml = Yaml(Example);
            Shuffle(yaml.Documents[0].RootNode, new Random(seed));
            using var text = new StringWriter();
            yaml.Save(text, assignAnchors: false);

            Assert.NotEqual(Example, text.ToString());
            Assert.Equal(Hash(Example), Hash(text.ToString()));
        }
    }

    [Theory]
    [InlineData("definitions: { lead_time: { unit: change }, failure: { incident_window: 6h, incident_labels: [bug, down] } }")]
    [InlineData(
        "# Ours.\r\ndefinitions:\r\n    lead_time:\r\n        unit: \"change\"\r\n    failure:\r\n        "
            + "incident_labels:\r\n        - down\r\n        - bug\r\n        incident_window: '6h'\r\n")]
    [InlineData(
        "definitions:\n  failure:\n    incident_window: 360m\n    incident_labels: [bug, bug, down]\n  lead_time:\n    unit: "
            + "change\n    start: authored\nservices: {}\n")]
    [InlineData(
        "{\"definitions\": {\"lead_time\": {\"unit\": \"change\"}, \"failure\": {\"incident_window\": \"0.25d\", "
            + "\"incident_labels\": [\"down\", \"bug\"]}}}")]
    [InlineData(
        "definitions: { lead_time: { unit: &unit change }, failure: { incident_labels: [bug, &down down, *down], "
            + "incident_window: 6h } }")]
    public void Stays_when_the_same_is_written_in_another_way(string yaml) =>
        Assert.Equal(
            Hash(
                "definitions:\n  lead_time:\n    unit: change\n  failure:\n    incident_window: 6h\n    incident_labels: "
                    + "[bug, down]\n"), Hash(yaml));

    /// <summary>Values that mean something else than the default and than each other.</summary>
    static IEnumerable<string> Others(SettingsKey key) => key.Kind switch
    {
        SettingsKind.TimeZone => ["Europe/Berlin", "Asia/Tokyo"],
        SettingsKind.Flag => [key.Default!.Value[0][0] == 't' ? "false" : "true"],
        SettingsKind.Span => ["6h", "7d"],
        SettingsKind.Word when key.Words.Length == 1 => key.Words,
        SettingsKind.Word => key.Words.Where(word => key.Default is null || word != key.Default.Value[0]),
        SettingsKind.Percent => ["5%", "10%"],
        SettingsKind.Moment => ["2026-06-01", "2026-07-01"],
        SettingsKind.Shares => ["rework_rate", "[rework_rate=5%]"],
        SettingsKind.Words =>
            key.Words.Select(without => $"[{string.Join(", ", key.Words.Where(word => word != without))}]").Append("[]"),
        SettingsKind.Proof => ["basic", "header X-Token"],
        SettingsKind.WeekTime => ["Mon 09:00", "Fri 16:30"],
        SettingsKind.Number => ["0.2", "0.3"],
        SettingsKind.Api or SettingsKind.Server => ["https://a.example/", "https://b.example/"],
        SettingsKind.Rules => ["[]", "{ type: annotation, id: $.id, at: $.at, text: one }"],
        _ when key.IsList => ["one", "[one, two]"],
        _ => ["one", "two"],
    };

    static string Hash(string yaml) => DefinitionsHash.Of(SettingsFile.Parse(yaml, "leadline.yaml", _ => "set").Definitions);

    static YamlStream Yaml(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml;
    }

    static void Shuffle(YamlNode node, Random random)
    {
        if (node is YamlSequenceNode list)
        {
            var items = list.Children.ToArray();
            random.Shuffle(items);
            for (var i = 0; i < items.Length; i++) list.Children[i] = items[i];
        }

        if (node is not YamlMappingNode map) return;
        var entries = map.Children.ToArray();
        random.Shuffle(entries);
        map.Children.Clear();
        foreach (var (name, value) in entries)
        {
            Shuffle(value, random);
            map.Add(name, value);
        }
    }
}
