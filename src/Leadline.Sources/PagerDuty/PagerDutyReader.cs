using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Sources.PagerDuty;

/// <summary>
/// Reads PagerDuty's webhooks of version 3, those of version 2 and 1, its API's incidents and log entries, and change events.
/// </summary>
public sealed partial class PagerDutyReader : SourceReader
{
    public override string Source => "pagerduty";

    public override int Version => 1;

    public override SourceDescription About => new(
        "PagerDuty", "incidents, change events",
        "X-PagerDuty-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token")
    {
        Events =
            "incident.triggered, incident.acknowledged, incident.unacknowledged, incident.resolved, incident.reopened, "
                + "incident.priority_updated",
    };

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "agent", "assignee", "assignees", "assigned_to", "assigned_to_user", "acknowledger", "acknowledgers", "user",
            "users",
            "requester", "last_status_change_by", "resolved_by_user", "creator", "sender", "updated_by", "author",
        ],

        // The keys with which events are sent to PagerDuty are secrets.
        Strings: ["email", "username", "avatar_url", "job_title", "routing_key", "service_key"],
        Texts: ["title", "summary", "description", "message", "content", "body", "subject", "details"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Webhook-Id"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256HexListed(delivery, "X-PagerDuty-Signature", "v1=", secret) || Signatures.Bearer(delivery, secret);

    /// <summary>PagerDuty tries again under the same id.</summary>
    public override string? DedupeKey(Delivery delivery) => delivery.Header("X-Webhook-Id");

    public override Reading Read(Delivery delivery)
    {
        var root = delivery.Json(PagerDutyJson.Default.JsonElement);
        return root.ValueKind switch
        {
            JsonValueKind.Object => Read(root, delivery.ReceivedAt),
            JsonValueKind.Array =>
                Several.Of(root.EnumerateArray().Select(one => ReadThing(one, delivery.ReceivedAt)), "incidents"),
            _ => Reading.Ignored("it is neither a webhook nor an answer of the API"),
        };
    }

    static Reading Read(JsonElement root, DateTimeOffset receivedAt)
    {
        // What an API answers has its type, and some of its keys are those of other bodies.
        if (TypeOf(root) is not null) return ReadThing(root, receivedAt);
        if (root.TryGetProperty("event", out var happened) && happened.ValueKind != JsonValueKind.Object)
            return Reading.Ignored("its event is no event of PagerDuty's webhooks");
        return To(root, PagerDutyJson.Default.PagerDutyBody) switch
        {
            { Event: { } one } => Read(one),
            { Messages: { } messages } => Several.Of(messages.OfType<PagerDutyMessage>().Select(Read), "messages"),
            { Incident: { } incident } => Read(incident),
            { Incidents: { } incidents } => Several.Of(incidents.OfType<PagerDutyIncident>().Select(Read), "incidents"),
            { LogEntry: { } entry } => Read(entry),
            { LogEntries: { } entries } => Several.Of(entries.OfType<PagerDutyLogEntry>().Select(Read), "log entries"),
            { ChangeEvent: { } change } => Read(change, receivedAt),
            { ChangeEvents: { } changes } =>
                Several.Of(changes.OfType<PagerDutyChange>().Select(change => Read(change, receivedAt)), "change events"),
            { EventAction: not null } =>
                Reading.Ignored("it is an alert for PagerDuty, which tells of the incident that it makes of it"),
            { Payload: { } change, Links: var links } => Read(change with { Links = links }, receivedAt),
            _ => Reading.Ignored("it is neither a webhook nor an answer of the API"),
        };
    }

    /// <summary>An incident, a log entry or a change event, as the API answers with it.</summary>
    static Reading ReadThing(JsonElement thing, DateTimeOffset receivedAt) => TypeOf(thing) switch
    {
        "incident" => Read(To(thing, PagerDutyJson.Default.PagerDutyIncident)),
        "change_event" => Read(To(thing, PagerDutyJson.Default.PagerDutyChange), receivedAt),
        { } type when type.EndsWith("_log_entry", StringComparison.Ordinal) =>
            Read(To(thing, PagerDutyJson.Default.PagerDutyLogEntry)),
        var other => Reading.Ignored($"{other ?? "a thing without a type"} is no incident, log entry or change event"),
    };

    static string? TypeOf(JsonElement thing) => thing.ValueKind == JsonValueKind.Object
        && thing.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    static T To<T>(JsonElement element, JsonTypeInfo<T> type) =>
        element.Deserialize(type) ?? throw new JsonException("it is the JSON literal null");

    /// <summary>A webhook of version 3.</summary>
    static Reading Read(PagerDutyEvent happened)
    {
        if (happened.EventType is not { Length: > 0 } type) return Reading.Ignored("its event has no event_type");
        if (happened.Data is not { } data || TypeOf(data) != "incident")
            return Reading.Ignored($"{type} says nothing new of how an incident stands");
        if (happened.OccurredAt is not { } at) return Reading.Ignored($"{type} does not say when it occurred");
        return Convert(To(data, PagerDutyJson.Default.PagerDutyIncident), StatusOf(type), at);
    }

    /// <summary>A message of version 2 or 1.</summary>
    static Reading Read(PagerDutyMessage message)
    {
        if ((message.Incident ?? message.Data?.Incident) is not { } incident)
            return Reading.Ignored("a message without an incident");
        var at = message.CreatedOn ?? ChangedAt(incident) ?? incident.CreatedAt ?? incident.CreatedOn;
        return at is { } known
            ? Convert(incident, StatusOf(message.Event ?? message.Type), known)
            : Reading.Ignored("a message that says no time");
    }

    /// <summary>An incident as the API answers with it.</summary>
    static Reading Read(PagerDutyIncident incident)
    {
        DateTimeOffset?[] times = [incident.UpdatedAt, ChangedAt(incident), incident.CreatedAt];
        return times.Max() is { } at ? Convert(incident, null, at) : Reading.Ignored("an incident that says no time");
    }

    static DateTimeOffset? ChangedAt(PagerDutyIncident incident) => incident.LastStatusChangeAt ?? incident.LastStatusChangeOn;

    /// <param name="incident">As it stood then.</param>
    /// <param name="told">The status that it came to by what happened; null where that changed none.</param>
    /// <param name="at">When that happened.</param>
    static Reading Convert(PagerDutyIncident incident, IncidentStatus? told, DateTimeOffset at)
    {
        if (incident.Id is not { Length: > 0 } id) return Reading.Ignored("an incident without an id");
        if ((told ?? StatusNamed(incident.Status)) is not { } status)
            return Reading.Ignored($"an incident whose status is {incident.Status ?? "not said"}");

        // Of what changed no status, the time says nothing about when it came to be so.
        var since = ChangedAt(incident) ?? (told is null ? null : at);
        var acknowledged = incident.Acknowledgements?.OfType<PagerDutyAcknowledgement>().Select(one => one.At).Min();
        return Reading.Of(new IncidentFact
        {
            Id = id,
            Source = "pagerduty",
            Service = NameOf(incident.Service),
            Group = incident.Service?.Id,
            Status = status,
            StartedAt = incident.CreatedAt ?? incident.CreatedOn ?? at,
            AcknowledgedAt = acknowledged ?? (status == IncidentStatus.Acknowledged ? since : null),
            ResolvedAt = status == IncidentStatus.Resolved ? incident.ResolvedAt ?? since : null,
            Severity = NameOf(incident.Priority) ?? incident.Urgency,
            Title = incident.Title ?? TextOf(incident.TriggerSummaryData?.Subject)
                ?? TextOf(incident.TriggerSummaryData?.Description),
            Url = incident.HtmlUrl,
            AsOf = at,
        });
    }

    static Reading Read(PagerDutyLogEntry entry)
    {
        IncidentStatus? status = entry.Type switch
        {
            "trigger_log_entry" or "reopen_log_entry" or "unacknowledge_log_entry" => IncidentStatus.Open,
            "acknowledge_log_entry" => IncidentStatus.Acknowledged,
            "resolve_log_entry" => IncidentStatus.Resolved,
            _ => null,
        };
        if (status is not { } reached)
            return Reading.Ignored($"{entry.Type ?? "a log entry without a type"} says nothing new of how an incident stands");
        if (entry is not { Incident: { Id: { Length: > 0 } id } incident, CreatedAt: { } at })
            return Reading.Ignored("a log entry that names no incident or no time");
        return Reading.Of(new IncidentFact
        {
            Id = id,
            Source = "pagerduty",
            Service = NameOf(entry.Service),
            Group = entry.Service?.Id,
            Status = reached,
            StartedAt = at,
            AcknowledgedAt = reached == IncidentStatus.Acknowledged ? at : null,
            ResolvedAt = reached == IncidentStatus.Resolved ? at : null,
            Title = incident.Summary is { } summary ? Number().Replace(summary, "") : null,
            Url = incident.HtmlUrl,
            AsOf = at,
        });
    }

    /// <summary>What was changed is a deployment where its details name the service and the environment; else a mark.</summary>
    static Reading Read(PagerDutyChange change, DateTimeOffset receivedAt)
    {
        if (change.Summary is not { Length: > 0 } summary) return Reading.Ignored("a change event without a summary");
        var at = change.Timestamp ?? receivedAt;
        var service = Detail("service")
            ?? change.Services?.OfType<PagerDutyNamed>().Select(NameOf).FirstOrDefault(name => name is not null);
        var id = $"pagerduty:{change.Id ?? Digest($"{at:O}\n{change.Source}\n{summary}")}";
        if (service is null || Detail("environment") is not { } environment)
            return Reading.Of(new AnnotationFact { Id = id, Service = service, MarkedAt = at, Text = summary, AsOf = at });
        return Reading.Of(new DeploymentFact
        {
            Id = id,
            Service = service,
            App = service,
            Environment = environment,
            Version = Detail("version"),
            Sha = Sha.ParseOrNull(Detail("sha") ?? Detail("commit")),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = at,
            Url = change.Links?.OfType<PagerDutyLink>().Select(link => link.Href).FirstOrDefault(href => href is not null),
            AsOf = at,
        });

        string? Detail(string name) => change.CustomDetails is { ValueKind: JsonValueKind.Object } details
            && details.TryGetProperty(name, out var value) ? TextOf(value) : null;
    }

    /// <summary>The status that an incident comes to by this event of any version; null where it keeps the one it has.</summary>
    static IncidentStatus? StatusOf(string? happened) => happened switch
    {
        "incident.triggered" or "incident.reopened" or "incident.unacknowledged" => IncidentStatus.Open,
        "incident.trigger" or "incident.unacknowledge" => IncidentStatus.Open,
        "incident.acknowledged" or "incident.acknowledge" => IncidentStatus.Acknowledged,
        "incident.resolved" or "incident.resolve" => IncidentStatus.Resolved,
        _ => null,
    };

    static IncidentStatus? StatusNamed(string? status) => status switch
    {
        "triggered" => IncidentStatus.Open,
        "acknowledged" => IncidentStatus.Acknowledged,
        "resolved" => IncidentStatus.Resolved,
        _ => null,
    };

    static string? NameOf(PagerDutyNamed? thing) =>
        thing?.Summary is { Length: > 0 } summary ? summary : thing?.Name is { Length: > 0 } name ? name : null;

    static string? TextOf(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } said ? said : null;

    static string Digest(string text) =>
        System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>The number before the title in a reference: <c>[#7] </c>.</summary>
    [GeneratedRegex(@"^\[#\d+\] ")]
    private static partial Regex Number();
}
