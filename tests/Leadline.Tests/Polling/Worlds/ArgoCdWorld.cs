using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>All at once: applications with their history.</summary>
sealed class ArgoCdWorld : PlayedWorld
{
    public ArgoCdWorld()
    {
        for (var i = 1; i <= 4; i++)
        {
            Add("applications", new
            {
                metadata = new { name = $"shop-{i}", @namespace = "argocd", uid = $"u{i}", labels = new { env = "production" } },
                spec = new { source = new { repoURL = "https://github.com/acme/config", path = $"apps/shop-{i}" }, destination = new { @namespace = "shop" } },
                status = new
                {
                    history = Enumerable.Range(0, 3).Select(id => Sync(id, Start.AddDays(i + (10 * id)), ShaOf((10 * i) + id)))
                        .ToArray(),
                    operationState = new
                    {
                        phase = "Succeeded",
                        startedAt = Start.AddDays(i + 20),
                        finishedAt = Start.AddDays(i
                        + 20).AddMinutes(2)
                    },
                    health = new { status = "Healthy" },
                },
            });
            Hook(List("applications")[i - 1]);
        }
    }

    public override string Source => "argocd";

    public override string? Paged => null;

    public override void Happen()
    {
        var status = List("applications")[0]["status"]!;
        status["history"]!.AsArray().Add(JsonSerializer.SerializeToNode(Sync(3, Later, ShaOf(99))));
        (status["operationState"]!["startedAt"], status["operationState"]!["finishedAt"]) =
            (Text(Later.AddMinutes(-2)), Text(Later));
    }

    protected override Played AnswerNow(HttpRequest request) => request.Path == "/api/v1/applications"
        ? Ok(new JsonObject { ["metadata"] = new JsonObject(), ["items"] = Page(List("applications"), 0, 100) })
        : NotFound;

    static object Sync(int id, DateTimeOffset at, string revision) =>
        new { id, revision, deployStartedAt = Text(at.AddMinutes(-2)), deployedAt = Text(at), initiatedBy = new { username = "ada" } };
}
