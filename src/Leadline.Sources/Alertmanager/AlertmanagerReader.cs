using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.Alertmanager;

/// <summary>Reads the groups of alerts that Prometheus' Alertmanager sends to a webhook, version 4 of its format.</summary>
public sealed class AlertmanagerReader : SourceReader
{
    public override string Source => "alertmanager";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Prometheus Alertmanager", "groups of alerts",
        "the secret as a bearer token or basic password");

    public override PersonalFields Personal { get; } = new(
        People: ["owner"], Strings: ["email", "username"], Texts: ["summary", "description", "message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Bearer(delivery, secret) || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery) => Parts.HoldsList(delivery.Body.Span, "alerts")
        ? AlertGroup.Read(delivery, Source)
        : Reading.Ignored("it is not the body of a webhook: it has no list of alerts");
}
