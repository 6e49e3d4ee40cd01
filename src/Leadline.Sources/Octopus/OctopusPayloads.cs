using System.Text.Json.Serialization;

namespace Leadline.Sources.Octopus;

// Only what is read, in Octopus Deploy's own names.
sealed record Subscription(SubscriptionPayload? Payload = null);

sealed record SubscriptionPayload(string? ServerUri = null, OctopusEvent? Event = null);

sealed record OctopusEvent
{
    public string? Id { get; init; }
    public string? Category { get; init; }
    public string? Occurred { get; init; }
    public string? SpaceId { get; init; }

    /// <summary>A sentence, into which the references point: the only place where names stand.</summary>
    public string? Message { get; init; }

    public MessageReference?[]? MessageReferences { get; init; }
    public string?[]? RelatedDocumentIds { get; init; }
}

sealed record MessageReference(string? ReferencedDocumentId = null, int StartIndex = 0, int Length = 0);

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Subscription))]
sealed partial class OctopusJson : JsonSerializerContext;
