using Leadline.Core;
using Leadline.Ingest;
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

    /// <summary>Every delivery is stored, read and judged, whatever its body holds; none holds up those behind it.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Whatever_a_body_holds_it_gets_an_outcome(string source)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var reader = Catalogue.Find(source)!;
        var recordings = Recording.Of(reader).Select(recording => recording.Delivery).ToArray();
        var random = new Random(20260101);
        await using var store = await Store.OpenAsync(TestStore.New, cancellation);
        var intake = await Intake.OfAsync(store, cancellation);
        var readings = new Readings(store, Definitions.Default, NullLogger.Instance);
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
