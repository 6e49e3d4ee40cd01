using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Settings;
using Leadline.Sources.Leadline;
using Leadline.Web;
using Xunit;
using EmptyStore = Leadline.Web.Parts.EmptyStore;

namespace Leadline.Tests.Web;

public sealed class ViewsTest
{
    static readonly RepositoryName Shop = new("acme/shop");

    [Theory]
    [InlineData(20, "<select name=\"service\">")]
    [InlineData(21, "<input name=\"service\" list=\"services\" value=\"s07\" placeholder=\"All services\"")]
    public async Task Where_services_are_many_the_filter_completes_what_is_typed(int services, string filter)
    {
        var all = Enumerable.Range(1, services).Select(i => (Fact)new DeploymentFact
        {
            Id = $"q/{i}",
            Service = $"s{i:00}",
            Repository = Shop,
            Environment = "production",
            Version = "v1",
            Sha = Sha(1),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = At("2026-03-01T00:00:00Z"),
            AsOf = At("2026-03-01T00:00:00Z"),
        });
        await using var server = await WebServer.StartAsync("{}", [.. all]);
        var page = await PageAsync(server, "/?service=s07");
        Assert.Contains(filter, page);
        Assert.Equal(services, Regex.Count(page, "<option value=\"s[0-9]{2}\""));
    }

    [Fact]
    public async Task What_is_open_comes_first_whenever_it_began()
    {
        await using var server = await WebServer.StartAsync(
            "{}",
            [
                .. Deployments, Incident("old", "2025-06-01T00:00:00Z", null),
                Incident("new", "2026-03-02T11:00:00Z", "2026-03-02T11:45:00Z"),
            ]);
        var page = await PageAsync(server, "/incidents");
        Assert.True(
            page.IndexOf("Incident old", StringComparison.Ordinal) < page.IndexOf("Incident new", StringComparison.Ordinal));
        Assert.Contains("open for 304 days", page);
        Assert.Contains("No counted deployment of checkout came before it.", page);
    }

    [Fact]
    public async Task An_incident_says_what_links_it_and_how_long_it_took()
    {
        await using var server = await WebServer.StartAsync(
            "{}",
            [
                .. Deployments,
                Incident(
                    "new", "2026-03-02T11:00:00Z", "2026-03-02T11:45:00Z") with { AcknowledgedAt = At("2026-03-02T11:05:00Z") },
            ]);
        var page = await PageAsync(server, "/incidents?kind=linked");
        Assert.Contains("the last within 1 day before it", page);
        Assert.Equal(["1 h", "5 min", "45 min"], Numbers(page)[..3]);
        Assert.Contains("<dd>1 of 1</dd>", page);
        Assert.DoesNotContain("Incident new", await PageAsync(server, "/incidents?kind=unlinked"));
    }

    [Theory]
    [InlineData(null, "checkout was last deployed 5 days earlier, outside the window of 1 day.")]
    [InlineData("v99", "It names v99, which is not in the ledger.")]
    public async Task An_unlinked_incident_says_why(string? names, string why)
    {
        await using var server = await WebServer.StartAsync(
            "{}",
            [.. Deployments, Incident("late", "2026-03-08T11:00:00Z", "2026-03-08T12:00:00Z") with { Deployment = names }]);
        Assert.Contains(why, await PageAsync(server, "/incidents?kind=unlinked"));
        Assert.Contains("1 of 1</a>", await PageAsync(server, "/data"));
    }

    [Fact]
    public async Task Older_incidents_follow_page_by_page()
    {
        var many = Enumerable.Range(0, 120)
            .Select(i => (Fact)Incident($"{i:000}", At("2026-03-04T00:00:00Z").AddMinutes(i / 2), At("2026-03-05T00:00:00Z")));
        await using var server = await WebServer.StartAsync("{}", [.. Deployments, .. many]);
        var seen = new List<string>();
        for (var next = "/incidents"; next is not null;)
        {
            var page = await PageAsync(server, next);
            seen.AddRange(Regex.Matches(page, "Incident ([0-9]{3})").Select(match => match.Groups[1].Value));
            next = Regex.Match(page, "rel=\"next\" href=\"([^\"]*)\"") is { Success: true } link
                ? WebUtility.HtmlDecode(link.Groups[1].Value) : null;
        }

        Assert.Equal(Enumerable.Range(0, 120).Reverse().Select(i => $"{i:000}"), seen);
    }

