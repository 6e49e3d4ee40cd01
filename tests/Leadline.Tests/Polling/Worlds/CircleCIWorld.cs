using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the token of a page: pipelines, the workflows of each and the jobs of those.</summary>
sealed class CircleCIWorld : PlayedWorld
{
    const string Slug = "gh/acme/shop";

    public CircleCIWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = i == 8 ? Now.AddHours(-1) : Start.AddDays(i);
            var isOver = i < 8;
            var pipeline =
                new { id = $"p{i}", number = i, created_at = at, updated_at = at, trigger = new { actor = new { login = "ada" } }, vcs = new { origin_repository_url = "https://github.com/acme/shop", target_repository_url = "https://github.com/acme/shop", revision = ShaOf(i), branch = "main", commit = new { subject = "Work of Ada Example" } } };
            var workflow =
                new
                {
                    id = $"w{i}",
                    name = "deploy",
                    status = isOver ? "success"
                    : "running",
                    created_at = at,
                    stopped_at = isOver ? at.AddMinutes(20) : (DateTimeOffset?)null,
                    pipeline_id = $"p{i}",
                    started_by = "u"
                };
            Add("pipelines", pipeline);
            Add($"p{i}", workflow);
            foreach (var name in (string[])["build", "deploy-production"])
                Add(
                    $"w{i}",
                    new
                    {
                        id = $"j{i}{name}",
                        name,
                        status = isOver ? "success"
                        : "running",
                        started_at = at.AddMinutes(10),
                        stopped_at = isOver ? at.AddMinutes(20) : (DateTimeOffset?)null,
                        type = "build",
                        job_number = i
                    });
            if (!isOver) continue;
            Hook(
                new { type = "workflow-completed", happened_at = at.AddMinutes(20), pipeline, workflow, project = new { slug = Slug } });
            Hook(
                new { type = "job-completed", happened_at = at.AddMinutes(20), pipeline, workflow, job = List($"w{i}")[1], project = new { slug = Slug } });
        }
    }

    public override string Source => "circleci";

    public override System.Collections.Immutable.ImmutableArray<string> Names => [Slug];

    public override string? Paged => "/project/";

    public override void Appear()
    {
        Add(
            "pipelines",
            new { id = "p9", number = 9, created_at = Later, updated_at = Later, vcs = new { target_repository_url = "https://github.com/acme/shop", revision = ShaOf(9) } });
        Add(
            "p9",
            new { id = "w9", name = "deploy", status = "success", created_at = Later, stopped_at = Later.AddMinutes(1), pipeline_id = "p9" });
        List("w9");
    }

    public override void Happen()
    {
        foreach (var one in (JsonObject[])[.. List("p8"), .. List("w8")])
            (one["status"], one["stopped_at"]) = ("success", Text(Later));
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var list = request.Path.Value!.Split('/') switch
        {
            ["", "project", "gh", "acme", "shop", "pipeline"] => "pipelines",
            ["", "pipeline", var id, "workflow"] => id,
            ["", "workflow", var id, "job"] => id,
            _ => null,
        };
        if (list is null) return NotFound;
        var things = list == "pipelines" ? List(list).OrderByDescending(one => At(one, "created_at")).ToList() : List(list);
        var from = request.Query["page-token"] is [{ } token] ? int.Parse(token[1..]) : 0;
        return Ok(new JsonObject
        {
            ["items"] = Page(things, from),
            ["next_page_token"] = from + AtOnce < things.Count ? $"t{from + AtOnce}" : null,
        });
    }
}
