using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Leadline.Tests.Polling;

/// <summary>
/// A made-up project as GitLab's API shows it, a few things a page; and the webhooks that it would have sent of the same.
/// </summary>
sealed class GitLabWorld
{
    public const string Project = "acme/team/shop";
    const int MostAtOnce = 3;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Dictionary<string, List<JsonElement>> lists = [];
    readonly List<string> webhooks = [];

    public GitLabWorld()
    {
        for (var i = 1; i <= 7; i++)
        {
            var at = Start.AddDays(i);
            var isMerged = i % 3 != 0;
            Add(
                "repository/commits",
                new
                {
                    id = ShaOf(i),
                    parent_ids = i == 1 ? []
                    : new[] { ShaOf(i - 1) },
                    message = $"Change {i}",
                    author_name = "Ada Example",
                    author_email = "ada@acme.example",
                    authored_date = at.AddHours(-2),
                    committed_date = at
                });
            Add("merge_requests", new
            {
                iid = i,
                title = $"Change {i}",
                state = isMerged ? "merged" : "opened",
                web_url = $"https://gitlab.acme.example/{Project}/-/merge_requests/{i}",
                created_at = at.AddHours(-3),
                updated_at = at,
                merged_at = isMerged ? at : (DateTimeOffset?)null,
                source_branch = $"change-{i}",
                target_branch = "main",
                sha = ShaOf(100 + i),
                merge_commit_sha = isMerged ? ShaOf(i) : null,
                labels = new[] { "feature" },
                author = Person("ada"),
            });
            for (var part = 0; part < (i == 1 ? 4 : 1); part++)
                Add(
                    $"merge_requests/{i}/commits",
                    new
                    {
                        id = ShaOf(
                        100 + i + (part * 1000)),
                        parent_ids = Array.Empty<string>(),
                        message = "Work",
                        author_name = "Ada Example",
                        committed_date = at.AddHours(-4),
                        authored_date = at.AddHours(-4)
                    });
            Add(
                $"merge_requests/{i}/approvals",
                new { approved_by = new[] { new { user = Person("bob"), approved_at = at.AddHours(-1) } } });
            Add(
                "events",
                new
                {
                    id = 60
                    + i,
                    action_name = "approved",
                    target_type = "MergeRequest",
                    target_iid = i,
                    target_title = "Work of Ada Example",
                    created_at = at.AddHours(-1),
                    author = Person("bob"),
                    author_username = "bob"
                });
            Add(
                "pipelines",
                new
                {
                    id = 300 + i,
                    sha = ShaOf(i),
                    status = i == 4 ? "failed"
                    : "success",
                    name = "ci",
                    web_url = "",
                    created_at = at,
                    updated_at = at.AddMinutes(9)
                });
            Add("deployments", new
            {
                id = 900 + i,
                iid = i,
                sha = ShaOf(i),
                status = i == 5 ? "failed" : "success",
                created_at = at.AddHours(1),
                updated_at = at.AddHours(2),
                user = Person("bob"),
                environment = new { id = 1, name = "production" },
                deployable = new
                {
                    id = 7000
                    + i,
                    @ref = "main",
                    tag = false,
                    created_at = at.AddHours(1),
                    started_at = at.AddMinutes(70),
                    finished_at = at.AddHours(2),
                    user = Person("bob")
                },
            });
            if (i % 2 == 0)
                Add(
                    "releases",
                    new { tag_name = $"v1.{i}.0", released_at = at.AddHours(3), created_at = at.AddHours(3), commit = new { id = ShaOf(i) }, author = Person("bob") });
            if (i % 3 == 0)
                Add(
                    "issues",
                    new
                    {
                        iid = 50
                        + i,
                        title = "The till is down",
                        issue_type = "incident",
                        severity = "HIGH",
                        state = "closed",
                        labels = Array.Empty<string>(),
                        created_at = at.AddHours(4),
                        updated_at = at.AddHours(6),
                        closed_at = at.AddHours(6),
                        web_url = "u",
                        author = Person("eve")
                    });

            Hook(
                new
                {
                    object_kind = "build",
                    build_id = 7000 + i,
                    build_status = i == 5 ? "failed"
                    : "success",
                    build_created_at = at.AddHours(1),
                    build_started_at = at.AddMinutes(70),
                    build_finished_at = at.AddHours(2),
                    @ref = "main",
                    tag = false,
                    sha = ShaOf(i),
                    environment = new { name = "production", action = "start" },
                    project = new { path_with_namespace = Project }
                });
            if (i % 2 == 0)
                Hook(
                    new
                    {
                        object_kind = "release",
                        id = 40
                        + i,
                        tag = $"v1.{i}.0",
                        action = "create",
                        released_at = at.AddHours(3),
                        commit = new { id = ShaOf(i) },
                        project = new { path_with_namespace = Project }
                    });
            if (i % 3 == 0)
                Hook(
                    new
                    {
                        object_kind = "issue",
                        object_attributes = new
                        {
                            iid = 50
                        + i,
                            title = "The till is down",
                            type = "Incident",
                            severity = "high",
                            state = "closed",
                            created_at = at.AddHours(4),
                            updated_at = at.AddHours(6),
                            closed_at = at.AddHours(6),
                            url = "u"
                        },
                        labels = Array.Empty<object>(),
                        project = new { path_with_namespace = Project }
                    });
        }
    }