    [Fact]
    public async Task A_service_has_the_numbers_of_its_overview_and_silence_is_no_data()
    {
        var silent = new DeploymentFact
        {
            Id = "q/1",
            Service = "a-quiet-one",
            Repository = Shop,
            Environment = "production",
            Version = "v1",
            Sha = Sha(1),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = At("2025-01-01T00:00:00Z"),
            AsOf = At("2025-01-01T00:00:00Z"),
        };
        await using var server = await WebServer.StartAsync(
            "{}", [.. Deployments, silent, Incident("new", "2026-03-02T11:00:00Z", "2026-03-02T11:45:00Z")]);
        var page = await PageAsync(server, "/services");
        Assert.True(
            page.IndexOf(
                ">a-quiet-one</a>", StringComparison.Ordinal) < page.IndexOf(">checkout</a>", StringComparison.Ordinal));
        var rows = Regex.Split(page, "<th scope=\"row\">");
        Assert.Equal(5, Regex.Count(rows[1], "no data"));
        var overview = await PageAsync(server, "/?service=checkout");
        var numbers = Regex.Matches(overview, "<span class=\"number\">([^<]*)</span>").Select(match => match.Groups[1].Value)
            .ToList();
        Assert.Equal(numbers, Regex.Matches(rows[2], "<div><span>([^<]*)</span>").Select(match => match.Groups[1].Value));
        Assert.Contains("n 3</a>", rows[2]);
        Assert.Contains("Deployments by week: ", rows[2]);

        // Each number has its trend, and what has none has no drawing but that of nothing.
        Assert.Equal(1, Regex.Count(rows[2], "class=\"bars\""));
        Assert.Equal(4, Regex.Count(rows[2], "class=\"line\" d=\"M"));
        Assert.Equal(0, Regex.Count(rows[1], "class=\"line\""));
        Assert.Contains("acme/shop", await PageAsync(server, "/services?group=repository"));
    }

    [Fact]
    public async Task Stages_waits_sizes_and_flaky_builds_say_where_lead_time_goes()
    {
        var change = new ChangeFact
        {
            Repository = Shop,
            Number = 7,
            OpenedAt = At("2026-03-03T09:00:00Z"),
            FirstReviewedAt = At("2026-03-03T09:20:00Z"),
            MergedAt = At("2026-03-03T09:50:00Z"),
            MergeSha = Sha(3),
            HeadSha = Sha(3),
            Commits = [Sha(3)],
            AsOf = At("2026-03-03T09:50:00Z"),
        };
        await using var server = await WebServer.StartAsync("{}",
        [
            .. Deployments, change,
            change with { Lines = 8, MergedAt = null, MergeSha = null, AsOf = At("2026-03-03T09:00:00Z") },
            change with { Lines = 30, MergedAt = null, MergeSha = null, AsOf = At("2026-03-03T09:30:00Z") },
            Deployment(3, "2026-03-03T11:00:00Z") with
            {
                Status = DeploymentStatus.Waiting, FinishedAt = null, WaitedFrom = At("2026-03-03T10:00:00Z"),
                StartedAt = At("2026-03-03T10:40:00Z"),
                AsOf = At("2026-03-03T10:40:00Z"),
            },
            Build("b1", BuildStatus.Failed, "2026-03-03T09:52:00Z"), Build("b2", BuildStatus.Succeeded, "2026-03-03T09:55:00Z"),
        ]);
        var page = await PageAsync(server, "/lead-time");
        foreach (var (stage, median) in (ReadOnlySpan<(string, string)>)[
            ("coding", "1 h"), ("pickup", "20 min"), ("review", "30 min"), ("build", "5 min"), ("wait", "45 min"),
            ("deploy", "20 min"),
        ])
            Assert.Matches($"{stage}</th>\\s*<td[^>]*>[^<]*</td>\\s*<td class=\"num\">{median}</td>", page);
        Assert.Contains("1 deployment waited for approval: half of them up to 40 min", page);
        Assert.Contains("1 (100 %)", page);
        Assert.Matches("1 commit</th><td class=\"num\">1</td><td class=\"num\">3 h</td>", page);
        Assert.Matches("11 to 50</th><td class=\"num\">1</td><td class=\"num\">3 h</td>", page);
        Assert.Contains("href=\"/deployments/d/3\"", page);
        Assert.Contains("aria-label=\"Medians: coding 1 h, pickup 20 min", page);
    }

    [Fact]
    public async Task Of_an_unknown_stage_nothing_is_drawn()
    {
        await using var server = await WebServer.StartAsync("{}", Deployments);
        var page = await PageAsync(server, "/lead-time");
        Assert.Contains("Of no stage anything is known", page);
        Assert.Contains("No build of these repositories", page);
        Assert.DoesNotContain("class=\"stack\"", page);
    }

    [Fact]
    public async Task What_is_wanting_is_counted_with_what_to_do_and_leads_to_its_rows()
    {
        var unknown = new DeploymentFact
        {
            Id = "u/1",
            Service = "checkout",
            Repository = Shop,
            Environment = "production",
            Version = "v9",
            Sha = Core.Sha.Parse("abcdef1"),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = At("2026-03-31T12:10:00Z"),
            AsOf = At("2026-03-31T12:10:00Z"),
        };
        await using var server = await WebServer.StartAsync("{}", [.. Deployments, unknown]);
        var page = await PageAsync(server, "/data");
        Assert.Matches(
            "with an abbreviated sha of no one commit that is known</th>\\s*<td class=\"num\">\\s*<a "
                + "href=\"/ledger\\?window=90&amp;kind=short\">1 of 4</a>", page);
        Assert.Contains("by 10 min at the most", page);
        var rows = await PageAsync(server, "/ledger?kind=short");
        Assert.Contains("v9", rows);
        Assert.DoesNotContain("v2", rows);
    }

