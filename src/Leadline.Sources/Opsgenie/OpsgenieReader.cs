using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Opsgenie;

/// <summary>Reads what Opsgenie's outgoing webhook says of alerts, and the alerts and incidents of its API.</summary>
public sealed class OpsgenieReader : SourceReader
{
    public override string Source => "opsgenie";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Opsgenie", "alerts, incidents",
        "the secret as a bearer token or basic password")
    {
        Events = "Create, Acknowledge, UnAcknowledge, Close, Delete",
    };

    public override PersonalFields Personal { get; } = new(
        People: ["responders", "recipients", "recipient", "actor", "escalationNotify", "assignee", "user"],

        // Nobody's name stands elsewhere in the body, so those in a note could not be told.
        Strings: [
            "username", "userId", "userFullName", "fullName", "owner", "ownerId", "acknowledgedBy", "closedBy", "email", "note",
        ],
        Texts: ["message", "description", "content"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Bearer(delivery, secret) || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var root = delivery.Json(OpsgenieJson.Default.JsonElement);
        if (root.ValueKind == JsonValueKind.Array) return ReadAll(root);
        if (root.ValueKind != JsonValueKind.Object) return Reading.Ignored("it is neither a webhook nor an answer of the API");
        return root.Deserialize(OpsgenieJson.Default.OpsgenieBody)! switch
        {
            { Action: { Length: > 0 } action, Alert: { } alert } => Read(action, alert, delivery.ReceivedAt),
            { Action: { Length: > 0 } action } => Reading.Ignored($"{action} is of no alert"),
            { Data: { ValueKind: JsonValueKind.Array } several } => ReadAll(several),
            { Data: { ValueKind: JsonValueKind.Object } one } => Read(one.Deserialize(OpsgenieJson.Default.OpsgenieAlert)!),
            _ => Read(root.Deserialize(OpsgenieJson.Default.OpsgenieAlert)!),
        };
    }

    static Reading ReadAll(JsonElement several) => Several.Of(
        several.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object)
            .Select(one => Read(one.Deserialize(OpsgenieJson.Default.OpsgenieAlert)!)),
        "alerts or incidents");

    /// <summary>A webhook.</summary>
    static Reading Read(string action, OpsgenieAlert alert, DateTimeOffset receivedAt)
    {
        IncidentStatus? status = action switch
        {
            "Create" or "UnAcknowledge" => IncidentStatus.Open,
            "Acknowledge" => IncidentStatus.Acknowledged,
            "Close" => IncidentStatus.Resolved,
            "Delete" => IncidentStatus.Dismissed,
            _ => null,
        };
        if (status is not { } reached) return Reading.Ignored($"{action} says nothing new of how an alert stands");
        if (alert.AlertId is not { Length: > 0 } id) return Reading.Ignored($"{action} names no alert");

        // An alert that goes to one more team is created once more: as of its creation, that takes nothing back.
        var at = (action == "Create" ? alert.CreatedAt : null) ?? alert.UpdatedAt ?? receivedAt;
        return Reading.Of(Convert(alert, id) with
        {
            Status = reached,
            StartedAt = alert.CreatedAt ?? at,
            AcknowledgedAt = reached == IncidentStatus.Acknowledged ? at : null,
            ResolvedAt = reached == IncidentStatus.Resolved ? at : null,
            AsOf = at,
        });
    }

    /// <summary>
    /// An alert or an incident, as the API answers with it; an incident once for each service that it impacts.
    /// </summary>
    static Reading Read(OpsgenieAlert thing)
    {
        if (thing is not { Id: { Length: > 0 } id, CreatedAt: { } created })
            return Reading.Ignored("it is no alert or incident: it has no id, or no time at which it was created");
        IncidentStatus? status = thing.Status switch
        {
            "open" => thing.Acknowledged == true ? IncidentStatus.Acknowledged : IncidentStatus.Open,
            "resolved" or "closed" => IncidentStatus.Resolved,
            _ => null,
        };
        if (status is not { } reached) return Reading.Ignored($"its status is {thing.Status ?? "not said"}");
        var updated = thing.UpdatedAt ?? created;
        var stands = Convert(thing, id) with
        {
            Status = reached,
            StartedAt = thing.ImpactStartDate ?? created,
            AcknowledgedAt = After(created, thing.Report?.AckTime),
            ResolvedAt = reached == IncidentStatus.Resolved
                ? thing.ImpactEndDate ?? After(created, thing.Report?.CloseTime) ?? updated
                : null,
            AsOf = updated,
        };
        ImmutableArray<Fact> ofServices =
        [
            .. (thing.ImpactedServices ?? []).Where(service => !string.IsNullOrWhiteSpace(service)).Distinct()
                .Select(service => stands with { Group = service }),
        ];
        return Reading.Of(ofServices.IsEmpty ? [stands] : ofServices);
    }

    static IncidentFact Convert(OpsgenieAlert alert, string id)
    {
        var labels = LabelsOf(alert).ToList();
        var service = labels.Find(label => string.Equals(label.Name, "service", StringComparison.OrdinalIgnoreCase)).Value;
        var entity = string.IsNullOrWhiteSpace(alert.Entity) ? null : alert.Entity;
        return new IncidentFact
        {
            Id = $"opsgenie:{id}",
            Source = "opsgenie",
            Service = service ?? entity,
            Group = entity,
            AlertLabels = AlertLabels.Of(labels),
            Status = IncidentStatus.Open,
            StartedAt = default,
            Severity = alert.Priority switch
            {
                { ValueKind: JsonValueKind.String } text => text.GetString(),
                { ValueKind: JsonValueKind.Number } digit => $"P{digit.GetRawText()}",
                _ => null,
            },
            Title = alert.Message,
            Url = alert.Links?.Web,
        };
    }

    /// <summary>
    /// The customer's own fields, and tags: <c>service:checkout</c> is a label of that name, others are all called tag.
    /// </summary>
    static IEnumerable<(string? Name, string? Value)> LabelsOf(OpsgenieAlert alert)
    {
        foreach (var fields in new[] { alert.Details, alert.ExtraProperties })
        {
            if (fields is not { ValueKind: JsonValueKind.Object } known) continue;
            foreach (var field in known.EnumerateObject())
                if (field.Value.ValueKind == JsonValueKind.String) yield return (field.Name, field.Value.GetString());
        }

        foreach (var tag in alert.Tags ?? [])
        {
            if (tag is not { ValueKind: JsonValueKind.String } text || text.GetString() is not { } said) continue;
            var colon = said.IndexOf(':');
            yield return colon > 0 && colon < said.Length - 1 ? (said[..colon], said[(colon + 1)..].Trim()) : ("tag", said);
        }

        yield return ("entity", alert.Entity);
    }

    /// <summary>Null where the span is not said, or so long that nobody could have measured it.</summary>
    static DateTimeOffset? After(DateTimeOffset start, decimal? milliseconds) =>
        milliseconds is > 0 and < 1e13m ? start.AddMilliseconds((double)milliseconds) : null;
}
