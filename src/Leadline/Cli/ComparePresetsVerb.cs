using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Metrics;
using Leadline.WhatIf;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline compare-presets</c>: what other tools would call by the same names, side by side.</summary>
public static class ComparePresetsVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "compare-presets",
            "Prints the five metrics of a scope under every preset, side by side: what other tools compute under the same "
                + "names.");
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        scope.AddTo(verb);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            ImmutableArray<ComparedPreset> compared;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    compared = await client!.GetAsync<ImmutableArray<ComparedPreset>>(
                        "presets?" + scope.QueryString(arguments), cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                try
                {
                    compared = await ComparedPreset.AllAsync(
                        opened.JudgingAgain(clock), opened.Definitions, query, cancellation);
                }
                catch (FormatException error)
                {
                    return terminal.Misuse(error.Message);
                }
            }

            if (arguments.GetValue(json)) terminal.WriteJson(compared);
            else Write(compared, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    static void Write(ImmutableArray<ComparedPreset> compared, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)[
            "preset", "deployment frequency", "lead time", "change failure rate", "recovery time", "rework rate",
        ]) table.AddColumn(header);
        foreach (var (preset, _, report) in compared)
        {
            var (lead, failure, recovery) =
                (report.Metrics.LeadTime, report.Metrics.ChangeFailureRate, report.Metrics.RecoveryTime);
            table.AddRow(
                new Text(preset), new Text(Human.Rate(report.Metrics.DeploymentFrequency.PerDay)),
                new Text(
                    $"{Human.About(Human.Span(lead.ValueSeconds), lead.Percentiles)} ({StatisticRules.Said(lead.Statistic)}, "
                        + $"n = {lead.Count})"),
                new Text($"{Human.Share(failure.Value)} ({failure.Failed} of {failure.Deployments})"),
                new Text(
                    $"{Human.About(Human.Span(recovery.ValueSeconds), recovery.Percentiles)} "
                        + $"({StatisticRules.Said(recovery.Statistic)}, n = {recovery.Count})"),
                new Text(Human.Share(report.Metrics.ReworkRate.Value)));
        }

        terminal.Out.Write(table);
    }
}
