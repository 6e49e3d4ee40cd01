using System.Collections.Immutable;
using System.Globalization;
using Leadline.Core;
using Leadline.Settings;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>What several recordings of one incident come to, in whatever order they arrive, and whose incident it is.</summary>
public sealed class IncidentStoriesTests
{
    const string Settings = """
        services:
          checkout:
            incidents:
              pagerduty: [PSVC1]
              opsgenie: [Shop, 5f3c0000-0000-4000-8000-00000000000a]
              incident-io: [checkout]
              firehydrant: [checkout, Payments]
              alerts: { Affected team: Payments, region: eu }
          search: { incidents: { opsgenie: [5f3c0000-0000-4000-8000-00000000000b] } }
        """;

    static readonly Definitions Mapped = SettingsFile.Parse(Settings, "leadline.yaml", _ => null).Definitions;

    [Theory]
    [InlineData("pagerduty", "triggered", "11:20:00", null, null)]
    [InlineData("pagerduty", "triggered-without-a-creation", "11:20:00.412", null, null)]
    [InlineData(
        "pagerduty", "triggered acknowledged escalated-while-acknowledged resolved", "11:20:00", "11:23:10.050", "12:05:30.900")]
    [InlineData("pagerduty", "triggered acknowledged unacknowledged", "11:20:00", "11:23:10.050", null)]
    [InlineData("pagerduty", "triggered resolved priority-updated-after-the-end", "11:20:00", null, "12:05:30.900")]
    [InlineData("pagerduty", "triggered resolved reopened", "11:20:00", null, null)]
    [InlineData("pagerduty", "triggered resolved reopened priority-updated-after-the-end", "11:20:00", null, "15:00:00")]
    [InlineData("pagerduty", "v2-triggered v2-acknowledged v2-escalated v2-resolved", "11:20:00", "11:23:10", "12:05:30")]
    [InlineData("pagerduty", "v1-triggered v1-resolved", "11:20:00", null, "12:05:30")]
    [InlineData("pagerduty", "rest-log-entries", "11:20:00", "11:23:10", "12:40:00")]
    [InlineData("pagerduty", "rest-incident-itself rest-log-entry", "11:20:00", "11:23:10", "12:05:30")]
    [InlineData(
        "opsgenie", "create acknowledge create-once-more-for-another-team close", "11:20:00.288", "11:23:10.7640022",
        "12:05:30.900001")]
    [InlineData("opsgenie", "create acknowledge unacknowledge", "11:20:00.288", "11:23:10.7640022", null)]
    [InlineData("opsgenie", "create close-in-milliseconds", "11:20:00.288", null, "12:05:30.900")]
    [InlineData("opsgenie", "rest-incident rest-incidents-as-a-list", "11:20:00.289", null, "12:05:30")]
    [InlineData(
        "incident-io", "incident-created status-live status-closed-without-timestamps incident-updated-after-the-end",
        "11:22:00.801578", "11:23:10", "12:06:00")]
    [InlineData("incident-io", "incident-created incident-taken-on", "11:21:00", "11:23:10", null)]
    [InlineData("incident-io", "incident-created status-live status-learning", "11:10:00", "11:23:10", "12:05:30")]
    [InlineData("incident-io", "incident-created status-learning status-open-again", "11:10:00", "11:23:10", null)]
    [InlineData("incident-io", "alert-created alert-resolved", "11:20:00.801578", null, "12:05:30.5")]
    [InlineData("incident-io", "alert-that-fires-and-has-an-end", "11:20:00.801578", null, null)]
    [InlineData("firehydrant", "started acknowledged mitigated", "11:20:00", "11:23:10", null)]
    [InlineData(
        "firehydrant", "started acknowledged mitigated resolved retrospective-completed", "11:20:00", "11:23:10", "12:05:30")]
    [InlineData("firehydrant", "started acknowledged resolved open-again", "11:20:00", "11:23:10", null)]
    [InlineData("firehydrant", "started resolved-by-no-milestone", "11:20:00", "11:23:10", "12:05:31")]
    public void Messages_of_one_incident_are_one_incident(
        string source, string recordings, string start, string? acknowledged, string? end)
    {
        var facts = FactsOf(source, recordings);
        var told = facts.Where(fact => fact.Id == facts[0].Id).ToImmutableArray();
        Assert.Equal((At(start)!.Value, At(acknowledged), At(end)), Judged(told));
        Assert.Equal(Judged(told), Judged([.. told.Reverse()]));
    }

