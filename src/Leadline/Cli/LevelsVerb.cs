using System.Collections.Immutable;
using System.CommandLine;
using Leadline.Metrics;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline levels</c>: what every edition of the benchmarks calls the numbers of a scope and window.</summary>
static class LevelsVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "levels",
            "Prints what each edition of the DORA benchmarks calls the numbers of a scope and window, and their Quick Check "
                + "scores beside the means of others.");
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var industry = new Option<string?>("--industry")
        {
            Description =
                $"whose means stand beside the scores: {string.Join(", ", Benchmarks.Industries.Select(one => one.Id))}; "
                    + $"default: {Benchmarks.Everybody}",
            HelpName = "NAME",
        };
        var size = new Option<string?>("--size")
        {
            Description =
                $"likewise by employees: {string.Join(", ", Benchmarks.OrganizationSizes.Select(one => one.Id))}; default: "
                    + $"{Benchmarks.Everybody}",
            HelpName = "NAME",
        };
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        scope.AddTo(verb);
        verb.Add(industry);
        verb.Add(size);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            Benchmarks found;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                var more = string.Concat(new[] { ("industry", arguments.GetValue(industry)), ("size", arguments.GetValue(size)) }
                    .Where(one => one.Item2 is not null).Select(one => $"&{one.Item1}={Uri.EscapeDataString(one.Item2!)}"));
                using (client!)
                    found = await client!.GetAsync<Benchmarks>($"benchmarks?{scope.QueryString(arguments)}{more}", cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                try
                {
                    found = await Benchmarks.OfAsync(
                        opened.Metrics(clock), query, arguments.GetValue(industry), arguments.GetValue(size), cancellation);
                }
                catch (FormatException error)
                {
                    return terminal.Misuse(error.Message);
                }
            }

            if (arguments.GetValue(json)) terminal.WriteJson(found);
            else Write(found, terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    static void Write(Benchmarks found, Terminal terminal)
    {
        var scope = found.Scope.Services.IsDefaultOrEmpty ? "no service" : string.Join(", ", found.Scope.Services);
        terminal.Raw.WriteLine(
            $"{scope} · {found.Scope.Environment} · {found.From.UtcDateTime:yyyy-MM-dd HH:mm} to "
                + $"{found.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        foreach (var metric in found.Metrics)
        {
            terminal.Raw.WriteLine($"{metric.Metric.Replace('_', ' ')}: {metric.Says}");
            foreach (var one in metric.Editions.Where(
                one => one.Because is not null && metric.Value is not null && IsDefined(one.Edition, metric.Metric)))
                terminal.Raw.WriteLine($"  {one.Edition}: {one.Because}");
        }

        foreach (var check in found.QuickChecks)
        {
            terminal.Raw.WriteLine();
            terminal.Raw.WriteLine(
                $"{found.Editions.First(edition => edition.Id == check.Edition).Title}, 0 to {QuickCheckScale.Best:0}");
            var table = new Table().Border(TableBorder.Simple);
            foreach (var header in (ReadOnlySpan<string>)[
                "question", "answer", "score", check.Industry.Name ?? check.Industry.Id,
                check.OrganizationSize.Name ?? check.OrganizationSize.Id,
            ])
                table.AddColumn(new TableColumn(Markup.Escape(header)));
            foreach (var score in check.Scores)
                Row(
                    score.Metric.Replace('_', ' '), score.Answer ?? Human.NoData, score.Score, score.IndustryMean,
                    score.OrganizationSizeMean);
            Row("overall", check.Because ?? "", check.Overall, check.Industry.Mean, check.OrganizationSize.Mean);
            terminal.Out.Write(table);
            terminal.Raw.WriteLine(check.Note);

            void Row(string name, string answer, double? score, double? industry, double? size) =>
                table.AddRow(
                    new Text(name), new Text(answer), new Text(Number(score)), new Text(Number(industry)),
                    new Text(Number(size)));
        }

        bool IsDefined(string id, string metric) =>
            found.Editions.First(edition => edition.Id == id).Levels?.GetValueOrDefault(metric) is not null;

        static string Number(double? score) => score?.ToString("0.0") ?? "–";
    }
}
