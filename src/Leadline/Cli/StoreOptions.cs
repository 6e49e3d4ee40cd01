using System.CommandLine;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Leadline.Cli;

/// <summary><c>--store</c> and <c>--config</c>: the store that a verb opens, and the definitions that it is judged by.</summary>
public sealed class StoreOptions
{
    const string Scheme = "duckdb:";
    const string Memory = Scheme + ":memory:";

    readonly Option<string> store = new("--store")
    {
        Description = "the store, as duckdb:FILE or postgres://USER@HOST/DATABASE; default: LEADLINE_STORE, or leadline.duckdb in the user's data directory",
        HelpName = "ADDRESS",
    };

    readonly Option<string> config = new("--config")
    {
        Description = "the definitions; default: LEADLINE_CONFIG, or leadline.yaml in the working directory",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Add(store);
        command.Add(config);
    }

    /// <summary>The store, made where there is none.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says what to do.</exception>
    /// <exception cref="SettingsException">The definitions hold errors.</exception>
    public async Task<OpenedStore> OpenAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var settings = SettingsFile.Load(arguments.GetValue(config), Environment.GetEnvironmentVariable);
        var (address, named) = Address(arguments);
        if (!named) Directory.CreateDirectory(Path.GetDirectoryName(address[Scheme.Length..])!);
        return new OpenedStore(await Store.OpenAsync(address, cancellation), settings.Definitions);
    }

    /// <summary>The store; null, after saying so, where there is none.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says what to do.</exception>
    public async Task<OpenedStore?> OpenExistingAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var (address, _) = Address(arguments);
        if (!address.StartsWith(Scheme, StringComparison.Ordinal) || address == Memory || File.Exists(address[Scheme.Length..]))
            return await OpenAsync(arguments, cancellation);
        terminal.Misuse($"there is no store at {address}: fill one with 'leadline import' or 'leadline serve', or name another with --store");
        return null;
    }

    /// <summary>The address, and whether somebody chose it.</summary>
    (string Address, bool Named) Address(ParseResult arguments)
    {
        if ((arguments.GetValue(store) ?? Environment.GetEnvironmentVariable("LEADLINE_STORE")) is { Length: > 0 } named) return (named, true);
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (folder.Length == 0) throw new StoreException("there is no data directory for this user: name a store with --store duckdb:FILE");
        return (Scheme + Path.Combine(folder, "leadline", "leadline.duckdb"), false);
    }
}

/// <summary>An open store with the definitions in force.</summary>
public sealed record OpenedStore(Store Store, Definitions Definitions) : IAsyncDisposable
{
    public string Hash => DefinitionsHash.Of(Definitions);

    /// <summary>What reads and judges in this process; the definitions are kept as the ones in force from now on.</summary>
    public async Task<Readings> ReadingsAsync(TimeProvider clock, CancellationToken cancellation)
    {
        if (await Store.KeepDefinitionsAsync(Hash, DefinitionsHash.Canonical(Definitions), clock.GetUtcNow(), cancellation))
            await Store.MarkAllStaleAsync(await Store.ServiceMapAsync(Definitions, cancellation), cancellation);
        return new Readings(Store, Definitions, NullLogger.Instance);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
