namespace Leadline.Demo;

/// <summary>
/// One repository's year: changes are begun, reviewed, merged, built and deployed; some break and are repaired.
/// </summary>
sealed class DemoRepository
{
    static readonly string[] Verbs =
    [
        "add", "speed up", "simplify", "rename", "test", "extend", "split", "log", "validate", "cache", "retry", "document",
    ];

    static readonly string[] Things =
    [
        "price rounding", "session store", "address form", "health check", "rate limit", "stock lookup", "voucher rules",
        "export", "audit trail", "index mapping",
        "mail templates", "feature flags", "tax table", "error page", "pagination", "currency list", "webhook client",
        "login throttle", "metrics", "image sizes",
    ];

    static readonly string[] Troubles =
    [
        "error rate above 5 %", "latency above two seconds", "orders stuck in pending", "memory climbs until restart",
        "wrong totals shown", "log-in fails for some",
        "queue grows", "empty results",
    ];

    static readonly string[] People =
    [
        "ada", "bo", "chi", "dov", "eli", "fay", "gus", "hal", "ivy", "jo", "kim", "lou", "dependabot[bot]",
    ];

    readonly string name;
    readonly DemoVoice operations;
    readonly DemoCalendar year;
    readonly DemoOutbox outbox;
    readonly bool squash;
    readonly DemoService[] services;
    readonly IDemoVoice code;
    readonly IDemoVoice deploys;
    readonly Random random;
    readonly PriorityQueue<Action<DateTimeOffset>, (DateTimeOffset When, int Order)> agenda = new();
    readonly List<string> main = [];
    int shas, numbers, builds, attempts, incidents, order;

    public DemoRepository(
        string name, DemoVoice code, DemoVoice operations, DemoCalendar year, DemoOutbox outbox, int seed, bool squash,
        DemoService[] services)
    {
        (this.name, this.operations, this.year, this.outbox, this.squash, this.services) =
            (name, operations, year, outbox, squash, services);
        random = new Random(seed);
        this.code = Voice(code);
        deploys = Voice(operations);
        attempts = seed % 100 * 100_000;
        incidents = seed % 100 * 1000;
    }

    /// <summary>Lets the year go by.</summary>
    public void Live()
    {
        Begin();
        for (var hour = year.From; hour < year.End; hour = hour.AddHours(1))
        {
            foreach (var service in services) Plan(service, hour);
            while (agenda.TryPeek(out _, out var next) && next.When < hour.AddHours(1)) agenda.Dequeue()(next.When);
        }
    }

    IDemoVoice Voice(DemoVoice voice) =>
        voice == DemoVoice.GitHub ? new DemoGitHubVoice(name, outbox) : new DemoOwnVoice(name, outbox);

    void At(DateTimeOffset when, Action<DateTimeOffset> action) => agenda.Enqueue(action, (when, order++));

    void Begin()
    {
        foreach (var service in services)
        {
            Push(
                "main",
                [
                    Commit(
                        service, year.From.AddMinutes(main.Count), "import the code as it stands", People[0],
                        main.Count == 0 ? [] : [main[^1]]),
                ], year.From.AddMinutes(main.Count + 1));
            service.Ready = Version(service);
            At(year.From.AddHours(9), when => Deploy(service, service.Ready, when, Repair.None));
        }
    }

    void Plan(DemoService service, DateTimeOffset hour)
    {
        var chance = service.ChangesPerWeek * DemoCalendar.Activity(hour) / 56;
        if (random.NextDouble() < chance) At(Within(hour), when => Change(service, when));
        var deploys = (service.Rhythm, hour.DayOfWeek, hour.Hour) switch
        {
            (DemoRhythm.Daily, not (DayOfWeek.Saturday or DayOfWeek.Sunday), 10 or 15) => true,
            (DemoRhythm.Weekly, DayOfWeek.Tuesday, 13) => true,
            _ => false,
        };
        if (deploys) At(hour.AddMinutes(random.Next(5, 40)), when => DeployReady(service, when));
        if (random.NextDouble() < 1.0 / 9000) At(Within(hour), when => HappenAlone(service, when));
        if (random.NextDouble() < 1.0 / 1500 && DemoCalendar.Activity(hour) > 0.5)
            At(Within(hour), when => Redeploy(service, when));
        if (service.LeavesIncidentOpen > 0 && hour == year.End.AddDays(-service.LeavesIncidentOpen).AddHours(11))
            At(Within(hour), when => LeaveOpen(service, when));
    }

