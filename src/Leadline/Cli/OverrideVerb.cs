using System.CommandLine;
using System.Text.Json;
using Leadline.Api;
using Leadline.Ingest;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline override</c>: says something against the rules, undoes it, and lists what was said.</summary>
public static class OverrideVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "override",
            "Says that the rules are wrong about a deployment or an incident, with a reason; undoes that, and lists all that "
                + "was said.");
        verb.Add(Saying(
            "mark-failed", "The deployment failed, whatever the signals found.", "failed", deployment: true, incident: false,
            clock, terminal));
        verb.Add(Saying(
            "mark-not-failed", "The deployment did not fail, whatever the signals found.", "not_failed", deployment: true,
            incident: false, clock, terminal));
        verb.Add(Saying(
            "link", "The incident is the deployment's, and no other's.", "link_incident", deployment: true, incident: true,
            clock, terminal));
        verb.Add(Saying(
            "unlink", "The incident is no deployment's.", "unlink_incident", deployment: false, incident: true, clock,
            terminal));
        verb.Add(Saying(
            "exclude", "The deployment stays in the ledger and enters no metric.", "exclude", deployment: true, incident: false,
            clock, terminal));
        verb.Add(Undo(clock, terminal));
        verb.Add(List(clock, terminal));
        return verb;
    }

    static Command Saying(
        string name, string says, string kind, bool deployment, bool incident, TimeProvider clock, Terminal terminal)
    {
        var incidentId = new Argument<string>("INCIDENT") { Description = "the incident's id" };
        var deploymentId = new Argument<string>("DEPLOYMENT")
        {
            Description = "the deployment's id, as leadline ledger prints it",
        };
        var reason = new Option<string>("--reason")
        {
            Description = "why, in a sentence for whoever reads the numbers",
            HelpName = "TEXT",
            Required = true,
        };
        var service = new Option<string>("--service")
        {
            Description = "where several services have it: whose",
            HelpName = "NAME",
        };
        var command = new Command(name, says);
        if (incident) command.Add(incidentId);
        if (deployment) command.Add(deploymentId);
        command.Add(reason);
        command.Add(service);
        OnEither(
            command, clock, terminal,
            (arguments, client, cancellation) => client.PostOverrideAsync(Asked(arguments), cancellation),
            (arguments, overriding, cancellation) => overriding.AddAsync(Asked(arguments), "local", cancellation));
        return command;

        OverrideRequest Asked(ParseResult arguments) => new(
            kind, deployment ? arguments.GetValue(deploymentId) : null, incident ? arguments.GetValue(incidentId) : null,
            arguments.GetValue(service), arguments.GetValue(reason));
    }

    static Command Undo(TimeProvider clock, Terminal terminal)
    {
        var number = new Argument<long>("NUMBER") { Description = "its number, as leadline override list prints it" };
        var reason = new Option<string>("--reason") { Description = "why, in a sentence", HelpName = "TEXT" };
        var command = new Command(
            "undo",
            "Undoes an override: the rules hold again. It stays in the list, with who undid it and when.") { number, reason };
        OnEither(
            command, clock, terminal,
            (arguments, client, cancellation) =>
                client.DeleteOverrideAsync(arguments.GetValue(number), arguments.GetValue(reason), cancellation),
            (arguments, overriding, cancellation) =>
                overriding.UndoAsync(arguments.GetValue(number), arguments.GetValue(reason), "local", cancellation));
        return command;
    }

    static Command List(TimeProvider clock, Terminal terminal)
    {
        var command = new Command(
            "list", "Prints what was said, newest first: acting, undone, replaced by a later one, or acting on nothing.");
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var limit = new LimitOption(50);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        command.Add(limit);
        store.AddTo(command);
        server.AddTo(command);
        command.Add(json);
        command.SetAction(async (arguments, cancellation) =>
        {
            Page<OverrideEntry> page;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    page = await client!.GetAsync<Page<OverrideEntry>>(
                        $"overrides?limit={arguments.GetValue(limit)}", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                page = await opened.Store.OverridesAsync(null, arguments.GetValue(limit), cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(page);
            else if (page.Items.IsEmpty)
                terminal.Raw.WriteLine("Nobody has said anything: every number follows the rules alone.");
            else
            {
                terminal.Out.Write(Table(page));
                if (page.Next is not null)
                    terminal.Say($"there are more than these {page.Items.Length}; ask for more with --limit");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Runs the command on the server that is named, or else on the store.</summary>
    static void OnEither(
        Command command, TimeProvider clock, Terminal terminal,
        Func<ParseResult, ServerClient, CancellationToken, Task<string>> onServer,
        Func<ParseResult, Overriding, CancellationToken, Task<Overridden>> onStore)
    {
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        store.AddTo(command);
        server.AddTo(command);
        command.Add(json);
        command.SetAction(async (arguments, cancellation) =>
        {
            OverrideAnswer answer;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    answer = JsonSerializer.Deserialize<OverrideAnswer>(
                        await onServer(arguments, client!, cancellation), Wire.Json)!;
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var done = await onStore(
                    arguments,
                    new Overriding(
                        opened.Store, await opened.ReadingsAsync(clock, cancellation), clock, Timeout.InfiniteTimeSpan),
                        cancellation);
                if (done.Refusal is { } refusal) return terminal.Misuse(Overriding.Sentence(refusal));
                answer = new OverrideAnswer(done.Entry!, done.IsJudged);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(answer);
            else
                terminal.Raw.WriteLine(
                    $"override {answer.Override.Id} {State(answer.Override)}{(answer.Judged ? "" : "; it is being judged")}");
            return ExitCode.Done;
        });
    }

    static string State(OverrideEntry entry) => entry.State switch
    {
        "acting" => "acts",
        "nothing" => "acts on nothing",
        "replaced" => "is replaced by a later one",
        _ => "is undone",
    };

    static Table Table(Page<OverrideEntry> page)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)[
            "no.", "at (UTC)", "service", "said", "deployment", "incident", "by", "state", "reason",
        ]) table.AddColumn(header);
        table.Columns[0].RightAligned();
        foreach (var entry in page.Items)
        {
            table.AddRow(
                [
                    new Text($"{entry.Id}"), new Text(entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm")),
                    new Text(entry.Service), new Text(entry.Kind.Replace('_', ' ')),
                    new Text(entry.Deployment ?? "–"), new Text(entry.Incident ?? "–"), new Text(entry.By),
                    new Text(State(entry)), new Text(entry.Reason),
                ]);
        }

        return table;
    }
}
