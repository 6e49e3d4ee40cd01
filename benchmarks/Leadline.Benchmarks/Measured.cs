using System.Diagnostics;

namespace Leadline.Benchmarks;

/// <summary>Runs programs and measures them from outside.</summary>
static class Measured
{
    /// <param name="Seconds">From start to end.</param>
    /// <param name="PeakBytes">The most memory that it held, where the system tells.</param>
    public sealed record Run(double Seconds, long? PeakBytes, string Out);

    public static string Leadline => Path.Combine(AppContext.BaseDirectory, "leadline.dll");

    public static Task<Run> LeadlineAsync(params string[] arguments) => RunAsync("dotnet", [Leadline, .. arguments]);

    /// <summary>The median of several runs by time, after one that warms up.</summary>
    public static async Task<Run> MedianAsync(int runs, Func<Task<Run>> run)
    {
        await run();
        var all = new List<Run>();
        for (var i = 0; i < runs; i++) all.Add(await run());
        return all.OrderBy(one => one.Seconds).ElementAt(runs / 2);
    }

    /// <param name="input">Is written to its standard input.</param>
    public static async Task<Run> RunAsync(string program, string[] arguments, Func<Stream, Task>? input = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);

        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = PeakAsync(process);
        if (input is not null) await input(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return new Run(seconds, await peak, await output);
    }

    /// <summary>Linux forgets a process's high-water mark with the process, so it is asked for while it runs.</summary>
    static async Task<long?> PeakAsync(Process process)
    {
        var status = $"/proc/{process.Id}/status";
        long? peak = null;
        while (!process.HasExited && File.Exists(status))
        {
            try
            {
                var line = (await File.ReadAllLinesAsync(status)).FirstOrDefault(
                    line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                if (line is not null) peak = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) * 1024;
            }
            catch (IOException)
            {
                break;
            }

            await Task.Delay(20);
        }

        return peak;
    }
}
