using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Metrics;
using Leadline.Sources.Mapping;
using Leadline.Verification;

namespace Leadline.Settings;

/// <summary>What a key holds.</summary>
enum SettingsKind
{
    /// <summary>Other keys.</summary>
    Map,

    /// <summary>Names of the writer's own choice; the one key below stands for each.</summary>
    NamedMap,

    Text,
    TimeZone,
    Flag,

    /// <summary>A number that is not negative, such as 0.1.</summary>
    Number,

    /// <summary>A span such as 24h, or one of <see cref="SettingsKey.Words"/>.</summary>
    Span,

    /// <summary>One of <see cref="SettingsKey.Words"/>.</summary>
    Word,

    /// <summary>Several of <see cref="SettingsKey.Words"/>.</summary>
    Words,

    Texts,

    /// <summary>Texts, or labels with their values.</summary>
    Groups,

    Globs,

    /// <summary>Globs of what has folders: paths and branches.</summary>
    PathGlobs,

    /// <summary>How deliveries prove their sender.</summary>
    Proof,

    /// <summary>A time of every week, such as Mon 09:00.</summary>
    WeekTime,

    /// <summary>The address of an API: https, or this machine's own.</summary>
    Api,

    /// <summary>The address of a server that may be asked over http too, as inside a cluster.</summary>
    Server,

    /// <summary>A percentage, such as 20%.</summary>
    Percent,

    /// <summary>A day, or an instant.</summary>
    Moment,

    /// <summary>Several of <see cref="SettingsKey.Words"/>, each alone or with a percentage.</summary>
    Shares,

    /// <summary>The rules of a mapping.</summary>
    Rules,
}

/// <summary>
/// One key of <c>leadline.yaml</c>: from this table come the reader, the JSON Schema and the reference. One value stands for a
/// list of one.
/// </summary>
/// <param name="Name">As it is written; in capitals where the writer chooses it.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Says">What it means, in a sentence.</param>
sealed record SettingsKey(string Name, SettingsKind Kind, string Says)
{
    public ImmutableArray<SettingsKey> Below { get; init; } = [];
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>What holds where the key is left out; null where that is nothing, or is no value.</summary>
    public ImmutableArray<string>? Default { get; init; }

    /// <summary>What the reference's example shows: a value, or the name that stands for <see cref="Name"/>.</summary>
    public ImmutableArray<string> Example { get; init; } = [];

    /// <summary>Whether what it stands in makes no sense without it.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Whether an empty list is a mistake.</summary>
    public bool NotEmpty { get; init; }

    /// <summary>Whether a secret may stand there, also by mistake: what is written is never repeated.</summary>
    public bool IsSecret { get; init; }

    public bool IsList =>
        Kind is SettingsKind.Words or SettingsKind.Texts or SettingsKind.Groups or SettingsKind.Shares or SettingsKind.Globs
            or SettingsKind.PathGlobs;

    /// <summary>What is to be written, in words.</summary>
    public string Takes => Kind switch
    {
        SettingsKind.Map => "keys with values",
        SettingsKind.NamedMap => "names with values",
        SettingsKind.TimeZone => "an IANA name such as Europe/Berlin",
        SettingsKind.Flag => "true or false",
        SettingsKind.Number => "a number such as 0.1",
        SettingsKind.Span => string.Join(", ", Words.Append("a span such as 30m, 24h or 7d")),
        SettingsKind.Word => "one of " + string.Join(", ", Words),
        SettingsKind.Words => "a list of " + string.Join(", ", Words),
        SettingsKind.Texts => "a list of texts",
        SettingsKind.Groups => "a list of texts, or labels with their values",
        SettingsKind.Globs or SettingsKind.PathGlobs => "a list of globs",
        SettingsKind.Percent => "a percentage such as 20%",
        SettingsKind.Moment => "a day such as 2026-01-31, or an instant",
        SettingsKind.Shares => $"a list of {string.Join(", ", Words)}, each alone or with a percentage",
        SettingsKind.Proof => Proof.Takes,
        SettingsKind.WeekTime => "a day and a time such as Mon 09:00",
        SettingsKind.Api => "an address such as https://github.example.com/api/v3/",
        SettingsKind.Server => "an address such as https://prometheus.example.com/ or http://prometheus:9090/",
        SettingsKind.Rules => "a list of rules",
        _ => "a text",
    };

