using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>
/// By a range in what is asked for: builds of the jobs in a folder, of which one stands for a job of each branch.
/// </summary>
sealed partial class JenkinsWorld : PlayedWorld
{
    readonly Dictionary<string, string[]> folders = new()
    {
        ["acme"] = ["acme/shop", "acme/deploy", "acme/notes"],
        ["acme/shop"] = ["acme/shop/main", "acme/shop/fix%2Ftill"],
    };

    public JenkinsWorld()
    {
        for (var i = 1; i <= 130; i++) Build("acme/shop/main", i, Start.AddHours(8 * i), isPipeline: false, isOver: i < 130);
        for (var i = 1; i <= 2; i++) Build("acme/shop/fix%2Ftill", i, Start.AddDays(i), isPipeline: false, isOver: true);
        for (var i = 1; i <= 5; i++) Build("acme/deploy", i, Start.AddDays(i), isPipeline: true, isOver: true);
        List("acme/notes");
    }

    public override string Source => "jenkins";

    public override System.Collections.Immutable.ImmutableArray<string> Names => ["acme/*"];

    public override IEnumerable<string> Alone =>
        Enumerable.Range(1, 5).Select(i => $"\"startTimeMillis\":{Start.AddDays(i).AddMinutes(1).ToUnixTimeMilliseconds()}");

    public override string? Paged => "/job/main/";

    public override bool IsTold(string thing) => !thing.StartsWith("deployment ", StringComparison.Ordinal);

    public override void Appear() => Build("acme/shop/main", 131, Later, isPipeline: false, isOver: true);

    public override void Happen()
    {
        var running = List("acme/shop/main")[129];
        (running["result"], running["building"], running["timestamp"], running["duration"]) =
            ("SUCCESS", false, Now.AddMinutes(-4).ToUnixTimeMilliseconds(), 300_000);
    }

    protected override Played AnswerNow(HttpRequest request)
    {
        var parts = request.Path.Value!.Trim('/').Split('/');
        var job = string.Join(
            '/', parts.TakeWhile((part, place) => place % 2 == 1 || part == "job").Where((_, place) => place % 2 == 1));
        if (parts[^1] == "describe")
            return job == "acme/deploy" ? Ok(Stages(int.Parse(parts[^3], CultureInfo.InvariantCulture))) : NotFound;
        if (folders.TryGetValue(job, out var jobs))
            return Ok(new JsonObject
            {
                ["_class"] = "folder",
                ["jobs"] = new JsonArray([.. jobs.Select(one => new JsonObject { ["fullName"] = one })]),
            });
        var range = Range().Match(request.Query["tree"].ToString());
        var (from, to) =
            (int.Parse(
                range.Groups[1].Value, CultureInfo.InvariantCulture),
                int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture));
        return Ok(new JsonObject
        {
            ["_class"] = "job",
            ["allBuilds"] = Page(List(job).OrderByDescending(one => (int)one["number"]!), from, to - from),
        });
    }

    void Build(string job, int number, DateTimeOffset at, bool isPipeline, bool isOver)
    {
        var actions = new object[]
        {
            new { }, new { _class = "hudson.model.CauseAction" },
            new { _class = "hudson.plugins.git.util.BuildData", lastBuiltRevision = new { SHA1 = ShaOf(number) }, remoteUrls = new[] { "https://github.com/acme/shop.git" } },
        };
        var build =
            new
            {
                _class = isPipeline ? "org.jenkinsci.plugins.workflow.job.WorkflowRun"
                : "hudson.model.FreeStyleBuild",
                number,
                result = isOver ? number % 9 == 0 ? "FAILURE" : "SUCCESS" : null,
                building = !isOver,
                timestamp = at.ToUnixTimeMilliseconds(),
                duration = isOver ? 300_000 : 0,
                actions
            };
        Add(job, build);
        var source = string.Concat(job.Split('/').Select(part => $"job/{Uri.EscapeDataString(part)}/"));
        if (isOver) Hook(new { type = "run.finalized", source, time = at.AddMinutes(5), data = build });
    }

    JsonObject Stages(int number) => new()
    {
        ["id"] = $"{number}",
        ["stages"] = new JsonArray(
            new JsonObject
            {
                ["id"] = "6",
                ["name"] = "Build",
                ["status"] = "SUCCESS",
                ["startTimeMillis"] = Start.AddDays(number).ToUnixTimeMilliseconds(),
                ["durationMillis"] = 60_000,
            },
            new JsonObject
            {
                ["id"] = "9",
                ["name"] = "Deploy to production",
                ["status"] = number == 3 ? "FAILED" : "SUCCESS",
                ["startTimeMillis"] = Start.AddDays(number).AddMinutes(1).ToUnixTimeMilliseconds(),
                ["durationMillis"] = 90_000,
            }),
    };

    [GeneratedRegex(@"\{([0-9]+),([0-9]+)\}")]
    private static partial Regex Range();
}
