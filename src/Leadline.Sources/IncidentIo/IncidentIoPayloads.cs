using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.IncidentIo;

// Only what is read, in incident.io's own names.

/// <summary>What is said of an incident whose status changed stands around it; else the body is the incident.</summary>
sealed record IncidentIoStatusChange(IncidentIoIncident? Incident = null, IncidentIoStatus? NewStatus = null);

/// <summary>An answer of the API.</summary>
sealed record IncidentIoAnswer(
    IncidentIoIncident? Incident = null, IncidentIoIncident?[]? Incidents = null, IncidentIoAlert? Alert = null,
    IncidentIoAlert?[]? Alerts = null);

sealed record IncidentIoIncident
{
    public string? Id { get; init; }

    /// <summary>As people write it: <c>INC-123</c>.</summary>
    public string? Reference { get; init; }

    public string? Name { get; init; }
    public string? Permalink { get; init; }

    /// <summary>A <c>test</c> or a <c>tutorial</c> is none that happened.</summary>
    public string? Mode { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public IncidentIoStatus? IncidentStatus { get; init; }
    public IncidentIoNamed? Severity { get; init; }
    public IncidentIoNamed? IncidentType { get; init; }
    public IncidentIoTimestamp?[]? IncidentTimestampValues { get; init; }
    public IncidentIoField?[]? CustomFieldEntries { get; init; }
}

/// <param name="Category">The same in every organisation; what a status is called is anybody's choice.</param>
sealed record IncidentIoStatus(string? Category = null, string? Name = null);

sealed record IncidentIoNamed(string? Name = null);

/// <param name="Value">Null while it was not reached.</param>
sealed record IncidentIoTimestamp(IncidentIoNamed? IncidentTimestamp = null, IncidentIoTime? Value = null);

sealed record IncidentIoTime(DateTimeOffset? Value = null);

sealed record IncidentIoField(IncidentIoNamed? CustomField = null, IncidentIoValue?[]? Values = null);

/// <summary>One of these, by the kind of the field.</summary>
sealed record IncidentIoValue(
    IncidentIoNamed? ValueCatalogEntry = null, IncidentIoOption? ValueOption = null, string? ValueText = null);

sealed record IncidentIoOption(string? Value = null);

sealed record IncidentIoAlert
{
    public string? Id { get; init; }
    public string? Title { get; init; }

    /// <summary><c>firing</c> or <c>resolved</c>; an alert that fires may have an end all the same.</summary>
    public string? Status { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }
    public string? SourceUrl { get; init; }
    public IncidentIoAttribute?[]? Attributes { get; init; }
}

sealed record IncidentIoAttribute(
    IncidentIoNamed? Attribute = null, IncidentIoAttributeValue? Value = null, IncidentIoAttributeValue?[]? ArrayValue = null);

sealed record IncidentIoAttributeValue(IncidentIoNamed? CatalogEntry = null, string? Label = null, string? Literal = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(IncidentIoStatusChange))]
[JsonSerializable(typeof(IncidentIoAnswer))]
sealed partial class IncidentIoJson : JsonSerializerContext;
