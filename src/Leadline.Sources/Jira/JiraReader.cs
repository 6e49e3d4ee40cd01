using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Jira;

/// <summary>Reads Jira's issues, of which labels or types say that they are incidents.</summary>
public sealed class JiraReader : SourceReader
{
    public override string Source => "jira";

    public override int Version => 2;

    public override SourceDescription About => new(
        "Jira", "issues",
        "X-Hub-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token")
    {
        Events = "Issue created, updated and deleted",
    };

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
                { Key: { Length: > 0 } key, Fields: { Created.Length: > 0 } fields } when Convert(
                    happened, key, issue.Self, fields) is var stands =>
                    Reading.Of([.. Earlier(stands, happened.StatusChanges ?? []), stands]),
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

    /// <summary>How it stood after each change of its status, as a webhook would have said it then.</summary>
    static IEnumerable<IncidentFact> Earlier(IncidentFact stands, JiraStatusChange?[] transitions)
    {
        var changes = transitions.OfType<JiraStatusChange>()
            .Select(one => (At: Times.Parse(one.Created, "changelog.created"), one.From, one.To))
            .Where(one => one.At is not null).OrderBy(one => one.At).ToList();
        if (changes.Count == 0) yield break;
        if (StatusOf(changes[0].From) is { } first && stands.StartedAt < changes[0].At)
            yield return Stood(first, stands.StartedAt);
        foreach (var (at, _, to) in changes)
            if (StatusOf(to) is { } status && at <= stands.AsOf) yield return Stood(status, at!.Value);

        IncidentFact Stood(IncidentStatus status, DateTimeOffset at) => stands with
        {
            Status = status,
            AcknowledgedAt = status == IncidentStatus.Acknowledged ? at : null,
            ResolvedAt = status == IncidentStatus.Resolved ? at : null,
            AsOf = at,
        };
    }

    static IncidentStatus? StatusOf(string? category) => category switch
    {
        "new" or "undefined" => IncidentStatus.Open,
        "indeterminate" => IncidentStatus.Acknowledged,
        "done" => IncidentStatus.Resolved,
        _ => null,
    };

    /// <summary>By the category, since the names of statuses are anybody's, in any language.</summary>
    static IncidentStatus StatusOf(JiraFields fields) => fields.Status?.StatusCategory?.Key switch
    {
        "done" => IncidentStatus.Resolved,
        "indeterminate" => IncidentStatus.Acknowledged,

        // Before Jira 6.2 there are no categories.
        null when fields is { Resolution.ValueKind: JsonValueKind.Object, ResolutionDate.Length: > 0 } =>
            IncidentStatus.Resolved,
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
