using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Storage;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling;

/// <summary>
/// A made-up repository as GitHub's API shows it, a few things a page; and the webhooks that it would have sent.
/// </summary>
sealed partial class GitHubWorld
{
    public const string Repository = "acme/shop";
    const int MostAtOnce = 3;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Dictionary<string, List<JsonElement>> lists = [];

    public GitHubWorld()
    {
        for (var i = 1; i <= 8; i++)
        {
            var at = Start.AddDays(i);
            Add("commits", new
            {
                sha = ShaOf(i),
                parents = i == 1 ? [] : new[] { new { sha = ShaOf(i - 1) } },
                author = Person("ada"),
                commit = new { message = $"Change {i}", author = new { name = "Ada Example", email = "ada@acme.example", date = at.AddHours(-2) }, committer = new { name = "GitHub", email = "noreply@acme.example", date = at }, verification = new { payload = "author Ada Example" } },
            });
            var isMerged = i % 4 != 0;
            Add("pulls", new
            {
                number = i,
                node_id = $"PR_{i}",
                state = isMerged ? "closed" : "open",
                title = $"Change {i}",
                user = Person("ada"),
                created_at = at.AddHours(-3),
                updated_at = at.AddHours(1),
                closed_at = isMerged ? at : (DateTimeOffset?)null,
                merged_at = isMerged ? at : (DateTimeOffset?)null,
                merge_commit_sha = ShaOf(i),
                head = new { @ref = $"change-{i}", sha = ShaOf(100 + i), label = "ada:change" },
                @base = new { @ref = "main", sha = ShaOf(0) },
                labels = new[] { new { name = "feature" } },
                html_url = $"https://github.example/{Repository}/pull/{i}",
            });
            Add(
                $"pulls/{i}/reviews",
                new
                {
                    id = 500 + i,
                    state = "APPROVED",
                    submitted_at = at.AddHours(-1),
                    user = i == 2 ? Bot("looker")
                    : Person("bob")
                });
            for (var part = 0; part < (i == 1 ? 5 : 1); part++)
                Add(
                    $"pulls/{i}/commits",
                    new
                    {
                        sha = ShaOf(100 + i + (part * 1000)),
                        parents = new[] { new { sha = ShaOf(i - 1) } },
                        author = i == 3
                        ? Bot("bumper") : Person("ada"),
                        commit = new
                        {
                            message = "Work",
                            author = i == 3
                            ? new { name = "Bumper of Acme", email = "77+bumper[bot]@users.noreply.github.com", date = at.AddHours(-4) } : new { name = "Ada Example", email = "ada@acme.example", date = at.AddHours(-4) },
                            committer = new { name = "Ada Example", date = at.AddHours(-4) }
                        }
                    });
            Add(
                "deployments",
                new
                {
                    id = 900
                    + i,
                    node_id = $"DE_{900 + i}",
                    sha = ShaOf(i),
                    @ref = "main",
                    environment = "production",
                    created_at = at.AddHours(2),
                    creator = Person("bob")
                });
            Add(
                $"deployments/{900 + i}/statuses",
                new
                {
                    id = 7000
                    + i,
                    state = "in_progress",
                    created_at = at.AddHours(2),
                    environment = "production",
                    creator = Person("bob"),
                    log_url = "",
                    target_url = ""
                });
            Add(
                $"deployments/{900 + i}/statuses",
                new
                {
                    id = 8000 + i,
                    state = i == 5 ? "failure"
                    : "success",
                    created_at = at.AddHours(3),
                    environment = "production",
                    creator = Person("bob"),
                    log_url = "",
                    target_url = ""
                });
            Add("actions/runs", RunOf(i, attempt: i == 2 ? 3 : 1));
            if (i == 2)
                for (var attempt = 1; attempt <= 2; attempt++)
                    Add($"actions/runs/{300 + i}/attempts/{attempt}", RunOf(i, attempt));
            if (i % 2 == 0)
                Add(
                    "releases",
                    new
                    {
                        id = 40
                        + i,
                        tag_name = $"v1.{i}.0",
                        target_commitish = "main",
                        draft = false,
                        prerelease = i == 4,
                        created_at = at,
                        published_at = at.AddHours(4),
                        html_url = "",
                        author = Person("bob")
                    });
            if (i % 3 == 0)
                Add(
                    "issues",
                    new
                    {
                        number = 50 + i,
                        title = "The till is down",
                        state = i == 3 ? "closed"
                        : "open",
                        labels = new[] { new { name = "incident" } },
                        created_at = at.AddHours(5),
                        updated_at = at.AddHours(7),
                        closed_at = i == 3 ? at.AddHours(7) : (DateTimeOffset?)null,
                        user = Person("eve"),
                        html_url = ""
                    });
        }

        Add(
            "issues",
            new { number = 1, title = "Change 1", state = "closed", created_at = Start, updated_at = Start.AddDays(1), pull_request = new { url = "" } });
    }

