using System.CommandLine;
using Leadline.Analyze;
using Leadline.Git;
using Leadline.Metrics;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline analyze PATH…</c>: the five metrics of git repositories, with no set-up, token or server.</summary>
static class AnalyzeVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Folders of git repositories",
            Arity = ArgumentArity.OneOrMore,
        };
        var tags = new Option<string?>("--tags")
        {
            Description = "The tags that are deployments, as a glob (default: version tags such as v1.2.3)",
            HelpName = "GLOB",
        };
        var branch = new Option<string?>("--branch")
        {
            Description = "A release branch: every first-parent commit of it is a deployment",
            HelpName = "NAME",
        };
        var only = new Option<string[]>("--paths")
        {
            Description = "The service's paths in a monorepo, from the repository's root; may be given several times",
            HelpName = "GLOB",
        };
        var service = new Option<string?>("--service")
        {
            Description = "The service's name (default: the repository's folder)",
            HelpName = "NAME",
        };
        var from = new Option<string?>("--from")
        {
            Description = "The window's beginning: a day or an instant (default: twelve months before its end)",
            HelpName = "TIME",
        };
        var to = new Option<string?>("--to")
        {
            Description = "The window's end, not in it (default: just after the newest deployment)",
            HelpName = "TIME",
        };
        var all = new Option<bool>("--all") { Description = "All of the history" };
        var config = new ConfigOption();
        var json = new Option<bool>("--json")
        {
            Description = "One JSON document, in the shape of the API; an array for several paths",
        };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var html = new Option<FileInfo?>("--html")
        {
            Description = "Write one self-contained page with charts to this file",
            HelpName = "FILE",
        };
        var command = new Command(
            "analyze", "Print the five metrics, the trend, the last deployments and the coverage of git repositories")
        {
            paths, tags, branch, only, service, from, to, all, config, json, markdown, html,
        };
        paths.Validators.Add(result =>
        {
            // The argument takes whatever no option is.
            foreach (var token in result.Tokens)
                if (token.Value.StartsWith('-') && !Directory.Exists(token.Value))
                    result.AddError($"there is no option '{token.Value}'");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(tags) is not null && parsed.GetValue(branch) is not null)
                return terminal.Misuse("--tags and --branch exclude each other: name one of them");
            if (parsed.GetValue(json) && parsed.GetValue(markdown))
                return terminal.Misuse("--json and --markdown exclude each other: name one of them");
            if (parsed.GetValue(service) is { } name && string.IsNullOrWhiteSpace(name))
                return terminal.Misuse("--service is empty: name the service, or leave it out");
            var settings = config.WithoutSecrets(parsed);
            var definitions = settings.Definitions;
            DateTimeOffset? begin = null, end = null;
            try
            {
                if (parsed.GetValue(from) is { } fromText) begin = Instants.Parse(fromText, definitions.Zone, "--from");
                if (parsed.GetValue(to) is { } toText) end = Instants.Parse(toText, definitions.Zone, "--to");
            }
            catch (FormatException error)
            {
                return terminal.Misuse(error.Message);
            }

            var query = new GitQuery(parsed.GetValue(tags), parsed.GetValue(branch), parsed.GetValue(only) ?? []);
            var analyses = new List<Analysis>();
            var exit = ExitCode.Done;
            var repositories = parsed.GetValue(paths)!;
            foreach (var path in repositories)
            {
                try
                {
                    var asked = new AnalysisQuery(
                        path, parsed.GetValue(service), query, begin, end, parsed.GetValue(all), definitions, settings.Levels);
                    analyses.Add(await WithProgressAsync(
                        terminal, path, progress => Analysis.OfAsync(asked, clock, progress, cancellation)));
                }
                catch (GitException error)
                {
                    // The other repositories are still reported.
                    exit = terminal.Misuse(error.Message);
                }
            }

            if (parsed.GetValue(json))
            {
                if (repositories.Length > 1) terminal.WriteJson(analyses);
                else if (analyses.Count == 1) terminal.WriteJson(analyses[0]);
            }
            else
            {
                foreach (var analysis in analyses)
                {
                    if (parsed.GetValue(markdown)) MarkdownReport.Write(terminal.Raw, analysis);
                    else TerminalReport.Write(terminal.Out, analysis);
                }
            }

            if (parsed.GetValue(html) is not { } file || analyses.Count == 0) return exit;
            try
            {
                await File.WriteAllTextAsync(file.FullName, HtmlReport.Write(analyses), cancellation);
                return exit;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return terminal.Misuse($"--html {file} cannot be written: {error.Message}");
            }
        });
        return command;
    }

    /// <summary>A bar on a terminal, nothing in a pipe.</summary>
    static async Task<T> WithProgressAsync<T>(Terminal terminal, string path, Func<GitHistory.Progress?, Task<T>> work)
    {
        if (!terminal.Error.Profile.Out.IsTerminal || !terminal.Error.Profile.Capabilities.Interactive) return await work(null);
        return await terminal.Error.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async bars =>
            {
                var bar = bars.AddTask(Markup.Escape($"Reading {path}"));
                bar.IsIndeterminate = true;
                return await work((commits, all) =>
                {
                    bar.Description = Markup.Escape($"Reading {path}: {commits:N0} commits");
                    if (all is not > 0) return;
                    (bar.IsIndeterminate, bar.MaxValue, bar.Value) = (false, all.Value, commits);
                });
            });
    }
}
