using System.Buffers;
using System.CommandLine;
using System.IO.Compression;
using System.Threading.Channels;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.Leadline;
using Leadline.Storage;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline import FILE…</c>: our own JSON, one object a line, into a store or to a server.</summary>
public static class ImportVerb
{
    /// <summary>What became of the lines.</summary>
    sealed record Counts
    {
        public long Lines { get; set; }
        public long Stored { get; set; }

        /// <summary>Of blocks that had been imported before.</summary>
        public long Known { get; set; }

        public long Bad { get; set; }
    }

    /// <param name="Complaints">What is wrong with a line, by its number.</param>
    /// <param name="Position">How far the file was read when the block was cut.</param>
    sealed record Checked(
        int Good, byte[] Body, IReadOnlyList<(long Line, string Because)> Complaints, NewDelivery? Delivery, long Position);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "import",
            "Takes files of our own JSON, one object a line, into a store or to a server. A line that cannot be taken is "
            + "named on standard error, "
            + "the others are taken, and the exit code is 1.");
        var files = new Argument<string[]>("FILE")
        {
            Description = "a file, one that ends in .gz, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the counts as JSON" };
        verb.Add(files);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            var names = arguments.GetValue(files)!;
            if (names.FirstOrDefault(name => name != "-" && !File.Exists(name)) is { } missing)
                return terminal.Misuse($"there is no file {missing}");
            var counts = new Counts();
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    await ReadAllAsync(
                        names, null, clock, terminal, counts, (blocks, token) => PostAsync(client!, blocks, counts, token),
                        cancellation);
            }
            else
            {
                await using var opened = await store.OpenAsync(arguments, cancellation);
                var readings = await opened.ReadingsAsync(clock, cancellation);
                await readings.DrainAsync(null, cancellation);
                var intake = await Intake.OfAsync(opened.Store, cancellation);
                await ReadAllAsync(
                    names, intake, clock, terminal, counts,
                    (blocks, token) => StoreAsync(opened.Store, readings, blocks, counts, token), cancellation);
                await readings.DrainAsync(null, cancellation);
            }

            if (arguments.GetValue(json)) terminal.WriteJson(counts);
            else terminal.Raw.WriteLine($"{counts.Stored} stored, {counts.Known} known already, {counts.Bad} bad lines");
            return counts.Bad == 0 ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return verb;
    }

    static async Task StoreAsync(
        Store store, Readings readings, IReadOnlyList<Checked> blocks, Counts counts, CancellationToken cancellation)
    {
        var appended = await store.AppendAsync([.. blocks.Select(block => block.Delivery!)], cancellation);
        foreach (var (block, answer) in blocks.Zip(appended))
        {
            if (answer.Known) counts.Known += block.Good;
            else counts.Stored += block.Good;
        }

        // Read at once: what waits to be read stays as few as what is taken at a time.
        while (await readings.ReadAsync(cancellation) > 0)
        {
        }
    }

    static async Task PostAsync(
        ServerClient client, IReadOnlyList<Checked> blocks, Counts counts, CancellationToken cancellation)
    {
        foreach (var block in blocks)
        {
            var (_, known) = await client.PostEventsAsync(block.Body, "application/x-ndjson", cancellation);
            if (known) counts.Known += block.Good;
            else counts.Stored += block.Good;
        }
    }

    static async Task ReadAllAsync(
        string[] names, Intake? intake, TimeProvider clock, Terminal terminal, Counts counts,
        Func<IReadOnlyList<Checked>, CancellationToken, Task> take, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            await using var file = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
            await using var text = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress) : file;
            try
            {
                if (!terminal.Error.Profile.Out.IsTerminal || name == "-") await ReadAsync(_ => { });
                else
                {
                    await terminal.Error.Progress().StartAsync(async progress =>
                    {
                        var task = progress.AddTask(Markup.Escape(Path.GetFileName(name)), maxValue: Math.Max(1, file.Length));
                        await ReadAsync(position => task.Value = position);
                        task.Value = task.MaxValue;
                    });
                }
            }
            catch (InvalidDataException)
            {
                terminal.Say($"{name}: this is not gzip, or it is cut off; the lines before were taken");
                counts.Bad++;
            }

            Task ReadAsync(Action<long> progress) =>
                ReadFileAsync(name, file, text, intake, clock, terminal, counts, take, progress, cancellation);
        }
    }

    /// <summary>Blocks are checked side by side and taken in their order, a few at a time.</summary>
    static async Task ReadFileAsync(
        string name, Stream file, Stream text, Intake? intake, TimeProvider clock, Terminal terminal, Counts counts,
        Func<IReadOnlyList<Checked>, CancellationToken, Task> take, Action<long> progress, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<Task<Checked>>(Environment.ProcessorCount * 4);
        var reading = Task.Run(
            async () =>
            {
                try
                {
                    await foreach (var block in JsonLines.ReadAsync(text, stop.Token))
                    {
                        var position = file.CanSeek ? file.Position : 0;
                        await channel.Writer.WriteAsync(
                            Task.Run(() => Check(block, intake, clock, position), stop.Token), stop.Token);
                    }
                }
                finally
                {
                    channel.Writer.Complete();
                }
            },
            stop.Token);

        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellation))
            {
                var blocks = new List<Checked>();
                while (blocks.Count < 32 && channel.Reader.TryRead(out var block)) blocks.Add(await block);
                foreach (var (line, because) in blocks.SelectMany(block => block.Complaints))
                    terminal.Say($"{(name == "-" ? "standard input" : name)}:{line}: {because}");
                counts.Bad += blocks.Sum(block => block.Complaints.Count);
                counts.Lines += blocks.Sum(block => block.Good + block.Complaints.Count);
                var good = blocks.Where(block => block.Good > 0).ToList();
                if (good.Count > 0) await take(good, cancellation);
                if (blocks.Count > 0) progress(blocks[^1].Position);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    static Checked Check(LineBlock block, Intake? intake, TimeProvider clock, long position)
    {
        var body = new ArrayBufferWriter<byte>(1 << 16);
        var complaints = new List<(long, string)>();
        var good = 0;
        foreach (var line in block.Lines)
        {
            var content = block[line].Span;
            if ((line.Overlong ? $"the line is longer than {JsonLines.LongestLine >> 20} MiB"
                : LeadlineReader.Check(content)) is { } because)
            {
                complaints.Add((line.Number, because));
                continue;
            }

            body.Write(content);
            body.Write("\n"u8);
            good++;
        }

        var bytes = body.WrittenSpan.ToArray();
        if (good == 0 || intake is null) return new Checked(good, bytes, complaints, null, position);
        var delivery = new Delivery
        {
            Source = Reader.Source,
            Headers = Delivery.NoHeaders,
            Body = bytes,
            ReceivedAt = clock.GetUtcNow(),
        };
        return new Checked(good, bytes, complaints, intake.Prepare(Reader, delivery), position);
    }

    static readonly SourceReader Reader = new LeadlineReader();
}
