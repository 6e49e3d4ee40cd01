using System.CommandLine;
using Leadline.Analyze;
using Leadline.Core;
using Leadline.Git;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline analyze PATH…</c>: the five metrics of git repositories, with no set-up, token or server.</summary>
static class AnalyzeVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Folders of git repositories", Arity = ArgumentArity.OneOrMore };
        var tags = new Option<string?>("--tags") { Description = "The tags that are deployments, as a glob (default: version tags such as v1.2.3)" };
        var branch = new Option<string?>("--branch") { Description = "A release branch: every first-parent commit of it is a deployment" };
        var only = new Option<string[]>("--paths") { Description = "The service's paths in a monorepo, as globs", AllowMultipleArgumentsPerToken = true };
        var service = new Option<string?>("--service") { Description = "The service's name (default: the folder's)" };
        var from = new Option<string?>("--from") { Description = "The window's beginning: 2026-01-01 or an instant (default: twelve months before its end)" };
        var to = new Option<string?>("--to") { Description = "The window's end, not in it (default: just after the newest deployment)" };
        var all = new Option<bool>("--all") { Description = "All of the history" };
        var json = new Option<bool>("--json") { Description = "One JSON document, in the shape of the API; an array for several paths" };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var html = new Option<FileInfo?>("--html") { Description = "Write one self-contained page with charts to this file" };
        var command = new Command("analyze", "Print the five metrics, the trend, the last deployments and the coverage of git repositories")
        {
            paths, tags, branch, only, service, from, to, all, json, markdown, html,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(tags) is not null && parsed.GetValue(branch) is not null) return terminal.Misuse("--tags and --branch exclude each other: name one of them");
            if (!Instants.TryParse(parsed.GetValue(from), out var begin, out var wrong) || !Instants.TryParse(parsed.GetValue(to), out var end, out wrong)) return terminal.Misuse(wrong!);
            var query = new GitQuery(parsed.GetValue(tags), parsed.GetValue(branch), parsed.GetValue(only) ?? []);
            var analyses = new List<Analysis>();
            var exit = ExitCode.Done;
            foreach (var path in parsed.GetValue(paths)!)
            {
                try
                {
                    analyses.Add(await WithProgressAsync(terminal, path, progress => Analysis.OfAsync(
                        new AnalysisQuery(path, parsed.GetValue(service), query, begin, end, parsed.GetValue(all), Definitions.Default), clock, progress, cancellation)));
                }
                catch (GitException error)
                {
                    exit = terminal.Misuse(error.Message);
                }
            }

            if (parsed.GetValue(json))
            {
                if (parsed.GetValue(paths)!.Length > 1) terminal.WriteJson(analyses);
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

            if (parsed.GetValue(html) is { } file && analyses.Count > 0) await File.WriteAllTextAsync(file.FullName, HtmlReport.Write(analyses), cancellation);
            return exit;
        });
        return command;
    }

    static async Task<T> WithProgressAsync<T>(Terminal terminal, string path, Func<Action<int>?, Task<T>> work)
    {
        if (!terminal.Error.Profile.Out.IsTerminal || !terminal.Error.Profile.Capabilities.Interactive) return await work(null);
        return await terminal.Error.Status().StartAsync($"Reading {Markup.Escape(path)}", context => work(count => context.Status($"Reading {Markup.Escape(path)}: {count:N0} commits")));
    }
}
