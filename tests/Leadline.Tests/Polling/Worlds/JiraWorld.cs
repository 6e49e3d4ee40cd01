using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>
/// By the token of a page, in the cloud, which shows no more than the last forty changes of an issue; by how many to leave out,
/// of a data center: issues by their last change, with what was changed.
/// </summary>
sealed partial class JiraWorld : PlayedWorld
{
    const int MostChanges = 40, ChangesAtOnce = 20, Often = 3;

    readonly bool isCloud;

    static readonly Dictionary<string, string> Categories = new() { ["1"] = "new", ["3"] = "indeterminate", ["9"] = "done" };

    public JiraWorld(bool isCloud)
    {
        this.isCloud = isCloud;
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            (string From, string To, DateTimeOffset At)[] changes = i switch
            {
                8 => [],
                Often =>
                [
                    ("1", "3", at.AddMinutes(20)),
                    .. Enumerable.Range(1, 49)
                        .Select(change =>
                            change % 2 == 1 ? (change == 1 ? "3" : "1", "9", at.AddMinutes(20 * (change + 1)))
                                : ("9", "1", at.AddMinutes(20 * (change + 1)))),
                ],
                _ => [("1", "3", at.AddMinutes(20)), ("3", "9", at.AddHours(2))],
            };
            Add("issues", Issue(i, changes.Length == 0 ? "1" : "9", at, changes));
            Told(i, "created", "1", at, at);
            foreach (var (_, to, when) in changes) Told(i, "updated", to, at, when);
        }
    }

    public override string Source => "jira";

    public override string Name => isCloud ? "jira" : "jira of a data center";

    public override string? Paged => "/search";

    public override System.Collections.Immutable.ImmutableArray<string> Names => ["SHOP"];

    public override void Happen() =>
        List("issues")[7] = (JsonObject)JsonSerializer.SerializeToNode(Issue(8, "9", Start.AddDays(8), [("1", "9", Later)]))!;

    public override void Appear() => Add("issues", Issue(9, "1", Later, []));

    protected override Played AnswerNow(HttpRequest request)
    {
        if (request.Path == "/rest/api/2/serverInfo")
            return new Played(
                200, isCloud ? """{"deploymentType":"Cloud"}""" : """{"version":"10.3.1","deploymentType":"Server"}""");
        if (!isCloud) return OfDataCenter(request);
        if (request.Path == "/rest/api/3/status")
            return new Played(
                200,
                JsonSerializer.Serialize(
                    Categories.Select(one => new { id = one.Key, name = "出来", statusCategory = new { key = one.Value } })));
        if (request.Path == "/rest/api/3/search/approximate-count") return new Played(200, """{"count":8}""");
        if (request.Path.Value!.Split('/') is ["", "rest", "api", "3", "issue", var key, .. var rest])
            return OfOne(key, rest, request);
        if (request.Path != "/rest/api/3/search/jql") return NotFound;
        var things = Found(request);
        var from = request.Query["nextPageToken"] is [{ } token] ? int.Parse(token[1..], CultureInfo.InvariantCulture) : 0;
        var shown = Page(things, from);
        foreach (var issue in shown)
        {
            var (log, all) = (issue!["changelog"]!, issue["changelog"]!["histories"]!.AsArray());
            var last = new JsonArray([.. all.Reverse().Take(MostChanges).Select(history => history!.DeepClone())]);
            (log["histories"], log["total"]) = (last, last.Count);
        }

        var page = new JsonObject { ["issues"] = shown, ["isLast"] = from + AtOnce >= things.Count };
        if (from + AtOnce < things.Count) page["nextPageToken"] = $"t{from + AtOnce}";
        return Ok(page);
    }

    /// <summary>Neither of the two ways of the cloud; all the changes with an issue.</summary>
    Played OfDataCenter(HttpRequest request)
    {
        if (request.Path == "/rest/api/2/status")
            return new Played(
                200,
                JsonSerializer.Serialize(
                    Categories.Select(one => new { id = one.Key, statusCategory = new { key = one.Value } })));
        if (request.Path != "/rest/api/2/search") return NotFound;
        var things = Found(request);
        var (from, most) = (Number(request, "startAt"), Math.Min(AtOnce, Number(request, "maxResults", 50)));
        return Ok(new JsonObject
        {
            ["startAt"] = from,
            ["maxResults"] = most,
            ["total"] = things.Count,
            ["issues"] = Page(things, from, most),
        });
    }

    List<JsonObject> Found(HttpRequest request)
    {
        var since = At(Updated().Match(request.Query["jql"].ToString()).Groups[1].Value + "T00:00:00Z");
        return [.. List("issues").Where(one => UpdatedOf(one) >= since).OrderByDescending(UpdatedOf)];
    }

    /// <summary>The oldest changes first.</summary>
    Played OfOne(string key, string[] rest, HttpRequest request)
    {
        var issue = (JsonObject)List("issues").First(one => (string)one["key"]! == key).DeepClone();
        var histories = ((JsonArray)issue["changelog"]!["histories"]!).Select(one => (JsonObject)one!).ToList();
        issue.Remove("changelog");
        if (rest is not ["changelog"]) return Ok(issue);
        var from = Number(request, "startAt");
        return Ok(new JsonObject
        {
            ["startAt"] = from,
            ["maxResults"] = ChangesAtOnce,
            ["total"] = histories.Count,
            ["isLast"] = from + ChangesAtOnce >= histories.Count,
            ["values"] = Page(histories, from, ChangesAtOnce),
        });
    }

    static DateTimeOffset UpdatedOf(JsonObject issue) => At(((string)issue["fields"]!["updated"]!).Replace("+0000", "Z"));

    static string Written(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    static object Issue(
        int number, string status, DateTimeOffset created, (string From, string To, DateTimeOffset At)[] changes) => new
        {
            key = $"SHOP-{number}",
            self = $"https://acme.example/rest/api/3/issue/{number}",
            fields = Fields(status, created, changes.Length == 0 ? created : changes[^1].At),
            changelog = new
            {
                total = changes.Length + 1,
                histories = changes.Select(one =>
                    new
                    {
                        created = Written(one.At),
                        author = new { displayName = "Ada Example" },
                        items = new[]
                    {
                    new { field = "status", from = one.From, to = one.To },
                    }
                    })
                .Prepend(
                    new
                    {
                        created = Written(created.AddMinutes(1)),
                        author = new { displayName = "Ada Example" },
                        items = new[]
                    {
                        new { field = "assignee", from = "ada", to = "bob" },
                    }
                    }),
            },
        };

    static object Fields(string status, DateTimeOffset created, DateTimeOffset updated) => new
    {
        summary = "The till is down",
        created = Written(created),
        updated = Written(updated),
        statuscategorychangedate = Written(updated),
        status = new { name = "出来", statusCategory = new { key = Categories[status] } },
        project = new { key = "SHOP" },
        labels = new[] { "incident" },
        issuetype = new { name = "Bug" },
    };

    void Told(int number, string what, string status, DateTimeOffset created, DateTimeOffset at) => Hook(
        new { timestamp = at.ToUnixTimeMilliseconds(), webhookEvent = $"jira:issue_{what}", issue = new { key = $"SHOP-{number}", self = $"https://acme.example/rest/api/2/issue/{number}", fields = Fields(status, created, at) } });

    [GeneratedRegex("updated >= \"([0-9-]+)\"")]
    private static partial Regex Updated();
}
