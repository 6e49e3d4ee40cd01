using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Api;
using Leadline.Polling;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary>
/// <c>leadline connect SOURCE</c>: tests what a source is asked with, writes its section of <c>leadline.yaml</c> and prints the
/// webhook to add.
/// </summary>
static partial class ConnectVerb
{
    /// <param name="Scopes">What it is asked for; empty where it is not asked, or for all.</param>
    sealed record Wishes(
        string Source, Pager? Pager, string Server, string SecretVariable, string? TokenVariable, ImmutableArray<string> Scopes,
        string? Api, string? Poll)
    {
        /// <summary>In place of a token.</summary>
        public App? App { get; init; }
    }

    /// <summary>A GitHub App.</summary>
    /// <param name="KeyFile">Null where the key is in a variable.</param>
    /// <param name="KeyVariable">Null where it is in a file.</param>
    /// <param name="Installation">Null where that of each owner is asked for.</param>
    sealed record App(string Id, string? KeyFile, string? KeyVariable, string? Installation);

    /// <summary>What became of it.</summary>
    /// <param name="Missing">Rights that the token lacks.</param>
    sealed record Connected(string Source, string File, bool Written, ImmutableArray<string> Missing, Webhook Webhook);

    /// <summary>What is to be entered where the source keeps its webhooks.</summary>
    sealed record Webhook(string Address, string Events, string SecretVariable, string Proof);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var source = new Argument<string>("SOURCE") { Description = "one of those that 'leadline sources' lists" };
        var server = new Option<string?>("--server")
        {
            Description = "where the source reaches this server",
            HelpName = "https://HOST",
        };
        var secret = new Option<string?>("--secret-variable")
        {
            Description = "the environment variable of the webhook's secret; default: SOURCE_WEBHOOK_SECRET",
            HelpName = "NAME",
        };
        var token = new Option<string?>("--token-variable")
        {
            Description =
                "the environment variable of the token that its API is asked with; default: SOURCE_TOKEN where that is set",
            HelpName = "NAME",
        };
        var app = new Option<string?>("--app")
        {
            Description = "for GitHub in place of a token: the id of the App that its API is asked as",
            HelpName = "ID",
        };
        var keyFile = new Option<string?>("--app-key-file")
        {
            Description = "the file of the App's private key",
            HelpName = "PATH",
        };
        var keyVariable = new Option<string?>("--app-key-variable")
        {
            Description = "the environment variable of the App's private key, in place of a file; default: GITHUB_APP_KEY",
            HelpName = "NAME",
        };
        var installation = new Option<string?>("--app-installation")
        {
            Description = "the number of the App's installation; default: that of each repository's owner",
            HelpName = "NUMBER",
        };
        var scopes = new Option<string[]>(
            "--scopes",
            "--repositories")
        { Description = "what it is asked for", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var api = new Option<string?>("--api")
        {
            Description = "the address of its API, where that is not the maker's own",
            HelpName = "URL",
        };
        var poll = new Option<string?>("--poll") { Description = "how often the server asks it by itself", HelpName = "15m" };
        var untested = new Option<bool>("--no-test")
        {
            Description = "do not ask the API whether the token may read what is asked for",
        };
        var replace = new Option<bool>("--replace") { Description = "write the source's section anew where there is one" };
        var json = new Option<bool>("--json") { Description = "print what became of it as JSON" };
        var config = new ConfigOption();
        var verb = new Command(
            "connect",
            "Connects a source: asks its API whether the token may read what is needed, writes its section of leadline.yaml, "
            + "with secrets by the names of their variables, and prints the webhook "
            + "to add. On a terminal it asks for what is not said. Other lines of the file stay as they are; a section that "
            + "is there is not replaced without --replace.")
        {
            source, server, secret, token, app, keyFile, keyVariable, installation, scopes, api, poll, untested, replace, json,
            config,
        };
        verb.SetAction(async (arguments, cancellation) =>
        {
            var name = arguments.GetValue(source)!;
            if (Catalogue.Find(name) is not { } reader)
                return terminal.Misuse(
                    $"there is no source '{name}'{Nearest.Suggest(name, Catalogue.Readers.Select(one => one.Source))}; "
                        + "'leadline sources' lists them");
            var file = SettingsFile.Find(arguments.GetValue(config), Environment.GetEnvironmentVariable) ?? "leadline.yaml";
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation) : "";
            try
            {
                if (SourceSection.LineOf(text, name) is { } line && !arguments.GetValue(replace))
                    return terminal.Misuse(
                        $"{file} has sources.{name} already, in line {line}: nothing was changed; --replace writes it anew");
            }
            catch (FormatException error)
            {
                return terminal.Misuse($"{file} cannot be added to: {error.Message}");
            }

            var canAsk = terminal.Error.Profile.Out.IsTerminal && !Console.IsInputRedirected;
            var pager = Pagers.Find(name);
            if (AppOf(out var wrong) is var asApp && wrong is not null) return terminal.Misuse(wrong);
            var wishes = new Wishes(
                name, pager,
                Asked(arguments.GetValue(server), "Where does the source reach this server?", "https://leadline.example.com"),
                Asked(
                    arguments.GetValue(secret), "Which environment variable holds the webhook's secret?",
                    Variable(name, "WEBHOOK_SECRET")),
                asApp is null ? TokenVariable(arguments.GetValue(token)) : null,
                [.. arguments.GetValue(scopes) is { Length: > 0 } named ? named : pager is null || !canAsk ? [] : Scopes(pager)],
                arguments.GetValue(api)
                    ?? (pager is { Api: null } && canAsk ? Asked(null, "Where is its API?", "https://") : null),
                arguments.GetValue(poll)
                    ?? (pager is not null && canAsk
                        && Asked(null, "How often shall the server ask it by itself?", SettingsKey.Off) is var often
                        && often != SettingsKey.Off ? often : null))
            {
                App = asApp,
            };
            if (WhyNot(wishes) is { } sentence) return terminal.Misuse(sentence);

            var missing = ImmutableArray<string>.Empty;
            var proof = (wishes.TokenVariable, wishes.App) switch
            {
                ({ } variable, _) => variable,
                (_, { KeyVariable: { } variable }) => variable,
                _ => null,
            };
            if (pager is not null && (wishes.TokenVariable is not null || wishes.App is not null)
                && !arguments.GetValue(untested))
            {
                var value = proof is null ? null : Environment.GetEnvironmentVariable(proof);
                if (proof is not null && value is not { Length: > 0 })
                    return terminal.Misuse(
                        $"the environment variable {proof} is not set: set it to the "
                            + $"{(wishes.App is null ? "token" : "App's private key")}, so that it can be tested, or write "
                            + "--no-test");
                var set = wishes.App is not { } known ? null : new GitHubAppSetting(
                    known.Id, known.Installation, value,
                    known.KeyFile is { } path ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path) : null);
                if (set?.WhyNot() is { } useless) return terminal.Misuse(useless);
                (missing, var refusal) = await TestAsync(wishes, set is null ? value : null, set, clock, cancellation);
                if (refusal is not null) terminal.Say($"{refusal}; nothing was written");
                var who = set is null ? "the token" : "the App";
                if (!missing.IsEmpty)
                    terminal.Say(
                        $"{(set is null ? "scopes" : "permissions")} missing: {string.Join(", ", missing)}; nothing was "
                            + $"written: give them to {who} and run this again, or write --no-test");
                if (refusal is not null || !missing.IsEmpty) return Tell(isWritten: false, ExitCode.CheckFailed);
                terminal.Say($"{name} answers, and {who} may read what is asked for");
            }

            string written;
            try
            {
                written = SourceSection.Write(text, name, Lines(wishes));

                // What another line of the file has wrong is not ours, and would be said the next time all the same.
                SettingsFile.Parse(written, Path.GetFileName(file), static _ => "unused");
            }
            catch (FormatException error)
            {
                return terminal.Misuse($"{file} cannot be added to: {error.Message}");
            }

            var beside = file + ".new";
            await File.WriteAllTextAsync(beside, written, cancellation);
            File.Move(beside, file, overwrite: true);
            terminal.Say($"sources.{name} is in {file}{(text.Length == 0 ? ", which is new" : "")}");
            return Tell(isWritten: true, ExitCode.Done);

            string Asked(string? said, string question, string otherwise) =>
                said
                    ?? (canAsk ? terminal.Error.Prompt(new TextPrompt<string>(Markup.Escape(question)).DefaultValue(otherwise))
                        : otherwise);

            IEnumerable<string> Scopes(Pager pager) =>
                Asked(null, $"Which {pager.ScopeWord} are asked for? Several with commas", pager.Everything ?? "acme/*")
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Where(one => one != pager.Everything);

            App? AppOf(out string? wrong)
            {
                wrong = null;
                var (id, path, variable, number) =
                    (arguments.GetValue(app), arguments.GetValue(keyFile), arguments.GetValue(keyVariable), arguments.GetValue(
                        installation));
                var isSaid = id is not null || path is not null || variable is not null || number is not null;
                if (name != "github") wrong = isSaid ? $"{name} has no Apps: leave out --app" : null;
                else if (isSaid && arguments.GetValue(token) is not null)
                    wrong = "either a token or an App: leave out --token-variable or --app";
                else if (isSaid && id is null && !canAsk) wrong = "which App is it? write its id with --app";
                else if (path is not null && variable is not null)
                    wrong = "the App's key is either in a file or in a variable: leave out --app-key-file or --app-key-variable";
                if (wrong is not null || name != "github" || (!isSaid && (!canAsk || arguments.GetValue(token) is not null)))
                    return null;
                id ??= Asked(null, "Which GitHub App is its API asked as? Write its id, or none to ask with a token", "none");
                if (id == "none") return null;
                if (path is null && variable is null)
                {
                    if (canAsk
                        && Asked(
                            null, "In which file is the App's private key? Write none where it is in an environment variable",
                            "none") is var given && given != "none") path = given;
                    else
                        variable = Asked(
                            null, "Which environment variable holds the App's private key?", Variable(name, "APP_KEY"));
                }

                return new App(id, path, variable, number);
            }

            string? TokenVariable(string? said)
            {
                if (said is not null || pager is null) return said;
                var usual = Variable(name, "TOKEN");
                if (canAsk)
                    return Asked(
                        null,
                        "Which environment variable holds the token that its API is asked with? Write none where strangers "
                            + "are answered", usual) is var given && given != "none" ? given : null;
                return Environment.GetEnvironmentVariable(usual) is { Length: > 0 } ? usual : null;
            }

            int Tell(bool isWritten, int code)
            {
                var webhook = new Webhook(
                    $"{wishes.Server.TrimEnd('/')}/api/v1/deliveries/{name}", reader.About.Events ?? reader.About.Sends,
                    wishes.SecretVariable, reader.About.Proof);
                if (arguments.GetValue(json)) terminal.WriteJson(new Connected(name, file, isWritten, missing, webhook));
                else if (isWritten) Print(webhook, terminal);
                return code;
            }
        });
        return verb;
    }

    /// <summary>Why it cannot be, in a sentence; null where it can.</summary>
    static string? WhyNot(Wishes wishes)
    {
        foreach (var (option, name) in new[]
        {
            ("--secret-variable", wishes.SecretVariable), ("--token-variable", wishes.TokenVariable ?? "T"),
            ("--app-key-variable", wishes.App?.KeyVariable ?? "T"),
        })
            if (!VariableName().IsMatch(name))
                return $"{option} takes the name of an environment variable, such as {Variable(wishes.Source, "TOKEN")}; the "
                    + "secret itself is never written";
        if (!Uri.TryCreate(wishes.Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            return $"--server '{wishes.Server}' is no address: write https://leadline.example.com";
        if (wishes.Pager is null
            && (wishes.TokenVariable is not null || !wishes.Scopes.IsEmpty || wishes.Poll is not null || wishes.Api is not null))
            return $"the API of {wishes.Source} is not asked: leave out --token-variable, --scopes, --api and --poll";
        if (wishes.Pager is not { } pager
            || (wishes.TokenVariable is null && wishes.App is null && wishes.Poll is null && wishes.Scopes.IsEmpty)) return null;
        if (wishes.Scopes.IsEmpty && pager.Everything is null)
            return $"which {pager.ScopeWord} are asked for? name them with --scopes";
        if (wishes.Api is null && pager.Api is null) return $"where is {wishes.Source}? write the address of its API with --api";
        return wishes.Api is { } api ? ApiAddress.WhyNot(api) : null;
    }

    /// <summary>
    /// Asks once for each kind of thing, of the first scope: which rights are missing, or why nothing can be asked.
    /// </summary>
    static async Task<(ImmutableArray<string> Missing, string? Refusal)> TestAsync(
        Wishes wishes, string? token, GitHubAppSetting? app, TimeProvider clock, CancellationToken cancellation)
    {
        var pager = wishes.Pager!;
        var asked = new AskedSource(
            wishes.Source, pager, wishes.Api is { } address ? ApiAddress.Parse(address) : pager.Api!,
            token is null ? [] : [token], wishes.Scopes)
        { App = app };
        using var api = asked.Client(clock);
        var (scopes, missed) = await Poll.ScopesAsync(
            pager, api, wishes.Scopes.IsEmpty ? [pager.Everything!] : wishes.Scopes, clock, cancellation);
        if (missed is [var one, ..]) return ([], one.Sentence);
        if (scopes is not [var first, ..]) return ([], $"there are no {pager.ScopeWord} of that name");
        var now = clock.GetUtcNow();
        var missing = new List<string>();
        ApiException? nowhere = null;
        var isSomewhere = false;
        foreach (var listing in pager.Plan(first, new PageSpan(now.AddDays(-1), now, IsAgain: false)))
        {
            try
            {
                isSomewhere |= (await PollPlan.CountAsync(api, listing, first, cancellation)).Status == 200;
            }
            catch (ApiException error) when (error is { EndsAll: false, CanHelp: false, Status: 403 or 404 })
            {
                missing.Add(pager.Right(listing.Count));
                if (error.Status == 404) nowhere ??= error;
                else isSomewhere = true;
            }
            catch (ApiException error)
            {
                return ([], error.Message);
            }
        }

        // Where nothing is found it is the name that is wrong, or the address, rather than a right.
        return nowhere is not null && !isSomewhere ? ([], nowhere.Message) : ([.. missing.Distinct()], null);
    }

    static IEnumerable<string> Lines(Wishes wishes)
    {
        yield return $"secret: \"${{{wishes.SecretVariable}}}\"";
        if (wishes.TokenVariable is { } token) yield return $"token: \"${{{token}}}\"";
        if (wishes.App is { } app)
        {
            var key = app.KeyFile is { } file ? $"key_file: {Quoted(file)}" : $"key: \"${{{app.KeyVariable}}}\"";
            yield return $"app: {{ id: {Quoted(app.Id)}, "
                + $"{key}{(app.Installation is { } number ? $", installation: {Quoted(number)}" : "")} }}";
        }

        if (!wishes.Scopes.IsEmpty)
            yield return $"{(wishes.Pager!.ScopeWord == "repositories" ? "repositories" : "scopes")}: "
                + $"[{string.Join(", ", wishes.Scopes.Select(Quoted))}]";
        if (wishes.Api is { } api) yield return $"api: {Quoted(api)}";
        if (wishes.Poll is { } poll) yield return $"poll: {poll}";
    }

    static void Print(Webhook webhook, Terminal terminal)
    {
        terminal.Raw.WriteLine("Add this webhook:");
        terminal.Raw.WriteLine($"  address  {webhook.Address}");
        terminal.Raw.WriteLine($"  events   {webhook.Events}");
        var isSet = Environment.GetEnvironmentVariable(webhook.SecretVariable) is { Length: > 0 };
        terminal.Raw.WriteLine(
            "  secret   the value of "
                + $"{webhook.SecretVariable}"
                + $"{(isSet ? "" : $"; make one: export {webhook.SecretVariable}=$(openssl rand -hex 32)")}");
        terminal.Raw.WriteLine($"  proof    {webhook.Proof}");
    }

    /// <summary>In quotes, as YAML takes it wherever it stands.</summary>
    static string Quoted(string text) => JsonSerializer.Serialize(text, Wire.Json);

    /// <summary><c>INCIDENT_IO_TOKEN</c> for <c>incident-io</c>.</summary>
    static string Variable(string source, string what) => $"{source.ToUpperInvariant().Replace('-', '_')}_{what}";

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();
}
