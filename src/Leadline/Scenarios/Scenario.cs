using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Settings;

namespace Leadline.Scenarios;

/// <summary>What is expected of one window.</summary>
public sealed record Expectation(int Line, DateTimeOffset From, DateTimeOffset To, string? Service, string Text);

/// <summary>A history that a person wrote down, and what the rules should make of it. The grammar is docs/reference/scenarios.md.</summary>
public sealed class Scenario
{
    readonly Dictionary<string, CommitFact> commits = new(StringComparer.Ordinal);
    readonly Dictionary<int, ChangeFact> changes = [];
    readonly Dictionary<string, IncidentFact> incidents = new(StringComparer.Ordinal);
    readonly List<string> undeclared = [];
    readonly List<Fact> facts = [];
    readonly SortedDictionary<string, string> settings = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> previous = new(StringComparer.Ordinal);
    RepositoryName repository = new("acme/shop");

    public List<Expectation> Expectations { get; } = [];

    public Definitions Definitions { get; private set; } = Definitions.Default;

    /// <summary>Every fact that the lines state.</summary>
    public IReadOnlyList<Fact> Facts => facts;

    /// <summary>The full sha that a short name such as <c>a1</c> stands for.</summary>
    public static Sha ShaOf(string name) => Sha.Parse(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(name))));

    /// <exception cref="ScenarioException">A line is not of the grammar.</exception>
    public static Scenario Parse(string text)
    {
        var scenario = new Scenario();
        DateTimeOffset from = default, to = default;
        string? service = null;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r');
            var words = new Words(line, number);
            if (words.IsEmpty) continue;
            if (char.IsWhiteSpace(line[0]) && from != default) scenario.Expectations.Add(new Expectation(number, from, to, service, words.Rest()));
            else if (words.Has("expect"))
            {
                from = Time(words.Take("the window's beginning"), null, number);
                if (!words.Has("..")) throw new ScenarioException(number, "write the window as 2026-03-01 .. 2026-04-01");
                to = Time(words.Take("the window's end"), null, number);
                service = words.Has("in", "service") || words.Has("service") ? words.Take("the service's name") : null;
                words.End();
            }
            else scenario.Read(words);
        }

        scenario.Finish();
        return scenario;
    }

    void Read(Words words)
    {
        if (words.Has("repository")) repository = new RepositoryName(words.Take("the repository's name"));
        else if (words.Has("timezone")) settings["timezone"] = words.Take("the zone");
        else if (words.Has("preset")) settings["definitions.preset"] = words.Take("the preset's name");
        else if (words.Has("set"))
        {
            var key = words.Take("the key");
            if (!words.Has("=")) throw new ScenarioException(words.Line, "write set KEY = VALUE");
            settings["definitions." + key] = "[" + string.Join(", ", words.TakeUntil()) + "]";
        }
        else if (words.Has("service"))
        {
            var name = words.Take("the service's name");
            settings.TryAdd($"services.{name}", "");
            while (!words.IsEmpty)
            {
                var key = words.Take("a key");
                settings[$"services.{name}.{key}"] = List(words.TakeUntil("team", "area", "repositories", "paths", "apps"));
            }
        }
        else if (words.Has("environment"))
        {
            var name = words.Take("the environment's name");
            if (words.Has("matches")) settings[$"environments.{name}.match"] = List(words.TakeUntil("counts"));
            if (words.Has("counts")) settings[$"environments.{name}.counts"] = words.Take("all, first or each");
        }
        else
        {
            var time = Time(words.Take("the date"), words.Take("the time"), words.Line);
            var what = words.Take("what happened");
            switch (what)
            {
                case "commit": Commit(words, time); break;
                case "open" or "ready" or "review" or "approve" or "merge" or "close": Change(what, words, time); break;
                case "build": Build(words, time); break;
                case "deploy": Deploy(words, time); break;
                case "incident": Incident(words, time); break;
                case "tag": Tag(words, time); break;
                default: throw new ScenarioException(words.Line, $"'{what}' is nothing that happens: write commit, open, ready, review, approve, merge, build, deploy, incident or tag");
            }
        }

        words.End();
    }

    void Commit(Words words, DateTimeOffset time)
    {
        var name = words.Take("the commit's name");
        var commit = new CommitFact { Repository = repository, Sha = ShaOf(name), AuthoredAt = time, CommittedAt = time, AsOf = time };
        List<string>? parents = null;
        while (!words.IsEmpty)
        {
            if (words.Has("parents")) parents = words.TakeUntil("touches", "by", "authored", "reverts", "message", "in", "pushed");
            else if (words.Has("touches")) commit = commit with { Paths = [.. words.TakeUntil("by", "authored", "reverts", "message", "in", "pushed", "parents")] };
            else if (words.Has("by", "bot")) commit = commit with { Author = "h_0123456789abcdef[bot]" };
            else if (words.Has("authored")) commit = commit with { AuthoredAt = Time(words.Take("the date"), words.Take("the time"), words.Line) };
            else if (words.Has("reverts")) commit = commit with { Message = $"This reverts commit {ShaOf(words.Take("the reverted commit"))}." };
            else if (words.Has("message")) commit = commit with { Message = words.Take("the message") };
            else if (words.Has("in")) commit = commit with { Repository = new RepositoryName(words.Take("the repository")) };
            else if (words.Has("pushed")) commit = commit with { ParentsFromPush = true };
            else throw new ScenarioException(words.Line, $"'{words.Peek}' says nothing of a commit: write parents, touches, by bot, authored, reverts, message, in or pushed");
        }

        var before = previous.GetValueOrDefault(commit.Repository.Value);
        commits[name] = commit with { Parents = parents is null ? before is null ? null : [ShaOf(before)] : [.. parents.Where(parent => parent != "none").Select(ShaOf)] };
        previous[commit.Repository.Value] = name;
    }

    void Change(string what, Words words, DateTimeOffset time)
    {
        var text = words.Take("the change's number");
        if (!int.TryParse(text.AsSpan().TrimStart('#'), out var number)) throw new ScenarioException(words.Line, $"'{text}' is no change: write #7");
        var change = changes.GetValueOrDefault(number) ?? new ChangeFact { Repository = repository, Number = number };
        change = what switch
        {
            "open" => change with { OpenedAt = time },
            "ready" => change with { ReadyAt = time },
            "review" => change with { FirstReviewedAt = change.FirstReviewedAt ?? time },
            "approve" => change with { ApprovedAt = time },
            "close" => change with { ClosedAt = time },
            _ => Merge(change, words, time),
        };
        while (!words.IsEmpty)
        {
            if (words.Has("branch") || words.Has("from", "branch")) change = change with { Branch = words.Take("the branch") };
            else if (words.Has("labels")) change = change with { Labels = [.. words.TakeUntil("branch", "from", "titled")] };
            else if (words.Has("titled")) change = change with { Title = words.Take("the title") };
            else throw new ScenarioException(words.Line, $"'{words.Peek}' says nothing of a change: write branch, labels or titled");
        }

        changes[number] = change with { AsOf = time };
    }

    ChangeFact Merge(ChangeFact change, Words words, DateTimeOffset time)
    {
        if (!words.Has("of")) throw new ScenarioException(words.Line, "write merge #7 of a1");
        var own = words.TakeUntil("squash", "as", "branch", "from", "labels", "titled");
        if (own.Count == 0) throw new ScenarioException(words.Line, "the merged commits are missing after of");
        foreach (var name in own) Mention(name);
        var squash = words.Has("squash");
        var merge = own[^1];
        if (words.Has("as"))
        {
            merge = words.Take("the merge commit's name");
            var baseline = commits.TryGetValue(own[0], out var first) && first.Parents is [var parent, ..] ? parent : (Sha?)null;
            commits[merge] = new CommitFact
            {
                Repository = repository,
                Sha = ShaOf(merge),
                AuthoredAt = time,
                CommittedAt = time,
                AsOf = time,
                Parents = [.. baseline is { } known ? [known] : Array.Empty<Sha>(), .. squash ? Array.Empty<Sha>() : [ShaOf(own[^1])]],
            };
            previous[repository.Value] = merge;
        }

        return change with { MergedAt = time, ClosedAt = time, MergeSha = ShaOf(merge), Commits = [.. own.Select(ShaOf)] };
    }

    void Build(Words words, DateTimeOffset time)
    {
        var id = words.Take("the build's name");
        if (!words.Has("of")) throw new ScenarioException(words.Line, "write build b1 of a1");
        var sha = Mention(words.Take("the commit"));
        var build = new BuildFact { Id = id, Repository = repository, Sha = sha, FinishedAt = time, AsOf = time, Status = BuildStatus.Succeeded };
        while (!words.IsEmpty)
        {
            if (words.Has("took")) build = build with { StartedAt = time - Span(words) };
            else if (words.Has("failed")) build = build with { Status = BuildStatus.Failed };
            else if (words.Has("attempt")) build = build with { Attempt = int.TryParse(words.Take("the attempt"), out var attempt) ? attempt : 1 };
            else throw new ScenarioException(words.Line, $"'{words.Peek}' says nothing of a build: write took, failed or attempt");
        }

        facts.Add(build);
    }

    void Deploy(Words words, DateTimeOffset time)
    {
        var deployment = new DeploymentFact { Id = words.Take("the deployment's name"), Repository = repository, Environment = "production", Status = DeploymentStatus.Succeeded, FinishedAt = time, AsOf = time };
        while (!words.IsEmpty)
        {
            if (words.Has("of", "service") || words.Has("service")) deployment = deployment with { Service = words.Take("the service") };
            else if (words.Has("of")) deployment = deployment with { Sha = Mention(words.Take("the commit")) };
            else if (words.Has("to")) deployment = deployment with { Environment = words.Take("the environment") };
            else if (words.Has("took")) deployment = deployment with { StartedAt = time - Span(words) };
            else if (words.Has("version")) deployment = deployment with { Version = words.Take("the version") };
            else if (words.Has("declared", "failed")) deployment = deployment with { Failed = true };
            else if (words.Has("failed")) deployment = deployment with { Status = DeploymentStatus.Failed };
            else if (words.Has("unknown")) deployment = deployment with { Sha = ShaOf("a commit that nobody knows") };
            else if (words.Has("ships")) deployment = deployment with { Changes = [.. words.TakeUntil().Select(name => name.StartsWith('#') ? name : Mention(name).ToString())] };
            else throw new ScenarioException(words.Line, $"'{words.Peek}' says nothing of a deployment: write of, to, took, service, version, failed, declared failed, unknown or ships");
        }

        facts.Add(deployment);
    }

    void Incident(Words words, DateTimeOffset time)
    {
        var id = words.Take("the incident's name");
        var verb = words.Take("opens, acknowledged, resolved or reopened");
        if (verb == "opens")
        {
            var opened = new IncidentFact { Id = id, Source = "api", Repository = repository, Status = IncidentStatus.Open, StartedAt = time, AsOf = time };
            while (!words.IsEmpty)
            {
                if (words.Has("blames")) opened = opened with { Deployment = words.Take("the deployment") };
                else if (words.Has("sha")) opened = opened with { Sha = Mention(words.Take("the commit")) };
                else if (words.Has("in", "service") || words.Has("service") || words.Has("in")) opened = opened with { Service = words.Take("the service") };
                else if (words.Has("severity")) opened = opened with { Severity = words.Take("the severity") };
                else throw new ScenarioException(words.Line, $"'{words.Peek}' says nothing of an incident: write blames, sha, service or severity");
            }

            facts.Add(incidents[id] = opened);
            return;
        }

        if (!incidents.TryGetValue(id, out var known)) throw new ScenarioException(words.Line, $"the incident {id} was not opened before");
        facts.Add(incidents[id] = verb switch
        {
            "acknowledged" => known with { Status = IncidentStatus.Acknowledged, AcknowledgedAt = time, AsOf = time },
            "resolved" => known with { Status = IncidentStatus.Resolved, ResolvedAt = time, AsOf = time },
            "reopened" => known with { Status = IncidentStatus.Open, ResolvedAt = null, AsOf = time },
            _ => throw new ScenarioException(words.Line, $"an incident opens or is acknowledged, resolved or reopened, not '{verb}'"),
        });
    }

    void Tag(Words words, DateTimeOffset time)
    {
        var name = words.Take("the tag");
        if (!words.Has("of")) throw new ScenarioException(words.Line, "write tag v1 of a1");
        facts.Add(new ArtifactFact { Repository = repository, Name = name, Sha = Mention(words.Take("the commit")), AsOf = time });
    }

    /// <summary>A commit that is named and never made is there without a record of its own: what the first one that is made grew from.</summary>
    Sha Mention(string name)
    {
        if (!commits.ContainsKey(name) && !undeclared.Contains(name)) undeclared.Add(name);
        return ShaOf(name);
    }

    void Finish()
    {
        undeclared.RemoveAll(commits.ContainsKey);
        for (var i = 0; i < undeclared.Count; i++)
            facts.Add(new CommitFact { Repository = repository, Sha = ShaOf(undeclared[i]), Parents = i == 0 ? [] : [ShaOf(undeclared[i - 1])] });
        foreach (var commit in commits.Values)
            facts.Add(commit.Parents is null ? commit with { Parents = undeclared.Count > 0 && commit.Repository == repository ? [ShaOf(undeclared[^1])] : [] } : commit);
        facts.AddRange(changes.Values);
        try
        {
            Definitions = SettingsFile.Parse(Yaml(), "the scenario's settings", _ => null).Definitions;
        }
        catch (SettingsException error)
        {
            throw new ScenarioException(1, error.Message);
        }
    }

    /// <summary>The settings as <c>leadline.yaml</c> has them, so that one reader checks both.</summary>
    string Yaml()
    {
        var text = new StringBuilder();
        var open = Array.Empty<string>();
        foreach (var (key, value) in settings)
        {
            var path = key.Split('.');
            var same = 0;
            while (same < Math.Min(open.Length, path.Length - 1) && open[same] == path[same]) same++;
            for (var i = same; i < path.Length - 1; i++) text.Append(' ', i * 2).Append(path[i]).Append(":\n");
            if (!settings.Keys.Any(other => other.StartsWith(key + ".", StringComparison.Ordinal)))
                text.Append(' ', (path.Length - 1) * 2).Append(path[^1]).Append(": ").Append(Unwrapped(key, value)).Append('\n');
            else text.Append(' ', (path.Length - 1) * 2).Append(path[^1]).Append(":\n");
            open = settings.Keys.Any(other => other.StartsWith(key + ".", StringComparison.Ordinal)) ? path : path[..^1];
        }

        return text.ToString();
    }

    /// <summary>A list of one stands for its one value where the key takes no list.</summary>
    static string Unwrapped(string key, string value) =>
        value.StartsWith('[') && !value.Contains(',') && !key.EndsWith("signals", StringComparison.Ordinal) && !key.Contains("hotfix", StringComparison.Ordinal) && !key.EndsWith("labels", StringComparison.Ordinal) && !key.StartsWith("services", StringComparison.Ordinal) ? value[1..^1] : value;

    static string List(List<string> items) => "[" + string.Join(", ", items.Select(item => $"\"{item}\"")) + "]";

    static TimeSpan Span(Words words)
    {
        var text = words.Take("the span");
        return SettingsFile.TryParseSpan(text, out var span) ? span : throw new ScenarioException(words.Line, $"'{text}' is no span: write 4m, 2h or 1d");
    }

    static DateTimeOffset Time(string date, string? time, int line) =>
        DateTimeOffset.TryParseExact(
            time is null ? date : $"{date} {time}", time is null ? ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm"] : ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw new ScenarioException(line, $"'{date}{(time is null ? "" : " " + time)}' is no time: begin a line with 2026-03-02 09:00 and what happened");
}
