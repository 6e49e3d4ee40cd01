using System.Net;
using System.Text.RegularExpressions;
using Leadline.Api;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>Who gets in, and what a browser is told.</summary>
public sealed partial class GuardTests
{
    const string Annotation = """{"type":"annotation","id":"1","at":"2026-01-01T00:00:00Z","text":"a"}""";

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/healthz", HttpStatusCode.OK)]
    [InlineData("/docs/", HttpStatusCode.OK)]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("/api/v1/services", HttpStatusCode.OK)]
    [InlineData("/api/v1/metrics?from=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/nothing", HttpStatusCode.NotFound)]
    public async Task Every_answer_tells_browsers_to_trust_nothing_but_us(string path, HttpStatusCode status)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith(path == "/" ? "default-src 'none';" : "default-src 'self';", policy);
        Assert.Equal(path == "/docs/", policy.Contains("'unsafe-inline'"));
        Assert.DoesNotContain("http", policy);
    }

    [Fact]
    public async Task An_answer_that_failed_is_guarded_too()
    {
        using var folder = new TemporaryFolder();
        await using var server = await WithoutServicesAsync(folder);
        var answer = await server.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("   at ", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_page_that_fails_after_it_began_says_so_in_its_place()
    {
        using var folder = new TemporaryFolder();
        await using var server = await WithoutServicesAsync(folder);
        var page = await server.Client.GetStringAsync("/ledger", TestContext.Current.CancellationToken);
        Assert.Contains("<title>Ledger · Leadline</title>", page);
        Assert.Matches(
            "(?s)class=\"awaited\".*<h1>There are no numbers now</h1>.*the store cannot be used now; the server&#x27;s log "
                + "says why.*</html>", page);
        Assert.DoesNotContain("   at ", page);
        Assert.DoesNotContain("Catalog", page);
    }

    /// <summary>Whose store has lost a table.</summary>
    static async Task<RunningServer> WithoutServicesAsync(TemporaryFolder folder)
    {
        var file = Path.Combine(folder.Path, "store.duckdb");
        var server = await RunningServer.StartAsync(address: "duckdb:" + file);
        using var other = new DuckDB.NET.Data.DuckDBConnection($"Data Source={file}");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "drop table service";
        command.ExecuteNonQuery();
        return server;
    }

    [Fact]
    public async Task The_document_of_the_API_is_shown_by_our_own_files_alone()
    {
        await using var server = await RunningServer.StartAsync();
        var page = await server.Client.GetStringAsync("/docs/", TestContext.Current.CancellationToken);
        var files = Source().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain("//", string.Concat(files));
        Assert.Contains("\"withDefaultFonts\":false", page);
        foreach (var file in files)
            Assert.Equal(
                HttpStatusCode.OK,
                (await server.Client.GetAsync("/docs/" + file, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    public async Task A_request_that_was_passed_on_is_not_of_this_machine(string header, string value)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await server.PostAsync("/api/v1/deliveries/github", "{}", (header, value))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/events", Annotation, (header, value))).StatusCode);
        server.Client.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await server.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(0, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
    }

    [Fact]
    public async Task A_page_of_another_site_may_not_send_anything()
    {
        await using var server = await RunningServer.StartAsync();
        var own = server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await server.PostAsync("/api/v1/events", Annotation, ("Origin", "https://evil.example"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await server.PostAsync("/api/v1/events", Annotation, ("Origin", "null"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await server.PostAsync("/api/v1/deliveries/github", "{}", ("Origin", "http://127.0.0.1:1"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Accepted, (await server.PostAsync("/api/v1/events", Annotation, ("Origin", own))).StatusCode);
    }

    [Fact]
    public async Task A_browser_may_read_with_a_token_as_its_password_and_write_nothing()
    {
        await using var server = await RunningServer.StartAsync(
            prepare: store => store.AddTokenAsync("me", "admin", Access.Hash("ll_secret"), RunningServer.Now, default));
        server.Client.DefaultRequestHeaders.Add("Accept", "text/html");
        var asked = await server.Client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        Assert.StartsWith("Basic", asked.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("anyone:ll_secret"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("ll_secret:anyone"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("ll_secret"));
        server.Client.DefaultRequestHeaders.Authorization = new("Basic", "no base64");
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.Client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        server.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("anyone:ll_secret"u8));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/events", Annotation)).StatusCode);

        async Task<HttpStatusCode> StatusAsync(string credentials)
        {
            server.Client.DefaultRequestHeaders.Authorization = new(
                "Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(credentials)));
            return (await server.Client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode;
        }
    }

    [Fact]
    public async Task Others_can_reach_it_only_where_a_token_keeps_them_out()
    {
        var open = new IPEndPoint(IPAddress.Any, 0);
        await using var store = await Store.OpenAsync(TestStore.New, TestContext.Current.CancellationToken);
        var refused =
            await Assert.ThrowsAsync<StoreException>(() =>
                Server.BuildAsync(
                    store, new LeadlineSettings(), open, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains("leadline token create", refused.Message);

        // Put together and never started: nothing listens.
        await store.AddTokenAsync(
            "one", "read", Access.Hash("a token"), RunningServer.Now, TestContext.Current.CancellationToken);
        await using var server = await Server.BuildAsync(
            store, new LeadlineSettings(), open, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("""(?:src|href)="([^"]+)""")]
    private static partial Regex Source();
}
