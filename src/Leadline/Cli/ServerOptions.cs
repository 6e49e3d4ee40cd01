using System.CommandLine;

namespace Leadline.Cli;

/// <summary><c>--server</c>, <c>--token</c> and <c>--retries</c>: the running server that a verb speaks to.</summary>
/// <param name="serverByDefault">Whether the verb speaks to a server where none is named, and not to a store.</param>
public sealed class ServerOptions(bool serverByDefault)
{
    const string Local = "http://127.0.0.1:8080";

    readonly Option<string> server = new("--server")
    {
        Description = "the server to speak to"
            + (serverByDefault ? $"; default: LEADLINE_SERVER, or {Local}" : ", instead of a store; default: LEADLINE_SERVER"),
        HelpName = "URL",
    };

    readonly Option<string> token = new("--token")
    {
        Description = "a token of that server; default: LEADLINE_TOKEN, which other users of this machine cannot see",
        HelpName = "TOKEN",
    };

    readonly Option<int> retries = new("--retries")
    {
        Description = "how often to try again when the server cannot be reached or says 'later'",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 5,
    };

    public void AddTo(Command command)
    {
        command.Add(server);
        command.Add(token);
        command.Add(retries);
        command.Validators.Add(result =>
        {
            if (result.GetResult(retries) is { Errors: var errors } && !errors.Any() && result.GetValue(retries) < 0)
                result.AddError("--retries must not be negative");
        });
    }

    /// <summary>Whether a server is named, by option or environment.</summary>
    public bool IsNamed(ParseResult arguments) => Address(arguments) is not null;

    /// <summary>False, after saying why, where the address cannot be one.</summary>
    public bool TryCreateClient(ParseResult arguments, TimeProvider clock, Terminal terminal, out ServerClient? client)
    {
        client = null;
        var address = Address(arguments) ?? Local;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            terminal.Misuse($"--server '{address}' is not an address; write it like {Local}");
            return false;
        }

        var secret = arguments.GetValue(token) ?? Setting("LEADLINE_TOKEN");
        client = new ServerClient(uri, secret, clock, arguments.GetValue(retries), terminal.Say);
        return true;
    }

    string? Address(ParseResult arguments) => arguments.GetValue(server) ?? Setting("LEADLINE_SERVER");

    static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
