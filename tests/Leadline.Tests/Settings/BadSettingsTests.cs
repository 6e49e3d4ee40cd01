using System.Text;
using Leadline.Cli;
using Spectre.Console;
using Xunit;

namespace Leadline.Tests.Settings;

/// <summary>What is wrong with a file is said at once, each with line, column and key; the exit code is 2.</summary>
public sealed class BadSettingsTests
{
    /// <summary>A file and what is said of it, a sentence a line; of each the beginning.</summary>
    static readonly Dictionary<string, (byte[] File, string Sentences)> Cases = new()
    {
        ["an empty file"] = Of("", "1:1 the file is empty"),
        ["a file of white space"] = Of(" \n\n", "1:1 the file is empty"),
        ["a file of 10 MB"] = Of(new string('#', 10_000_000), "1:1 the file is larger than 1 MiB"),
        ["Latin-1"] = (Encoding.Latin1.GetBytes("services:\n  shop:\n    team: Käse\n    area: Öl\n    repos: [a/b]\n"), """
            3:12 team: this is not UTF-8
            4:11 area: this is not UTF-8
            5:5 services.shop.repos: this key is not known; there are team, area, repositories, paths, apps, incidents
            """),
        ["UTF-16"] = ([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("timezone: UTC\n")], "1:1 this is not UTF-8"),
        ["tabs"] = Of("timezone: Nowhere\ndefinitions:\n\tlead_time:\n\t\tunit: commit\n", """
            1:11 timezone: 'Nowhere' is no time zone
            3:1 lead_time: the line is indented with a tab: write spaces
            4:1 unit: the line is indented with a tab: write spaces
            """),
        ["a list that is not closed"] = Of(
            "services:\n  shop:\n    apps: [a, b\n    team: x\n",
            "3:13 services.shop.apps: this is not YAML: a [ or { is not closed"),
        ["an unquoted variable in braces"] = Of(
            "sources: { github: { secret: ${X} } }\n",
            "1:31 sources.github.secret: this is not YAML: While parsing a flow mapping, did not find expected ',' or '}'; "
                + "inside of { } and [ ] write \"${NAME}\" in quotes"),
        ["two values in a line"] = Of("timezon: UTC\ndefinitions:\n  preset: dora: x\n", """
            1:1 timezon: this key is not known; did you mean "timezone"?
            3:15 definitions.preset: this is not YAML: 
            """),
        ["keys nested without an end"] = Of(
            new string('[', 900_000), "1:1 write keys with values here, not a list\n1:17 this is nested too deeply"),
        ["two documents"] = Of("timezone: UTC\n---\ntimezone: UTC\n", "2:1 a second document begins here"),
        ["a name of nothing"] = Of(
            "environments: { production: { match: *live } }\n",
            "1:38 environments.production.match: nothing before it is named &live; a text that begins with * is written in "
                + "quotes"),
        ["a text alone"] = Of("hello\n", "1:1 write keys with values here, not 'hello'"),
        ["a list alone"] = Of("- timezone: UTC\n", "1:1 write keys with values here, not a list"),
        ["unknown keys"] = Of(
            "definition: {}\nservices: { shop: { reposotories: [a/b] } }\ndefinitions: { lead_time: { begin: merged } }\n", """
                1:1 definition: this key is not known; did you mean "definitions"?
                2:21 services.shop.reposotories: this key is not known; did you mean "repositories"?
                3:29 definitions.lead_time.begin: this key is not known; there are unit, start, exclude_bots
                """),
        ["duplicate keys"] = Of("timezone: UTC\nservices:\n  shop: { team: a, team: b }\n  shop: {}\ntimezone: UTC\n", """
            3:20 services.shop.team: this key is written twice, first in line 3
            4:3 services.shop: this key is written twice, first in line 3
            5:1 timezone: this key is written twice, first in line 1
            """),
        ["names that differ in case"] = Of(
            "services:\n  shop: {}\n  Shop: {}\n", "3:3 services.Shop: this name differs only in case from the one in line 2"),
        ["an empty name"] = Of("services: { \"\": { team: a } }\n", "1:13 services: a name is empty"),
        ["a key of several words"] = Of("? [a, b]\n: c\n", "1:3 a key must be one word"),
        ["a list where a map is due"] = Of(
            "services: [shop]\ndefinitions:\n  - lead_time\nenvironments: { production: [prod] }\n", """
                1:11 services: write names with values here, not a list
                3:3 definitions: write keys with values here, not a list
                4:29 environments.production: write keys with values here, not a list
                """),
        ["a text where a map is due"] = Of("definitions: dora\n", "1:14 definitions: write keys with values here, not 'dora'"),
        ["a map where values are due"] = Of(
            "timezone: { a: b }\nservices: { shop: { apps: { a: b }, repositories: [[a/b], { c: d }] } }\n", """
                1:11 timezone: write an IANA name such as Europe/Berlin here, not keys
                2:27 services.shop.apps: write a list of globs here, not keys
                2:52 services.shop.repositories: write one text here, not a list
                2:59 services.shop.repositories: write one text here, not keys
                """),
        ["nothing where a value is due"] = Of(
            "timezone:\nservices: { shop: { team: ~, area: \"\", repositories: [a/b, ] } }\ndefinitions: { lead_time: { unit: "
                + "null } }\n", """
                1:10 timezone: nothing is written here: write an IANA name
                2:27 services.shop.team: nothing is written here
                2:36 services.shop.area: nothing is written here
                3:35 definitions.lead_time.unit: nothing is written here: write one of commit, change, deployment, or leave the key out
                """),
        ["a bad time zone"] = Of(
            "timezone: Europe/Berln\n",
            "1:11 timezone: 'Europe/Berln' is no time zone: write an IANA name such as Europe/Berlin; did you mean "
                + "\"Europe/Berlin\"?"),
        ["bad words"] = Of(
            "definitions:\n  preset: dorra\n  lead_time: { start: autored }\n  failure:\n    signals:\n      - "
                + "incident\n      - revrt\n", """
                2:11 definitions.preset: 'dorra' is none of dora, devlake, gitlab, datadog, middleware, pelorus, fourkeys; did you mean "dora"?
                3:23 definitions.lead_time.start: 'autored' is none of authored, committed, first_commit, opened, merged; did you mean "authored"?
                7:9 definitions.failure.signals: 'revrt' is none of incident, rollback, revert, hotfix, declared, degradation, abort; did you mean "revert"?
                """),
        ["bad flags and spans"] = Of(
            "definitions:\n  deployments: { count_redeploys: maybe }\n  failure: { incident_window: NaNh }\ndeliveries: { "
                + "keep: 1e9d }\n", """
                2:35 definitions.deployments.count_redeploys: 'maybe' is neither true nor false
                3:31 definitions.failure.incident_window: 'NaNh' is no span: write forever, a span such as 30m, 24h or 7d
                4:21 deliveries.keep: '1e9d' is no span: write forever, a span such as 30m, 24h or 7d
                """),
        ["globs that can match nothing"] = Of(
            "services:\n  shop:\n    paths: [/src/**, src/, ./src/**, a//b, 'src\\**', 'src/{a,b']\n    apps: [\"\", 'shop ', "
                + "'{a']\nenvironments: { production: { match: [] } }\n", """
                3:13 services.shop.paths: '/src/**' can match nothing: nothing begins with a slash; write 'src/**'
                3:22 services.shop.paths: 'src/' can match nothing: nothing ends with a slash; write 'src/**' for all that is below
                3:28 services.shop.paths: './src/**' can match nothing: a part of it is empty, '.' or '..'
                3:38 services.shop.paths: 'a//b' can match nothing: a part of it is empty, '.' or '..'
                3:44 services.shop.paths: 'src\**' can match nothing: write / between folders
                3:54 services.shop.paths: 'src/{a,b' opens a brace and does not close it
                4:12 services.shop.apps: nothing is written here
                4:16 services.shop.apps: 'shop ' can match nothing: it begins or ends with a space
                4:25 services.shop.apps: '{a' opens a brace and does not close it
                5:38 environments.production.match: the list is empty: write a list of globs, or leave the key out
                """),
        ["two services that claim one app"] = Of(
            "services:\n  shop: { apps: [shop, till] }\n  till: { apps: ['t*'] }\n  desk: { apps: [Shop, desk] }\n  door: { "
                + "apps: ['t*', 'de*'] }\n", """
                3:18 services.till.apps: 't*' is claimed by services.shop as well, by 'till' in line 2: one of them must go
                4:18 services.desk.apps: 'Shop' is claimed by services.shop as well, by 'shop' in line 2: one of them must go
                5:18 services.door.apps: 't*' is claimed by services.till as well, by 't*' in line 3: one of them must go
                5:24 services.door.apps: 'de*' is claimed by services.desk as well, by 'desk' in line 4: one of them must go
                """),
        ["two services that claim one group of incidents"] = Of(
            "services:\n  shop: { incidents: { pagerduty: [P1], jira: [P2] } }\n  till: { incidents: { pagerduty: [P2, p1] } "
                + "}\n",
            "3:40 services.till.incidents.pagerduty: 'p1' is claimed by services.shop as well, by 'P1' in line 2"),
        ["two environments that claim one name"] = Of(
            "environments:\n  production: { match: [live, 'prod-*'] }\n  Live: {}\n  canary: { match: prod-canary }\n  'x*': "
                + "{}\n", """
                3:3 environments.Live: 'Live' is claimed by environments.production as well, by 'live' in line 2
                4:20 environments.canary.match: 'prod-canary' is claimed by environments.production as well, by 'prod-*' in line 2
                5:3 environments.x*: the name is a glob: name the environment, and write the glob as its match
                """),
        ["empty secrets"] = Of("sources:\n  github: { secret: \"\" }\n", "2:21 sources.github.secret: nothing is written here"),
        ["no secret in the list"] = Of("sources:\n  github: { secret: [] }\n", "2:21 sources.github.secret: the list is empty"),
        ["secrets of variables that are not set"] = Of(
            "sources:\n  github:\n    secret: ${LEADLINE_TESTS_UNSET}\n  leadline: { secret: [a, "
                + "\"x${LEADLINE_TESTS_UNSET_TOO}\"] }\n", """
                3:13 sources.github.secret: the environment variable LEADLINE_TESTS_UNSET is not set, or is empty
                4:27 sources.leadline.secret: the environment variable LEADLINE_TESTS_UNSET_TOO is not set, or is empty
                """),
        ["Apps that cannot be"] = Of("""
            sources:
              github:
                token: a
                app: { id: "a b", installation: shop, key: "${LEADLINE_TESTS_UNSET}", key_file: /leadline/none.pem }
              gitlab: { app: { id: 1 } }
              jira: { app: {} }
            """, """
            4:5 sources.github.app: sources.github.token is set as well: one of them must go
            4:5 sources.github.app: write either key_file, the file of the App's private key, or key
            4:12 sources.github.app.id: 'a b' is no id of an App: write its number, or its client id
            4:23 sources.github.app.installation: 'shop' is no installation: write the number at the end of the address
            5:13 sources.gitlab.app: gitlab has no Apps: write a token
            6:11 sources.jira.app: jira has no Apps: write a token
            """),
        ["an App without an id"] = Of(
            "sources: { github: { app: { key: x, key_file: y } } }\n",
            "1:22 sources.github.app: it has no id\n1:22 sources.github.app: write either key_file"),
        ["an App whose key is not there"] = Of(
            "sources: { github: { app: { id: 1, key_file: none.pem } } }\n",
            "1:36 sources.github.app.key_file: there is no file "),
        ["an App whose key is none"] = Of(
            "sources: { github: { app: { id: 1, key: \"-----BEGIN RSA PRIVATE KEY-----\\nabc\" } } }\n",
            "1:36 sources.github.app.key: the key is no private key of RSA, or not all of one"),
        ["APIs that cannot be asked"] = Of(
            "sources:\n  github: { token: \"${LEADLINE_TESTS_UNSET}\", api: \"http://github.acme.example/api\" }\n  gitlab: { "
                + "repositories: [], api: \"gitlab.acme.example\" }\n  datadog: { token: a }\n  git: { api: "
                + "\"https://ada:secret@acme.example/\" }\n", """
                2:20 sources.github.token: the environment variable LEADLINE_TESTS_UNSET is not set, or is empty
                2:52 sources.github.api: 'http://github.acme.example/api' would have the token sent for everybody to read: write https
                3:27 sources.gitlab.repositories: the list is empty
                3:36 sources.gitlab.api: 'gitlab.acme.example' is no address of an API
                4:14 sources.datadog.token: the API of datadog is not asked: this is for argocd, azuredevops, bitbucket, circleci, github, gitlab, incident-io, jenkins, jira, opsgenie, pagerduty, alertmanager, statuspage, git
                5:15 sources.git.api: it is no address of an API
                """),
        ["APIs that are asked too often"] = Of(
            "sources:\n  github: { poll: 5s, scopes: [acme/shop] }\n  datadog: { poll: 1h }\n  pagerduty: { poll: often, "
                + "reconcile: soon }\n", """
                2:13 sources.github.poll: '5s' is too often: no API bears more than 1m
                3:14 sources.datadog.poll: the API of datadog is not asked
                4:22 sources.pagerduty.poll: 'often' is no span: write off, a span such as 30m, 24h or 7d
                4:40 sources.pagerduty.reconcile: 'soon' is no span: write off, a span such as 30m, 24h or 7d
                """),
        ["APIs of which it is not said what is asked, or where"] = Of(
            "sources:\n  pagerduty: { poll: 1h }\n  jira: { poll: 1h }\n  github: { token: a, poll: 1h }\n  git: { poll: 1h "
                + "}\n  jenkins: { poll: off }\n  gitlab:\n    scopes: []\n    poll: 15m\n", """
                3:11 sources.jira.poll: where is jira? write the address of its API as sources.jira.api
                4:23 sources.github.poll: whose history of github? name repositories as sources.github.scopes
                5:10 sources.git.poll: whose history of git? name repositories as sources.git.scopes
                8:13 sources.gitlab.scopes: the list is empty
                """),
        ["mappings with names that cannot be"] = Of(
            "mappings:\n  github: {}\n  Ship It: {}\n  shipit: { rule: [] }\nsources:\n  shipit: { secret: a }\n  shippit: { "
                + "secret: a }\n", """
                2:3 mappings.github: github is a source that is read without a mapping: choose another name
                3:3 mappings.Ship It: 'Ship It' cannot stand in an address: begin with a letter, go on with small letters, digits and -
                4:13 mappings.shipit.rule: this key is not known; did you mean "rules"?
                7:3 sources.shippit: there is no such source; did you mean "shipit"?
                """),
        ["a mapping that proves nothing"] = Of("mappings: { shipit: { auth: hmac-sha1 X-Signature } }\n",
            "1:29 mappings.shipit.auth: 'hmac-sha1 X-Signature' is no proof: write bearer, basic, header NAME, hmac-sha256 "
                + "HEADER PREFIX or"),
        ["rules that are wrong in every way"] = Of("""
            mappings:
              shipit:
                auth: header X-Token
                rules:
                  - when: { $.a-b: x, event: y, header X-Token: z, $.c: [] }
                    each: items
                    type: deployment
                    id: "{$.a"
                    environmnt: production
                    environment: { of: $.target, match: "^(a)(b)", words: [a] }
                    status: { of: $.state }
                    sha: { of: $.sha, match: "(?=a)(b)" }
                    url: { of: $.url, match: "(" }
                    version: []
                    failed: { literal: [a] }
                  - type: deploiment
                    id: $.id
                  - type: incident
                    id:
                    title: header X Y
                  - annotation
            """, """
            5:17 mappings.shipit.rules[1].when.$.a-b: '$.a-b' is no path: nothing can begin with '-' here; write a name with other characters than letters, digits and _ as ['a-b'] (at character 4)
            5:27 mappings.shipit.rules[1].when.event: 'event' looks at nothing: write a path such as $.event, or header X-Event
            5:37 mappings.shipit.rules[1].when.header X-Token: the header X-Token proves who sends and is not kept: read another
            5:61 mappings.shipit.rules[1].when.$.c: the list is empty
            6:15 mappings.shipit.rules[1].each: write a path from $ to the items here, such as $.items[*], not 'items'
            8:13 mappings.shipit.rules[1].id: '{$.a' is no template: after $.a a } is missing
            9:9 mappings.shipit.rules[1].environmnt: this key is not known for a deployment; did you mean "environment"?
            10:45 mappings.shipit.rules[1].environment.match: '^(a)(b)' must have one group ( ), which is the value; write others as (?: )
            10:63 mappings.shipit.rules[1].environment.words: write the source's words with ours here, as in { done: succeeded }, not a list
            11:17 mappings.shipit.rules[1].status: write 'of' with 'match' or 'words' or both, or 'literal' alone
            12:34 mappings.shipit.rules[1].sha.match: '(?=a)(b)' looks ahead, behind or back, or is too large: write it without
            13:34 mappings.shipit.rules[1].url.match: '(' is no regular expression: 
            14:18 mappings.shipit.rules[1].version: the list is empty
            15:28 mappings.shipit.rules[1].failed.literal: write one text here, not a list
            16:15 mappings.shipit.rules[2].type: 'deploiment' is none of commit, change, build, deployment, step, incident, flag, annotation; did you mean "deployment"?
            18:9 mappings.shipit.rules[3]: the type incident needs started_at
            19:12 mappings.shipit.rules[3].id: nothing is written here: write a path such as $.a
            20:16 mappings.shipit.rules[3].title: 'header X Y' names no header: write header X-Event
            21:9 mappings.shipit.rules[4]: write a rule of keys with values here, not 'annotation'
            """),
        ["rules that would read people"] = Of("""
            mappings:
              shipit:
                personal: [who]
                rules:
                  - type: commit
                    repository: $.user.repository
                    sha: $['who'][0]
                    branch: "{$.a[?@.sender == 'x']}"
                    author: $.sender.name
                    message: header Cookie
                    paths: [$.a, $.people.name]
                  - { type: commit, repository: a/b, sha: $.sha, author: [$.people.name, ada] }
                  - { type: commit, repository: a/b, sha: $.sha, author: ada }
                  - { type: commit, repository: $.hand, sha: $.sha, author: $.hand }
            """, """
            6:21 mappings.shipit.rules[1].repository: $.user.repository goes through 'user', which holds people: its texts are hashed before they are read, and can be an author alone
            7:14 mappings.shipit.rules[1].sha: $['who'][0] goes through 'who'
            8:17 mappings.shipit.rules[1].branch: $.a[?@.sender == 'x'] goes through 'sender'
            10:18 mappings.shipit.rules[1].message: the header Cookie proves who sends and is not kept
            11:16 mappings.shipit.rules[1].paths: $.people.name goes through 'name'
            12:62 mappings.shipit.rules[2].author: an author is read by paths that name a field, so that it is hashed before it is stored: write $.author
            13:62 mappings.shipit.rules[3].author: an author is read by paths that name a field
            14:37 mappings.shipit.rules[4].repository: $.hand goes through 'hand'
            """),
        ["an unknown source"] = Of(
            "sources: { gitub: { secret: a } }\n", "1:12 sources.gitub: there is no such source; did you mean \"github\"?"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_mistake_is_a_sentence_with_its_place(string name)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "leadline.yaml");
        await File.WriteAllBytesAsync(file, Cases[name].File);

        var (code, said) = await DefinitionsAsync(file);

        Assert.Equal(2, code);
        var expected = Cases[name].Sentences.Split('\n');
        Assert.True(expected.Length == said.Length, string.Join('\n', said));
        Assert.All(expected.Zip(said), pair => Assert.StartsWith("leadline.yaml:" + pair.First, pair.Second));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal((2, $"{folder.Path} is a folder: name the file in it"), await OneSentenceAsync(folder.Path));
        Assert.Equal((2, "there is no file 'missing.yaml' to read the settings from"), await OneSentenceAsync("missing.yaml"));
        Assert.Equal((2, "there is no file '' to read the settings from"), await OneSentenceAsync(""));
    }

    static async Task<(int Code, string Sentence)> OneSentenceAsync(string file)
    {
        var (code, said) = await DefinitionsAsync(file);
        return (code, Assert.Single(said));
    }

    static async Task<(int Code, string[] Said)> DefinitionsAsync(string file)
    {
        var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        console.Profile.Width = 10_000;
        var terminal = new Terminal(console, console, TextWriter.Null);
        var code = await CommandLine.RunAsync(
            App.Commands(TimeProvider.System, terminal), ["definitions", "--config", file], terminal);
        var said = error.ToString().TrimEnd();
        Assert.StartsWith("leadline: ", said);
        return (code, said["leadline: ".Length..].Split('\n'));
    }

    static (byte[], string) Of(string file, string sentences) => (Encoding.UTF8.GetBytes(file), sentences);
}
