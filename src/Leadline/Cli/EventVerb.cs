using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Leadline.Cli;

/// <summary><c>leadline event</c>: one event to a server, for scripts of a build.</summary>
public static class EventVerb
{
    enum Holds { Text, Instant, Number, Truth, List }

    /// <param name="Name">As in our own JSON; the option is the same in kebab case.</param>
    sealed record Key(string Name, Holds Holds, string Description, bool Required = false)
    {
        public string OptionName => "--" + Name.Replace('_', '-');
    }

    /// <param name="At">The key that <c>--at</c> fills.</param>
    sealed record EventType(string Name, string Description, string At, ImmutableArray<Key> Keys);

    static readonly Key Repository = new("repository", Holds.Text, "the repository as its host names it: acme/shop");
    static readonly Key Service = new("service", Holds.Text, "the service that it belongs to");
    static readonly Key Url = new("url", Holds.Text, "where a person can look at it");

    static readonly ImmutableArray<EventType> Types =
    [
        new("deployment", "A version of a service was put into an environment.", "finished_at",
        [
            new(
                "id", Holds.Text,
                "unique over all deployments; default: made of service, environment, version or sha, and time"),
            Service, Repository,
            new("environment", Holds.Text, "the environment's own name; default: production"),
            new("version", Holds.Text, "the version, tag or image digest"),
            new("sha", Holds.Text, "the commit"),
            new(
                "status", Holds.Text,
                "created, waiting, running, succeeded, failed, canceled or superseded; default: succeeded"),
            new("started_at", Holds.Instant, "when it started"),
            new("finished_at", Holds.Instant, "when it ended"),
            new("failed", Holds.Truth, "your own verdict: true or false"),
            new("changes", Holds.List, "what it ships: commit ids and change numbers (#7)"),
            Url,
        ]),
        new(
            "step",
            "A step of a deployment's roll-out began, or ended: a share of the traffic, a ring, the other of two halves.",
            "finished_at",
        [
            new("deployment", Holds.Text, "the id of its deployment", Required: true),
            Service, Repository,
            new("environment", Holds.Text, "the environment's own name; default: production"),
            new("version", Holds.Text, "the version, tag or image digest"),
            new("sha", Holds.Text, "the commit"),
            new("name", Holds.Text, "the step's name, the same in every event about it", Required: true),
            new("kind", Holds.Text, "canary, ring or blue_green; default: canary"),
            new("weight", Holds.Number, "how much of the traffic has the version by it, in percent"),
            new("region", Holds.Text, "where it is"),
            new("started_at", Holds.Instant, "when it started"),
            new("finished_at", Holds.Instant, "when it ended"),
            new("outcome", Holds.Text, "running, succeeded, failed or aborted; default: succeeded"),
            Url,
        ]),
        new("incident", "Something was wrong in production.", "started_at",
        [
            new("id", Holds.Text, "the incident's key, the same in every event about it", Required: true),
            Service,
            new("started_at", Holds.Instant, "when it began"),
            new("acknowledged_at", Holds.Instant, "when somebody took it on"),
            new("resolved_at", Holds.Instant, "when it was over"),
            new("severity", Holds.Text, "as you name it: sev1"),
            new("deployment", Holds.Text, "the id or version of the deployment that caused it"),
            new("sha", Holds.Text, "the commit that caused it"),
            new("title", Holds.Text, "one line"),
            Url,
        ]),
        new("build", "A pipeline ran on a commit.", "finished_at",
        [
            new("id", Holds.Text, "the run's id", Required: true),
            Repository with { Required = true },
            new("sha", Holds.Text, "the commit", Required: true),
            new("pipeline", Holds.Text, "the pipeline's name"),
            new("attempt", Holds.Number, "1 for the first"),
            new("queued_at", Holds.Instant, "when it was asked for"),
            new("started_at", Holds.Instant, "when it started"),
            new("finished_at", Holds.Instant, "when it ended"),
            new("status", Holds.Text, "queued, running, succeeded, failed or canceled; default: succeeded"),
        ]),
        new("change", "A pull or merge request moved on.", "merged_at",
        [
            Repository with { Required = true },
            new("number", Holds.Number, "its number", Required: true),
            new("opened_at", Holds.Instant, "when it was opened"),
            new("ready_at", Holds.Instant, "when it left draft"),
            new("first_reviewed_at", Holds.Instant, "when somebody else first reviewed it"),
            new("approved_at", Holds.Instant, "when it was approved"),
            new("merged_at", Holds.Instant, "when it was merged"),
            new("merge_sha", Holds.Text, "the commit on the target branch"),
            new("commits", Holds.List, "its commits"),
            new("branch", Holds.Text, "the branch that it came from"),
            new("labels", Holds.List, "its labels"),
            new("title", Holds.Text, "its title"),
            new("author", Holds.Text, "its author; the server keeps only a salted hash"),
            new("lines", Holds.Number, "how many lines it adds and removes"),
        ]),
        new("flag", "A feature flag was turned on or off in an environment: a release without a deployment.", "at",
        [
            new("id", Holds.Text, "unique over all flag changes; default: made of time, flag and environment"),
            new("flag", Holds.Text, "the flag's key", Required: true),
            Service,
            new("environment", Holds.Text, "the environment's own name; default: production"),
            new("on", Holds.Truth, "true or false", Required: true),
        ]),
        new("annotation", "A mark on the timeline: something that may explain a change of the numbers.", "at",
        [
            new("id", Holds.Text, "unique over all annotations; default: made of time and text"),
            Service,
            new("team", Holds.Text, "the team that it concerns"),
            new("text", Holds.Text, "what happened: trunk-based development adopted", Required: true),
        ]),
    ];

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "event",
            "Sends one event to a server, from the script of a build. "
            + "Exit code 0: stored; 1: the server refused it; 2: wrong use; 3: no server answered.");
        foreach (var type in Types) verb.Add(Create(type, clock, terminal));
        return verb;
    }

    static Command Create(EventType type, TimeProvider clock, Terminal terminal)
    {
        var command = new Command(type.Name, type.Description);
        var options = new List<(Key Key, Option<string[]> Option)>();
        foreach (var key in type.Keys)
        {
            var option = new Option<string[]>(key.OptionName)
            {
                Description = Describe(key),
                HelpName = HelpName(key.Holds),
                Required = key.Required,
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = key.Holds == Holds.List,
            };
            options.Add((key, option));
            command.Add(option);
        }

        var at = new Option<string>("--at")
        {
            Description = $"short for {Option(type.At)}, or for --started-at while it runs; default: now",
            HelpName = "TIME",
        };
        if (type.Name is "incident" or "change") at.Description = $"short for {Option(type.At)}";
        if (type.Name is "annotation" or "flag") at.Description = "when it happened, with an offset; default: now";
        var server = new ServerOptions(serverByDefault: true);
        var json = new Option<bool>("--json") { Description = "print the server's answer as JSON" };
        command.Add(at);
        server.AddTo(command);
        command.Add(json);

        command.SetAction(async (arguments, cancellation) =>
        {
            var body = new JsonObject { ["type"] = type.Name };
            foreach (var (key, option) in options)
            {
                if (arguments.GetValue(option) is not { Length: > 0 } values) continue;
                if (!TryConvert(key, values, clock, out var value, out var sentence)) return terminal.Misuse(sentence);
                body[key.Name] = value;
            }

            if (Complete(type, body, arguments.GetValue(at), clock) is { } missing) return terminal.Misuse(missing);
            if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
            using (client!)
            {
                try
                {
                    var (answer, known) = await client!.PostEventsAsync(
                        Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json", cancellation);
                    terminal.Raw.WriteLine(arguments.GetValue(json) ? answer : known ? "known already" : "stored");
                    return ExitCode.Done;
                }
                catch (ServerException exception)
                {
                    terminal.Say(exception.Message);
                    return exception.ExitCode;
                }
            }
        });
        return command;
    }

    /// <summary>Fills in what has a default; returns what is missing, in a sentence.</summary>
    static string? Complete(EventType type, JsonObject body, string? at, TimeProvider clock)
    {
        var now = Instant(clock.GetUtcNow());
        var begun = type.Name is "deployment" or "build"
            && (string?)body["status"] is "created" or "queued" or "waiting" or "running"
            || (type.Name == "step" && (string?)body["outcome"] == "running");
        if (at is not null)
        {
            var key = begun ? "started_at" : type.At;
            if (body.ContainsKey(key)) return $"--at and {Option(key)} are the same; give one of them";
            if (!TryInstant(at, clock, out var instant)) return NotATime("--at", at);
            body[key] = instant;
        }

        switch (type.Name)
        {
            case "deployment":
                if (!body.ContainsKey("service") && !body.ContainsKey("repository"))
                    return "a deployment needs --service or --repository";
                if (!body.ContainsKey("sha") && !body.ContainsKey("version")) return "a deployment needs --sha or --version";
                body.TryAdd("environment", "production");
                body.TryAdd("status", "succeeded");
                body.TryAdd(begun ? "started_at" : "finished_at", now);
                var time = body["finished_at"] ?? body["started_at"];
                body.TryAdd(
                    "id",
                    $"{body["service"] ?? body["repository"]}/{body["environment"]}/{body["version"] ?? body["sha"]}/{time}");
                return null;
            case "step":
                if (!body.ContainsKey("service") && !body.ContainsKey("repository"))
                    return "a step needs --service or --repository";
                body.TryAdd("environment", "production");
                body.TryAdd("kind", "canary");
                body.TryAdd("outcome", "succeeded");
                body.TryAdd(begun ? "started_at" : "finished_at", now);
                return null;
            case "incident":
                if (!body.ContainsKey("started_at") && (body.ContainsKey("resolved_at") || body.ContainsKey("acknowledged_at")))
                    return "an incident that is acknowledged or resolved needs --started-at as well: the server cannot know "
                        + "that it is not a new one";
                body.TryAdd("started_at", now);
                return null;
            case "build":
                body.TryAdd("status", "succeeded");
                if (!begun) body.TryAdd("finished_at", now);
                return null;
            case "flag":
                body.TryAdd("at", now);
                body.TryAdd("environment", "production");
                body.TryAdd("id", $"{body["flag"]}/{body["environment"]}/{body["at"]}");
                return null;
            case "annotation":
                body.TryAdd("at", now);
                body.TryAdd(
                    "id",
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{body["at"]} {body["text"]}")))[..16]);
                return null;
            default:
                return null;
        }
    }

    static void TryAdd(this JsonObject body, string key, string value)
    {
        if (!body.ContainsKey(key)) body[key] = value;
    }

    static bool TryConvert(Key key, string[] values, TimeProvider clock, out JsonNode? node, out string sentence)
    {
        (node, sentence) = (null, "");
        var text = values[^1];
        if (values.Length > 1 && key.Holds != Holds.List)
        {
            sentence = $"{key.OptionName} is given {values.Length} times; give it once";
            return false;
        }

        switch (key.Holds)
        {
            case Holds.List:
                const StringSplitOptions clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
                node = new JsonArray(
                    [.. values.SelectMany(value => value.Split(',', clean)).Select(value => JsonValue.Create(value))]);
                return true;
            case Holds.Number:
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) node = number;
                else sentence = $"{key.OptionName} '{text}' is not a whole number";
                break;
            case Holds.Truth:
                if (bool.TryParse(text, out var truth)) node = truth;
                else sentence = $"{key.OptionName} '{text}' is neither true nor false";
                break;
            case Holds.Instant:
                if (TryInstant(text, clock, out var instant)) node = instant;
                else sentence = NotATime(key.OptionName, text);
                break;
            default:
                node = text;
                break;
        }

        return node is not null;
    }

    static bool TryInstant(string text, TimeProvider clock, out string instant)
    {
        var zoned = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        var known = text == "now" || (zoned && text.Contains('T'));
        var parsed = clock.GetUtcNow();
        if (known && text != "now")
            known = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out parsed);
        instant = known && text != "now" ? text : Instant(parsed);
        return known;
    }

    static string NotATime(string option, string text) =>
        $"{option} '{text}' is not a time with an offset; write it like 2026-01-02T19:54:25+01:00, or 'now'";

    static string Instant(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string Option(string key) => "--" + key.Replace('_', '-');

    static string Describe(Key key) => key.Holds switch
    {
        Holds.Instant => key.Description + ", with an offset, or 'now'",
        Holds.List => key.Description + "; several are separated by spaces or commas",
        _ => key.Description,
    };

    static string HelpName(Holds holds) => holds switch
    {
        Holds.Instant => "TIME",
        Holds.Number => "NUMBER",
        Holds.Truth => "true|false",
        Holds.List => "VALUES",
        _ => "TEXT",
    };
}
