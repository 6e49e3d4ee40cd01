using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Leadline.Tests.Storage;

/// <summary>A private PostgreSQL from Debian's packages on a free port of this machine, stopped when the process ends.</summary>
sealed partial class PostgresCluster
{
    readonly string programs, directory;
    readonly string[] settings;
    readonly int port;

    Process server;

    PostgresCluster(string programs, string directory, int port, string[] settings)
    {
        (this.programs, this.directory, this.port, this.settings) = (programs, directory, port, settings);
        server = Launch();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove();
    }

    /// <summary>Where <c>psql</c> and its like are.</summary>
    public string Programs => programs;

    public string Address => $"postgres://leadline@127.0.0.1:{port}/postgres";

    public string NewStore() => $"{Address}?schema=t_{Guid.CreateVersion7():n}";

    /// <summary>The address of a database that is empty and nobody else's.</summary>
    public string NewDatabase()
    {
        var name = $"d_{Guid.CreateVersion7():n}";
        Run(
            Path.Combine(programs, "psql"), "-q", "-h", "127.0.0.1", "-p", $"{port}", "-U", "leadline", "-d", "postgres", "-c",
            $"create database {name}");
        return $"postgres://leadline@127.0.0.1:{port}/{name}";
    }

    /// <summary>Stops the server as an operator would who is in a hurry, and starts it again.</summary>
    public void Restart()
    {
        Stop();
        server = Launch();
    }

    public void Stop()
    {
        Run("kill", "-INT", $"{server.Id}");
        server.WaitForExit();
    }

    public void Remove()
    {
        if (!server.HasExited) Stop();
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Null where PostgreSQL 15 or later is not installed.</summary>
    /// <param name="settings">As <c>postgres -c</c> takes them.</param>
    public static PostgresCluster? Start(params string[] settings)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Where(version => int.Parse(Path.GetFileName(version)) >= 15)
                .Order().Select(version => Path.Combine(version, "bin")).LastOrDefault()
            : null;
        if (programs is null) return null;
        var directory = Directory.CreateTempSubdirectory("leadline-postgresql-").FullName;
        if (Environment.UserName == "root") Run("chown", "postgres", directory);
        Run(
            [
                .. AsItself(), Path.Combine(programs, "initdb"), "-D", Path.Combine(directory, "data"), "-U", "leadline", "-A",
                "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            ]);
        return new PostgresCluster(programs, directory, FreePort(), settings);
    }

    Process Launch()
    {
        var words = (string[])
        [
            .. AsItself(), Path.Combine(programs, "postgres"), "-D", Path.Combine(directory, "data"), "-p", $"{port}", "-h",
            "127.0.0.1", "-k", "",
            .. settings.SelectMany(setting => (string[])["-c", setting]),
        ];
        var launched =
            Process.Start(new ProcessStartInfo(words[0], words[1..])
            {
                WorkingDirectory = "/",
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
        launched.ErrorDataReceived += (_, _) => { };
        launched.OutputDataReceived += (_, _) => { };
        launched.BeginErrorReadLine();
        launched.BeginOutputReadLine();
        for (var i = 0; i < 600; i++)
        {
            using var probe = Process.Start(
                new ProcessStartInfo(Path.Combine(programs, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", $"{port}"]))!;
            probe.WaitForExit();
            if (probe.ExitCode == 0) return launched;
            Thread.Sleep(50);
        }

        throw new InvalidOperationException("PostgreSQL did not start");
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    static string[] AsItself() =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    static void Run(params string[] words)
    {
        using var process =
            Process.Start(new ProcessStartInfo(words[0], words[1..])
            {
                WorkingDirectory = "/",
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{string.Join(' ', words)} ended with {process.ExitCode}: {error.GetAwaiter().GetResult()}");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
