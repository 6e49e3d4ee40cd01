using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.FireHydrant;

/// <summary>Reads FireHydrant's webhooks of incidents, and the incidents of its API.</summary>
public sealed class FireHydrantReader : SourceReader
{
    public override string Source => "firehydrant";

    public override int Version => 1;

    public override SourceDescription About => new(
        "FireHydrant", "incidents",
        "fh-signature: the HMAC-SHA256 of the body; or the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: [
            "created_by", "updated_by", "opened_by", "user", "author", "assignee", "assignees", "actor", "members",
            "memberships",
        ],
        Strings: ["email", "updated_by_id", "slack_user_id"],
        Texts: ["name", "summary", "description", "customer_impact_summary", "body", "last_update", "title", "message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "fh-signature", "", secret) || Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var root = delivery.Json(FireHydrantJson.Default.JsonElement);
        if (root.ValueKind == JsonValueKind.Array) return ReadAll(root, delivery.ReceivedAt);
        if (root.ValueKind != JsonValueKind.Object) return Reading.Ignored("it is neither a webhook nor an answer of the API");
        if (!root.TryGetProperty("data", out var data)) return Read(root, delivery.ReceivedAt);
        if (data.ValueKind == JsonValueKind.Array) return ReadAll(data, delivery.ReceivedAt);
        var about = root.Deserialize(FireHydrantJson.Default.FireHydrantBody)!.Event?.ResourceType;
        if (about is not null and not "incident") return Reading.Ignored($"{about} says nothing of an incident");
        return data.ValueKind == JsonValueKind.Object
            && data.Deserialize(FireHydrantJson.Default.FireHydrantContent)!.Incident is { } incident
            ? Read(incident, delivery.ReceivedAt)
            : Reading.Ignored("it holds no incident");
    }

    static Reading ReadAll(JsonElement several, DateTimeOffset receivedAt) =>
        Several.Of(several.EnumerateArray().Select(one => Read(one, receivedAt)), "incidents");

    static Reading Read(JsonElement one, DateTimeOffset receivedAt) => one.ValueKind == JsonValueKind.Object
        ? Read(one.Deserialize(FireHydrantJson.Default.FireHydrantIncident)!, receivedAt)
        : Reading.Ignored("it is no incident");

    /// <summary>Once for each service that it impacts; where there is none, for each functionality.</summary>
    static Reading Read(FireHydrantIncident incident, DateTimeOffset receivedAt)
    {
        var milestones = (incident.Milestones ?? []).OfType<FireHydrantMilestone>().ToList();
        if (incident.Id is not { Length: > 0 } id
            || (At("started") ?? incident.StartedAt ?? incident.CreatedAt) is not { } started)
            return Reading.Ignored("it is no incident: it has no id, or no time at which it began");
        var severity = SeverityOf(incident);
        var status = StatusOf(incident, severity, acknowledged: At("acknowledged") is not null);
        var asOf = incident.UpdatedAt ?? LatestOf(incident, milestones, receivedAt);
        var stands = new IncidentFact
        {
            Id = $"firehydrant:{id}",
            Source = "firehydrant",
            Status = status,
            StartedAt = started,
            AcknowledgedAt = At("acknowledged"),

            // An incident that is open again may keep the milestone that it had reached.
            ResolvedAt = status == IncidentStatus.Resolved ? At("resolved") ?? At("mitigated") ?? At("closed") : null,
            Severity = severity,
            Title = incident.Name,
            Url = incident.IncidentUrl,
            AsOf = asOf,
        };
        var services = NamesOf(incident.Services, incident, "service").ToList();
        if (services.Count > 0)
            return Reading.Of(
                [.. services.Select(service => Labelled(("service", service)) with { Service = service, Group = service })]);
        var functionalities = NamesOf(incident.Functionalities, incident, "functionality").ToList();
        return functionalities.Count > 0
            ? Reading.Of([.. functionalities.Select(name => Labelled(("functionality", name)) with { Group = name })])
            : Reading.Of(stands with { AlertLabels = AlertLabels.Of(LabelsOf(incident)) });

        // The labels of another service would map it there.
        IncidentFact Labelled((string?, string?) own) =>
            stands with { AlertLabels = AlertLabels.Of(LabelsOf(incident).Append(own)) };

        DateTimeOffset? At(string milestone) =>
            milestones.Where(one => one.Type == milestone).Select(one => one.OccurredAt).FirstOrDefault(at => at is not null);
    }

    static IncidentStatus StatusOf(FireHydrantIncident incident, string? severity, bool acknowledged)
    {
        // A rehearsal, and work that was planned.
        if (incident.DiscardedAt is not null || severity is "GAMEDAY" or "MAINTENANCE") return IncidentStatus.Dismissed;
        return incident.CurrentMilestone switch
        {
            "resolved" or "closed" or "postmortem_started" or "postmortem_completed" or "retrospective_started"
                or "retrospective_completed" =>
                IncidentStatus.Resolved,
            "started" or "detected" => IncidentStatus.Open,

            // What an organisation calls its own milestones is anybody's choice; they come after somebody took it on.
            _ => acknowledged ? IncidentStatus.Acknowledged : IncidentStatus.Open,
        };
    }

    /// <summary>The API does not say when it last changed, so it is as of its arrival, or of the latest time in it.</summary>
    static DateTimeOffset LatestOf(
        FireHydrantIncident incident, List<FireHydrantMilestone> milestones, DateTimeOffset receivedAt) =>
        milestones.SelectMany(one => new[] { one.OccurredAt, one.UpdatedAt })
            .Concat([incident.CreatedAt, incident.StartedAt, receivedAt]).Max() ?? receivedAt;

    static string? SeverityOf(FireHydrantIncident incident) => incident.Severity switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } severity
            when severity.TryGetProperty("slug", out var slug) && slug.ValueKind == JsonValueKind.String => slug.GetString(),
        _ => null,
    };

    static IEnumerable<string> NamesOf(FireHydrantNamed?[]? things, FireHydrantIncident incident, string type) =>
        (things ?? []).Select(thing => thing?.Name)
            .Concat((incident.Impacts ?? []).OfType<FireHydrantImpact>()
                .Where(impact => string.Equals(impact.Type, type, StringComparison.OrdinalIgnoreCase))
                .Select(impact => impact.Name ?? impact.Impact?.Name))
            .OfType<string>().Where(name => !string.IsNullOrWhiteSpace(name)).Distinct();

    static IEnumerable<(string? Name, string? Value)> LabelsOf(FireHydrantIncident incident)
    {
        foreach (var name in NamesOf(incident.Environments, incident, "environment")) yield return ("environment", name);
        if (incident.Labels is not { ValueKind: JsonValueKind.Object } labels) yield break;
        foreach (var label in labels.EnumerateObject())
            if (label.Value.ValueKind == JsonValueKind.String) yield return (label.Name, label.Value.GetString());
    }
}
