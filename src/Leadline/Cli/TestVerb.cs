using System.CommandLine;
using Leadline.Scenarios;

namespace Leadline.Cli;

/// <summary><c>leadline test FILE…</c>: checks the rules against histories that a person wrote down.</summary>
static class TestVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "Scenario files, or folders of them", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "One JSON document" };
        var command = new Command("test", "Check scenarios: what the rules make of a history, against what was expected") { files, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var results = new List<ScenarioResult>();
            foreach (var file in parsed.GetValue(files)!.SelectMany(FilesOf))
            {
                try
                {
                    var misses = await ScenarioRun.OfAsync(Scenario.Parse(await File.ReadAllTextAsync(file, cancellation)), clock, cancellation);
                    results.Add(new ScenarioResult(file, [.. misses]));
                }
                catch (ScenarioException error)
                {
                    return terminal.Misuse($"{file}:{error.Line}: {error.Message}");
                }
                catch (IOException error)
                {
                    return terminal.Misuse($"{file} cannot be read: {error.Message}");
                }
            }

            if (results.Count == 0) return terminal.Misuse("there is no scenario to test: name files that end in .scenario, or their folder");
            var missed = results.Count(result => result.Misses.Length > 0);
            if (parsed.GetValue(json)) terminal.WriteJson(results);
            else
            {
                foreach (var result in results)
                    foreach (var miss in result.Misses) terminal.Raw.WriteLine($"{result.File}:{miss.Line}: expected {miss.Expectation}, actual {miss.Actual}");
                terminal.Raw.WriteLine($"{results.Count - missed} passed, {missed} failed");
            }

            return missed == 0 ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return command;
    }

    static IEnumerable<string> FilesOf(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.scenario", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];

    sealed record ScenarioResult(string File, Miss[] Misses);
}