    public IEnumerable<string> Webhooks => webhooks;

    /// <summary>Null where GraphQL answers as it should; else what it answers.</summary>
    public Played? GraphQl { get; set; }

    /// <summary>What webhooks tell of pushes, merge requests and pipelines.</summary>
    public IEnumerable<object> MoreWebhooks()
    {
        var project = new { path_with_namespace = Project };
        var open = lists["merge_requests"].Where(one => one.GetProperty("state").GetString() != "merged")
            .Select(one => $"merge_requests/{one.GetProperty("iid")}/commits");
        foreach (var commit in lists.Where(list =>
            list.Key.EndsWith("commits", StringComparison.Ordinal) && !open.Contains(list.Key)).SelectMany(list => list.Value))
        {
            var pushed =
                new { id = commit.GetProperty("id"), message = "Work", timestamp = commit.GetProperty("committed_date"), author = new { name = "Ada Example", email = "ada@acme.example" } };
            yield return new { object_kind = "push", @ref = "refs/heads/main", before = new string('0', 40), after = pushed.id, commits = new[] { pushed }, total_commits_count = 1, project };
        }

        foreach (var request in lists["merge_requests"])
        {
            foreach (var (action, at) in ((string, string)[])[("open", "created_at"), ("approved", ""), ("merge", "merged_at")])
            {
                if (action == "merge" && request.GetProperty("state").GetString() != "merged") continue;
                var updated = action == "approved" ? request.GetProperty("updated_at").GetDateTimeOffset().AddHours(-1)
                    : request.GetProperty(at).GetDateTimeOffset();
                yield return new
                {
                    object_kind = "merge_request",
                    user = Person(action == "approved" ? "bob" : "ada"),
                    object_attributes = new
                    {
                        iid = request.GetProperty("iid"),
                        action,
                        title = request.GetProperty("title"),
                        state = action == "merge" ? "merged" : "opened",
                        created_at = request.GetProperty("created_at"),
                        updated_at = updated,
                        source_branch = request.GetProperty("source_branch"),
                        target_branch = "main",
                        merge_commit_sha = action == "merge" ? request.GetProperty("merge_commit_sha").GetString() : null,
                        last_commit = new { id = request.GetProperty("sha") },
                    },
                    project,
                };
            }
        }

        foreach (var pipeline in lists["pipelines"])
        {
            yield return new
            {
                object_kind = "pipeline",
                object_attributes = new { id = pipeline.GetProperty("id"), sha = pipeline.GetProperty("sha"), status = pipeline.GetProperty("status"), created_at = pipeline.GetProperty("created_at"), finished_at = pipeline.GetProperty("updated_at") },
                project,
            };
        }
    }

    /// <summary>One is opened.</summary>
    public void Open(int number, DateTimeOffset at)
    {
        Add(
            "merge_requests",
            new { iid = number, title = $"Change {number}", state = "opened", created_at = at, updated_at = at, source_branch = "new", target_branch = "main", sha = ShaOf(100 + number), author = Person("ada") });
        Add(
            $"merge_requests/{number}/commits",
            new
            {
                id = ShaOf(100
                + number),
                message = "Work",
                author_name = "Ada Example",
                committed_date = at,
                authored_date = at
            });
    }

    /// <summary>Without an event.</summary>
    public void Approve(int number, DateTimeOffset at) =>
        Add(
            $"merge_requests/{number}/approvals",
            new { approved_by = new[] { new { user = Person("bob"), approved_at = at } } });

