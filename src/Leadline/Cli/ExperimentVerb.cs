using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Leadline.Experiments;
using Leadline.Metrics;
using Spectre.Console;
using Rows = Leadline.Storage.Rows;

namespace Leadline.Cli;

/// <summary><c>leadline experiment</c>: registers a change in practice, stops it, and says what came of it.</summary>
public static class ExperimentVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal) =>
        new("experiment", "Registers a change in practice with what it is to bring, and says from the data whether it did.")
        {
            Start(clock, terminal),
            List(clock, terminal),
            Show(clock, terminal),
            Stop(clock, terminal),
        };

    static Command Start(TimeProvider clock, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "small letters, digits and hyphens, such as trunk-based" };
        var hypothesis = Text(
            "--hypothesis", "TEXT", "what is done differently, and what it is to bring, in a sentence", required: true);
        var metric = Text("--metric", "METRIC", $"what it is to move: {string.Join(", ", MetricRules.Names)}", required: true);
        var worth = Text(
            "--worth", "PERCENT",
            "the smallest effect worth having, such as 20%: of the level before, or for the two rates so many points",
            required: true);
        var direction = Text("--direction", "WORD", "where it is to move the metric, up or down; default: for the better");
        var start = Text(
            "--start", "TIME",
            "the day (2026-01-31) in the reporting time zone, or the instant, from which on it is done; default: now");
        var end = Text(
            "--end", "TIME",
            $"the day or instant after which nothing is looked at; default: after {ExperimentRequest.DefaultWeeks} whole weeks");
        var service = new Option<string[]>("--service")
        {
            Description = "where it is done; may be given several times; default: everywhere",
            HelpName = "NAME",
        };
        var team = Text("--team", "NAME", "only the services of this team");
        var area = Text("--area", "NAME", "only the services of this area");
        var environment = Text("--environment", "NAME", $"the environment; default: {EnvironmentName.Production}");
        var guardrail = new Option<string[]>("--guardrail")
        {
            Description =
                "a metric that must not get worse, alone or with how much worse is tolerated, such as lead_time=10%; may be "
                    + "given several times",
            HelpName = "METRIC",
        };
        var comparison = new Option<string[]>("--compare")
        {
            Description = "a service where it is not done, whose change is taken off; may be given several times",
            HelpName = "NAME",
        };
        var falseAlarms = Text(
            "--false-alarms", "PERCENT",
            "how often what has no effect may be said to have one, at any of all looks; default: 5%");
        var command = new Command("start", "Registers an experiment. What is registered stays as it is; it can be stopped.")
        {
            name, hypothesis, metric, worth, direction, start, end, service, team, area, environment, guardrail, comparison,
            falseAlarms,
        };
        OnEither(
            command, clock, terminal,
            async (arguments, client, cancellation) => await client.PostExperimentAsync(Asked(arguments), cancellation),
            async (arguments, opened, reader, cancellation) =>
            {
                var made = await new Registering(opened.Store, opened.Definitions, clock)
                    .AddAsync(Asked(arguments), "local", cancellation);
                return made.Experiment is { } one ? (await reader.FindAsync(one.Experiment.Name, cancellation), null)
                    : (null, made.Sentence);
            });
        return command;

        ExperimentRequest Asked(ParseResult arguments) => new(
            arguments.GetValue(name), arguments.GetValue(hypothesis), Several(arguments.GetValue(service)),
            arguments.GetValue(team), arguments.GetValue(area),
            arguments.GetValue(environment), arguments.GetValue(metric), arguments.GetValue(direction),
            arguments.GetValue(worth),
            arguments.GetValue(start)
                ?? clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            arguments.GetValue(end),
            Several(arguments.GetValue(guardrail)), Several(arguments.GetValue(comparison)), arguments.GetValue(falseAlarms));

        static ImmutableArray<string> Several(string[]? values) => [.. values ?? []];
    }

    static Command Stop(TimeProvider clock, Terminal terminal)
    {
        var name = NameOf();
        var reason = Text("--reason", "TEXT", "why, in a sentence");
        var command = new Command(
            "stop", "Stops an experiment: weeks that end later are not looked at. It stays in the list.") { name, reason };
        OnEither(
            command, clock, terminal,
            (arguments, client, cancellation) =>
                client.StopExperimentAsync(arguments.GetValue(name)!, arguments.GetValue(reason), cancellation),
            async (arguments, opened, reader, cancellation) =>
            {
                var (_, refusal) = await new Registering(opened.Store, opened.Definitions, clock)
                    .StopAsync(arguments.GetValue(name)!, arguments.GetValue(reason), "local", cancellation);
                return refusal is null ? (await reader.FindAsync(arguments.GetValue(name)!, cancellation), null)
                    : (null, refusal);
            });
        return command;
    }

    static Command Show(TimeProvider clock, Terminal terminal)
    {
        var name = NameOf();
        var command = new Command(
            "show", "Prints what came of an experiment: the verdict, what it rests on, each look and each guardrail.") { name };
        OnEither(
            command, clock, terminal,
            (arguments, client, cancellation) =>
                client.GetAsync<ExperimentReport>(
                    $"experiments/{Uri.EscapeDataString(arguments.GetValue(name)!)}", cancellation),
            async (arguments, _, reader, cancellation) =>
                await reader.FindAsync(arguments.GetValue(name)!, cancellation) is { } report
                    ? (report, null)
                    : (null, $"there is no experiment '{arguments.GetValue(name)}': leadline experiment list names those "
                        + "there are"));
        return command;
    }

    static Command List(TimeProvider clock, Terminal terminal)
    {
        var command = new Command("list", "Prints every experiment with its verdict, those that start last first.");
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        store.AddTo(command);
        server.AddTo(command);
        command.Add(json);
        command.SetAction(async (arguments, cancellation) =>
        {
            ImmutableArray<ExperimentReport> reports;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!) reports = await client!.GetAsync<ImmutableArray<ExperimentReport>>("experiments", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                reports = await opened.Experiments(clock).AllAsync(cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(reports);
            else if (reports.IsEmpty) terminal.Raw.WriteLine("No experiment was registered: leadline experiment start does it.");
            else
            {
                var table = new Table().Border(TableBorder.Simple);
                foreach (var header in (ReadOnlySpan<string>)[
                    "name", "start (UTC)", "is to move", "of", "is", "verdict", "effect",
                ]) table.AddColumn(header);
                foreach (var one in reports)
                {
                    var aim = one.Experiment.Aim;
                    table.AddRow(
                        new Text(one.Experiment.Name), new Text(one.Experiment.Start.UtcDateTime.ToString("yyyy-MM-dd")),
                        new Text($"{ExperimentWords.Name(aim.Metric)} by {ExperimentWords.Worth(aim)}"),
                        new Text(one.Experiment.Who), new Text(Rows.Word(one.State)),
                        new Text(
                            ExperimentWords.Of(one.Verdict, one.State)
                                + (one.Guardrails.Any(guarded => guarded.State == Guarded.Worse) ? ", guardrail worse" : "")),
                        new Text(one.Effect?.Says ?? "–"));
                }

                terminal.Out.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Runs the command on the server that is named, or else on the store, and prints the experiment.</summary>
    static void OnEither(
        Command command, TimeProvider clock, Terminal terminal,
        Func<ParseResult, ServerClient, CancellationToken, Task<ExperimentReport>> onServer,
        Func<ParseResult, OpenedStore, ExperimentReader, CancellationToken, Task<(ExperimentReport? Report,
            string? Refusal)>> onStore)
    {
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        store.AddTo(command);
        server.AddTo(command);
        command.Add(json);
        command.SetAction(async (arguments, cancellation) =>
        {
            ExperimentReport report;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!) report = await onServer(arguments, client!, cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (found, refusal) = await onStore(arguments, opened, opened.Experiments(clock), cancellation);
                if (found is null) return terminal.Misuse(refusal!);
                report = found;
            }

            if (arguments.GetValue(json)) terminal.WriteJson(report);
            else Write(report, terminal);
            return ExitCode.Done;
        });
    }

    static void Write(ExperimentReport report, Terminal terminal)
    {
        var (experiment, raw) = (report.Experiment, terminal.Raw);
        raw.WriteLine($"{experiment.Name} ({Rows.Word(report.State)}): {experiment.Hypothesis}");
        raw.WriteLine(
            $"  {experiment.Who} · {experiment.Environment} · {experiment.Start.UtcDateTime:yyyy-MM-dd HH:mm} to "
            + $"{experiment.End.UtcDateTime:yyyy-MM-dd HH:mm} UTC · "
                + $"registered {report.RegisteredAt.UtcDateTime:yyyy-MM-dd} by "
                + $"{report.RegisteredBy}{ExperimentWords.Late(report)}");
        if (report.StoppedAt is { } stopped)
            raw.WriteLine(
                $"  stopped {stopped.UtcDateTime:yyyy-MM-dd HH:mm} UTC by "
                    + $"{report.StoppedBy}{(report.StoppedBecause is { } why ? ": " + why : "")}");
        raw.WriteLine();
        raw.WriteLine(report.Says);
        var metric = new MetricNumber(experiment.Aim.Metric, null, null);
        foreach (var (name, side) in new (string, ExperimentSide?)[]
        {
            ("the experiment", report.Own), ("compared with", report.Others),
        })
        {
            if (side?.Before is not { } before) continue;
            raw.WriteLine(
                $"  {name}, {string.Join(", ", side.Services)}: {metric.Show(before.Value)} of {before.Rows:N0} in "
                + $"{ExperimentWords.Count(before.Weeks, "week")} before; "
                    + (side.After is { } after
                        ? $"{metric.Show(after.Value)} of {after.Rows:N0} in {ExperimentWords.Count(after.Weeks, "week")} after"
                        : "no whole week after"));
        }

        foreach (var guarded in report.Guardrails) raw.WriteLine($"  guardrail: {guarded.Says}");
        foreach (var days in report.LeftOutDays)
            raw.WriteLine(
                $"  left out: {days.From.UtcDateTime:yyyy-MM-dd HH:mm} to {days.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC, "
                    + $"{days.Because}");
        foreach (var service in report.LeftOutServices) raw.WriteLine($"  left out: {service.Service}, {service.Because}");
        if (report.Looks.IsEmpty) return;
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)[
            "weeks", "until (UTC)", "effect, with the interval that holds at all looks", "verdict",
        ]) table.AddColumn(header);
        foreach (var look in report.Looks)
            table.AddRow(
                new Text($"{look.Week}"), new Text(look.Until.UtcDateTime.ToString("yyyy-MM-dd")),
                new Text(look.Effect?.Says ?? "–"), new Text(ExperimentWords.Of(look.Verdict, ExperimentState.Running)));
        terminal.Out.Write(table);
        raw.WriteLine(
            $"{ExperimentWords.Count(report.Looks.Length, "look")} of {report.LooksPlanned} planned: what has no effect is "
                + $"said to have one, at any of them, in {experiment.FalseAlarms * 100:0.##} % of experiments at the most.");
    }

    static Argument<string> NameOf() => new("NAME") { Description = "its name, as leadline experiment list prints it" };

    static Option<string> Text(string name, string takes, string says, bool required = false) =>
        new(name) { Description = says, HelpName = takes, Required = required };
}
