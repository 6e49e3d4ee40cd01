namespace Leadline.Demo;

sealed record DemoCommit(
    string Sha, string[] Parents, DateTimeOffset AuthoredAt, DateTimeOffset CommittedAt, string Message, string Author,
    string[] Paths);

sealed class DemoChange
{
    public required int Number { get; init; }
    public required string Title { get; init; }
    public required string Branch { get; init; }
    public required string Author { get; init; }
    public required string[] Labels { get; init; }
    public List<DemoCommit> Commits { get; } = [];
    public DateTimeOffset OpenedAt { get; set; }
    public DateTimeOffset? ReviewedAt { get; set; }
    public DateTimeOffset? ApprovedAt { get; set; }
    public DateTimeOffset? MergedAt { get; set; }
    public string? MergeSha { get; set; }
    public string Head => Commits[^1].Sha;

    /// <summary>Lines added and removed: a few of most commits, hundreds of some, by their ids.</summary>
    public (int Added, int Removed) Lines
    {
        get
        {
            var all = Commits.Sum(commit => (int)(2 * Math.Pow(200, Convert.ToInt32(commit.Sha[..4], 16) / 65536.0)));
            return (all - all / 3, all / 3);
        }
    }
}

sealed record DemoBuild(
    int Id, string Sha, int Attempt, DateTimeOffset QueuedAt, DateTimeOffset StartedAt, DateTimeOffset FinishedAt,
    bool Succeeded);

sealed record DemoAttempt(
    string Id, DemoService Service, DemoVersion Version, DateTimeOffset CreatedAt, DateTimeOffset? WaitedFrom,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt, bool Succeeded, bool? DeclaredFailed);

sealed record DemoIncident(
    int Number, DemoService Service, string Title, string Severity, DateTimeOffset StartedAt, DateTimeOffset? AcknowledgedAt,
    DateTimeOffset? ResolvedAt, string? Blames)
{
    /// <summary>As a person writes it in a commit message.</summary>
    public string Key(DemoVoice voice) => voice == DemoVoice.GitHub ? $"#{Number}" : $"INC-{Number}";
}

/// <summary>Says what happens in a repository in the words of one system.</summary>
interface IDemoVoice
{
    void Pushed(string branch, string? before, IReadOnlyList<DemoCommit> commits, DateTimeOffset when);

    void Opened(DemoChange change);

    void Reviewed(DemoChange change, string reviewer, bool approved, DateTimeOffset when);

    void Merged(DemoChange change);

    void Built(DemoBuild build);

    void Attempted(DemoAttempt attempt);

    void Happened(DemoIncident incident);
}

/// <summary>Acme's own scripts: each thing is one line, sent when it is over.</summary>
sealed class DemoOwnVoice(string repository, DemoOutbox outbox) : IDemoVoice
{
    public void Pushed(string branch, string? before, IReadOnlyList<DemoCommit> commits, DateTimeOffset when)
    {
        foreach (var commit in commits)
        {
            outbox.Own(when, new
            {
                type = "commit",
                repository,
                sha = commit.Sha,
                parents = commit.Parents,
                branch,
                authored_at = DemoOutbox.Instant(commit.AuthoredAt),
                committed_at = DemoOutbox.Instant(commit.CommittedAt),
                message = commit.Message,
                author = commit.Author,
                paths = commit.Paths,
            });
        }
    }

    public void Opened(DemoChange change) => Say(change, change.OpenedAt);

    public void Reviewed(DemoChange change, string reviewer, bool approved, DateTimeOffset when)
    {
    }

    public void Merged(DemoChange change) => Say(change, change.MergedAt!.Value);

    public void Built(DemoBuild build) => outbox.Own(build.FinishedAt, new
    {
        type = "build",
        id = $"ci-{build.Id}",
        repository,
        sha = build.Sha,
        pipeline = "ci",
        attempt = build.Attempt,
        queued_at = DemoOutbox.Instant(build.QueuedAt),
        started_at = DemoOutbox.Instant(build.StartedAt),
        finished_at = DemoOutbox.Instant(build.FinishedAt),
        status = build.Succeeded ? "succeeded" : "failed",
    });

    public void Attempted(DemoAttempt attempt) => outbox.Own(attempt.FinishedAt, new
    {
        type = "deployment",
        id = attempt.Id,
        service = attempt.Service.Name,
        repository,
        environment = "production",
        version = attempt.Version.Name,
        sha = attempt.Version.Sha,
        status = attempt.Succeeded ? "succeeded" : "failed",
        started_at = DemoOutbox.Instant(attempt.StartedAt),
        finished_at = DemoOutbox.Instant(attempt.FinishedAt),
        failed = attempt.DeclaredFailed,
        url = $"https://deploy.acme.example/{attempt.Service.Name}/{attempt.Id}",
    });

