using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;
using Variables = System.Collections.Generic.Dictionary<string, string>;

namespace Leadline.EndToEnd;

/// <summary>What the server sends by OpenTelemetry, and that it sends nothing to nobody.</summary>
public sealed class TelemetryTests
{
    const string Secret = "a-secret-that-nobody-may-see";

    const string Sha = "2b66fd261ee5c6cfc8de7fa466bab600bcfe4f69";

    static readonly string Body = JsonSerializer.Serialize(new
    {
        deployment_status = new
        {
            id = 1,
            state = "success",
            environment = "production",
            target_url = "https://target.acme.example",
            created_at = "2026-03-02T11:09:00Z",
            updated_at = "2026-03-02T11:09:00Z",
            creator = new { login = "mona-of-acme" },
        },
        deployment = new { id = 9, sha = Sha, @ref = "v1.4.0", environment = "production", created_at = "2026-03-02T11:00:00Z" },
        repository = new { full_name = "acme/quiet-shop" },
    });

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_webhook_can_be_followed_from_the_socket_to_the_ledger(string protocol)
    {
        await using var receiver = await TelemetryReceiver.StartAsync();
        await DeliverAsync(new Variables
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? receiver.Grpc : receiver.Http,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["Logging__LogLevel__Default"] = "Trace",
        });

        Assert.Equal(["log", "metric", "trace"], receiver.Signals.Order());
        var resources = receiver.Signals.SelectMany(receiver.Resources);
        Assert.All(resources, resource => Assert.Equal("leadline", resource["service.name"]));

        var spans = receiver.Spans();
        var request = Assert.Single(spans, span => span.Attributes.GetValueOrDefault("http.response.status_code") == "202");
        Assert.Equal("POST /api/v1/deliveries/{source}", request.Name);
        Assert.Equal("POST", request.Attributes["http.request.method"]);
        Assert.Equal("/api/v1/deliveries/{source}", request.Attributes["http.route"]);
        Assert.Equal("/api/v1/deliveries/github", request.Attributes["url.path"]);
        Assert.DoesNotContain("user_agent.original", request.Attributes.Keys);
        var commit = Assert.Single(spans, span => span.Name == "commit deliveries");
        Assert.Equal([request.Id], commit.Links);
        var reading = Assert.Single(spans, span => span.Name == "read deliveries");
        Assert.Equal([commit.Id], reading.Links);
        Assert.Equal("1", reading.Attributes["leadline.delivery.count"]);
        Assert.Equal("1", reading.Attributes["leadline.delivery.facts"]);
        Assert.Equal("0", reading.Attributes["leadline.delivery.unreadable"]);
        var judgement = Assert.Single(spans, span => span.Name == "judge services");
        Assert.Equal("1", judgement.Attributes["leadline.service.count"]);
        Assert.Equal("1", judgement.Attributes["leadline.ledger_row.count"]);
        var query = Assert.Single(spans, span => span.Name == "deployments_of");
        Assert.Equal(judgement.Id, query.Parent);
        Assert.Equal(("duckdb", "deployments_of"), (query.Attributes["db.system.name"], query.Attributes["db.query.summary"]));

        var points = receiver.Points();
        var answered = points["leadline.deliveries"].Select(point => $"{point["leadline.source"]} {point["leadline.outcome"]}");
        Assert.Equal(["_OTHER refused", "github refused", "github stored"], answered.Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            (string[])
            [
                "leadline.queue.length", "leadline.delivery.commit.duration", "leadline.reading.duration",
                "leadline.judgement.duration", "http.server.request.duration", "kestrel.active_connections",
                "dotnet.gc.collections",
            ],
            name => Assert.True(points.Contains(name), $"{name} did not arrive"));

