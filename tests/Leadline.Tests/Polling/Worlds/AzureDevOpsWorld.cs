using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By a token in a header, and by how many to leave out.</summary>
sealed class AzureDevOpsWorld : PlayedWorld
{
    const string ProjectId = "22222222-2222-4222-8222-222222222222";

    static readonly object Project = new { id = ProjectId, name = "shop" };
    static readonly object Repository = new { id = "r1", name = "till", project = Project };

    public AzureDevOpsWorld()
    {
        for (var i = 1; i <= 5; i++)
        {
            Add(
                "pushes",
                new
                {
                    pushId = i,
                    date = Start.AddDays(i),
                    pushedBy = Person,
                    repository = Repository,
                    refUpdates = new[]
                {
                    new { name = "refs/heads/main", oldObjectId = ShaOf(i - 1), newObjectId = ShaOf(i) },
                },
                    commits = new[]
                    {
                        new { commitId = ShaOf(i), comment = "Work", author = Signed(i), committer = Signed(i) },
                    }
                });
            Hook(
                new { eventType = "git.push", createdDate = Start.AddDays(i), resource = List("pushes")[^1], resourceContainers = new { project = Project } });
        }

        for (var i = 1; i <= 120; i++)
        {
            Add(
                "pulls",
                Pull(i, i % 5 == 0 ? "active" : "completed", Start.AddHours(i), i % 5 == 0 ? null : Start.AddHours(i + 1)));
            Hook(
                new { eventType = "git.pullrequest.merged", createdDate = Start.AddHours(i + 1), resource = List("pulls")[^1] });
            Add($"pulls/{i}", new { commitId = ShaOf(100 + i), comment = "Work", author = Signed(1), committer = Signed(1) });
        }

        for (var part = 1; part <= 3; part++)
            Add("pulls/1", new { commitId = ShaOf(5000 + part), comment = "Work", author = Signed(1), committer = Signed(1) });
        for (var i = 1; i <= 120; i++)
        {
            var branch =
                new { name = $"refs/heads/change-{i}", oldObjectId = new string('0', 40), newObjectId = ShaOf(100 + i) };
            if (i % 5 != 0)
                Hook(
                    new { eventType = "git.push", createdDate = Start.AddHours(i), resource = new { date = Start.AddHours(i), repository = Repository, refUpdates = new[] { branch }, commits = List($"pulls/{i}") }, resourceContainers = new { project = Project } });
        }

        for (var i = 1; i <= 5; i++)
        {
            var at = Start.AddDays(i);
            var isOver = i < 5;
            var release =
                new
                {
                    id = 60
                    + i,
                    name = $"Release-{i}",
                    url = $"https://vsrm.dev.azure.com/acme/{ProjectId}/_apis/Release/releases/{60 + i}",
                    artifacts = new[]
                    {
                        new { isPrimary = true, definitionReference = new { sourceVersion = new { id = ShaOf(i) }, repository = new { id = "r1", name = "till" } } },
                    }
                };
            Add("deployments", new
            {
                id = i,
                release,
                releaseDefinition = new { id = 1, name = "till" },
                releaseEnvironment = new { id = 5, name = "production" },
                projectReference = (object?)null,
                attempt = 1,
                deploymentStatus = !isOver ? "inProgress" : i == 3 ? "failed" : "succeeded",
                operationStatus = !isOver ? "phaseInProgress" : i == 3 ? "rejected" : "approved",
                requestedBy = Person,
                queuedOn = at,
                startedOn = at.AddMinutes(1),
                completedOn = isOver ? at.AddMinutes(9) : DateTimeOffset.MinValue,
                lastModifiedOn = isOver ? at.AddMinutes(9) : at.AddMinutes(1),
            });
            Hook(new
            {
                eventType = $"ms.vss-release.deployment-{(isOver ? "completed" : "started")}-event",
                createdDate = isOver ? at.AddMinutes(9) : at.AddMinutes(1),
                resource = new
                {
                    environment = new
                    {
                        releaseId = 60 + i,
                        name = "production",
                        status = !isOver ? "inProgress"
                    : i == 3 ? "rejected" : "succeeded"
                    },
                    release,
                    deployment = new
                    {
                        attempt = 1,
                        queuedOn = at,
                        startedOn = at.AddMinutes(1),
                        completedOn = isOver
                        ? at.AddMinutes(9) : (DateTimeOffset?)null
                    },
                    project = Project
                },
                resourceContainers = new { project = Project },
            });
        }

        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            Add(
                "builds",
                new
                {
                    id = i,
                    buildNumber = $"2026.{i}",
                    status = "completed",
                    result = i == 4 ? "failed"
                    : "succeeded",
                    sourceVersion = ShaOf(i),
                    queueTime = at,
                    startTime = at.AddMinutes(1),
                    finishTime = at.AddMinutes(20),
                    definition = new { name = "deploy" },
                    repository = new { id = "r1", name = "till", type = "TfsGit" },
                    project = Project,
                    requestedFor = Person
                });
            Add($"builds/{i}", new { type = "Job", name = "Job", state = "completed", result = "succeeded" });
            Add(
                $"builds/{i}",
                new
                {
                    type = "Stage",
                    name = "production",
                    attempt = 1,
                    state = "completed",
                    result = i == 4 ? "failed"
                    : "succeeded",
                    startTime = at.AddMinutes(10),
                    finishTime = at.AddMinutes(20)
                });
            Hook(
                new { eventType = "build.complete", createdDate = at.AddMinutes(20), resource = List("builds")[^1], resourceContainers = new { project = Project } });
            var run =
                new { id = i, name = $"2026.{i}", createdDate = at, pipeline = new { name = "deploy" }, resources = new { repositories = new { self = new { repository = new { fullName = "shop/till" }, version = ShaOf(i) } } } };
            Hook(
                new { eventType = "ms.vss-pipelines.stage-state-changed-event", createdDate = at.AddMinutes(20), resource = new { run, stage = List($"builds/{i}")[1] }, resourceContainers = new { project = Project } });
        }
    }

    public override string Source => "azuredevops";

    public override System.Collections.Immutable.ImmutableArray<string> Names => ["acme/*"];

    static object Person => new { displayName = "Ada Example", uniqueName = "ada@acme.example" };

    public override string? Paged => "queryTimeRangeType=created";

    public override void Appear() => Add("pulls", Pull(121, "active", Later, null));

    public override void Happen()
    {
        List("pulls")[4] = (JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(
            Pull(5, "completed", Start.AddHours(5), Later))!;
        var deployment = List("deployments")[4];
        (deployment["deploymentStatus"], deployment["operationStatus"]) = ("succeeded", "approved");
        (deployment["completedOn"], deployment["lastModifiedOn"]) = (Text(Later), Text(Later));
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var path = request.Path.Value!;
        if (path == "/acme/_apis/projects") return new Played(200, $$"""{"value":[{"id":"{{ProjectId}}","name":"shop"}]}""");
        const string Prefix = "/acme/shop/_apis/";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal)) return NotFound;
        return path[Prefix.Length..].Split('/') switch
        {
            ["git", "repositories"] => new Played(200, """{"value":[{"id":"r1","name":"till"}]}"""),
            ["git", "repositories", "r1", "pushes"] =>
                Skipped(
                    List("pushes").Where(one => At(one, "date") >= At(request.Query["searchCriteria.fromDate"]!)), "date",
                    request),
            ["git", "repositories", "r1", "pushes", var id] =>
                Ok(List("pushes").First(one => $"{one["pushId"]}" == id).DeepClone()),
            ["git", "pullrequests"] => Pulls(request),
            ["git", "repositories", "r1", "pullRequests", var number, "commits"] => Continued(List($"pulls/{number}"), request),
            ["release", "deployments"] =>
                Continued(
                    List("deployments").Where(one => At(one, "lastModifiedOn") >= At(request.Query["minModifiedTime"]!))
                        .OrderByDescending(one => (int)one["id"]!), request),
            ["build", "builds"] => Builds(request),
            ["build", "builds", var id, "timeline"] => Ok(new JsonObject { ["records"] = Page(List($"builds/{id}"), 0, 100) }),
            _ => NotFound,
        };
    }

    Played Pulls(HttpRequest request)
    {
        var by = request.Query["searchCriteria.queryTimeRangeType"] == "closed" ? "closedDate" : "creationDate";
        return Skipped(
            List("pulls").Where(one => one[by] is not null && At(one, by) >= At(request.Query["searchCriteria.minTime"]!)), by,
            request);
    }

    Played Builds(HttpRequest request)
    {
        return Continued(
            List("builds").Where(one => At(one, "queueTime") >= At(request.Query["minTime"]!))
                .OrderByDescending(one => At(one, "queueTime")), request);
    }

    static Played Continued(IEnumerable<JsonObject> all, HttpRequest request)
    {
        var things = all.ToList();
        var from = request.Query["continuationToken"] is [{ } token] ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
        var page = new JsonObject { ["value"] = Page(things, from) };
        return from + AtOnce < things.Count ? Ok(page, ("x-ms-continuationtoken", $"{from + AtOnce}")) : Ok(page);
    }

    static Played Skipped(IEnumerable<JsonObject> things, string by, HttpRequest request) =>
        Ok(new JsonObject
        {
            ["value"] = Page(things.OrderByDescending(one => At(one, by)), Number(request, "$skip"), Number(request, "$top")),
        });

    static object Pull(int number, string status, DateTimeOffset opened, DateTimeOffset? closed) => new
    {
        pullRequestId = number,
        status,
        title = $"Change {number}",
        creationDate = opened,
        closedDate = closed,
        sourceRefName = $"refs/heads/change-{number}",
        targetRefName = "refs/heads/main",
        lastMergeSourceCommit = new { commitId = ShaOf(100 + number) },
        lastMergeCommit = new { commitId = ShaOf(1000 + number) },
        createdBy = Person,
        repository = Repository,
    };

    static object Signed(int number) => new { name = "Ada Example", email = "ada@acme.example", date = Start.AddDays(number) };
}