    DateTimeOffset Within(DateTimeOffset hour) => hour.AddSeconds(random.Next(3600));

    double Exponential(double mean) => -mean * Math.Log(1 - random.NextDouble());

    T Any<T>(T[] items) => items[random.Next(items.Length)];

    // Code.

    void Change(DemoService service, DateTimeOffset when)
    {
        var quick = service.AdoptsTrunk && when >= year.TrunkAdopted;
        var slow = service.SuffersBadMonth && year.IsBad(when) ? 2.2 : 1;
        var change = Draft($"{Any(Verbs)} {Any(Things)}", "feature", Any(People), []);
        var commits = 1 + Math.Min(5, (int)Exponential(quick ? 0.5 : 0.9));
        Write(service, change, commits, ref when, quick ? 0.7 : 2.2);
        change.OpenedAt = when.AddMinutes(random.Next(2, 25));
        At(change.OpenedAt, _ => code.Opened(change));
        var reviewedAt = DemoCalendar.AfterWork(
            change.OpenedAt, 0.1 + Exponential(service.PickupHours * (quick ? 0.25 : 1) * slow));
        var approvedAt = reviewedAt;
        var reviewer = Any(People[..^1]);
        if (random.NextDouble() < 0.22)
        {
            At(reviewedAt, at => Review(change, reviewer, approved: false, at));
            approvedAt = DemoCalendar.AfterWork(reviewedAt, 0.5 + Exponential(2.5 * slow));
            var answer = reviewedAt + (approvedAt - reviewedAt) / 2;
            At(answer, at =>
            {
                var commit = Commit(service, at, "answer the review", change.Author, [change.Head]);
                code.Pushed(change.Branch, change.Head, [commit], at.AddMinutes(1));
                change.Commits.Add(commit);
            });
        }

        At(approvedAt, at => Review(change, reviewer, approved: true, at));
        At(DemoCalendar.AfterWork(approvedAt, 0.05 + Exponential(0.8)), at => Merge(service, change, at, Repair.None));
    }

    DemoChange Draft(string title, string prefix, string author, string[] labels)
    {
        var number = ++numbers;
        return new DemoChange
        {
            Number = number,
            Title = title,
            Branch = $"{prefix}/{number}-{title.Replace(' ', '-').Replace(":", "", StringComparison.Ordinal)}",
            Author = author,
            Labels = labels,
        };
    }

    void Write(DemoService service, DemoChange change, int commits, ref DateTimeOffset when, double hoursBetween)
    {
        for (var i = 0; i < commits; i++)
        {
            if (i > 0) when = DemoCalendar.AfterWork(when, 0.1 + Exponential(hoursBetween));
            var message = i == 0 ? change.Title : $"{change.Title}, part {i + 1}";
            change.Commits.Add(Commit(service, when, message, change.Author, [i == 0 ? main[^1] : change.Head]));
        }

        var pushed = change.Commits.ToArray();
        At(when.AddMinutes(1), at => code.Pushed(change.Branch, null, pushed, at));
    }

    void Review(DemoChange change, string reviewer, bool approved, DateTimeOffset when)
    {
        change.ReviewedAt ??= when;
        if (approved) change.ApprovedAt = when;
        code.Reviewed(change, reviewer, approved, when);
    }

    void Merge(DemoService service, DemoChange change, DateTimeOffset when, Repair repair, string? body = null)
    {
        var before = main[^1];
        var message = squash ? $"{change.Title} (#{change.Number})"
            : $"Merge pull request #{change.Number} from acme/{change.Branch}";
        if (body is not null) message += "\n\n" + body;
        string[] parents = squash ? [before] : [before, change.Head];
        var commit = Commit(service, when, message, change.Author, parents);
        change.MergedAt = when;
        change.MergeSha = commit.Sha;
        code.Merged(change);
        main.Add(commit.Sha);
        code.Pushed("main", before, squash ? [commit] : [.. change.Commits, commit], when.AddSeconds(2));
        Build(service, commit.Sha, when, attempt: 1, repair);
    }

    void Push(string branch, DemoCommit[] commits, DateTimeOffset when)
    {
        var before = main.Count == 0 ? null : main[^1];
        main.AddRange(commits.Select(commit => commit.Sha));
        code.Pushed(branch, before, commits, when);
    }

