using System.Diagnostics;
using Leadline.Tests.Cli;

namespace Leadline.Tests;

/// <summary>Runs what a document tells people to write.</summary>
static class Shell
{
    public static async Task<BuiltProgram.Ended> RunAsync(
        string directory, string script, IEnumerable<(string Name, string Value)> environment)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var start = new ProcessStartInfo("sh", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new BuiltProgram.Ended(process.ExitCode, await output, await error);
    }
}
