using System.Net;
using System.Xml.Linq;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>Badges over the running server.</summary>
public sealed class BadgesTests
{
    const string Deployment = """{"type":"deployment","id":"d1","service":"acme/shop","environment":"production","status":"succeeded","finished_at":"2026-03-30T00:00:00Z"}""";

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "/badge/acme/shop/deployment_frequency.svg", "deployment frequency", "0.3 a month",
        "acme/shop, production, in the last 90 days: deployment frequency 0.3 a month, n = 1")]
    [InlineData(
        "/badge/acme%2Fshop/deployment_frequency.svg?window=7", "deployment frequency", "1 a week",
        "acme/shop, production, in the last 7 days: deployment frequency 1 a week, n = 1")]
    [InlineData(
        "/badge/ACME/shop/change_failure_rate.svg?window=30", "change failure rate", "0 %",
        "acme/shop, production, in the last 30 days: change failure rate 0 %, n = 1")]
    [InlineData(
        "/badge/acme/shop/recovery_time.svg", "recovery time", "no data",
        "acme/shop, production, in the last 90 days: recovery time no data, n = 0")]
    public async Task A_badge_shows_a_number_of_a_service_and_says_it_in_words(
        string address, string label, string value, string title)
    {
        await using var server = await FilledAsync();
        using var answer = await server.Client.GetAsync(address, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var picture = XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).Root!;
        Assert.Equal("img", (string?)picture.Attribute("role"));
        Assert.Equal([label, value], picture.Descendants(Svg + "text").Select(text => text.Value));
        Assert.Equal(title, picture.Element(Svg + "title")!.Value);
    }

    [Theory]
    [InlineData(404, "no such service", "/badge/other/lead_time.svg")]
    [InlineData(404, "no such service", "/badge/%3Cscript%3E%01/lead_time.svg")]
    [InlineData(404, "no such metric", "/badge/acme/shop/speed.svg")]
    [InlineData(404, "no such metric", "/badge/acme/shop/lead_time.png")]
    [InlineData(404, "no such metric", "/badge/")]
    [InlineData(400, "no such window", "/badge/acme/shop/lead_time.svg?window=8")]
    [InlineData(400, "no such environment", "/badge/acme/shop/lead_time.svg?environment=moon")]
    public async Task What_there_is_not_is_said_by_the_badge(int status, string said, string address)
    {
        await using var server = await FilledAsync();
        using var answer = await server.Client.GetAsync(address, Cancellation);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(said, XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).Root!.Value);
    }

    [Fact]
    public async Task A_badge_is_unchanged_until_something_is_judged()
    {
        await using var server = await FilledAsync();
        using var first = await server.Client.GetAsync("/badge/acme/shop/lead_time.svg", Cancellation);
        Assert.Equal("no-cache, private", first.Headers.CacheControl!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, await AgainAsync());
        using var more = await server.PostAsync("/api/v1/events", Deployment.Replace("d1", "d2", StringComparison.Ordinal));
        await server.SettleAsync();
        Assert.Equal(HttpStatusCode.OK, await AgainAsync());

        async Task<HttpStatusCode> AgainAsync()
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, "/badge/acme/shop/lead_time.svg")
            { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
            using var answer = await server.Client.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData("badges: read", HttpStatusCode.Unauthorized)]
    [InlineData("badges: public", HttpStatusCode.OK)]
    public async Task Badges_are_closed_as_all_else_unless_the_settings_open_them(string settings, HttpStatusCode status)
    {
        await using var server = await RunningServer.StartAsync(settings, async store =>
            await store.AddTokenAsync("reader", "read", Leadline.Api.Access.Hash("ll_reader"), RunningServer.Now, Cancellation));
        using var badge = await server.Client.GetAsync("/badge/acme/shop/lead_time.svg", Cancellation);
        Assert.Equal(status == HttpStatusCode.OK ? HttpStatusCode.NotFound : status, badge.StatusCode);
        using var page = await server.Client.GetAsync("/badges", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
    }

    static async Task<RunningServer> FilledAsync()
    {
        var server = await RunningServer.StartAsync();
        using var sent = await server.PostAsync("/api/v1/events", Deployment);
        Assert.True(sent.IsSuccessStatusCode);
        await server.SettleAsync();
        return server;
    }
}
