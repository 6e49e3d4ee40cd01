using System.Text.Json;
using Leadline.Api;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary>
/// Where a verb writes: results to <see cref="Out"/>, progress and sentences for the person to <see cref="Error"/>.
/// </summary>
public sealed class Terminal(IAnsiConsole output, IAnsiConsole error, TextWriter raw)
{
    /// <summary>The process's own streams; colour, width and progress only where they end on a terminal.</summary>
    public static Terminal OfProcess() => new(On(Console.Out), On(Console.Error), Console.Out);

    static IAnsiConsole On(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

        // A file or a pipe has no width: nothing may be cut or wrapped for it.
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 10_000;
        return console;
    }

    public IAnsiConsole Out => output;
    public IAnsiConsole Error => error;

    /// <summary>Standard output as plain text, never wrapped or coloured.</summary>
    public TextWriter Raw => raw;

    /// <summary>Writes one JSON document in the shape of the API.</summary>
    public void WriteJson<T>(T value) => raw.WriteLine(JsonSerializer.Serialize(value, Wire.Json));

    /// <summary>Says on standard error, in a sentence, what is wrong and what to do.</summary>
    /// <returns>The exit code for wrong use, 2.</returns>
    public int Misuse(string sentence)
    {
        Say(sentence);
        return ExitCode.Misuse;
    }

    /// <summary>Says a sentence to the person, on standard error.</summary>
    public void Say(string sentence) => error.WriteLine("leadline: " + sentence);
}

/// <summary>What the process says to its caller.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>It ran, and something it checked or took did not pass.</summary>
    public const int CheckFailed = 1;

    public const int Misuse = 2;

    /// <summary>No server answered, or it said "later" every time: the same call may work another time.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl+C, as shells count it.</summary>
    public const int Stopped = 130;
}
