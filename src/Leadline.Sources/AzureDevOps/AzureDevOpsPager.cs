using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.AzureDevOps;

/// <summary>
/// Asks Azure DevOps' API for the pushes of a project's repositories with their commits, for pull requests with theirs, for
/// builds with their stages, and for what classic releases deployed.
/// </summary>
public sealed class AzureDevOpsPager : Pager
{
    const int AtOnce = 100;

    const string Version71 = "api-version=7.1";

    /// <summary>A build may still have run when the last pass began.</summary>
    static readonly TimeSpan UnderWay = TimeSpan.FromDays(7);

    public override string Source => "azuredevops";

    public override int Version => 2;

    public override Uri Api { get; } = new("https://dev.azure.com/");

    public override string ScopeWord => "projects";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(5);

    /// <summary>A personal token is the password of a user without a name.</summary>
    public override (string Name, string Value) Proof(string token) => BasicOrBearer(token.Contains(':') ? token : ":" + token);

    public override PageRequest? Listing(string pattern) => pattern.EndsWith("/*", StringComparison.Ordinal)
        ? new PageRequest
        {
            Kind = "projects",
            Address = $"{Uri.EscapeDataString(pattern[..^2])}/_apis/projects?$top={AtOnce}&{Version71}",
        }
        : null;

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span)
    {
        var from = Envelope.Written(span.From);
        var pulls = $"git/pullrequests?searchCriteria.status=all&searchCriteria.minTime={from}&$top={AtOnce}&$skip=0";
        return
        [
            Asked("repositories", "git/repositories?"),

            // By when they were closed, too: one that was opened long ago may be merged today.
            Asked("pull_requests", $"{pulls}&searchCriteria.queryTimeRangeType=created&"),
            Asked("pull_requests", $"{pulls}&searchCriteria.queryTimeRangeType=closed&"),
            Asked(
                "builds",
                "build/builds?statusFilter=completed&minTime="
                    + $"{Envelope.Written(span.IsAgain ? span.From - UnderWay : span.From)}&queryOrder=queueTimeDescending&$top={AtOnce}&"),
            Asked(AzureReleases.Kind, AzureReleases.Address(span.From)),
        ];

        PageRequest Asked(string kind, string address) => new() { Kind = kind, Address = $"{At(scope)}{address}{Version71}" };
    }

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        return request.Kind switch
        {
            "projects" => new Page
            {
                Scopes =
                [
                    .. body.ListOf("value").Select(one => one.TextOf("name")).OfType<string>()
                        .Select(name => $"{scope[..^2]}/{name}"),
                ],
                Next = Continued(request, answer),
            },
            "repositories" =>
                new Page { Next = [.. body.ListOf("value").Select(one => Pushes(scope, one.TextOf("id")!, span.From))] },
            "pushes" => new Page
            {
                Next =
                [
                    .. body.ListOf("value").Select(push => new PageRequest
                    {
                        Kind = "push",
                        Address =
                            $"{At(scope)}git/repositories/{request.About}/pushes/{push.NumberOf("pushId")}?includeCommits="
                                + $"{AtOnce}&includeRefUpdates=true&{Version71}", About = request.About,
                    }),
                    .. Skipped(request, body),
                ],
            },
            "push" =>
                new Page { Items = [Item(scope, "git.push", $"push:{request.About}:{body.NumberOf("pushId")}", body, null)] },
            "pull_requests" => PullRequests(body, request, scope),
            "pull_request_commits" => Commits(body, request, answer, scope),
            "builds" => Builds(body.ListOf("value"), Continued(request, answer), scope),
            "stages" => new Page { Items = [.. Stages(body, request, scope)] },
            AzureReleases.Kind => new Page
            {
                Items =
                [
                    .. body.ListOf("value")
                        .Select(one =>
                            new PageItem(
                                $"{scope}:{AzureReleases.KeyOf(one)}", Delivery.NoHeaders, AzureReleases.AsTheHook(one, scope))),
                ],
                Next = Continued(request, answer),
            },
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    public override string Right(PageRequest request) =>
        request.Kind switch { "builds" => "Build (Read)", AzureReleases.Kind => "Release (Read)", _ => "Code (Read)" };

    /// <summary>
    /// What did not begin has no timeline; a repository without a push has none to list; a repository may be gone with its pull
    /// requests' commits.
    /// </summary>
    public override bool IsNothing(PageRequest request, int status) =>
        (request.Kind, status) is ("stages", 204 or 404) or ("pushes" or "pull_request_commits", 404);

    public override Uri? Elsewhere(PageRequest request, Uri api) =>
        request.Kind == AzureReleases.Kind ? AzureReleases.HostBeside(api) : null;

    static PageRequest Pushes(string scope, string repository, DateTimeOffset from) => new()
    {
        Kind = "pushes",
        Address =
            $"{At(scope)}git/repositories/{Uri.EscapeDataString(repository)}/pushes?searchCriteria.fromDate="
                + $"{Envelope.Written(from)}&$top={AtOnce}&$skip=0&{Version71}",
        About = Uri.EscapeDataString(repository),
    };

    /// <summary>Of a merged one also what it is made of. It is among those that were closed, whenever it was opened.</summary>
    static Page PullRequests(JsonElement body, PageRequest request, string scope)
    {
        var pulls = body.ListOf("value");
        var isClosed = request.Address.Contains("queryTimeRangeType=closed", StringComparison.Ordinal);
        return new Page
        {
            Items = [.. pulls.Select(one => Item(
                scope, "git.pullrequest.updated",
                $"pullrequest:{one.NumberOf("pullRequestId")}:{one.TextOf("status")}:{one.TextOf("closedDate")}", one, null))],
            Next =
            [
                .. pulls.Where(one => isClosed && one.TextOf("status") == "completed").Select(one => new PageRequest
                {
                    Kind = "pull_request_commits",
                    Address =
                        $"{At(scope)}git/repositories/"
                            + $"{Uri.EscapeDataString(one.Field("repository").TextOf("id") ?? "")}/pullRequests/"
                            + $"{one.NumberOf("pullRequestId")}/commits?$top={AtOnce}&{Version71}",
                    About = $$"""{"pullRequestId":{{one.NumberOf("pullRequestId")}},"closedDate":{{one.JsonOf("closedDate")}},"repository":{{NamesOf(one.Field("repository"))}}}""",
                }),
                .. Skipped(request, body),
            ],
        };
    }

    /// <summary>What tells a repository from others.</summary>
    static string NamesOf(JsonElement repository)
    {
        var project = repository.Field("project");
        return $$$"""{"id":{{{repository.JsonOf("id")}}},"name":{{{repository.JsonOf("name")}}},"project":{"id":{{{project.JsonOf("id")}}},"name":{{{project.JsonOf("name")}}}}}""";
    }

    /// <summary>
    /// The last page says of how many commits the pull request is made; the earlier ones are carried along until then.
    /// </summary>
    static Page Commits(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        using var about = JsonDocument.Parse(request.About!);
        var pull = about.RootElement;
        var next = Continued(request, answer);
        string[] before =
        [
            .. pull.TryGetProperty("before", out var known) ? known.EnumerateArray().Select(sha => sha.GetRawText()) : [],
        ];
        var all = $"[{string.Join(',', before.Concat(body.ListOf("value").Select(commit => commit.JsonOf("commitId"))))}]";
        var (number, closed, repository) =
            (pull.NumberOf("pullRequestId"), pull.JsonOf("closedDate"), pull.JsonOf("repository"));
        var resource = Envelope.Written(
            ("pullRequestId", $"{number}"), ("closedDate", closed), ("repository", repository),
            ("commits", body.JsonOf("value")), ("all", next.IsEmpty ? all : "null"));
        using var read = JsonDocument.Parse(resource);
        return new Page
        {
            Items =
            [
                Item(
                    scope, "api.pullrequest.commits",
                    $"pullrequest_commits:{number}:{pull.TextOf("closedDate")}:{before.Length}", read.RootElement, null),
            ],
            Next =
            [
                .. next.Select(following =>
                    following with
                    {
                        About = Envelope.Written(
                            ("pullRequestId", $"{number}"), ("closedDate", closed), ("repository", repository), ("before", all)),
                    }),
            ],
        };
    }

    static Page Builds(JsonElement[] builds, ImmutableArray<PageRequest> following, string scope) => new()
    {
        Items =
        [
            .. builds.Select(build =>
                Item(
                    scope, "build.complete",
                    $"build:{build.NumberOf("id")}:{build.TextOf("result")}:{build.TextOf("finishTime")}", build,
                    build.JsonOf("finishTime"))),
        ],
        Next = [.. builds.Select(build => new PageRequest
        {
            Kind = "stages", Address = $"{At(scope)}build/builds/{build.NumberOf("id")}/timeline?{Version71}",
            About = RunOf(build),
        }), .. following],
    };

    /// <summary>The run that a build is, as the webhook of a stage has it; nobody's name is in it.</summary>
    static string RunOf(JsonElement build)
    {
        var (project, repository) = (build.Field("project"), build.Field("repository"));

        // Of one on another host the name is whole.
        var name = repository.TextOf("name") is not { } known ? null : known.Contains('/') ? known
            : $"{project.TextOf("name")}/{known}";
        var self = $$"""{"repository":{"id":{{repository.JsonOf("id")}},"fullName":{{(name is null ? "null" : Envelope.Text(name))}}},"version":{{build.JsonOf("sourceVersion")}}}""";
        var definition = $$"""{"name":{{build.Field("definition").JsonOf("name")}}}""";
        var resources = $$$"""{"repositories":{"self":{{{self}}}}}""";
        var run = $$"""{"id":{{build.NumberOf("id")}},"name":{{build.JsonOf("buildNumber")}},"createdDate":{{build.JsonOf("queueTime")}},"pipeline":{{definition}},"resources":{{resources}}}""";
        return $$"""{"project":{"id":{{project.JsonOf("id")}}},"run":{{run}}}""";
    }

    static IEnumerable<PageItem> Stages(JsonElement body, PageRequest request, string scope)
    {
        using var document = JsonDocument.Parse(request.About!);
        var about = document.RootElement;
        foreach (var stage in body.ListOf("records")
            .Where(record => record.TextOf("type") == "Stage" && record.TextOf("state") == "completed"))
        {
            var parts = new[] { "name", "attempt", "state", "result", "startTime", "finishTime" }
                .Select(name => $"\"{name}\":{stage.JsonOf(name)}");
            yield return new PageItem(
                $"{scope}:stage:{about.Field("run").NumberOf("id")}:{stage.TextOf("name")}:{stage.JsonOf("attempt")}:"
                    + $"{stage.TextOf("result")}", Delivery.NoHeaders,
                Envelope.Of(
                    ("eventType", "\"ms.vss-pipelines.stage-state-changed-event\""), ("createdDate", stage.JsonOf("finishTime")),
                    ("resource", $$$"""{"run":{{{about.JsonOf("run")}}},"stage":{{{{string.Join(',', parts)}}}}}"""),
                    ("resourceContainers", $$"""{"project":{{about.JsonOf("project")}}}""")));
        }
    }

    static PageItem Item(string scope, string type, string key, JsonElement thing, string? at)
    {
        var project = thing.Field("project").ValueKind == JsonValueKind.Object ? thing.Field("project")
            : thing.Field("repository").Field("project");
        return new PageItem($"{scope}:{key}", Delivery.NoHeaders, Envelope.Of(
            ("eventType", Envelope.Text(type)), ("createdDate", at ?? "null"), ("resource", thing.GetRawText()),
            ("resourceContainers", $$$"""{"project":{"id":{{{project.JsonOf("id")}}}}}""")));
    }

    static ImmutableArray<PageRequest> Continued(PageRequest request, PageAnswer answer) =>
        answer.Header("x-ms-continuationtoken") is { Length: > 0 } token
            ? [request with { Address = request.Address.With("continuationToken", token) }] : [];

    /// <summary>A page that is full may have another after it.</summary>
    static ImmutableArray<PageRequest> Skipped(PageRequest request, JsonElement body) =>
        body.ListOf("value").Length < AtOnce ? []
            : [request with { Address = request.Address.With("$skip", $"{request.Address.NumberOf("$skip") + AtOnce}") }];

    static string At(string scope) => string.Join('/', scope.Split('/').Select(Uri.EscapeDataString)) + "/_apis/";
}