    /// <summary>One that was open is merged.</summary>
    public void Merge(int number, DateTimeOffset at)
    {
        var index = lists["merge_requests"].FindIndex(one => one.GetProperty("iid").GetInt32() == number);
        var changed = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(lists["merge_requests"][index])!;
        changed["merged_at"] = changed["updated_at"] = JsonSerializer.SerializeToElement(at);
        changed["state"] = JsonSerializer.SerializeToElement("merged");
        changed["merge_commit_sha"] = JsonSerializer.SerializeToElement(ShaOf(number));
        lists["merge_requests"][index] = JsonSerializer.SerializeToElement(changed);
    }

    public Played Answer(HttpRequest request)
    {
        // A project's path is one part of the address, with its slashes escaped.
        var path = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        if (path == "/groups/acme/projects") return new Played(200, $$"""[{"path_with_namespace":"{{Project}}"}]""");
        if (path == "/graphql") return GraphQl ?? Commits(JsonSerializer.Deserialize<JsonElement>(PlayedApi.Posted(request)));
        var prefix = $"/projects/{Uri.EscapeDataString(Project)}/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal) || !lists.TryGetValue(path[prefix.Length..], out var all))
            return new Played(404, "{}");
        if (path.EndsWith("/approvals", StringComparison.Ordinal)) return new Played(200, all[0].GetRawText());
        var since = request.Query["updated_after"].ToString() is { Length: > 0 } updated ? updated
            : request.Query["since"].ToString();
        if (request.Query["after"].ToString() is { Length: > 0 } day) since = $"{day}T23:59:59Z";
        var things =
            all.Where(thing => since.Length == 0 || Time(thing) >= DateTimeOffset.Parse(since, CultureInfo.InvariantCulture))
                .OrderByDescending(Time).ThenBy(thing => thing.GetRawText(), StringComparer.Ordinal).ToList();
        var page = int.TryParse(request.Query["page"], out var number) ? number : 1;
        var body =
            $"[{string.Join(',', things.Skip((page - 1) * MostAtOnce).Take(MostAtOnce).Select(thing => thing.GetRawText()))}]";
        var next =
            $"<{request.Scheme}://{request.Host}{path}?"
                + $"{string.Join('&', request.Query.Where(one => one.Key != "page").Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value.ToString())}"))}&page={page + 1}>; rel=\"next\"";
        return page * MostAtOnce < things.Count ? new Played(200, body, ("X-Total", $"{things.Count}"), ("Link", next))
            : new Played(200, body, ("X-Total", $"{things.Count}"));
    }

    /// <summary>Of each of a few only so many commits are shown.</summary>
    Played Commits(JsonElement asked)
    {
        var variables = asked.GetProperty("variables");
        if (variables.GetProperty("project").GetString() != Project) return new Played(200, """{"data":{"project":null}}""");
        var nodes = variables.GetProperty("numbers").EnumerateArray()
            .Select(number => (Number: number.GetString()!, Commits: lists[$"merge_requests/{number.GetString()}/commits"]))
            .Select(one => new
            {
                iid = one.Number,
                commits = new
                {
                    pageInfo = new { hasNextPage = one.Commits.Count > MostAtOnce },
                    nodes = one.Commits.Take(MostAtOnce).Select(commit => new
                    {
                        sha = commit.GetProperty("id"),
                        message = commit.GetProperty("message"),
                        authorName = commit.GetProperty("author_name"),
                        authoredDate = commit.GetProperty("authored_date"),
                        committedDate = commit.GetProperty("committed_date"),
                    }),
                },
            });
        return new Played(200, JsonSerializer.Serialize(new { data = new { project = new { mergeRequests = new { nodes } } } }));
    }

    void Add(string list, object thing)
    {
        if (!lists.TryGetValue(list, out var things)) lists.Add(list, things = []);
        things.Add(JsonSerializer.SerializeToElement(thing));
    }

    void Hook(object body) => webhooks.Add(JsonSerializer.Serialize(body));

    static DateTimeOffset Time(JsonElement thing)
    {
        foreach (var name in (ReadOnlySpan<string>)["updated_at", "committed_date", "released_at", "created_at"])
            if (thing.TryGetProperty(name, out var at)) return at.GetDateTimeOffset();
        return default;
    }

    static object Person(string name) => new { id = 1, username = name, name = $"{name} of Acme" };

    static string ShaOf(int number) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"acme {number}")));
}
