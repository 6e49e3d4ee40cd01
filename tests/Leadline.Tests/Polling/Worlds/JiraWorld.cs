using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>By the token of a page: issues by their last change, with what was changed.</summary>
sealed partial class JiraWorld : PlayedWorld
{
    static readonly Dictionary<string, string> Categories = new() { ["1"] = "new", ["3"] = "indeterminate", ["9"] = "done" };

    public JiraWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            (string From, string To, DateTimeOffset At)[] changes = i == 8 ? [] : [("1", "3", at.AddMinutes(20)), ("3", "9", at.AddHours(2))];
            Add("issues", Issue(i, changes.Length == 0 ? "1" : "9", at, changes));
            Told(i, "created", "1", at, at);
            foreach (var (_, to, when) in changes) Told(i, "updated", to, at, when);
        }
    }

    public override string Source => "jira";

    public override System.Collections.Immutable.ImmutableArray<string> Names => ["SHOP"];

    public override void Happen() => List("issues")[7] = (JsonObject)JsonSerializer.SerializeToNode(Issue(8, "9", Start.AddDays(8), [("1", "9", Later)]))!;

    protected override Played AnswerNow(HttpRequest request)
    {
        if (request.Path == "/rest/api/3/status") return new Played(200, JsonSerializer.Serialize(Categories.Select(one => new { id = one.Key, name = "出来", statusCategory = new { key = one.Value } })));
        if (request.Path == "/rest/api/3/search/approximate-count") return new Played(200, """{"count":8}""");
        if (request.Path != "/rest/api/3/search/jql") return NotFound;
        var match = Updated().Match(request.Query["jql"].ToString());
        var since = At(match.Groups[1].Value + "T00:00:00Z");
        var things = List("issues").Where(one => UpdatedOf(one) >= since).OrderByDescending(UpdatedOf).ToList();
        var from = request.Query["nextPageToken"] is [{ } token] ? int.Parse(token[1..], CultureInfo.InvariantCulture) : 0;
        var page = new JsonObject { ["issues"] = Page(things, from), ["isLast"] = from + AtOnce >= things.Count };
        if (from + AtOnce < things.Count) page["nextPageToken"] = $"t{from + AtOnce}";
        return Ok(page);
    }

    static DateTimeOffset UpdatedOf(JsonObject issue) => At(((string)issue["fields"]!["updated"]!).Replace("+0000", "Z"));

    static string Written(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    static object Issue(int number, string status, DateTimeOffset created, (string From, string To, DateTimeOffset At)[] changes) => new
    {
        key = $"SHOP-{number}",
        self = $"https://acme.example/rest/api/3/issue/{number}",
        fields = Fields(status, created, changes.Length == 0 ? created : changes[^1].At),
        changelog = new
        {
            total = changes.Length + 1,
            histories = changes.Select(one => new { created = Written(one.At), author = new { displayName = "Ada Example" }, items = new[] { new { field = "status", from = one.From, to = one.To } } })
                .Prepend(new { created = Written(created.AddMinutes(1)), author = new { displayName = "Ada Example" }, items = new[] { new { field = "assignee", from = "ada", to = "bob" } } }),
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
