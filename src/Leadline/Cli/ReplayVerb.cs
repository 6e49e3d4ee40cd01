using System.CommandLine;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline replay</c>: reads every stored delivery again, and judges every service anew.</summary>
public static class ReplayVerb
{
    sealed record Outcome(long Deliveries, long Facts, long Ignored, long Unreadable, int Services, bool Changed);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "replay",
            "Reads all stored deliveries again, judges every service by the definitions, and says whether anything changed.");
        var address = new StoreOptions();
        var json = new Option<bool>("--json") { Description = "print the counts as JSON" };
        address.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            await using var opened = await address.OpenExistingAsync(arguments, terminal, cancellation);
            if (opened is null) return ExitCode.Misuse;
            var store = opened.Store;
            var readings = await opened.ReadingsAsync(clock, cancellation);
            var before = await store.JudgedFingerprintAsync(cancellation);
            await store.RewindAsync(cancellation);
            await store.MarkAllStaleAsync(await store.ServiceMapAsync(opened.Definitions, cancellation), cancellation);
            var total = (await store.HealthAsync(cancellation)).Deliveries;
            if (!terminal.Error.Profile.Out.IsTerminal) await readings.DrainAsync(null, cancellation);
            else
            {
                await terminal.Error.Progress().StartAsync(async progress =>
                {
                    var task = progress.AddTask("deliveries", maxValue: Math.Max(1, total));
                    await readings.DrainAsync(read => task.Value = read, cancellation);
                });
            }

            var sources = await store.SourcesAsync(cancellation);
            var changed = before != await store.JudgedFingerprintAsync(cancellation);
            var outcome = new Outcome(
                total, sources.Sum(source => source.Facts), sources.Sum(source => source.Ignored),
                sources.Sum(source => source.Unreadable),
                (await store.ServicesAsync(cancellation)).Length, changed);
            if (arguments.GetValue(json)) terminal.WriteJson(outcome);
            else
            {
                terminal.Raw.WriteLine(
                    $"{outcome.Deliveries} deliveries read again: {outcome.Facts} with facts, {outcome.Ignored} ignored, "
                    + $"{outcome.Unreadable} unreadable; "
                    + $"{outcome.Services} services judged");
                terminal.Raw.WriteLine(changed ? "What is judged has changed." : "Nothing that is judged has changed.");
            }

            return ExitCode.Done;
        });
        return verb;
    }
}
