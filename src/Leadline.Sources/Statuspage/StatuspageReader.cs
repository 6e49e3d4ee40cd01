using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Statuspage;

/// <summary>Reads the incidents and the changes of components that a page of Statuspage posts to its subscribers.</summary>
public sealed class StatuspageReader : SourceReader
{
    public override string Source => "statuspage";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Statuspage", "incidents, updates of components",
        "the secret in the address (?token=), as a bearer token or basic password");

    public override PersonalFields Personal { get; } = new(
        People: ["user", "author", "subscriber"],
        Strings: ["email", "automation_email", "username", "display_name", "unsubscribe"],
        Texts: ["name", "body", "postmortem_body", "description", "custom_tweet"]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>A page signs nothing and sets no header, so that its secret stands in the address.</summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Token(delivery, Delivery.AddressToken, secret)
        || Signatures.Bearer(delivery, secret) || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery) =>
        Read(delivery.Json(StatuspageJson.Default.JsonElement), delivery.ReceivedAt);

    static Reading Read(JsonElement body, DateTimeOffset receivedAt)
    {
        if (body.ValueKind == JsonValueKind.Array)
            return Convert(
                body.EnumerateArray().Select(one => one.Deserialize(StatuspageJson.Default.StatuspageIncident)), null,
                receivedAt);
        return body.Deserialize(StatuspageJson.Default.StatuspageMessage) switch
        {
            { Incident: { } incident, Meta: var meta } => Convert(incident, meta?.GeneratedAt, receivedAt),
            { Incidents: { } several, Meta: var meta } => Convert(several, meta?.GeneratedAt, receivedAt),
            { ComponentUpdate: { } update, Component: var component } => Convert(update, component),

            // The API answers with the incident itself.
            { Data: null } => Convert(body.Deserialize(StatuspageJson.Default.StatuspageIncident), null, receivedAt),
            { Data: { ValueKind: JsonValueKind.Object } one } =>
                Convert(one.Deserialize(StatuspageJson.Default.StatuspageIncident), null, receivedAt),
            { Data: { ValueKind: JsonValueKind.Array } several } => Read(several, receivedAt),
            _ => Reading.Ignored("it holds neither an incident nor an update of a component"),
        };
    }

    static Reading Convert(IEnumerable<StatuspageIncident?> several, DateTimeOffset? sentAt, DateTimeOffset receivedAt)
    {
        Fact[] facts =
        [
            .. several.Select(one => Convert(one, sentAt, receivedAt)).OfType<FactsReading>().SelectMany(read => read.Facts),
        ];
        return facts.Length == 0 ? Reading.Ignored("none of its items is an incident") : Reading.Of([.. facts]);
    }

    static Reading Convert(StatuspageIncident? incident, DateTimeOffset? sentAt, DateTimeOffset receivedAt)
    {
        if (incident is not { Id: { Length: > 0 } id, Status: { Length: > 0 } })
            return Reading.Ignored("it is no incident: it has no id or no status");
        if (StartOf(incident) is not { } started) return Reading.Ignored("the incident does not say when it was created");
        var status = StatusOf(incident.Status);
        if (incident.ScheduledFor is not null || StatusOf(incident.Impact) == "maintenance"
            || status is "scheduled" or "in_progress" or "verifying" or "completed")
            return Reading.Ignored("it is planned maintenance, and no incident");
        IncidentStatus? reached = status switch
        {
            "investigating" => IncidentStatus.Open,
            "identified" or "monitoring" => IncidentStatus.Acknowledged,
            "resolved" or "postmortem" => IncidentStatus.Resolved,
            _ => null,
        };
        if (reached is not { } known)
            return Reading.Ignored($"nobody could tell whether an incident of the status {incident.Status} is over");
        var fact = new IncidentFact
        {
            Id = $"statuspage:{id}",
            Source = "statuspage",
            Status = known,
            StartedAt = started,
            AcknowledgedAt = Updates(incident, "identified", "monitoring").Append(incident.MonitoringAt).Min(),

            // One that is opened again keeps the time at which it was resolved before.
            ResolvedAt = known == IncidentStatus.Resolved
                ? Updates(incident, "resolved").Append(incident.ResolvedAt).Max() ?? incident.UpdatedAt ?? sentAt ?? receivedAt
                : null,
            Severity = incident.Impact,
            Title = incident.Name,
            Url = incident.Shortlink,
            AsOf = incident.UpdatedAt ?? sentAt ?? started,
        };

        // It is the same incident for each of its components, and for whatever service the page as a whole is mapped to.
        return Reading.Of(
        [
            .. ComponentsOf(incident).Select(component => fact with { Service = component.Name, Group = component.Id }),
            fact with { Group = incident.PageId },
        ]);
    }

    static DateTimeOffset? StartOf(StatuspageIncident incident) =>
        incident.StartedAt
        ?? (incident.Backfilled == true ? Updates(incident).Append(incident.CreatedAt).Min() : null)
        ?? incident.CreatedAt;

    /// <summary>When the updates of these statuses were, or all of them.</summary>
    static IEnumerable<DateTimeOffset?> Updates(StatuspageIncident incident, params string[] statuses) =>
        (incident.IncidentUpdates ?? []).OfType<StatuspageUpdate>()
            .Where(update => statuses.Length == 0 || statuses.Contains(StatusOf(update.Status)))
            .Select(update => update.At);

    /// <summary>Those that it has, and those that one of its updates took out again.</summary>
    static IEnumerable<StatuspageComponent> ComponentsOf(StatuspageIncident incident) =>
        (incident.Components ?? [])
            .Concat((incident.IncidentUpdates ?? []).SelectMany(update => update?.AffectedComponents ?? []))
            .Select(component => component is null ? null : component with { Id = component.Id ?? component.Code })
            .OfType<StatuspageComponent>()
            .Where(component => component is { Id.Length: > 0, Name.Length: > 0 })
            .DistinctBy(component => component.Id);

    static Reading Convert(ComponentUpdate update, StatuspageComponent? component)
    {
        if (update is not { Id: { Length: > 0 } id, CreatedAt: { } at, NewStatus: { Length: > 0 } now })
            return Reading.Ignored("the update of a component has no id, time or status");
        if (component?.Name is not { Length: > 0 } name) return Reading.Ignored("the update does not name its component");

        // Which outage ends by it, it does not say; the incident does that.
        return Reading.Of(new AnnotationFact
        {
            Id = $"statuspage:{id}",
            Service = name,
            MarkedAt = at,
            Text = update.OldStatus is { Length: > 0 } before ? $"{name}: {before} → {now}" : $"{name}: {now}",
            AsOf = at,
        });
    }

    /// <summary>Pages that speak the same language write them in capitals, or with spaces.</summary>
    static string? StatusOf(string? status) => status?.Trim().ToLowerInvariant().Replace(' ', '_');
}
