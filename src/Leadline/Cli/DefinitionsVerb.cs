using System.CommandLine;
using System.Text.Json;
using Leadline.Core;
using Leadline.Settings;

namespace Leadline.Cli;

/// <summary><c>leadline definitions</c>: the rules in force, and the hash that names them.</summary>
static class DefinitionsVerb
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        _ = clock;
        var config = new ConfigOption();
        var json = new Option<bool>("--json") { Description = "One JSON document" };
        var schema = new Option<bool>("--schema") { Description = "The JSON Schema of leadline.yaml, for editors" };
        var command = new Command("definitions", "Print the rules in force and their hash, or everything that is wrong with leadline.yaml") { config, json, schema };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(schema))
            {
                terminal.Raw.WriteLine(SettingsSchema.Write().ToJsonString(Indented));
                return ExitCode.Done;
            }

            var definitions = config.Settings(parsed).Definitions;
            if (parsed.GetValue(json)) terminal.WriteJson(new { Hash = DefinitionsHash.Of(definitions), Text = DefinitionsHash.Canonical(definitions) });
            else terminal.Raw.WriteLine($"{DefinitionsHash.Canonical(definitions)}hash = {DefinitionsHash.Of(definitions)}");
            return ExitCode.Done;
        });
        return command;
    }
}
