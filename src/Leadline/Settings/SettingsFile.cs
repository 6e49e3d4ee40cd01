using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Experiments;
using Leadline.Git;
using Leadline.Metrics;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.Mapping;

namespace Leadline.Settings;

/// <summary>Reads <c>leadline.yaml</c> and says everything that is wrong with it at once.</summary>
public sealed partial class SettingsFile
{
    /// <summary>No settings are larger; a larger file is another one.</summary>
    internal const int Largest = 1 << 20;

    /// <summary>A pattern by which something is said to be the owner's.</summary>
    sealed record Claim(Setting Owner, string Pattern, Place At, string Path, bool IsName)
    {
        public Claim(
            Setting owner, string pattern, Place at, string path) : this(owner, pattern, at, path, !Glob.IsPattern(pattern))
        {
        }
    }

    readonly SettingsErrors errors;
    readonly Func<string, string?> environment, tokens;
    KnownSources sources = KnownSources.OfCatalogue;
    readonly string? folder;
    readonly Definitions basis;

    /// <summary>The folder of the file, from which other files are named; null for a text that is in none.</summary>
    string? Beside { get; init; }

    /// <param name="errors">What is wrong is added to it.</param>
    /// <param name="environment">Answers the value of an environment variable, or null.</param>
    /// <param name="tokens">The same, for the tokens that APIs are asked with.</param>
    /// <param name="folder">From which files of secrets are named, and where they are looked for; null where nobody
    /// looks.</param>
    /// <param name="basis">The definitions of keys that are left out.</param>
    SettingsFile(
        SettingsErrors errors, Func<string, string?> environment, Func<string, string?> tokens, string? folder,
        Definitions basis) =>
        (this.errors, this.environment, this.tokens, this.folder, this.basis) = (errors, environment, tokens, folder, basis);

    /// <summary>
    /// The settings of this file; of LEADLINE_CONFIG, of ./leadline.yaml where it is there, else the defaults.
    /// </summary>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public static LeadlineSettings Load(string? path, Func<string, string?> environment) =>
        Load(path, environment, environment, needsSecrets: true);

    /// <summary>The settings for those who need no secret: it decides no number, and its variable need not be set.</summary>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public static LeadlineSettings LoadWithoutSecrets(string? path, Func<string, string?> environment) =>
        Load(path, environment, name => environment(name) is { Length: > 0 } value ? value : "unused", needsSecrets: false);

    /// <summary>
    /// Where the settings are: this file, that of LEADLINE_CONFIG, or ./leadline.yaml; null where there is none.
    /// </summary>
    public static string? Find(string? path, Func<string, string?> environment) =>
        path
            ?? (environment("LEADLINE_CONFIG") is { Length: > 0 } named ? named : File.Exists("leadline.yaml") ? "leadline.yaml"
                : null);

    /// <summary>The settings of this text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its name, for the errors.</param>
    /// <param name="environment">Answers the value of an environment variable, or null.</param>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public static LeadlineSettings Parse(string text, string file, Func<string, string?> environment) =>
        Parse(text, file, environment, Definitions.Default);

    /// <inheritdoc cref="Parse(string, string, Func{string, string?})"/>
    /// <param name="basis">The definitions of keys that the text leaves out.</param>
    public static LeadlineSettings Parse(string text, string file, Func<string, string?> environment, Definitions basis) =>
        Parse(text, new SettingsErrors(file), environment, environment, folder: null, beside: null, basis);

    /// <summary>The definitions of a file that somebody sends: no variable of this process is looked at.</summary>
    /// <exception cref="FormatException">Something is wrong; all of it is said.</exception>
    public static Definitions ParseDefinitions(string text, string file)
    {
        try
        {
            return Parse(text, file, static _ => "unused").Definitions;
        }
        catch (SettingsException error)
        {
            throw new FormatException(error.Message);
        }
    }

