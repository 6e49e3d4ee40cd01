using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.ServiceNow;

/// <summary>Reads the incidents that a business rule of ServiceNow sends, or its Table API answers with.</summary>
public sealed class ServiceNowReader : SourceReader
{
    /// <summary>Under which records stand in a body.</summary>
    static readonly string[] Wrappings = ["result", "records", "incident", "record", "data"];

    public override string Source => "servicenow";

    public override int Version => 1;

    public override SourceDescription About => new(
        "ServiceNow", "incidents",
        "the secret as a bearer token or basic password");

    public override PersonalFields Personal { get; } = new(
        People:
        [
            "caller_id", "opened_by", "closed_by", "resolved_by", "reopened_by", "assigned_to", "requested_for", "requested_by",
            "watch_list",
            "work_notes_list", "additional_assignee_list", "sys_created_by", "sys_updated_by", "user", "u_requestor",
        ],
        Strings: ["email", "user_name", "first_name", "last_name", "phone", "mobile_phone", "avatar"],
        Texts: ["short_description", "description", "close_notes", "comments", "work_notes", "comments_and_work_notes"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Bearer(delivery, secret) || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var body = delivery.Json(ServiceNowJson.Default.JsonElement);
        foreach (var wrapping in Wrappings)
        {
            if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty(wrapping, out var inner)
                && inner.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                body = inner;
        }

        if (body.ValueKind != JsonValueKind.Array) return Convert(body, delivery.ReceivedAt);
        Fact[] facts =
        [
            .. body.EnumerateArray().Select(one => Convert(one, delivery.ReceivedAt)).OfType<FactsReading>()
                .SelectMany(read => read.Facts),
        ];
        return facts.Length == 0 ? Reading.Ignored("none of its records is an incident that could be read")
            : Reading.Of([.. facts]);
    }

    static Reading Convert(JsonElement body, DateTimeOffset receivedAt)
    {
        if (body.ValueKind != JsonValueKind.Object) return Reading.Ignored("it is no record");
        var record = body.Deserialize(ServiceNowJson.Default.ServiceNowRecord) ?? new ServiceNowRecord();
        if ((record.Number?.Value ?? record.SysId?.Value) is not { } id)
            return Reading.Ignored("the record has neither number nor sys_id");
        if (!IsIncident(record))
            return Reading.Ignored($"{id} is no incident, but of the table {TableOf(record) ?? "that its number says"}");
        if ((Time(record.OpenedAt, "opened_at") ?? Time(record.SysCreatedOn, "sys_created_on")) is not { } opened)
            return Reading.Ignored("the incident does not say when it was opened");
        if (StatusOf(record) is not { } status)
        {
            return Reading.Ignored(
                $"nobody could tell whether the state {record.State?.Value} is over: send what is stored, which is a number, "
                    + "and not what is shown");
        }

        var updated = Time(record.SysUpdatedOn, "sys_updated_on");
        var resolved = Time(record.ResolvedAt, "resolved_at") ?? Time(record.ClosedAt, "closed_at");
        return Reading.Of(new IncidentFact
        {
            Id = id,
            Source = "servicenow",
            Service = record.BusinessService?.Name ?? record.CmdbCi?.Name,
            Group = record.CmdbCi?.Value ?? record.BusinessService?.Value,
            AlertLabels = AlertLabels.Of(Labels(record)),
            Status = status,
            StartedAt = opened,
            AcknowledgedAt = status == IncidentStatus.Acknowledged ? updated : null,

            // One that is opened again keeps the time at which it was resolved before.
            ResolvedAt = status == IncidentStatus.Resolved ? resolved ?? updated ?? receivedAt : null,
            Severity = record.Priority?.Name ?? record.Priority?.Value ?? record.Severity?.Name ?? record.Severity?.Value,
            Title = record.ShortDescription?.Value,
            Url = record.Url?.Value ?? UrlOf(record),
            AsOf = updated ?? (status == IncidentStatus.Resolved ? resolved : null) ?? opened,
        });
    }

    static string? TableOf(ServiceNowRecord record) => record.SysClassName?.Value ?? record.Table?.Value;

    /// <summary>Where no table is named, the number's letters tell.</summary>
    static bool IsIncident(ServiceNowRecord record) => TableOf(record) is { } table
        ? table.Equals("incident", StringComparison.OrdinalIgnoreCase)
        : record.Number?.Value?.StartsWith("INC", StringComparison.OrdinalIgnoreCase) == true;

    static IncidentStatus? StatusOf(ServiceNowRecord record) =>
        StatusOf(record.State?.Value) ?? StatusOf(record.IncidentState?.Value) ?? record switch
        {
            { Active.Value: "false" or "0" } => IncidentStatus.Resolved,
            { State: null, IncidentState: null } =>
                record.ResolvedAt?.Value is null && record.ClosedAt?.Value is null ? IncidentStatus.Open
                    : IncidentStatus.Resolved,
            _ => null,
        };

    /// <summary>By the number that is stored: what is shown is in anybody's language.</summary>
    static IncidentStatus? StatusOf(string? state) => state?.Trim().ToLowerInvariant() switch
    {
        "1" or "new" => IncidentStatus.Open,
        "2" or "3" or "4" or "5" or "in progress" or "active" or "on hold" => IncidentStatus.Acknowledged,
        "6" or "7" or "resolved" or "closed" => IncidentStatus.Resolved,
        "8" or "canceled" or "cancelled" => IncidentStatus.Dismissed,
        _ => null,
    };

    /// <summary>Its times carry no zone, and are those of UTC.</summary>
    static DateTimeOffset? Time(ServiceNowField? field, string name) => Times.Parse(field?.Value, name);

    static IEnumerable<(string? Name, string? Value)> Labels(ServiceNowRecord record) =>
    [
        ("cmdb_ci", record.CmdbCi?.Name), ("cmdb_ci", record.CmdbCi?.Value),
        ("business_service", record.BusinessService?.Name), ("business_service", record.BusinessService?.Value),
    ];

    /// <summary>Whatever points to another record says where the instance is.</summary>
    static string? UrlOf(ServiceNowRecord record) =>
        record.SysId?.Value is { } id
        && (record.CmdbCi?.Link ?? record.BusinessService?.Link) is { } link
        && link.IndexOf("/api/", StringComparison.Ordinal) is > 0 and var end
            ? $"{link[..end]}/incident.do?sys_id={id}"
            : null;
}
