using System.CommandLine;
using System.CommandLine.Invocation;
using Leadline.Settings;
using Leadline.Storage;

namespace Leadline.Cli;

/// <summary>Runs the verb that the arguments name; what goes wrong on the way becomes one sentence and an exit code.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand commands, string[] args, Terminal terminal)
    {
        var arguments = commands.Parse(args);
        if (arguments.Action is ParseErrorAction)
        {
            foreach (var error in arguments.Errors) terminal.Say(error.Message);
            terminal.Say($"'{Path(arguments.CommandResult.Command)} --help' says how it is used");
            return ExitCode.Misuse;
        }

        try
        {
            // System.CommandLine's own handler would print the stack trace.
            return await arguments.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // A server that is told to stop answers who waits and sends the telemetry that it still holds.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
            });
        }
        catch (Exception exception) when (exception is StoreException or SettingsException)
        {
            return terminal.Misuse(exception.Message);
        }
        catch (ServerException exception)
        {
            terminal.Say(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException)
        {
            terminal.Say("stopped");
            return ExitCode.Stopped;
        }
    }

    /// <summary>How a person writes the command: <c>leadline event deployment</c>.</summary>
    public static string Path(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "leadline" : $"{Path(parent)} {command.Name}";
    }
}
