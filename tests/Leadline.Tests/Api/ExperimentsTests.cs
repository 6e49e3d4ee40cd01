using System.Net;
using System.Text;
using System.Text.Json;
using Leadline.Api;
using Leadline.Settings;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>
/// Experiments over the wire and by the forms of a page: who may register them, what is refused, and what is said of them.
/// </summary>
public sealed class ExperimentsTests
{
    const string Body =
        """
        {"name":"small-batches","hypothesis":"Smaller changes are deployed more often.","services":["shop"],"metric":"deployment_frequency","worth":"20%","start":"2026-01-07",
         "end":"2026-04-20","guardrails":["change_failure_rate=15%"],"comparison":["mill"]}
        """;

    static readonly (string, string) OwnPage = ("Sec-Fetch-Site", "same-origin");

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_registered_has_its_verdict_at_once_and_stays_as_it_is()
    {
        await using var server = await FilledAsync();
        var before = (await server.Client.GetAsync("/api/v1/experiments", Cancellation)).Headers.ETag;
        var made = await server.PostAsync("/api/v1/experiments", Body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var text = await made.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(text, await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation));
        var list = await server.Client.GetAsync("/api/v1/experiments", Cancellation);
        Assert.Equal($"[{text}]", await list.Content.ReadAsStringAsync(Cancellation));
        Assert.NotEqual(before, list.Headers.ETag);

        using (var report = JsonDocument.Parse(text))
        {
            Assert.Equal(
                ("helped", "running", 84),
                (report.RootElement.GetProperty("verdict").GetString(), report.RootElement.GetProperty("state").GetString(),
                    report.RootElement.GetProperty("registered_days_late").GetInt32()));
            Assert.Equal("not_worse", report.RootElement.GetProperty("guardrails")[0].GetProperty("state").GetString());
        }

        var again = await server.PostAsync("/api/v1/experiments", Body.Replace("20%", "90%"));
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.Contains("was registered before, and stays as it is", await again.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(text, await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation));
        Snapshot("experiment", text);
    }

    [Fact]
    public async Task Stopped_it_looks_at_no_later_week()
    {
        await using var server = await FilledAsync();
        await server.PostAsync("/api/v1/experiments", Body);
        var stopped = await server.PostAsync("/api/v1/experiments/small-batches/stop?reason=the%20team%20moved%20on", "");
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        var looks = await LooksAsync(server);
        Assert.Equal(HttpStatusCode.Conflict, (await server.PostAsync("/api/v1/experiments/small-batches/stop", "")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/api/v1/experiments/none/stop", "")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/v1/experiments/none", Cancellation)).StatusCode);