    DemoCommit Commit(DemoService service, DateTimeOffset when, string message, string author, string[] parents)
    {
        var folder = service.Path is { } path ? path + "/" : "";
        var paths = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"{folder}src/{Any(Things).Replace(' ', '-')}.ts")
            .Distinct().ToArray();
        return new DemoCommit(outbox.Sha(name, shas++), parents, when, when, message, author, paths);
    }

    void Build(DemoService service, string sha, DateTimeOffset merged, int attempt, Repair repair)
    {
        var id = attempt == 1 ? ++builds : builds;
        var queued = merged.AddSeconds(10);
        var started = queued.AddSeconds(random.Next(5, 90));
        var finished = started.AddMinutes(4 + random.NextDouble() * 9);
        var succeeded = attempt > 1 || random.NextDouble() > 0.05;
        var place = main.IndexOf(sha);
        At(finished, when =>
        {
            code.Built(new DemoBuild(id, sha, attempt, queued, started, finished, succeeded));
            if (!succeeded) Build(service, sha, when.AddMinutes(6), attempt + 1, repair);
            else Built(service, place, when, repair);
        });
    }

    void Built(DemoService service, int place, DateTimeOffset when, Repair repair)
    {
        if (service.Live.TryPeek(out var live) && live.Place >= place) return;
        if (service.Ready is null || service.Ready.Place < place) service.Ready = Version(service, place);
        if (repair != Repair.None) At(when.AddMinutes(random.Next(2, 8)), at => Deploy(service, service.Ready, at, repair));
        else if (service.Rhythm == DemoRhythm.EveryMerge)
            At(when.AddMinutes(random.Next(1, 15)), at => DeployReady(service, at));
    }

    // Deployments.

    DemoVersion Version(DemoService service, int? place = null)
    {
        var at = place ?? main.Count - 1;
        return new DemoVersion(at, main[at], $"v{++service.Versions}");
    }

    void DeployReady(DemoService service, DateTimeOffset when)
    {
        if (!service.Frozen && service.Ready is { } ready) Deploy(service, ready, when, Repair.None);
    }

    void Redeploy(DemoService service, DateTimeOffset when)
    {
        if (!service.Frozen && when > service.BusyUntil && service.Live.TryPeek(out var live))
            Attempt(service, live, when, succeeded: true, declaredFailed: null);
    }

    void Deploy(DemoService service, DemoVersion? version, DateTimeOffset when, Repair repair)
    {
        if (version is null || service.Live.TryPeek(out var live) && live.Place >= version.Place) return;
        if (service.Frozen && repair == Repair.None) return;
        if (when <= service.BusyUntil)
        {
            At(service.BusyUntil.AddMinutes(1), at => Deploy(service, service.Ready, at, repair));
            return;
        }

        if (random.NextDouble() < 0.045)
        {
            var ended = Attempt(service, version, when, succeeded: false, declaredFailed: null).SucceededAt;
            At(ended.AddMinutes(random.Next(6, 35)), at => Deploy(service, service.Ready, at, repair));
            return;
        }

        var rate = service.FailureRate * (service.SuffersBadMonth && year.IsBad(when) ? 5 : 1);
        var breaks = repair == Repair.None && service.Live.Count > 3 && random.NextDouble() < rate;
        var kind = breaks ? random.NextDouble() : 1;
        var declared = breaks && kind < 0.05 && operations == DemoVoice.Own;
        var deployment = Attempt(service, version, when, succeeded: true, declared ? true : null);
        service.Live.Push(version);
        if (ReferenceEquals(service.Ready, version)) service.Ready = null;
        if (repair != Repair.None) service.Frozen = false;
        if (breaks) Break(service, deployment, kind);
    }

    DemoDeployment Attempt(DemoService service, DemoVersion version, DateTimeOffset when, bool succeeded, bool? declaredFailed)
    {
        DateTimeOffset? waited = service.Approval && random.NextDouble() < 0.8 ? when.AddSeconds(20) : null;
        var started = waited is { } from ? from.AddMinutes(3 + Exponential(25)) : when.AddSeconds(random.Next(5, 60));
        var finished = started.AddMinutes(1.5 + random.NextDouble() * 6);
        var number = ++attempts;
        var id = operations == DemoVoice.GitHub ? number.ToString() : $"{service.Name}-{number}";
        deploys.Attempted(new DemoAttempt(id, service, version, when, waited, started, finished, succeeded, declaredFailed));
        var deployment = new DemoDeployment(id, version, finished);
        service.BusyUntil = finished;
        if (succeeded) service.Last = deployment;
        return deployment;
    }

    // Trouble.

    enum Repair { None, Rollback, Revert, Hotfix, FixForward }

    void Break(DemoService service, DemoDeployment deployment, double kind)
    {
        service.Frozen = true;
        var slow = year.IsBad(deployment.SucceededAt) ? 2.5 : 1;
        var noticed = deployment.SucceededAt.AddMinutes(4 + Exponential(35));
        var repair = random.NextDouble() switch
        {
            < 0.36 => Repair.Rollback,
            < 0.58 => Repair.Revert,
            < 0.86 => Repair.Hotfix,
            _ => Repair.None,
        };
        if (kind is >= 0.05 and < 0.3)
        {
            if (repair == Repair.None) repair = Repair.Hotfix;
            At(noticed.AddMinutes(Exponential(40) * slow), when => Mend(service, deployment, null, repair, when));
            return;
        }

        if (kind < 0.05)
        {
            At(noticed.AddMinutes(Exponential(60) * slow), when => Mend(service, deployment, null, Repair.Rollback, when));
            return;
        }

        var number = operations == DemoVoice.GitHub ? ++numbers : ++incidents;
        var mending = noticed.AddMinutes(12 + Exponential(50) * slow);
        var resolved = mending.AddMinutes(28 + Exponential(repair == Repair.None ? 90 : 18));
        var blames = operations == DemoVoice.Own && random.NextDouble() < 0.45 ? deployment.Id : null;
        var incident = new DemoIncident(
            number, service, $"{service.Name}: {Any(Troubles)}", Any(["sev1", "sev2", "sev2", "sev3"]), noticed,
            noticed.AddMinutes(2 + Exponential(6)), resolved, blames);
        deploys.Happened(incident);
        if (repair == Repair.None) At(resolved, _ => service.Frozen = false);
        else At(mending, when => Mend(service, deployment, incident, repair, when));
    }

    void Mend(DemoService service, DemoDeployment broken, DemoIncident? incident, Repair repair, DateTimeOffset when)
    {
        switch (repair)
        {
            case Repair.Rollback:
                service.Live.Pop();
                Attempt(service, service.Live.Peek(), when, succeeded: true, declaredFailed: null);
                At(DemoCalendar.AfterWork(when, 1 + Exponential(2)), at => FixForward(service, incident, at));
                break;
            case Repair.Revert:
                var reverted = main[broken.Version.Place];
                var revert = Draft($"Revert \"{Any(Verbs)} {Any(Things)}\"", "revert", Any(People[..^1]), []);
                Hurry(service, revert, when, repair, $"This reverts commit {reverted}.");
                break;
            default:
                var key = incident is null ? "" : $" (fixes {incident.Key(operations)})";
                var hotfix = Draft($"hotfix: {Any(Things)}{key}", "hotfix", Any(People[..^1]), ["hotfix"]);
                Hurry(service, hotfix, when, Repair.Hotfix, null);
                break;
        }
    }

    void FixForward(DemoService service, DemoIncident? incident, DateTimeOffset when)
    {
        var key = incident is null ? "" : $", see {incident.Severity}";
        Hurry(service, Draft($"mend {Any(Things)}{key}", "feature", Any(People[..^1]), []), when, Repair.FixForward, null);
    }

    void Hurry(DemoService service, DemoChange change, DateTimeOffset when, Repair repair, string? body)
    {
        Write(service, change, 1, ref when, 0);
        change.OpenedAt = when.AddMinutes(2);
        var approvedAt = change.OpenedAt.AddMinutes(2 + Exponential(5));
        var reviewer = Any(People[..^1]);
        At(change.OpenedAt, _ => code.Opened(change));
        At(approvedAt, at => Review(change, reviewer, approved: true, at));
        At(approvedAt.AddMinutes(1), at => Merge(service, change, at, repair, body));
    }

    void HappenAlone(DemoService service, DateTimeOffset when)
    {
        var number = operations == DemoVoice.GitHub ? ++numbers : ++incidents;
        deploys.Happened(new DemoIncident(
            number, service, $"{service.Name}: supplier does not answer", "sev3", when, when.AddMinutes(9),
            when.AddMinutes(40 + Exponential(120)), null));
    }

    void LeaveOpen(DemoService service, DateTimeOffset when) => deploys.Happened(
        new DemoIncident(
            ++incidents, service, $"{service.Name}: {Any(Troubles)}", "sev2", when, when.AddMinutes(7), null, service.Last?.Id));
}
