namespace Leadline.Settings;

/// <summary>What a key holds.</summary>
enum SettingsKind
{
    /// <summary>Other keys.</summary>
    Map,

    /// <summary>Keys of the writer's own choice, each with the same keys below.</summary>
    NamedMap,

    Text,
    Flag,
    Span,

    /// <summary>One word of <see cref="SettingsKey.Words"/>.</summary>
    Word,

    /// <summary>A list of texts; one text stands for a list of one.</summary>
    Texts,

    /// <summary>A list of <see cref="SettingsKey.Words"/>.</summary>
    WordList,
}

/// <summary>One key of <c>leadline.yaml</c>: from this table come the reader, the JSON Schema and the reference.</summary>
sealed record SettingsKey(string Name, SettingsKind Kind, string Says, SettingsKey[]? Below = null, string[]? Words = null)
{
    public static readonly SettingsKey Root = new("", SettingsKind.Map, "Leadline's settings.",
    [
        new("timezone", SettingsKind.Text, "The IANA zone in which days, weeks and months begin (default UTC)."),
        new("services", SettingsKind.NamedMap, "The services, by name. Where none are listed, each repository is one.",
        [
            new("team", SettingsKind.Text, "The team that it belongs to."),
            new("area", SettingsKind.Text, "The area that it belongs to."),
            new("repositories", SettingsKind.Texts, "Its repositories, as their host names them: acme/shop."),
            new("paths", SettingsKind.Texts, "In a monorepo: globs; a commit is the service's when it touches one."),
            new("apps", SettingsKind.Texts, "Names that deployment tools use for it; globs."),
            new("incidents", SettingsKind.NamedMap, "Per source, whose incidents are the service's: PagerDuty services, Jira projects, alert labels.") { ValuesAreTexts = true },
        ]),
        new("environments", SettingsKind.NamedMap, "The environments that are measured, by name.",
        [
            new("match", SettingsKind.Texts, "Globs over the names that sources use, without regard to case."),
            new("counts", SettingsKind.Word, "How several matching environments count (default all).", Words: ["all", "first", "each"]),
        ]),
        new("definitions", SettingsKind.Map, "What counts.",
        [
            new("preset", SettingsKind.Word, "The named value that the rest changes (default dora).", Words: ["dora"]),
            new("deployments", SettingsKind.Map, "Which deployments count.",
            [
                new("count_failed_attempts", SettingsKind.Flag, "Whether attempts that failed count (default false)."),
                new("count_redeploys", SettingsKind.Flag, "Whether deploying the live version again counts (default false)."),
            ]),
            new("lead_time", SettingsKind.Map, "Lead time for changes.",
            [
                new("unit", SettingsKind.Word, "What has a lead time (default commit).", Words: ["commit", "change"]),
                new("start", SettingsKind.Word, "Where it starts (default authored).", Words: ["authored", "committed", "first_commit", "opened", "merged"]),
                new("exclude_bots", SettingsKind.Flag, "Whether bots' commits are left out (default false)."),
            ]),
            new("failure", SettingsKind.Map, "What makes a deployment a failure.",
            [
                new("signals", SettingsKind.WordList, "The signals that are switched on (default all).", Words: ["incident", "rollback", "revert", "hotfix", "declared"]),
                new("incident_window", SettingsKind.Span, "How long before an incident a deployment can be its cause by nearness alone (default 24h)."),
                new("incident_labels", SettingsKind.Texts, "Labels that make a tracker's issue an incident (default incident)."),
                new("hotfix", SettingsKind.Map, "What makes a change a hotfix; globs.",
                [
                    new("labels", SettingsKind.Texts, "Its labels."),
                    new("branches", SettingsKind.Texts, "Its branch."),
                    new("titles", SettingsKind.Texts, "Its title."),
                ]),
            ]),
        ]),
        new("sources", SettingsKind.NamedMap, "The sources that may send deliveries, by name.",
        [
            new("secret", SettingsKind.Texts, "The secret, as ${NAME} of the environment; a list while one replaces another."),
        ]),
        new("deliveries", SettingsKind.Map, "The delivery log.",
        [
            new("keep", SettingsKind.Text, "forever (default), or the span after which bodies go and facts stay: 400d."),
        ]),
    ]);

    /// <summary>A named map whose values are texts themselves.</summary>
    public bool ValuesAreTexts { get; init; }
}
