using System.Net;
using System.Text.Json;
using Leadline.Api;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>What sources sent, asked for and read again over the API.</summary>
public sealed class DeliveriesTests
{
    const string Good = """{"type":"deployment","id":"d1","service":"shop","environment":"production","status":"succeeded","finished_at":"2026-03-09T00:00:00Z"}""";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_listed_by_source_outcome_and_time_a_page_at_a_time()
    {
        await using var server = await FilledAsync();
        Assert.Equal([3, 2, 1], await IdsAsync(server, ""));
        Assert.Equal([2, 1], await IdsAsync(server, "?source=github"));
        Assert.Equal([2], await IdsAsync(server, "?outcome=unreadable"));
        Assert.Equal([1], await IdsAsync(server, "?outcome=ignored&source=github"));
        Assert.Empty(await IdsAsync(server, "?outcome=unread"));
        Assert.Equal([3], await IdsAsync(server, "?from=2026-04-01T13:00:00Z"));
        Assert.Equal([2, 1], await IdsAsync(server, "?to=2026-04-01T13:00:00%2B00:00&from=2026-04-01"));

        var seen = new List<long>();
        for (string? cursor = null; ;)
        {
            using var page =
                JsonDocument.Parse(await server.Client.GetStringAsync(
                    "/api/v1/deliveries?limit=1" + (cursor is null ? "" : "&cursor=" + cursor), Cancellation));
            seen.AddRange(
                page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()));
            if ((cursor = page.RootElement.GetProperty("next").GetString()) is null) break;
        }

