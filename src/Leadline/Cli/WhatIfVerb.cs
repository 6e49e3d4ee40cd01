using System.CommandLine;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.WhatIf;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline whatif</c>: the five numbers under other definitions, and the rows that make the difference.</summary>
public static class WhatIfVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "whatif",
            "Prints the five metrics under the definitions in force and under others, and exactly which rows move and why. "
                + "Services are judged again in memory; nothing is stored.");
        var set = new Option<string[]>("--set")
        {
            Description = "a key below definitions and its other value; may be given several times",
            HelpName = "KEY=VALUE",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
        };
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var limit = new LimitOption(WhatIfReport.Listed);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        verb.Add(set);
        scope.AddTo(verb);
        verb.Add(limit);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            WhatIfReport report;
            var sets = arguments.GetValue(set)!;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                {
                    var asked = string.Concat(sets.Select(one => $"set={Uri.EscapeDataString(one)}&"));
                    report = await client!.GetAsync<WhatIfReport>(
                        $"whatif?{asked}{scope.QueryString(arguments)}&limit={arguments.GetValue(limit)}", cancellation);
                }
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                try
                {
                    var other = ChangedDefinitions.Of(opened.Definitions, sets);
                    report = await WhatIfReport.OfAsync(
                        opened.JudgingAgain(clock), opened.Definitions, other, query, arguments.GetValue(limit), cancellation);
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

    /// <summary>The report in tables.</summary>
    internal static void Write(WhatIfReport report, Terminal terminal)
    {
        var scope = report.InForce.Scope;
        terminal.Raw.WriteLine(
            $"{(scope.Services.IsDefaultOrEmpty ? "no service" : string.Join(", ", scope.Services))} · {scope.Environment} · "
            + $"{report.InForce.From.UtcDateTime:yyyy-MM-dd HH:mm} to {report.InForce.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        foreach (var rule in report.Rules)
            terminal.Raw.WriteLine($"{rule.Key}: {rule.Before ?? "not there"} in force, {rule.After ?? "gone"} otherwise");
        var numbers = Table("metric", "in force", "otherwise", "difference", "n in force", "n otherwise");
        foreach (var of in report.Differences)
        {
            numbers.AddRow(
                new Text(WhatIfWords.Name(of.Metric)), new Text(WhatIfWords.Value(of.Metric, of.Before)),
                new Text(WhatIfWords.Value(of.Metric, of.After)),
                new Text(WhatIfWords.Difference(of)), new Text($"{of.CountBefore}"), new Text($"{of.CountAfter}"));
        }

        terminal.Out.Write(numbers);
        terminal.Raw.WriteLine(WhatIfWords.Sentence(report));
        if (report.Rows.IsEmpty) return;
        var rows = Table("deployed (UTC)", "service", "deployment", "what", "of", "in force", "otherwise", "why");
        foreach (var row in report.Rows)
        {
            var isTime = row.Move is Move.LeadTime or Move.Recovery;
            rows.AddRow(
                new Text(row.DeployedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm")), new Text(row.Service),
                new Text(row.DeploymentId), new Text(WhatIfWords.Moved(row.Move)),
                new Text(row.Change is { } change ? $"#{change}" : row.Sha?[..7] ?? ""),
                new Text(isTime ? Human.Span(row.BeforeSeconds) : ""),
                new Text(isTime ? Human.Span(row.AfterSeconds) : ""), new Text(row.Because));
        }

        terminal.Out.Write(rows);
        if (report.Moved.Sum(of => of.Count) > report.Rows.Length) terminal.Say("more rows moved; ask for more with --limit");
    }

    static Table Table(params ReadOnlySpan<string> headers)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in headers) table.AddColumn(header);
        return table;
    }
}
