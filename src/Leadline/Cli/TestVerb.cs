using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Core;
using Leadline.Scenarios;
using Leadline.Settings;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline test</c>: scenarios, held against the definitions.</summary>
static class TestVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        // A scenario says itself what time it is.
        _ = clock;
        var files = new Argument<string[]>("FILE")
        {
            Description = "Scenarios: files, globs, or folders of *.scenario files",
            Arity = ArgumentArity.OneOrMore,
        };
        var config = new ConfigOption();
        var json = new Option<bool>("--json") { Description = "One JSON document" };
        var command = new Command(
            "test",
            "Run scenarios: what happened, and what the definitions should make of it, changed by a scenario's own settings; "
                + "exit code 1 where one misses") { files, config, json };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(files)!, parsed.GetValue(config), parsed.GetValue(json), terminal, cancellation));
        return command;
    }

    static async Task<int> RunAsync(string[] named, string? config, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var scenarios = new List<Scenario>();
        var wrong = new List<string>();
        try
        {
            var settings = SettingsOf(config);
            foreach (var name in named)
            {
                var found = Find(name);
                if (found.IsEmpty)
                    wrong.Add($"{name}: there is no such file, and no *.scenario file in or below a folder of that name");
                foreach (var file in found)
                {
                    try
                    {
                        scenarios.Add(Scenario.Parse(await File.ReadAllTextAsync(file, cancellation), file, settings));
                    }
                    catch (ScenarioException error)
                    {
                        wrong.Add(error.Message);
                    }
                }
            }
        }
        catch (SettingsException error)
        {
            return terminal.Misuse(error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return terminal.Misuse(error.Message);
        }

        if (wrong.Count > 0)
        {
            foreach (var sentence in wrong) terminal.Error.WriteLine(sentence);
            return ExitCode.Misuse;
        }

        var results = new List<ScenarioResult>();
        foreach (var scenario in scenarios)
        {
            var result = await ScenarioRun.OfAsync(scenario, cancellation);
            results.Add(result);
            if (json) continue;
            if (!result.Passed) terminal.Raw.WriteLine($"{result.File}: {result.Says}");
            foreach (var miss in result.Misses)
                terminal.Raw.WriteLine($"{result.File}:{miss.Line}: {miss.Text}: expected {miss.Expected}, was {miss.Actual}");
        }

        var failed = results.Count(result => !result.Passed);
        if (json) terminal.WriteJson(new { Passed = results.Count - failed, Failed = failed, Scenarios = results });
        else terminal.Raw.WriteLine($"{results.Count - failed} passed, {failed} failed");
        return failed == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <summary>The text of the settings file, once it is known to be right; null where there is none.</summary>
    static string? SettingsOf(string? path)
    {
        _ = SettingsFile.LoadWithoutSecrets(path, Environment.GetEnvironmentVariable);
        var file = SettingsFile.Find(path, Environment.GetEnvironmentVariable);
        return file is null ? null : File.ReadAllText(file);
    }

    /// <summary>
    /// The file; the scenarios in and below the folder; or what the glob matches. In the order of their names.
    /// </summary>
    static ImmutableArray<string> Find(string name)
    {
        if (File.Exists(name)) return [name];
        if (Directory.Exists(name)) return [.. Below(name).Where(file => file.EndsWith(".scenario", StringComparison.Ordinal))];
        var magic = name.AsSpan().IndexOfAny("*?{[");
        if (magic < 0) return [];
        var folder = magic == 0 ? -1 : name.LastIndexOf('/', magic - 1);
        var root = folder < 0 ? "." : folder == 0 ? "/" : name[..folder];
        if (!Directory.Exists(root)) return [];
        var glob = new Glob(name[(folder + 1)..]);
        return [.. Below(root).Where(file => glob.IsMatch(Path.GetRelativePath(root, file).Replace('\\', '/')))
            .Select(file => folder < 0 ? Path.GetRelativePath(".", file) : file)];
    }

    static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
