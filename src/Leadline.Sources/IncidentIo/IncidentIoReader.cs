using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.IncidentIo;

/// <summary>Reads incident.io's webhooks of incidents and alerts, and the same as its API answers with them.</summary>
public sealed class IncidentIoReader : SourceReader
{
    public override string Source => "incident-io";

    public override int Version => 1;

    public override SourceDescription About => new(
        "incident.io", "incidents, alerts",
        "webhook-signature, as Standard Webhooks sign; or the secret as a bearer token")
    {
        Events = "Public incident created, updated, status updated; public alert created, updated, resolved",
    };

    public override PersonalFields Personal { get; } = new(
        People: ["user", "assignee", "actor"],
        Strings: ["email", "slack_user_id", "aliases"],
        Texts: ["name", "title", "summary", "description", "message", "most_recent_update_message", "value_text"]);

    public override ImmutableArray<string> KeptHeaders => ["webhook-id"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.StandardWebhook(delivery, secret) || Signatures.Bearer(delivery, secret);

    /// <summary>incident.io tries again under the same id.</summary>
    public override string? DedupeKey(Delivery delivery) => delivery.Header("webhook-id");

    public override Reading Read(Delivery delivery)
    {
        var root = delivery.Json(IncidentIoJson.Default.JsonElement);
        if (root.ValueKind != JsonValueKind.Object) return Reading.Ignored("it is neither a webhook nor an answer of the API");
        if (!root.TryGetProperty("event_type", out var named) || named.ValueKind != JsonValueKind.String)
            return ReadAnswer(root);
        var type = named.GetString()!;
        if (type.StartsWith("private_", StringComparison.Ordinal))
            return Reading.Ignored($"{type} is private: it says no more than an id");

        // What happened stands under the event's own name.
        if (!root.TryGetProperty(type, out var about) || about.ValueKind != JsonValueKind.Object)
            return Reading.Ignored($"{type} holds nothing under its own name");
        return type switch
        {
            "public_incident.incident_created_v2" or "public_incident.incident_updated_v2" =>
                Read(To<IncidentIoIncident>(about), null),
            "public_incident.incident_status_updated_v2" => Read(To<IncidentIoStatusChange>(about)),
            "public_alert.alert_created_v1" or "public_alert.alert_updated_v1" or "public_alert.alert_resolved_v1" =>
                Read(To<IncidentIoAlert>(about)),
            _ => Reading.Ignored($"{type} says nothing new of how an incident stands"),
        };
    }

    static Reading ReadAnswer(JsonElement root) => To<IncidentIoAnswer>(root) switch
    {
        { Incident: { } one } => Read(one, null),
        { Incidents: { } several } =>
            Several.Of(several.OfType<IncidentIoIncident>().Select(one => Read(one, null)), "incidents"),
        { Alert: { } one } => Read(one),
        { Alerts: { } several } => Several.Of(several.OfType<IncidentIoAlert>().Select(Read), "alerts"),
        _ => Reading.Ignored("it is neither a webhook nor an answer of the API: it has no event_type"),
    };

    static T To<T>(JsonElement element) where T : class => (T)element.Deserialize(typeof(T), IncidentIoJson.Default)!;

    static Reading Read(IncidentIoStatusChange change) => change.Incident is { } incident
        ? Read(incident with { IncidentStatus = change.NewStatus ?? incident.IncidentStatus }, incident.UpdatedAt)
        : Reading.Ignored("the change of a status names no incident");

    /// <param name="incident">As it stands.</param>
    /// <param name="changedAt">When it came to its status; null where this is no word of that.</param>
    static Reading Read(IncidentIoIncident incident, DateTimeOffset? changedAt)
    {
        if (incident.Mode is "test" or "tutorial") return Reading.Ignored($"it is a {incident.Mode}, in which nothing broke");
        if ((incident.Reference ?? incident.Id) is not { Length: > 0 } || incident.CreatedAt is not { } created)
            return Reading.Ignored("it is no incident: it has no reference, or no time at which it was created");
        IncidentStatus? status = incident.IncidentStatus?.Category switch
        {
            "triage" => IncidentStatus.Open,
            "live" or "active" or "paused" => IncidentStatus.Acknowledged,

            // What is learned from it comes after it is over; what was merged goes on in another.
            "learning" or "post-incident" or "closed" or "merged" => IncidentStatus.Resolved,
            "declined" or "canceled" => IncidentStatus.Dismissed,
            _ => null,
        };
        if (status is not { } reached)
            return Reading.Ignored($"the category of its status is {incident.IncidentStatus?.Category ?? "not said"}");
        var updated = incident.UpdatedAt ?? created;
        return OfServices([.. LabelsOf(incident), ("incident_type", incident.IncidentType?.Name)], new IncidentFact
        {
            Id = incident.Reference is { Length: > 0 } reference ? reference : $"incident-io:{incident.Id}",
            Source = "incident-io",
            Status = reached,
            StartedAt = At("impact started") ?? At("reported") ?? created,
            AcknowledgedAt = At("accepted") ?? (reached == IncidentStatus.Acknowledged ? changedAt : null),

            // The time of an earlier resolution is kept while it is open again.
            ResolvedAt = reached == IncidentStatus.Resolved ? At("resolved") ?? At("fixed") ?? changedAt : null,
            Severity = incident.Severity?.Name,
            Title = incident.Name,
            Url = incident.Permalink,
            AsOf = updated,
        });

        // Organisations may rename their timestamps; these are the names that they start with.
        DateTimeOffset? At(string name) => incident.IncidentTimestampValues?.OfType<IncidentIoTimestamp>()
            .FirstOrDefault(one => IsNamed(one.IncidentTimestamp?.Name, name))?.Value?.Value;

        static bool IsNamed(string? given, string name) =>
            string.Equals(given, name, StringComparison.OrdinalIgnoreCase)
                || string.Equals(given, name + " at", StringComparison.OrdinalIgnoreCase);
    }

    static Reading Read(IncidentIoAlert alert)
    {
        if (alert is not { Id: { Length: > 0 } id, CreatedAt: { } created })
            return Reading.Ignored("it is no alert: it has no id, or no time at which it was created");
        IncidentStatus? status = alert.Status switch
        {
            "firing" => IncidentStatus.Open,
            "resolved" => IncidentStatus.Resolved,
            _ => null,
        };
        if (status is not { } reached) return Reading.Ignored($"the alert's status is {alert.Status ?? "not said"}");
        var resolved = reached == IncidentStatus.Resolved ? alert.ResolvedAt ?? alert.UpdatedAt : null;
        return OfServices([.. LabelsOf(alert)], new IncidentFact
        {
            Id = $"incident-io:{id}",
            Source = "incident-io",
            Status = reached,
            StartedAt = created,
            ResolvedAt = resolved,
            Title = alert.Title,
            Url = alert.SourceUrl,
            AsOf = alert.UpdatedAt ?? resolved ?? created,
        });
    }

    /// <summary>
    /// Once for each service that a field with that word in its name holds; once for none where there is no such field.
    /// </summary>
    static Reading OfServices(List<(string? Name, string? Value)> labels, IncidentFact stands)
    {
        var services = labels.Where(IsService).Select(label => label.Value!).Distinct().ToList();
        if (services.Count == 0) return Reading.Of(stands with { AlertLabels = AlertLabels.Of(labels) });

        // The labels of another service would map it there.
        return Reading.Of([.. services.Select(service => stands with
        {
            Service = service,
            Group = service,
            AlertLabels = AlertLabels.Of(labels.Where(label => !IsService(label) || label.Value == service)),
        })]);

        static bool IsService((string? Name, string? Value) label) =>
            label.Name!.Contains("service", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(label.Value);
    }

    static IEnumerable<(string? Name, string? Value)> LabelsOf(IncidentIoIncident incident) =>
        from field in (incident.CustomFieldEntries ?? []).OfType<IncidentIoField>()
        where field.CustomField?.Name is { Length: > 0 }
        from value in (field.Values ?? []).OfType<IncidentIoValue>()
        select ((string?)field.CustomField!.Name, value.ValueCatalogEntry?.Name ?? value.ValueOption?.Value ?? value.ValueText);

    static IEnumerable<(string? Name, string? Value)> LabelsOf(IncidentIoAlert alert) =>
        from attribute in (alert.Attributes ?? []).OfType<IncidentIoAttribute>()
        where attribute.Attribute?.Name is { Length: > 0 }
        from value in (IEnumerable<IncidentIoAttributeValue>)(attribute.ArrayValue?.OfType<IncidentIoAttributeValue>().Any() == true
            ? attribute.ArrayValue.OfType<IncidentIoAttributeValue>()
            : attribute.Value is { } only ? [only] : [])
        select ((string?)attribute.Attribute!.Name, value.CatalogEntry?.Name ?? value.Label ?? value.Literal);
}
