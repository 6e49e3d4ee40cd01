using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>Every body that vendors and public projects recorded, in the shared folder that has the source's name.</summary>
public sealed class SharedPayloadsTests
{
    static readonly Intake Intake = new(new byte[32]);

    public static TheoryData<string> Sources => RecordingsTests.Sources;

    [Theory]
    [MemberData(nameof(Sources))]
    public void Every_recorded_body_is_read_or_ignored(string source)
    {
        var reader = Catalogue.Find(source)!;
        var unreadable = new List<string>();
        var facts = 0;
        foreach (var file in Directory.EnumerateFiles(Shared.Find("payloads", source), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (var headers in new[] { SharedPayloads.HeadersOf(source, file), Delivery.NoHeaders })
            {
                var delivery = new Delivery
                {
                    Source = source,
                    Headers = headers,
                    Body = File.ReadAllBytes(file),
                    ReceivedAt = DateTimeOffset.UnixEpoch,
                };
                var kept = new StoredDelivery(1, Intake.Prepare(reader, delivery).Delivery, 0, "unread", null);
                var reading = Readings.Read(kept, NullLogger.Instance).Reading;
                if (reading is UnreadableReading { Because: var because })
                    unreadable.Add($"{Path.GetFileName(file)}: {because}");
                if (reading is FactsReading) facts++;
            }
        }

        Assert.Empty(unreadable);
        // Those are envelopes around nothing that is measured, and executions that no event is wrapped around.
        Assert.Equal(source is not ("cloudevents" or "spinnaker"), facts > 0);
    }

    /// <summary>Nobody who delivered nothing secret is trusted, and nobody at all while no secret is set.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void Trusts_nobody_while_no_secret_is_set(string source)
    {
        var reader = Catalogue.Find(source)!;
        foreach (var recording in Recording.Of(reader))
        {
            Assert.False(reader.IsAuthentic(recording.SignedWith(""), []));
            Assert.False(reader.IsAuthentic(recording.SignedWith(""), Encoding.UTF8.GetBytes(Recording.Secret)));
        }
    }
}
