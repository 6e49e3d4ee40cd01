using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the number of the page, which does not say whether another follows.</summary>
sealed class StatuspageWorld : PlayedWorld
{
    public StatuspageWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i * 7);
            var isOver = i < 8;
            Add("incidents", new
            {
                id = $"s{i}",
                page_id = "p1",
                name = "Checkout is down",
                status = isOver ? "resolved" : "investigating",
                impact = "major",
                created_at = at,
                updated_at = isOver ? at.AddHours(2) : at,
                resolved_at = isOver ? at.AddHours(2) : (DateTimeOffset?)null,
                components = new[] { new { id = "c1", name = "Checkout" } },
                incident_updates = new[] { new { status = "identified", display_at = at.AddMinutes(9) } },
            });
            Hook(new { meta = new { generated_at = Now }, page = new { id = "p1" }, incident = List("incidents")[i - 1] });
        }
    }

    public override string Source => "statuspage";

    public override string Below => "v1/";

    public override string? Paged => "/incidents?";

    public override void Appear() =>
        Add(
            "incidents",
            new { id = "s9", page_id = "p1", name = "Checkout is down", status = "investigating", impact = "major", created_at = Later, updated_at = Later });

    public override void Happen()
    {
        var open = List("incidents")[7];
        (open["status"], open["updated_at"], open["resolved_at"]) = ("resolved", Text(Later), Text(Later));
    }

    protected override Played AnswerNow(HttpRequest request) => request.Path.Value switch
    {
        "/v1/pages" => new Played(200, """[{"id":"p1","name":"Acme"}]"""),
        "/v1/pages/p1/incidents" =>
            Ok(Page(
                List("incidents").OrderByDescending(one => At(one, "created_at")), (Number(request, "page", 1) - 1) * AtOnce)),
        _ => NotFound,
    };
}
