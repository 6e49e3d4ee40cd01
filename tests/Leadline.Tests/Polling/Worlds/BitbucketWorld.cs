using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the address of the next page in the answer.</summary>
sealed partial class BitbucketWorld : PlayedWorld
{
    const string Repository = "acme/shop";

    public BitbucketWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            var isMerged = i < 8;
            Add("commits", Commit(i, at));
            Add("pullrequests", Pull(i, isMerged ? "MERGED" : "OPEN", at, isMerged ? at.AddHours(2) : at));
            for (var part = 0; part < (i == 1 ? 4 : 1); part++)
                Add($"pullrequests/{i}/commits", Commit(100 + i + (1000 * part), at.AddHours(-4)));
            Add(
                $"pullrequests/{i}/activity",
                new { approval = new { date = at.AddMinutes(-30), user = Person("bob"), pullrequest = new { id = i } } });
            Add($"pullrequests/{i}/activity", new { comment = new { content = new { raw = "Well done, Ada" } } });
            Hook(
                new { pullrequest = Pull(i, "OPEN", at, at.AddHours(-3)), repository = new { full_name = Repository } },
                ("X-Event-Key", "pullrequest:created"));
            foreach (var commit in (JsonObject[])[List("commits")[^1], .. isMerged ? List($"pullrequests/{i}/commits") : []])
            {
                var tip = new { type = "branch", name = "main", target = new { hash = (string)commit["hash"]! } };
                Hook(
                    new
                    {
                        push = new
                        {
                            changes = new[]
                    {
                        new { @new = tip, commits = new[] { commit } },
                    }
                        },
                        repository = new { full_name = Repository }
                    }, ("X-Event-Key", "repo:push"));
            }

            if (isMerged)
            {
                Add($"pullrequests/{i}/activity", new { update = new { state = "MERGED", date = at, author = Person("ada") } });
                Hook(
                    new
                    {
                        pullrequest = Pull(
                        i, "OPEN", at, at.AddHours(-3)),
                        approval = new { date = at.AddMinutes(-30), user = Person("bob") },
                        repository = new { full_name = Repository }
                    }, ("X-Event-Key", "pullrequest:approved"));
                Hook(
                    new { pullrequest = Pull(i, "MERGED", at, at), repository = new { full_name = Repository } },
                    ("X-Event-Key", "pullrequest:fulfilled"));
            }

            Add(
                "pipelines",
                new
                {
                    uuid = $"{{p{i}}}",
                    state = new
                    {
                        name = "COMPLETED",
                        result = new
                        {
                            name = i == 3 ? "FAILED"
                    : "SUCCESSFUL"
                        }
                    },
                    target = new { ref_name = "main", commit = new { hash = ShaOf(i) } },
                    created_on = at,
                    completed_on = at.AddMinutes(7),
                    creator = Person("ada")
                });
            Add(
                "deployments",
                new { type = "deployment", uuid = $"{{d{i}}}", environment = new { name = "Production" }, release = new { name = $"#{i}", commit = new { hash = ShaOf(i) }, created_on = at.AddHours(1) }, state = new { name = "COMPLETED", status = new { name = "SUCCESSFUL" }, started_on = at.AddHours(1), completed_on = at.AddHours(2) } });
            if (i % 3 == 0)
                Add(
                    "issues",
                    new { id = i, title = "The till is down", state = "resolved", kind = "bug", priority = "major", component = new { name = "incident" }, created_on = at, updated_on = at.AddHours(5), reporter = Person("eve") });
            if (i % 3 == 0)
                Hook(
                    new { issue = List("issues")[^1], changes = new { status = new { @new = "resolved" } }, repository = new { full_name = Repository } }, ("X-Event-Key", "issue:updated"));
        }
    }

    public override string Source => "bitbucket";

    public override string Below => "2.0/";

    public override System.Collections.Immutable.ImmutableArray<string> Names => ["acme/*"];

    public override IEnumerable<string> Alone =>
        Enumerable.Range(1, 8).SelectMany(i => new[] { $"\"{{p{i}}}\"", $"\"{{d{i}}}\"" });

    public override bool IsTold(string thing) =>
        !thing.StartsWith("build ", StringComparison.Ordinal) && !thing.StartsWith("deployment ", StringComparison.Ordinal);

    public override string? Paged => "/pullrequests?";

    public override void Appear() => Add("pullrequests", Pull(9, "OPEN", Later.AddHours(3), Later));

    public override void Happen()
    {
        List("pullrequests")[7] = (JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(Pull(8, "MERGED", Later, Later))!;
        List("pullrequests")[7]["created_on"] = Start.AddDays(8).AddHours(-3);
        Add("pullrequests/8/activity", new { update = new { state = "MERGED", date = Later } });
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        if (request.Path == "/2.0/repositories/acme")
            return new Played(200, $$"""{"values":[{"full_name":"{{Repository}}"}]}""");
        const string Prefix = $"/2.0/repositories/{Repository}/";
        if (!request.Path.Value!.StartsWith(Prefix, StringComparison.Ordinal)) return NotFound;
        var all = List(request.Path.Value[Prefix.Length..]);
        var since = Since().Match(request.Query["q"].ToString()) is { Success: true } match ? At(match.Groups[1].Value)
            : DateTimeOffset.MinValue;
        var things = all.Where(one => Time(one) >= since).OrderByDescending(Time).ToList();
        var page = Number(request, "page", 1);
        var answer = new JsonObject
        {
            ["values"] = Page(things, (page - 1) * AtOnce),
            ["size"] = things.Count,
            ["pagelen"] = AtOnce,
        };

        // Of pipelines it says no next page.
        if (!request.Path.Value.EndsWith("/pipelines", StringComparison.Ordinal) && page * AtOnce < things.Count)
            answer["next"] =
                $"{request.Scheme}://{request.Host}{request.Path}?"
                    + $"{string.Join('&', request.Query.Where(one => one.Key != "page").SelectMany(one => one.Value.Select(value => $"{one.Key}={Uri.EscapeDataString(value!)}")))}&page={page + 1}";
        return Ok(answer);
    }

    static DateTimeOffset Time(JsonObject one)
    {
        foreach (var name in (string[])["updated_on", "created_on", "date"])
            if (one[name] is { } at) return At((string)at!);
        return one["state"]?["started_on"] is { } started ? At((string)started!) : DateTimeOffset.MaxValue;
    }

    static object Pull(int number, string state, DateTimeOffset merged, DateTimeOffset updated) => new
    {
        id = number,
        title = $"Change {number}",
        state,
        author = Person("ada"),
        source = new { branch = new { name = $"change-{number}" }, commit = new { hash = ShaOf(100 + number)[..12] } },
        destination = new { branch = new { name = "main" } },
        merge_commit = state == "MERGED" ? new { hash = ShaOf(number)[..12] } : null,
        created_on = merged.AddHours(-3),
        updated_on = updated,
    };

    static object Commit(int number, DateTimeOffset at) =>
        new { hash = ShaOf(number), date = at, message = $"Change {number}", author = new { raw = "Ada Example <ada@acme.example>", user = Person("ada") }, parents = new[] { new { hash = ShaOf(number - 1) } } };

    static object Person(string name) => new { display_name = $"{name} of Acme", nickname = name, uuid = $"{{{name}}}" };

    [GeneratedRegex("updated_on >= ([^ ]+)")]
    private static partial Regex Since();
}
