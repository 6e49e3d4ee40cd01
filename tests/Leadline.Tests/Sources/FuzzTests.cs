using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class FuzzTests
{
    const int AtOnce = 1000;

    static readonly int Bodies = Environment.GetEnvironmentVariable("LEADLINE_SLOW") == "1" ? 200_000 : 4000;

    public static TheoryData<string> Sources => RecordingsTests.Sources;

    /// <summary>A mapping that walks and asks in every way that there is.</summary>
    const string Mapping = """
        mappings:
          shipit:
            personal: [operator]
            rules:
              - when: { header X-Shipit-Event: [finished, aborted], $.dry_run: [~, false] }
                each: $.services[?@.name && @.n != $.none || !(@['a'] <= 'b')]
                type: deployment
                id: "{$.release.number}-{@.name}"
                service: "@.name"
                repository: [$.release.repository, "acme/{@.name}"]
                environment: { of: $.target, match: "^([a-z]+)-[a-z]+$" }
                version: $.release..tag
                sha: $.release.commit
                status: { of: [$.state, $..state], words: { done: succeeded, stopped: canceled, "*": failed } }
                failed: $.failed
                changes: $.release.changes[::-1]
                finished_at: ["@.finished", $.ended]
              - { when: { $.release: "*" }, type: change, number: $.release.number, repository: acme/shop, labels: $.release.*, author: $.operator, merge_sha: $..commit }
              - { each: $..*, when: { "@.text": "*" }, type: annotation, id: "{@.text}", at: $.began, text: "@.text" }
        """;

    /// <summary>What such a tool sends: a release, an announcement, and what is neither.</summary>
    static readonly string[] Sent =
    [
        """
        {"release":{"number":812,"tag":"v2","repository":"acme/shop","commit":"3f786850e387550fdab836ed7e6dc881de23001b","changes":["#7","#8"]},"target":"production-eu",
         "state":"DONE","failed":false,"ended":"2026-11-03T09:20:00Z","services":[{"name":"checkout","finished":1793697365},{"name":"search","a":"c"}],"operator":"Ada Example"}
        """,
        """{"began":1793697365,"notes":[{"text":"frozen"},{"text":"thawed"}]}""",
        """{"hello":["world",{"n":1.5e3}],"began":null}""",
    ];

    /// <summary>Every delivery is stored, read and judged, whatever its body holds; none holds up those behind it.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public Task Whatever_a_body_holds_it_gets_an_outcome(string source) =>
        GetsAnOutcomeAsync(Catalogue.Find(source)!, [.. Recording.Of(Catalogue.Find(source)!).Select(recording => recording.Delivery)], KnownSources.OfCatalogue);

    /// <summary>The same of a mapping, whose reader leaves nothing to the host either.</summary>
    [Fact]
    public async Task Whatever_a_body_holds_a_mapping_gives_it_an_outcome()
    {
        var sources = SettingsFile.Parse(Mapping, "leadline.yaml", _ => null).Sources;
        var reader = sources.Find("shipit")!;
        var deliveries = Sent.Select(body => new Delivery
        {
            Source = "shipit",
            Headers = Delivery.NoHeaders.Add("X-Shipit-Event", "finished"),
            Body = System.Text.Encoding.UTF8.GetBytes(body),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        }).ToArray();
        Assert.Equal([2 + 1, 2, 0], deliveries.Select(delivery => reader.Read(delivery) is FactsReading { Facts.Length: var facts } ? facts : 0));
        var random = new Random(20260102);
        for (var i = 0; i < Bodies; i++)
        {
            var sent = deliveries[random.Next(deliveries.Length)];
            var spoilt = new Delivery { Source = sent.Source, Headers = sent.Headers, Body = Mutilation.Of(sent.Body.ToArray(), random), ReceivedAt = sent.ReceivedAt };
            Assert.NotNull(reader.Read(spoilt));
        }

        await GetsAnOutcomeAsync(reader, deliveries, sources);
    }

    static async Task GetsAnOutcomeAsync(SourceReader reader, Delivery[] recordings, KnownSources sources)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var source = reader.Source;
        var random = new Random(20260101);
        await using var store = await Store.OpenAsync(TestStore.New, cancellation);
        var intake = await Intake.OfAsync(store, cancellation);
        var readings = new Readings(store, Definitions.Default, NullLogger.Instance, sources: sources);
        for (var sent = 0; sent < Bodies; sent += AtOnce)
        {
            await store.AppendAsync([.. Enumerable.Range(sent, AtOnce).Select(Mutilated)], cancellation);
            while (await readings.ReadAsync(cancellation) > 0)
            {
                // Until the log is read to its end.
            }
        }

        await readings.JudgeAsync(cancellation);

        var health = Assert.Single(await store.SourcesAsync(cancellation));
        Assert.Equal((Bodies, 0), (health.Deliveries, health.Unread));
        Assert.Equal(Bodies, health.Facts + health.Ignored + health.Unreadable);
        Assert.All([health.Facts, health.Ignored, health.Unreadable], count => Assert.InRange(count, 1, Bodies));

        NewDelivery Mutilated(int number)
        {
            var recording = recordings[random.Next(recordings.Length)];
            var body = Mutilation.Of(recording.Body.ToArray(), random);

            // Now and then what another event's headers say.
            var headers = (random.Next(10) == 0 ? recordings[random.Next(recordings.Length)] : recording).Headers;
            var delivery = new Delivery { Source = source, Headers = headers, Body = body, ReceivedAt = DateTimeOffset.UnixEpoch };
            return intake.Prepare(reader, delivery) with { DedupeKey = $"{number}" };
        }
    }
}
