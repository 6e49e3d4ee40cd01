using System.CommandLine;
using Leadline.Digests;

namespace Leadline.Cli;

/// <summary><c>leadline digest</c>: the week for people, printed or sent to where they read.</summary>
static class DigestVerb
{
    const string PostVariable = "LEADLINE_DIGEST_URL";

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "digest",
            "Tells what the week was like, beside the week before: a sentence a question, failed deployments, open incidents "
                + "and coverage.");
        var scope = new ScopeOptions(withWindow: false);
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var window = new Option<int>("--window")
        {
            Description = "how many days up to now",
            HelpName = "DAYS",
            DefaultValueFactory = _ => Digest.DefaultDays,
        };
        var url = new Option<string>("--url")
        {
            Description = "the server's address as people reach it, for links; default: that of --server, else no links",
            HelpName = "URL",
        };
        var post = new Option<string?>("--post")
        {
            Description =
                $"send it to a webhook instead of printing it; default: {PostVariable}, which other users of this machine "
                    + "cannot see",
            HelpName = "URL",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = new Option<string>("--format")
        {
            Description = "markdown, slack or json; default: markdown, and slack where it is sent",
            HelpName = "FORMAT",
        };
        format.AcceptOnlyFromAmong("markdown", "slack", "json");
        scope.AddTo(verb);
        foreach (var option in (ReadOnlySpan<Option>)[window, url, post, format]) verb.Add(option);
        store.AddTo(verb);
        server.AddTo(verb);

        verb.SetAction(async (arguments, cancellation) =>
        {
            var isSent = arguments.GetResult(post) is not null;
            var address = DigestPost.AddressOf(arguments.GetValue(post) ?? Environment.GetEnvironmentVariable(PostVariable));
            if (isSent && address is null)
                return terminal.Misuse(
                    $"there is no address to send it to: set {PostVariable} to that of a webhook, beginning with https://");
            var pages = arguments.GetValue(url) is { } written ? DigestPost.AddressOf(written) : null;
            if (arguments.GetValue(url) is { } wrong && pages is null)
                return terminal.Misuse($"--url '{wrong}' is not an address; write it like https://leadline.example.com");

            var now = clock.GetUtcNow();
            DateTimeOffset from;
            try
            {
                from = Digest.Begin(now, arguments.GetValue(window));
            }
            catch (FormatException error)
            {
                return terminal.Misuse(error.Message);
            }

            Digest digest;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!)
                    digest = await client!.GetAsync<Digest>(
                        $"digest?{scope.QueryString(arguments)}&from={Instant(from)}&to={Instant(now)}", cancellation);
                pages ??= client.Address;
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                var (query, sentence) = await scope.ReadAsync(arguments, opened.Store, opened.Definitions, clock, cancellation);
                if (query is null) return terminal.Misuse(sentence!);
                digest = await Digest.OfAsync(
                    opened.Store, opened.Metrics(clock), scope.About(arguments), query with { From = from, To = now },
                    cancellation);
            }

            var kind = arguments.GetValue(format) is { } word ? Enum.Parse<DigestFormat>(word, ignoreCase: true) : isSent
                ? DigestFormat.Slack : DigestFormat.Markdown;
            var text = DigestText.Write(digest, kind, pages);
            if (!isSent)
            {
                terminal.Raw.Write(text);
                return ExitCode.Done;
            }

            if (await DigestPost.SendAsync(address!, kind, text, cancellation) is not { } refused) return ExitCode.Done;
            terminal.Say(refused.Sentence);
            return refused.CanPass ? ExitCode.Unreachable : ExitCode.CheckFailed;
        });
        return verb;
    }

    static string Instant(DateTimeOffset at) => Uri.EscapeDataString(at.UtcDateTime.ToString("O"));
}
