using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline backfill SOURCE…</c>: the history of sources whose APIs can be asked for it.</summary>
static class BackfillVerb
{
    /// <summary>What became of a source.</summary>
    /// <param name="Compared">Pairs of commits that the host compared, because nothing else joins them.</param>
    /// <param name="Uncompared">Those that it did not.</param>
    sealed record Outcome(
        string Source, int Scopes, int Done, long Requests, long Stored, long Known, ImmutableArray<Missing> Missing,
        int Compared = 0, int Uncompared = 0);

    /// <summary>What a comparison tells may show that another is wanted.</summary>
    const int MostRounds = 5;

    /// <summary>How often it says how far it is where nobody watches.</summary>
    static readonly TimeSpan Said = TimeSpan.FromSeconds(30);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = $"whose history: {string.Join(", ", AskedSource.All)}",
            Arity = ArgumentArity.OneOrMore,
        };
        var since = new Option<string>("--since") { Description = "from when on", HelpName = "DATE", Required = true };
        var repositories = new Option<string[]>("--repositories", "--scopes")
        {
            Description =
                "whose: repositories, projects, jobs or services; acme/* is all that acme has; default: "
                    + "sources.SOURCE.repositories or scopes of leadline.yaml, or all",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var plan = new Option<bool>("--plan")
        {
            Description = "only say what would be asked, how many requests that takes and how long",
        };
        var json = new Option<bool>("--json") { Description = "print the plan, or what became of it, as JSON" };
        var store = new StoreOption();
        var config = new ConfigOption();
        var verb = new Command(
            "backfill",
            "Asks sources for their history and stores it as if it had been sent: what is there already is not stored twice. "
            + "It may be stopped at any moment, and goes on "
            + "from there; what it could not get is named on standard error, and the exit code is 1.")
        {
            sources, since, repositories, plan, json, store, config,
        };
        verb.SetAction(async (arguments, cancellation) =>
        {
            if (!DateTimeOffset.TryParse(
                arguments.GetValue(since), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var from))
                return terminal.Misuse($"--since '{arguments.GetValue(since)}' is no date: write 2024-01-01");
            if (from > clock.GetUtcNow())
                return terminal.Misuse($"--since {from:yyyy-MM-dd} lies in the future: there is no history to ask for");
            var settings = config.WithoutSecrets(arguments);
            var all = ImmutableArray.CreateBuilder<AskedSource>();
            foreach (var source in arguments.GetValue(sources)!.Distinct())
            {
                if (AskedSource.Of(source, settings, arguments.GetValue(repositories) ?? [], out var sentence) is not { } asked)
                    return terminal.Misuse(sentence!);
                if (asked is { Tokens.IsEmpty: true, App: null, Api: not null })
                    terminal.Say(
                        $"no token is set as sources.{source}.token: {asked.Api.Authority} answers strangers seldom, and "
                            + "shows them what is public");
                all.Add(asked);
            }

            if (arguments.GetValue(plan))
                return await PlanAsync(all, from, arguments.GetValue(json), clock, terminal, cancellation);
            await using var opened = new OpenedStore(
                await Store.OpenAsync(store.Address(arguments), cancellation), settings.Definitions, settings.Sources,
                settings.Levels);
            var outcomes = new List<Outcome>();
            foreach (var asked in all)
            {
                outcomes.Add(asked.Pager is null ? await MirrorAsync(asked, opened, clock, terminal, cancellation)
                    : await RunAsync(asked.Pager, asked.Api!, asked, opened, from, clock, terminal, cancellation));
            }

            var readings = await opened.ReadingsAsync(clock, cancellation);
            await readings.DrainAsync(null, cancellation);
            for (var i = 0; i < all.Count; i++)
                outcomes[i] = await CompareAsync(all[i], outcomes[i], opened, readings, clock, terminal, cancellation);
            foreach (var outcome in outcomes)
            {
                foreach (var missing in outcome.Missing) Say(terminal, missing);
                if (!arguments.GetValue(json))
                    terminal.Raw.WriteLine(
                        $"{outcome.Source}: {outcome.Stored} stored, {outcome.Known} known already; {outcome.Done} of "
                            + $"{outcome.Scopes} asked to the end, by {outcome.Requests} requests{Compared(outcome)}");
            }

            if (arguments.GetValue(json)) terminal.WriteJson(outcomes);
            return outcomes.All(outcome => outcome.Missing.IsEmpty) ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return verb;
    }

    static async Task<Outcome> MirrorAsync(
        AskedSource asked, OpenedStore opened, TimeProvider clock, Terminal terminal, CancellationToken cancellation)
    {
        var reader = new MirrorReader(MirrorReader.Mirrors, await opened.Store.SaltAsync(cancellation));
        var poll = new MirrorPoll(
            opened.Store, await Intake.OfAsync(opened.Store, cancellation), reader, MirrorReader.Mirrors,
            asked.Tokens is [var token, ..] ? token : null, clock);
        var summary = await poll.RunAsync(
            [.. asked.Names.Select(MirroredRepository.Parse)],
            told =>
            {
                if (!told.IsDone) terminal.Say($"fetching {told.Scope}");
            },
            cancellation);
        return new Outcome(
            MirrorReader.Name, summary.Scopes, summary.Done, summary.Requests, summary.Stored, summary.Known, summary.Missing);
    }

    static async Task<Outcome> RunAsync(
        Pager pager, Uri address, AskedSource asked, OpenedStore opened, DateTimeOffset since, TimeProvider clock,
        Terminal terminal, CancellationToken cancellation)
    {
        using var api = asked.Client(clock);
        var poll = new Poll(
            opened.Store, await Intake.OfAsync(opened.Store, cancellation), pager, Catalogue.Find(pager.Source)!, api, clock);
        var scopes = await poll.ScopesAsync(asked.Names, cancellation);
        terminal.Say(
            $"asking {address.Authority} for "
                + $"{(scopes is [var only] && only == pager.Everything ? "all that it has" : $"{scopes.Length} {pager.ScopeWord}")}");
        PollSummary summary = null!;
        var pace = new PollPace(scopes.Length, pager.AllowanceSpan, clock);
        if (!terminal.Error.Profile.Out.IsTerminal)
        {
            // A log gets a line now and then.
            var said = clock.GetTimestamp();
            summary = await poll.RunAsync(
                scopes, since,
                told =>
                {
                    var now = pace.Told(told, api.Allowances.Values);
                    var before = Interlocked.Read(ref said);
                    if (clock.GetElapsedTime(before) >= Said
                        && Interlocked.CompareExchange(ref said, clock.GetTimestamp(), before) == before)
                        terminal.Say(Words(now));
                },
                cancellation);
        }
        else
        {
            await terminal.Error.Progress().StartAsync(async progress =>
            {
                var task = progress.AddTask(pager.Source, maxValue: Math.Max(1, scopes.Length));
                summary = await poll.RunAsync(
                    scopes, since,
                    told =>
                    {
                        var now = pace.Told(told, api.Allowances.Values);
                        (task.MaxValue, task.Value, task.Description) =
                            (Math.Max(1, now.Answers + now.Left), now.Answers, Markup.Escape(Words(now)));
                    },
                    cancellation);
            });
        }

        string Words(PaceNow now) =>
            $"{pager.Source}: {now.Items:N0} items, {now.Left:N0} requests known to follow{Left(api.Allowance)}"
                + (now.ToGo is { } toGo && now.Left > 0 ? $", about {Human.Span(toGo.TotalSeconds)} to go" : "");

        return new Outcome(
            pager.Source, summary.Scopes, summary.Done, summary.Requests, summary.Stored, summary.Known, summary.Missing);
    }

    /// <summary>
    /// Has the host compare what nothing joins, until nothing more of that is wanted. A token that was refused is not tried
    /// again.
    /// </summary>
    static async Task<Outcome> CompareAsync(
        AskedSource asked, Outcome outcome, OpenedStore opened, Readings readings, TimeProvider clock, Terminal terminal,
        CancellationToken cancellation)
    {
        if (!Comparing.Can(asked) || outcome.Missing.Any(missing => missing.EndsAll)) return outcome;
        if ((await opened.Store.WantedComparisonsAsync(opened.Definitions, cancellation)).IsEmpty) return outcome;
        using var api = asked.Client(clock);
        var (scopes, _) = await Poll.ScopesAsync(asked.Pager!, api, asked.Names, clock, cancellation);
        var intake = await Intake.OfAsync(opened.Store, cancellation);
        for (var round = 0; round < MostRounds; round++)
        {
            var comparing = new Comparing(opened.Store, intake, asked.Pager!, Catalogue.Find(asked.Source)!, api, clock);
            var summary = await comparing.RunAsync(scopes, opened.Definitions, int.MaxValue, cancellation);
            outcome = outcome with
            {
                Requests = outcome.Requests + summary.Requests,
                Stored = outcome.Stored + summary.Stored,
                Missing = [.. outcome.Missing, .. summary.Missing],
                Compared = outcome.Compared + summary.Done,
                Uncompared = outcome.Uncompared + summary.Refused,
            };
            if (summary.Done == 0) break;
            if (round == 0) terminal.Say($"{asked.Source}: compared commits of {Shown(summary.Done)} that nothing else joins");
            await readings.DrainAsync(null, cancellation);
        }

        return outcome;

        static string Shown(int pairs) => pairs == 1 ? "one deployment" : $"{pairs:N0} deployments";
    }

    static string Compared(Outcome outcome) => (outcome.Compared, outcome.Uncompared) switch
    {
        (0, 0) => "",
        (var done, 0) => $"; {done} compared with what was live before",
        var (done, refused) =>
            $"; {done} compared with what was live before, and {refused} not: the host no longer knows one of the two "
                + "commits, or refuses",
    };

    static async Task<int> PlanAsync(
        IEnumerable<AskedSource> all, DateTimeOffset since, bool asJson, TimeProvider clock, Terminal terminal,
        CancellationToken cancellation)
    {
        var plans = new List<PollPlan>();
        foreach (var asked in all)
        {
            if (asked is not { Pager: { } pager, Api: { } address })
            {
                terminal.Say(
                    $"{asked.Source}: {asked.Names.Length} {(asked.Names.Length == 1 ? "repository" : "repositories")} would "
                        + $"be fetched into {MirrorReader.Mirrors}, without the contents of files");
                continue;
            }

            using var api = asked.Client(clock);
            var (scopes, missed) = await Poll.ScopesAsync(pager, api, asked.Names, clock, cancellation);
            var plan = await PollPlan.OfAsync(pager, address, api, scopes, since, clock, cancellation);
            plans.Add(plan with { Missing = [.. missed, .. plan.Missing], Compares = Comparing.Can(asked) });
        }

        foreach (var missing in plans.SelectMany(plan => plan.Missing)) Say(terminal, missing);
        if (asJson) terminal.WriteJson(plans);
        else
        {
            foreach (var plan in plans) Write(plan, terminal);
        }

        return plans.All(plan => plan.Missing.IsEmpty) ? ExitCode.Done : ExitCode.CheckFailed;
    }

    static void Write(PollPlan plan, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in (ReadOnlySpan<string>)["", "what", "items", "requests at most"]) table.AddColumn(header);
        foreach (var one in plan.Listings)
            table.AddRow([new Text(one.Scope), new Text(one.What), new Text($"{one.Items:N0}"), new Text($"{one.Requests:N0}")]);
        terminal.Out.Write(table);
        terminal.Raw.WriteLine(
            $"{plan.Source}: at most {plan.Requests:N0} requests to {plan.Api}{Left(plan.Allowance)}; about "
                + $"{Human.Span(plan.Seconds)}");
        if (plan.Compares)
            terminal.Raw.WriteLine(
                $"{plan.Source}: and one, or one for each 100 commits, for every deployment whose history is then still "
                    + "missing: it is compared with what was live before");
    }

    static string Left(ApiAllowance allowance) =>
        allowance.Left is not { } left ? "" : $", {left:N0}{(allowance.Of is { } of ? $" of {of:N0}" : "")} left";

    static void Say(Terminal terminal, Missing missing) => terminal.Say(
        $"missing {missing.Scope}{(missing.Kind is null ? "" : $", {missing.Kind}")}: {missing.Sentence}");
}
