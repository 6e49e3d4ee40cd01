using System.Net;
using Leadline.Polling;
using Leadline.Sources.AzureDevOps;
using Leadline.Sources.GitHub;
using Leadline.Sources.Paging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Polling;

/// <summary>How an API is asked: no more than it allows, no other host, no answer without an end.</summary>
public sealed class ApiClientTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly PageRequest Request = new() { Kind = "commits", Address = "repos/acme/shop/commits" };

    /// <summary>Two at once, of another allowance.</summary>
    static readonly PageRequest Many = new()
    {
        Kind = "deployment_statuses",
        Address = "graphql",
        Body = "{}",
        About = """[{"node":"DE_1","about":{"id":1} },{"node":"DE_2","about":{"id":2} }]""",
    };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_leads_to_another_host_is_refused_and_the_token_stays()
    {
        await using var other = await PlayedApi.StartAsync(_ => new Played(200, "[]"));
        await using var api = await PlayedApi.StartAsync(
            _ => new Played(307, "", ("Location", new Uri(other.Address, "repos/acme/shop/commits").ToString())));
        var error = await RefusedAsync(api);
        Assert.Contains("leads to another host", error.Message);
        Assert.Contains("sources.github.api", error.Message);
        Assert.False(error.CanHelp);
        Assert.Empty(other.Asked);
        Assert.Single(api.Tokens);
    }

    [Fact]
    public async Task A_next_page_on_another_host_is_refused()
    {
        await using var other = await PlayedApi.StartAsync(_ => new Played(200, "[]"));
        await using var api = await PlayedApi.StartAsync(_ => new Played(200, "[]"));
        foreach (var address in (string[])[
            new Uri(other.Address, "next").ToString(), "//127.0.0.2/next", "http://user@127.0.0.1/next", "file:///etc/passwd",
        ])
            Assert.Contains("leads to another host", (await RefusedAsync(api, Request with { Address = address })).Message);
        Assert.Empty(other.Asked);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_repository_that_moved_on_the_same_host_is_followed_with_the_token()
    {
        await using var api =
            await PlayedApi.StartAsync(request =>
                request.Path == "/repositories/7/commits" ? new Played(200, "[1]")
                    : new Played(301, "", ("Location", "/repositories/7/commits")));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        Assert.Equal("[1]"u8.ToArray(), (await client.AskAsync(Request, null, Cancellation)).Body.ToArray());
        Assert.Equal(["Bearer token one", "Bearer token one"], api.Tokens);
    }

    [Fact]
    public async Task An_address_that_leads_in_a_circle_is_given_up()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(302, "", ("Location", "/repos/acme/shop/commits")));
        Assert.Contains("leads on and on", (await RefusedAsync(api)).Message);
        Assert.Equal(4, api.Asked.Count);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_taken()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(200, $"[\"{new string('a', 3 << 20)}\"]"));
        var error = await RefusedAsync(api, largest: 1 << 20);
        Assert.Equal("an answer is larger than 1 MiB, and was not taken", error.Message);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task What_fails_every_time_is_given_up_and_may_be_tried_later()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(502, "<html></html>"));
        var error = await RefusedAsync(api);
        Assert.Equal((true, 502), (error.CanHelp, error.Status));
        Assert.Equal(9, api.Asked.Count);
        Assert.DoesNotContain("token one", error.Message);
    }

    [Fact]
    public async Task A_page_to_sign_in_is_a_token_that_is_refused()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(203, "<html>Sign in</html>"));
        var error = await RefusedAsync(api);
        Assert.Equal((true, 203, 1), (error.EndsAll, error.Status, api.Asked.Count));
        Assert.Contains("refuses the token (203)", error.Message);
    }

    [Fact]
    public async Task A_page_for_people_is_not_asked_again_and_the_address_is_to_be_written()
    {
        await using var api = await PlayedApi.StartAsync(
            _ => new Played(200, "<html>Sign in</html>", ("Content-Type", "text/html; charset=utf-8")));
        var error = await RefusedAsync(api);
        Assert.Equal((false, 1), (error.CanHelp, api.Asked.Count));
        Assert.EndsWith(
            "/repos/acme/shop/commits is a page for people and not the API: write the API's own address as sources.github.api",
            error.Message);
    }

    [Theory]
    [InlineData(
        """{"errorMessages":["The value 'SHOP' does not exist\u001b[31m\nfor the field"],"errors":{}}""",
        "answered 400: it says \"The value 'SHOP' does not exist [31m for the field\"")]
    [InlineData(
        """{"error":{"code":2,"message":"Key format is not valid"}}""", "answered 400: it says \"Key format is not valid\"")]
    [InlineData("""{"errors":[{"parameter":"q"},{"message":"no"}]}""", "answered 400: it says \"no\"")]
    [InlineData("""{"code":7}""", "answered 400")]
    [InlineData("no", "answered 400")]
    public async Task What_an_API_says_of_a_question_is_passed_on(string body, string sentence)
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(400, body));
        Assert.EndsWith(sentence, (await RefusedAsync(api)).Message);
    }

    [Fact]
    public async Task A_second_host_of_the_maker_is_asked_for_what_lies_there_and_for_nothing_else()
    {
        using var network = new Hosts();
        var clock = new FakeTimeProvider(Now);
        var pager = new AzureDevOpsPager();
        using var client = new ApiClient(pager, pager.Api, ["one"], clock, network);
        var requests = pager.First("acme/shop", new PageSpan(Now, Now, IsAgain: false));
        foreach (var request in requests) await client.AskAsync(request, null, Cancellation);
        Assert.Equal(
            requests.Select(request => request.Kind == "releases" ? "https://vsrm.dev.azure.com" : "https://dev.azure.com"),
            network.Asked);
        var releases = requests.Single(request => request.Kind == "releases");
        foreach (var (request, address) in new[]
        {
            (requests[0], "https://vsrm.dev.azure.com/acme"), (releases, "https://dev.azure.com/acme"),
            (releases, "https://acme.example/"),
        })
            Assert.Contains(
                "leads to another host",
                (await Assert.ThrowsAsync<ApiException>(
                    () => client.AskAsync(request with { Address = address }, null, Cancellation))).Message);
        Assert.Equal(requests.Length, network.Asked.Count);
    }

    [Theory]
    [InlineData("https://dev.azure.com/", "https://vsrm.dev.azure.com/")]
    [InlineData("https://acme.visualstudio.com/", "https://acme.vsrm.visualstudio.com/")]
    [InlineData("https://acme.vsrm.visualstudio.com/", null)]
    [InlineData("https://devops.acme.example/tfs/", null)]
    [InlineData("https://dev.azure.com.acme.example/", null)]
    public void The_second_host_is_named_by_the_first(string api, string? second) =>
        Assert.Equal(
            second,
            new AzureDevOpsPager().Elsewhere(new PageRequest { Kind = "releases", Address = "" }, new Uri(api))?.ToString());

    [Fact]
    public async Task What_is_not_there_is_asked_once()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(404, "{}"));
        var error = await RefusedAsync(api);
        Assert.Equal((false, 404, 1), (error.CanHelp, error.Status, api.Asked.Count));
    }

    [Fact]
    public async Task A_limit_is_waited_for_as_long_as_the_API_says_by_its_own_clock()
    {
        // Their clock is three days ahead of ours.
        var theirs = Now.AddDays(3);
        var asked = 0;
        await using var api = await PlayedApi.StartAsync(_ => asked++ == 0
            ? new Played(
                200, "[]", ("Date", $"{theirs:R}"), ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", $"{theirs.AddMinutes(40).ToUnixTimeSeconds()}"))
            : new Played(200, "[]"));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        await client.AskAsync(Request, null, Cancellation);
        Assert.Equal(new ApiAllowance(0, 5000, Now.AddMinutes(40)), client.Allowance);
        await client.AskAsync(Request, null, Cancellation);
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(42));
    }

    [Theory]
    [InlineData("2026-03-01T00:20Z")]
    [InlineData("2026-03-01T01:20:00+01:00")]
    public async Task A_limit_is_waited_for_until_the_instant_that_is_written(string reset)
    {
        var asked = 0;
        await using var api =
            await PlayedApi.StartAsync(_ =>
                new Played(
                    200, "[]", ("Date", $"{Now:R}"), ("X-RateLimit-Remaining", asked++ == 0 ? "0" : "9"),
                    ("X-RateLimit-Reset", reset)));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        for (var i = 0; i < 2; i++) await client.AskAsync(Request, null, Cancellation);
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(22));
    }

    [Fact]
    public async Task A_secondary_limit_is_waited_for_and_is_no_refusal()
    {
        var asked = 0;
        await using var api = await PlayedApi.StartAsync(_ => asked++ switch
        {
            0 => new Played(403, """{"message":"You have exceeded a secondary rate limit."}"""),
            1 => new Played(403, "{}", ("Retry-After", "120")),
            _ => new Played(200, "[]"),
        });
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        Assert.Equal(200, (await client.AskAsync(Request, null, Cancellation)).Status);
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task Several_tokens_share_the_limits_and_none_asks_beyond_its_own()
    {
        var left = new Dictionary<string, int> { ["Bearer a"] = 3, ["Bearer b"] = 5 };
        var beyond = 0;
        await using var api = await PlayedApi.StartAsync(request =>
        {
            lock (left)
            {
                var token = request.Headers.Authorization.ToString();
                if (left[token]-- <= 0) beyond++;
                return new Played(
                    200, "[]", ("RateLimit-Limit", "8"), ("RateLimit-Remaining", $"{left[token]}"), ("RateLimit-Reset", "60"));
            }
        });
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock, "a", "b");
        for (var i = 0; i < 8; i++) await client.AskAsync(Request, null, Cancellation);
        Assert.Equal((0, 0, 0), (beyond, left["Bearer a"], left["Bearer b"]));
        Assert.Equal(0, client.Allowance.Left);
        Assert.True(clock.GetUtcNow() - Now < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_allowance_that_is_used_up_does_not_stop_what_is_asked_of_another()
    {
        await using var api = await PlayedApi.StartAsync(request => request.Path == "/graphql"
            ? new Played(
                200, """{"data":{}}""", ("x-ratelimit-resource", "graphql"), ("x-ratelimit-limit", "5000"),
                ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800"))
            : new Played(
                200, "[]", ("x-ratelimit-resource", "core"), ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4000"),
                ("x-ratelimit-reset", "60")));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        await client.AskAsync(Request, null, Cancellation);
        await client.AskAsync(Many, null, Cancellation);
        for (var i = 0; i < 8; i++) await client.AskAsync(Request, null, Cancellation);
        Assert.True(clock.GetUtcNow() - Now < TimeSpan.FromSeconds(60), $"{clock.GetUtcNow() - Now}");
        Assert.Equal((4000, 0), (client.Allowances["core"].Left, client.Allowances["graphql"].Left));
        Assert.Equal(
            (4000, 0.9, 0.1), (client.Allowance.Left, client.Allowances["core"].Each, client.Allowances["graphql"].Each));
        await client.AskAsync(Many, null, Cancellation);
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(32));
    }

    [Fact]
    public async Task Who_asks_too_fast_asks_nothing_for_a_while_of_any_allowance()
    {
        var asked = 0;
        await using var api = await PlayedApi.StartAsync(_ => asked++ == 0
            ? new Played(
                200, """{"errors":[{"message":"You have exceeded a secondary rate limit."}]}""",
                ("x-ratelimit-resource", "graphql"), ("x-ratelimit-remaining", "4000"), ("Retry-After", "300"))
            : new Played(200, "[]"));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        var many = client.AskAsync(Many, null, Cancellation);

        // Once the answer has come, and not only the question.
        while (client.Allowances.GetValueOrDefault("graphql")?.Left is null) await Task.Delay(1, Cancellation);
        await client.AskAsync(Request, null, Cancellation);
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(7));
        await many;
    }

    [Theory]
    [InlineData("RATE_LIMITED")]
    [InlineData("RATE_LIMIT")]
    public async Task A_limit_that_comes_as_an_answer_is_waited_for(string type)
    {
        var asked = 0;
        await using var api = await PlayedApi.StartAsync(_ => asked++ == 0
            ? new Played(
                200, $$"""{"errors":[{"type":"{{type}}","message":"API rate limit exceeded"}]}""",
                ("x-ratelimit-resource", "graphql"), ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "2400"))
            : new Played(200, """{"data":{"nodes":[]}}"""));
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        Assert.Equal(
            """{"data":{"nodes":[]}}""",
            System.Text.Encoding.UTF8.GetString((await client.AskAsync(Many, null, Cancellation)).Body.Span));
        Assert.InRange(clock.GetUtcNow() - Now, TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(43));

        // REST's answers may say the same words, and mean others.
        asked = 0;
        Assert.Equal(200, (await client.AskAsync(Request, null, Cancellation)).Status);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task What_asks_for_much_and_takes_too_long_is_asked_twice()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(502, "<html></html>"));
        var error = await RefusedAsync(api, Many);
        Assert.Equal((true, 502, 2), (error.CanHelp, error.Status, api.Asked.Count));
        Assert.Contains("answered 502 2 times", error.Message);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_a_host_should_bear()
    {
        var (now, most) = (0, 0);
        await using var api = await PlayedApi.StartAsync(_ =>
        {
            var count = Interlocked.Increment(ref now);
            InterlockedMax(ref most, count);
            Thread.Sleep(20);
            Interlocked.Decrement(ref now);
            return new Played(200, "[]");
        });
        using var clock = new HurryingClock(Now);
        using var client = Client(api, clock);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => client.AskAsync(Request, null, Cancellation)));
        Assert.InRange(most, 1, ApiClient.AtOnce);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_in_the_end()
    {
        var clock = new FakeTimeProvider(Now);
        using var client = new ApiClient(new GitHubPager(), new Uri("https://api.example.com/"), [], clock, new Silence());
        var asking = client.AskAsync(Request, null, Cancellation);
        while (!asking.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(1, Cancellation);
        }

        var error = await Assert.ThrowsAsync<ApiException>(() => asking);
        Assert.True(error.CanHelp);
        Assert.Contains("did not answer within 100 seconds", error.Message);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted()
    {
        using var network = new Untrusted();
        var clock = new FakeTimeProvider(Now);
        using var client = new ApiClient(new GitHubPager(), new Uri("https://api.example.com/"), [], clock, network);
        var error = await Assert.ThrowsAsync<ApiException>(() => client.AskAsync(Request, null, Cancellation));
        Assert.Contains("its certificate is not trusted", error.Message);
        Assert.Equal(1, network.Asked);
    }

    [Theory]
    [InlineData(
        """<https://api.example.com/a?page=2>; rel="next", <https://api.example.com/a?page=9>; rel="last" """,
        "https://api.example.com/a?page=2")]
    [InlineData("""<https://api.example.com/a?page=1>; rel="prev"; title="next" """, null)]
    [InlineData(
        """<https://api.example.com/a,b?page=3>; type="json"; rel="first next" """, "https://api.example.com/a,b?page=3")]
    [InlineData("", null)]
    public void The_next_page_is_the_one_that_the_header_says(string link, string? next) =>
        Assert.Equal(
            next,
            new PageAnswer { Status = 200, Headers = Core.Delivery.NoHeaders.Add("link", link), Body = default }.Link("next"));

    static ApiClient Client(PlayedApi api, TimeProvider clock, params string[] tokens) =>
        new(new GitHubPager(), api.Address, tokens.Length == 0 ? ["token one"] : tokens, clock);

    static async Task<ApiException> RefusedAsync(PlayedApi api, PageRequest? request = null, long largest = 1 << 25)
    {
        using var clock = new HurryingClock(Now);
        using var client = new ApiClient(new GitHubPager(), api.Address, ["token one"], clock, largest: largest);
        return await Assert.ThrowsAsync<ApiException>(() => client.AskAsync(request ?? Request, null, Cancellation));
    }

    static void InterlockedMax(ref int most, int count)
    {
        for (var seen = most; count > seen && Interlocked.CompareExchange(ref most, count, seen) != seen; seen = most)
        {
        }
    }

    sealed class Hosts : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Assert.NotNull(request.Headers.Authorization);
            Asked.Add(request.RequestUri!.GetLeftPart(UriPartial.Authority));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
            });
        }
    }

    sealed class Silence : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }

    sealed class Untrusted : HttpMessageHandler
    {
        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Asked++;
            throw new HttpRequestException(HttpRequestError.SecureConnectionError, "no");
        }
    }
}