        Assert.Contains(
            receiver.Logged(),
            record => record.Sentence.StartsWith("Request starting", StringComparison.Ordinal)
                && record.Attributes.GetValueOrDefault("RequestPath") == "/api/v1/deliveries/github");
        Assert.Contains("/api/v1/deliveries/github", receiver.Everything);
        foreach (var unseen in (string[])[Secret, Signature(), "target.acme.example", "mona-of-acme", "quiet-shop", Sha])
            Assert.DoesNotContain(unseen, receiver.Everything);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=/v1/traces", "trace")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=/v1/metrics", "metric")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=/v1/logs", "log")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT= OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none", "trace")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT= OTEL_TRACES_SAMPLER=always_off OTEL_LOGS_EXPORTER=none", "metric")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT= OTEL_SDK_DISABLED=true")]
    public async Task Sends_only_the_signals_that_are_asked_for(string variables, params string[] expected)
    {
        await using var receiver = await TelemetryReceiver.StartAsync();
        var environment = variables.Split(' ').Select(variable => variable.Split('=')).ToDictionary(
            pair => pair[0],
            pair => pair[0].EndsWith("_ENDPOINT", StringComparison.Ordinal) ? receiver.Http + pair[1] : pair[1]);
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        environment["Logging__LogLevel__Default"] = "Information";
        await DeliverAsync(environment);
        Assert.Equal(expected, receiver.Signals);
    }

    [Fact]
    public async Task Bears_the_names_and_headers_that_are_set()
    {
        await using var receiver = await TelemetryReceiver.StartAsync();
        await DeliverAsync(new Variables
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Http,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=of-the-collector",
            ["OTEL_SERVICE_NAME"] = "metrics-of-acme",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=staging",
        });
        Assert.Equal(["of-the-collector"], receiver.Keys);
        Assert.All(receiver.Resources("trace"), resource =>
        {
            Assert.Equal("metrics-of-acme", resource["service.name"]);
            Assert.Equal("staging", resource["deployment.environment.name"]);
        });
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin", "is 'zipkin', which Leadline does not have: write otlp or none")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "json", "is 'json', which Leadline does not have: write grpc or http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "acme:a-password@it", "is no address: write it like http://127.0.0.1:4317")]
    [InlineData("OTEL_TRACES_SAMPLER", "often", "is 'often', which Leadline does not have: write always_on, always_off, ")]
    public async Task Says_what_to_write_where_a_variable_is_wrong(string name, string value, string sentence)
    {
        using var store = new TemporaryStore();
        var (exitCode, _, error) = await LeadlineProcess.RunAsync(
            new Variables { [name] = value }, "serve", "--store", "duckdb:" + store.File, "--listen", "127.0.0.1:0");
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"leadline: {name} {sentence}", error);
        Assert.DoesNotContain("a-password", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loads_nothing_of_it_before_it_is_asked_for(bool asked)
    {
        using var store = new TemporaryStore();
        await using var receiver = await TelemetryReceiver.StartAsync();
        var variables = asked ? new Variables { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Grpc } : [];
        await using var server = await LeadlineProcess.ServeAsync(store.File, variables);
        var loaded = await File.ReadAllTextAsync($"/proc/{server.Id}/maps", Cancellation);
        Assert.Equal(asked, loaded.Contains("/OpenTelemetry.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_loads_nothing_of_it()
    {
        using var store = new TemporaryStore();
        var loads = store.File + ".nettrace";
        var (exitCode, _, _) = await LeadlineProcess.RunAsync(
            new Variables
            {
                // The runtime's own events, of assemblies as they are loaded.
                ["DOTNET_EnableEventPipe"] = "1",
                ["DOTNET_EventPipeOutputPath"] = loads,
                ["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:0x8:4",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4317",
            },
            "--help");
        Assert.Equal(0, exitCode);
        var events = await File.ReadAllBytesAsync(loads, Cancellation);
        Assert.True(Names("System.CommandLine"));
        Assert.False(Names("OpenTelemetry"));

        bool Names(string assembly) => events.AsSpan().IndexOf(Encoding.Unicode.GetBytes(assembly)) >= 0;
    }

    /// <summary>
    /// Starts the server, delivers a webhook and some that are refused, waits for the ledger's row, and stops it: what it still
    /// holds is sent then.
    /// </summary>
    static async Task DeliverAsync(Variables environment)
    {
        using var store = new TemporaryStore();
        var settings = store.File + ".yaml";
        await File.WriteAllTextAsync(settings, $"sources: {{ github: {{ secret: {Secret} }} }}", Cancellation);
        await using var server = await LeadlineProcess.ServeAsync(store.File, environment, "--config", settings);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("github", "sha256=00"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("nobody", ""));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("github", Signature()));
        await server.WaitAsync(
            async () => (await LedgerAsync()).Contains(Sha, StringComparison.Ordinal), "the deployment is in the ledger");
        await server.StopAsync();

        Task<string> LedgerAsync() =>
            server.Client.GetStringAsync("/api/v1/deployments?from=2026-01-01&to=2027-01-01", Cancellation);

        async Task<HttpStatusCode> PostAsync(string source, string signature)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/deliveries/" + source);
            request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
            request.Headers.Add("X-GitHub-Event", "deployment_status");
            request.Headers.Add("X-Hub-Signature-256", signature);
            request.Headers.UserAgent.ParseAdd("a-hook/1.0");
            using var answer = await server.Client.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }
    }

    static string Signature() =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Body)));
}
