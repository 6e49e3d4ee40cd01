using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By offset: incidents by their creation, and log entries.</summary>
sealed class PagerDutyWorld : PlayedWorld
{
    static readonly object Service = new { id = "PSVC1", type = "service_reference", summary = "Checkout" };

    public PagerDutyWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            var isOver = i < 8;
            Add(
                "incidents",
                new
                {
                    id = $"Q{i}",
                    type = "incident",
                    status = isOver ? "resolved"
                    : "triggered",
                    title = $"Checkout fails {i}",
                    created_at = Text(at),
                    updated_at = Text(isOver ? at.AddHours(1) : at),
                    last_status_change_at = Text(isOver ? at.AddHours(1) : at),
                    service = Service,
                    urgency = "high",
                    assignments = new[] { new { assignee = new { summary = "Ada Example" } } }
                });
            Log(i, "trigger", at);
            Log(i, "notify", at.AddSeconds(5));
            Event(i, "triggered", "triggered", at, at);
            if (!isOver) continue;
            Log(i, "acknowledge", at.AddMinutes(10));
            Log(i, "resolve", at.AddHours(1));
            Event(i, "acknowledged", "acknowledged", at.AddMinutes(10), at);
            Event(i, "resolved", "resolved", at.AddHours(1), at);
        }
    }

    public override string Source => "pagerduty";

    public override string? Paged => "/log_entries?";

    public override void Appear()
    {
        Add(
            "incidents",
            new { id = "Q9", type = "incident", status = "triggered", title = "Checkout fails 9", created_at = Text(Later), updated_at = Text(Later), last_status_change_at = Text(Later), service = Service, urgency = "high" });
        Log(9, "trigger", Later);
    }

    public override void Happen()
    {
        var open = List("incidents")[7];
        (open["status"], open["last_status_change_at"], open["updated_at"]) = ("resolved", Text(Later), Text(Later));
        Log(8, "resolve", Later);
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var kind = request.Path.Value![1..];
        if (kind is not ("incidents" or "log_entries")) return NotFound;
        var (since, until) = (At(request.Query["since"]!), At(request.Query["until"]!));
        Assert.True(until - since <= TimeSpan.FromDays(180));
        var things = List(kind).Where(one => At(one, "created_at") >= since && At(one, "created_at") < until)
            .OrderByDescending(one => At(one, "created_at")).ToList();
        var offset = Number(request, "offset");
        return Ok(new JsonObject
        {
            [kind] = Page(things, offset),
            ["limit"] = AtOnce,
            ["offset"] = offset,
            ["more"] = offset + AtOnce < things.Count,
            ["total"] = things.Count,
        });
    }

    void Log(int incident, string what, DateTimeOffset at) =>
        Add(
            "log_entries",
            new { id = $"L{incident}{what}", type = $"{what}_log_entry", created_at = Text(at), incident = new { id = $"Q{incident}", type = "incident_reference", summary = $"[#{incident}] Checkout fails {incident}" }, service = Service, agent = new { summary = "Ada Example" } });

    void Event(int incident, string type, string status, DateTimeOffset at, DateTimeOffset created) => Hook(
        new { @event = new { event_type = $"incident.{type}", occurred_at = at, data = new { id = $"Q{incident}", type = "incident", status, created_at = created, title = $"Checkout fails {incident}", service = Service } } });
}