        server.Clock.Advance(TimeSpan.FromDays(14));
        await server.PostAsync("/api/v1/events", Deployment("late", "shop", "2026-04-14T09:00:00Z"));
        await server.SettleAsync();
        Assert.Equal(looks, await LooksAsync(server));
        var text = await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation);
        Assert.Contains("\"state\":\"stopped\"", text);
        Assert.Contains("\"stopped_because\":\"the team moved on\"", text);
    }

    [Fact]
    public async Task A_week_counts_once_it_is_over_and_something_later_is_known()
    {
        await using var server = await FilledAsync();
        await server.PostAsync("/api/v1/experiments", Body);
        Assert.Equal(8, await LooksAsync(server));
        server.Clock.Advance(TimeSpan.FromDays(14));
        Assert.Equal(8, await LooksAsync(server));
        Assert.Contains(
            "nothing that was deployed later is known",
            await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation));
        await server.PostAsync("/api/v1/events", Deployment("late", "mill", "2026-04-13T09:00:00Z"));
        await server.SettleAsync();
        Assert.Equal(10, await LooksAsync(server));
    }

    [Theory]
    [InlineData("\"name\":\"small-batches\"", "\"name\":\"Small batches\"", "name: the name stands in addresses")]
    [InlineData("\"hypothesis\":\"Smaller changes are deployed more often.\",", "", "hypothesis: say in a sentence")]
    [InlineData("deployment_frequency", "deploys", "metric: 'deploys' is no metric: write one of deployment_frequency")]
    [InlineData("\"worth\":\"20%\"", "\"worth\":\"a lot\"", "worth: 'a lot' is no such number")]
    [InlineData("\"worth\":\"20%\",", "", "worth: the smallest effect worth having is missing")]
    [InlineData("\"worth\":\"20%\"", "\"worth\":\"100%\",\"direction\":\"down\"", "worth: nothing can fall by 100 %")]
    [InlineData("2026-01-07", "yesterday", "start: 'yesterday' is no time")]
    [InlineData("2026-04-20", "2026-01-20", "end: from the Monday after the start to the end there are 1 whole weeks")]
    [InlineData(
        "change_failure_rate=15%", "deployment_frequency", "guardrails: deployment_frequency is what the experiment is to move")]
    [InlineData("[\"mill\"]", "[\"shop\"]", "comparison: shop is where the experiment is")]
    [InlineData("[\"mill\"]", "[\"mil\"]", "comparison: there is no 'mil'; did you mean \"mill\"")]
    [InlineData("[\"shop\"]", "[\"shpo\"]", "services: there is no 'shpo'")]
    [InlineData("\"worth\"", "\"worthy\"", "the body is no experiment")]
    public async Task What_is_wrong_is_said_with_its_key(string what, string with, string sentence)
    {
        await using var server = await FilledAsync(weeks: 1);
        Assert.Contains(what, Body);
        var refused = await server.PostAsync("/api/v1/experiments", Body.Replace(what, with));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
        using var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains(sentence, problem.RootElement.GetProperty("detail").GetString());
        Assert.Equal("[]", await server.Client.GetStringAsync("/api/v1/experiments", Cancellation));
    }

    [Fact]
    public async Task Starts_and_ends_are_marks_of_the_services_that_it_is_about()
    {
        await using var server = await FilledAsync();
        await server.PostAsync("/api/v1/experiments", Body);
        await server.PostAsync("/api/v1/experiments/small-batches/stop", "");
        Assert.Equal(
            """{"items":[{"kind":"experiment","id":"experiment/small-batches/start","at":"2026-01-07T00:00:00Z","service":null,"team":null,"text":"experiment small-batches starts","flag":null,"environment":"production","on":null,"delivery":null,"experiment":"small-batches"},"""
            + """{"kind":"experiment","id":"experiment/small-batches/end","at":"2026-04-01T12:00:00Z","service":null,"team":null,"text":"experiment small-batches is stopped","flag":null,"environment":"production","on":null,"delivery":null,"experiment":"small-batches"}],"next":null}""",
            await server.Client.GetStringAsync("/api/v1/marks?from=2026-01-01&service=shop", Cancellation));
        Assert.DoesNotContain(
            "small-batches", await server.Client.GetStringAsync("/api/v1/marks?from=2026-01-01&service=mill", Cancellation));
        Assert.Contains("small-batches", await server.Client.GetStringAsync("/api/v1/marks?from=2026-01-01", Cancellation));
        Assert.Contains(
            "<a href=\"/experiments/small-batches?window=365\">2026-01-07 00:00 experiment small-batches starts</a> "
                + "(experiment)", await PageAsync(server, "/?window=365"));
    }

    [Fact]
    public async Task Only_a_token_that_may_override_may_register()
    {
        await using var server = await FilledAsync(
            weeks: 1, tokens: [("dashboard", "read"), ("ci", "ingest"), ("desk", "override")]);
        foreach (var (token, status) in new[] { ("dashboard", 401), ("ci", 401), ("desk", 201) })
        {
            server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_" + token);
            Assert.Equal((token, status), (token, (int)(await server.PostAsync("/api/v1/experiments", Body)).StatusCode));
        }

        Assert.Contains("\"registered_by\":\"desk\"", await server.Client.GetStringAsync("/api/v1/experiments", Cancellation));
        Assert.Contains("action=\"/experiments/new\"", await PageAsync(server, "/experiments"));
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "ll_dashboard");
        Assert.DoesNotContain("action=\"/experiments/new\"", await PageAsync(server, "/experiments"));
        Assert.DoesNotContain("action=\"/experiments/stop\"", await PageAsync(server, "/experiments/small-batches"));
    }

    [Fact]
    public async Task A_form_leads_to_the_experiment_or_back_with_what_was_typed_and_what_is_wrong()
    {
        await using var server = await FilledAsync();
        (string, string)[] fields =
        [
            ("name", "small-batches"), ("hypothesis", "Smaller is <b>sooner</b>."), ("metric", "deployment_frequency"),
            ("worth", "20%"), ("start", "2026-01-07"), ("services", "shop"), ("about", "?window=7"),
        ];
        var refused = await SendAsync(
            server, "/experiments/new",
            [
                .. fields.Where(field => field.Item1 is not ("worth" or "services")), ("worth", "much"),
                ("services", "shop, nobody"),
            ]);
        Assert.Equal(HttpStatusCode.SeeOther, refused.StatusCode);
        Assert.StartsWith("/experiments?window=7&refused=yes&name=small-batches&", refused.Headers.Location!.ToString());
        var page = await PageAsync(server, refused.Headers.Location!.ToString());
        Assert.Contains("Smallest effect worth having: &#x27;much&#x27; is no such number", page);
        Assert.Contains("value=\"Smaller is &lt;b&gt;sooner&lt;/b&gt;.\"", page);
        Assert.Contains("No experiment was registered yet.", page);

        var made = await SendAsync(server, "/experiments/new", fields);
        Assert.Equal("/experiments/small-batches?window=7", made.Headers.Location!.ToString());
        page = await PageAsync(server, "/experiments/small-batches");
        Assert.Contains("Smaller is &lt;b&gt;sooner&lt;/b&gt;.", page);
        Assert.Contains("84 days after its start", page);
        Assert.Contains("verdict-helped", page);
        Assert.Equal(
            "/experiments/small-batches",
            (await SendAsync(server, "/experiments/stop", ("name", "small-batches"))).Headers.Location!.ToString());
        Assert.Contains("<dt>Stopped</dt>", await PageAsync(server, "/experiments/small-batches"));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(server, "/experiments/stop", ("name", "none"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await server.PostAsync("/experiments/new", "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/experiments/none", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task What_the_file_names_is_registered_once_and_cannot_be_changed_there()
    {
        const string File =
            """
            experiments:
              small-batches: { hypothesis: Smaller is sooner., services: shop, metric: lead_time, worth: 20%, start: 2026-03-30, guardrails: { change_failure_rate: 3% } }
            """;
        await using var server = await RunningServer.StartAsync(File);
        var text = await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation);
        Assert.Contains("\"registered_by\":\"leadline.yaml\"", text);
        Assert.Contains("\"guardrails\":[{\"metric\":\"change_failure_rate\",\"tolerated\":0.03}]", text);
        Assert.Contains("\"because\":\"no known service is in its scope\"", text);

        // The same file again is nothing new; another is refused.
        var registering = new Leadline.Experiments.Registering(server.Store, Core.Definitions.Default, server.Clock);
        await registering.FromFileAsync(SettingsFile.Parse(File, "leadline.yaml", _ => null).Experiments, Cancellation);
        var changed =
            await Assert.ThrowsAsync<SettingsException>(() =>
                registering.FromFileAsync(
                    SettingsFile.Parse(File.Replace("20%", "30%"), "leadline.yaml", _ => null).Experiments, Cancellation));
        Assert.Contains(
            "experiments.small-batches: it was registered on 2026-04-01 with other words, and what was registered stays",
            changed.Message);
        Assert.Contains("\"worth\":0.2", await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation));
    }

    [Fact]
    public void What_is_wrong_in_the_file_is_said_with_line_and_key()
    {
        var wrong = Assert.Throws<SettingsException>(() => SettingsFile.Parse(
            """
            experiments:
              small-batches:
                hypothesis: Smaller is sooner.
                metric: lead_time
                worth: 20
                start: 2026-03-30
              Big:
                metric: lead_time
            """, "leadline.yaml", _ => null));
        Assert.Contains(
            "leadline.yaml:5:12 experiments.small-batches.worth: '20' is no percentage: write a percentage such as 20%",
            wrong.Errors);
        Assert.Contains(
            wrong.Errors,
            sentence =>
                sentence.StartsWith(
                    "leadline.yaml:7:3 experiments.Big: the name stands in addresses", StringComparison.Ordinal));
        Assert.Contains(
            wrong.Errors,
            sentence =>
                sentence.StartsWith("leadline.yaml:7:3 experiments.Big: start: the start is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_told_is_said_with_what_is_left_out()
    {
        await using var server = await FilledAsync();
        await server.PostAsync(
            "/api/v1/events",
            $"{Deployment("n1", "new", "2026-01-02T09:00:00Z")}\n{Deployment("n2", "new", "2026-03-02T09:00:00Z")}");
        await server.SettleAsync();
        foreach (var (name, change, says) in new (string, Func<string, string>, string)[]
        {
            ("young", body =>
                body.Replace("[\"shop\"]", "[\"new\"]"),
                "Cannot tell yet: no service in its scope was deployed early enough before the start."),
            ("young-beside", body =>
                body.Replace("[\"mill\"]", "[\"new\"]"),
                "Cannot tell yet: none of the services that it is compared with was deployed early enough."),
            ("later", body =>
                body.Replace("2026-01-07", "2026-06-01").Replace("2026-04-20", "2026-09-01"),
                "Not started: it starts on 2026-06-01."),
            ("short", body =>
                body.Replace("2026-01-07", "2026-03-09"),
                "Cannot tell yet: the first look is after 4 whole weeks, on 2026-04-06."),
            ("rare", body =>
                body.Replace("deployment_frequency", "recovery_time"),
                "Cannot tell yet: up to 2026-03-30 there are too few rows for an interval."),
            ("tiny", body =>
                body.Replace("deployment_frequency", "change_failure_rate").Replace("change_failure_rate=15%", "lead_time")
                    .Replace("20%", "0.1%"), "However many deployments follow, so small an effect cannot be told from the "),
        })
        {
            var made = await server.PostAsync("/api/v1/experiments", change(Body).Replace("small-batches", name));
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            using var report = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Cancellation));
            Assert.Contains(says, report.RootElement.GetProperty("says").GetString());
            Assert.Equal("cannot_tell", report.RootElement.GetProperty("verdict").GetString());
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/experiments/" + name, Cancellation)).StatusCode);
        }

        Assert.Contains(
            "new, it was first deployed on 2026-01-02, less than 4 whole weeks before the start",
            await PageAsync(server, "/experiments/young"));
    }

    static async Task<int> LooksAsync(RunningServer server)
    {
        using var report = JsonDocument.Parse(
            await server.Client.GetStringAsync("/api/v1/experiments/small-batches", Cancellation));
        return report.RootElement.GetProperty("looks").GetArrayLength();
    }

    static void Snapshot(string name, string text)
    {
        var file = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Api", "Snapshots", name + ".json");
        var actual = JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement, Indented) + "\n";
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    static async Task<HttpResponseMessage> SendAsync(
        RunningServer server, string path, params (string Name, string Value)[] fields)
    {
        using var client = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false })
        { BaseAddress = server.Client.BaseAddress };
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        request.Headers.TryAddWithoutValidation(OwnPage.Item1, OwnPage.Item2);
        return await client.SendAsync(request, Cancellation);
    }

    static async Task<string> PageAsync(RunningServer server, string path)
    {
        var answer = await server.Client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    static string Deployment(string id, string service, string at) =>
        $$"""{"type":"deployment","id":"{{id}}","service":"{{service}}","environment":"production","version":"{{id}}","status":"succeeded","finished_at":"{{at}}"}""";

    /// <summary>
    /// Half a year: the shop deploys about six times a week and from 7 January on twice as often; the mill eight times, always.
    /// </summary>
    static async Task<RunningServer> FilledAsync(int weeks = 26, (string Name, string Scope)[]? tokens = null)
    {
        var first = new DateTimeOffset(2025, 9, 29, 9, 0, 0, TimeSpan.Zero);
        var lines = new StringBuilder();
        for (var week = 0; week <= weeks; week++)
        {
            var (shop, mill) = (week < 14 ? 5 + (week % 3) : 11 + (week % 3), 7 + (week % 4 == 0 ? 2 : 1));
            for (var i = 0; i < shop && first.AddDays((7 * week) + (i % 5)) < RunningServer.Now.AddDays(-0.5); i++)
                Add("shop", week, i);
            for (var i = 0; i < mill && first.AddDays((7 * week) + (i % 5)) < RunningServer.Now.AddDays(-0.5); i++)
                Add("mill", week, i);
        }

        var server = await RunningServer.StartAsync(prepare: async store =>
        {
            foreach (var (name, scope) in tokens ?? [])
                await store.AddTokenAsync(name, scope, Access.Hash("ll_" + name), RunningServer.Now, Cancellation);
            await store.AppendAsync(
                [.. lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Ingest.Events.Of)], Cancellation);
        });
        await server.SettleAsync();
        return server;

        void Add(string service, int week, int i) =>
            lines.Append(Deployment(
                $"{service}-{week}-{i}", service,
                $"{first.AddDays((7 * week) + (i % 5)).AddHours(i / 5):yyyy-MM-dd'T'HH:mm:ss'Z'}")).Append('\n');
    }
}