    public void Happened(DemoIncident incident)
    {
        Say(incident with { AcknowledgedAt = null, ResolvedAt = null }, incident.StartedAt);
        if (incident.AcknowledgedAt is { } acknowledged) Say(incident with { ResolvedAt = null }, acknowledged);
        if (incident.ResolvedAt is { } resolved) Say(incident, resolved);
    }

    void Say(DemoChange change, DateTimeOffset when) => outbox.Own(when, new
    {
        type = "change",
        repository,
        number = change.Number,
        opened_at = DemoOutbox.Instant(change.OpenedAt),
        ready_at = (string?)null,
        first_reviewed_at = DemoOutbox.Instant(change.ReviewedAt),
        approved_at = DemoOutbox.Instant(change.ApprovedAt),
        merged_at = DemoOutbox.Instant(change.MergedAt),
        merge_sha = change.MergeSha,
        commits = change.Commits.Select(commit => commit.Sha),
        branch = change.Branch,
        labels = change.Labels,
        title = change.Title,
        author = change.Author,
        lines = change.Lines.Added + change.Lines.Removed,
    });

    void Say(DemoIncident incident, DateTimeOffset when) => outbox.Own(when, new
    {
        type = "incident",
        id = incident.Key(DemoVoice.Own),
        service = incident.Service.Name,
        started_at = DemoOutbox.Instant(incident.StartedAt),
        acknowledged_at = DemoOutbox.Instant(incident.AcknowledgedAt),
        resolved_at = DemoOutbox.Instant(incident.ResolvedAt),
        severity = incident.Severity,
        deployment = incident.Blames,
        title = incident.Title,
        url = $"https://status.acme.example/{incident.Key(DemoVoice.Own)}",
    });
}

/// <summary>GitHub: each step of a thing is one webhook.</summary>
sealed class DemoGitHubVoice(string repository, DemoOutbox outbox) : IDemoVoice
{
    const string Nothing = "0000000000000000000000000000000000000000";

    readonly string address = "https://github.com/" + repository;

    public void Pushed(string branch, string? before, IReadOnlyList<DemoCommit> commits, DateTimeOffset when)
    {
        var sent = commits.Select(commit => new
        {
            id = commit.Sha,
            tree_id = Reverse(commit.Sha),
            distinct = true,
            message = commit.Message,
            timestamp = DemoOutbox.Instant(commit.AuthoredAt),
            url = $"{address}/commit/{commit.Sha}",
            author = Person(commit.Author),
            committer = Person(commit.Author),
            added = Array.Empty<string>(),
            removed = Array.Empty<string>(),
            modified = commit.Paths,
        }).ToArray();
        outbox.GitHub(when, "push", new
        {
            @ref = "refs/heads/" + branch,
            before = before ?? Nothing,
            after = commits[^1].Sha,
            created = before is null,
            deleted = false,
            forced = false,
            base_ref = (string?)null,
            compare = $"{address}/compare/{(before ?? commits[0].Sha)[..12]}...{commits[^1].Sha[..12]}",
            commits = sent,
            head_commit = sent[^1],
            repository = Repository(),
            pusher = new { name = commits[^1].Author, email = Address(commits[^1].Author) },
            sender = User(commits[^1].Author),
        });
    }

    public void Opened(DemoChange change) => Say("opened", change, change.OpenedAt, merged: false);

    public void Reviewed(DemoChange change, string reviewer, bool approved, DateTimeOffset when) =>
        outbox.GitHub(when, "pull_request_review", new
        {
            action = "submitted",
            review = new
            {
                id = change.Number * 10 + (approved ? 1 : 0),
                user = User(reviewer),
                body = "",
                commit_id = change.Head,
                submitted_at = DemoOutbox.Instant(when),
                state = approved ? "approved" : "changes_requested",
                html_url = $"{address}/pull/{change.Number}#pullrequestreview-{change.Number}",
            },
            pull_request = PullRequest(change, when, merged: false),
            repository = Repository(),
            sender = User(reviewer),
        });

    public void Merged(DemoChange change) => Say("closed", change, change.MergedAt!.Value, merged: true);

    public void Built(DemoBuild build) => outbox.GitHub(build.FinishedAt, "workflow_run", new
    {
        action = "completed",
        workflow_run = new
        {
            id = 9_000_000L + build.Id,
            name = "ci",
            head_branch = "main",
            head_sha = build.Sha,
            path = ".github/workflows/ci.yml",
            run_number = build.Id,
            @event = "push",
            status = "completed",
            conclusion = build.Succeeded ? "success" : "failure",
            workflow_id = 41,
            run_attempt = build.Attempt,
            created_at = DemoOutbox.Instant(build.QueuedAt),
            run_started_at = DemoOutbox.Instant(build.StartedAt),
            updated_at = DemoOutbox.Instant(build.FinishedAt),
            html_url = $"{address}/actions/runs/{9_000_000L + build.Id}",
            pull_requests = Array.Empty<object>(),
            repository = Repository(),
            head_repository = Repository(),
        },
        workflow = new { id = 41, name = "ci", path = ".github/workflows/ci.yml", state = "active" },
        repository = Repository(),
        sender = User("acme-deploys[bot]"),
    });