    [Fact]
    public async Task An_unreadable_delivery_is_listed_with_its_reason()
    {
        await using var server = await WebServer.StartUnreadableAsync("the field 'sha' is missing");
        var page = await PageAsync(server, "/data");
        Assert.Contains("the field &#x27;sha&#x27; is missing", page.Replace("&#39;", "&#x27;", StringComparison.Ordinal));
        Assert.Contains("href=\"/deliveries/1?window=90\"", page);
        Assert.Contains("Some could not be read", page);
    }

    [Fact]
    public async Task Every_rule_of_the_table_is_in_force_with_its_words()
    {
        var rules = RulesInForce.Of(
            Definitions.Default with { LeadTime = new LeadTimeRules { Start = LeadTimeStart.FirstCommit } });
        var expected = RulesInForce.Leaves("", SettingsKey.Root).Select(leaf => leaf.Path)
            .Where(path =>
                path == "timezone"
                    || (path.StartsWith("definitions.", StringComparison.Ordinal) && path != "definitions.preset"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), rules.Select(rule => rule.Key).Order(StringComparer.Ordinal));
        Assert.Equal(
            ("first_commit", false),
            rules.Where(rule => rule.Key == "definitions.lead_time.start")
                .Select(rule => (rule.Value, rule.IsDefault)).Single());
        Assert.Equal(
            "declared, hotfix, incident, revert, rollback",
            rules.Single(rule => rule.Key == "definitions.failure.signals").Value);
        Assert.Equal("24h", rules.Single(rule => rule.Key == "definitions.failure.incident_window").Value);

        await using var server = await WebServer.StartAsync();
        var page = await PageAsync(server, "/definitions");
        Assert.Contains(DefinitionsHash.Of(Definitions.Default), page);
        foreach (var rule in RulesInForce.Of(Definitions.Default)) Assert.Contains(rule.Key, page);
    }

    [Fact]
    public void A_version_of_the_definitions_says_what_changed()
    {
        var before = DefinitionsHash.Canonical(Definitions.Default);
        var after = DefinitionsHash.Canonical(
            Definitions.Default with { Deployments = new DeploymentRules { CountRedeploys = true } });
        Assert.Equal([new RuleChange("deployments.count_redeploys", "false", "true")], RulesInForce.Changes(before, after));
        Assert.Empty(RulesInForce.Changes(after, after));
    }

    [Fact]
    public void What_an_empty_store_tells_people_to_import_can_be_read()
    {
        var reader = new LeadlineReader();
        var delivery = new Delivery
        {
            Source = "leadline",
            Headers = Delivery.NoHeaders,
            Body = System.Text.Encoding.UTF8.GetBytes(EmptyStore.Commit + "\n" + EmptyStore.Deployment + "\n"),
            ReceivedAt = WebServer.Now,
        };
        Assert.Equal(2, Assert.IsType<FactsReading>(reader.Read(delivery)).Facts.Length);
    }

    static ImmutableArray<Fact> Deployments =>
    [
        .. Enumerable.Range(1, 3).Select(i => (Fact)new CommitFact
        {
            Repository = Shop, Sha = Sha(i), Parents = i == 1 ? [] : [Sha(i - 1)], AuthoredAt = At($"2026-03-0{i}T08:00:00Z"),
            CommittedAt = At($"2026-03-0{i}T08:00:00Z"),
            AsOf = At($"2026-03-0{i}T08:00:00Z"),
        }),
        Deployment(1, "2026-03-01T10:00:00Z"), Deployment(2, "2026-03-02T10:00:00Z"), Deployment(3, "2026-03-03T11:00:00Z"),
    ];

    static DeploymentFact Deployment(int number, string finished) => new()
    {
        Id = $"d/{number}",
        Service = "checkout",
        Repository = Shop,
        Environment = "production",
        Version = $"v{number}",
        Sha = Sha(number),
        Status = DeploymentStatus.Succeeded,
        FinishedAt = At(finished),
        AsOf = At(finished),
    };

    static IncidentFact Incident(string name, string started, string? resolved) =>
        Incident(name, At(started), resolved is null ? null : At(resolved));

    static IncidentFact Incident(string name, DateTimeOffset started, DateTimeOffset? resolved) => new()
    {
        Id = "INC-" + name,
        Source = "api",
        Service = "checkout",
        Status = resolved is null ? IncidentStatus.Open : IncidentStatus.Resolved,
        StartedAt = started,
        ResolvedAt = resolved,
        Title = "Incident " + name,
        AsOf = resolved ?? started,
    };

    static BuildFact Build(string id, BuildStatus status, string finished) => new()
    {
        Id = id,
        Repository = Shop,
        Sha = Sha(3),
        Pipeline = "ci",
        Status = status,
        FinishedAt = At(finished),
        AsOf = At(finished),
    };

    static List<string> Numbers(string page) =>
        [.. Regex.Matches(page, "<td class=\"num\">([^<]*)</td>").Select(match => match.Groups[1].Value)];

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);

    static Sha Sha(int number) => Core.Sha.Parse($"{number:x40}");

    static async Task<string> PageAsync(WebServer server, string address)
    {
        var answer = await server.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
