using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Leadline.Benchmarks;

/// <summary>
/// The APIs of GitHub and GitLab on this machine, with a history that is made up as it is asked for: of each repository the same
/// number of merged changes, each of two commits and one review, as many commits and builds, a deployment for every five, an
/// issue for every ten.
/// </summary>
sealed partial class MadeForge : IAsyncDisposable
{
    const int AtOnce = 100;

    static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly string Prose = string.Join(
        ' ', Enumerable.Repeat("The till adds up what is in the basket before it asks for money.", 12));

    readonly WebApplication app;
    readonly int repositories, changes;
    long requests;

    MadeForge(WebApplication app, int repositories, int changes) =>
        (this.app, this.repositories, this.changes) = (app, repositories, changes);

    public string Address => app.Urls.First() + "/";

    public long Requests => Interlocked.Read(ref requests);

    /// <summary>What there is to ask for, each thing by itself.</summary>
    public long Items => (long)repositories * PerRepository;

    int Deployments => changes / 5;

    int Issues => changes / 10;

    /// <summary>
    /// Commits, changes with what each is made of and a review, builds, deployments with two statuses, issues.
    /// </summary>
    int PerRepository => changes + (changes * 4) + changes + (Deployments * 3) + Issues;

    /// <summary>
    /// What a client asks that lists things and then asks for each by itself: commits, changes with their reviews and commits,
    /// builds, deployments with their statuses, issues.
    /// </summary>
    public long RequestsOfOneEach => repositories * (long)(changes + (changes * 3) + changes + (Deployments * 2) + Issues);

    public static async Task<MadeForge> StartAsync(int repositories, int changes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var forge = new MadeForge(app, repositories, changes);
        app.Run(forge.AnswerAsync);
        await app.StartAsync();
        return forge;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        context.Response.ContentType = "application/json";
        return path switch
        {
            ["graphql"] => GraphQlAsync(context),
            ["orgs", "acme", "repos"] => ListAsync(context, repositories, i => $$"""{"full_name":"acme/r{{i}}"}"""),
            ["api", "v4", "groups", "acme", "projects"] =>
                ListAsync(context, repositories, i => $$"""{"path_with_namespace":"acme/r{{i}}"}"""),
            ["repos", "acme", var name, .. var rest] => GitHubAsync(context, name, rest),
            ["api", "graphql"] => CommitsAsync(context),
            ["api", "v4", "projects", var project, .. var rest] => GitLabAsync(context, project, rest),
            _ => NotFoundAsync(context),
        };
    }

    Task GitHubAsync(HttpContext context, string repository, string[] rest) => rest switch
    {
        ["commits"] => ListAsync(context, changes, i => $$"""{"sha":"{{ShaOf(repository, i)}}","parents":[{"sha":"{{ShaOf(repository, i - 1)}}"}],"commit":{"message":"{{Prose}}","author":{"name":"a","date":"{{At(i)}}"},"committer":{"name":"a","date":"{{At(i)}}"} } }"""),
        ["pulls"] => ListAsync(context, changes, i => $$"""{"number":{{i + 1}},"node_id":"PR-{{repository}}-{{i + 1}}","state":"closed","title":"Change {{i}}","body":"{{Prose}}","user":{"login":"a","type":"User"},"created_at":"{{At(i, -3)}}","updated_at":"{{At(i)}}","closed_at":"{{At(i)}}","merged_at":"{{At(i)}}","merge_commit_sha":"{{ShaOf(repository, i)}}","head":{"ref":"c{{i}}","sha":"{{ShaOf(repository + "b", i)}}"},"base":{"ref":"main","sha":"{{ShaOf(repository, i - 1)}}"},"labels":[]}"""),
        ["pulls", var number, "reviews"] => ListAsync(context, 1, _ => $$"""{"id":{{number}},"state":"APPROVED","submitted_at":"{{At(int.Parse(number), -1)}}","user":{"login":"b","type":"User"} }"""),
        ["pulls", var number, "commits"] => ListAsync(context, 2, i => $$"""{"sha":"{{ShaOf($"{repository}b{i}", int.Parse(number))}}","parents":[],"commit":{"message":"{{Prose}}","author":{"name":"a","date":"{{At(int.Parse(number), -4)}}"},"committer":{"name":"a","date":"{{At(int.Parse(number), -4)}}"} } }"""),
        ["actions", "runs"] => ListAsync(context, changes, i => $$"""{"id":{{i + 1}},"name":"ci","head_sha":"{{ShaOf(repository, i)}}","status":"completed","conclusion":"success","run_attempt":1,"created_at":"{{At(i)}}","run_started_at":"{{At(i)}}","updated_at":"{{At(i, 1)}}","html_url":""}""", "workflow_runs"),
        ["deployments"] => ListAsync(context, Deployments, i => $$"""{"id":{{i + 1}},"node_id":"DE-{{repository}}-{{i + 1}}","sha":"{{ShaOf(repository, i * 5)}}","ref":"main","environment":"production","created_at":"{{At(i * 5, 1)}}"}"""),
        ["deployments", var id, "statuses"] => ListAsync(context, 2, i => $$"""{"id":{{id}}{{i}},"state":"{{(i == 0 ? "success" : "in_progress")}}","created_at":"{{At((int.Parse(id) - 1) * 5, 2 - i)}}","environment":"production","log_url":"","target_url":""}"""),
        ["issues"] => ListAsync(context, Issues, i => $$"""{"number":{{100_000 + i}},"title":"{{Prose}}","state":"closed","labels":[{"name":"incident"}],"created_at":"{{At(i * 10, 2)}}","updated_at":"{{At(i * 10, 3)}}","closed_at":"{{At(i * 10, 3)}}","html_url":""}"""),
        ["releases"] => ListAsync(context, 0, _ => ""),
        _ => NotFoundAsync(context),
    };

