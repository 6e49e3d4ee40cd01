using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using Leadline.Api;
using Leadline.Storage;

namespace Leadline.Cli;

/// <summary><c>leadline token create|list|remove</c>: who may ask a server that others can reach.</summary>
static class TokenVerb
{
    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var address = new StoreOption { Recursive = true };
        var json = new Option<bool>("--json") { Description = "One JSON document", Recursive = true };
        var name = new Argument<string>("NAME") { Description = "By which it is listed and removed" };
        var scope = new Option<string>("--scope")
        {
            Description = "ingest, read, override (which reads too) or admin (which holds all)",
            Required = true,
        };
        scope.AcceptOnlyFromAmong([.. Access.Scopes]);
        var create = new Command("create", "Make a token; it is shown once and kept as a hash") { name, scope };
        create.SetAction(
            (parsed, cancellation) => WithAsync(() => address.Address(parsed), terminal, cancellation, async store =>
            {
                if (string.IsNullOrWhiteSpace(parsed.GetValue(name)))
                    return terminal.Misuse("a token needs a name by which it can be removed");
                var token = "ll_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
                await store.AddTokenAsync(
                    parsed.GetValue(name)!, parsed.GetValue(scope)!, Access.Hash(token), clock.GetUtcNow(), cancellation);
                if (parsed.GetValue(json))
                    terminal.WriteJson(new { Name = parsed.GetValue(name), Scope = parsed.GetValue(scope), Token = token });
                else terminal.Raw.WriteLine(token);
                return ExitCode.Done;
            }));
        var list = new Command("list", "Print the tokens' names and scopes");
        list.SetAction((parsed, cancellation) => WithAsync(() => address.Address(parsed), terminal, cancellation, async store =>
        {
            var tokens = await store.TokensAsync(cancellation);
            if (parsed.GetValue(json))
                terminal.WriteJson(tokens.Select(token => new { token.Name, token.Scope, token.CreatedAt }));
            else
                foreach (var token in tokens)
                    terminal.Raw.WriteLine($"{token.Name}  {token.Scope}  {token.CreatedAt:yyyy-MM-dd}");
            return ExitCode.Done;
        }));
        var remove = new Command("remove", "Remove a token; servers must be started again to forget it") { name };
        remove.SetAction(
            (parsed, cancellation) => WithAsync(() => address.Address(parsed), terminal, cancellation, async store =>
                await store.RemoveTokenAsync(parsed.GetValue(name)!, cancellation) ? ExitCode.Done
                    : terminal.Misuse($"there is no token named {parsed.GetValue(name)}: see leadline token list")));
        return new Command(
            "token", "Make, list and remove the tokens that let others in") { address, json, create, list, remove };
    }

    static async Task<int> WithAsync(
        Func<string> address, Terminal terminal, CancellationToken cancellation, Func<Store, Task<int>> work)
    {
        try
        {
            await using var store = await Store.OpenAsync(address(), cancellation);
            return await work(store);
        }
        catch (StoreException error)
        {
            return terminal.Misuse(error.Message);
        }
    }
}
