using System.CommandLine;
using Leadline.Constraint;
using Leadline.Metrics;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline constraint</c>: which stage holds a scope back.</summary>
static class ConstraintVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "constraint",
            "Names the stage that holds lead time back, and the one that holds recovery back: what the median would be if it "
                + "ran as in your own best-quartile service.");
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
            ConstraintReport found;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    found = await client!.GetAsync<ConstraintReport>("constraint?" + scope.QueryString(arguments), cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                found = await ConstraintReport.OfAsync(
                    opened.Store, opened.Metrics(clock), opened.Definitions, scope.About(arguments), query, cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(found);
            else Write(found, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    static void Write(ConstraintReport found, Terminal terminal)
    {
        terminal.Raw.WriteLine(
            $"{found.About} · {found.Scope.Environment} · {found.From.UtcDateTime:yyyy-MM-dd HH:mm} to "
                + $"{found.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        Write("Lead time", found.LeadTime, terminal);
        Write("Recovery", found.Recovery, terminal);
        terminal.Raw.WriteLine();
        foreach (var line in SignalWords.Of(found.Signals)) terminal.Raw.WriteLine(line);
    }

    static void Write(string name, ConstraintAnswer answer, Terminal terminal)
    {
        terminal.Raw.WriteLine();
        terminal.Raw.WriteLine($"{name}. {answer.Sentence}");
        if (answer.Evidence.Length > 0) terminal.Raw.WriteLine(answer.Evidence);
        foreach (var note in answer.Notes) terminal.Raw.WriteLine(note);
        if (answer.KnownShare > 0)
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var header in (ReadOnlySpan<string>)[
                "stage", "share", "median (9 of 10)", "n", "best quartile", "there", "median of all then", "average saves",
                "gain, 95 %",
            ]) table.AddColumn(header);
            foreach (var stage in answer.Stages)
            {
                table.AddRow(
                    new Text(stage.Stage), new Text(Human.Share(stage.Share)),
                    new Text(Spans(stage.MedianSeconds, stage.P90Seconds)), new Text(stage.Count.ToString()),
                    new Text(stage.Reference?.Name ?? "–"),
                    new Text(stage.Reference is { } reference ? Spans(reference.MedianSeconds, reference.P90Seconds) : "–"),
                    new Text(stage.MedianIfSeconds is { } without ? Human.Span(without) : "–"),
                    new Text(stage.SavedSeconds is { } saved ? Human.Span(saved) : "–"),
                    new Text(
                        stage.Because
                            ?? $"{Human.Span(stage.GainSeconds)}, {Human.Span(stage.IntervalSeconds?[0])} to "
                                + $"{Human.Span(stage.IntervalSeconds?[1])}"));
            }

            terminal.Out.Write(table);
        }

        if (answer.Practices.IsEmpty) return;
        terminal.Raw.WriteLine("What the literature connects with it, as options:");
        foreach (var practice in answer.Practices)
            terminal.Raw.WriteLine(
                $"  {practice.Stage}: {practice.Name}. {practice.Says} [{string.Join("; ", practice.Sources)}]");
    }

    static string Spans(double? median, double? ninth) =>
        median is null ? Human.NoData : $"{Human.Span(median)} ({Human.Span(ninth)})";
}
