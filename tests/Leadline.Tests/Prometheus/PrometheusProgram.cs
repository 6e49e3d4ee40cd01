using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace Leadline.Tests.Prometheus;

/// <summary>A private Prometheus from Debian's package on a free port of this machine, and its promtool.</summary>
sealed class PrometheusProgram : IAsyncDisposable
{
    readonly Process process;
    readonly TemporaryFolder folder;
    readonly HttpClient client;

    PrometheusProgram(Process process, TemporaryFolder folder, HttpClient client) =>
        (this.process, this.folder, this.client) = (process, folder, client);

    public static async Task<(int Code, string Said)> PromtoolAsync(string input, params string[] arguments)
    {
        using var promtool = Launch("promtool", arguments);
        var (output, error) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await error);
    }

    /// <summary>Scrapes the target every second and has done so three times when it is returned.</summary>
    public static async Task<PrometheusProgram> StartAsync(string target, string rules, CancellationToken cancellation)
    {
        var folder = new TemporaryFolder();
        var config = Path.Combine(folder.Path, "prometheus.yaml");
        await File.WriteAllTextAsync(
            config,
            $"global: {{ scrape_interval: 1s }}\nrule_files: [{rules}]\nscrape_configs:\n  - job_name: leadline\n    "
                + $"static_configs: [{{ targets: ['{target}'] }}]\n", cancellation);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var process = Launch(
            "prometheus",
            [
                $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(folder.Path, "data")}",
                $"--web.listen-address=127.0.0.1:{port}",
            ]);
        _ = process.StandardOutput.ReadToEndAsync(cancellation);
        var said = process.StandardError.ReadToEndAsync(cancellation);
        var prometheus = new PrometheusProgram(
            process, folder, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        for (var i = 0; i < 300; i++)
        {
            if (process.HasExited) throw new InvalidOperationException($"Prometheus did not start: {await said}");
            if (await prometheus.HasScrapedAsync(cancellation)) return prometheus;
            await Task.Delay(100, cancellation);
        }

        await prometheus.DisposeAsync();
        throw new InvalidOperationException("Prometheus did not scrape the target");
    }

    public Uri Address => client.BaseAddress!;

    public async Task<IReadOnlyList<double>> QueryAsync(string query, CancellationToken cancellation)
    {
        using var answer = JsonDocument.Parse(
            await client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", cancellation));
        return [
            .. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(one => double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        client.Dispose();
        folder.Dispose();
    }

    async Task<bool> HasScrapedAsync(CancellationToken cancellation)
    {
        try
        {
            return (await QueryAsync("count_over_time(up{job='leadline'}[1m]) >= 3 and up == 1", cancellation)).Count == 1;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static Process Launch(string name, string[] arguments)
    {
        var program = $"/usr/bin/{name}";
        if (!File.Exists(program)) Assert.Skip($"{name} is missing: install Debian's package prometheus");
        return Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
