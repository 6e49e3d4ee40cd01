using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Jira;

// Only what is read, in Jira's own names.

/// <param name="WebhookEvent">What happened; the webhooks of a workflow's transition, and those of old, do not say it.</param>
/// <param name="Timestamp">Epoch milliseconds, at which it was sent.</param>
/// <param name="StatusChanges">Of an issue that was asked for: how its status changed; of each status the key of its
/// category.</param>
/// <param name="Key">With what follows it: the issue, where the body is not about one but is one.</param>
sealed record JiraEvent(
    string? WebhookEvent = null, JsonElement? Timestamp = null, JiraIssue? Issue = null,
    JiraStatusChange?[]? StatusChanges = null,
    string? Key = null, string? Self = null, JiraFields? Fields = null);

sealed record JiraIssue(string? Key = null, string? Self = null, JiraFields? Fields = null);

sealed record JiraStatusChange(string? Created = null, string? From = null, string? To = null);

sealed record JiraFields
{
    public string? Summary { get; init; }
    public string? Created { get; init; }
    public string? Updated { get; init; }
    public string? ResolutionDate { get; init; }
    public string? StatusCategoryChangeDate { get; init; }
    public JiraStatus? Status { get; init; }
    public JsonElement? Resolution { get; init; }
    public JiraName? IssueType { get; init; }
    public JiraName? Priority { get; init; }
    public JiraProject? Project { get; init; }
    public string?[]? Labels { get; init; }
    public JiraName?[]? Components { get; init; }
}

sealed record JiraStatus(JiraCategory? StatusCategory = null);

/// <param name="Key">
/// <c>new</c>, <c>indeterminate</c> or <c>done</c> in every language; what a status is called is translated.
/// </param>
sealed record JiraCategory(string? Key = null);

sealed record JiraName(string? Name = null);

sealed record JiraProject(string? Key = null);

/// <summary>Jira writes its fields in lower case, and its other keys in camel case.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JiraEvent))]
sealed partial class JiraJson : JsonSerializerContext;
