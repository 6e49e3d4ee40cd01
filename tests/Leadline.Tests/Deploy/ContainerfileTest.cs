using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Leadline.Tests.Deploy;

/// <summary>
/// What <c>deploy/Containerfile</c> says, done without a container: its build stage in a folder of its own, then its start
/// command, its health check, and the README's look whether it works.
/// </summary>
public sealed partial class ContainerfileTest : IDisposable
{
    static readonly string[] Instructions = Comment().Replace(DeployFiles.Read("Containerfile"), "").Replace("\\\n", " ")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    readonly TemporaryFolder folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Source => Path.Combine(folder.Path, "source");

    string Output => Path.Combine(folder.Path, "out");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Builds_what_starts_is_healthy_and_takes_a_webhook()
    {
        await BuildAsync();
        Assert.True(IsCompiledAhead(Path.Combine(Output, "leadline.dll")));

        var port = FreePort();
        var secrets = await DeployFiles.MakeSecretsAsync(folder.Path);
        Assert.NotEqual(0, await CheckAsync(port));
        using var server = Start(port, secrets);
        var said = server.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            for (var i = 0; i < 600 && !server.HasExited && await CheckAsync(port) != 0; i++)
                await Task.Delay(100, Cancellation);
            Assert.Equal(0, await CheckAsync(port));
            var looked = await LookAsync(port);
            Assert.StartsWith("ok\n", looked);
            Assert.Contains("HTTP/1.1 202 Accepted", looked);
            for (var i = 0; i < 600 && !looked.Contains("\"ignored\":1"); i++) looked = await LookAsync(port);
            Assert.Contains("\"ignored\":1", looked);
            Assert.Contains("HTTP/1.1 200 OK", looked);
        }
        finally
        {
            await Tool.Bash.RunAsync("-c", $"kill -TERM {server.Id}");
            await server.WaitForExitAsync(Cancellation);
        }

        Assert.Equal(0, server.ExitCode);
        Assert.DoesNotContain("warn:", await said);
    }

    [Fact]
    public void The_readme_publishes_for_systemd_as_the_container_is_built()
    {
        static IEnumerable<string> Options(string command) => Option().Matches(command).Select(match => match.Value).Order();
        Assert.Equal(Options(Only("RUN")), Options(DeployFiles.Commands("dotnet publish")));
    }

    [Fact]
    public void Its_start_command_is_understood()
    {
        Assert.Empty(DeployFiles.Misunderstood(Words(Only("CMD"))));
        Assert.Equal("/opt/leadline/leadline", Assert.Single(Words(Only("ENTRYPOINT"))));
        Assert.Contains("COPY --from=build /out /opt/leadline", Instructions);
    }

    /// <summary>The build stage: the files that it copies, and its command for this machine's processor.</summary>
    async Task BuildAsync()
    {
        foreach (var copy in Instructions.Where(line => line.StartsWith("COPY ") && !line.Contains("--from=")))
            foreach (var path in copy.Split(' ')[1..^1]) Copy(path);
        var environment = new Dictionary<string, string>
        {
            ["TARGETARCH"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",

            // No process is left behind.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        var command = Regex.Replace(Only("RUN"), "(?<= )/(?=out|data)", folder.Path + "/");
        var built = await Tool.Bash.RunInAsync(Source, environment, "-euc", command);
        Assert.True(built.Code == 0, built.Out + built.Error);
    }

    /// <summary>The health check's exit code.</summary>
    static async Task<int> CheckAsync(int port)
    {
        var check = Words(Only("HEALTHCHECK")[Only("HEALTHCHECK").IndexOf('[')..]);
        Assert.Equal("bash", check[0]);
        return (await Tool.Bash.RunAsync([.. check[1..].Select(word => word.Replace("8080", $"{port}"))])).Code;
    }

    /// <summary>The README's three steps, at another port.</summary>
    async Task<string> LookAsync(int port)
    {
        string[] steps = ["/healthz", "hmac", "/api/v1/sources"];
        var commands = string.Concat(steps.Select(DeployFiles.Commands)).Replace(":8080/", $":{port}/");
        var looked = await Tool.Bash.RunInAsync(folder.Path, "-euc", commands);
        Assert.True(looked.Code == 0, looked.Error);
        return looked.Out;
    }

    /// <summary>The second stage's start command, in a folder with <c>deploy/leadline.yaml</c>.</summary>
    Process Start(int port, Dictionary<string, string> secrets)
    {
        var settings = Directory.CreateDirectory(Path.Combine(folder.Path, "settings")).FullName;
        File.Copy(Path.Combine(DeployFiles.Folder, "leadline.yaml"), Path.Combine(settings, "leadline.yaml"));
        var program = Path.Combine(Output, Path.GetFileName(Words(Only("ENTRYPOINT"))[0]));
        var arguments = Words(Only("CMD")).Select(word => word.Replace("0.0.0.0:8080", $"127.0.0.1:{port}"));
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = settings, RedirectStandardError = true };

        // Where this machine has the runtime, and what the base image has set.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        start.Environment["ASPNETCORE_HTTP_PORTS"] = "8080";
        foreach (var pair in Only("ENV").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
            start.Environment[pair[0]] = pair[1].Replace("/var/lib/leadline", Path.Combine(folder.Path, "data"));
        foreach (var (name, value) in secrets) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Copies a file or folder of the repository but for what was built in it, as <c>.dockerignore</c> says.</summary>
    void Copy(string path)
    {
        var ignored = File.ReadAllLines(Path.Combine(Shared.Repository, ".dockerignore"));
        var from = Path.Combine(Shared.Repository, path);
        foreach (var file in Directory.Exists(from) ? Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories) : [from])
        {
            var relative = Path.GetRelativePath(Shared.Repository, file);
            if (relative.Split(Path.DirectorySeparatorChar).Any(part => ignored.Contains("**/" + part))) continue;
            var to = Path.Combine(Source, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    /// <summary>What follows the one instruction of this name.</summary>
    static string Only(string instruction) =>
        Instructions.Single(line => line.StartsWith(instruction + " "))[(instruction.Length + 1)..].Trim();

    static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    static bool IsCompiledAhead(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        return file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("(?m)^#.*\n")]
    private static partial Regex Comment();

    [GeneratedRegex(@"-p:\S+|--no-self-contained|-c \w+")]
    private static partial Regex Option();
}
