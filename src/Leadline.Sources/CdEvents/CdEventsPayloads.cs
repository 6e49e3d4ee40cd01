using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.CdEvents;

// Only what is read, in the names of the specification, 0.4 to 0.6.
sealed record CdEvent(CdContext? Context = null, CdSubject? Subject = null, JsonElement? CustomData = null);

/// <param name="Type"><c>dev.cdevents.</c>, the subject, the predicate, and the version of the two.</param>
sealed record CdContext(string? Id = null, string? Source = null, string? Type = null, string? Timestamp = null);

sealed record CdSubject(string? Id = null, string? Source = null, CdContent? Content = null);

sealed record CdContent
{
    public CdReference? Environment { get; init; }
    public CdReference? Service { get; init; }
    public CdReference? Repository { get; init; }
    public CdReference? Change { get; init; }

    /// <summary>A package URL.</summary>
    public string? ArtifactId { get; init; }

    public string? Description { get; init; }

    [JsonPropertyName("ticketURI")]
    public string? TicketUri { get; init; }

    public string? PipelineName { get; init; }
    public string? Outcome { get; init; }

    /// <summary>Of a pipeline's run until 0.4; a URI since.</summary>
    public string? Url { get; init; }

    public string? Uri { get; init; }
    public string? Summary { get; init; }
    public string? TicketType { get; init; }
    public string? Group { get; init; }
    public string? Priority { get; init; }
    public string?[]? Labels { get; init; }
}

sealed record CdReference(string? Id = null, string? Source = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CdEvent))]
sealed partial class CdEventsJson : JsonSerializerContext;
