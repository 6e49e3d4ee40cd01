using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Api;
using Leadline.Settings;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class ReceivingTests
{
    const string Secret = "sources: { github: { secret: \"${GITHUB}\" } }";
    const string Ping = """{"zen":"Keep it logically awesome."}""";

    [Fact]
    public async Task A_delivery_is_acknowledged_with_its_id_and_known_when_it_comes_again()
    {
        await using var server = await RunningServer.StartAsync();
        var first = await server.PostAsync(
            "/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "one"));
        var again = await server.PostAsync(
            "/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "one"));
        var other = await server.PostAsync(
            "/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "two"));
        Assert.Equal(
            (HttpStatusCode.Accepted, """{"id":1,"status":"stored"}"""),
            (first.StatusCode, await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(
            (HttpStatusCode.OK, """{"id":1,"status":"known"}"""),
            (again.StatusCode, await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    [Fact]
    public async Task Trusts_nobody_who_does_not_know_the_secret()
    {
        await using var server = await RunningServer.StartAsync(Secret);
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("a secret"u8, Encoding.UTF8.GetBytes(Ping)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/deliveries/github", Ping)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await server.PostAsync("/api/v1/deliveries/github", Ping + " ", ("X-Hub-Signature-256", signature))).StatusCode);
        Assert.Equal(0, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await server.PostAsync(
                "/api/v1/deliveries/github", Ping, ("X-Hub-Signature-256", signature), ("X-GitHub-Event", "ping"))).StatusCode);
    }

    /// <summary>Some senders can set no header; a header that calls itself like the address's part is none.</summary>
    [Theory]
    [InlineData("?token=a%20secret", HttpStatusCode.Accepted)]
    [InlineData("?other=1&token=a%20secret", HttpStatusCode.Accepted)]
    [InlineData("?token=another", HttpStatusCode.Unauthorized)]
    [InlineData("?token=", HttpStatusCode.Unauthorized)]
    [InlineData("?token=a%20secret&token=another", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    public async Task A_secret_in_the_address_is_taken_where_its_sender_can_set_no_header(string query, HttpStatusCode expected)
    {
        await using var server = await RunningServer.StartAsync(
            "sources: { statuspage: { secret: \"${STATUSPAGE}\" }, datadog: { secret: \"${DATADOG}\" } }");
        Assert.Equal(
            expected,
            (await server.PostAsync(
                "/api/v1/deliveries/statuspage" + query, "{}", ("X-Forwarded-For", "203.0.113.7"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/deliveries/datadog" + query, "{}")).StatusCode);
        Assert.Equal(
            expected == HttpStatusCode.Accepted ? 1 : 0,
            (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
        if (expected == HttpStatusCode.Accepted)
            Assert.Empty((await server.Store.DeliveryAsync(1, TestContext.Current.CancellationToken))!.Delivery.Headers);
    }

    [Fact]
    public async Task A_secret_in_the_address_is_in_no_span()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<System.Diagnostics.Activity>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => System.Diagnostics.ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        await using (var server = await RunningServer.StartAsync(
            "sources: { statuspage: { secret: \"${STATUSPAGE}\" } }", environment: "a-secret-of-the-address"))
        {
            // Of the client's own spans nothing leaves the tests.
            Assert.Equal(
                HttpStatusCode.Accepted,
                (await server.PostAsync("/api/v1/deliveries/statuspage?token=a-secret-of-the-address", "{}")).StatusCode);
        }

        var ours =
            spans.Where(span =>
                !span.Source.Name.StartsWith("System.Net", StringComparison.Ordinal)
                    && !span.Source.Name.StartsWith("Experimental", StringComparison.Ordinal)).ToList();
        Assert.Contains(ours, span => span.Source.Name == "Microsoft.AspNetCore");
        Assert.All(
            ours,
            span =>
                Assert.DoesNotContain(
                    span.TagObjects.Select(tag => $"{tag.Value}").Append(span.DisplayName),
                    told => told.Contains("a-secret-of-the-address", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("", "a secret")]
    public async Task An_empty_secret_lets_nobody_in(params string[] secrets)
    {
        // The settings file refuses one; whoever puts a server together without it is safe too.
        var settings = new LeadlineSettings
        {
            Secrets = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("github", [.. secrets]),
        };
        await using var server = await RunningServer.StartAsync(made: settings);
        var signature = "sha256="
            + Convert.ToHexStringLower(HMACSHA256.HashData(Array.Empty<byte>(), Encoding.UTF8.GetBytes(Ping)));
        var answer = await server.PostAsync(
            "/api/v1/deliveries/github", Ping, ("X-Hub-Signature-256", signature), ("X-GitHub-Event", "ping"),
            ("X-Forwarded-For", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Both_secrets_are_valid_while_one_replaces_the_other()
    {
        await using var server = await RunningServer.StartAsync("sources: { github: { secret: [old, new] } }");
        foreach (var (secret, expected) in new[]
        {
            ("old", HttpStatusCode.Accepted), ("new", HttpStatusCode.Accepted), ("other", HttpStatusCode.Unauthorized),
        })
        {
            var signature = "sha256="
                + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Ping)));
            var answer = await server.PostAsync(
                "/api/v1/deliveries/github", Ping, ("X-Hub-Signature-256", signature), ("X-GitHub-Event", "ping"),
                ("X-GitHub-Delivery", secret));
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_body_that_comes_in_chunks_has_the_same_limit()
    {
        await using var server = await RunningServer.StartAsync();
        var request = new HttpRequestMessage(
            HttpMethod.Post, "/api/v1/events")
        { Content = new ByteArrayContent(new byte[26 * 1024 * 1024]) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.ExpectContinue = true;
        try
        {
            Assert.Equal(
                HttpStatusCode.RequestEntityTooLarge,
                (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }
        catch (HttpRequestException error) when (error.InnerException is IOException)
        {
            // The server may close the connection before all was sent; it must not have taken anything.
        }

        Assert.Equal(0, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
    }

    [Fact]
    public async Task A_body_packed_as_gzip_is_taken_as_if_it_were_plain()
    {
        await using var server = await RunningServer.StartAsync(Secret);
        var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(
            packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Ping), TestContext.Current.CancellationToken);
        var request = new HttpRequestMessage(
            HttpMethod.Post, "/api/v1/deliveries/github")
        { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Add(
            "X-Hub-Signature-256",
            "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("a secret"u8, Encoding.UTF8.GetBytes(Ping))));
        request.Headers.Add("X-GitHub-Event", "ping");
        Assert.Equal(
            HttpStatusCode.Accepted, (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(
            Ping,
            Encoding.UTF8.GetString(
                (await server.Store.DeliveryAsync(1, TestContext.Current.CancellationToken))!.Delivery.Body.Span));
    }

    [Theory]
    [InlineData("gzip", HttpStatusCode.BadRequest)]
    [InlineData("br", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_packing_that_cannot_be_undone_is_refused(string encoding, HttpStatusCode expected)
    {
        await using var server = await RunningServer.StartAsync();
        var content = new StringContent("{\"type\":\"annotation\"}");
        content.Headers.ContentEncoding.Add(encoding);
        var answer = await server.Client.PostAsync(
            "/api/v1/deliveries/leadline", content, TestContext.Current.CancellationToken);
        Assert.Equal((expected, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(0, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
    }

    [Fact]
    public async Task A_store_that_refuses_is_said_as_later()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "store.duckdb");
        await using var server = await RunningServer.StartAsync(address: "duckdb:" + file);
        using (var other = new DuckDB.NET.Data.DuckDBConnection($"Data Source={file}"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "drop index delivery_dedupe; alter table delivery rename to gone";
            command.ExecuteNonQuery();
            foreach (var path in new[] { "/api/v1/deliveries/github", "/api/v1/events" })
            {
                var answer = await server.PostAsync(
                    path, "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}");
                Assert.Equal(
                    (HttpStatusCode.ServiceUnavailable, "application/problem+json"),
                    (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
                Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
            }
        }
    }

    [Fact]
    public async Task Lines_are_counted_as_they_stand_in_the_body()
    {
        await using var server = await RunningServer.StartAsync();
        const string good = "{\"type\":\"annotation\",\"id\":\"ID\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}";
        var answer = await server.PostAsync(
            "/api/v1/events", $"{good.Replace("ID", "1")}\n\nnot json\n{{\"type\":\"\\ud800\"}}\n{good.Replace("ID", "2")}\n");
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(2, body.RootElement.GetProperty("taken").GetInt32());
        Assert.Equal(
            [3, 4], body.RootElement.GetProperty("rejected").EnumerateArray().Select(one => one.GetProperty("line").GetInt32()));
        var array = await server.PostAsync("/api/v1/events", $"[{good.Replace("ID", "3")}, {{");
        Assert.Equal(HttpStatusCode.BadRequest, array.StatusCode);
    }

    [Fact]
    public async Task An_unknown_source_is_said_with_those_there_are()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.PostAsync("/api/v1/deliveries/gitbub", "{}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("github", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_no_JSON_is_kept_and_shown_as_unreadable()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await server.PostAsync("/api/v1/deliveries/github", "no json", ("X-GitHub-Event", "push"))).StatusCode);
        await server.SettleAsync();
        Assert.Equal("unreadable", (await server.Store.DeliveryAsync(1, TestContext.Current.CancellationToken))!.Outcome);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_also_when_it_was_small_on_the_wire()
    {
        await using var server = await RunningServer.StartAsync();
        server.Client.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await server.PostAsync("/api/v1/deliveries/github", new string(' ', 26 * 1024 * 1024))).StatusCode);
        var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(
            packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[26 * 1024 * 1024], TestContext.Current.CancellationToken);
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await server.Client.PostAsync("/api/v1/events", content, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Events_say_which_lines_were_not_taken_and_why()
    {
        await using var server = await RunningServer.StartAsync();
        var some = await server.PostAsync(
            "/api/v1/events",
            "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}\n{\"type\":\"anotation\"}\n");
        using var body = JsonDocument.Parse(await some.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Accepted, some.StatusCode);
        Assert.Equal(1, body.RootElement.GetProperty("taken").GetInt32());
        Assert.Equal(2, body.RootElement.GetProperty("rejected")[0].GetProperty("line").GetInt32());
        var none = await server.PostAsync("/api/v1/events", "{\"type\":\"anotation\"}");
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.Contains("did you mean", await none.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/acme","type":"example.acme.deployed","data":{"type":"deployment","id":"d","service":"shop","environment":"production","status":"succeeded","finished_at":"2026-03-02T11:09:00Z"}}""", 1, 0)]
    [InlineData("""{"context":{"specversion":"0.5.1","id":"1","source":"/acme","type":"dev.cdevents.service.deployed.0.3.0","timestamp":"2026-03-02T11:09:00Z"},"subject":{"id":"shop","content":{"environment":{"id":"production"}}}}""", 1, 0)]
    [InlineData("""[{"specversion":"1.0","id":"1","source":"/acme","type":"example.acme.nothing"},{"type":"annotation","id":"1","at":"2026-01-01T00:00:00Z","text":"a"}]""", 2, 0)]
    [InlineData("""[{"specversion":"1.0","type":"a","data":{"type":"deployment"}},{"type":"annotation","id":"1","at":"2026-01-01T00:00:00Z","text":"a"}]""", 1, 1)]
    public async Task Envelopes_of_events_are_taken_where_our_own_json_is(string body, int taken, int rejected)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.PostAsync("/api/v1/events", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal((taken, rejected), (said.GetProperty("taken").GetInt32(), said.GetProperty("rejected").GetArrayLength()));
    }

    [Fact]
    public async Task Deliveries_that_wait_together_are_each_stored_once()
    {
        await using var server = await RunningServer.StartAsync();
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 200)
                .Select(i =>
                    server.PostAsync(
                        "/api/v1/deliveries/github", Ping, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", $"{i % 100}"))));
        Assert.Equal(100, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(100, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(100, (await server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries);
    }

    /// <summary>Which token may do what; none at all where tokens exist may do nothing.</summary>
    [Theory]
    [InlineData("ingest", HttpStatusCode.Accepted, HttpStatusCode.Unauthorized)]
    [InlineData("read", HttpStatusCode.Unauthorized, HttpStatusCode.OK)]
    [InlineData("admin", HttpStatusCode.Accepted, HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    public async Task A_token_allows_its_scope_and_no_other(string? scope, HttpStatusCode posting, HttpStatusCode reading)
    {
        await using var server = await RunningServer.StartAsync(prepare: async store =>
        {
            foreach (var kind in new[] { "ingest", "read", "admin" })
                await store.AddTokenAsync(kind, kind, Access.Hash("token of " + kind), RunningServer.Now, default);
        });
        if (scope is not null) server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token of " + scope);
        Assert.Equal(
            posting,
            (await server.PostAsync(
                "/api/v1/events",
                "{\"type\":\"annotation\",\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"a\"}")).StatusCode);
        Assert.Equal(
            reading, (await server.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK, (await server.Client.GetAsync("/healthz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_strangers_host_name_gets_no_answer()
    {
        await using var server = await RunningServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/services") { Headers = { Host = "evil.example" } };
        Assert.Equal(
            HttpStatusCode.MisdirectedRequest,
            (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }
}
