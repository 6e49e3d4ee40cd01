using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.Jenkins;

/// <summary>
/// Asks Jenkins' API for the builds of a job, newest first, and of pipelines for their stages; of a folder, or of a job with
/// branches, for those of all in it.
/// </summary>
public sealed class JenkinsPager : Pager
{
    const int AtOnce = 100;

    const string Builds =
        "allBuilds[_class,number,result,building,timestamp,duration,actions[lastBuiltRevision[SHA1],remoteUrls,parameters[name,value]]]";

    /// <summary>A build may still have run when the last pass began.</summary>
    static readonly TimeSpan UnderWay = TimeSpan.FromDays(2);

    public override string Source => "jenkins";

    public override int Version => 1;

    public override Uri? Api => null;

    public override string ScopeWord => "jobs";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token);

    /// <summary>What a pattern stands for lies in one folder; what is in a job that stands for several belongs to it.</summary>
    public override PageRequest? Listing(string pattern)
    {
        if (!Glob.IsPattern(pattern)) return null;
        var folder = pattern.LastIndexOf('/') is > 0 and var end ? pattern[..end] : "";
        return new PageRequest
        {
            Kind = "folder",
            Address = $"{PathOf(folder)}api/json?tree={Uri.EscapeDataString("jobs[fullName]")}",
        };
    }

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) => [Asking(scope, 0)];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "folder" =>
                new Page
                {
                    Scopes =
                    [
                        .. body.ListOf("jobs").Select(job => job.TextOf("fullName")).OfType<string>()
                            .Where(new Glob(scope).IsMatch),
                    ],
                },
            "builds" => BuildsOf(body, request, span.IsAgain ? span.From - UnderWay : span.From),
            "stages" => new Page { Items = [.. StagesOf(body, request)] },
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    /// <summary>The plugin that knows stages is not everywhere.</summary>
    public override bool IsNothing(PageRequest request, int status) => (request.Kind, status) is ("stages", 404);

    public override string Right(PageRequest request) => "Job/Read";

    static PageRequest Asking(string job, int from) => new()
    {
        Kind = "builds",
        Address =
            $"{PathOf(job)}api/json?tree="
                + $"{Uri.EscapeDataString($"{(from == 0 ? "jobs[fullName]," : "")}{Builds}{{{from},{from + AtOnce}}}")}",
        About = $$"""{"job":{{Envelope.Text(job)}},"from":{{from}}}""",
    };

    static Page BuildsOf(JsonElement body, PageRequest request, DateTimeOffset from)
    {
        using var about = JsonDocument.Parse(request.About!);
        var (job, start) = (about.RootElement.TextOf("job")!, (int)about.RootElement.NumberOf("from"));
        if (body.Field("jobs").ValueKind == JsonValueKind.Array)
            return new Page
            {
                Next =
                [
                    .. body.ListOf("jobs").Select(one => one.TextOf("fullName")).OfType<string>().Select(one => Asking(one, 0)),
                ],
            };

        // What is neither a folder nor has builds is something that a plugin put there.
        var builds = body.Field("allBuilds").ValueKind == JsonValueKind.Array ? body.ListOf("allBuilds") : [];
        var within = builds.Where(build => At(build) >= from).ToArray();
        var over = within.Where(
            build => build.TextOf("result") is not null && build.Field("building").ValueKind != JsonValueKind.True).ToArray();
        return new Page
        {
            Items = [.. over.Select(build => Item(job, build, "run.finalized", "build", []))],
            Next =
            [
                .. over.Where(build => build.TextOf("_class") == "org.jenkinsci.plugins.workflow.job.WorkflowRun")
                    .Select(build => new PageRequest
                    {
                        Kind = "stages",
                        Address = $"{PathOf(job)}{build.NumberOf("number")}/wfapi/describe",
                        About = $$"""{"job":{{Envelope.Text(job)}},"build":{{RunOf(build)}}}""",
                    }),
                .. builds.Length == AtOnce && within.Length == builds.Length
                    ? (ReadOnlySpan<PageRequest>)[Asking(job, start + AtOnce)] : [],
            ],
        };
    }

    /// <summary>Of those that deploy; the others say nothing that is measured.</summary>
    static IEnumerable<PageItem> StagesOf(JsonElement body, PageRequest request)
    {
        using var about = JsonDocument.Parse(request.About!);
        var stages = body.ListOf("stages").Where(stage => DeployJob.EnvironmentOf(stage.TextOf("name")) is not null)
            .Select(stage => stage.GetRawText()).ToList();
        if (stages.Count > 0)
            yield return Item(
                about.RootElement.TextOf("job")!, about.RootElement.Field("build"), "run.stages", "stages",
                [("stages", $"[{string.Join(',', stages)}]")]);
    }

    /// <summary>As the generic event plugin would have sent it.</summary>
    static PageItem Item(string job, JsonElement build, string type, string what, ReadOnlySpan<(string Name, string Json)> parts)
    {
        var ended = At(build) + TimeSpan.FromMilliseconds(Math.Max(0, build.NumberOf("duration")));
        return new PageItem($"{what}:{job}:{build.NumberOf("number")}:{build.TextOf("result")}", Delivery.NoHeaders, Envelope.Of(
            [
                ("type", $"\"{type}\""), ("source", Envelope.Text(PathOf(job))),
                ("time", $"\"{ended:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\""), ("data", RunOf(build)), .. parts,
            ]));
    }

    /// <summary>The parts of it that are read; of its actions those that say what was built, and how.</summary>
    static string RunOf(JsonElement build)
    {
        var actions = build.Field("actions").ValueKind == JsonValueKind.Array ? build.ListOf("actions") : [];
        var told =
            actions.Where(action =>
                action.ValueKind == JsonValueKind.Object
                    && action.EnumerateObject().Any(part => part.Name != "_class")).Select(action => action.GetRawText());
        var parts = new[] { "number", "result", "timestamp", "duration" }.Select(name => $"\"{name}\":{build.JsonOf(name)}");
        return $"{{{string.Join(',', parts)},\"actions\":[{string.Join(',', told)}]}}";
    }

    static DateTimeOffset At(JsonElement build) => DateTimeOffset.FromUnixTimeMilliseconds(build.NumberOf("timestamp"));

    /// <summary>
    /// <c>job/acme/job/shop/</c> for <c>acme/shop</c>. In a full name the characters that an address cannot have are escaped
    /// already.
    /// </summary>
    static string PathOf(string job) =>
        string.Concat(
            job.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => $"job/{Uri.EscapeDataString(part)}/"));
}
