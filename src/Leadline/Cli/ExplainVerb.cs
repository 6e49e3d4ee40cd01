using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Metrics;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline explain METRIC</c>: the rows behind a number.</summary>
public static class ExplainVerb
{
    static readonly ImmutableArray<string> Metrics =
        ["deployment_frequency", "lead_time", "change_failure_rate", "recovery_time", "rework_rate"];

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "explain",
            "Prints the rows that a metric's number is made of, each with its link method and the deliveries that it rests on.");
        var metric = new Argument<string>("METRIC") { Description = string.Join(", ", Metrics) };
        metric.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Metrics.Contains(Name(token.Value)))
                result.AddError($"there is no metric '{token.Value}'; there are {string.Join(", ", Metrics)}");
        });
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var limit = new LimitOption(50);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        verb.Add(metric);
        scope.AddTo(verb);
        verb.Add(limit);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            var name = Name(arguments.GetValue(metric)!);
            Explanation explanation;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                {
                    explanation = await client!.GetAsync<Explanation>(
                        $"explain?metric={name}&{scope.QueryString(arguments)}&limit={arguments.GetValue(limit)}", cancellation);
                }
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                explanation = await opened.Store.ExplainAsync(
                    name, new RowsQuery(query, Limit: arguments.GetValue(limit)), opened.Definitions, cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(explanation);
            else Write(explanation, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    static string Name(string text) => text.Replace('-', '_');

    static void Write(Explanation explanation, Terminal terminal)
    {
        terminal.Raw.WriteLine(explanation.Rule);
        terminal.Raw.WriteLine();
        if (!explanation.Deployments.IsEmpty) terminal.Out.Write(LedgerVerb.Table(explanation.Deployments));
        if (!explanation.Shipped.IsEmpty) terminal.Out.Write(Table(explanation.Shipped));
        if (!explanation.Blames.IsEmpty) terminal.Out.Write(Table(explanation.Blames));
        if (explanation.Deployments.IsEmpty && explanation.Shipped.IsEmpty && explanation.Blames.IsEmpty)
            terminal.Raw.WriteLine("No rows in this window.");
        if (explanation.Next is not null) terminal.Say("there are more rows; ask for more with --limit");
    }

    static Table Table(ImmutableArray<ShippedEntry> shipped)
    {
        var table = Table(
            "deployed (UTC)", "service", "commit", "change", "method", "lead time", "not counted", "deployment", "deliveries");
        foreach (var entry in shipped)
        {
            table.AddRow(
                [
                    Time(entry.DeployedAt), new Text(entry.Service), new Text(entry.Sha[..Math.Min(7, entry.Sha.Length)]),
                    new Text(entry.Change is { } number ? $"#{number}" : ""), new Text(entry.Method.Replace('_', ' ')),
                    new Text(Human.Span(entry.LeadSeconds)), new Text(entry.NotCountedBecause ?? ""),
                    new Text(entry.DeploymentId),
                    Deliveries(entry.Deliveries),
                ]);
        }

        return table;
    }

    static Table Table(ImmutableArray<BlameEntry> blames)
    {
        var table = Table(
            "started (UTC)", "service", "signal", "evidence", "method", "resolved (UTC)", "deployment", "deliveries");
        foreach (var entry in blames)
        {
            table.AddRow(
                [
                    Time(entry.StartedAt), new Text(entry.Service), new Text(entry.Signal), new Text(entry.Evidence),
                    new Text(entry.Method),
                    entry.ResolvedAt is { } resolved ? Time(resolved) : new Text(entry.IsIncident ? "open" : ""),
                    new Text(entry.DeploymentId ?? "unlinked"), Deliveries(entry.Deliveries),
                ]);
        }

        return table;
    }

    static Table Table(params ReadOnlySpan<string> headers)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in headers) table.AddColumn(header);
        return table;
    }

    static Text Time(DateTimeOffset time) => new(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm"));

    static Text Deliveries(ImmutableArray<long> ids) =>
        new(
            ids.IsDefaultOrEmpty ? "" : ids.Length <= 3 ? string.Join(", ", ids)
                : $"{string.Join(", ", ids[..3])} and {ids.Length - 3} more");
}
