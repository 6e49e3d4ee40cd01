using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Leadline.EndToEnd;

/// <summary>The built program as a process of its own, serving on a free port of this machine.</summary>
sealed class LeadlineProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly Process process;
    readonly StringBuilder said = new();

    LeadlineProcess(Process process, Uri address)
    {
        (this.process, Client) = (process, new HttpClient { BaseAddress = address });
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Client { get; }

    public int Id => process.Id;

    public string Address => Client.BaseAddress!.ToString().TrimEnd('/');

    /// <summary>Starts <c>leadline serve</c> and waits until it answers.</summary>
    /// <param name="store">A file, or the address of a database.</param>
    public static Task<LeadlineProcess> ServeAsync(string store, params string[] more) => ServeAsync(store, [], more);

    /// <summary>The same with these variables in its environment.</summary>
    public static Task<LeadlineProcess> ServeAsync(string store, Dictionary<string, string> environment, params string[] more) =>
        ServeAsync(store, null, environment, more);

    /// <summary>The same on a disk that is full once a file is this large.</summary>
    public static Task<LeadlineProcess> ServeOnFullDiskAsync(string store, int largestFile) =>
        ServeAsync(store, largestFile, [], []);

    static async Task<LeadlineProcess> ServeAsync(
        string store, int? largestFile, Dictionary<string, string> environment, string[] more)
    {
        var port = FreePort();
        var served = new LeadlineProcess(
            Start(
                largestFile, environment,
                [
                    "serve", "--store", store.Contains("://", StringComparison.Ordinal) ? store : "duckdb:" + store, "--listen",
                    $"127.0.0.1:{port}", .. more,
                ]), new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await served.WaitAsync(
                async () => (await served.Client.GetAsync("/healthz")).IsSuccessStatusCode, "it answers /healthz");
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }

        return served;
    }

    /// <summary>Runs the program to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync([], arguments);

    /// <summary>The same with these variables in its environment.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(null, environment, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return (process.ExitCode, await output, await error);
    }

    /// <summary>Asks again until it is so; fails with what the process said where it ends or never comes to it.</summary>
    public async Task WaitAsync(Func<Task<bool>> isSo, string what)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < Patience)
        {
            if (process.HasExited)
                throw new InvalidOperationException($"leadline ended with {process.ExitCode} before {what}: {Said()}");
            try
            {
                if (await isSo()) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"waited {Patience} in vain until {what}: {Said()}");
    }

    /// <summary>SIGKILL: the process gets no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: the process ends what it has begun.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
        Client.Dispose();
    }

    static Process Start(int? largestFile, Dictionary<string, string> environment, string[] arguments)
    {
        string[] words = ["dotnet", Path.Combine(AppContext.BaseDirectory, "leadline.dll"), .. arguments];

        // To the program, a write past the limit fails as one to a full disk does.
        if (largestFile is { } bytes)
            words = ["bash", "-c", $"trap '' XFSZ; ulimit -f {bytes / 1024}; exec \"$@\"", "bash", .. words];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };

        // The runtime's own code is a file too.
        if (largestFile is not null) start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (said) said.AppendLine(line.Data);
    }

    /// <summary>What it wrote so far.</summary>
    public string Said()
    {
        lock (said) return said.ToString();
    }
}
