using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.Otlp;

/// <summary>
/// Reads what OpenTelemetry's exporters send of pipelines and deployments: spans, their events, and log records.
/// </summary>
public sealed class OtlpReader : SourceReader
{
    public override string Source => "otlp";

    public override int Version => 1;

    public override SourceDescription About => new(
        "OpenTelemetry", "CI/CD spans and events; also at /v1/traces, /v1/logs and /v1/metrics",
        "the secret as a bearer token, as api-key or as basic password");

    public override PersonalFields Personal { get; } = new(
        People: [PersonalAttributes.Field], Strings: [], Texts: ["stringValue", "message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>
    /// The headers that exporters set by <c>OTEL_EXPORTER_OTLP_HEADERS</c>, and the password of the Collector's basicauth.
    /// </summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Bearer(delivery, secret) || Signatures.Token(delivery, "api-key", secret)
            || Signatures.Basic(delivery, secret);

    public override Delivery Kept(Delivery delivery)
    {
        try
        {
            return new Delivery
            {
                Source = delivery.Source,
                Headers = delivery.Headers,
                Body = OtlpExport.OfJson(delivery.Body).Body,
                ReceivedAt = delivery.ReceivedAt,
            };
        }
        catch (FormatException)
        {
            // It is kept as it came, and what is wrong with it is said when it is read.
            return delivery;
        }
    }

    /// <summary>
    /// Programs send every few seconds what nothing is measured in. One such request a day is kept, so that it can be seen that
    /// they do.
    /// </summary>
    public override string? DedupeKey(Delivery delivery)
    {
        try
        {
            return OtlpExport.OfJson(delivery.Body).Received is { Kept: 0 } nothing
                ? $"{nothing.Signal}:{delivery.ReceivedAt.UtcDateTime:yyyy-MM-dd}:{nothing.Because}"
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public override Reading Read(Delivery delivery)
    {
        var export = OtlpExport.OfJson(delivery.Body);
        var facts = export.Statements.OfType<FactsReading>().SelectMany(read => read.Facts).ToImmutableArray();
        if (!facts.IsEmpty) return Reading.Of(facts);
        return export.Received switch
        {
            { Signal: OtlpExport.None } =>
                Reading.Ignored("it is no request of OTLP: it has no resourceSpans, resourceLogs or resourceMetrics"),
            { Kept: 0, Rejected: > 0 and var rejected } wrong =>
                Reading.Unreadable($"{rejected} of {wrong.Records} records could not be read: {wrong.Because}"),
            { Signal: "metrics" } => Reading.Ignored("metrics are sums over what spans and events tell one by one: send those"),
            { Kept: 0, Signal: "traces" } all =>
                Reading.Ignored(
                    $"none of its {all.Records} spans is a pipeline's run or a deployment (one such request a day is kept)"),
            { Kept: 0 } all =>
                Reading.Ignored(
                    $"none of its {all.Records} log records is of a pipeline's run or a deployment (one such request a day is "
                        + "kept)"),
            _ => export.Statements[0],
        };
    }
}
