using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Leadline;

namespace Leadline.Sources.OpenFeature;

/// <summary>Reads the small event of our README, by which any flag system can say that a flag was switched.</summary>
public sealed class OpenFeatureReader : SourceReader
{
    public override string Source => "openfeature";

    public override int Version => 1;

    public override SourceDescription About => new(
        "OpenFeature, for any flag system", "flags that are switched",
        "the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["evaluationContext", "context"], Strings: ["targetingKey", "author", "email"], Texts: ["message", "reason"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var readings = LeadlineReader.Items(delivery.Body)
            .Select(item => Read(JsonSerializer.Deserialize(item.Span, OpenFeatureJson.Default.FlagSwitched))).ToList();
        var facts = readings.OfType<FactsReading>().SelectMany(read => read.Facts).ToImmutableArray();
        return facts.IsEmpty ? readings.FirstOrDefault() ?? Reading.Ignored("it is empty") : Reading.Of(facts);
    }

    static Reading Read(FlagSwitched? switched)
    {
        if (switched is not { FlagKey: { Length: > 0 } flag, Environment: { Length: > 0 } environment })
            return Reading.Ignored("it does not name the flag (flagKey) and its environment");
        if (switched.Value is not { } on)
            return Reading.Ignored("it does not say to what the flag was switched: value is true or false");
        if (Times.Parse(switched.Timestamp, "timestamp") is not { } at)
            return Reading.Ignored("it does not say when it happened (timestamp)");
        return Reading.Of(new FlagChangeFact
        {
            Id = $"openfeature:{switched.Id ?? $"{environment}:{flag}:{at.UtcDateTime:yyyyMMdd'T'HHmmss.fffffff'Z'}"}",
            Flag = flag,
            Service = switched.FlagMetadata?.Service is { Length: > 0 } service ? service : null,
            Environment = environment,
            On = on,
            ChangedAt = at,
            AsOf = at,
        });
    }
}
