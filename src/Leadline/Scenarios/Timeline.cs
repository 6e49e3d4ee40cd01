using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Sources;

namespace Leadline.Scenarios;

/// <summary>Turns the dated lines of a scenario into facts.</summary>
sealed partial class Timeline
{
    const string MainBranch = "main", Someone = "someone", SomeoneElse = "someone-else";

    static readonly string[] Things =
        [
            "commit", "open", "ready", "review", "approve", "merge", "close", "build", "deploy", "step", "tag", "compare",
            "incident", "flag", "annotation", "override", "unknown",
        ];

    readonly TimeZoneInfo zone;
    readonly RepositoryName defaultRepository;
    readonly List<Fact> facts = [];

    /// <summary>Commits that a line makes, with the repository that it makes them in.</summary>
    readonly Dictionary<string, RepositoryName> made = new(StringComparer.Ordinal);

    /// <summary>What lines speak of, so that a line which is wrong does not make others look wrong.</summary>
    readonly HashSet<string> named = new(StringComparer.Ordinal);

    readonly HashSet<string> unknown = new(StringComparer.Ordinal);
    readonly Dictionary<string, CommitFact> commits = new(StringComparer.Ordinal);
    readonly List<(CommitFact Commit, int Place)> rootless = [];

    /// <summary>Commits that are named and made by no line, in the order of their first mention.</summary>
    readonly List<(string Name, RepositoryName Repository)> earlier = [];

    readonly Dictionary<Sha, string> names = [];
    readonly Dictionary<(RepositoryName, string), string> heads = [];
    readonly Dictionary<(RepositoryName, int), ChangeFact> changes = [];
    readonly Dictionary<string, DeploymentFact> deployments = new(StringComparer.Ordinal);
    readonly Dictionary<string, IncidentFact> incidents = new(StringComparer.Ordinal);
    readonly List<Override> overrides = [];

    public Timeline(Definitions definitions, IReadOnlyList<Line> lines)
    {
        zone = definitions.Zone;
        defaultRepository = definitions.Services.SelectMany(service => service.Repositories)
            .Select(repository => (RepositoryName?)repository).FirstOrDefault() ?? new RepositoryName("acme/app");
        foreach (var words in lines.Select(line => line.Words))
        {
            // A line may name a commit that a later line makes, so who makes what is known before any line is read.
            var repository = Following(words, "in", "repo") is { } name ? new RepositoryName(name) : defaultRepository;
            if (words[0] == "unknown") unknown.UnionWith(words.Skip(1).Where(word => word != ","));
            var thing = words.Count > 1 && words[1].Contains(':') ? 2 : 1;
            if (words.Count <= thing + 1) continue;
            named.Add(words[thing + 1]);
            if (words[thing] == "commit") made.TryAdd(words[thing + 1], repository);
            else if (words[thing] == "merge"
                && (Following(words, "squash", "as") ?? Following(words, "merge", "as")) is { } commit)
                made.TryAdd(commit, repository);
        }
    }

    /// <summary>The short names by sha.</summary>
    public ImmutableDictionary<Sha, string> Names => names.ToImmutableDictionary();

    public TimeZoneInfo Zone => zone;

    /// <summary>What people said, in the order of the lines.</summary>
    public ImmutableArray<Override> Overrides => [.. overrides];

    public bool HasDeployment(string id) => deployments.ContainsKey(id) || (named.Contains(id) && !HasCommit(id));

    public bool HasIncident(string id) => incidents.ContainsKey(id) || named.Contains(id);

    public bool HasCommit(string name) => names.ContainsValue(name) || made.ContainsKey(name);

    public bool HasChange(int number) => named.Contains($"#{number}");

    /// <summary><c>; did you mean X?</c> for a name that no line gave.</summary>
    public string Suggest(string name) => Nearest.Suggest(name, [.. deployments.Keys, .. incidents.Keys, .. names.Values]);

