using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Api;
using Leadline.Metrics;
using Leadline.WhatIf;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline metrics</c>: the five numbers of a scope and window.</summary>
public static class MetricsVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "metrics", "Prints the five metrics of a scope and window, with their interval, sample size and coverage.");
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var definitions = new Option<string>("--definitions")
        {
            Description =
                "judge again, in memory, by the version of the definitions that has this hash; 'leadline definitions "
                    + "--versions' lists them",
            HelpName = "HASH",
        };
        var compare = new Option<bool>("--compare")
        {
            Description = "say how each number stands to that of the span of the same length before",
        };
        var shifts = new Option<bool>("--shifts") { Description = "say in which weeks the level of a number shifted" };
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        scope.AddTo(verb);
        verb.Add(definitions);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(compare);
        verb.Add(shifts);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(definitions) is not null && (result.GetValue(compare) || result.GetValue(shifts)))
                result.AddError("--definitions judges one window again: leave --compare and --shifts out");
            if (result.GetValue(json) && result.GetValue(compare) && result.GetValue(shifts))
                result.AddError("--compare and --shifts are two documents: with --json name one of them");
        });
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            MetricsReport? report = null;
            var hash = arguments.GetValue(definitions);
            ChangesAnswer? changes = null;
            var histories = ImmutableArray<LevelHistory>.Empty;
            var (compares, lists) = (arguments.GetValue(compare), arguments.GetValue(shifts));
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                {
                    if (compares)
                        changes = await client!.GetAsync<ChangesAnswer>(
                            "metrics/compare?" + scope.QueryString(arguments), cancellation);
                    else
                        report = await client!.GetAsync<MetricsReport>(
                            $"metrics?{(hash is null ? "" : $"definitions={Uri.EscapeDataString(hash)}&")}"
                                + scope.QueryString(arguments), cancellation);
                    if (lists)
                        histories = await client!.GetAsync<ImmutableArray<LevelHistory>>(
                            "metrics/shifts?" + scope.QueryString(arguments), cancellation);
                }
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                if (compares) changes = await ChangesAnswer.OfAsync(opened.Metrics(clock), query, cancellation);
                else if (hash is null) report = await opened.Metrics(clock).ReadAsync(query, cancellation);
                else if (await AgainAsync(opened, hash, clock, query, terminal, cancellation) is { } again) report = again;
                else return ExitCode.Misuse;
                if (lists) histories = await LevelHistory.OfAsync(opened.Metrics(clock), null, query, cancellation);
            }

            if (arguments.GetValue(json))
            {
                if (lists) terminal.WriteJson(histories);
                else if (changes is not null) terminal.WriteJson(changes);
                else terminal.WriteJson(report);
                return ExitCode.Done;
            }

            Write(changes?.Report ?? report!, terminal);
            WriteShifts(histories, TimeZoneInfo.FindSystemTimeZoneById((changes?.Report ?? report!).Timezone), terminal);
            if (changes is null) return ExitCode.Done;
            terminal.Raw.WriteLine(
                $"Against {changes.Before.From.UtcDateTime:yyyy-MM-dd HH:mm} to "
                    + $"{changes.Before.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC:");
            foreach (var metric in MetricRules.Names)
                terminal.Raw.WriteLine(
                    $"  {metric.Replace('_', ' ')}: "
                        + $"{(changes.Changes[metric].IsBetter switch { true => "better: ", false => "worse: ", _ => "" })}"
                        + $"{changes.Changes[metric].Says}");
            return ExitCode.Done;
        });
        return verb;
    }

    static void WriteShifts(ImmutableArray<LevelHistory> histories, TimeZoneInfo zone, Terminal terminal)
    {
        foreach (var history in histories)
        {
            var name = history.Metric.Replace('_', ' ');
            if (history.Shifts.IsEmpty)
                terminal.Raw.WriteLine(
                    $"{name}: no shift of its level; {history.Because ?? $"{history.Weeks} weeks were looked at"}.");
            foreach (var shift in history.Shifts)
                terminal.Raw.WriteLine(
                    $"{name}: in the week of {TimeZoneInfo.ConvertTime(shift.At, zone):yyyy-MM-dd} it "
                        + $"{shift.Says(history.Metric)}, {(shift.IsBetter(history.Metric) ? "better" : "worse")}.");
        }
    }

    /// <summary>By a version that was in force; null, after saying so, where there is none of this hash.</summary>
    static async Task<MetricsReport?> AgainAsync(
        OpenedStore opened, string hash, TimeProvider clock, MetricsQuery query, Terminal terminal,
        CancellationToken cancellation)
    {
        try
        {
            var version = await KeptDefinitions.FindAsync(opened.Store, hash, cancellation);
            return (await opened.JudgingAgain(clock).JudgeAsync(query, [version], cancellation))[0].Report;
        }
        catch (FormatException error)
        {
            terminal.Misuse(error.Message);
            return null;
        }
    }

    /// <summary>Why deployments ship nothing known: the two that every service has, and what else there is.</summary>
    static IEnumerable<string> Reasons(Coverage coverage) =>
        new (long Count, string Reason)[]
        {
            (coverage.Baseline, "baseline"), (coverage.Gap, "gap"), (coverage.NoSha, "without a sha"),
            (coverage.ShortSha, "with a short sha that no commit or several fit"),
            (coverage.UnknownSha, "of an unknown sha"), (coverage.Configuration, "of a configuration repository's commit"),
        }.Where((one, i) => i < 2 || one.Count > 0).Select(one => $"{one.Count} {one.Reason}");

    static void Write(MetricsReport report, Terminal terminal)
    {
        var scope = report.Scope.Services.IsDefaultOrEmpty ? "no service" : string.Join(", ", report.Scope.Services);
        terminal.Raw.WriteLine(
            $"{scope} · {report.Scope.Environment} · {report.From.UtcDateTime:yyyy-MM-dd HH:mm} to "
                + $"{report.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)["metric", "value", "95 % interval", "n", "level"]) table.AddColumn(header);
        table.Columns[3].RightAligned();
        var (frequency, lead, failure, recovery, rework) = (
            report.Metrics.DeploymentFrequency, report.Metrics.LeadTime, report.Metrics.ChangeFailureRate,
            report.Metrics.RecoveryTime, report.Metrics.ReworkRate);
        Add(
            "deployment frequency", Human.Rate(frequency.PerDay), frequency.Interval, Human.Rate, frequency.Deployments,
            frequency.Levels);
        Add(
            $"lead time, {StatisticRules.Said(lead.Statistic)}", Human.About(Human.Span(lead.ValueSeconds), lead.Percentiles),
            lead.IntervalSeconds, Human.Span, lead.Count, lead.Levels);
        Add(
            "change failure rate", Human.Share(failure.Value), failure.Interval, Human.Share, failure.Deployments,
            failure.Levels);
        Add(
            $"recovery time, {StatisticRules.Said(recovery.Statistic)}",
            Human.About(Human.Span(recovery.ValueSeconds), recovery.Percentiles), recovery.IntervalSeconds, Human.Span,
            recovery.Count, recovery.Levels);
        Add("rework rate", Human.Share(rework.Value), rework.Interval, Human.Share, rework.Deployments, rework.Levels);
        terminal.Out.Write(table);

        if (new[] { frequency.Levels, lead.Levels, failure.Levels, recovery.Levels, rework.Levels }
            .Any(levels => levels is { Length: > 1 }))
            terminal.Raw.WriteLine(
                $"Where more than one level stands, there are too few rows to tell. Levels are those of {report.Edition}: "
                    + "leadline levels.");
        if (recovery.Open > 0)
            terminal.Raw.WriteLine(
                $"{recovery.Open} of {recovery.Count} failures are open, the oldest for "
                    + $"{Human.Span(recovery.OldestOpenSeconds)}.");
        var coverage = report.Coverage;
        terminal.Raw.WriteLine(
            $"Of the deployments {coverage.DeploymentsWithChanges} list what they ship, {coverage.DeploymentsWithoutChanges} "
            + "do not "
            + $"({string.Join(", ", Reasons(coverage))}); of {coverage.Incidents} incidents {coverage.IncidentsUnlinked} are "
            + "linked to no deployment.");

        void Add(
            string name, string value, ImmutableArray<double>? interval, Func<double?, string> show, long count,
            ImmutableArray<string>? levels) =>
            table.AddRow(
                new Text(name), new Text(value), new Text(interval is [var low, var high] ? $"{show(low)} – {show(high)}" : "–"),
                new Text(count.ToString()), new Text(LevelWords.Of(levels) ?? "–"));
    }
}
