using System.CommandLine;
using System.Text.Json;
using Leadline.Core;
using Leadline.Settings;
using Leadline.WhatIf;

namespace Leadline.Cli;

/// <summary>
/// <c>leadline definitions</c>: the rules in force, the hash that names them, and those before; <c>leadline definitions check
/// FILE</c>: what another file would make of the numbers.
/// </summary>
static class DefinitionsVerb
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var store = new StoreOptions();
        var json = new Option<bool>("--json") { Description = "One JSON document" };
        var schema = new Option<bool>("--schema") { Description = "The JSON Schema of leadline.yaml, for editors" };
        var versions = new Option<bool>("--versions")
        {
            Description = "The versions that were in force in a store, newest first, each with its time and tag",
        };
        var command = new Command(
            "definitions",
            "Print the rules in force and their hash, or everything that is wrong with leadline.yaml")
            {
                json, schema, versions,
            };
        store.AddTo(command);
        command.Add(Check(clock, terminal));
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(schema))
            {
                terminal.Raw.WriteLine(SettingsSchema.Write().ToJsonString(Indented));
                return ExitCode.Done;
            }

            if (parsed.GetValue(versions))
            {
                await using var opened = await store.OpenExistingAsync(parsed, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var history = await opened.Store.DefinitionsHistoryAsync(cancellation);
                if (parsed.GetValue(json)) terminal.WriteJson(history);
                else
                    foreach (var version in history)
                        terminal.Raw.WriteLine(
                            $"{version.InForceFrom.UtcDateTime:yyyy-MM-dd HH:mm} UTC  {version.Hash}  {version.By ?? "–"}");
                return ExitCode.Done;
            }

            var settings = store.Settings(parsed);
            settings.Verification.ThrowIfMissing();
            var definitions = settings.Definitions;
            if (parsed.GetValue(json))
                terminal.WriteJson(
                    new { Hash = DefinitionsHash.Of(definitions), Text = DefinitionsHash.Canonical(definitions) });
            else terminal.Raw.WriteLine($"{DefinitionsHash.Canonical(definitions)}hash = {DefinitionsHash.Of(definitions)}");
            return ExitCode.Done;
        });
        return command;
    }

    static Command Check(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "check",
            "Prints what another leadline.yaml would make of the numbers, and which rows it would move, before it takes force.");
        var file = new Argument<string>("FILE") { Description = "the other leadline.yaml" };
        var scope = new ScopeOptions();
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var limit = new LimitOption(WhatIfReport.Listed);
        var json = new Option<bool>("--json") { Description = "print the API's JSON" };
        verb.Add(file);
        scope.AddTo(verb);
        verb.Add(limit);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (arguments, cancellation) =>
        {
            // What is wrong with the file is said as of any other; its secrets decide no number.
            var path = arguments.GetValue(file)!;
            var other = SettingsFile.LoadWithoutSecrets(path, Environment.GetEnvironmentVariable).Definitions;
            WhatIfReport report;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                {
                    report = await client!.PostYamlAsync<WhatIfReport>(
                        $"whatif?{scope.QueryString(arguments)}&limit={arguments.GetValue(limit)}",
                        await File.ReadAllTextAsync(path, cancellation), cancellation);
                }
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                try
                {
                    report = await WhatIfReport.OfAsync(
                        opened.JudgingAgain(clock), opened.Definitions, other, query, arguments.GetValue(limit), cancellation);
                }
                catch (FormatException error)
                {
                    return terminal.Misuse(error.Message);
                }
            }

            if (arguments.GetValue(json)) terminal.WriteJson(report);
            else WhatIfVerb.Write(report, terminal);
            return ExitCode.Done;
        });
        return verb;
    }
}