    /// <exception cref="LineException">The line is not understood.</exception>
    public void Read(Line line)
    {
        if (line.TryTake("unknown"))
        {
            foreach (var name in line.TakeList("a commit's name")) Id(name);
            line.RequireEnd();
            return;
        }

        if (line.IsIndented && line.Peek() is not [>= '0' and <= '9', ..])
            throw line.Expected("a time such as 2026-03-02 09:00; expectations stand below 'expect'");
        if (line.Peek() is not [>= '0' and <= '9', ..])
        {
            var words = (string[])[.. Things, "expect", "set", "preset", "timezone", "service", "environment"];
            throw new LineException(
                "expected a time such as 2026-03-02 09:00, or expect, set, preset, timezone, service, environment or "
                    + $"unknown, not '{line.Peek()}'{Nearest.Suggest(line.Peek()!, words)}");
        }

        var time = line.TakeTime(zone);
        var thing = line.Take("what happened: " + string.Join(", ", Things[..^1]));
        switch (thing)
        {
            case "commit": ReadCommit(line, time); break;
            case "open" or "ready" or "close" or "merge": ReadChange(line, time, thing); break;
            case "review" or "approve": ReadReview(line, time, thing == "approve"); break;
            case "build": ReadBuild(line, time); break;
            case "deploy": ReadDeployment(line, time); break;
            case "step": ReadStep(line, time); break;
            case "tag": ReadTag(line, time); break;
            case "compare": ReadComparison(line, time); break;
            case "incident": ReadIncident(line, time); break;
            case "flag": ReadFlag(line, time); break;
            case "annotation": ReadAnnotation(line, time); break;
            case "override": ReadOverride(line, time); break;
            default:
                throw new LineException(
                    $"expected one of {string.Join(", ", Things[..^1])}, not '{thing}'{Nearest.Suggest(thing, Things)}");
        }

        line.RequireEnd();
    }

    /// <summary>
    /// What all lines come to. Commits that were named but made by no line existed before everything else: they are a line of
    /// ancestors, in the order of their first mention, below the first commits that lines made.
    /// </summary>
    public ImmutableArray<Fact> Facts()
    {
        var before = new List<Fact>();
        var last = new Dictionary<RepositoryName, Sha>();
        foreach (var (name, repository) in earlier)
        {
            before.Add(new CommitFact
            {
                Repository = repository,
                Sha = Id(name),
                Parents = last.TryGetValue(repository, out var parent) ? [parent] : [],
            });
            last[repository] = Id(name);
        }

        foreach (var (commit, place) in rootless)
            if (last.TryGetValue(commit.Repository, out var parent))
                facts[place] = commit with { Parents = [parent, .. commit.Parents ?? []] };
        return [.. before, .. facts];
    }

    void ReadCommit(Line line, DateTimeOffset time)
    {
        var name = line.Take("a commit's name such as a1");
        if (commits.ContainsKey(name))
            throw new LineException($"{name} was committed in an earlier line: give this commit another name");
        var (branch, authored, author, message, fromPush) = (MainBranch, time, Someone, (string?)null, false);
        string[]? parents = null;
        var parentsAreKnown = true;
        ImmutableArray<string>? paths = null;
        string? reverts = null;
        var repository = defaultRepository;
        while (!line.AtEnd)
        {
            if (line.TryTake("parents", "unknown")) parentsAreKnown = false;
            else if (line.TryTake("parents", "none")) parents = [];
            else if (line.TryTake("parents"))
            {
                parents = [line.Take("a commit's name")];
                while (line.TryTake(",") || (line.Peek() is { } next && !IsClause(next)))
                    parents = [.. parents, line.Take("a commit's name")];
            }
            else if (line.TryTake("in", "repo")) repository = new RepositoryName(line.Take("a repository such as acme/shop"));
            else if (line.TryTake("on")) branch = line.Take("a branch");
            else if (line.TryTake("touches")) paths = [.. line.TakeList("a path")];
            else if (line.TryTake("by", "bot")) author = "renovate[bot]";
            else if (line.TryTake("by")) author = line.Take("an author");
            else if (line.TryTake("authored"))
                authored = line.TakeTime(zone, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime));
            else if (line.TryTake("pushed")) fromPush = true;
            else if (line.TryTake("reverts")) reverts = line.Take("a commit or change");
            else if (line.TryTake("message")) message = Written(line.Take("a message in quotation marks"), defaultRepository);
            else throw line.Expected("parents, in repo, on, touches, by, authored, pushed, reverts or message");
        }