        Assert.Equal([3, 2, 1], seen);
    }

    [Fact]
    public async Task One_that_could_not_be_read_is_read_again_when_somebody_asks()
    {
        await using var server = await FilledAsync();
        await server.Store.SaveReadingsAgainAsync([new(3, 1, Core.Reading.Unreadable("the reader failed"))], [], Cancellation);
        using var asked = await server.PostAsync("/api/v1/retries?delivery=3", "");
        Assert.Equal(
            (HttpStatusCode.Accepted, """{"waiting":1,"sources":[{"source":"leadline","deliveries":1}]}"""),
            (asked.StatusCode, await asked.Content.ReadAsStringAsync(Cancellation)));
        await server.SettleAsync();
        Assert.Equal(("facts", 1), await OutcomeAsync(server, 3));

        using var all = await server.PostAsync("/api/v1/retries?outcome=unreadable&source=github", "");
        Assert.Equal(
            """{"waiting":1,"sources":[{"source":"github","deliveries":1}]}""",
            await all.Content.ReadAsStringAsync(Cancellation));
        await server.SettleAsync();
        Assert.Equal(("unreadable", 0), await OutcomeAsync(server, 2));
        using var none = await server.PostAsync("/api/v1/retries?outcome=unreadable&source=leadline", "");
        Assert.Equal("""{"waiting":0,"sources":[]}""", await none.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_form_of_the_page_has_one_or_all_read_again_and_says_what_becomes_of_it()
    {
        await using var server = await FilledAsync();
        var page = await server.Client.GetStringAsync("/data?window=30", Cancellation);
        Assert.Contains("<input type=\"hidden\" name=\"window\" value=\"30\" />", page);
        Assert.Contains("aria-label=\"Read again: delivery 2\"", page);

        var one = await SentAsync(server, ("delivery", "2"), ("window", "30"));
        Assert.Equal("/data?window=30&retried=2#unreadable", one.Address);
        Assert.Contains("Delivery 2 ", one.Page);
        await server.SettleAsync();
        Assert.Contains(
            "Delivery 2 was read again: unreadable, because", await server.Client.GetStringAsync(one.Address, Cancellation));

        var all = await SentAsync(server, ("team", "a&b"));
        Assert.Equal("/data?team=a%26b&waiting=1#unreadable", all.Address);
        Assert.Contains("1 unreadable delivery was asked to be read again", all.Page);
        Assert.Contains("There is no such delivery: nothing is read again.", (await SentAsync(server, ("delivery", "99"))).Page);
        Assert.Contains(
            "There is no such delivery: nothing is read again.", (await SentAsync(server, ("delivery", "x\r\ny"))).Page);
        using var json = await server.PostAsync("/data/retries", "{}");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
    }

    [Theory]
    [InlineData("read", HttpStatusCode.Unauthorized)]
    [InlineData("override", HttpStatusCode.Unauthorized)]
    [InlineData("admin", HttpStatusCode.OK)]
    public async Task The_form_of_the_page_wants_the_scope_admin(string scope, HttpStatusCode status)
    {
        await using var server = await RunningServer.StartAsync(
            prepare: store => store.AddTokenAsync("one", scope, Access.Hash("ll_one"), RunningServer.Now, Cancellation));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/data/retries") { Content = new FormUrlEncodedContent([]) };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer ll_one");
        using var answer = await server.Client.SendAsync(request, Cancellation);

        // The redirect is followed without the token's header where the client thinks so; the form itself is what counts.
        Assert.Equal(status == HttpStatusCode.OK, answer.RequestMessage!.RequestUri!.AbsolutePath == "/data");
        if (status != HttpStatusCode.OK) Assert.Equal(status, answer.StatusCode);
    }

    static async Task<(string Address, string Page)> SentAsync(RunningServer server, params (string Key, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Key, field.Value)));
        using var answer = await server.Client.PostAsync("/data/retries", content, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (answer.RequestMessage!.RequestUri!.PathAndQuery
            + answer.RequestMessage.RequestUri.Fragment, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData(404, "there is no delivery 99", "delivery=99")]
    [InlineData(400, "'x' is no delivery's id", "delivery=x")]
    [InlineData(400, "say what to read again", "")]
    [InlineData(400, "say what to read again", "delivery=1&outcome=unreadable")]
    [InlineData(400, "'facts' cannot be read again as a whole", "outcome=facts")]
    [InlineData(400, "there is no source 'gitub': the sources are", "outcome=unreadable&source=gitub")]
    [InlineData(400, "an id says enough", "delivery=1&source=github")]
    [InlineData(409, "was dropped when its time was over", "delivery=2")]
    public async Task What_cannot_be_read_again_is_said_in_a_sentence(int status, string sentence, string query)
    {
        await using var server = await FilledAsync();
        await server.Store.DropBodiesAsync(RunningServer.Now.AddDays(1), null, Cancellation);
        using var answer = await server.PostAsync("/api/v1/retries?" + query, "");
        Assert.Equal(
            (status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains(sentence, problem.RootElement.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("read", HttpStatusCode.Unauthorized)]
    [InlineData("ingest", HttpStatusCode.Unauthorized)]
    [InlineData("admin", HttpStatusCode.Accepted)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task Only_who_may_do_everything_may_have_them_read_again(string? scope, HttpStatusCode expected)
    {
        await using var server = await RunningServer.StartAsync(prepare: async store =>
        {
            foreach (var kind in new[] { "ingest", "read", "admin" })
                await store.AddTokenAsync(kind, kind, Access.Hash("token of " + kind), RunningServer.Now, default);
        });
        if (scope is not null) server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token of " + scope);
        foreach (var path in new[] { "/api/v1/retries", "/API/V1/Retries", "/api/v1/retries/" })
            Assert.Equal(expected, (await server.PostAsync(path + "?outcome=unreadable", "")).StatusCode);
    }

    [Fact]
    public async Task What_was_accepted_and_belongs_to_no_service_is_said_with_the_line_that_mends_it()
    {
        await using var server = await RunningServer.StartAsync(
            "services: { shop: { repositories: [acme/shop], apps: [shop], incidents: { pagerduty: [P1] } } }");
        await server.PostAsync("/api/v1/events", string.Join('\n',
            """{"type":"deployment","id":"d1","service":"shop","environment":"production","status":"succeeded","finished_at":"2026-03-09T00:00:00Z"}""",
            """{"type":"deployment","id":"d2","repository":"acme/till","environment":"production","status":"succeeded","finished_at":"2026-03-09T00:00:00Z"}""",
            """{"type":"deployment","id":"d3","repository":"acme/till","environment":"production","status":"succeeded","finished_at":"2026-03-10T00:00:00Z"}""",
            """{"type":"deployment","id":"d4","service":"tills","environment":"production","status":"succeeded","finished_at":"2026-03-10T00:00:00Z"}""",
            """{"type":"commit","repository":"acme/other","sha":"3f786850e387550fdab836ed7e6dc881de23001b"}""",
            """{"type":"commit","repository":"acme/shop","sha":"89e6c98d92887913cadf06b2adb97f26cde4849b"}""",
            """{"type":"incident","id":"i1","service":"payments","started_at":"2026-03-10T00:00:00Z"}""",
            """{"type":"incident","id":"i2","service":"shop","started_at":"2026-03-10T00:00:00Z"}"""));
        await server.SettleAsync();
        using var sources = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/sources", Cancellation));
        var unmapped = sources.RootElement[0].GetProperty("unmapped").EnumerateArray()
            .Select(one =>
                (one.GetProperty("kind").GetString(), one.GetProperty("count").GetInt64(), one.GetProperty("add").GetString(),
                    one.GetProperty("sentence").GetString())).ToList();
        Assert.Equal(
            [
                ("deployment", 2L, "repositories: [\"acme/till\"]", "2 deployments of acme/till were accepted, but nothing "
                    + "maps to them: add repositories: [\"acme/till\"] to its service in leadline.yaml; for example d3 in "
                    + "delivery 1"),
                ("commit", 1L, "repositories: [\"acme/other\"]", "1 commit in acme/other was accepted, but nothing maps to "
                    + "it: add repositories: [\"acme/other\"] to the service in leadline.yaml; for example "
                    + "3f786850e387550fdab836ed7e6dc881de23001b in delivery 1"),
                ("deployment", 1L, null, "1 deployment of the service tills was accepted, but nothing maps to it: add "
                    + "\"tills\": {} to the services in leadline.yaml, or send the name of one that is there; for example d4 "
                    + "in delivery 1"),
                ("incident", 1L, null, "1 incident of the service payments (which only incidents name) was accepted, but "
                    + "nothing maps to it: add \"payments\": {} to the services in leadline.yaml, or send the name of one "
                    + "that is there; for example i1 in delivery 1"),
            ],
            unmapped);
        Assert.Contains(
            "2 deployments of acme/till were accepted, but nothing maps to them: add repositories: [&quot;acme/till&quot;]",
            await server.Client.GetStringAsync("/data", Cancellation));
    }

    [Fact]
    public async Task Where_no_service_is_listed_an_incident_of_one_that_only_incidents_name_is_said()
    {
        await using var server = await RunningServer.StartAsync();
        await server.PostAsync("/api/v1/events", Good + """

            {"type":"incident","id":"i1","service":"payments","started_at":"2026-03-10T00:00:00Z"}
            """.TrimStart(' '));
        await server.SettleAsync();
        using var sources = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/sources", Cancellation));
        var only = Assert.Single(sources.RootElement[0].GetProperty("unmapped").EnumerateArray());
        Assert.Contains("send its deployments under the same name", only.GetProperty("sentence").GetString());
    }

    [Fact]
    public async Task A_clock_that_is_ahead_is_seen_by_the_median_of_the_last_deliveries()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var (id, at) in new[] { ("1", "12:00:30"), ("2", "12:05:00"), ("3", "11:59:00") })
            await server.PostAsync(
                "/api/v1/events", $$"""{"type":"annotation","id":"{{id}}","at":"2026-04-01T{{at}}Z","text":"a"}""");
        await server.SettleAsync();
        using var sources = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/sources", Cancellation));
        Assert.Equal(-30, sources.RootElement[0].GetProperty("clock_skew_seconds").GetDouble());
    }

    static async Task<RunningServer> FilledAsync()
    {
        var server = await RunningServer.StartAsync();
        await server.PostAsync("/api/v1/deliveries/github", "{}", ("X-GitHub-Event", "ping"));
        await server.PostAsync("/api/v1/deliveries/github", "no json", ("X-GitHub-Event", "push"));
        server.Clock.Advance(TimeSpan.FromHours(2));
        await server.PostAsync("/api/v1/events", Good);
        await server.SettleAsync();
        return server;
    }

    static async Task<IEnumerable<long>> IdsAsync(RunningServer server, string query)
    {
        using var page = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/deliveries" + query, Cancellation));
        return [.. page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64())];
    }

    static async Task<(string?, int)> OutcomeAsync(RunningServer server, long id)
    {
        using var delivery = JsonDocument.Parse(await server.Client.GetStringAsync($"/api/v1/deliveries/{id}", Cancellation));
        return (delivery.RootElement.GetProperty("outcome").GetString(), delivery.RootElement.GetProperty("facts").GetInt32());
    }
}