    /// <summary>In place of a span: never.</summary>
    public const string Off = "off";

    public static readonly SettingsKey Root = new("", SettingsKind.Map, "Leadline's settings.")
    {
        Below =
        [
            new(
                "timezone", SettingsKind.TimeZone,
                "The time zone in which days, weeks and months begin.") { Default = [Definitions.Default.Timezone] },
            Map(
                "services", "The services, by name; where none is listed, each repository is one.",
                new("SERVICE", SettingsKind.Map, "One service, and what belongs to it.")
                {
                    Example = ["checkout"],
                    Below =
                    [
                        new("team", SettingsKind.Text, "The team that it belongs to.") { Example = ["payments"] },
                        new("area", SettingsKind.Text, "The area that it belongs to.") { Example = ["commerce"] },
                        new(
                            "repositories", SettingsKind.Texts,
                            "Its repositories, as their host names them.") { Example = ["acme/shop"] },
                        new(
                            "paths", SettingsKind.PathGlobs,
                            "In a monorepo: a commit is the service's when it touches one of them.")
                            {
                                Example = ["services/checkout/**"],
                            },
                        new(
                            "apps", SettingsKind.Globs,
                            "The names that deployment tools use for it.") { Example = ["checkout", "checkout-*"] },
                        Map("incidents", "Whose incidents are the service's, by source.",
                            new(
                                "SOURCE", SettingsKind.Groups,
                                "PagerDuty services or Jira projects by their ids; under alerts the labels of alerts, "
                                    + "whatever their source, such as { service: checkout }.")
                                    {
                                        Example = ["pagerduty", "PSVC1"],
                                    }),
                    ],
                }),
            Map(
                "environments",
                "The environments that are measured, by name; where none is listed: production, which matches "
                    + $"{string.Join(", ", EnvironmentDefinition.Production.Match)}.",
                new(
                    "ENVIRONMENT", SettingsKind.Map,
                    "One environment; what several globs match is production's, else the first's by name, and so are "
                        + "incidents, which name none.")
                {
                    Example = ["production"],
                    Below =
                    [
                        new(
                            "match", SettingsKind.Globs,
                            "The names that sources use, without regard to case; where it is left out, the environment's own.")
                        {
                            Example = [.. EnvironmentDefinition.Production.Match, "prod-*"],
                            NotEmpty = true,
                        },
                        Word(
                            "counts",
                            "How a version's deployments to several matching names count: as one when the last has it, as one "
                                + "when the first has it, or each.",
                            EnvironmentCounts.All),
                    ],
                }),
            new("definitions", SettingsKind.Map, "What counts.")
            {
                Below =
                [
                    new(
                        "preset", SettingsKind.Word,
                        "The named value that the rest changes: that of DORA, or what another tool calls by the same names; "
                            + "see docs/reference/presets.md.")
                            {
                                Words = [.. Presets.All.Select(preset => preset.Name)],
                                Default = [Definitions.Default.Preset],
                            },
                    new("deployments", SettingsKind.Map, "Which deployments count.")
                    {
                        Below =
                        [
                            Flag(
                                "count_failed_attempts", "Whether attempts that failed count.",
                                Definitions.Default.Deployments.CountFailedAttempts),
                            Flag(
                                "count_redeploys", "Whether deploying the live version again counts.",
                                Definitions.Default.Deployments.CountRedeploys),
                        ],
                    },
                    new("lead_time", SettingsKind.Map, "Lead time for changes.")
                    {
                        Below =
                        [
                            Word("unit", "What has a lead time.", Definitions.Default.LeadTime.Unit),
                            Word(
                                "start",
                                "When it starts: by the commit's times, with the first commit of its change, or when the "
                                    + "change was opened or merged.", Definitions.Default.LeadTime.Start),
                            Flag(
                                "exclude_bots", "Whether bots' commits are left out.", Definitions.Default.LeadTime.ExcludeBots),
                            Word(
                                "statistic", "What the lead times come to, where one number stands for all.",
                                Definitions.Default.LeadTime.Statistic),
                        ],
                    },
                    new("failure", SettingsKind.Map, "What makes a deployment a failure.")
                    {
                        Below =
                        [
                            new(
                                "signals", SettingsKind.Words,
                                "The signals that are switched on: linked incidents, what a later deployment takes back or "
                                    + "mends, the sender's own word, what verification measures, and roll-outs that were "
                                    + "aborted; the last two only where they are named.")
                            {
                                Words = [.. WordsOf<FailureSignal>().Where(word => word != WordOf(FailureSignal.Override))],
                                Default = [.. Definitions.Default.Failure.Signals.Select(signal => WordOf(signal))],
                            },
                            new(
                                "incident_window", SettingsKind.Span,
                                "How long before an incident a deployment can be its cause by nearness alone.")
                            {
                                Words = [Forever],
                                Default = [$"{Definitions.Default.Failure.IncidentWindow.TotalHours}h"],
                            },
                            new(
                                "incident_links", SettingsKind.Words,
                                "How an incident may be linked to a deployment: it names one, a shipped change names it as "
                                    + "what it fixes, or the window.")
                            {
                                Words = WordsOf<IncidentLink>(),
                                Default = [.. Definitions.Default.Failure.IncidentLinks.Select(link => WordOf(link))],
                            },
                            Word(
                                "rate",
                                "What the change failure rate is: failed deployments of all, or of those that are no "
                                    + "rollback; or incidents for each deployment.", Definitions.Default.Failure.Rate),
                            new(
                                "incident_labels", SettingsKind.Texts,
                                "The labels that make a tracker's issue an incident.")
                                {
                                    Default = Definitions.Default.Failure.IncidentLabels,
                                },
                            new("hotfix", SettingsKind.Map, "What makes a change a hotfix, without regard to case.")
                            {
                                Below =
                                [
                                    new(
                                        "labels", SettingsKind.Globs,
                                        "Its labels.") { Default = Definitions.Default.Failure.Hotfix.Labels },
                                    new(
                                        "branches", SettingsKind.PathGlobs,
                                        "Its branch.") { Default = Definitions.Default.Failure.Hotfix.Branches },
                                    new(
                                        "titles", SettingsKind.Globs,
                                        "Its title.") { Default = Definitions.Default.Failure.Hotfix.Titles },
                                ],
                            },
                        ],
                    },
                    new("recovery", SettingsKind.Map, "Recovery time.")
                    {
                        Below =
                        [
                            Word(
                                "of",
                                "What has a recovery time: a failed deployment, or each incident by itself, linked or not.",
                                Definitions.Default.Recovery.Of),
                            Word(
                                "start",
                                "When that of a failed deployment starts: with its earliest incident, or with the deployment "
                                    + "itself.", Definitions.Default.Recovery.Start),
                            Word(
                                "statistic", "What the recovery times come to, where one number stands for all.",
                                Definitions.Default.Recovery.Statistic),
                        ],
                    },
                ],
            },
            Map("sources", "The sources that may send deliveries, by name.", new("SOURCE", SettingsKind.Map, "One source.")
            {
                Example = ["github"],
                IsSecret = true,
                Below =
                [
                    new(
                        "secret", SettingsKind.Texts,
                        "The secret, as ${NAME} of the environment; a list while one replaces another.")
                    {
                        Example = ["${GITHUB_WEBHOOK_SECRET}"],
                        NotEmpty = true,
                        IsSecret = true,
                    },
                    new(
                        "secret_file", SettingsKind.Texts,
                        "A file in which the secret stands, or several, one a line; it is read for each delivery, so that it "
                            + "can be replaced at any time.")
                    {
                        Example = ["/run/secrets/github"],
                        NotEmpty = true,
                    },
                    new(
                        "token", SettingsKind.Texts,
                        "For leadline backfill: the token that its API is asked with, as ${NAME} of the environment; several "
                            + "share its limits between them.")
                    {
                        Example = ["${GITHUB_TOKEN}"],
                        NotEmpty = true,
                        IsSecret = true,
                    },
                    new(
                        "app", SettingsKind.Map,
                        "For GitHub, in place of a token: the GitHub App that its API is asked as. It has rights and limits "
                            + "of its own, and belongs to nobody.")
                    {
                        Below =
                        [
                            new(
                                "id", SettingsKind.Text,
                                "The App's id, or its client id.") { Example = ["123456"], IsNeeded = true },
                            new(
                                "key_file", SettingsKind.Text,
                                "The file of its private key, as GitHub gives it; it is read whenever a token is asked for, "
                                    + "so that it can be replaced at any time.")
                            {
                                Example = ["/run/secrets/leadline.private-key.pem"],
                            },
                            new(
                                "key", SettingsKind.Text,
                                "In place of key_file: the private key itself, as ${NAME} of the environment.")
                                {
                                    Example = ["${GITHUB_APP_KEY}"],
                                    IsSecret = true,
                                },
                            new(
                                "installation", SettingsKind.Text,
                                "The number of its installation; where it is left out, that of each repository's owner is "
                                    + "asked for.") { Example = ["7890123"] },
                        ],
                    },
                    new(
                        "repositories", SettingsKind.Texts,
                        "For leadline backfill: whose history is asked for; acme/* is all that the organization, or group, "
                            + "acme has.")
                    {
                        Example = ["acme/*"],
                        NotEmpty = true,
                    },
                    new(
                        "scopes", SettingsKind.Texts,
                        "The same where a source has no repositories: projects of Jira, jobs of Jenkins, services of "
                            + "PagerDuty; where none is named, all that there are.")
                    {
                        Example = ["SHOP"],
                        NotEmpty = true,
                    },
                    new(
                        "poll", SettingsKind.Span,
                        "How often leadline serve asks its API for what webhooks do not give, 1m at least.")
                    {
                        Words = [SettingsKey.Off],
                        Default = [SettingsKey.Off],
                        Example = ["15m"],
                    },
                    new(
                        "reconcile", SettingsKind.Span,
                        "For so long a time back leadline serve asks again each night, and says what webhooks missed; only "
                            + "where it polls.")
                    {
                        Words = [SettingsKey.Off],
                        Default = ["3d"],
                        Example = ["7d"],
                    },
                    new(
                        "api", SettingsKind.Api,
                        "For leadline backfill: the address of its API, where that is not the maker's own.")
                        {
                            Example = ["https://github.example.com/api/v3/"],
                        },
                ],
            }) with { IsSecret = true },
            Map(
                "mappings",
                "Sources of your own, by the name in the address of their deliveries, with what their bodies mean; see "
                    + "docs/reference/mapping.md.",
                new("NAME", SettingsKind.Map, "One source; its ids begin with its name.")
                {
                    Example = ["shipit"],
                    Below =
                    [
                        new(
                            "auth", SettingsKind.Proof,
                            "How a delivery proves that its sender knows the secret of sources.NAME.")
                        {
                            Default = ["bearer"],
                            Example = ["hmac-sha256 X-Shipit-Signature sha256="],
                        },
                        new(
                            "personal", SettingsKind.Texts,
                            "Names of fields that hold people, beside those that do everywhere; their texts are hashed before "
                                + "they are stored.")
                        {
                            Example = ["operator"],
                        },
                        new(
                            "rules", SettingsKind.Rules,
                            "How our own JSON is made of a body; without a rule, deliveries are stored and wait for some.")
                        {
                            Example = ["[{ type: annotation, id: $.id, at: $.at, text: \"release {$.name}\" }]"],
                        },
                    ],
                }),
            new("deliveries", SettingsKind.Map, "The log of what sources sent.")
            {
                Below =
                [
                    new(
                        "keep", SettingsKind.Span,
                        "After how long bodies go; facts stay.") { Words = [Forever], Default = [Forever] },
                ],
            },
            new(
                "digest", SettingsKind.Map,
                "What leadline digest tells, sent every week by leadline serve; once, however many servers share the store.")
            {
                Below =
                [
                    new("at", SettingsKind.WeekTime, "When, in the reporting time zone.") { Example = ["Mon 09:00"] },
                    new(
                        "to", SettingsKind.Text,
                        "The address of the webhook, as ${NAME} of the environment.")
                        {
                            Example = ["${DIGEST_WEBHOOK_URL}"],
                            IsSecret = true,
                        },
                    new(
                        "url", SettingsKind.Text,
                        "The server's address as people reach it, for links.") { Example = ["https://leadline.example.com"] },
                    Word(
                        "format",
                        "How it is written: for Slack and what takes the same, in Markdown, or as the numbers in JSON.",
                        DigestFormat.Slack),
                    new("service", SettingsKind.Text, "Only this service.") { Example = ["checkout"] },
                    new("team", SettingsKind.Text, "Only the services of this team.") { Example = ["payments"] },
                ],
            },
            new(
                "verification", SettingsKind.Map,
                "What is measured of a service after each deployment to production and held against before; see "
                    + "docs/reference/verification.md.")
            {
                Below =
                [
                    Map(
                        "sources", "Where it is measured, by names of your own.",
                        new("NAME", SettingsKind.Map, "One server that answers queries.")
                        {
                            Example = ["metrics"],
                            IsSecret = true,
                            Below =
                            [
                                Word("kind", "What it is, or what it answers like.", MeasureKind.Prometheus),
                                new(
                                    "api", SettingsKind.Server,
                                    "Its address, to which /api/v1/query_range, /loki/api/v1/query_range or "
                                        + "/api/metrics/query_range is added; with a token over https only.")
                                        {
                                            Example = ["https://prometheus.example.com/"],
                                        },
                                new(
                                    "token", SettingsKind.Text,
                                    "The bearer token that it is asked with, as ${NAME} of the environment.")
                                    {
                                        Example = ["${PROMETHEUS_TOKEN}"],
                                        IsSecret = true,
                                    },
                                new("tenant", SettingsKind.Text, "The tenant, sent as X-Scope-OrgID.") { Example = ["acme"] },
                            ],
                        }) with { IsSecret = true },
                    Map(
                        "services", "What is asked, by service; a glob such as \"*\" stands for several.",
                        new("SERVICE", SettingsKind.NamedMap, "The checks of a service, by names of your own.")
                        {
                            Example = ["checkout"],
                            Below =
                            [
                                new("CHECK", SettingsKind.Map, "One check: a query, and what is worse.")
                                {
                                    Example = ["errors"],
                                    Below =
                                    [
                                        new(
                                            "source", SettingsKind.Text,
                                            "The name of one of verification.sources; where it is left out, the only one "
                                                + "there is.") { Example = ["metrics"] },
                                        new(
                                            "query", SettingsKind.Text,
                                            "A query that gives one series; {service}, {environment}, {version} and "
                                                + "{deployment} in it are replaced.")
                                        {
                                            Example =
                                            [
                                                "sum(rate(http_requests_total{service=\"{service}\",code=~\"5..\"}[2m])) / "
                                                    + "sum(rate(http_requests_total{service=\"{service}\"}[2m]))",
                                            ],
                                        },
                                        Word("measures", "What it measures, for people.", MeasureOf.ErrorRate),
                                        Word("worse", "Which way is the bad one.", WorseWhen.Higher),
                                        new(
                                            "tolerance", SettingsKind.Number,
                                            "By how much of the median before it may move and still be unchanged: 0.1 is a "
                                                + "tenth.") { Default = ["0.1"] },
                                        new(
                                            "least", SettingsKind.Number,
                                            "By how much in its own unit, where that is more; so that next to nothing is not "
                                                + "twice nothing.") { Default = ["0"], Example = ["0.01"] },
                                        new(
                                            "after", SettingsKind.Span,
                                            "How long after the deployment is looked at; up to the next one.")
                                            {
                                                Default = ["30m"],
                                            },
                                        new(
                                            "before", SettingsKind.Span,
                                            "How long before it; back to the one before.") { Default = ["30m"] },
                                    ],
                                },
                            ],
                        }),
                ],
            },
            Map(
                "experiments",
                "Changes in practice, by name, each with what it is to bring; leadline serve registers those that are new, "
                    + "and what is registered stays as it is.",
                new("EXPERIMENT", SettingsKind.Map, "One experiment; its name is of small letters, digits and hyphens.")
                {
                    Example = ["trunk-based"],
                    Below =
                    [
                        new(
                            "hypothesis", SettingsKind.Text,
                            "What is done differently, and what it is to bring, in a sentence.")
                            {
                                Example = ["Without long-lived branches changes wait less for review."],
                                IsNeeded = true,
                            },
                        new(
                            "services", SettingsKind.Texts,
                            "Where it is done; all services, or those of the team and area, where it is left out.")
                            {
                                Example = ["checkout"],
                            },
                        new("team", SettingsKind.Text, "Only the services of this team.") { Example = ["payments"] },
                        new("area", SettingsKind.Text, "Only the services of this area.") { Example = ["commerce"] },
                        new(
                            "environment", SettingsKind.Text,
                            "The environment; production where it is left out.") { Example = ["production"] },
                        new(
                            "metric", SettingsKind.Word,
                            "What it is to move.") { Words = [.. MetricRules.Names], Example = ["lead_time"], IsNeeded = true },
                        new(
                            "direction", SettingsKind.Word,
                            "Where to; for the better where it is left out.") { Words = ["up", "down"], Example = ["down"] },
                        new(
                            "worth", SettingsKind.Percent,
                            "The smallest effect worth having: of the level before, or for the two rates so many points.")
                            {
                                Example = ["20%"],
                                IsNeeded = true,
                            },
                        new(
                            "start", SettingsKind.Moment,
                            "The day or instant from which on it is done.") { Example = ["2026-02-02"], IsNeeded = true },
                        new(
                            "end", SettingsKind.Moment,
                            "The day or instant after which nothing is looked at; twelve whole weeks where it is left out.")
                            {
                                Example = ["2026-05-04"],
                            },
                        new(
                            "guardrails", SettingsKind.Shares,
                            "Metrics that must not get worse, each alone or with how much worse is tolerated; 10% of the "
                                + "level before or 5 points where it is left out.")
                                {
                                    Words = [.. MetricRules.Names],
                                    Example = ["change_failure_rate=5%"],
                                },
                        new(
                            "comparison", SettingsKind.Texts,
                            "Services where it is not done, whose change is taken off.") { Example = ["search"] },
                        new(
                            "false_alarms", SettingsKind.Percent,
                            "How often what has no effect may be said to have one, at any of all looks; 5% where it is left "
                                + "out.") { Example = ["5%"] },
                    ],
                }),
            new(
                "levels", SettingsKind.Word,
                "The edition of the benchmarks that calls a number elite, high, medium or low; it changes no number.")
            {
                Words = [.. KnownEditions.All.Select(edition => edition.Id)],
                Default = [KnownEditions.Default],
            },
            Word(
                "badges", "Who may see badges: whoever bears a token that may read, or everybody who reaches the server.",
                BadgeReaders.Read),
        ],
    };

    /// <summary>The word for a span without an end.</summary>
    public const string Forever = "forever";

    static SettingsKey Map(string name, string says, SettingsKey each) =>
        new(name, SettingsKind.NamedMap, says) { Below = [each] };

    static SettingsKey Flag(string name, string says, bool otherwise) =>
        new(name, SettingsKind.Flag, says) { Default = [otherwise ? "true" : "false"] };

    static SettingsKey Word<T>(string name, string says, T otherwise) where T : struct, Enum =>
        new(name, SettingsKind.Word, says) { Words = WordsOf<T>(), Default = [WordOf(otherwise)] };

    static ImmutableArray<string> WordsOf<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => WordOf(value))];

    /// <summary>As the file writes it: <c>first_commit</c>.</summary>
    public static string WordOf<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
