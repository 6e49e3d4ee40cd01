using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Web;

public sealed partial class PagesTest
{
    static readonly RepositoryName Shop = new("acme/shop");

    static readonly ImmutableArray<Fact> TwoDeployments =
    [
        Commit(1, null, "2026-03-01T08:00:00Z"),
        Commit(2, 1, "2026-03-02T08:00:00Z"),
        Commit(3, 2, "2026-03-03T08:00:00Z"),
        Deployment("d/1", 1, "2026-03-01T10:00:00Z"),
        Deployment("d/2", 2, "2026-03-02T10:00:00Z"),
        Deployment("d/3", 3, "2026-03-03T11:00:00Z"),
        new IncidentFact
        {
            Id = "INC-1", Source = "api", Service = "checkout", Status = IncidentStatus.Resolved,
            StartedAt = At("2026-03-02T11:00:00Z"),
            ResolvedAt = At("2026-03-02T11:45:00Z"), Title = "<b>totals</b> wrong", Url = "javascript:alert(1)",
            AsOf = At("2026-03-02T11:45:00Z"),
        },
    ];

    [Theory]
    [InlineData("/")]
    [InlineData("/ledger")]
    [InlineData("/incidents?team=nobody")]
    [InlineData("/services")]
    [InlineData("/lead-time")]
    [InlineData("/constraint")]
    [InlineData("/data")]
    [InlineData("/explain/lead_time")]
    public async Task An_empty_store_shows_three_ways_to_the_first_number(string address)
    {
        await using var server = await WebServer.StartAsync();
        var page = await PageAsync(server, address);
        Assert.Contains("leadline import --server http://localhost", page);
        Assert.Contains("Nothing has arrived yet", page);
        Assert.Contains("leadline analyze", page);
        Assert.Contains("leadline event deployment", page);
        Assert.Contains("/api/v1/deliveries/github", page);
    }

    [Fact]
    public async Task The_overview_answers_in_a_sentence_and_five_tiles()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/?service=checkout");
        Assert.Contains("In the last 90 days, checkout deployed to production", page);
        Assert.Contains("half of the changes were live within 2 h 30 min", page);
        Assert.Contains("33 % of the deployments failed, half of the failures were over within 45 min", page);
        Assert.Equal(5, Tiles().Count(page));
        Assert.Contains("href=\"/deployments/d/3?service=checkout\"", page);
    }

    [Fact]
    public async Task What_is_not_known_is_no_data_and_never_zero()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/?window=7");
        Assert.Contains("nothing was deployed to production", page);
        Assert.Equal(5, Regex.Count(page, "<span class=\"none\">no data</span>"));
        Assert.DoesNotContain("<span class=\"number\">0", page);
        Assert.Contains("show the 90 days up to it", page);
    }

    [Theory]
    [InlineData("/?from=yesterday", "&#x27;yesterday&#x27; is no day for &#x27;from&#x27;")]
    [InlineData("/?window=12", "There is no window &#x27;12&#x27;")]
    [InlineData("/?from=2026-03-05&to=2026-03-01", "before it begins on 2026-03-05")]
    [InlineData("/?service=nobody", "There is no service &#x27;nobody&#x27;")]
    public async Task A_wrong_filter_is_named_and_the_page_still_shows(string address, string problem)
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, address);
        Assert.Contains(problem, page.Replace("&#39;", "&#x27;", StringComparison.Ordinal));
        Assert.Equal(5, Tiles().Count(page));
    }

    [Fact]
    public async Task A_tile_leads_to_its_rows_and_they_to_the_delivery()
    {
        await using var server = await WebServer.StartAsync("{\"told\":\"so\"}", TwoDeployments);
        var overview = await PageAsync(server, "/?service=checkout");
        var explain = Regex.Match(overview, "href=\"(/explain/lead_time[^\"]*)\"").Groups[1].Value;
        var rows = await PageAsync(server, WebUtility.HtmlDecode(explain));
        Assert.Contains("ancestry", rows);
        var delivery = Regex.Match(rows, "href=\"(/deliveries/[0-9]+\\?service=checkout&amp;window=90)\"").Groups[1].Value;
        Assert.Contains("so", await PageAsync(server, WebUtility.HtmlDecode(delivery)));
    }

    [Fact]
    public async Task A_deployment_shows_what_it_shipped_and_what_blames_it()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/deployments/d/2");
        Assert.Contains("ancestry", page);
        Assert.Contains("incident, over after 45 min", page);
    }

    [Fact]
    public async Task What_a_source_says_is_text_and_no_markup_or_script()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/deployments/d/2");
        Assert.Contains("&lt;b&gt;totals&lt;/b&gt; wrong", page);
        Assert.DoesNotContain("javascript:", page);
    }

    [Theory]
    [InlineData("/explain/velocity")]
    [InlineData("/deployments/nothing")]
    [InlineData("/deliveries/99")]
    public async Task What_is_not_there_is_404_and_says_so(string address)
    {
        await using var server = await StartAsync();
        var answer = await server.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is no", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/explain/recovery_time")]
    [InlineData("/deployments/d/2")]
    [InlineData("/deliveries/1")]
    [InlineData("/ledger")]
    [InlineData("/incidents")]
    [InlineData("/services")]
    [InlineData("/lead-time")]
    [InlineData("/data")]
    [InlineData("/definitions")]
    [InlineData("/whatif?set=failure.incident_window%3D5m")]
    public async Task A_page_holds_no_script_style_attribute_or_cookie(string address)
    {
        await using var server = await StartAsync();
        var answer = await server.Client.GetAsync(address, TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith(
            "default-src 'none'; style-src 'self'; script-src 'self';",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.False(answer.Headers.Contains("Set-Cookie"));

        // Only files are run, and data is not.
        Assert.Equal(
            Regex.Count(page, "<script"),
            Regex.Count(
                page,
                "<script (defer|type=\"module\") src=\"/assets/[^\"]+\"></script>|<script id=\"chart-sheet\" "
                    + "type=\"application/json\">"));
        Assert.DoesNotContain(" style=", page);
        Assert.DoesNotContain("<style", page);
    }

    [Fact]
    public async Task The_files_of_a_page_come_from_the_program_itself()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/");
        var sheet = await server.Client.GetAsync(
            Regex.Match(page, "href=\"(/assets/site.css[^\"]*)\"").Groups[1].Value, TestContext.Current.CancellationToken);
        Assert.Equal("text/css", sheet.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", sheet.Headers.CacheControl!.ToString());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await server.Client.GetAsync("/assets/other.css", TestContext.Current.CancellationToken)).StatusCode);
    }

    static Task<WebServer> StartAsync() => WebServer.StartAsync("{}", TwoDeployments);

    static async Task<string> PageAsync(WebServer server, string address)
    {
        var answer = await server.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);

    static Sha Sha(int number) => Core.Sha.Parse($"{number:x40}");

    static CommitFact Commit(int number, int? parent, string authored) => new()
    {
        Repository = Shop,
        Sha = Sha(number),
        Parents = parent is { } known ? [Sha(known)] : [],
        AuthoredAt = At(authored),
        CommittedAt = At(authored),
        AsOf = At(authored),
    };

    static DeploymentFact Deployment(string id, int commit, string finished) => new()
    {
        Id = id,
        Service = "checkout",
        Repository = Shop,
        Environment = "production",
        Version = $"v{commit}",
        Sha = Sha(commit),
        Status = DeploymentStatus.Succeeded,
        FinishedAt = At(finished),
        AsOf = At(finished),
    };

    [GeneratedRegex("<section class=\"tile\"")]
    private static partial Regex Tiles();
}
