using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Jenkins;

// Only what is read, in the senders' own names.

/// <summary>
/// A job and its build as the notification plugin says it (<c>full_url</c>, <c>scm</c>), and the CloudEvents plugin, which was
/// made after it (<c>fullUrl</c>, <c>scmState</c>).
/// </summary>
sealed record Job(string Url, JobBuild Build);

sealed record JobBuild
{
    /// <summary>Below Jenkins' own address: <c>job/shop/13/</c>.</summary>
    public required string Url { get; init; }

    public string? FullUrl { get; init; }

    [JsonPropertyName("full_url")]
    public string? FullUrlOfNotification { get; init; }

    public string? Phase { get; init; }
    public string? Status { get; init; }

    /// <summary>When this phase was reached, in epoch milliseconds.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Milliseconds.</summary>
    public long? Duration { get; init; }

    public Dictionary<string, JsonElement>? Parameters { get; init; }
    public Scm? Scm { get; init; }
    public Scm? ScmState { get; init; }
}

sealed record Scm(string? Url = null, string? Commit = null);

/// <summary>An event of the generic event plugin; <c>time</c> is when it happened.</summary>
/// <param name="Stages">Of a build that was asked for.</param>
sealed record RunEvent(string Type, string Source, Run Data, DateTimeOffset? Time = null, Stage?[]? Stages = null);

/// <summary>Times are in milliseconds, the first since 1970.</summary>
sealed record Stage
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? Status { get; init; }
    public DateTimeOffset? StartTimeMillis { get; init; }
    public long? DurationMillis { get; init; }
}

sealed record Run
{
    public required int Number { get; init; }
    public string? Result { get; init; }

    /// <summary>When the build started, in epoch milliseconds.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Milliseconds.</summary>
    public long? Duration { get; init; }

    public RunAction[]? Actions { get; init; }
}

/// <summary>What git checked out, or the parameters, or another thing.</summary>
sealed record RunAction
{
    public Revision? LastBuiltRevision { get; init; }
    public string[]? RemoteUrls { get; init; }
    public Parameter[]? Parameters { get; init; }
}

sealed record Revision([property: JsonPropertyName("SHA1")] string? Sha1 = null);

sealed record Parameter(string? Name = null, JsonElement? Value = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(RunEvent))]
sealed partial class JenkinsJson : JsonSerializerContext;