    static LeadlineSettings Load(
        string? path, Func<string, string?> environment, Func<string, string?> secrets, bool needsSecrets)
    {
        var by = environment("LEADLINE_DEFINITIONS_BY") is { Length: > 0 } tag ? tag : "local";
        if (Find(path, environment) is not { } file) return new LeadlineSettings { DefinitionsBy = by };
        var errors = new SettingsErrors(Path.GetFileName(file));
        var text = Text(Bytes(file, errors), errors);
        var beside = Path.GetDirectoryName(Path.GetFullPath(file));
        return Parse(
            text, errors, secrets, environment, needsSecrets ? beside : null, beside,
            Definitions.Default) with
        { DefinitionsBy = by };
    }

    static LeadlineSettings Parse(
        string text, SettingsErrors errors, Func<string, string?> environment, Func<string, string?> tokens, string? folder,
        string? beside, Definitions basis)
    {
        var written = new SettingsText(text, errors).Read() ?? new Written.One(default, null);
        var settings = new SettingsFile(errors, environment, tokens, folder, basis) { Beside = beside }
            .Convert(Setting.Read(written, SettingsKey.Root, "", written.At, errors));
        errors.ThrowIfAny();
        return settings;
    }

    static byte[] Bytes(string file, SettingsErrors errors)
    {
        if (Directory.Exists(file)) throw new SettingsException([$"{file} is a folder: name the file in it"]);
        if (!File.Exists(file)) throw new SettingsException([$"there is no file '{file}' to read the settings from"]);
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[Largest + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > Largest)
                errors.Add(new Place(1, 1), "", $"the file is larger than {Largest >> 20} MiB: it cannot be one of settings");
            errors.ThrowIfAny();
            return bytes[..length];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"{file} cannot be read: {error.Message}"]);
        }
    }

    /// <summary>The text; lines that are not UTF-8 are among the errors.</summary>
    static string Text(ReadOnlySpan<byte> bytes, SettingsErrors errors)
    {
        const string NotUtf8 = "this is not UTF-8: save the file in that encoding";
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var text = Encoding.UTF8.GetString(bytes);
        if (string.IsNullOrWhiteSpace(text))
            errors.Add(new Place(1, 1), "", "the file is empty: write settings, or a # and why there are none");
        if (text.Contains('\0')) errors.Add(new Place(1, 1), "", NotUtf8);
        errors.ThrowIfAny();
        var characters = new char[bytes.Length];
        var number = 0;
        foreach (var line in bytes.Split((byte)'\n'))
        {
            number++;
            if (Utf8.ToUtf16(
                bytes[line], characters, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
                continue;
            errors.Add(new Place(number, written + 1), Key().Match(new string(characters, 0, written)).Groups[1].Value, NotUtf8);
        }

        return text;
    }

    LeadlineSettings Convert(Setting root)
    {
        var (services, environments, rules) = (root["services"], root["environments"], root["definitions"]);
        RefuseShared(services, environments);
        var basis = rules["preset"].Text is { } preset ? Presets.Of(preset).Over(this.basis) : this.basis;
        var definitions = basis with
        {
            Timezone = root["timezone"].Text ?? basis.Timezone,
            Services = services.Below.IsEmpty ? basis.Services
                : [.. services.Below.Select(entry => Service(entry.Name, entry.Setting))],
            Environments = environments.Below.IsEmpty ? basis.Environments
                : [.. environments.Below.Select(entry => Environment(entry.Name, entry.Setting))
                    .OrderBy(environment => environment.Name != EnvironmentName.Production)
                    .ThenBy(environment => environment.Name)],
            Deployments = new DeploymentRules
            {
                CountFailedAttempts = Flag(rules["deployments"]["count_failed_attempts"], basis.Deployments.CountFailedAttempts),
                CountRedeploys = Flag(rules["deployments"]["count_redeploys"], basis.Deployments.CountRedeploys),
            },
            LeadTime = new LeadTimeRules
            {
                Unit = Word(rules["lead_time"]["unit"], basis.LeadTime.Unit),
                Start = Word(rules["lead_time"]["start"], basis.LeadTime.Start),
                ExcludeBots = Flag(rules["lead_time"]["exclude_bots"], basis.LeadTime.ExcludeBots),
                Statistic = Word(rules["lead_time"]["statistic"], basis.LeadTime.Statistic),
            },
            Failure = Failure(rules["failure"], basis.Failure),
            Recovery = new RecoveryRules
            {
                Of = Word(rules["recovery"]["of"], basis.Recovery.Of),
                Start = Word(rules["recovery"]["start"], basis.Recovery.Start),
                Statistic = Word(rules["recovery"]["statistic"], basis.Recovery.Statistic),
            },
        };
        var mappings = new MappingSettings(errors);
        sources = KnownSources.With(
            root["mappings"].Below.Select(entry => mappings.Read(entry.Name, entry.Setting)).OfType<MappedReader>());
        return new LeadlineSettings
        {
            Definitions = definitions,
            Sources = sources,
            Secrets = root["sources"].Below.ToImmutableDictionary(
                entry => entry.Name, entry => Secrets(entry.Name, entry.Setting)),
            SecretFiles = root["sources"].Below.Where(entry => entry.Setting["secret_file"].Texts is not null)
                .ToImmutableDictionary(entry => entry.Name, entry => SecretFiles(entry.Setting)),
            Apis = root["sources"].Below.Where(entry => Pollable.Any(key => entry.Setting[key].Texts is not null))
                .ToImmutableDictionary(entry => entry.Name, entry => Api(entry.Name, entry.Setting)),
            KeepDeliveries = Span(root["deliveries"]["keep"]),
            Digest = Digest(root["digest"]),
            Verification = new VerificationSetting(errors, tokens, mayLackToken: folder is null)
                .Read(root["verification"], definitions),
            Experiments =
            [
                .. root["experiments"].Below.Select(entry => Experiment(entry.Name, entry.Setting, definitions))
                    .OfType<Experiment>(),
            ],
            Levels = root["levels"].Text is { } edition ? new Levels(KnownEditions.Of(edition)) : Levels.Default,
            Badges = Word(root["badges"], BadgeReaders.Read),
        };
    }

    static FailureRules Failure(Setting failure, FailureRules rules)
    {
        var hotfix = failure["hotfix"];
        return new FailureRules
        {
            Signals = failure["signals"].Texts is { } signals
                ? [.. Enum.GetValues<FailureSignal>().Where(signal => signals.Contains(SettingsKey.WordOf(signal)))]
                : rules.Signals,
            IncidentWindow = failure["incident_window"].Text == SettingsKey.Forever ? FailureRules.Unlimited
                : Span(failure["incident_window"]) ?? rules.IncidentWindow,
            IncidentLinks = failure["incident_links"].Texts is { } links
                ? [.. Enum.GetValues<IncidentLink>().Where(link => links.Contains(SettingsKey.WordOf(link)))]
                : rules.IncidentLinks,
            Rate = Word(failure["rate"], rules.Rate),
            IncidentLabels = failure["incident_labels"].Texts ?? rules.IncidentLabels,
            Hotfix = new HotfixRules
            {
                Labels = hotfix["labels"].Texts ?? rules.Hotfix.Labels,
                Branches = hotfix["branches"].Texts ?? rules.Hotfix.Branches,
                Titles = hotfix["titles"].Texts ?? rules.Hotfix.Titles,
            },
        };
    }

    static ServiceDefinition Service(string name, Setting service) => new()
    {
        Name = new ServiceName(name),
        Team = service["team"].Text,
        Area = service["area"].Text,
        Repositories = [.. (service["repositories"].Texts ?? []).Select(repository => new RepositoryName(repository))],
        Paths = service["paths"].Texts ?? [],
        Apps = service["apps"].Texts ?? [],
        Incidents =
        [
            .. service["incidents"].Below.SelectMany(
                source => source.Setting.Texts!.Value.Select(group => new IncidentMapping(source.Name, group))),
        ],
    };

    EnvironmentDefinition Environment(string name, Setting setting)
    {
        var match = setting["match"].Texts;
        if (match is null && Glob.IsPattern(name))
            errors.Add(setting.At, setting.Path, "the name is a glob: name the environment, and write the glob as its match");
        return new EnvironmentDefinition
        {
            Name = new EnvironmentName(name),
            Match = match ?? [name],
            Counts = Word(setting["counts"], EnvironmentCounts.All),
        };
    }

    ImmutableArray<string> Secrets(string source, Setting setting)
    {
        if (sources.Find(source) is null && source != MirrorReader.Name)
            errors.Add(
                setting.At, setting.Path,
                $"there is no such source{Nearest.Suggest(source, sources.Readers.Select(reader => reader.Source))}");
        var secret = setting["secret"];
        return [
            .. secret.Values.Select(
                one => Variable().Replace(one.Value!, match => Substitute(one.At, secret.Path, match.Groups[1].Value))),
        ];
    }

    ImmutableArray<string> SecretFiles(Setting source)
    {
        var key = source["secret_file"];
        var files = ImmutableArray.CreateBuilder<string>();
        foreach (var one in key.Values)
        {
            var written = Variable().Replace(one.Value!, match => Substitute(one.At, key.Path, match.Groups[1].Value));
            var file = folder is null ? written : Path.Combine(folder, written);
            if (folder is not null && SourceSecrets.Read(file, out var wrong) is null) errors.Add(one.At, key.Path, wrong!);
            files.Add(file);
        }

        return files.DrainToImmutable();
    }

    static readonly ImmutableArray<string> Pollable = ["token", "app", "repositories", "scopes", "poll", "reconcile", "api"];

    /// <summary>
    /// A token whose variable is not set is an error for whoever needs all secrets; others are told so once they ask with it.
    /// </summary>
    SourceApi Api(string source, Setting setting)
    {
        if (sources.Find(source) is not null && Pagers.Find(source) is null)
        {
            var first = Pollable.Select(key => setting[key]).First(key => key.Texts is not null);
            errors.Add(
                first.At, first.Path,
                $"the API of {source} is not asked: this is for "
                    + $"{string.Join(", ", Pagers.All.Select(pager => pager.Source).Append(MirrorReader.Name))}");
        }

        string? trouble = null;
        var set = ImmutableArray.CreateBuilder<string>();
        foreach (var one in setting["token"].Values)
        {
            var unset = Variable().Matches(one.Value!).Select(match => match.Groups[1].Value)
                .FirstOrDefault(name => string.IsNullOrWhiteSpace(tokens(name)));
            if (unset is null) set.Add(Variable().Replace(one.Value!, match => tokens(match.Groups[1].Value)!));
            else if (folder is null)
                trouble = $"the environment variable {unset}, which sources.{source}.token names, is not set, or is empty";
            else errors.Add(one.At, setting["token"].Path, $"the environment variable {unset} is not set, or is empty");
        }

        var app = setting["app"].Texts is null ? null : App(source, setting, ref trouble);
        var every = Polling(setting["poll"]);
        var address = setting["api"].Text is { } api ? ApiAddress.Parse(api) : null;
        ImmutableArray<string> names = [.. setting["repositories"].Texts ?? [], .. setting["scopes"].Texts ?? []];
        var isNamed = setting["repositories"].Texts is not null || setting["scopes"].Texts is not null;
        if (every is not null && AskedSource.All.Contains(source)
            && AskedSource.Lacking(source, isNamed, setting["api"].Texts is not null, "") is { } lacking)
            errors.Add(setting["poll"].At, setting["poll"].Path, lacking);
        return new SourceApi(address, set.DrainToImmutable(), names, trouble)
        {
            Every = every,
            App = app,
            Reconciled = every is null || setting["reconcile"].Text == SettingsKey.Off ? null
                : Span(setting["reconcile"]) ?? TimeSpan.FromDays(3),
        };
    }

    /// <summary>
    /// What is wrong with it, as its key that cannot be read, is an error for whoever needs all secrets; others are told so once
    /// they ask with it.
    /// </summary>
    GitHubAppSetting? App(string source, Setting setting, ref string? trouble)
    {
        var app = setting["app"];
        var (id, key, file, installation) = (app["id"], app["key"], app["key_file"], app["installation"]);
        if (source != "github")
        {
            errors.Add(app.At, app.Path, $"{source} has no Apps: write a token");
            return null;
        }

        if (id.Text is null) errors.Add(app.At, app.Path, "it has no id: write the App's id, which its settings on GitHub show");
        var wrong = new List<(Setting At, string Sentence)>();
        if (setting["token"].Texts is not null) wrong.Add((app, $"sources.{source}.token is set as well: one of them must go"));
        if (id.Text is { } name && !AppName().IsMatch(name))
            wrong.Add((id, $"'{name}' is no id of an App: write its number, or its client id"));
        if (installation.Text is { } number && !Digits().IsMatch(number))
            wrong.Add(
                (installation, $"'{number}' is no installation: write the number at the end of the address of its settings"));
        if ((key.Text is null) == (file.Text is null))
            wrong.Add((app, "write either key_file, the file of the App's private key, or key, as ${NAME} of the environment"));
        var set = id.Text is null || wrong.Count > 0 ? null : Keyed(key.Text is null ? file : key);
        foreach (var (at, sentence) in wrong)
        {
            if (folder is null) trouble ??= errors.Written(at.At, at.Path, sentence);
            else errors.Add(at.At, at.Path, sentence);
        }

        return set;

        GitHubAppSetting? Keyed(Setting own)
        {
            if (Variable().Matches(own.Text!).Select(match => match.Groups[1].Value)
                .FirstOrDefault(name => string.IsNullOrWhiteSpace(tokens(name))) is { } unset)
            {
                wrong.Add((own, $"the environment variable {unset} is not set, or is empty"));
                return null;
            }

            var value = Variable().Replace(own.Text!, match => tokens(match.Groups[1].Value)!);
            var isFile = ReferenceEquals(own, file);
            var keyed = new GitHubAppSetting(
                id.Text!, installation.Text, isFile ? null : value,
                !isFile ? null : Beside is null ? value : Path.Combine(Beside, value));

            // For a text that is in no folder a file is not looked for.
            if ((Beside is not null || !isFile) && keyed.WhyNot() is { } because) wrong.Add((own, because));
            return keyed;
        }
    }

    /// <summary>How often it is asked; null where it is not.</summary>
    TimeSpan? Polling(Setting poll)
    {
        if (Span(poll) is { } every && every < TimeSpan.FromMinutes(1))
            errors.Add(poll.At, poll.Path, $"'{poll.Text}' is too often: no API bears more than 1m");
        return Span(poll);
    }

    /// <summary>
    /// Null, after saying so, where something is wrong with it. Whether its services are there is seen once they were deployed.
    /// </summary>
    Experiment? Experiment(string name, Setting setting, Definitions definitions)
    {
        var (experiment, wrong) = new ExperimentRequest(
            name, setting["hypothesis"].Text, setting["services"].Texts, setting["team"].Text, setting["area"].Text,
            setting["environment"].Text, setting["metric"].Text,
            setting["direction"].Text, setting["worth"].Text, setting["start"].Text, setting["end"].Text,
            setting["guardrails"].Texts, setting["comparison"].Texts,
            setting["false_alarms"].Text).Read(definitions);
        foreach (var (key, sentence) in wrong)
        {
            var (below, isThere) = (setting[key], setting.Below.Any(entry => entry.Name == key));
            errors.Add(
                isThere ? below.At : setting.At, isThere ? below.Path : setting.Path,
                isThere || key == "name" ? sentence : $"{key}: {sentence}");
        }

        return experiment;
    }

    /// <summary>Null where no key of it says anything.</summary>
    DigestSettings? Digest(Setting digest)
    {
        if (digest.Below.IsEmpty) return null;
        var to = digest["to"];
        var address = to.Values is [var one]
            ? Variable().Replace(one.Value!, match => Substitute(one.At, to.Path, match.Groups[1].Value)) : null;
        return new DigestSettings(
            digest["at"].Text is { } at ? WeekTime.Parse(at) : null, address, digest["url"].Text,
            Word(digest["format"], DigestFormat.Slack), digest["service"].Text, digest["team"].Text);
    }

    string Substitute(Place at, string path, string name)
    {
        if (environment(name) is { } value && !string.IsNullOrWhiteSpace(value)) return value;
        errors.Add(at, path, $"the environment variable {name} is not set, or is empty");
        return "";
    }

    void RefuseShared(Setting services, Setting environments)
    {
        RefuseShared(services.Below.SelectMany(service =>
            service.Setting["apps"] is var apps
                ? apps.Values.Select(app => new Claim(service.Setting, app.Value!, app.At, apps.Path)) : []));
        RefuseShared(environments.Below.SelectMany(environment => environment.Setting["match"] switch
        {
            { Texts: null } =>
                [
                    new Claim(
                        environment.Setting, environment.Name, environment.Setting.At, environment.Setting.Path, IsName: true),
                ],
            var match => match.Values.Select(name => new Claim(environment.Setting, name.Value!, name.At, match.Path)),
        }));
        foreach (var source in services.Below.SelectMany(
            service => service.Setting["incidents"].Below.Select(source => (service.Setting, Source: source)))
            .GroupBy(pair => pair.Source.Name, StringComparer.OrdinalIgnoreCase))
            RefuseShared(source.SelectMany(pair =>
                pair.Source.Setting.Values.Select(
                    group => new Claim(pair.Setting, group.Value!, group.At, pair.Source.Setting.Path, IsName: true))));
    }

    /// <summary>
    /// What two claim would belong to whichever comes first: neither one pattern twice, nor a name that another's pattern
    /// matches.
    /// </summary>
    void RefuseShared(IEnumerable<Claim> claims)
    {
        var names = new Dictionary<string, Claim>(StringComparer.OrdinalIgnoreCase);
        var globs = new List<(Glob Glob, Claim Claim)>();
        foreach (var claim in claims)
        {
            var glob = claim.IsName ? null : new Glob(claim.Pattern, ignoreCase: true);
            var other =
                globs.Find(other =>
                    other.Claim.Owner != claim.Owner
                        && (other.Glob.IsMatch(claim.Pattern) || glob?.IsMatch(other.Claim.Pattern) == true)).Claim
                    ?? (glob is null ? names.GetValueOrDefault(claim.Pattern)
                        : names.Values.FirstOrDefault(name => name.Owner != claim.Owner && glob.IsMatch(name.Pattern)));
            if (other is not null && other.Owner != claim.Owner)
                errors.Add(
                    claim.At, claim.Path,
                    $"'{claim.Pattern}' is claimed by {other.Owner.Path} as well, by '{other.Pattern}' in line "
                        + $"{other.At.Line}: one of them must go");
            if (glob is null) names.TryAdd(claim.Pattern, claim);
            else globs.Add((glob, claim));
        }
    }

    static bool Flag(Setting setting, bool otherwise) => bool.TryParse(setting.Text, out var flag) ? flag : otherwise;

    static TimeSpan? Span(Setting setting) => setting.Text is { } text && Setting.TryParseSpan(text, out var span) ? span : null;

    static T Word<T>(Setting setting, T otherwise) where T : struct, Enum =>
        setting.Text is { } word ? Enum.GetValues<T>().First(value => SettingsKey.WordOf(value) == word) : otherwise;

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex AppName();

    [GeneratedRegex(@"^[0-9]{1,18}\z")]
    private static partial Regex Digits();

    /// <summary>A line's first word, where it is a key.</summary>
    [GeneratedRegex(@"^[\s-]*([^\s:#]+)\s*:")]
    private static partial Regex Key();
}
