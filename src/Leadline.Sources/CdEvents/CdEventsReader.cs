using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources.CloudEvents;

namespace Leadline.Sources.CdEvents;

/// <summary>Reads CDEvents, bare or in the envelope of a CloudEvent.</summary>
public sealed class CdEventsReader : SourceReader
{
    public override string Source => "cdevents";

    public override int Version => 2;

    public override SourceDescription About => new(
        "CDEvents", "deployments, incidents, tickets, changes, pipeline runs, artifacts",
        "the secret as a bearer token");

    public override PersonalFields Personal => Envelope.Personal;

    public override ImmutableArray<string> KeptHeaders => Envelope.KeptHeaders;

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override string? DedupeKey(Delivery delivery) => Envelope.DedupeKey(delivery);

    public override Reading Read(Delivery delivery) => Envelope.Read(delivery);
}
