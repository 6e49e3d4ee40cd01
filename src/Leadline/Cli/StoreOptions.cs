using System.CommandLine;
using Leadline.Core;
using Leadline.Experiments;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Verification;
using Leadline.WhatIf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Leadline.Cli;

/// <summary><c>--store</c> and <c>--config</c>: the store that a verb opens, and the definitions that it is judged by.</summary>
public sealed class StoreOptions
{
    readonly StoreOption store = new();
    readonly ConfigOption config = new();

    public void AddTo(Command command)
    {
        command.Add(store);
        command.Add(config);
    }

    /// <summary>The settings alone, with the secrets that they need.</summary>
    /// <exception cref="SettingsException">Something is wrong with them; all of it is said.</exception>
    public LeadlineSettings Settings(ParseResult arguments) => config.Settings(arguments);

    /// <summary>The settings for what needs no secret.</summary>
    /// <exception cref="SettingsException">Something is wrong with them; all of it is said.</exception>
    public LeadlineSettings SettingsWithoutSecrets(ParseResult arguments) => config.WithoutSecrets(arguments);

    /// <summary>The store, made where there is none.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says what to do.</exception>
    /// <exception cref="SettingsException">The definitions hold errors.</exception>
    public async Task<OpenedStore> OpenAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var settings = config.WithoutSecrets(arguments);
        return new OpenedStore(
            await Store.OpenAsync(store.Address(arguments), cancellation), settings.Definitions, settings.Sources,
            settings.Levels)
        { DefinitionsBy = settings.DefinitionsBy, Verification = settings.Verification };
    }

    /// <summary>The store; null, after saying so, where there is none.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says what to do.</exception>
    public async Task<OpenedStore?> OpenExistingAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var address = store.Address(arguments);
        if (!StoreOption.IsMissing(address)) return await OpenAsync(arguments, cancellation);
        terminal.Misuse(
            $"there is no store at {address}: fill one with 'leadline import' or 'leadline serve', or name another with --store");
        return null;
    }
}

/// <summary>
/// An open store with the definitions in force, the sources that are read, and the levels that numbers are given.
/// </summary>
public sealed record OpenedStore(Store Store, Definitions Definitions, KnownSources Sources, Levels Levels) : IAsyncDisposable
{
    /// <summary>By whose word they are in force.</summary>
    public string DefinitionsBy { get; init; } = "local";

    /// <summary>What is measured after deployments.</summary>
    public VerificationSettings Verification { get; init; } = VerificationSettings.None;

    /// <summary>What answers from the store.</summary>
    public MetricsReader Metrics(TimeProvider clock) => new(Store, Definitions, clock, levels: Levels);

    /// <summary>What says what came of experiments.</summary>
    internal ExperimentReader Experiments(TimeProvider clock) => new(Store, Metrics(clock), Definitions, clock);

    /// <summary>What judges again in memory.</summary>
    internal JudgingAgain JudgingAgain(TimeProvider clock) => new(Store, clock, Levels);

    public string Hash => DefinitionsHash.Of(Definitions);

    /// <summary>What reads and judges in this process; the definitions are kept as the ones in force from now on.</summary>
    public async Task<Readings> ReadingsAsync(TimeProvider clock, CancellationToken cancellation)
    {
        if (await Store.KeepDefinitionsAsync(
            Hash, DefinitionsHash.Canonical(Definitions), clock.GetUtcNow(), cancellation, DefinitionsBy))
            await Store.MarkAllStaleAsync(await Store.ServiceMapAsync(Definitions, cancellation), cancellation);
        return new Readings(
            Store, Definitions, NullLogger.Instance,
            sources: Sources.And(new MirrorReader(MirrorReader.Mirrors, await Store.SaltAsync(cancellation)))
                .And(new VerificationReader()));
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
