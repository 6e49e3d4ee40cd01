using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Jira;

/// <summary>Reads Jira's issues, of which labels or types say that they are incidents.</summary>
public sealed class JiraReader : SourceReader
{
    public override string Source => "jira";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Jira", "issues",
        "X-Hub-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["user", "assignee", "reporter", "creator", "author", "updateAuthor", "actor", "avatarUrls"],
        Strings: ["displayName", "emailAddress", "accountId", "username"],
        Texts: ["summary", "description", "comment", "body", "fromString", "toString"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Atlassian-Webhook-Identifier"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Hub-Signature", "sha256=", secret) || Signatures.Bearer(delivery, secret);

    /// <summary>Jira tries again under the same identifier.</summary>
    public override string? DedupeKey(Delivery delivery) => delivery.Header("X-Atlassian-Webhook-Identifier");

    public override Reading Read(Delivery delivery)
    {
        var happened = delivery.Json(JiraJson.Default.JiraEvent);

        // An automation rule sends the issue itself.
        var issue = happened.Issue ?? new JiraIssue(happened.Key, happened.Self, happened.Fields);
        return happened.WebhookEvent switch
        {
            null or "jira:issue_created" or "jira:issue_updated" or "jira:issue_deleted" => issue switch
            {
                { Key: { Length: > 0 } key, Fields: { Created.Length: > 0 } fields } =>
                    Reading.Of(Convert(happened, key, issue.Self, fields)),
                _ => Reading.Ignored("it is no issue: it has no key, or no time at which it was created"),
            },
            var other => Reading.Ignored($"{other} says nothing new of an incident"),
        };
    }

    static IncidentFact Convert(JiraEvent happened, string key, string? self, JiraFields fields)
    {
        var sent = Times.Parse(happened.Timestamp, "timestamp");
        var started = Times.Parse(fields.Created, "fields.created") ?? throw new FormatException("fields.created is no time");
        var updated = Times.Parse(fields.Updated, "fields.updated") ?? sent ?? started;
        var changed = Times.Parse(fields.StatusCategoryChangeDate, "fields.statuscategorychangedate");
        var status = happened.WebhookEvent == "jira:issue_deleted" ? IncidentStatus.Dismissed : StatusOf(fields);
        return new IncidentFact
        {
            Id = key,
            Source = "jira",
            Service = fields.Components is [{ Name: { Length: > 0 } component }, ..] ? component : null,
            Group = fields.Project?.Key ?? key[..Math.Max(0, key.LastIndexOf('-'))],
            Status = status,
            StartedAt = started,
            AcknowledgedAt = status == IncidentStatus.Acknowledged ? changed ?? updated : null,

            // The date of the resolution may be that of an earlier one: an issue that is opened again often keeps it.
            ResolvedAt = status == IncidentStatus.Resolved
                ? changed ?? Times.Parse(fields.ResolutionDate, "fields.resolutiondate") ?? updated
                : null,
            Severity = fields.Priority?.Name,
            Labels = [.. (fields.Labels ?? []).OfType<string>(), .. TypeOf(fields)],
            Title = fields.Summary,
            Url = self?.IndexOf("/rest/", StringComparison.Ordinal) is > 0 and var end ? $"{self[..end]}/browse/{key}" : null,
            AsOf = status == IncidentStatus.Dismissed ? sent ?? updated : updated,
        };
    }

    /// <summary>By the category, since the names of statuses are anybody's, in any language.</summary>
    static IncidentStatus StatusOf(JiraFields fields) => fields.Status?.StatusCategory?.Key switch
    {
        "done" => IncidentStatus.Resolved,
        "indeterminate" => IncidentStatus.Acknowledged,

        // Before Jira 6.2 there are no categories.
        null when fields is { Resolution.ValueKind: JsonValueKind.Object, ResolutionDate.Length: > 0 } => IncidentStatus.Resolved,
        _ => IncidentStatus.Open,
    };

    /// <summary>The issue's type is a label to us; Jira Service Management calls its own <c>[System] Incident</c>.</summary>
    static IEnumerable<string> TypeOf(JiraFields fields)
    {
        const string System = "[System] ";
        if (fields.IssueType?.Name is { Length: > 0 } type)
            yield return type.StartsWith(System, StringComparison.Ordinal) ? type[System.Length..] : type;
    }
}
