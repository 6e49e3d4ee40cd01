using System.Diagnostics;

namespace Leadline.Tests.Cli;

/// <summary>The built program, run as a person runs it.</summary>
static class BuiltProgram
{
    /// <param name="Out">Standard output.</param>
    /// <param name="Error">Standard error.</param>
    public sealed record Ended(int Code, string Out, string Error);

    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "leadline.dll");

    public static Task<Ended> RunAsync(params string[] arguments) => RunInAsync(null, null, arguments);

    /// <param name="directory">The working directory; an empty one where null, so that nobody's leadline.yaml is found.</param>
    /// <param name="input">Standard input; empty where null.</param>
    public static Task<Ended> RunInAsync(string? directory, string? input, params string[] arguments) =>
        RunWithAsync(directory, input, [], arguments);

    /// <inheritdoc cref="RunInAsync"/>
    /// <param name="environment">Variables beside those of the tests.</param>
    public static async Task<Ended> RunWithAsync(
        string? directory, string? input, Dictionary<string, string> environment, params string[] arguments)
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var own = directory is null ? new EmptyDirectory() : null;
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? own!.Path,
        };
        start.ArgumentList.Add(Path);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in (ReadOnlySpan<string>)["LEADLINE_STORE", "LEADLINE_SERVER", "LEADLINE_TOKEN", "LEADLINE_CONFIG"])
            start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["XDG_DATA_HOME"] = System.IO.Path.Combine(directory ?? own!.Path, "user-data");

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation.Token);
        var error = process.StandardError.ReadToEndAsync(cancellation.Token);
        try
        {
            await process.StandardInput.WriteAsync(input);
        }
        catch (IOException)
        {
            // It ended without reading all of its input.
        }

        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new Ended(process.ExitCode, await output, await error);
    }
}

/// <summary>A new directory that goes with its owner.</summary>
sealed class EmptyDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("leadline-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
