using System.CommandLine;
using Leadline.Sources;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline sources</c>: every source that can be connected.</summary>
static class SourcesVerb
{
    /// <param name="Sends">What is read of it.</param>
    /// <param name="Proof">How a delivery proves that its sender knows the secret.</param>
    /// <param name="Address">Where it is sent, below the server's own address.</param>
    sealed record Listed(string Source, string Title, string Sends, string Proof, string Address);

    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "print them as JSON" };
        var verb = new Command(
            "sources",
            "Prints every source that can be connected: what is read of it, how it proves who it is, and where it sends.")
            {
                json,
            };
        verb.SetAction(arguments =>
        {
            var all = Catalogue.Readers.Select(reader => new Listed(
                reader.Source, reader.About.Title, reader.About.Sends, reader.About.Proof,
                $"/api/v1/deliveries/{reader.Source}")).ToArray();
            if (arguments.GetValue(json))
            {
                terminal.WriteJson(all);
                return ExitCode.Done;
            }

            var table = new Table().Border(TableBorder.Simple);
            foreach (var header in (ReadOnlySpan<string>)["source", "", "what is read", "proves itself by", "address"])
                table.AddColumn(header);
            table.Columns[0].NoWrap();
            table.Columns[^1].NoWrap();
            foreach (var source in all)
                table.AddRow(
                    [
                        new Text(source.Source), new Text(source.Title), new Text(source.Sends), new Text(source.Proof),
                        new Text(source.Address),
                    ]);
            terminal.Out.Write(table);
            terminal.Say("the secret of each is sources.NAME.secret or sources.NAME.secret_file of leadline.yaml");
            return ExitCode.Done;
        });
        return verb;
    }
}