    public void Attempted(DemoAttempt attempt)
    {
        if (attempt.WaitedFrom is { } waited) Say("waiting", attempt, waited);
        Say("in_progress", attempt, attempt.StartedAt);
        Say(attempt.Succeeded ? "success" : "failure", attempt, attempt.FinishedAt);
    }

    public void Happened(DemoIncident incident)
    {
        Say("opened", incident, incident.StartedAt);
        if (incident.ResolvedAt is { } resolved) Say("closed", incident, resolved);
    }

    void Say(string action, DemoChange change, DateTimeOffset when, bool merged) => outbox.GitHub(when, "pull_request", new
    {
        action,
        number = change.Number,
        pull_request = PullRequest(change, when, merged),
        repository = Repository(),
        sender = User(change.Author),
    });

    void Say(string state, DemoAttempt attempt, DateTimeOffset when) => outbox.GitHub(when, "deployment_status", new
    {
        action = "created",
        deployment_status = new
        {
            id = long.Parse(attempt.Id) * 10 + state.Length,
            state,
            creator = User("acme-deploys[bot]"),
            description = "",
            environment = "production",
            target_url = $"{address}/actions",
            log_url = $"{address}/actions",
            created_at = DemoOutbox.Instant(when),
            updated_at = DemoOutbox.Instant(when),
        },
        deployment = new
        {
            id = long.Parse(attempt.Id),
            sha = attempt.Version.Sha,
            @ref = attempt.Version.Name,
            task = "deploy",
            payload = new { version = attempt.Version.Name },
            original_environment = "production",
            environment = "production",
            description = attempt.Version.Name,
            creator = User("acme-deploys[bot]"),
            created_at = DemoOutbox.Instant(attempt.CreatedAt),
            updated_at = DemoOutbox.Instant(when),
            transient_environment = false,
            production_environment = true,
        },
        repository = Repository(),
        sender = User("acme-deploys[bot]"),
    });

    void Say(string action, DemoIncident incident, DateTimeOffset when) => outbox.GitHub(when, "issues", new
    {
        action,
        issue = new
        {
            id = 700_000L + incident.Number,
            number = incident.Number,
            title = incident.Title,
            user = User("acme-watch[bot]"),
            labels = new[] { new { id = 1, name = "incident" }, new { id = 2, name = incident.Severity } },
            state = action == "closed" ? "closed" : "open",
            state_reason = action == "closed" ? "completed" : null,
            created_at = DemoOutbox.Instant(incident.StartedAt),
            updated_at = DemoOutbox.Instant(when),
            closed_at = action == "closed" ? DemoOutbox.Instant(when) : null,
            html_url = $"{address}/issues/{incident.Number}",
            body = (string?)null,
        },
        repository = Repository(),
        sender = User("acme-watch[bot]"),
    });

    object PullRequest(DemoChange change, DateTimeOffset when, bool merged) => new
    {
        id = 800_000L + change.Number,
        number = change.Number,
        html_url = $"{address}/pull/{change.Number}",
        state = merged ? "closed" : "open",
        locked = false,
        title = change.Title,
        user = User(change.Author),
        body = (string?)null,
        created_at = DemoOutbox.Instant(change.OpenedAt),
        updated_at = DemoOutbox.Instant(when),
        closed_at = merged ? DemoOutbox.Instant(change.MergedAt) : null,
        merged_at = merged ? DemoOutbox.Instant(change.MergedAt) : null,
        merge_commit_sha = merged ? change.MergeSha : null,
        draft = false,
        merged,
        labels = change.Labels.Select(label => new { id = 3, name = label }),
        head = new { @ref = change.Branch, sha = change.Head, repo = Repository() },
        @base = new { @ref = "main", sha = change.Commits[0].Parents.FirstOrDefault() ?? change.Head, repo = Repository() },
        commits = change.Commits.Count,
        additions = change.Lines.Added,
        deletions = change.Lines.Removed,
    };

    object Repository() => new
    {
        id = 4200 + repository.Length,
        name = repository[(repository.IndexOf('/') + 1)..],
        full_name = repository,
        @private = true,
        owner = new { login = "acme", id = 77, type = "Organization" },
        html_url = address,
        default_branch = "main",
    };

    static object User(string login) =>
        new
        {
            login,
            id = login.Length * 1000 + login[0],
            type = login.EndsWith("[bot]", StringComparison.Ordinal) ? "Bot"
            : "User"
        };

    static object Person(string login) => new { name = login, email = Address(login), username = login };

    static string Address(string login) => login.Replace("[bot]", "", StringComparison.Ordinal) + "@acme.example";

    static string Reverse(string sha) => new([.. sha.Reverse()]);
}
