using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Spinnaker;

// Only what is read, in the names of Spinnaker's echo and orca.

/// <param name="Payload">The event itself, where echo was told to wrap it.</param>
sealed record EchoBody(EchoDetails? Details = null, EchoContent? Content = null, EchoBody? Payload = null);

sealed record EchoDetails(string? Type = null);

sealed record EchoContent(Execution? Execution = null);

sealed record Execution
{
    public string? Id { get; init; }
    public string? Application { get; init; }
    public Stage?[]? Stages { get; init; }
    public Trigger? Trigger { get; init; }
}

sealed record Stage
{
    public string? Id { get; init; }
    public string? Type { get; init; }
    public string? Status { get; init; }
    public string? ParentStageId { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public JsonElement? StartTime { get; init; }

    public JsonElement? EndTime { get; init; }

    /// <summary>Whatever the type of the stage puts into it.</summary>
    public JsonElement? Context { get; init; }
}

sealed record Trigger
{
    public bool? DryRun { get; init; }
    public bool? IsDryRun { get; init; }

    /// <summary>With slug and hash: the commit that a Git trigger was pushed.</summary>
    public string? Project { get; init; }

    public string? Slug { get; init; }
    public string? Hash { get; init; }

    /// <summary>Of a Docker trigger.</summary>
    public string? Tag { get; init; }

    public Artifact?[]? Artifacts { get; init; }
    public BuildInfo? BuildInfo { get; init; }
}

sealed record Artifact(string? Type = null, string? Reference = null);

sealed record BuildInfo(Scm?[]? Scm = null);

sealed record Scm(string? Sha1 = null, string? RemoteUrl = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EchoBody))]
sealed partial class SpinnakerJson : JsonSerializerContext;
