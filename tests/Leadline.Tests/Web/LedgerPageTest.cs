using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Web;
using Xunit;

namespace Leadline.Tests.Web;

public sealed class LedgerPageTest
{
    static readonly RepositoryName Shop = new("acme/shop");

    [Theory]
    [InlineData("", "v120")]
    [InlineData("&order=rising", "v1")]
    [InlineData("&sort=lead_time", "v2")]
    [InlineData("&sort=lead_time&order=rising", "v120")]
    [InlineData("&sort=recovery", "v40")]
    [InlineData("&sort=recovery&order=rising", "v10")]
    public async Task Page_by_page_every_row_comes_once_in_its_order(string order, string first)
    {
        await using var server = await StartAsync();
        var address = "/ledger?window=90" + order;
        var versions = new List<string>();
        var pages = 0;
        for (var next = address; next is not null; pages++)
        {
            var page = await PageAsync(server, next);
            versions.AddRange(Versions(page));
            next = Regex.Match(page, "rel=\"next\" href=\"([^\"]*)\"") is { Success: true } link
                ? WebUtility.HtmlDecode(link.Groups[1].Value) : null;
        }

        Assert.Equal(3, pages);
        Assert.Equal(first, versions[0]);
        Assert.Equal(120, versions.Distinct().Count());
        Assert.Equal(120, versions.Count);

        // The order of the page is that of the file.
        var file = await PageAsync(server, address.Replace("/ledger", "/ledger.csv", StringComparison.Ordinal));
        Assert.Equal(
            versions, file.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[5]));
    }

    [Theory]
    [InlineData("kind=failed", 5)]
    [InlineData("kind=open", 1)]
    [InlineData("kind=unlinked", 1)]
    [InlineData("kind=not_counted", 0)]
    [InlineData("text=V11", 11)]
    [InlineData("text=v120", 1)]
    [InlineData("text=000000000000000000000000000000000000000a", 1)]
    [InlineData("text=%27%25", 0)]
    [InlineData("kind=failed&text=v1", 1)]
    public async Task A_filter_is_followed_by_the_page_and_by_both_files(string filter, int rows)
    {
        await using var server = await StartAsync();
        Assert.Equal(rows, Versions(await PageAsync(server, "/ledger?" + filter)).Count);
        Assert.Equal(
            rows,
            (await PageAsync(server, "/ledger.csv?" + filter)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length - 1);
        using var json = JsonDocument.Parse(await PageAsync(server, "/ledger.json?" + filter));
        Assert.Equal(rows, json.RootElement.GetArrayLength());
        foreach (var row in json.RootElement.EnumerateArray())
            Assert.Equal(JsonValueKind.Array, row.GetProperty("methods").ValueKind);
    }

    [Fact]
    public async Task A_row_says_what_it_ships_how_it_was_linked_and_that_it_failed()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/ledger?text=v50");
        Assert.Contains("<span class=\"method\">ancestry</span>", page);
        Assert.Contains("incident, still open", page);
        Assert.Contains("<td class=\"num\">open</td>", page);
        Assert.Contains("title=\"2026-02-25 12:00:00 UTC\"", page);
    }

    [Theory]
    [InlineData("kind=bad", "There is no kind 'bad'")]
    [InlineData("sort=size", "There is no order 'size'")]
    [InlineData("order=sideways", "'sideways' is no direction")]
    [InlineData("cursor=abc", "This page is of another list")]
    [InlineData("team=nobody", "There is no team 'nobody'")]
    public async Task What_is_wrong_with_an_address_is_said_and_a_file_is_not_made_of_it(string filter, string says)
    {
        await using var server = await StartAsync();
        Assert.Contains(says, WebUtility.HtmlDecode(await PageAsync(server, "/ledger?" + filter)));
        var file = await server.Client.GetAsync("/ledger.csv?" + filter, TestContext.Current.CancellationToken);

        // A file has no pages.
        if (!filter.StartsWith("cursor", StringComparison.Ordinal)) Assert.Equal(HttpStatusCode.BadRequest, file.StatusCode);
    }

    [Fact]
    public async Task What_a_page_is_about_goes_along_to_every_other_page()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/ledger?service=checkout&window=quarter&kind=failed");
        foreach (var path in (string[])["/", "/incidents", "/services", "/lead-time", "/data"])
            Assert.Contains($"href=\"{path}?service=checkout&amp;window=quarter\"", page);
        Assert.Contains("href=\"/ledger.csv?service=checkout&amp;window=quarter&amp;kind=failed\"", page);
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+49", "\"'+49\"")]
    [InlineData("-2", "\"'-2\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"so\"\r\n", "\"say \"\"so\"\"\r\n\"")]
    [InlineData("v1.2-rc", "v1.2-rc")]
    [InlineData(null, "")]
    public void No_spreadsheet_takes_a_text_for_a_formula(string? text, string written) =>
        Assert.Equal(written, LedgerDownload.Text(text));

    /// <summary>
    /// 120 deployments, one each 8 hours; every tenth up to the fiftieth is blamed, the last of these for what is open; the
    /// longer ago, the longer it took.
    /// </summary>
    static Task<WebServer> StartAsync()
    {
        var facts = ImmutableArray.CreateBuilder<Fact>();
        var start = new DateTimeOffset(2026, 2, 8, 20, 0, 0, TimeSpan.Zero);
        for (var i = 1; i <= 120; i++)
        {
            var at = start.AddHours(8 * i);
            var authored = at.AddMinutes(-600 + (i * 4));
            facts.Add(new CommitFact
            {
                Repository = Shop,
                Sha = Sha(i),
                Parents = i == 1 ? [] : [Sha(i - 1)],
                AuthoredAt = authored,
                CommittedAt = authored,
                AsOf = authored,
            });
            facts.Add(new DeploymentFact
            {
                Id = $"d/{i}",
                Service = "checkout",
                Repository = Shop,
                Environment = "production",
                Version = $"v{i}",
                Sha = Sha(i),
                Status = DeploymentStatus.Succeeded,
                FinishedAt = at,
                AsOf = at,
            });
            if (i > 50 || i % 10 != 0) continue;
            facts.Add(new IncidentFact
            {
                Id = $"INC-{i}",
                Source = "api",
                Service = "checkout",
                Status = i == 50 ? IncidentStatus.Open : IncidentStatus.Resolved,
                StartedAt = at.AddMinutes(10),
                ResolvedAt = i == 50 ? null : at.AddMinutes(10 + i),
                Deployment = $"d/{i}",
                AsOf = at.AddMinutes(10 + i),
            });
        }

        return WebServer.StartAsync("{}", facts.ToImmutable());
    }

    static List<string> Versions(string page) =>
        [.. Regex.Matches(page, "<td class=\"name\"><a href=\"[^\"]*\">([^<]*)</a>").Select(match => match.Groups[1].Value)];

    static Sha Sha(int number) => Core.Sha.Parse(number.ToString("x40", CultureInfo.InvariantCulture));

    static async Task<string> PageAsync(WebServer server, string address)
    {
        var answer = await server.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
