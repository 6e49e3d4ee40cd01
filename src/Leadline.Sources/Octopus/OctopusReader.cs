using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Octopus;

/// <summary>Reads the deployments that Octopus Deploy's subscriptions tell of.</summary>
public sealed class OctopusReader : SourceReader
{
    public override string Source => "octopus";

    public override int Version => 1;

    public override SourceDescription About => new("Octopus Deploy", "deployments", "the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: [], Strings: ["Username", "UserId", "IpAddress", "DeployedBy", "DeployedById"], Texts: ["Comments", "Details"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery) => IsObject(delivery.Body.Span)
        ? delivery.Json(OctopusJson.Default.Subscription) is { Payload: { Event: { } happened } payload }
            ? Convert(payload, happened)
            : Reading.Ignored("it is no event of a subscription: it has no Payload.Event")
        : Reading.Ignored("it is a list, as the API answers");

    static Reading Convert(SubscriptionPayload payload, OctopusEvent happened)
    {
        DeploymentStatus? status = happened.Category switch
        {
            "DeploymentQueued" => DeploymentStatus.Created,
            "ManualInterventionInterruptionRaised" => DeploymentStatus.Waiting,
            "DeploymentStarted" or "DeploymentResumed" => DeploymentStatus.Running,
            "DeploymentSucceeded" => DeploymentStatus.Succeeded,
            "DeploymentFailed" => DeploymentStatus.Failed,
            "DeploymentCanceled" or "DeploymentCancelled" => DeploymentStatus.Canceled,
            _ => null,
        };
        if (status is not { } reached)
            return Reading.Ignored($"{happened.Category ?? "no category"} says nothing of a deployment");
        if (Times.Parse(happened.Occurred, "Payload.Event.Occurred") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        if (IdOf(happened, "Deployments-") is not { } deployment || IdOf(happened, "Environments-") is not { } environment)
            return Reading.Ignored("it does not say which deployment it was, or to which environment");
        var project = IdOf(happened, "Projects-") is { } id ? NameOf(happened, id) ?? id : null;
        return Reading.Of(new DeploymentFact
        {
            Id = $"octopus:{payload.ServerUri}:{happened.SpaceId}:{deployment}",
            Service = project,
            App = project,
            Environment = NameOf(happened, environment) ?? environment,
            Version = IdOf(happened, "Releases-") is { } release ? NameOf(happened, release) : null,
            Status = reached,
            CreatedAt = reached == DeploymentStatus.Created ? at : null,
            WaitedFrom = reached == DeploymentStatus.Waiting ? at : null,
            StartedAt = reached == DeploymentStatus.Running ? at : null,
            FinishedAt = reached is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
            Url = payload.ServerUri is { Length: > 0 } server
                ? $"{server.TrimEnd('/')}/app#/{happened.SpaceId}/deployments/{deployment}"
                : null,
            AsOf = at,
        });
    }

    static string? IdOf(OctopusEvent happened, string kind) =>
        (happened.RelatedDocumentIds ?? []).FirstOrDefault(id => id?.StartsWith(kind, StringComparison.Ordinal) == true);

    /// <summary>What stands in the message where it refers to the document; null where it does not.</summary>
    static string? NameOf(OctopusEvent happened, string id)
    {
        var reference = (happened.MessageReferences ?? []).FirstOrDefault(one => one?.ReferencedDocumentId == id);
        if (reference is not { StartIndex: >= 0, Length: > 0 } || happened.Message is not { } message) return null;
        if (reference.StartIndex > message.Length - reference.Length) return null;
        return message.Substring(reference.StartIndex, reference.Length).Trim() is { Length: > 0 } name ? name : null;
    }

    static bool IsObject(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        return reader.Read() && reader.TokenType != JsonTokenType.StartArray;
    }
}
