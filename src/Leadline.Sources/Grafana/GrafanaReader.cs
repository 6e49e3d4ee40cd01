using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.Grafana;

/// <summary>Reads the alerts that Grafana, from version 9 on, sends to a contact point of the kind webhook.</summary>
public sealed class GrafanaReader : SourceReader
{
    public override string Source => "grafana";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Grafana alerting", "groups of alerts",
        "X-Grafana-Alerting-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token or basic password");

    public override PersonalFields Personal { get; } = new(
        People: ["owner"], Strings: ["email", "username"], Texts: ["summary", "description", "message", "title"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Grafana-Alerting-Signature", "", secret)
        || Signatures.Bearer(delivery, secret) || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var body = delivery.Body.Span;
        if (Parts.HoldsList(body, "alerts")) return AlertGroup.Read(delivery, Source);
        return Reading.Ignored(Parts.HoldsList(body, "evalMatches")
            ? "it is an alert of Grafana before version 9, which says no times"
            : "it is not the body of a webhook: it has no list of alerts");
    }
}
