using System.CommandLine;
using Leadline.Api;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline deliveries</c>: what sources sent and what became of it; what could not be read is read again.</summary>
static class DeliveriesVerb
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Pause = TimeSpan.FromMilliseconds(250);

    sealed record Outcome(long Deliveries, long StillUnreadable);

    public static Command Create(TimeProvider clock, Terminal terminal) =>
        new("deliveries", "What sources sent, as it is kept, and what became of it.")
        {
            List(clock, terminal), Show(clock, terminal), Retry(clock, terminal),
        };

    static Command List(TimeProvider clock, Terminal terminal)
    {
        var source = new Option<string?>("--source") { Description = "only those of this source", HelpName = "NAME" };
        var outcome = new Option<string?>("--outcome")
        {
            Description = "only those with this outcome: " + string.Join(", ", DeliveriesQuery.Outcomes),
            HelpName = "OUTCOME",
        };
        var from = new Option<string?>("--from")
        {
            Description = "only those received on this day (2026-01-01) of the reporting time zone or at this instant, or later",
            HelpName = "TIME",
        };
        var to = new Option<string?>("--to")
        {
            Description = "only those received before this day or instant",
            HelpName = "TIME",
        };
        var cursor = new Option<string?>("--cursor")
        {
            Description = "where the page before ended, as it says",
            HelpName = "CURSOR",
        };
        var limit = new LimitOption(20);
        var (store, server, json) = (new StoreOptions(), new ServerOptions(serverByDefault: false), Json());
        var verb = new Command(
            "list", "Prints them, newest first, with their outcomes and why.") { source, outcome, from, to, cursor, limit };
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (arguments, cancellation) =>
        {
            Page<DeliveryEntry> page;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                var asked = string.Concat(
                    new[] { source, outcome, from, to, cursor }.Where(option => arguments.GetValue(option) is not null)
                        .Select(option => $"&{option.Name[2..]}={Uri.EscapeDataString(arguments.GetValue(option)!)}"));
                using (client!)
                    page = await client!.GetAsync<Page<DeliveryEntry>>(
                        $"deliveries?limit={arguments.GetValue(limit)}{asked}", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                try
                {
                    var asked = new DeliveriesAsked(
                        arguments.GetValue(source), arguments.GetValue(outcome), arguments.GetValue(from),
                        arguments.GetValue(to), arguments.GetValue(cursor),
                        arguments.GetValue(limit), "--");
                    page = await opened.Store.DeliveriesAsync(
                        await asked.ReadAsync(opened.Store, opened.Sources, opened.Definitions.Zone, cancellation),
                        cancellation);
                }
                catch (FormatException error)
                {
                    return terminal.Misuse(error.Message);
                }
            }

            if (arguments.GetValue(json)) terminal.WriteJson(page);
            else if (page.Items.IsEmpty) terminal.Raw.WriteLine("No such deliveries.");
            else
            {
                terminal.Out.Write(Table(page));
                if (page.Next is not null)
                    terminal.Say($"there are more than these {page.Items.Length}; ask for the next with --cursor {page.Next}");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    static Command Show(TimeProvider clock, Terminal terminal)
    {
        var id = new Argument<string>("ID") { Description = "the delivery's id" };
        var (store, server, json) = (new StoreOptions(), new ServerOptions(serverByDefault: false), Json());
        var verb = new Command("show", "Prints one with its headers and its body, as they are kept.") { id };
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (arguments, cancellation) =>
        {
            if (!TryId(arguments.GetValue(id)!, terminal, out var number)) return ExitCode.Misuse;
            DeliveryAnswer answer;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!) answer = await client!.GetAsync<DeliveryAnswer>($"deliveries/{number}", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                if (await opened.Store.DeliveryAsync(number, cancellation) is not { } stored)
                    return terminal.Misuse(Missing(number));
                answer = DeliveryAnswer.Of(stored);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(answer);
            else Write(answer, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    static Command Retry(TimeProvider clock, Terminal terminal)
    {
        var id = new Argument<string?>("ID") { Description = "the delivery's id", Arity = ArgumentArity.ZeroOrOne };
        var unreadable = new Option<bool>("--unreadable") { Description = "all that could not be read, in place of one" };
        var source = new Option<string?>("--source")
        {
            Description = "with --unreadable: only those of this source",
            HelpName = "NAME",
        };
        var (store, server, json) = (new StoreOptions(), new ServerOptions(serverByDefault: false), Json());
        var verb = new Command(
            "retry",
            "Reads one, or all that could not be read, again. Exit code 1 when something still cannot be read.")
            {
                id, unreadable, source,
            };
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (arguments, cancellation) =>
        {
            var one = arguments.GetValue(id);
            var name = arguments.GetValue(source);
            if (one is null != arguments.GetValue(unreadable))
                return terminal.Misuse(
                    "say what to read again: the id of a delivery, or --unreadable for all that could not be read");
            if (one is not null && name is not null)
                return terminal.Misuse("--source goes with --unreadable: an id says enough");
            var number = 0L;
            if (one is not null && !TryId(one, terminal, out number)) return ExitCode.Misuse;
            if (!server.IsNamed(arguments))
                return await OnStoreAsync(
                    one is null ? null : number, name, arguments, store, json, clock, terminal, cancellation);
            if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
            using (client!)
            {
                var asked = one is not null ? $"delivery={number}"
                    : "outcome=unreadable" + (name is null ? "" : $"&source={Uri.EscapeDataString(name)}");
                var taken = await client!.PostAsync<RetryAnswer>("retries?" + asked, cancellation);
                if (one is not null)
                    return Say(await WaitAsync(number, client!, clock, cancellation), arguments.GetValue(json), terminal);
                if (arguments.GetValue(json)) terminal.WriteJson(taken);
                else
                    terminal.Raw.WriteLine(
                        taken.Waiting == 0 ? "Nothing is unreadable." : $"{taken.Waiting} deliveries wait to be read again: "
                            + string.Join(", ", taken.Sources.Select(waiting => $"{waiting.Deliveries} of {waiting.Source}")));
                return ExitCode.Done;
            }
        });
        return verb;
    }

    static async Task<int> OnStoreAsync(
        long? id, string? source, ParseResult arguments, StoreOptions options, Option<bool> json, TimeProvider clock,
        Terminal terminal, CancellationToken cancellation)
    {
        await using var opened = await options.OpenExistingAsync(arguments, terminal, cancellation);
        if (opened is null) return ExitCode.Misuse;
        var store = opened.Store;
        RetryAnswer asked;
        try
        {
            if (source is not null) await DeliveriesAsked.KnowAsync(store, opened.Sources, source, cancellation);
            if (id is { } number)
            {
                if (await store.DeliveryAsync(number, cancellation) is not { } stored) return terminal.Misuse(Missing(number));
                if (RetryAnswer.WhyNot(stored, opened.Sources) is { } sentence) return terminal.Misuse(sentence);
                asked = await RetryAnswer.AskAsync(store, opened.Sources, stored, cancellation);
            }
            else
            {
                asked = await RetryAnswer.AskAsync(store, opened.Sources, source, cancellation);
            }
        }
        catch (FormatException error)
        {
            return terminal.Misuse(error.Message);
        }

        await (await opened.ReadingsAsync(clock, cancellation)).DrainAsync(null, cancellation);
        if (id is { } read)
            return Say(DeliveryAnswer.Of((await store.DeliveryAsync(read, cancellation))!), arguments.GetValue(json), terminal);
        var still = 0L;
        foreach (var retried in asked.Sources) still += await store.UnreadableAsync(retried.Source, cancellation);
        if (arguments.GetValue(json)) terminal.WriteJson(new Outcome(asked.Waiting, still));
        else
            terminal.Raw.WriteLine(
                asked.Waiting == 0 ? "Nothing is unreadable."
                    : $"{asked.Waiting} deliveries read again, {still} of them still unreadable");
        return still == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <summary>The delivery once the server has read it, or as it is when that takes too long.</summary>
    static async Task<DeliveryAnswer> WaitAsync(long id, ServerClient client, TimeProvider clock, CancellationToken cancellation)
    {
        for (var began = clock.GetTimestamp(); ; await Task.Delay(Pause, clock, cancellation))
        {
            var answer = await client.GetAsync<DeliveryAnswer>($"deliveries/{id}", cancellation);
            if (answer.ReaderVersion is not (null or 0) || clock.GetElapsedTime(began) > Patience) return answer;
        }
    }

    static int Say(DeliveryAnswer answer, bool asJson, Terminal terminal)
    {
        var waits = answer.ReaderVersion is null or 0;
        if (asJson) terminal.WriteJson(answer);
        else if (waits)
            terminal.Raw.WriteLine(
                $"delivery {answer.Id} waits to be read; 'leadline deliveries show {answer.Id}' says what became of it");
        else terminal.Raw.WriteLine($"delivery {answer.Id}: {Became(answer)}");
        return !waits && answer.Outcome == "unreadable" ? ExitCode.CheckFailed : ExitCode.Done;
    }

    static void Write(DeliveryAnswer answer, Terminal terminal)
    {
        var output = terminal.Raw;
        output.WriteLine($"delivery   {answer.Id}");
        output.WriteLine($"source     {answer.Source}");
        output.WriteLine($"received   {answer.ReceivedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        output.WriteLine($"outcome    {Became(answer)}");
        if (answer.ReaderVersion is { } version)
            output.WriteLine(version == 0 ? "reader     waits to be read again" : $"reader     version {version}");
        foreach (var (name, value) in answer.Headers.OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase))
            output.WriteLine($"header     {name}: {value}");
        output.WriteLine();
        output.WriteLine(
            answer.Kept ? answer.Body : "The body was dropped when its time was over; what was read from it is kept.");
    }

    static string Became(DeliveryAnswer answer) => answer.Outcome switch
    {
        "facts" => answer.Facts == 1 ? "1 fact" : $"{answer.Facts} facts",
        "unread" => "not read yet",
        var outcome => $"{outcome}, because {answer.Because}",
    };

    static Table Table(Page<DeliveryEntry> page)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)["id", "received (UTC)", "source", "outcome", "facts", "because"])
            table.AddColumn(header);
        table.Columns[0].RightAligned().NoWrap();
        table.Columns[1].NoWrap();
        table.Columns[4].RightAligned();
        foreach (var entry in page.Items)
        {
            table.AddRow(
                [
                    new Text($"{entry.Id}"), new Text(entry.ReceivedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")),
                    new Text(entry.Source),
                    new Text(entry.ReaderVersion == 0 ? entry.Outcome + ", waits to be read again" : entry.Outcome),
                    new Text($"{entry.Facts}"), new Text(entry.Because ?? ""),
                ]);
        }

        return table;
    }

    static bool TryId(string text, Terminal terminal, out long id)
    {
        if (long.TryParse(text, out id)) return true;
        terminal.Misuse($"'{text}' is no delivery's id: it is a number, as 'leadline deliveries list' shows it");
        return false;
    }

    static string Missing(long id) => $"there is no delivery {id}; 'leadline deliveries list' shows those there are";

    static Option<bool> Json() => new("--json") { Description = "print the API's JSON" };
}
