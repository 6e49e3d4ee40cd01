using System.CommandLine;
using System.Net.Sockets;
using Leadline.Api;
using Leadline.Core;
using Leadline.Demo;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline serve</c>: one process that receives, reads, judges and answers.</summary>
static class ServeVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var address = new StoreOption();
        var listen = new Option<string>("--listen")
        {
            Description = "ADDRESS:PORT",
            DefaultValueFactory = _ => "127.0.0.1:8080",
        };
        var config = new ConfigOption();
        var demo = new Option<bool>("--demo")
        {
            Description = "Fill an empty store with a year of a made-up company, and open on it",
        };
        var command = new Command("serve", "Start the server: webhooks, API and pages") { address, listen, config, demo };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (ListenAddress.Parse(parsed.GetValue(listen)!) is not { } endpoint)
                return terminal.Misuse($"--listen '{parsed.GetValue(listen)}' is no address and port: write 127.0.0.1:8080");
            if (parsed.GetValue(demo) && parsed.GetValue(config) is not null)
                return terminal.Misuse("--demo and --config exclude each other: the demo has settings of its own");
            try
            {
                var isDemo = parsed.GetValue(demo);
                var settings = isDemo
                    ? SettingsFile.Parse(DemoYear.Settings, "the demo's leadline.yaml", Environment.GetEnvironmentVariable)
                    : config.Settings(parsed);
                settings = settings with
                {
                    Tokens = EnvironmentTokens.Read(Environment.GetEnvironmentVariable, clock.GetUtcNow()),
                };
                await using var store = await Store.OpenAsync(
                    isDemo && parsed.GetValue(address) is null ? StoreOption.InUserData("demo") : address.Address(parsed),
                    cancellation);
                if (isDemo && await FillAsync(store, settings, clock, terminal, cancellation) is { } sentence)
                    return terminal.Misuse(sentence);
                await using var app = await Server.BuildAsync(store, settings, endpoint, clock, cancellation);
                try
                {
                    await app.StartAsync(cancellation);
                }
                catch (Exception error) when (error is IOException or SocketException)
                {
                    return terminal.Misuse($"{endpoint} cannot be listened on: {error.Message}");
                }

                terminal.Error.WriteLine(
                    $"Leadline listens on {app.Urls.First()}; its store is {store.Address}. Stop it with Ctrl+C.");
                await app.WaitForShutdownAsync(cancellation);
                return ExitCode.Done;
            }
            catch (Exception error) when (error is StoreException or SettingsException)
            {
                return terminal.Misuse(error.Message);
            }
        });
        return command;
    }

    /// <summary>Why not, in a sentence; null where the store holds the demo.</summary>
    static async Task<string?> FillAsync(
        Store store, LeadlineSettings settings, TimeProvider clock, Terminal terminal, CancellationToken cancellation)
    {
        if ((await store.HealthAsync(cancellation)).Deliveries > 0)
        {
            // Whatever else is in there would be judged by the demo's definitions.
            var history = await store.DefinitionsHistoryAsync(cancellation);
            return history.Any(version => version.Hash == DefinitionsHash.Of(settings.Definitions)) ? null
                : $"{store.Address} holds something else than this demo, or a demo that was stopped while it was filled: "
                    + "delete it, or name another with --store";
        }

        terminal.Error.WriteLine("Filling the store with a year of Acme …");
        var intake = await Intake.OfAsync(store, cancellation);
        var end = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        foreach (var batch in DemoYear.Deliveries(end, DemoYear.Seed).Chunk(1000))
            await store.AppendAsync(
                [.. batch.Select(delivery => intake.Prepare(Catalogue.Find(delivery.Source)!, delivery))], cancellation);
        await new Readings(store, settings.Definitions, NullLogger.Instance).DrainAsync(null, cancellation);
        foreach (var (experiment, at) in DemoExperiments.Of(end))
            await store.AddExperimentAsync(experiment, "demo", at, cancellation);
        return null;
    }
}
