using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.CloudEvents;

/// <summary>Reads CloudEvents, structured, batched or binary, whose data is a CDEvent or our own JSON.</summary>
public sealed class CloudEventsReader : SourceReader
{
    public override string Source => "cloudevents";

    public override int Version => 1;

    public override SourceDescription About => new(
        "CloudEvents", "CDEvents or our own JSON in an envelope",
        "the secret as a bearer token");

    public override PersonalFields Personal => Envelope.Personal;

    public override ImmutableArray<string> KeptHeaders => Envelope.KeptHeaders;

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override string? DedupeKey(Delivery delivery) => Envelope.DedupeKey(delivery);

    public override Reading Read(Delivery delivery) => Envelope.Read(delivery);
}
