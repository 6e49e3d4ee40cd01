using System.Text;
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
    const int AtOnce = 1000, MostBytes = 64 * 1024 * 1024;

    static readonly int Bodies = Environment.GetEnvironmentVariable("LEADLINE_SLOW") == "1" ? 200_000 : 2000;

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

    /// <summary>
    /// Made ready and read, each is facts, ignored or unreadable for a reason that its reader knows of, within the memory that
    /// one may take.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void Whatever_a_body_holds_its_reader_says_what_it_is(string source) =>
        SaysWhatItIs(Catalogue.Find(source)!, RecordedBy(source), KnownSources.OfCatalogue);

    /// <summary>Every delivery is stored, read and judged, whatever its body holds; none holds up those behind it.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public Task Whatever_a_body_holds_it_gets_an_outcome(string source) =>
        GetsAnOutcomeAsync(Catalogue.Find(source)!, RecordedBy(source), KnownSources.OfCatalogue);

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
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        }).ToArray();
        Assert.Equal(
            [2 + 1, 2, 0],
            deliveries.Select(delivery => reader.Read(delivery) is FactsReading { Facts.Length: var facts } ? facts : 0));
        SaysWhatItIs(reader, deliveries, sources);
        await GetsAnOutcomeAsync(reader, deliveries, sources);
    }

    static Delivery[] RecordedBy(string source) =>
        [.. Recording.Of(Catalogue.Find(source)!).Select(recording => recording.Delivery)];

    static void SaysWhatItIs(SourceReader reader, Delivery[] recordings, KnownSources sources)
    {
        var intake = new Intake(new byte[32]);
        Parallel.For(0, Bodies / AtOnce, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, block =>
        {
            var random = new Random(block);
            for (var i = 0; i < AtOnce; i++)
            {
                var sent = Mutilated(reader.Source, recordings, random);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var prepared = intake.Prepare(reader, sent).Delivery;
                var read = Readings.Read(new StoredDelivery(1, prepared, 0, "", null), NullLogger.Instance, sources).Reading;
                var taken = GC.GetAllocatedBytesForCurrentThread() - before;
                var isMistaken = read is UnreadableReading { Because: var because }
                    && because.StartsWith("the reader failed", StringComparison.Ordinal);
                if (isMistaken || taken >= MostBytes)
                    Assert.Fail($"{reader.Source} took {taken:N0} bytes: {read}\n{Encoding.UTF8.GetString(sent.Body.Span)}");
            }
        });
    }

    static async Task GetsAnOutcomeAsync(SourceReader reader, Delivery[] recordings, KnownSources sources)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var random = new Random(20260101);
        await using var store = await Store.OpenAsync(TestStore.New, cancellation);
        var intake = await Intake.OfAsync(store, cancellation);
        var readings = new Readings(store, Definitions.Default, NullLogger.Instance, sources: sources);
        await store.AppendAsync(
            [
                .. Enumerable.Range(0, AtOnce)
                    .Select(number =>
                        intake.Prepare(reader, Mutilated(reader.Source, recordings, random)) with { DedupeKey = $"{number}" }),
            ], cancellation);
        while (await readings.ReadAsync(cancellation) > 0)
        {
            // Until the log is read to its end.
        }

        await readings.JudgeAsync(cancellation);

        var health = Assert.Single(await store.SourcesAsync(cancellation));
        Assert.Equal((AtOnce, 0), (health.Deliveries, health.Unread));
        Assert.Equal(AtOnce, health.Facts + health.Ignored + health.Unreadable);
        Assert.All([health.Facts, health.Ignored, health.Unreadable], count => Assert.InRange(count, 1, AtOnce));
    }

    static Delivery Mutilated(string source, Delivery[] recordings, Random random)
    {
        var recording = recordings[random.Next(recordings.Length)];

        // Now and then what another event's headers say.
        var headers = (random.Next(10) == 0 ? recordings[random.Next(recordings.Length)] : recording).Headers;
        return new Delivery
        {
            Source = source,
            Headers = headers,
            Body = Mutilation.Of(recording.Body.ToArray(), random),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
    }
}
