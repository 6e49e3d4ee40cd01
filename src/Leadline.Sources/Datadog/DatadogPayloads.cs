using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Datadog;

// Only what is read: of a monitor's webhook in the names of our template, of the rest in Datadog's own.

/// <param name="Data">One event of the DORA or CI API, or several; a monitor's webhook has none.</param>
sealed record DatadogBody(JsonElement? Data = null);

sealed record MonitorAlert
{
    /// <summary>One for all transitions from the trigger to the recovery.</summary>
    public string? AlertCycleKey { get; init; }

    public string? AlertId { get; init; }
    public string? Transition { get; init; }
    public JsonElement? Date { get; init; }
    public string? Title { get; init; }
    public string? Tags { get; init; }
    public string? Priority { get; init; }
    public string? Link { get; init; }
}

sealed record ApiEvent(string? Id = null, Attributes? Attributes = null);

/// <summary>A deployment has a service, a failure has services, a pipeline has a resource.</summary>
sealed record Attributes
{
    public string? Id { get; init; }
    public string? Service { get; init; }
    public string?[]? Services { get; init; }
    public string? Env { get; init; }
    public string? Version { get; init; }
    public Git? Git { get; init; }
    public string? Name { get; init; }
    public string? Severity { get; init; }

    /// <summary>Epoch nanoseconds where it is sent, ISO 8601 where the API answers with it.</summary>
    public JsonElement? StartedAt { get; init; }

    public JsonElement? FinishedAt { get; init; }
    public bool? ChangeFailure { get; init; }
    public PipelineResource? Resource { get; init; }
}

sealed record PipelineResource
{
    public string? Level { get; init; }
    public string? UniqueId { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? Start { get; init; }
    public string? End { get; init; }
    public string? Url { get; init; }
    public Git? Git { get; init; }
}

/// <param name="CommitSha">Of a deployment or a failure.</param>
/// <param name="Sha">Of a pipeline.</param>
sealed record Git(string? CommitSha = null, string? Sha = null, string? RepositoryUrl = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DatadogBody))]
[JsonSerializable(typeof(MonitorAlert))]
[JsonSerializable(typeof(ApiEvent))]
sealed partial class DatadogJson : JsonSerializerContext;
