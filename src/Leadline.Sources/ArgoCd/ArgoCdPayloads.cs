using System.Text.Json.Serialization;

namespace Leadline.Sources.ArgoCd;

// Only what is read, in the names of the Kubernetes resources.

/// <param name="Kind"><c>Rollout</c>, or <c>Application</c>, which also is what none means.</param>
/// <param name="Items">Those of a list, as kubectl and the API of Argo CD give it.</param>
sealed record ArgoCdBody(string? Kind = null, Application?[]? Items = null);

sealed record Application
{
    /// <summary>
    /// Set by our template: a notification speaks of what happened just now, a resource of what has come to be.
    /// </summary>
    public int? Notification { get; init; }

    public string? Url { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ApplicationSpec? Spec { get; init; }
    public ApplicationStatus? Status { get; init; }
}

sealed record ObjectMeta
{
    public string? Name { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public Dictionary<string, string?>? Labels { get; init; }
    public Dictionary<string, string?>? Annotations { get; init; }
}

sealed record ApplicationSpec
{
    public Origin? Source { get; init; }
    public Origin?[]? Sources { get; init; }
    public Destination? Destination { get; init; }
}

/// <summary>A source of manifests, which "source" does not say here.</summary>
/// <param name="Chart">Where it is a Helm repository and not one of Git.</param>
/// <param name="Ref">A name under which other sources take values from it.</param>
sealed record Origin(string? RepoURL = null, string? Chart = null, string? Path = null, string? Ref = null);

sealed record Destination(string? Name = null, string? Namespace = null, string? Server = null);

sealed record ApplicationStatus
{
    public Synced?[]? History { get; init; }
    public OperationState? OperationState { get; init; }
    public Health? Health { get; init; }
    public Summary? Summary { get; init; }
}

/// <summary>A sync that was done. Where there are several sources, revisions and sources go side by side.</summary>
sealed record Synced
{
    public long? Id { get; init; }
    public string? Revision { get; init; }
    public string?[]? Revisions { get; init; }
    public string? DeployStartedAt { get; init; }
    public string? DeployedAt { get; init; }
    public Origin? Source { get; init; }
    public Origin?[]? Sources { get; init; }
}

sealed record OperationState
{
    public string? Phase { get; init; }
    public string? StartedAt { get; init; }
    public string? FinishedAt { get; init; }
    public SyncResult? SyncResult { get; init; }
}

sealed record SyncResult
{
    public string? Revision { get; init; }
    public string?[]? Revisions { get; init; }
    public Origin? Source { get; init; }
    public Origin?[]? Sources { get; init; }
}

sealed record Health(string? Status = null, string? LastTransitionTime = null);

sealed record Summary(string?[]? Images = null);

sealed record Rollout
{
    public string? Url { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public RolloutSpec? Spec { get; init; }
    public RolloutStatus? Status { get; init; }
}

sealed record RolloutSpec(PodTemplate? Template = null);

sealed record PodTemplate(PodSpec? Spec = null);

sealed record PodSpec(Container?[]? Containers = null);

sealed record Container(string? Image = null);

sealed record RolloutStatus
{
    public string? Phase { get; init; }
    public bool? Abort { get; init; }
    public string? AbortedAt { get; init; }
    public string? CurrentPodHash { get; init; }
    public string? StableRS { get; init; }
    public Condition?[]? Conditions { get; init; }
}

sealed record Condition(string? Type = null, string? Status = null, string? Reason = null, string? LastTransitionTime = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ArgoCdBody))]
[JsonSerializable(typeof(Application))]
[JsonSerializable(typeof(Rollout))]
sealed partial class ArgoCdJson : JsonSerializerContext;