    /// <summary>Runs after each answer, with how many there were.</summary>
    public Action<int>? Meanwhile { get; set; }

    int answers;

    public void Add(string list, object thing)
    {
        if (!lists.TryGetValue(list, out var things)) lists.Add(list, things = []);
        things.Add(JsonSerializer.SerializeToElement(thing));
    }

    /// <summary>One is opened.</summary>
    public void Open(int pull, DateTimeOffset at) => Add("pulls", new
    {
        number = pull,
        state = "open",
        title = $"Change {pull}",
        user = Person("ada"),
        created_at = at,
        updated_at = at,
        head = new { @ref = "new", sha = ShaOf(100 + pull) },
        @base = new { @ref = "main" },
        labels = Array.Empty<object>(),
    });

    /// <summary>Something happens to a pull request: it is another now, and the last that was updated.</summary>
    public void Update(int pull, DateTimeOffset at)
    {
        var index = lists["pulls"].FindIndex(one => one.GetProperty("number").GetInt32() == pull);
        var changed = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(lists["pulls"][index])!;
        changed["updated_at"] = JsonSerializer.SerializeToElement(at);
        lists["pulls"][index] = JsonSerializer.SerializeToElement(changed);
    }

    /// <summary>One that was open is merged.</summary>
    public void Merge(int pull, DateTimeOffset at)
    {
        Update(pull, at);
        var index = lists["pulls"].FindIndex(one => one.GetProperty("number").GetInt32() == pull);
        var changed = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(lists["pulls"][index])!;
        changed["merged_at"] = changed["closed_at"] = JsonSerializer.SerializeToElement(at);
        changed["state"] = JsonSerializer.SerializeToElement("closed");
        lists["pulls"][index] = JsonSerializer.SerializeToElement(changed);
    }

    public Played Answer(HttpRequest request)
    {
        lock (lists)
        {
            var played = AnswerNow(request);
            Meanwhile?.Invoke(++answers);
            return played;
        }
    }

    /// <summary>A push of each commit of the default branch, and of what was merged.</summary>
    public IEnumerable<object> Pushes()
    {
        var open = lists["pulls"].Where(pull => pull.GetProperty("merged_at").ValueKind == JsonValueKind.Null)
            .Select(pull => $"pulls/{pull.GetProperty("number")}/commits");
        return
            from list in lists
            where list.Key.EndsWith("commits", StringComparison.Ordinal) && !open.Contains(list.Key)
            from commit in list.Value
            let id = commit.GetProperty("sha").GetString()
            select new
            {
                @ref = "refs/heads/main",
                before = new string('0', 40),
                after = id,
                commits = new[]
            {
                new { id, message = "Work", timestamp = Time(commit), author = new { name = "Ada Example" } },
            },
                repository = new { full_name = Repository }
            };
    }

    /// <summary>What its webhooks would have said of the same.</summary>
    public IEnumerable<(string Event, string Body)> Webhooks()
    {
        foreach (var pull in lists["pulls"]) yield return Hook("pull_request", "closed", ("pull_request", pull));
        foreach (var (list, reviews) in lists.Where(list => list.Key.EndsWith("/reviews", StringComparison.Ordinal)))
        {
            var pull = lists["pulls"].First(one => list == $"pulls/{one.GetProperty("number")}/reviews");
            foreach (var review in reviews.Where(_ => pull.GetProperty("merged_at").ValueKind == JsonValueKind.String))
                yield return Hook("pull_request_review", "submitted", ("review", review), ("pull_request", pull));
        }

        foreach (var deployment in lists["deployments"])
        {
            yield return Hook("deployment", "created", ("deployment", deployment));
            foreach (var status in lists[$"deployments/{deployment.GetProperty("id")}/statuses"])
                yield return Hook("deployment_status", "created", ("deployment_status", status), ("deployment", deployment));
        }

        foreach (var (_, runs) in lists.Where(list => list.Key.StartsWith("actions/runs", StringComparison.Ordinal)))
            foreach (var run in runs) yield return Hook("workflow_run", "completed", ("workflow_run", run));
        foreach (var release in lists["releases"]) yield return Hook("release", "published", ("release", release));
        foreach (var issue in lists["issues"].Where(issue => !issue.TryGetProperty("pull_request", out _)))
            yield return Hook("issues", "edited", ("issue", issue));
    }

