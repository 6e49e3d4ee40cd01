using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Flagsmith;

/// <summary>Reads the webhook of Flagsmith's environments: that a flag was enabled or disabled there for all.</summary>
public sealed class FlagsmithReader : SourceReader
{
    public override string Source => "flagsmith";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Flagsmith", "flags that are switched",
        "X-Flagsmith-Signature: the HMAC-SHA256 of the body");

    public override PersonalFields Personal { get; } = new(
        People: ["user", "author"], Strings: ["changed_by", "identity_identifier", "email"], Texts: ["description", "log"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Flagsmith-Signature", "", secret);

    public override Reading Read(Delivery delivery)
    {
        var happened = delivery.Json(FlagsmithJson.Default.FlagsmithEvent);
        if (happened.EventType != "FLAG_UPDATED")
            return Reading.Ignored($"{happened.EventType ?? "a nameless event"} turns no flag on or off");
        if (happened.Data?.NewState is not
            {
                Feature.Name: { Length: > 0 } flag, Environment.Name: { Length: > 0 } environment,
                Enabled: { } on
            } state)
            return Reading.Ignored("it does not name the flag, its environment, and whether it is enabled");
        if (Holds(state.Identity) || Holds(state.FeatureSegment)) return Reading.Ignored("it holds for some users alone");
        if (happened.Data.PreviousState?.Enabled == on)
            return Reading.Ignored("the flag was changed, but turned neither on nor off");
        if (Times.Parse(happened.Data.Timestamp, "timestamp") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        return Reading.Of(new FlagChangeFact
        {
            Id = $"flagsmith:{environment}:{flag}:{at.UtcDateTime:yyyyMMdd'T'HHmmss.fffffff'Z'}",
            Flag = flag,
            Service = state.Feature.Project?.Name,
            Environment = environment,
            On = on,
            ChangedAt = at,
            AsOf = at,
        });
    }

    static bool Holds(JsonElement? part) => part is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}
