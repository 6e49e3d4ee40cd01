using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Leadline.Api;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>Overrides over the wire: who may make them, what they are told, and what a form of another site may not.</summary>
public sealed class OverridesTests
{
    const string Two =
        """
        {"type":"deployment","id":"d1","service":"shop","environment":"production","version":"v1","status":"succeeded","finished_at":"2026-03-02T10:00:00Z"}
        {"type":"deployment","id":"acme/2","service":"shop","environment":"production","version":"v2","status":"succeeded","finished_at":"2026-03-03T10:00:00Z"}
        {"type":"incident","id":"INC-1","service":"shop","started_at":"2026-03-03T11:00:00Z","resolved_at":"2026-03-03T12:30:00Z","title":"Checkout is slow"}
        """;

    static readonly (string, string) OwnPage = ("Sec-Fetch-Site", "same-origin");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Made_listed_and_undone_the_numbers_and_the_tag_move_each_time()
    {
        await using var server = await FilledAsync();
        var before = await MetricsAsync(server);
        var made = await server.PostAsync(
            "/api/v1/overrides", """{"kind":"not_failed","deployment":"acme/2","reason":"the power was out"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using (var answer = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Cancellation)))
        {
            Assert.True(answer.RootElement.GetProperty("judged").GetBoolean());
            var one = answer.RootElement.GetProperty("override");
            Assert.Equal(
                ("local", "acting", "2026-04-01T12:00:00Z"),
                (one.GetProperty("by").GetString(), one.GetProperty("state").GetString(), one.GetProperty("at").GetString()));
        }

        var after = await MetricsAsync(server);
        Assert.Equal((1, 0), (before.Failed, after.Failed));
        Assert.NotEqual(before.Tag, after.Tag);

        var undone = await server.Client.DeleteAsync("/api/v1/overrides/1?reason=it%20was%20not", Cancellation);
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Contains("\"undone_because\":\"it was not\"", await undone.Content.ReadAsStringAsync(Cancellation));
        var again = await MetricsAsync(server);
        Assert.Equal(1, again.Failed);
        Assert.NotEqual(after.Tag, again.Tag);
        Assert.Equal(HttpStatusCode.Conflict, (await server.Client.DeleteAsync("/api/v1/overrides/1", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.DeleteAsync("/api/v1/overrides/9", Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData(
        """{"kind":"wrong","deployment":"d1","reason":"so"}""",
        "write failed, not_failed, link_incident, unlink_incident or exclude")]
    [InlineData("""{"kind":"failed","deployment":"d1"}""", "the reason is missing")]
    [InlineData("""{"kind":"failed","deployment":"d9","reason":"so"}""", "no deployment in the ledger has this id")]
    [InlineData(
        """{"kind":"link_incident","deployment":"d1","incident":"INC-9","reason":"so"}""",
        "no incident that was judged has this id")]
    [InlineData("""{"kind":"failed","deployment":"d1","reason":"so","name":"Ada"}""", "the body is no override")]
    [InlineData("""["failed"]""", "the body is no override")]
    [InlineData("", "the body is no override")]
    public async Task What_is_wrong_is_said_in_a_sentence(string body, string sentence)
    {
        await using var server = await FilledAsync();
        var refused = await server.PostAsync("/api/v1/overrides", body);
        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
        using var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains(sentence, problem.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Only_a_token_of_that_scope_may_and_its_name_is_kept()
    {
        await using var server = await FilledAsync(
            ("release-desk", "override"), ("dashboard", "read"), ("ci", "ingest"), ("owner", "admin"));
        foreach (var (token, status) in new[] { ("dashboard", 401), ("ci", 401), ("release-desk", 201), ("owner", 201) })
        {
            server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_" + token);
            var answer = await server.PostAsync(
                "/api/v1/overrides", """{"kind":"exclude","deployment":"d1","reason":"a rehearsal"}""");
            Assert.Equal((token, status), (token, (int)answer.StatusCode));
            if (status == 401) Assert.Contains("the scope override", await answer.Content.ReadAsStringAsync(Cancellation));
        }

        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_dashboard");
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.Client.DeleteAsync("/api/v1/overrides/1", Cancellation)).StatusCode);

        // Who may override may look at what there is to override, and send no events.
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_release-desk");
        var list = await server.Client.GetStringAsync("/api/v1/overrides", Cancellation);
        Assert.Contains("\"by\":\"release-desk\"", list);
        Assert.Contains("\"by\":\"owner\"", list);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/events", Two)).StatusCode);
    }

    [Fact]
    public async Task A_form_of_our_own_page_leads_back_to_it_with_the_effect_to_be_seen()
    {
        await using var server = await FilledAsync();
        Assert.Contains("It failed: incident INC-1.", await PageAsync(server, "/deployments/acme/2"));
        var sent = await SendAsync(
            server, "/overrides/new", [OwnPage], ("kind", "not_failed"), ("deployment", "acme/2"), ("service", "shop"),
            ("page", "acme/2"), ("reason", "the power <was> out"));
        Assert.Equal(
            (HttpStatusCode.SeeOther, "/deployments/acme/2?service=shop#overrides"),
            (sent.StatusCode, sent.Headers.Location?.ToString()));
        var page = await PageAsync(server, "/deployments/acme/2?service=shop");
        Assert.Contains("It did not fail: somebody said so. By the rules it would have: incident INC-1.", page);
        Assert.Contains("the power &lt;was&gt; out", page);
        Assert.Contains("the power &lt;was&gt; out", await PageAsync(server, "/overrides"));

        var undone = await SendAsync(
            server, "/overrides/undo", [OwnPage], ("id", "1"), ("page", ""),
            ("about", "?team=payments&window=7&service=shop&cursor=x"));
        Assert.Equal("/overrides?service=shop&team=payments&window=7#overrides", undone.Headers.Location?.ToString());
        Assert.Contains("It failed: incident INC-1.", await PageAsync(server, "/deployments/acme/2"));

        var refused = await SendAsync(
            server, "/overrides/new", [OwnPage], ("kind", "failed"), ("deployment", "d1"), ("page", "d1"),
            ("about", "?window=7"), ("reason", " "));
        Assert.Equal("/deployments/d1?window=7&refused=reason#overrides", refused.Headers.Location?.ToString());
        Assert.Contains("Nothing was changed: the reason is missing", await PageAsync(server, "/deployments/d1?refused=reason"));
        Assert.DoesNotContain("Nothing was changed", await PageAsync(server, "/deployments/d1?refused=anything"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await server.PostAsync("/overrides/new", "{}")).StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused_whatever_the_browser_remembers()
    {
        await using var server = await FilledAsync(("desk", "override"));
        var own = server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        server.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("anyone:ll_desk"u8));
        foreach (var (headers, status) in new ((string, string)[], int)[]
        {
            ([("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")], 403),
            ([("Sec-Fetch-Site", "cross-site")], 403),
            ([("Sec-Fetch-Site", "same-site"), ("Origin", own)], 403),
            ([("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example")], 403),
            ([("Origin", "https://evil.example")], 403),
            ([("Origin", "null")], 403),
            ([], 401),
            ([("Sec-Fetch-Site", "none")], 401),
            ([("Origin", own)], 303),
            ([("Sec-Fetch-Site", "same-origin"), ("Origin", own)], 303),
            ([("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], 303),
        })
        {
            var answer = await SendAsync(
                server, "/overrides/new", headers, ("kind", "exclude"), ("deployment", "d1"), ("page", "d1"),
                ("reason", "a rehearsal"));
            Assert.Equal((string.Join(' ', headers), status), (string.Join(' ', headers), (int)answer.StatusCode));
        }

        Assert.Equal(3, (await server.Store.OverridesAsync(null, 50, Cancellation)).Items.Length);
    }

    [Fact]
    public async Task A_page_offers_its_forms_to_those_alone_who_may_send_them()
    {
        await using var server = await FilledAsync(("desk", "override"), ("dashboard", "read"));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_dashboard");
        Assert.DoesNotContain("<form method=\"post\"", await PageAsync(server, "/deployments/acme/2"));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_desk");
        var page = await PageAsync(server, "/deployments/acme/2");
        foreach (var kind in new[] { "not_failed", "exclude", "unlink_incident" })
            Assert.Contains($"name=\"kind\" value=\"{kind}\"", page);
        Assert.DoesNotContain("name=\"kind\" value=\"failed\"", page);
        var other = await PageAsync(server, "/deployments/d1");
        foreach (var kind in new[] { "failed", "exclude", "link_incident" })
            Assert.Contains($"name=\"kind\" value=\"{kind}\"", other);
    }

    static async Task<(int Failed, EntityTagHeaderValue Tag)> MetricsAsync(RunningServer server)
    {
        var answer = await server.Client.GetAsync("/api/v1/metrics?from=2026-03-01&to=2026-04-01", Cancellation);
        using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return (report.RootElement.GetProperty("metrics").GetProperty("change_failure_rate")
            .GetProperty("failed").GetInt32(), answer.Headers.ETag!);
    }

    static async Task<HttpResponseMessage> SendAsync(
        RunningServer server, string path, (string Name, string Value)[] headers, params (string Name, string Value)[] fields)
    {
        // Followed, the answer would not be seen.
        using var client = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false })
        { BaseAddress = server.Client.BaseAddress };
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        request.Headers.Authorization = server.Client.DefaultRequestHeaders.Authorization;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, Cancellation);
    }

    static async Task<string> PageAsync(RunningServer server, string path)
    {
        var answer = await server.Client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    static async Task<RunningServer> FilledAsync(params (string Name, string Scope)[] tokens)
    {
        var server = await RunningServer.StartAsync(prepare: async store =>
        {
            foreach (var (name, scope) in tokens)
                await store.AddTokenAsync(name, scope, Access.Hash("ll_" + name), RunningServer.Now, Cancellation);
            await store.AppendAsync([.. Two.Split('\n').Select(Ingest.Events.Of)], Cancellation);
        });
        await server.SettleAsync();
        return server;
    }
}
