using System.CommandLine;
using Leadline.Api;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Leadline.Cli;

/// <summary><c>leadline read</c>: what a source's reader, or a mapping, makes of a body.</summary>
static class ReadVerb
{
    // Nothing is stored, so nobody's name has to be the same hash tomorrow.
    static readonly Intake Intake = new(new byte[32]);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "the body, or - for standard input" };
        var source = new Option<string>("--source")
        {
            Description = "whose body it is: a source, or a mapping of leadline.yaml",
            Required = true,
            HelpName = "NAME",
        };
        var header = new Option<string[]>("--header", "-H")
        {
            Description = "a header that came with it, 'NAME: VALUE'; may be given several times",
            HelpName = "HEADER",
            AllowMultipleArgumentsPerToken = false,
        };
        var config = new ConfigOption();
        var verb = new Command(
            "read",
            "Prints what is made of one body, as the server would after hashing people: facts as JSON, or why it is ignored "
            + "or unreadable (exit code 1). "
            + "Nothing is stored, and no secret is asked for.")
        {
            file, source, header, config,
        };
        verb.SetAction(async (arguments, cancellation) =>
        {
            var sources = config.WithoutSecrets(arguments).Sources;
            var name = arguments.GetValue(source)!;
            if (sources.Find(name) is not { } reader)
                return terminal.Misuse(
                    $"there is no source '{name}'{Nearest.Suggest(name, sources.Readers.Select(known => known.Source))}");
            var headers = Delivery.NoHeaders;
            foreach (var given in arguments.GetValue(header) ?? [])
            {
                if (given.IndexOf(':') is not (> 0 and var colon))
                    return terminal.Misuse($"--header '{given}' is none: write 'NAME: VALUE'");
                headers = headers.SetItem(given[..colon].Trim(), given[(colon + 1)..].Trim());
            }

            var (body, sentence) = await BodyAsync(arguments.GetValue(file)!, cancellation);
            if (body is null) return terminal.Misuse(sentence!);
            var delivery = new Delivery { Source = name, Headers = headers, Body = body, ReceivedAt = clock.GetUtcNow() };
            var kept = new StoredDelivery(1, Intake.Prepare(reader, delivery).Delivery, 0, "unread", null);
            var reading = Readings.Read(kept, NullLogger.Instance, sources).Reading;
            terminal.Raw.WriteLine(ReadingJson.Write(reading));
            return reading is UnreadableReading ? ExitCode.CheckFailed : ExitCode.Done;
        });
        return verb;
    }

    /// <summary>The body; or why there is none, in a sentence.</summary>
    static async Task<(byte[]? Body, string? Sentence)> BodyAsync(string file, CancellationToken cancellation)
    {
        if (Directory.Exists(file)) return (null, $"{file} is a folder: name the file in it");
        if (file != "-" && !File.Exists(file)) return (null, $"there is no file {file}");
        try
        {
            await using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            var body = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                body.Write(buffer, 0, read);
                if (body.Length > Receiving.Largest) return (null, $"{file} is larger than 25 MiB, and no delivery is");
            }

            return (body.ToArray(), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file} cannot be read: {error.Message}");
        }
    }
}
