using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>Every body that vendors and public projects published, of every source that is read.</summary>
public sealed class SharedPayloadsTests
{
    static readonly Intake Intake = new(new byte[32]);

    /// <summary>
    /// The header that names the event, which is the first part of the file's name, where the body does not say it.
    /// </summary>
    static readonly ImmutableDictionary<string, string> EventHeaders =
        ImmutableDictionary<string, string>.Empty.Add("github", "X-GitHub-Event");

    /// <summary>Nobody else publishes our own JSON.</summary>
    public static TheoryData<string> Sources =>
        [.. Catalogue.Readers.Select(reader => reader.Source).Where(source => source != "leadline")];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Is_read_or_ignored(string source)
    {
        var files = Directory.EnumerateFiles(Shared.Find("payloads", source), "*.json").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Null((Read(Catalogue.Find(source)!, file) as UnreadableReading)?.Because));
    }

    /// <summary>As the server does: scrubbed, and whatever the reader throws is an outcome.</summary>
    static Reading Read(SourceReader reader, string file)
    {
        var headers = EventHeaders.TryGetValue(reader.Source, out var header)
            ? Delivery.NoHeaders.Add(header, Path.GetFileName(file).Split('-')[0])
            : Delivery.NoHeaders;
        var delivery = new Delivery
        {
            Source = reader.Source,
            Headers = headers,
            Body = File.ReadAllBytes(file),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        var stored = new StoredDelivery(1, Intake.Prepare(reader, delivery).Delivery, 0, "unread", null);
        return Readings.Read(stored, NullLogger.Instance).Reading;
    }
}