    [Theory]
    [InlineData("opsgenie", "create delete")]
    [InlineData("incident-io", "incident-created status-declined")]
    [InlineData("incident-io", "incident-created status-canceled")]
    [InlineData("firehydrant", "started of-a-gameday discarded")]
    public void What_turned_out_to_be_none_is_none(string source, string recordings) =>
        Assert.Empty(BlamesOf(FactsOf(source, recordings)));

    [Theory]
    [InlineData("pagerduty", "triggered", "checkout")]
    [InlineData("pagerduty", "v1-triggered", "checkout")]
    [InlineData("pagerduty", "v2-triggered", "checkout")]
    [InlineData("pagerduty", "rest-log-entry", "checkout")]
    [InlineData("opsgenie", "create", "checkout")]
    [InlineData("opsgenie", "create-with-details", "checkout")]
    [InlineData("opsgenie", "create-of-no-service", "")]
    [InlineData("opsgenie", "rest-incident", "checkout")]
    [InlineData("opsgenie", "rest-incidents-as-a-list", "checkout search")]
    [InlineData("incident-io", "incident-created", "checkout")]
    [InlineData("incident-io", "incident-of-two-services", "checkout")]
    [InlineData("incident-io", "incident-of-no-service", "")]
    [InlineData("incident-io", "alert-created", "checkout")]
    [InlineData("firehydrant", "started", "checkout")]
    [InlineData("firehydrant", "of-a-functionality", "checkout")]
    [InlineData("firehydrant", "of-two-services", "checkout search")]
    [InlineData("firehydrant", "api-incident", "checkout")]
    public void The_definitions_map_it_to_its_services(string source, string recording, string services)
    {
        var map = new ServiceMap(Mapped, [], []);
        var found = FactsOf(source, recording).SelectMany(fact => map.ServicesOf(fact)).Select(service => service.Name.Value)
            .Distinct().Order();
        Assert.Equal(services, string.Join(' ', found));
    }

    /// <summary>They stand in every recording of these sources in which anybody stands.</summary>
    [Theory]
    [InlineData("pagerduty")]
    [InlineData("opsgenie")]
    [InlineData("incident-io")]
    [InlineData("firehydrant")]
    public void Nobodys_name_or_address_is_kept(string source)
    {
        string[] people = ["Ada", "Grace", "grace", "ada@", "U02ADA", "0123456789abcdef0123456789abcdef"];
        var recordings = Recording.Of(Catalogue.Find(source)!)
            .Select(recording => (recording.Name, Sent: Text(recording.Delivery), Kept: Text(recording.Kept))).ToList();
        Assert.Contains(
            recordings, recording => people.Any(person => recording.Sent.Contains(person, StringComparison.Ordinal)));
        Assert.All(recordings, recording => Assert.All(people, person => Assert.DoesNotContain(person, recording.Kept)));

        static string Text(Delivery delivery) => System.Text.Encoding.UTF8.GetString(delivery.Body.Span);
    }

    static List<IncidentFact> FactsOf(string source, string recordings)
    {
        var all = Recording.Of(Catalogue.Find(source)!).ToDictionary(recording => recording.Name);
        return [
            .. recordings.Split(' ')
                .SelectMany(name => Assert.IsType<FactsReading>(all[name].Read()).Facts).Cast<IncidentFact>(),
        ];
    }

    static (DateTimeOffset, DateTimeOffset?, DateTimeOffset?) Judged(IReadOnlyList<IncidentFact> facts)
    {
        var blame = Assert.Single(BlamesOf(facts));
        return (blame.StartedAt, blame.AcknowledgedAt, blame.ResolvedAt);
    }

    static ImmutableArray<Blame> BlamesOf(IReadOnlyList<IncidentFact> facts) => Correlator.Judge(
        new ServiceFacts
        {
            Service = new ServiceName("checkout"),
            Commits = new CommitGraph.Builder().Build(),
            Incidents = facts,
        },
        Definitions.Default).Blames;

    static DateTimeOffset? At(string? time) => time is null
        ? null
        : DateTimeOffset.Parse($"2026-03-02T{time}Z", CultureInfo.InvariantCulture);
}
