using System.CommandLine;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline store</c>: what is done to a store as a whole.</summary>
static class StoreVerb
{
    public static Command Create(Terminal terminal) =>
        new(
            "store",
            "Copy a store to another engine, or spread it over several machines") { Copy(terminal), Distribute(terminal) };

    static Command Copy(Terminal terminal)
    {
        var from = new Argument<string>("FROM")
        {
            Description = "The store to copy: duckdb:FILE or postgres://USER@HOST/DATABASE",
        };
        var to = new Argument<string>("TO")
        {
            Description = "An empty store, or a copy that was begun: it goes on where it ended",
        };
        var json = new Option<bool>("--json") { Description = "print the counts as JSON" };
        var command = new Command("copy", "Copy everything from one store into another, and compare them") { from, to, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                await using var source = await Store.OpenAsync(parsed.GetValue(from)!, cancellation);
                await using var target = await Store.OpenAsync(parsed.GetValue(to)!, cancellation);
                var report = await CopyAsync(source, target, terminal, cancellation);
                if (parsed.GetValue(json)) terminal.WriteJson(report);
                else Print(report, terminal);
                return report.IsWhole ? ExitCode.Done : ExitCode.CheckFailed;
            }
            catch (StoreException error)
            {
                return terminal.Misuse(error.Message);
            }
        });
        return command;
    }

    static Command Distribute(Terminal terminal)
    {
        var address = new Argument<string>("STORE")
        {
            Description = "A store on PostgreSQL with the extension citus: postgres://USER@HOST/DATABASE",
        };
        var json = new Option<bool>("--json") { Description = "print the tables as JSON" };
        var command = new Command(
            "distribute", "Spread the tables of a store over the nodes of a Citus cluster") { address, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                await using var store = await Store.OpenAsync(parsed.GetValue(address)!, cancellation);
                var spread = await store.DistributeAsync(cancellation);
                if (parsed.GetValue(json)) terminal.WriteJson(spread);
                else if (spread.IsEmpty) terminal.Raw.WriteLine("Every table was distributed already.");
                else
                    foreach (var (table, key) in spread)
                        terminal.Raw.WriteLine(key is null ? $"{table}: whole on every node" : $"{table}: by {key}");
                return ExitCode.Done;
            }
            catch (StoreException error)
            {
                return terminal.Misuse(error.Message);
            }
        });
        return command;
    }

    static async Task<CopyReport> CopyAsync(Store source, Store target, Terminal terminal, CancellationToken cancellation)
    {
        if (!terminal.Error.Profile.Out.IsTerminal) return await source.CopyToAsync(target, null, cancellation);
        return await terminal.Error.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("deliveries");
            return await source.CopyToAsync(
                target, (done, all) => (task.Value, task.MaxValue) = (done, Math.Max(1, all)), cancellation);
        });
    }

    static void Print(CopyReport report, Terminal terminal)
    {
        var table = new Table().AddColumns("table", "rows", "rows in the copy");
        foreach (var (name, rows, copied) in report.Tables)
            table.AddRow(name, $"{rows:N0}", rows == copied ? $"{copied:N0}" : $"[red]{copied:N0}[/]");
        terminal.Out.Write(table);
        terminal.Out.WriteLine(report.IsWhole
            ? $"The copy is whole: what is judged has the fingerprint {report.ToFingerprint} in both."
            : "The copy is not whole: something was written meanwhile. Run it again while nobody writes.");
    }
}
