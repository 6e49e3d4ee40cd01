using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Metrics;
using Leadline.WhatIf;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline metrics</c>: the five numbers of a scope and window.</summary>
public static class MetricsVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command("metrics", "Prints the five metrics of a scope and window, with their interval, sample size and coverage.");
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var definitions = new Option<string>("--definitions")
        {
            Description = "judge again, in memory, by the version of the definitions that has this hash; 'leadline definitions --versions' lists them",
            HelpName = "HASH",
        };
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        scope.AddTo(verb);
        verb.Add(definitions);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            MetricsReport report;
            var hash = arguments.GetValue(definitions);
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!) report = await client!.GetAsync<MetricsReport>($"metrics?{(hash is null ? "" : $"definitions={Uri.EscapeDataString(hash)}&")}{scope.QueryString(arguments)}", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                try
                {
                    report = hash is null
                        ? await new MetricsReader(opened.Store, opened.Definitions, clock).ReadAsync(query, cancellation)
                        : (await new JudgingAgain(opened.Store, clock).JudgeAsync(query, [await KeptDefinitions.FindAsync(opened.Store, hash, cancellation)], cancellation))[0].Report;
                }
                catch (FormatException error)
                {
                    return terminal.Misuse(error.Message);
                }
            }

            if (arguments.GetValue(json)) terminal.WriteJson(report);
            else Write(report, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>Why deployments ship nothing known: the two that every service has, and what else there is.</summary>
    static IEnumerable<string> Reasons(Coverage coverage) =>
        new (long Count, string Reason)[]
        {
            (coverage.Baseline, "baseline"), (coverage.Gap, "gap"), (coverage.NoSha, "without a sha"), (coverage.ShortSha, "with a short sha that no commit or several fit"),
            (coverage.UnknownSha, "of an unknown sha"), (coverage.Configuration, "of a configuration repository's commit"),
        }.Where((one, i) => i < 2 || one.Count > 0).Select(one => $"{one.Count} {one.Reason}");

    static void Write(MetricsReport report, Terminal terminal)
    {
        var scope = report.Scope.Services.IsDefaultOrEmpty ? "no service" : string.Join(", ", report.Scope.Services);
        terminal.Raw.WriteLine($"{scope} · {report.Scope.Environment} · {report.From.UtcDateTime:yyyy-MM-dd HH:mm} to {report.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)["metric", "value", "95 % interval", "n", "level"]) table.AddColumn(header);
        table.Columns[3].RightAligned();
        var (frequency, lead, failure, recovery, rework) = (
            report.Metrics.DeploymentFrequency, report.Metrics.LeadTime, report.Metrics.ChangeFailureRate, report.Metrics.RecoveryTime, report.Metrics.ReworkRate);
        Add("deployment frequency", Human.Rate(frequency.PerDay), frequency.Interval, Human.Rate, frequency.Deployments, frequency.Level);
        Add($"lead time, {StatisticRules.Said(lead.Statistic)}", Human.About(Human.Span(lead.ValueSeconds), lead.Percentiles), lead.IntervalSeconds, Human.Span, lead.Count, lead.Level);
        Add("change failure rate", Human.Share(failure.Value), failure.Interval, Human.Share, failure.Deployments, failure.Level);
        Add($"recovery time, {StatisticRules.Said(recovery.Statistic)}", Human.About(Human.Span(recovery.ValueSeconds), recovery.Percentiles), recovery.IntervalSeconds, Human.Span, recovery.Count, recovery.Level);
        Add("rework rate", Human.Share(rework.Value), rework.Interval, Human.Share, rework.Deployments, rework.Level);
        terminal.Out.Write(table);

        if (recovery.Open > 0)
            terminal.Raw.WriteLine($"{recovery.Open} of {recovery.Count} failures are open, the oldest for {Human.Span(recovery.OldestOpenSeconds)}.");
        var coverage = report.Coverage;
        terminal.Raw.WriteLine(
            $"Of the deployments {coverage.DeploymentsWithChanges} list what they ship, {coverage.DeploymentsWithoutChanges} do not "
            + $"({string.Join(", ", Reasons(coverage))}); of {coverage.Incidents} incidents {coverage.IncidentsUnlinked} are linked to no deployment.");

        void Add(string name, string value, ImmutableArray<double>? interval, Func<double?, string> show, long count, string? level) =>
            table.AddRow(
                new Text(name), new Text(value), new Text(interval is [var low, var high] ? $"{show(low)} – {show(high)}" : "–"),
                new Text(count.ToString()), new Text(level ?? "–"));
    }
}
