using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.ArgoCd;

/// <summary>
/// Reads Argo CD's Applications and Argo Rollouts' Rollouts, as the templates of our README send them or as the resources are.
/// </summary>
public sealed class ArgoCdReader : SourceReader
{
    public override string Source => "argocd";

    public override int Version => 2;

    public override SourceDescription About => new(
        "Argo CD and Argo Rollouts", "notifications of Applications and Rollouts, or the resources themselves",
        "the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(People: ["initiatedBy"], Strings: ["username"], Texts: ["message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery) => delivery.Json(ArgoCdJson.Default.ArgoCdBody) switch
    {
        { Items: { } items } => ArgoCdApplication.Convert(items),
        { Kind: "Rollout" } => ArgoCdRollout.Convert(delivery.Json(ArgoCdJson.Default.Rollout)),
        { Kind: null or "Application" } => ArgoCdApplication.Convert(delivery.Json(ArgoCdJson.Default.Application)),
        { Kind: var kind } => Reading.Ignored($"it is of kind {kind}, which deploys nothing"),
    };

    /// <summary>A uid is one in all clusters; a name is one in its namespace.</summary>
    internal static string Key(ObjectMeta metadata) => metadata.Uid ?? $"{metadata.Namespace}/{metadata.Name}";

    /// <summary>What a label says, for that is what it was set for; else where it runs.</summary>
    internal static string? EnvironmentOf(ObjectMeta metadata, params ReadOnlySpan<string?> places)
    {
        foreach (var label in new[] { "environment", "env", "app.kubernetes.io/environment" })
            if (metadata.Labels?.GetValueOrDefault(label) is { Length: > 0 } named) return named;
        foreach (var place in places)
            if (place is { Length: > 0 }) return place;
        return null;
    }
}
