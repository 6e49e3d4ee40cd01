using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By cursor: incidents by their last change, alerts by their creation.</summary>
sealed class IncidentIoWorld : PlayedWorld
{
    public IncidentIoWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i * 7);
            var isOver = i < 8;
            Add("incidents", new
            {
                id = $"01{i}",
                reference = $"INC-{i}",
                name = "Checkout is down",
                mode = "standard",
                created_at = at,
                updated_at = isOver ? at.AddHours(3) : at,
                incident_status = new { category = isOver ? "closed" : "live", name = "Whatever" },
                incident_timestamp_values = new[]
                {
                    Time("Reported at", at), Time("Accepted at", at.AddMinutes(5)),
                    Time("Resolved at", isOver ? at.AddHours(2) : null),
                },
                custom_field_entries = new[]
                {
                    new { custom_field = new { name = "Affected service" }, values = new[] { new { value_text = "checkout" } } },
                },
                incident_role_assignments = new[]
                {
                    new { assignee = new { name = "Ada Example", email = "ada@acme.example" } },
                },
            });
            Add(
                "alerts",
                new
                {
                    id = $"02{i}",
                    title = "Latency",
                    status = isOver ? "resolved"
                    : "firing",
                    created_at = at,
                    updated_at = isOver ? at.AddHours(1) : at,
                    resolved_at = isOver ? at.AddHours(1) : (DateTimeOffset?)null
                });
            Told("public_incident.incident_updated_v2", List("incidents")[i - 1]);
            Told(isOver ? "public_alert.alert_resolved_v1" : "public_alert.alert_created_v1", List("alerts")[i - 1]);
        }
    }

    public override string Source => "incident-io";

    public override string? Paged => "/v2/incidents?";

    public override void Appear() =>
        Add("alerts", new { id = "029", title = "Latency", status = "firing", created_at = Later, updated_at = Later });

    public override void Happen()
    {
        var (incident, alert) = (List("incidents")[7], List("alerts")[7]);
        (incident["incident_status"]!["category"], incident["updated_at"]) = ("closed", Text(Later));
        incident["incident_timestamp_values"]![2]!["value"] = new JsonObject { ["value"] = Text(Later) };
        (alert["status"], alert["updated_at"], alert["resolved_at"]) = ("resolved", Text(Later), Text(Later));
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var kind = request.Path.Value!.Split('/')[^1];
        if (kind is not ("incidents" or "alerts")) return NotFound;
        var by = kind == "incidents" ? "updated_at" : "created_at";
        var since = At(request.Query[$"{by}[gte]"]! + "T00:00:00Z");
        var things = List(kind).Where(one => At(one, by) >= since).OrderByDescending(one => At(one, "created_at")).ToList();
        var from = request.Query["after"] is [{ } after] ? things.FindIndex(one => (string)one["id"]! == after) + 1 : 0;
        var meta = new JsonObject { ["page_size"] = AtOnce, ["total_record_count"] = things.Count };
        if (from + AtOnce < things.Count) meta["after"] = (string)things[from + AtOnce - 1]["id"]!;
        return Ok(new JsonObject { [kind] = Page(things, from), ["pagination_meta"] = meta });
    }

    static object Time(string name, DateTimeOffset? at) =>
        new { incident_timestamp = new { name }, value = at is null ? null : new { value = at } };

    void Told(string type, JsonObject thing) => Hook(new Dictionary<string, object> { ["event_type"] = type, [type] = thing });
}
