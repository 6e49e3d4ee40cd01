using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.Unleash;

/// <summary>Reads the events of Unleash's webhook: that a flag was enabled or disabled in an environment.</summary>
public sealed class UnleashReader : SourceReader
{
    public override string Source => "unleash";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Unleash", "flags that are switched",
        "Authorization: the secret itself, or as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["user"], Strings: ["createdBy", "summary", "email", "username"],
        Texts: ["description", "comment", "label", "reason"]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>
    /// Unleash sends what was given as <c>Authorization</c> as it is: the secret, or <c>Bearer</c> and the secret.
    /// </summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Token(delivery, "Authorization", secret) || Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var happened = delivery.Json(UnleashJson.Default.UnleashEvent);
        bool? on = happened.Type switch
        {
            "feature-environment-enabled" => true,
            "feature-environment-disabled" => false,
            _ => null,
        };
        if (on is not { } isOn) return Reading.Ignored($"{happened.Type ?? "a nameless event"} turns no flag on or off");
        if (happened is not { FeatureName: { Length: > 0 } flag, Environment: { Length: > 0 } environment })
            return Reading.Ignored("it does not name the flag and its environment");
        if (Times.Parse(happened.CreatedAt, "createdAt") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        return Reading.Of(new FlagChangeFact
        {
            Id = $"unleash:{(happened.Id is { } id ? $"{id}" : $"{environment}:{flag}:{at.UtcTicks}")}",
            Flag = flag,
            Service = (happened.Tags ?? []).FirstOrDefault(tag => tag is { Type: "service", Value.Length: > 0 })?.Value
                ?? happened.Project,
            Environment = environment,
            On = isOn,
            ChangedAt = at,
            AsOf = at,
        });
    }
}
