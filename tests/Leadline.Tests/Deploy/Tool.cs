using System.Diagnostics;
using Xunit;

namespace Leadline.Tests.Deploy;

/// <summary>A program of another hand that judges what lies in <c>deploy</c>; the test is skipped where it is missing.</summary>
sealed class Tool
{
    /// <param name="Out">Standard output.</param>
    /// <param name="Error">Standard error.</param>
    public sealed record Ended(int Code, string Out, string Error);

    readonly string path;

    Tool(string path) => this.path = path;

    public static Tool Bash => Find("bash", "install Debian's package bash");

    /// <summary>From the search path, or of those that <c>./build</c> fetches.</summary>
    public static Tool Find(string name, string remedy)
    {
        var artifacts = Path.Combine(Shared.Repository, "artifacts");
        var fetched = Directory.Exists(artifacts) ? Directory.GetDirectories(artifacts, name + "-*") : [];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(fetched);
        var path = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is missing: {remedy}");
        return new Tool(path!);
    }

    public Task<Ended> RunAsync(params string[] arguments) => RunInAsync(Shared.Repository, [], arguments);

    public Task<Ended> RunInAsync(string directory, params string[] arguments) => RunInAsync(directory, [], arguments);

    /// <param name="directory">The working directory.</param>
    /// <param name="environment">What is set beside the test's own environment.</param>
    /// <param name="arguments">As the program gets them.</param>
    public async Task<Ended> RunInAsync(string directory, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new Ended(process.ExitCode, await output, await error);
    }
}