        if (reverts is not null)
        {
            var sentence = reverts.StartsWith('#') ? $"Reverts {repository}{reverts}"
                : $"This reverts commit {Use(reverts, repository)}.";
            message = $"{message ?? $"Revert \"{reverts}\""}\n\n{sentence}";
        }

        Add(name, branch, parents, new CommitFact
        {
            AsOf = time,
            Repository = repository,
            Sha = Id(name),
            Parents = parentsAreKnown ? [] : null,
            ParentsFromPush = fromPush,
            Branch = branch,
            AuthoredAt = authored,
            CommittedAt = time,
            Message = message ?? $"Work of {name}",
            Author = author,
            Paths = paths,
        });
    }

    static bool IsClause(string word) =>
        word is "in" or "on" or "touches" or "by" or "authored" or "pushed" or "reverts" or "message";

    /// <param name="parents">Null for the branch's newest commit.</param>
    /// <param name="commit">Its parents are null where they are unknown.</param>
    void Add(string name, string branch, string[]? parents, CommitFact commit)
    {
        if (commit.Parents is not null)
        {
            if (parents is not null)
                commit = commit with { Parents = [.. parents.Select(parent => Use(parent, commit.Repository))] };
            else if (heads.TryGetValue((commit.Repository, branch), out var head)
                || heads.TryGetValue((commit.Repository, MainBranch), out head))
                commit = commit with { Parents = [Id(head)] };
            else rootless.Add((commit, facts.Count));
        }

        heads[(commit.Repository, branch)] = name;
        commits.Add(name, commit);
        facts.Add(commit);
    }

    void ReadChange(Line line, DateTimeOffset time, string thing)
    {
        var number = Number(line);
        List<string>? own = null;
        string? head = null, squashed = null, merged = null, pushed = null, branch = null, title = null, author = null,
            target = null;
        ImmutableArray<string>? labels = null, paths = null;
        RepositoryName? said = null;
        while (!line.AtEnd)
        {
            if (line.TryTake("of")) own = line.TakeList("a commit's name");
            else if (line.TryTake("head")) head = line.Take("the change's last commit");
            else if (thing == "merge" && line.TryTake("as")) pushed = line.Take("the commit of an earlier line that merged it");
            else if (thing == "merge" && line.TryTake("squash", "as")) squashed = line.Take("the squash commit's name");
            else if (thing == "merge" && line.TryTake("merge", "as")) merged = line.Take("the merge commit's name");
            else if (thing == "merge" && line.TryTake("touches")) paths = [.. line.TakeList("a path")];
            else if (line.TryTake("from", "branch")) branch = line.Take("a branch");
            else if (line.TryTake("into")) target = line.Take("a branch");
            else if (line.TryTake("labels")) labels = [.. line.TakeList("a label")];
            else if (line.TryTake("titled")) title = line.Take("a title in quotation marks");
            else if (line.TryTake("by", "bot")) author = "renovate[bot]";
            else if (line.TryTake("by")) author = line.Take("an author");
            else if (line.TryTake("in", "repo")) said = new RepositoryName(line.Take("a repository such as acme/shop"));
            else
            {
                throw line.Expected(
                    (thing == "merge" ? "as, squash as, merge as, touches, " : "")
                        + "of, head, from branch, into, labels, titled, by or in repo");
            }
        }

        var repository = said ?? own?.Select(name => (RepositoryName?)RepositoryOf(name)).FirstOrDefault() ?? defaultRepository;
        var change = changes.GetValueOrDefault((repository, number))
            ?? new ChangeFact { Repository = repository, Number = number };
        change = change with
        {
            AsOf = time,
            Commits = own is null ? change.Commits : [.. own.Select(name => Use(name, repository))],
            Branch = branch ?? change.Branch
                ?? (own is not null && commits.TryGetValue(own[^1], out var tip) && tip.Branch != MainBranch ? tip.Branch
                    : null),
            TargetBranch = target ?? change.TargetBranch ?? MainBranch,
            Labels = labels ?? change.Labels ?? [],
            Title = title ?? change.Title ?? $"Change {number}",
            Author = author ?? change.Author ?? Someone,
        };
        if (change.Commits is [.., var newest]) change = change with { HeadSha = newest };
        if (head is not null) change = change with { HeadSha = Use(head, repository) };
        change = thing switch
        {
            "open" => change with { OpenedAt = time },
            "ready" => change with { ReadyAt = time },
            "close" => change with { ClosedAt = time },
            _ when pushed is not null => Merged(change, time, squashed, merged, pushed),
            _ => Merged(change, time, squashed, merged, paths),
        };
        changes[(repository, number)] = change;
        facts.Add(change);
    }

    /// <summary>Merged by a commit that a line of its own told of.</summary>
    ChangeFact Merged(ChangeFact change, DateTimeOffset time, string? squashed, string? merged, string pushed)
    {
        if ((squashed ?? merged) is not null) throw new LineException("expected one of 'as', 'squash as' and 'merge as'");
        if (!commits.ContainsKey(pushed)) throw new LineException($"no earlier line committed {pushed}{Suggest(pushed)}");
        return change with { MergedAt = time, ClosedAt = time, MergeSha = Id(pushed) };
    }

    ChangeFact Merged(ChangeFact change, DateTimeOffset time, string? squashed, string? merged, ImmutableArray<string>? paths)
    {
        if (squashed is not null && merged is not null)
            throw new LineException("expected either 'squash as' or 'merge as', not both");
        var target = change.TargetBranch!;
        if ((squashed ?? merged) is not { } name)
        {
            // Without a commit of its own the change's commits go onto the branch as they are.
            if (change.HeadSha is not { } head)
                throw new LineException("expected 'of' and the change's commits, or 'as', 'squash as' or 'merge as'");
            if (!commits.TryGetValue(names[head], out var tip) || tip.Branch != target)
                heads[(change.Repository, target)] = names[head];
            return change with { MergedAt = time, ClosedAt = time, MergeSha = head };
        }

        if (commits.ContainsKey(name))
            throw new LineException($"{name} was committed in an earlier line: give this commit another name");
        if (merged is not null && change.HeadSha is null)
            throw new LineException("expected 'of' and the change's commits: a merge commit has them as its second parent");
        var own = (change.Commits ?? []).Select(sha => commits.GetValueOrDefault(names[sha])).ToList();
        var touched = own.Count == 0 || own.Any(commit => commit?.Paths is null) ? (ImmutableArray<string>?)null
            : [.. own.SelectMany(commit => commit!.Paths!.Value).Distinct()];
        var first = heads.GetValueOrDefault((change.Repository, target));
        Add(
            name, target, merged is null ? null : [.. first is null ? [] : (string[])[first], names[change.HeadSha!.Value]],
            new CommitFact
            {
                AsOf = time,
                Repository = change.Repository,
                Sha = Id(name),
                Parents = [],
                Branch = target,
                AuthoredAt = time,
                CommittedAt = time,
                Message = merged is null ? $"{change.Title} (#{change.Number})" : $"Merge pull request #{change.Number}",
                Author = change.Author,
                Paths = paths ?? touched,
            });
        if (merged is not null && first is null) rootless.Add((commits[name], facts.Count - 1));
        return change with { MergedAt = time, ClosedAt = time, MergeSha = Id(name) };
    }

    void ReadReview(Line line, DateTimeOffset time, bool approved)
    {
        var number = Number(line);
        var author = SomeoneElse;
        var repository = defaultRepository;
        while (!line.AtEnd)
        {
            if (line.TryTake("by")) author = line.Take("a reviewer");
            else if (line.TryTake("in", "repo")) repository = new RepositoryName(line.Take("a repository such as acme/shop"));
            else throw line.Expected("by or in repo");
        }

        facts.Add(new ReviewFact
        {
            AsOf = time,
            Repository = repository,
            Number = number,
            Id = $"review-{line.Number}",
            SubmittedAt = time,
            Approved = approved,
            Author = author,
        });
    }

    void ReadBuild(Line line, DateTimeOffset time)
    {
        var id = line.Take("a build's name such as b1");
        var (status, attempt, pipeline) = (BuildStatus.Succeeded, 1, "ci");
        string? commit = null;
        TimeSpan? took = null, queued = null;
        while (!line.AtEnd)
        {
            if (line.TryTake("of")) commit = line.Take("a commit's name");
            else if (line.TryTake("took")) took = line.TakeSpan();
            else if (line.TryTake("queued")) queued = line.TakeSpan();
            else if (line.TryTake("failed")) status = BuildStatus.Failed;
            else if (line.TryTake("canceled")) status = BuildStatus.Canceled;
            else if (line.TryTake("attempt")) attempt = line.TakeNumber("an attempt's number");
            else if (line.TryTake("pipeline")) pipeline = line.Take("a pipeline's name");
            else throw line.Expected("of, took, queued, failed, canceled, attempt or pipeline");
        }

        if (commit is null) throw line.Expected("'of' and a commit");
        var startedAt = time - took;
        facts.Add(new BuildFact
        {
            AsOf = time,
            Id = id,
            Repository = RepositoryOf(commit),
            Sha = Use(commit, defaultRepository),
            Pipeline = pipeline,
            Attempt = attempt,
            QueuedAt = (startedAt ?? time) - queued,
            StartedAt = startedAt,
            FinishedAt = time,
            Status = status,
        });
    }

    void ReadDeployment(Line line, DateTimeOffset time)
    {
        var id = line.Take("a deployment's name such as d1");
        var known = deployments.GetValueOrDefault(id);
        var status = DeploymentStatus.Succeeded;
        string? commit = null, environment = known?.Environment ?? "production", service = known?.Service, app = known?.App,
            version = known?.Version;
        var failed = known?.Failed;
        var changesShipped = known?.Changes;
        TimeSpan? took = null, waited = null;
        RepositoryName? repository = null;
        var abbreviated = false;
        var isOfNoRepository = false;
        var folders = known?.ConfigPaths;
        while (!line.AtEnd)
        {
            if (line.TryTake("of", "service") || line.TryTake("in", "service")) service = line.Take("a service's name");
            else if (line.TryTake("of")) commit = line.Take("a commit's name");
            else if (line.TryTake("to")) environment = line.Take("an environment");
            else if (line.TryTake("took")) took = line.TakeSpan();
            else if (line.TryTake("waited")) waited = line.TakeSpan();
            else if (line.TryTake("version")) version = Written(line.Take("a version"), defaultRepository);
            else if (line.TryTake("below")) folders = [.. line.TakeList("a folder of the configuration repository")];
            else if (line.TryTake("in", "no", "repo")) isOfNoRepository = true;
            else if (line.TryTake("app")) app = line.Take("an app's name");
            else if (line.TryTake("in", "repo")) repository = new RepositoryName(line.Take("a repository such as acme/shop"));
            else if (line.TryTake("ships")) changesShipped = [.. line.TakeList("a commit's name or a change's number")];
            else if (line.TryTake("declared", "failed")) failed = true;
            else if (line.TryTake("declared", "good")) failed = false;
            else if (line.TryTake("abbreviated")) abbreviated = true;
            else if (line.TryTake("failed")) status = DeploymentStatus.Failed;
            else if (line.TryTake("canceled")) status = DeploymentStatus.Canceled;
            else if (line.TryTake("superseded")) status = DeploymentStatus.Superseded;
            else if (line.TryTake("starts")) status = DeploymentStatus.Running;
            else if (line.TryTake("waits")) status = DeploymentStatus.Waiting;
            else
                throw line.Expected(
                    "of, to, took, waited, version, app, in repo, in no repo, below, of service, ships, declared failed, "
                        + "declared good, abbreviated, failed, canceled, superseded, starts or waits");
        }

        repository ??= commit is not null ? RepositoryOf(commit) : known?.Repository ?? defaultRepository;
        var isEnd = status is not (DeploymentStatus.Running or DeploymentStatus.Waiting);
        var startedAt = time - took ?? (status == DeploymentStatus.Running ? time : known?.StartedAt);
        var deployment = new DeploymentFact
        {
            AsOf = time,
            Id = id,
            Service = service,
            App = app,
            Repository = isOfNoRepository ? null : repository,
            Environment = environment,
            Version = version,
            ConfigPaths = folders,
            Sha = commit is null ? known?.Sha : Short(Use(commit, repository.Value), abbreviated),
            Status = status,
            WaitedFrom = (startedAt ?? time) - waited ?? (status == DeploymentStatus.Waiting ? time : known?.WaitedFrom),
            StartedAt = startedAt,
            FinishedAt = isEnd ? time : null,
            Failed = failed,
            Changes = changesShipped is null ? null
                : [
                    .. changesShipped.Value.Select(one =>
                        one.StartsWith('#') || Sha.TryParse(one, out _) && !made.ContainsKey(one) ? one
                            : Use(one, repository.Value).ToString()),
                ],
        };
        deployments[id] = deployment;
        facts.Add(deployment);
    }

    static Sha Short(Sha sha, bool abbreviated) => abbreviated ? Sha.Parse(sha.ToString().AsSpan(0, 8)) : sha;

    void ReadTag(Line line, DateTimeOffset time)
    {
        var name = Written(line.Take("a tag's name such as v1"), defaultRepository);
        string? commit = null;
        RepositoryName? repository = null;
        while (!line.AtEnd)
        {
            if (line.TryTake("of")) commit = line.Take("a commit's name");
            else if (line.TryTake("deleted")) commit = null;
            else if (line.TryTake("in", "repo")) repository = new RepositoryName(line.Take("a repository such as acme/shop"));
            else throw line.Expected("of, deleted or in repo");
        }

        repository ??= commit is null ? defaultRepository : RepositoryOf(commit);
        facts.Add(new ArtifactFact
        {
            AsOf = time,
            Repository = repository.Value,
            Name = name,
            Sha = commit is null ? null : Use(commit, repository.Value),
        });
    }

    void ReadIncident(Line line, DateTimeOffset time)
    {
        var id = line.Take("an incident's name such as I1");
        var status = line.Take("opens, acknowledged, resolved, reopened or dismissed");
        var known = incidents.GetValueOrDefault(id);
        if (status == "opens")
        {
            if (known is not null) throw new LineException($"{id} was opened in an earlier line; write reopened");
            known = new IncidentFact { Id = id, Source = "api", Status = IncidentStatus.Open, StartedAt = time };
        }
        else if (known is null)
        {
            throw new LineException($"{id} was opened in no earlier line{Nearest.Suggest(id, incidents.Keys)}");
        }

        known = status switch
        {
            "opens" => known,
            "acknowledged" => known with { Status = IncidentStatus.Acknowledged, AcknowledgedAt = time },
            "resolved" => known with { Status = IncidentStatus.Resolved, ResolvedAt = time },
            "reopened" => known with { Status = IncidentStatus.Open, ResolvedAt = null },
            "dismissed" => known with { Status = IncidentStatus.Dismissed, ResolvedAt = null },
            _ => throw new LineException($"expected opens, acknowledged, resolved, reopened or dismissed, not '{status}'"),
        };
        while (!line.AtEnd)
        {
            if (line.TryTake("in", "service") || line.TryTake("of", "service"))
                known = known with { Service = line.Take("a service's name") };
            else if (line.TryTake("in", "repo"))
                known = known with { Repository = new RepositoryName(line.Take("a repository such as acme/shop")) };
            else if (line.TryTake("blames")) known = Blaming(known, line.Take("a deployment, a commit or a version"));
            else if (line.TryTake("severity")) known = known with { Severity = line.Take("a severity such as sev1") };
            else if (line.TryTake("labels")) known = known with { Labels = [.. line.TakeList("a label")] };
            else if (line.TryTake("titled")) known = known with { Title = line.Take("a title in quotation marks") };
            else if (line.TryTake("measured")) known = known with { Source = FailureSignals.Verification };
            else if (line.TryTake("from"))
                known = known with { Source = line.Take("a source such as pagerduty"), Group = line.Take("the source's group") };
            else throw line.Expected("in service, in repo, blames, severity, labels, titled, measured or from");
        }

        if (known is { Service: null, Group: null, Repository: null }) known = known with { Repository = defaultRepository };
        known = known with { AsOf = time };
        incidents[id] = known;
        facts.Add(known);
    }

    IncidentFact Blaming(IncidentFact incident, string cause) =>
        deployments.ContainsKey(cause) ? incident with { Deployment = cause }
            : made.ContainsKey(cause) || names.ContainsValue(cause) ? incident with { Sha = Use(cause, defaultRepository) }
            : incident with { Deployment = cause };

    void ReadFlag(Line line, DateTimeOffset time)
    {
        var flag = line.Take("a flag's name");
        var on = line.TryTake("on");
        if (!on && !line.TryTake("off")) throw line.Expected("on or off");
        line.Require("in");
        var environment = line.Take("an environment");
        var service = line.TryTake("in", "service") || line.TryTake("of", "service") ? line.Take("a service's name") : null;
        facts.Add(new FlagChangeFact
        {
            AsOf = time,
            Id = $"flag-{line.Number}",
            Flag = flag,
            Service = service,
            Environment = environment,
            On = on,
            ChangedAt = time,
        });
    }

    void ReadAnnotation(Line line, DateTimeOffset time)
    {
        var text = line.Take("a text in quotation marks");
        string? service = null, team = null;
        while (!line.AtEnd)
        {
            if (line.TryTake("in", "service") || line.TryTake("of", "service")) service = line.Take("a service's name");
            else if (line.TryTake("for", "team")) team = line.Take("a team's name");
            else throw line.Expected("in service or for team");
        }

        facts.Add(new AnnotationFact
        {
            AsOf = time,
            Id = $"annotation-{line.Number}",
            Service = service,
            Team = team,
            MarkedAt = time,
            Text = text,
        });
    }

    void ReadOverride(Line line, DateTimeOffset time)
    {
        var said = new Override { Id = overrides.Count + 1, Kind = OverrideKind.Failed, Reason = "", At = time };
        if (line.TryTake("incident"))
        {
            said = said with { IncidentId = line.Take("an incident's name such as I1") };
            line.Require("blames");
            var cause = line.Take("a deployment's name, or nothing");
            said = cause == "nothing" ? said with { Kind = OverrideKind.UnlinkIncident }
                : said with { Kind = OverrideKind.LinkIncident, DeploymentId = cause };
        }
        else
        {
            said = said with { DeploymentId = line.Take("a deployment's name such as d1, or incident") };
            if (line.TryTake("not", "failed")) said = said with { Kind = OverrideKind.NotFailed };
            else if (line.TryTake("excluded")) said = said with { Kind = OverrideKind.Exclude };
            else if (!line.TryTake("failed")) throw line.Expected("failed, not failed or excluded");
        }

        if (line.TryTake("undone"))
        {
            var earlier = overrides.FindLastIndex(one =>
                one.UndoneAt is null && one.Kind == said.Kind && one.DeploymentId == said.DeploymentId
                    && one.IncidentId == said.IncidentId);
            if (earlier < 0) throw new LineException("no earlier line said this: there is nothing to undo");
            overrides[earlier] = overrides[earlier] with { UndoneAt = time };
            return;
        }

        line.Require("because");
        overrides.Add(said with { Reason = line.Take("the reason in quotation marks") });
    }

    static int Number(Line line)
    {
        var text = line.Take("a change's number such as #7");
        return text.StartsWith('#') && int.TryParse(text.AsSpan(1), out var number) && number > 0 ? number
            : throw new LineException($"'{text}' is no change: expected its number such as #7");
    }

    RepositoryName RepositoryOf(string commit) =>
        made.GetValueOrDefault(commit) is { Value: not null } repository ? repository : defaultRepository;

    /// <summary>
    /// The sha of a commit that a line names; one that no line makes existed before, unless it is said to be unknown.
    /// </summary>
    Sha Use(string name, RepositoryName repository)
    {
        var sha = Id(name);
        if (!made.ContainsKey(name) && !unknown.Contains(name) && earlier.All(commit => commit.Name != name))
            earlier.Add((name, repository));
        return sha;
    }

    /// <summary>
    /// The text with shas in the place of <c>{a1}</c>, and of <c>{a1:8}</c> so many of their digits; a line's end for <c>\n</c>.
    /// </summary>
    string Written(string text, RepositoryName repository) => InBraces().Replace(
        text.Replace("\\n", "\n", StringComparison.Ordinal),
        match =>
        {
            var sha = Use(match.Groups[1].Value, repository).ToString();
            return int.TryParse(match.Groups[2].Value, out var digits) ? sha[..Math.Min(digits, sha.Length)] : sha;
        });

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9-]*)(?::(\d{1,2}))?\}")]
    private static partial Regex InBraces();

    /// <summary>The same sha for the same name, on every machine.</summary>
    Sha Id(string name)
    {
        if (name.StartsWith('#')) throw new LineException($"'{name}' is a change: expected a commit's name such as a1");
        if (name.All(char.IsAsciiDigit)) throw new LineException($"'{name}' is a number: expected a commit's name such as a1");
        var sha = Sha.TryParse(name, out var written) && !written.IsShort ? written
            : Scenario.ShaOf(name);
        names[sha] = name;
        return sha;
    }

    /// <summary>The word after these two, or null.</summary>
    static string? Following(IReadOnlyList<string> words, string first, string second)
    {
        for (var i = 0; i + 2 < words.Count; i++)
            if (words[i] == first && words[i + 1] == second) return words[i + 2];
        return null;
    }
}
