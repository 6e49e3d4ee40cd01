using System.CommandLine;
using Leadline.Ingest;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline replay</c>: reads every stored delivery again, and judges every service anew.</summary>
public static class ReplayVerb
{
    sealed record Outcome(long Deliveries, long Facts, long Ignored, long Unreadable, int Services, bool Changed);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command("replay", "Reads all stored deliveries again, judges every service by the definitions, and says whether anything changed.");
        var store = new StoreOptions();
        var json = new Option<bool>("--json") { Description = "print the counts as JSON" };
        store.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
            if (opened is null) return ExitCode.Misuse;
            var ingest = new LocalIngest(opened.Store, opened.Definitions, clock);
            var before = await opened.Store.JudgedFingerprintAsync(cancellation);
            await opened.Store.RewindAsync(cancellation);
            var total = (await opened.Store.HealthAsync(cancellation)).Deliveries;
            var (facts, ignored, unreadable) = (0L, 0L, 0L);
            if (!terminal.Error.Profile.Out.IsTerminal) (facts, ignored, unreadable) = await ingest.CatchUpAsync(null, cancellation);
            else
            {
                await terminal.Error.Progress().StartAsync(async progress =>
                {
                    var task = progress.AddTask("deliveries", maxValue: Math.Max(1, total));
                    (facts, ignored, unreadable) = await ingest.CatchUpAsync(read => task.Increment(read), cancellation);
                });
            }

            var services = await ingest.JudgeAsync(cancellation);
            var changed = before != await opened.Store.JudgedFingerprintAsync(cancellation);
            var outcome = new Outcome(facts + ignored + unreadable, facts, ignored, unreadable, services, changed);
            if (arguments.GetValue(json)) terminal.WriteJson(outcome);
            else
            {
                terminal.Raw.WriteLine(
                    $"{outcome.Deliveries} deliveries read again: {facts} with facts, {ignored} ignored, {unreadable} unreadable; {services} services judged");
                terminal.Raw.WriteLine(changed ? "What is judged has changed." : "Nothing that is judged has changed.");
            }

            return ExitCode.Done;
        });
        return verb;
    }
}
