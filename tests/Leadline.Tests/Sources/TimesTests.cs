using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class TimesTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every way in which a source writes a time, as text.</summary>
    public static TheoryData<string> Written =>
    [
        // ISO 8601 with Z and 0 to 9 decimals.
        .. Enumerable.Range(0, 10).Select(digits => $"2026-03-02T12:00:00{(digits == 0 ? "" : ".")}{new string('0', digits)}Z"),

        // With offsets, with colon and without.
        "2026-03-02T12:00:00+00:00", "2026-03-02T13:00:00+01:00", "2026-03-02T06:30:00-05:30",
        "2026-03-02T07:00:00.000000000-05:00",
        "2026-03-02T13:00:00.000+01:00", "2026-03-02T12:00:00.000000+00:00", "2026-03-02T12:00:00+0000",
        "2026-03-02T12:00:00.000+0000",
        "2026-03-02T13:00:00+0100", "2026-03-02T06:30:00.000-0530", "2026-03-02T23:00:00+1100",

        // With a space, an offset, the name of the zone, or none.
        "2026-03-02 12:00:00 UTC", "2026-03-02 12:00:00.000 UTC", "2026-03-02 12:00:00 +0000", "2026-03-02 14:00:00 +0200",
        "2026-03-02 14:00:00 +02:00", "2026-03-02 06:30:00 -05:30", "2026-03-02 12:00:00", "2026-03-02T12:00:00",
        "2026-03-02T12:00Z",

        // Since 1970: seconds, with decimals, milliseconds, microseconds and nanoseconds.
        "1772452800", "1772452800.0", "1772452800.000000", "1772452800000", "1772452800000.0", "1772452800000000",
        "1772452800000000000",

        " 2026-03-02T12:00:00Z ",
    ];

    /// <summary>
    /// However it is written, it is the same instant, and in UTC; also as a JSON string, and as a number where it is one.
    /// </summary>
    [Theory]
    [MemberData(nameof(Written))]
    public void However_it_is_written_it_is_the_same_instant(string text)
    {
        Check(Times.Parse(text, "created_at"));
        Check(Times.Parse(JsonSerializer.SerializeToElement(text), "created_at"));
        if (text.All(letter => char.IsAsciiDigit(letter) || letter == '.'))
            Check(Times.Parse(JsonSerializer.Deserialize<JsonElement>(text), "created_at"));

        static void Check(DateTimeOffset? at)
        {
            Assert.Equal(Noon, at);
            Assert.Equal(TimeSpan.Zero, at!.Value.Offset);
        }
    }

    [Theory]
    [InlineData("2026-03-02T12:00:00.1Z", 1_000_000)]
    [InlineData("2026-03-02T12:00:00.12Z", 1_200_000)]
    [InlineData("2026-03-02T12:00:00.123Z", 1_230_000)]
    [InlineData("2026-03-02T12:00:00.123456Z", 1_234_560)]
    [InlineData("2026-03-02T12:00:00.1234567Z", 1_234_567)]
    [InlineData("2026-03-02T12:00:00.123456789Z", 1_234_567)]
    [InlineData("2026-03-02T13:00:00.123456789+01:00", 1_234_567)]
    [InlineData("1772452800.123456", 1_234_560)]
    [InlineData("1772452800123", 1_230_000)]
    [InlineData("1772452800123456789", 1_234_567)]
    public void Decimals_are_kept_as_far_as_an_instant_holds_them(string text, long ticks) =>
        Assert.Equal(Noon.AddTicks(ticks), Times.Parse(text, "created_at"));

    /// <summary>What is special to a source, as its reader takes it: all times of all facts are the same instant.</summary>
    [Theory]
    [InlineData(
        "alertmanager", """{"alerts":[{"startsAt":"2026-03-02T07:00:00.000000000-05:00","endsAt":"0001-01-01T00:00:00Z"}]}""")]
    [InlineData("azuredevops", """
        {"eventType":"build.complete","resource":{"id":31,"status":"completed","result":"succeeded","queueTime":"2026-03-02T12:00:00.0000000Z",
         "startTime":"2026-03-02T12:00:00.00Z","finishTime":"2026-03-02T12:00:00Z","sourceVersion":"2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69",
         "repository":{"name":"shop","type":"TfsGit"},"project":{"name":"Acme"}},"resourceContainers":{"project":{"baseUrl":"https://dev.azure.com/acme/"}}}
        """)]
    [InlineData("bitbucket-server", """
        {"eventKey":"pr:merged","date":"2026-03-02T23:00:00+1100","pullRequest":{"id":7,"state":"MERGED","createdDate":1772452800000,
         "updatedDate":1772452800000,"closedDate":1772452800000,"toRef":{"displayId":"main","repository":{"slug":"shop","project":{"key":"ACME"}}}}}
        """)]
    [InlineData("datadog", """
        {"data":{"attributes":{"service":"shop","env":"production","started_at":1772452800000000000,"finished_at":1772452800000000000}}}
        """)]
    [InlineData("datadog", """
        {"data":{"attributes":{"service":"shop","env":"production","started_at":"1772452800000000000","finished_at":"2026-03-02T12:00:00Z"}}}
        """)]
    [InlineData("datadog", """{"alert_cycle_key":"1","transition":"Recovered","date":"1772452800000"}""")]
    [InlineData("github", """
        {"action":"created","deployment_status":{"id":1,"state":"success","environment":"production","created_at":"2026-03-02T12:00:00Z",
         "updated_at":"2026-03-02T12:00:00Z"},"deployment":{"id":1,"sha":"2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69","environment":"production",
         "created_at":"2026-03-02T12:00:00Z"},"repository":{"full_name":"acme/shop"}}
        """)]
    [InlineData("gitlab", """
        {"object_kind":"deployment","status":"success","status_changed_at":"2026-03-02 14:00:00 +0200","deployment_id":15,"environment":"production",
         "project":{"path_with_namespace":"acme/shop"},"short_sha":"2b66fd26"}
        """)]
    [InlineData("gitlab", """
        {"object_kind":"pipeline","project":{"path_with_namespace":"acme/shop"},"object_attributes":{"id":1,"status":"success",
         "sha":"2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69","created_at":"2026-03-02 12:00:00 UTC","finished_at":"2026-03-02 12:00:00 UTC"}}
        """)]
    [InlineData("jira", """
        {"webhookEvent":"jira:issue_updated","timestamp":1772452800000,"issue":{"key":"SHOP-7","fields":{"created":"2026-03-02T12:00:00.000+0000",
         "updated":"2026-03-02T13:00:00.000+0100","resolutiondate":"2026-03-02T12:00:00.000+0000","status":{"statusCategory":{"key":"done"}}}}}
        """)]
    [InlineData("rootly", """
        {"event":{"type":"incident.resolved","issued_at":"2026-03-02T04:00:00.000-08:00"},"data":{"id":"1","status":"resolved",
         "started_at":"2026-03-02T04:00:00.000-08:00","resolved_at":"2026-03-02T12:00:00Z","updated_at":"2026-03-02T12:00:00.000Z"}}
        """)]
    [InlineData("sentry", """
        {"action":"triggered","data":{"event":{"issue_id":"1","timestamp":1772452800.0}}}
        """)]
    [InlineData("sentry", """
        {"action":"triggered","data":{"event":{"issue_id":"1","datetime":"2026-03-02T12:00:00.000000Z","timestamp":1772452800.0}}}
        """)]
    [InlineData("servicenow", """
        {"number":"INC0010001","state":"6","opened_at":"2026-03-02 12:00:00","resolved_at":"2026-03-02 12:00:00","closed_at":"","sys_updated_on":"2026-03-02 12:00:00"}
        """)]
    [InlineData("servicenow", """
        {"result":{"number":"INC0010001","state":{"display_value":"Gelöst","value":"6"},
         "opened_at":{"display_value":"02.03.2026 13:00:00","value":"2026-03-02 12:00:00"},"resolved_at":{"display_value":"02.03.2026 13:00:00","value":"2026-03-02 12:00:00"}}}
        """)]
    [InlineData("statuspage", """
        {"incident":{"id":"1","status":"resolved","created_at":"2026-03-02T05:00:00.000-07:00","updated_at":"2026-03-02T12:00:00.000Z",
         "resolved_at":"2026-03-02T12:00:00.000Z"}}
        """)]
    public void However_a_source_writes_it_its_reader_takes_it_for_the_same_instant(string source, string body)
    {
        var facts = Assert.IsType<FactsReading>(Read(source, body)).Facts;
        var times =
            facts.SelectMany(fact =>
                fact.GetType().GetProperties().Select(property => property.GetValue(fact)).OfType<DateTimeOffset>()).ToList();
        Assert.InRange(times.Count, 2, int.MaxValue);
        Assert.All(times, at => Assert.Equal((Noon, TimeSpan.Zero), (at, at.Offset)));
    }

    /// <summary>The year 1 and an empty text are how senders say "not yet": what is not over has no end.</summary>
    [Theory]
    [InlineData(
        "alertmanager",
        """{"alerts":[{"status":"firing","startsAt":"2026-03-02T12:00:00Z","endsAt":"0001-01-01T00:00:00Z"}]}""")]
    [InlineData(
        "grafana", """{"alerts":[{"status":"firing","startsAt":"2026-03-02T12:00:00Z","endsAt":"0001-01-01T00:00:00Z"}]}""")]
    [InlineData("servicenow", """{"number":"INC0010001","opened_at":"2026-03-02 12:00:00","resolved_at":"","closed_at":""}""")]
    public void What_stands_for_no_time_is_no_end(string source, string body)
    {
        var incident = Assert.IsType<IncidentFact>(Assert.Single(Assert.IsType<FactsReading>(Read(source, body)).Facts));
        Assert.Equal(
            (IncidentStatus.Open, Noon, (DateTimeOffset?)null), (incident.Status, incident.StartedAt, incident.ResolvedAt));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00")]
    public void What_stands_for_no_time_is_none(string? text) => Assert.Null(Times.Parse(text, "created_at"));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-02T12:00:00Z")]
    [InlineData("2026-03-02T25:00:00Z")]
    [InlineData("02/03/2026 12:00")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59.9999999-14:00")]
    [InlineData("-1")]
    [InlineData("99999999999999999999999")]
    public void What_is_no_time_is_said_with_its_field(string text)
    {
        var error = Assert.Throws<FormatException>(() => Times.Parse(text, "created_at"));
        Assert.StartsWith("created_at is no time: ", error.Message);
    }

    [Fact]
    public void A_wrong_time_in_a_body_is_named_by_its_place()
    {
        const string Body = """
            {"object_kind": "pipeline", "project": {"path_with_namespace": "acme/shop"},
             "object_attributes": {"id": 1, "sha": "2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69", "created_at": "soon"}}
            """;
        var error = Assert.Throws<JsonException>(() => Read("gitlab", Body));
        Assert.Contains("$.object_attributes.created_at", error.Message);
    }

    static Reading Read(string source, string body) => Catalogue.Find(source)!.Read(new Delivery
    {
        Source = source,
        Headers = source == "github" ? Delivery.NoHeaders.Add("X-GitHub-Event", "deployment_status") : Delivery.NoHeaders,
        Body = Encoding.UTF8.GetBytes(body),
        ReceivedAt = DateTimeOffset.UnixEpoch,
    });
}
