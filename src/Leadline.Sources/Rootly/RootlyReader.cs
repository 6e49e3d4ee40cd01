using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Rootly;

/// <summary>
/// Reads the incidents and alerts that Rootly's webhooks and Edge Connectors tell of, and its API answers with.
/// </summary>
public sealed class RootlyReader : SourceReader
{
    public override string Source => "rootly";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Rootly", "incidents, alerts",
        "X-Rootly-Signature: the HMAC-SHA256 of time and body; or the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "user", "users", "created_by", "updated_by", "started_by", "in_triage_by", "detected_by", "acknowledged_by",
            "mitigated_by",
            "resolved_by", "closed_by", "cancelled_by", "triggered_by", "assigned_to", "assignee", "assigned_to_user",
            "responders",
            "notified_users", "notify_emails", "roles", "role_assignments", "incident_role_assignments",
        ],
        Strings:
        [
            "email", "full_name", "full_name_with_team", "first_name", "last_name", "user_name", "username", "phone", "avatar",
            "avatar_url", "slack_user_id",
        ],
        Texts:
        [
            "title", "summary", "description", "event", "mitigation_message", "resolution_message", "cancellation_message",
            "message",
        ]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>An Edge Connector's action signs nothing, and bears the secret.</summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.TimedHmacSha256Hex(delivery, "X-Rootly-Signature", secret) || Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var message = delivery.Json(RootlyJson.Default.RootlyMessage);
        return message.Data switch
        {
            { ValueKind: JsonValueKind.Object } one => Convert(message, one, delivery.ReceivedAt),
            { ValueKind: JsonValueKind.Array } several => Convert(message, several.EnumerateArray(), delivery.ReceivedAt),
            _ => Reading.Ignored("it has no data: it is no event of Rootly, and no answer of its API"),
        };
    }

    static Reading Convert(RootlyMessage message, JsonElement.ArrayEnumerator several, DateTimeOffset receivedAt)
    {
        Fact[] facts =
        [
            .. several.Where(one => one.ValueKind == JsonValueKind.Object)
                .Select(one => Convert(message, one, receivedAt)).OfType<FactsReading>().SelectMany(read => read.Facts),
        ];
        return facts.Length == 0 ? Reading.Ignored("none of its items is an incident or an alert") : Reading.Of([.. facts]);
    }

    static Reading Convert(RootlyMessage message, JsonElement data, DateTimeOffset receivedAt)
    {
        var item = data.Deserialize(RootlyJson.Default.RootlyItem) ?? new RootlyItem();
        var type = message.Event?.Type ?? message.EventType ?? message.Type ?? item.Type ?? "";
        if (item.Attributes is { } attributes) item = attributes with { Id = item.Id ?? attributes.Id };
        var at = message.Event?.IssuedAt ?? message.Timestamp;
        return (type.Split('.') is ["rootly", .. var rest] ? rest : type.Split('.')) switch
        {
            ["incident", "created" or "updated" or "in_triage" or "mitigated" or "resolved" or "cancelled" or "deleted"
                or "reopened"]
                or ["incident" or "incidents"] => Incident(item, type, at, receivedAt),
            ["alert", "created" or "updated" or "acknowledged" or "resolved" or "deleted"]
                or ["alert" or "alerts"] => Alert(item, type, at, receivedAt),
            _ =>
                Reading.Ignored(
                    $"{(type.Length > 0 ? type : "an item that does not say what it is")} says nothing new of an incident"),
        };
    }

    static Reading Incident(RootlyItem item, string type, DateTimeOffset? at, DateTimeOffset receivedAt)
    {
        if (item.Id is not { Length: > 0 } id) return Reading.Ignored("the incident has no id");
        if ((item.StartedAt ?? item.DetectedAt ?? item.CreatedAt) is not { } started)
            return Reading.Ignored("the incident does not say when it started");
        var kind = item.Kind?.ToLowerInvariant() ?? "";
        if (kind.StartsWith("test", StringComparison.Ordinal) || kind.StartsWith("example", StringComparison.Ordinal))
            return Reading.Ignored($"it is a {kind}, and no incident");
        var status = StatusOf(item.Status);
        if (kind.StartsWith("scheduled", StringComparison.Ordinal) || status is "scheduled" or "in_progress" or "completed")
            return Reading.Ignored("it is planned maintenance, and no incident");
        IncidentStatus? reached = type.EndsWith(".deleted", StringComparison.Ordinal) ? IncidentStatus.Dismissed : status switch
        {
            "in_triage" or "started" or "detected" or "open" => IncidentStatus.Open,
            "acknowledged" or "mitigated" => IncidentStatus.Acknowledged,
            "resolved" or "closed" => IncidentStatus.Resolved,
            "cancelled" or "canceled" => IncidentStatus.Dismissed,
            _ => null,
        };
        return reached is not { } known
            ? Reading.Ignored($"nobody could tell whether an incident of the status {item.Status ?? "null"} is over")
            : Of(item, new IncidentFact
            {
                Id = $"rootly:{id}",
                Source = "rootly",
                Status = known,
                StartedAt = started,
                AcknowledgedAt = item.AcknowledgedAt,

                // One that is opened again keeps the time at which it was resolved before.
                ResolvedAt = known == IncidentStatus.Resolved ? item.ResolvedAt ?? at ?? item.UpdatedAt ?? receivedAt : null,
                Severity = NameOf(item.Severity)?.Name,
                Title = item.Title,
                Url = item.Url,
                AsOf = (known == IncidentStatus.Dismissed ? at ?? item.UpdatedAt : item.UpdatedAt ?? at) ?? started,
            });
    }

    static Reading Alert(RootlyItem item, string type, DateTimeOffset? at, DateTimeOffset receivedAt)
    {
        if (item.Id is not { Length: > 0 } id) return Reading.Ignored("the alert has no id");
        if ((item.StartedAt ?? item.CreatedAt) is not { } started)
            return Reading.Ignored("the alert does not say when it started");
        var status = type.EndsWith(".deleted", StringComparison.Ordinal) ? IncidentStatus.Dismissed
            : StatusOf(item.Status) switch
            {
                "resolved" or "closed" => IncidentStatus.Resolved,
                "acknowledged" => IncidentStatus.Acknowledged,
                null when item.EndedAt is not null || type == "alert.resolved" => IncidentStatus.Resolved,
                null when type == "alert.acknowledged" => IncidentStatus.Acknowledged,
                _ => IncidentStatus.Open,
            };
        var asOf = (status == IncidentStatus.Dismissed ? at ?? item.UpdatedAt : item.UpdatedAt ?? at) ?? started;
        return Of(item, new IncidentFact
        {
            Id = $"rootly:alert:{id}",
            Source = "rootly",
            Status = status,
            StartedAt = started,
            AcknowledgedAt = status == IncidentStatus.Acknowledged ? item.AcknowledgedAt ?? asOf : item.AcknowledgedAt,
            ResolvedAt = status == IncidentStatus.Resolved ? item.EndedAt ?? at ?? item.UpdatedAt ?? receivedAt : null,
            Severity = LabelsOf(item).FirstOrDefault(label => label.Name == "severity").Value,
            Title = item.Summary ?? item.Title,
            Url = item.ExternalUrl ?? item.Url,
            AsOf = asOf,
        });
    }

    /// <summary>It is the same incident for each of its services.</summary>
    static Reading Of(RootlyItem item, IncidentFact fact)
    {
        var labelled = fact with { AlertLabels = AlertLabels.Of(LabelsOf(item)) };
        IncidentFact[] facts =
        [
            .. NamesOf(item.Services).Select(service =>
                labelled with { Service = service.Slug ?? service.Name, Group = service.Name ?? service.Slug }),
        ];
        return facts.Length == 0 ? Reading.Of(labelled) : Reading.Of([.. facts]);
    }

    static string? StatusOf(string? status) => status?.Trim().ToLowerInvariant().Replace(' ', '_');

    static IEnumerable<(string? Name, string? Value)> LabelsOf(RootlyItem item)
    {
        foreach (var environment in NamesOf(item.Environments))
            yield return ("environment", environment.Slug ?? environment.Name);
        if (item.Labels is { ValueKind: JsonValueKind.Object } named)
            foreach (var label in named.EnumerateObject()) yield return (label.Name, TextOf(label.Value));
        if (item.Labels is not { ValueKind: JsonValueKind.Array } listed) yield break;
        foreach (var label in listed.EnumerateArray())
            if (label.ValueKind == JsonValueKind.Object) yield return (PartOf(label, "key"), PartOf(label, "value"));

        static string? PartOf(JsonElement label, string name) => label.TryGetProperty(name, out var part) ? TextOf(part) : null;
        static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    static IEnumerable<RootlyName> NamesOf(JsonElement? list)
    {
        if (list is { ValueKind: JsonValueKind.Object } wrapped && wrapped.TryGetProperty("data", out var inner)) list = inner;
        return list is { ValueKind: JsonValueKind.Array } known
            ? known.EnumerateArray().Select(one => NameOf(one)).OfType<RootlyName>()
            : [];
    }

    /// <summary>Null where neither name nor slug is known.</summary>
    static RootlyName? NameOf(JsonElement? value)
    {
        if (value is { ValueKind: JsonValueKind.String } text)
            return text.GetString() is { Length: > 0 } name ? new RootlyName(name) : null;
        if (value is not { ValueKind: JsonValueKind.Object } item) return null;
        var known = item.Deserialize(RootlyJson.Default.RootlyName);
        known = known?.Data ?? known;
        known = known?.Attributes ?? known;
        return known is { Name.Length: > 0 } or { Slug.Length: > 0 } ? known : null;
    }
}
