using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.CircleCI;

/// <summary>
/// Asks CircleCI's API for a project's pipelines, newest first, for the workflows of each and for the jobs of those that are
/// over.
/// </summary>
public sealed class CircleCIPager : Pager
{
    /// <summary>A pipeline may still have been under way when the last pass began.</summary>
    static readonly TimeSpan UnderWay = TimeSpan.FromDays(7);

    public override string Source => "circleci";

    public override int Version => 1;

    public override Uri Api { get; } = new("https://circleci.com/api/v2/");

    public override string ScopeWord => "projects";

    public override TimeSpan AllowanceSpan => TimeSpan.FromMinutes(1);

    public override (string Name, string Value) Proof(string token) => ("Circle-Token", token);

    public override ImmutableArray<PageRequest> First(string scope, PageSpan span) =>
        [new() { Kind = "pipelines", Address = $"project/{Escaped(scope)}/pipeline" }];

    public override Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var body = document.RootElement;
        var things = body.ListOf("items");
        ImmutableArray<PageRequest> following = body.TextOf("next_page_token") is { Length: > 0 } token
            ? [request with { Address = request.Address.With("page-token", token) }] : [];
        return request.Kind switch
        {
            "pipelines" => Pipelines(things, following, span.IsAgain ? span.From - UnderWay : span.From),
            "workflows" => Workflows(things, following, request, scope),
            "jobs" =>
                new Page { Items = [.. things.Select(job => Job(job, request, scope)).OfType<PageItem>()], Next = following },
            _ => throw new JsonException($"there is no listing {request.Kind}"),
        };
    }

    static Page Pipelines(JsonElement[] pipelines, ImmutableArray<PageRequest> following, DateTimeOffset from)
    {
        var within = pipelines.Where(pipeline => !(pipeline.InstantOf("created_at") < from)).ToArray();
        return new Page
        {
            Next =
            [
                .. within.Select(pipeline => new PageRequest
                {
                    Kind = "workflows",
                    Address = $"pipeline/{pipeline.TextOf("id")}/workflow",
                    About = JsonOf(pipeline),
                }),
                .. within.Length == pipelines.Length ? following : [],
            ],
        };
    }

    /// <summary>Only one that is over says how it went, as by webhook.</summary>
    static Page Workflows(JsonElement[] workflows, ImmutableArray<PageRequest> following, PageRequest request, string scope)
    {
        var over = workflows.Where(workflow => workflow.TextOf("stopped_at") is not null).ToArray();
        return new Page
        {
            Items =
            [
                .. over.Select(workflow => Item(
                    "workflow-completed",
                    $"{scope}:workflow:{workflow.TextOf("id")}:{workflow.TextOf("status")}:{workflow.TextOf("stopped_at")}",
                    workflow.JsonOf("stopped_at"), scope,
                    ("pipeline", request.About!), ("workflow", JsonOf(workflow)))),
            ],
            Next =
            [
                .. over.Select(workflow => new PageRequest
                {
                    Kind = "jobs",
                    Address = $"workflow/{workflow.TextOf("id")}/job",
                    About = $$"""{"pipeline":{{request.About}},"workflow":{{JsonOf(workflow)}}}""",
                }),
                .. following,
            ],
        };
    }

    /// <summary>Of the others nothing is measured.</summary>
    static PageItem? Job(JsonElement job, PageRequest request, string scope)
    {
        if (job.TextOf("stopped_at") is not { } stopped || DeployJob.EnvironmentOf(job.TextOf("name")) is null) return null;
        using var about = JsonDocument.Parse(request.About!);
        return Item(
            "job-completed", $"{scope}:job:{job.TextOf("id")}:{job.TextOf("status")}:{stopped}", job.JsonOf("stopped_at"), scope,
            ("pipeline", about.RootElement.JsonOf("pipeline")), ("workflow", about.RootElement.JsonOf("workflow")),
            ("job", job.GetRawText()));
    }

    /// <summary>What is read of a pipeline, or a workflow: nobody's name is in it.</summary>
    static string JsonOf(JsonElement thing)
    {
        var vcs = thing.Field("vcs");
        var parts = new List<string>();
        foreach (var name in (ReadOnlySpan<string>)["id", "name", "status", "created_at", "stopped_at", "pipeline_number"])
            if (thing.Field(name).ValueKind is JsonValueKind.String or JsonValueKind.Number)
                parts.Add($"\"{name}\":{thing.JsonOf(name)}");
        if (vcs.ValueKind == JsonValueKind.Object)
            parts.Add(
                $"\"vcs\":{{{string.Join(',', new[] { "target_repository_url", "origin_repository_url", "revision", "tag" }.Select(name => $"\"{name}\":{vcs.JsonOf(name)}"))}}}");
        var triggers = new[] { "gitlab", "github_app", "git" }
            .Where(name => thing.Field("trigger_parameters").Field(name).ValueKind == JsonValueKind.Object).Select(name =>
        {
            var trigger = thing.Field("trigger_parameters").Field(name);
            var fields = new[] { "commit_sha", "checkout_sha", "web_url", "repo_url", "checkout_url", "tag" };
            return $"\"{name}\":{{"
                + $"{string.Join(',', fields.Where(field => trigger.TextOf(field) is not null).Select(field => $"\"{field}\":{trigger.JsonOf(field)}"))}}}";
        }).ToList();
        if (triggers.Count > 0) parts.Add($"\"trigger_parameters\":{{{string.Join(',', triggers)}}}");
        return $"{{{string.Join(',', parts)}}}";
    }

    static PageItem Item(
        string type, string key, string happenedAt, string scope, params ReadOnlySpan<(string Name, string Json)> parts) => new(
        key, Delivery.NoHeaders,
        Envelope.Of(
            [
                ("type", $"\"{type}\""), ("happened_at", happenedAt), .. parts,
                ("project", $$"""{"slug":{{Envelope.Text(scope)}}}"""),
            ]));

    static string Escaped(string scope) => string.Join('/', scope.Split('/').Select(Uri.EscapeDataString));
}
