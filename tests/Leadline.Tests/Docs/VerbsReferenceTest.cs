using System.CommandLine;
using System.Text;
using Leadline.Cli;
using Spectre.Console;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary>
/// <c>docs/reference/verbs.md</c> is written from the commands themselves, with <c>LEADLINE_UPDATE_DOCS=1</c>.
/// </summary>
public sealed class VerbsReferenceTest
{
    static readonly string Reference = Path.Combine(Shared.Repository, "docs", "reference", "verbs.md");

    [Fact]
    public void Describes_the_verbs_as_they_are()
    {
        var written = Write(Commands());
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1") File.WriteAllText(Reference, written);

        Assert.True(
            File.Exists(Reference) && File.ReadAllText(Reference) == written,
            "docs/reference/verbs.md is not what the commands say; LEADLINE_UPDATE_DOCS=1 ./build writes it again");
    }

    [Fact]
    public void Every_verb_and_option_is_described() =>
        Assert.All(All(Commands()), command =>
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), $"{CommandLine.Path(command)} has no description");
            Assert.All(command.Options, option =>
                Assert.False(
                    string.IsNullOrWhiteSpace(option.Description),
                    $"{CommandLine.Path(command)} {option.Name} has no description"));
        });

    public static RootCommand Commands()
    {
        var nowhere = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        return App.Commands(TimeProvider.System, new Terminal(nowhere, nowhere, TextWriter.Null));
    }

    /// <summary>The command and all below it that are not hidden.</summary>
    public static IEnumerable<Command> All(Command command) =>
        command.Subcommands.Where(child => !child.Hidden).SelectMany(All).Prepend(command);

    static string Write(RootCommand root)
    {
        var text = new StringBuilder("""
            # Verbs

            Written from the program itself by `LEADLINE_UPDATE_DOCS=1 ./build`; a test fails where it differs.

            Results go to standard output, everything else to standard error. Exit code 0: done; 1: a check failed; 2: wrong use.
            What a verb adds to that is said with it. Every verb takes `--help`.


            """);
        foreach (var command in All(root).Where(command => command != root && command.Subcommands.All(child => child.Hidden)))
        {
            var arguments =
                string.Concat(command.Arguments.Select(
                    argument => " " + argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "")));
            text.Append($"## {CommandLine.Path(command)}{arguments}\n\n");
            if (command.Parents.OfType<Command>().FirstOrDefault() is { } parent && parent != root)
                text.Append($"{parent.Description} ");
            text.Append($"{command.Description}\n\n");
            var symbols = command.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption)
                .ToArray();
            if (command.Arguments.Count + symbols.Length == 0) continue;
            text.Append("| | |\n|---|---|\n");
            foreach (var argument in command.Arguments) text.Append($"| `{argument.Name}` | {Cell(argument.Description)} |\n");
            foreach (var option in symbols)
            {
                var value = option.HelpName is { } name ? " " + name : "";
                text.Append($"| `{option.Name}{value.Replace("|", "\\|")}` | {Cell(option.Description)}{Default(option)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    static string Default(Option option) => option switch
    {
        { Required: true } => " (required)",
        { HasDefaultValue: true } when option.ValueType != typeof(bool) && option.GetDefaultValue() is { } value
            && $"{value}".Length > 0 => $" (default: {value})",
        _ => "",
    };

    static string Cell(string? text) => (text ?? "").Replace("|", "\\|").Replace("\n", " ");
}
