using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Leadline.Tests.Polling;

/// <summary>
/// A real repository's history as the APIs of GitHub, GitLab and Bitbucket compare it, a few commits a page, with deployments of
/// some of its commits; of nothing else do they tell.
/// </summary>
sealed class ComparedRepository
{
    public const string Name = "acme/shop";
    const int MostAtOnce = 5;

    readonly string folder;
    readonly List<(string Sha, DateTimeOffset At)> deployed;

    ComparedRepository(string folder, List<(string, DateTimeOffset)> deployed) =>
        (this.folder, this.deployed) = (folder, deployed);

    public string Folder => folder;

    /// <summary>In the order of their times.</summary>
    public IReadOnlyList<(string Sha, DateTimeOffset At)> Deployed => deployed;

    /// <summary>Commits of which the host says that there is no such thing.</summary>
    public HashSet<string> Forgotten { get; } = [];

    /// <summary>Whether GitLab gives up comparing.</summary>
    public bool IsLate { get; set; }

    public static DateTimeOffset Now { get; } = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="bundle">Of the shared repositories.</param>
    /// <param name="select">Revisions that are deployed, an hour each after the newest commit, in this order; as git writes
    /// them.</param>
    public static async Task<ComparedRepository> OfAsync(TemporaryFolder folder, string bundle, params string[] select)
    {
        var file = Shared.Find("repos", bundle + ".bundle");
        var path = Path.Combine(folder.Path, bundle + ".git");
        await GitAsync(folder.Path, $"git clone -q --mirror {file} {path} && git -C {path} config uploadpack.allowFilter true");
        var newest = DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(await GitAsync(path, "git log --all --format=%ct | sort -n | tail -1"), CultureInfo.InvariantCulture));
        var shas = new List<(string, DateTimeOffset)>();
        foreach (var one in select)
            shas.Add((await GitAsync(path, $"git rev-parse '{one}^{{commit}}'"), newest.AddHours(1 + shas.Count)));
        return new ComparedRepository(path, shas);
    }

    /// <summary>What git says that the second has and the first has not.</summary>
    public async Task<List<string>> BetweenAsync(string from, string to) =>
        [
            .. (await GitAsync(folder, $"git rev-list {from}..{to}")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Order(StringComparer.Ordinal),
        ];

    public Played GitHub(HttpRequest request)
    {
        const string Prefix = $"/repos/{Name}/";
        if (!request.Path.Value!.StartsWith(Prefix, StringComparison.Ordinal)) return new Played(404, "{}");
        var path = request.Path.Value[Prefix.Length..];
        if (path.StartsWith("compare/", StringComparison.Ordinal))
            return Compare(request, path["compare/".Length..].Split("..."));
        if (path == "deployments")
            return Json(deployed.Select(
                (one, i) => new { id = i, sha = one.Sha, @ref = "main", environment = "production", created_at = one.At }));
        if (path.EndsWith("/statuses", StringComparison.Ordinal))
        {
            var number = int.Parse(path.Split('/')[1], CultureInfo.InvariantCulture);
            return Json(
                new[]
                {
                    new { id = 1000 + number, state = "success", created_at = deployed[number].At, environment = "production" },
                });
        }

        return new Played(200, path == "actions/runs" ? """{"total_count":0,"workflow_runs":[]}""" : "[]");
    }

    public Played GitLab(HttpRequest request)
    {
        var path = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var prefix = $"/projects/{Uri.EscapeDataString(Name)}/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal)) return new Played(404, "{}");
        if (path[prefix.Length..] == "repository/compare")
        {
            var (from, to) = (request.Query["from"].ToString(), request.Query["to"].ToString());
            if (Forgotten.Contains(from) || Forgotten.Contains(to))
                return new Played(404, """{"message":"404 Ref Not Found"}""");
            var commits = Commits($"{from}..{to}")
                .Select(one =>
                    new { id = one.Sha, parent_ids = one.Parents, message = "Work", author_name = "Ada Example", authored_date = one.Authored, committed_date = one.Committed });
            return Json(
                new
                {
                    commits = IsLate ? commits.Take(1)
                    : commits,
                    diffs = Array.Empty<object>(),
                    compare_timeout = IsLate,
                    compare_same_ref = from == to
                });
        }

        return path.EndsWith("/deployments", StringComparison.Ordinal)
            ? Json(deployed.Select((one, i) => new
            {
                id = i,
                iid = i,
                sha = one.Sha,
                status = "success",
                created_at = one.At,
                updated_at = one.At,
                environment = new { name = "production" },
                deployable = new
                {
                    id = 100
                    + i,
                    @ref = "main",
                    tag = false,
                    created_at = one.At,
                    started_at = one.At,
                    finished_at = one.At
                },
            }))
            : new Played(200, "[]");
    }

    public Played Bitbucket(HttpRequest request)
    {
        const string Prefix = $"/repositories/{Name}/";
        if (!request.Path.Value!.StartsWith(Prefix, StringComparison.Ordinal)) return new Played(404, "{}");
        if (request.Path.Value.EndsWith("/deployments", StringComparison.Ordinal))
        {
            return Json(new
            {
                values = deployed.Select((one, i) => new
                {
                    type = "deployment",
                    uuid = $"{{{i}}}",
                    environment = new { name = "Production" },
                    release = new { name = $"#{i}", commit = new { hash = one.Sha }, created_on = one.At },
                    state = new { name = "COMPLETED", status = new { name = "SUCCESSFUL" }, started_on = one.At, completed_on = one.At },
                }),
            });
        }

        if (request.Query["include"].ToString() is not { Length: > 0 } head) return new Played(200, """{"values":[]}""");
        var from = request.Query["exclude"].ToString();
        if (Forgotten.Contains(from) || Forgotten.Contains(head)) return new Played(404, "{}");
        var commits = Commits($"{from}..{head}");
        var page = int.TryParse(request.Query["page"], out var number) ? number : 1;
        var shown = commits.Skip((page - 1) * MostAtOnce).Take(MostAtOnce).Select(one => new
        {
            hash = one.Sha,
            date = one.Committed,
            message = "Work",
            author = new { raw = "Ada Example <ada@acme.example>" },
            parents = one.Parents.Select(parent => new { hash = parent }),
        });
        return page * MostAtOnce >= commits.Count ? Json(new { values = shown })
            : Json(
                new { values = shown, next = $"{request.Scheme}://{request.Host}{request.Path}?include={head}&exclude={from}&page={page + 1}" });
    }

    Played Compare(HttpRequest request, string[] pair)
    {
        if (pair.Any(Forgotten.Contains)) return new Played(404, """{"message":"Not Found"}""");
        var commits = Commits($"{pair[0]}..{pair[1]}");
        var behind = Commits($"{pair[1]}..{pair[0]}").Count;
        var page = int.TryParse(request.Query["page"], out var number) ? number : 1;
        var shown = commits.Skip((page - 1) * MostAtOnce).Take(MostAtOnce).Select(one => new
        {
            sha = one.Sha,
            parents = one.Parents.Select(parent => new { sha = parent }),
            author = new { login = "ada" },
            commit = new { message = "Work", author = new { name = "Ada Example", date = one.Authored }, committer = new { name = "Ada Example", date = one.Committed } },
        });
        var answer = Json(new
        {
            status = commits.Count == 0 ? behind == 0 ? "identical" : "behind" : behind == 0 ? "ahead" : "diverged",
            total_commits = commits.Count,
            merge_base_commit = new { sha = Git($"git merge-base {pair[0]} {pair[1]}") },
            commits = shown,
            files = page == 1 ? new[] { new { filename = "ada/notes.txt", patch = "by Ada Example" } } : [],
        });
        return page * MostAtOnce >= commits.Count ? answer
            : answer with
            {
                Headers =
                [
                    ("Link", $"<{request.Scheme}://{request.Host}{request.Path}?per_page=100&page={page + 1}>; rel=\"next\""),
                ],
            };
    }

    List<(string Sha, string[] Parents, string Authored, string Committed)> Commits(string range) =>
    [
        .. Git($"git log --reverse --format='%H|%P|%aI|%cI' {range}").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .Select(part => (part[0], part[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), part[2], part[3])),
    ];

    static Played Json(object body) => new(200, JsonSerializer.Serialize(body));

    string Git(string script) => GitAsync(folder, script).GetAwaiter().GetResult();

    static async Task<string> GitAsync(string folder, string script)
    {
        var ended = await Shell.RunAsync(
            folder, "set -e\n" + script, [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        return ended.Code == 0 ? ended.Out.Trim() : throw new InvalidOperationException(ended.Error);
    }
}
