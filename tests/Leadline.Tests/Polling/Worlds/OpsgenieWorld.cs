using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the address of the next page in the answer: alerts and incidents by their creation.</summary>
sealed partial class OpsgenieWorld : PlayedWorld
{
    public OpsgenieWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i * 7);
            var isOver = i < 8;
            Add(
                "alerts",
                new
                {
                    id = $"a{i}",
                    message = "Checkout fails",
                    status = isOver ? "closed"
                    : "open",
                    acknowledged = isOver,
                    createdAt = at,
                    updatedAt = isOver ? at.AddHours(1) : at,
                    priority = "P1",
                    entity = "checkout",
                    owner = "ada@acme.example",
                    report = isOver ? new { ackTime = 600_000, closeTime = 3_600_000 } : null
                });
            Event(i, "Create", at, at);
            if (isOver)
            {
                Event(i, "Acknowledge", at, at.AddMinutes(10));
                Event(i, "Close", at, at.AddHours(1));
            }

            if (i % 2 == 0)
                Add(
                    "incidents",
                    new { id = $"i{i}", message = "Checkout is down", status = "resolved", createdAt = at, updatedAt = at.AddHours(2), impactStartDate = at, impactEndDate = at.AddHours(2), priority = "P1", impactedServices = new[] { "svc-1" } });
        }
    }

    public override string Source => "opsgenie";

    public override bool IsTold(string thing) => !thing.StartsWith("incident opsgenie:i", StringComparison.Ordinal);

    public override string? Paged => "/v2/alerts?";

    public override void Appear() =>
        Add(
            "alerts",
            new { id = "a9", message = "Checkout fails", status = "open", acknowledged = false, createdAt = Later, updatedAt = Later, priority = "P1", entity = "checkout" });

    public override void Happen()
    {
        var open = List("alerts")[7];
        (open["status"], open["updatedAt"]) = ("closed", Text(Later));
        open["report"] = new JsonObject { ["closeTime"] = (Later - At(open, "createdAt")).TotalMilliseconds };
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var kind = request.Path.Value switch { "/v2/alerts" => "alerts", "/v1/incidents" => "incidents", _ => null };
        if (kind is null) return NotFound;
        var match = Span().Match(request.Query["query"].ToString());
        var (from, to) = (Instant(match.Groups[1].Value), Instant(match.Groups[2].Value));
        var things = List(kind).Where(one => At(one, "createdAt") >= from && At(one, "createdAt") < to)
            .OrderByDescending(one => At(one, "createdAt")).ToList();
        var offset = Number(request, "offset");
        var paging = new JsonObject();
        if (offset + AtOnce < things.Count)
            paging["next"] =
                $"{request.Scheme}://{request.Host}{request.Path}?query={Uri.EscapeDataString(request.Query["query"]!)}&limit="
                    + $"{AtOnce}&offset={offset + AtOnce}";
        return Ok(new JsonObject { ["data"] = Page(things, offset), ["paging"] = paging });
    }

    static DateTimeOffset Instant(string text) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text, CultureInfo.InvariantCulture));

    void Event(int alert, string action, DateTimeOffset created, DateTimeOffset at) => Hook(
        new { action, alert = new { alertId = $"a{alert}", message = "Checkout fails", entity = "checkout", priority = "P1", createdAt = created.ToUnixTimeMilliseconds(), updatedAt = at.ToUnixTimeMilliseconds() * 1_000_000, username = "ada@acme.example" } });

    [GeneratedRegex("createdAt >= ([0-9]+) AND createdAt < ([0-9]+)")]
    private static partial Regex Span();
}