    Task GitLabAsync(HttpContext context, string repository, string[] rest) => rest switch
    {
        ["repository", "commits"] => ListAsync(context, changes, i => $$"""{"id":"{{ShaOf(repository, i)}}","parent_ids":["{{ShaOf(repository, i - 1)}}"],"message":"{{Prose}}","author_name":"a","authored_date":"{{At(i)}}","committed_date":"{{At(i)}}"}"""),
        ["merge_requests"] => ListAsync(context, changes, i => $$"""{"iid":{{i + 1}},"title":"Change {{i}}","description":"{{Prose}}","state":"merged","web_url":"https://gitlab.example/{{i}}","created_at":"{{At(i, -3)}}","updated_at":"{{At(i)}}","merged_at":"{{At(i)}}","source_branch":"c","target_branch":"main","sha":"{{ShaOf(repository + "b", i)}}","merge_commit_sha":"{{ShaOf(repository, i)}}","labels":[]}"""),
        ["merge_requests", var number, "commits"] => ListAsync(context, 2, i => $$"""{"id":"{{ShaOf($"{repository}b{i}", int.Parse(number))}}","parent_ids":[],"message":"{{Prose}}","author_name":"a","committed_date":"{{At(int.Parse(number), -4)}}","authored_date":"{{At(int.Parse(number), -4)}}"}"""),
        ["merge_requests", var number, "approvals"] =>
            context.Response.WriteAsync(
                $$"""{"approved_by":[{"user":{"username":"b"},"approved_at":"{{At(int.Parse(number), -1)}}"}]}"""),
        ["events"] => ListAsync(context, changes, i => $$"""{"id":{{i + 1}},"action_name":"approved","target_type":"MergeRequest","target_iid":{{i + 1}},"target_title":"Change {{i}}","created_at":"{{At(i, -1)}}","author":{"username":"b"},"author_username":"b"}"""),
        ["pipelines"] => ListAsync(context, changes, i => $$"""{"id":{{i + 1}},"sha":"{{ShaOf(repository, i)}}","status":"success","name":"ci","web_url":"","created_at":"{{At(i)}}","updated_at":"{{At(i, 1)}}"}"""),
        ["deployments"] => ListAsync(context, Deployments, i => $$"""{"id":{{i + 1}},"iid":{{i + 1}},"sha":"{{ShaOf(repository, i * 5)}}","status":"success","created_at":"{{At(i * 5, 1)}}","updated_at":"{{At(i * 5, 2)}}","environment":{"name":"production"},"deployable":{"id":{{i + 1}},"ref":"main","tag":false,"created_at":"{{At(i * 5, 1)}}","started_at":"{{At(i * 5, 1)}}","finished_at":"{{At(i * 5, 2)}}"} }"""),
        ["issues"] => ListAsync(context, Issues, i => $$"""{"iid":{{i + 1}},"title":"{{Prose}}","issue_type":"incident","severity":"HIGH","state":"closed","labels":[],"created_at":"{{At(i * 10, 2)}}","updated_at":"{{At(i * 10, 3)}}","closed_at":"{{At(i * 10, 3)}}","web_url":"u"}"""),
        ["releases"] => ListAsync(context, 0, _ => ""),
        _ => NotFoundAsync(context),
    };

    /// <summary>GitLab's GraphQL, of which the commits of merge requests are asked.</summary>
    static async Task CommitsAsync(HttpContext context)
    {
        using var asked = await JsonDocument.ParseAsync(context.Request.Body);
        var variables = asked.RootElement.GetProperty("variables");
        var repository = variables.GetProperty("project").GetString()!.Split('/')[^1];
        var nodes = variables.GetProperty("numbers").EnumerateArray()
            .Select(one => int.Parse(one.GetString()!, CultureInfo.InvariantCulture)).Select(number => new
            {
                iid = $"{number}",
                commits = new
                {
                    pageInfo = new { hasNextPage = false },
                    nodes = Enumerable.Range(0, 2)
                    .Select(i =>
                        new
                        {
                            sha = ShaOf(
                            $"{repository}b{i}", number),
                            message = Prose,
                            authorName = "a",
                            authoredDate = At(number, -4),
                            committedDate = At(number, -4)
                        }),
                },
            });
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(new { data = new { project = new { mergeRequests = new { nodes } } } }));
    }

    /// <summary>The newest first, as both forges are asked; GitHub's runs lie under a name, with how many there are.</summary>
    static Task ListAsync(HttpContext context, int count, Func<int, string> one, string? under = null)
    {
        var page = int.TryParse(context.Request.Query["page"], out var number) ? number : 1;
        var first = count - 1 - ((page - 1) * AtOnce);
        var things = string.Join(',', Enumerable.Range(0, Math.Clamp(first + 1, 0, AtOnce)).Select(i => one(first - i)));
        if (page * AtOnce < count)
        {
            var query = string.Join(
                '&',
                context.Request.Query.Where(pair => pair.Key != "page")
                    .Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}"));
            context.Response.Headers.Link =
                $"<{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}"
                    + $"{context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0]}?{query}&page={page + 1}>; rel=\"next\"";
        }

        return context.Response.WriteAsync(
            under is null ? $"[{things}]" : $$"""{"total_count":{{Math.Min(count, 1000)}},"{{under}}":[{{things}}]}""");
    }

    static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return context.Response.WriteAsync("{}");
    }

    static string At(int i, int hours = 0) =>
        Start.AddMinutes(i * 30L).AddHours(hours).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string ShaOf(string repository, int number) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"{repository} {number}")));
}