    /// <summary>A fact a line, as the server makes them of what is in the store.</summary>
    public static async Task<SortedSet<string>> FactsAsync(Store store)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var stored in await StoredAsync(store))
        {
            if (Readings.Read(
                stored, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).Reading is FactsReading read)
                foreach (var fact in read.Facts) facts.Add(ReadingJson.Write(Reading.Of(fact)));
        }

        return facts;
    }

    /// <summary>Every delivery that is stored, a line each.</summary>
    public static async Task<List<string>> DeliveriesAsync(Store store)
    {
        var lines = new List<string>();
        foreach (var stored in await StoredAsync(store))
            lines.Add(stored.Delivery.Header("X-GitHub-Event") + " " + Encoding.UTF8.GetString(stored.Delivery.Body.Span));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>All of them; of what was known already an id may stay unused.</summary>
    public static async Task<List<StoredDelivery>> StoredAsync(Store store)
    {
        var all = new List<StoredDelivery>();
        var newest = (await store.DeliveriesAsync(new DeliveriesQuery(Limit: 1), default)).Items is [var last] ? last.Id : 0;
        for (var id = 1L; id <= newest; id++)
            if (await store.DeliveryAsync(id, default) is { } stored) all.Add(stored);
        return all;
    }

    static (string, string) Hook(string happened, string action, params (string Name, JsonElement Part)[] parts)
    {
        var body = parts.ToDictionary(part => part.Name, part => (object)part.Part);
        body["action"] = action;
        body["repository"] = new { full_name = Repository };
        return (happened, JsonSerializer.Serialize(body));
    }

    Played AnswerNow(HttpRequest request)
    {
        if (request.Path == "/graphql") return GraphQl(request);
        if (request.Path == "/orgs/acme/repos")
            return new Played(200, $$"""[{"full_name":"{{Repository}}"},{"full_name":"acme/till"}]""");
        const string Prefix = $"/repos/{Repository}/";
        if (request.Path.Value?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return new Played(404, """{"message":"Not Found"}""");
        var name = request.Path.Value[Prefix.Length..];
        if (!lists.TryGetValue(name, out var all))
            return name.EndsWith("issues", StringComparison.Ordinal) ? new Played(410, "{}")
                : new Played(404, """{"message":"Not Found"}""");
        if (name.Contains("/attempts/", StringComparison.Ordinal)) return new Played(200, all[0].GetRawText());
        var (since, created) = (request.Query["since"].ToString(), request.Query["created"].ToString().Split(".."));
        var things =
            all.Where(thing =>
                (since.Length == 0 || Time(thing) >= At(since))
                    && (created is not [var from, var to] || (Time(thing) >= At(from) && Time(thing) <= At(to))))
                .OrderDescending(Newest).ToList();
        var page = int.TryParse(request.Query["page"], out var number) ? number : 1;
        var size = Math.Min(MostAtOnce, int.TryParse(request.Query["per_page"], out var asked) ? asked : 30);
        var shown = things.Skip((page - 1) * size).Take(size).Select(thing => thing.GetRawText());
        var body = $"[{string.Join(',', shown)}]";
        if (name == "actions/runs") body = $$"""{"total_count":{{things.Count}},"workflow_runs":{{body}}}""";
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..16]}\"";
        if (request.Headers.IfNoneMatch == tag) return new Played(304, "", ("ETag", tag));
        var last = (things.Count + size - 1) / size;
        string Link(int to, string relation) =>
            $"<{request.Scheme}://{request.Host}{request.Path}?"
                + $"{string.Join('&', request.Query.Where(one => one.Key != "page").Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value.ToString())}"))}&page={to}>; rel=\"{relation}\"";
        return page < last
            ? new Played(200, body, ("ETag", tag), ("Link", $"{Link(page + 1, "next")}, {Link(last, "last")}"))
            : new Played(200, body, ("ETag", tag));
    }

    /// <summary>The order in which things are listed, by either API.</summary>
    static readonly Comparer<JsonElement> Newest = Comparer<JsonElement>.Create((one, other) =>
        Time(one).CompareTo(Time(other)) is not 0 and var order ? order
            : string.CompareOrdinal(one.GetRawText(), other.GetRawText()));

    static DateTimeOffset Time(JsonElement thing)
    {
        if (thing.TryGetProperty("commit", out var commit))
            return commit.GetProperty("committer").GetProperty("date").GetDateTimeOffset();
        foreach (var name in (ReadOnlySpan<string>)["updated_at", "submitted_at", "created_at"])
            if (thing.TryGetProperty(name, out var at)) return at.GetDateTimeOffset();
        return default;
    }

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    static object Person(string login) => new { login, id = 1, type = "User" };

    static object Bot(string name) => new { login = $"{name}[bot]", id = 2, type = "Bot" };

    static object RunOf(int i, int attempt) => new
    {
        id = 300 + i,
        name = "ci",
        head_sha = ShaOf(i),
        status = "completed",
        conclusion = attempt == 1 && i == 2 ? "failure" : "success",
        run_attempt = attempt,
        created_at = Start.AddDays(i),
        run_started_at = Start.AddDays(i).AddMinutes(attempt),
        updated_at = Start.AddDays(i).AddMinutes(attempt + 5),
        actor = Person("ada"),
        html_url = "",
    };

    static string ShaOf(int number) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"acme {number}")));
}
