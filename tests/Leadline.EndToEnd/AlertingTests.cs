using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>Prometheus and Alertmanager themselves, from Debian's packages, alert the built program.</summary>
public sealed class AlertingTests
{
    const string Secret = "a-secret-of-alertmanager";

    const string Settings = """
        services:
          shop: { repositories: [acme/shop], incidents: { alerts: { service: checkout } } }
        sources:
          alertmanager: { secret: "${ALERTMANAGER_SECRET}" }
        """;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rule_that_fires_and_resolves_is_one_incident_from_its_start_to_its_end()
    {
        DebianProgram.Require("prometheus", "prometheus-alertmanager");
        using var store = new TemporaryStore();
        var settings = store.Beside("leadline.yaml", Settings);
        await using var server = await LeadlineProcess.ServeAsync(
            store.File, new Dictionary<string, string> { ["ALERTMANAGER_SECRET"] = Secret }, "--config", settings);
        await using var shop = await WatchedShop.StartAsync();

        using var stranger = new StringContent("""{"version":"4","alerts":[]}""");
        using var refused = await server.Client.PostAsync("/api/v1/deliveries/alertmanager", stranger, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        await using var alertmanager = DebianProgram.Start("prometheus-alertmanager", port =>
        [
            "--config.file="
                + $"{store.Beside("alertmanager.yaml", AlertmanagerConfiguration(server.Address, shop.Address, store.Beside("secret", Secret)))}",
            $"--storage.path={store.Folder("alertmanager")}", $"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]);
        var rules = store.Beside("rules.yaml", Rules);
        await using var prometheus = DebianProgram.Start("prometheus", port =>
        [
            "--config.file="
                + $"{store.Beside("prometheus.yaml", PrometheusConfiguration(rules, alertmanager.Address, shop.Address))}",
            $"--storage.tsdb.path={store.Folder("prometheus")}", $"--web.listen-address=127.0.0.1:{port}",
        ]);

        // While nothing is wrong, nothing comes; while it is, Alertmanager says so again and again.
        await WaitAsync(async () => await prometheus.QueryAsync("up == 1", Cancellation) is [_], "Prometheus scrapes the shop");
        Assert.Equal(0, (await IncidentsAsync()).GetArrayLength());
        shop.IsBroken = true;
        await WaitAsync(
            async () => shop.Told.Count(alert => alert.Status == "firing") > 1 && (await IncidentsAsync()).GetArrayLength() == 1,
            "it has fired twice");
        Assert.Equal(JsonValueKind.Null, (await IncidentsAsync())[0].GetProperty("resolved_at").ValueKind);

        shop.IsBroken = false;
        await WaitAsync(
            async () => (await IncidentsAsync())[0].GetProperty("resolved_at").ValueKind == JsonValueKind.String,
            "it has resolved");

        var incident = Assert.Single((await IncidentsAsync()).EnumerateArray());
        var (start, end) =
            (incident.GetProperty("started_at").GetDateTimeOffset(), incident.GetProperty("resolved_at").GetDateTimeOffset());
        Assert.Equal("The checkout is broken", incident.GetProperty("title").GetString());

        // Prometheus keeps for itself when the rule fired, and Alertmanager has told us the same as Leadline.
        var fired = await prometheus.TimesAsync("ALERTS{alertname='CheckoutBroken',alertstate='firing'}[10m]", Cancellation);
        Assert.Equal(fired[0], start);
        Assert.True(end > fired[^1], $"it fired until {fired[^1]:O}, and is said to have ended at {end:O}");
        var told = shop.Told.Where(alert => alert.Status == "resolved").Select(alert => (alert.StartsAt, alert.EndsAt))
            .Distinct();
        Assert.Equal((start, end), Assert.Single(told));

        using var health = JsonDocument.Parse(await server.Client.GetStringAsync("/api/v1/sources", Cancellation));
        var source = Assert.Single(health.RootElement.EnumerateArray());
        Assert.Equal("alertmanager", source.GetProperty("source").GetString());
        Assert.Equal((0, 0), (source.GetProperty("unreadable").GetInt32(), source.GetProperty("ignored").GetInt32()));

        Task WaitAsync(Func<Task<bool>> isSo, string what) =>
            server.WaitAsync(
                async () =>
                {
                    prometheus.MustRun();
                    alertmanager.MustRun();
                    return await isSo();
                },
                $"{what}; Alertmanager says {alertmanager.Said()}");

        async Task<JsonElement> IncidentsAsync()
        {
            using var page = JsonDocument.Parse(await server.Client.GetStringAsync(
                $"/api/v1/incidents?service=shop&from={DateTime.UnixEpoch:yyyy-MM-dd}&to=2100-01-01", Cancellation));
            return page.RootElement.GetProperty("items").Clone();
        }
    }

    const string Rules = """
        groups:
          - name: shop
            rules:
              - alert: CheckoutBroken
                expr: checkout_broken == 1
                labels: { service: checkout, severity: page }
                annotations: { summary: The checkout is broken }
        """;

    static string PrometheusConfiguration(string rules, string alertmanager, string shop) => $$"""
        global: { scrape_interval: 1s, evaluation_interval: 1s }
        rule_files: ['{{rules}}']
        alerting: { alertmanagers: [{ static_configs: [{ targets: ['{{alertmanager}}'] }] }] }
        scrape_configs:
          - { job_name: shop, static_configs: [{ targets: ['{{shop}}'] }] }
        """;

    static string AlertmanagerConfiguration(string leadline, string shop, string secret) => $$"""
        route: { receiver: leadline, group_wait: 0s, group_interval: 1s, repeat_interval: 1s }
        receivers:
          - name: leadline
            webhook_configs:
              - url: {{leadline}}/api/v1/deliveries/alertmanager
                send_resolved: true
                http_config: { authorization: { credentials_file: '{{secret}}' } }
              - { url: 'http://{{shop}}/told', send_resolved: true }
        """;

    /// <summary>What Prometheus scrapes; it also takes the webhooks, to hold them against what Leadline made of them.</summary>
    sealed class WatchedShop : IAsyncDisposable
    {
        readonly WebApplication app;

        WatchedShop()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            app = builder.Build();
            app.MapGet("/metrics", () => Results.Text($"checkout_broken {(IsBroken ? 1 : 0)}\n", "text/plain; version=0.0.4"));
            app.MapPost("/told", async (HttpRequest request) =>
            {
                using var body = await JsonDocument.ParseAsync(request.Body);
                foreach (var alert in body.RootElement.GetProperty("alerts").EnumerateArray())
                    Told.Enqueue(new(alert.GetProperty("status").GetString()!, At(alert, "startsAt"), At(alert, "endsAt")));
            });
        }

        public bool IsBroken { get; set; }

        public ConcurrentQueue<ToldAlert> Told { get; } = [];

        public string Address => new Uri(app.Urls.First()).Authority;

        public static async Task<WatchedShop> StartAsync()
        {
            var shop = new WatchedShop();
            await shop.app.StartAsync();
            return shop;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        static DateTimeOffset At(JsonElement alert, string name) => alert.GetProperty(name).GetDateTimeOffset();
    }

    sealed record ToldAlert(string Status, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

    /// <summary>A program of one of Debian's packages, on a free port of this machine, until it is disposed of.</summary>
    sealed class DebianProgram : IAsyncDisposable
    {
        readonly Process process;
        readonly HttpClient client;
        readonly ConcurrentQueue<string> said = [];

        DebianProgram(Process process, int port)
        {
            (this.process, client) = (process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
            process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public string Address => client.BaseAddress!.Authority;

        public static void Require(params string[] names)
        {
            foreach (var name in names)
                if (!File.Exists($"/usr/bin/{name}")) Assert.Skip($"{name} is missing: install Debian's package {name}");
        }

        public static DebianProgram Start(string name, Func<int, string[]> arguments)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            return new(
                Process.Start(new ProcessStartInfo(
                    $"/usr/bin/{name}", arguments(port))
                { RedirectStandardOutput = true, RedirectStandardError = true })!,
                    port);
        }

        public string Said() => string.Join('\n', said);

        public void MustRun()
        {
            if (process.HasExited) throw new InvalidOperationException($"it ended with {process.ExitCode}: {Said()}");
        }

        /// <summary>The values of an instant vector.</summary>
        public async Task<List<double>> QueryAsync(string query, CancellationToken cancellation)
        {
            using var answer = await AskAsync(query, cancellation);
            return [
                .. Results(answer)
                    .Select(one => double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)),
            ];
        }

        /// <summary>When the only series that there is has samples, in order.</summary>
        public async Task<List<DateTimeOffset>> TimesAsync(string query, CancellationToken cancellation)
        {
            using var answer = await AskAsync(query, cancellation);
            return
            [
                .. Assert.Single(Results(answer)).GetProperty("values").EnumerateArray()
                    .Select(sample => DateTimeOffset.UnixEpoch.AddMilliseconds((double)(sample[0].GetDecimal() * 1000))),
            ];
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            client.Dispose();
        }

        async Task<JsonDocument> AskAsync(string query, CancellationToken cancellation) =>
            JsonDocument.Parse(await client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", cancellation));

        static IEnumerable<JsonElement> Results(JsonDocument answer) =>
            answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray();
    }
}
