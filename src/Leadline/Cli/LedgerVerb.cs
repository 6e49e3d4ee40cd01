using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Metrics;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline ledger</c>: the judged deployments, newest first.</summary>
public static class LedgerVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "ledger",
            "Prints the judged list of deployments, newest first: what each shipped, whether it failed and why, how it "
                + "recovered.");
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var limit = new LimitOption(20);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        scope.AddTo(verb);
        verb.Add(limit);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            Page<LedgerEntry> page;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                {
                    page = await client!.GetAsync<Page<LedgerEntry>>(
                        $"deployments?{scope.QueryString(arguments)}&limit={arguments.GetValue(limit)}", cancellation);
                }
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                page = await opened.Store.LedgerAsync(new RowsQuery(query, Limit: arguments.GetValue(limit)), cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(page);
            else if (page.Items.IsEmpty) terminal.Raw.WriteLine("No deployments in this window.");
            else
            {
                terminal.Out.Write(Table(page.Items));
                if (page.Next is not null)
                    terminal.Say($"there are more than these {page.Items.Length}; ask for more with --limit");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>Ledger rows as a table for people.</summary>
    public static Table Table(ImmutableArray<LedgerEntry> entries)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)[
            "deployed (UTC)", "service", "version", "kind", "ships", "median lead", "failed", "recovery", "deployment",
        ])
            table.AddColumn(new TableColumn(header).NoWrap());
        table.Columns[4].RightAligned();
        table.Columns[5].RightAligned();
        table.Columns[^1].NoWrap = false;
        foreach (var entry in entries)
        {
            table.AddRow(
                [
                    Text(entry.DeployedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm")),
                    Text(entry.Service),
                    Text(entry.Version ?? entry.Sha?[..Math.Min(7, entry.Sha.Length)] ?? "–"),
                    Text(entry.Kind.Replace('_', ' ') + (entry.Counted ? "" : ", not counted")),
                    Text(entry.Link == "linked" ? entry.Commits.ToString() : entry.Link.Replace('_', ' ')),
                    Text(Human.Span(entry.MedianLeadSeconds)),
                    Text(entry.Failed ? string.Join(", ", entry.FailedBecause) : ""),
                    Text(!entry.Failed ? "" : entry.RestoredAt is null ? "open" : Human.Span(entry.RecoverySeconds)),
                    Text(entry.DeploymentId),
                ]);
        }

        return table;
    }

    static Text Text(string text) => new(text);
}
