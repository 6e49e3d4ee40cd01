using System.Collections.Immutable;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Polling;

/// <summary>
/// Asks the APIs of the sources that the settings name, each as often as they say, and each night for the last days again. One
/// server of several asks a source at a time; what fails with one source stops no other, and is kept for whoever looks.
/// </summary>
/// <param name="random">Spreads what many servers would ask at the same moment.</param>
sealed partial class PollSchedule(
    Store store, Intake intake, DeliveryLog log, LeadlineSettings settings, TimeProvider clock, Random random,
    ILogger<PollSchedule> logger) : BackgroundService
{
    /// <summary>How often the clock is looked at.</summary>
    static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>Without a history that was asked for before, so far back the first pass goes.</summary>
    static readonly TimeSpan Reach = TimeSpan.FromDays(3);

    /// <summary>A webhook may be under way for so long.</summary>
    static readonly TimeSpan OnTheWay = TimeSpan.FromHours(1);

    /// <summary>The most pairs of commits that a host is asked to compare in one pass.</summary>
    const int MostComparisons = 100;

    /// <summary>In the reporting time zone the nightly pass begins within the two hours after this.</summary>
    static readonly TimeOnly Night = new(2, 0);

    protected override Task ExecuteAsync(CancellationToken stopping) =>
        Task.WhenAll(settings.Apis.Where(api => api.Value.Every is not null).Select(api => LoopAsync(api.Key, stopping)));

    async Task LoopAsync(string source, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(source, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The loop must live on: a store that does not answer now does so later.
                Log.Failed(logger, error, source);
            }

            await Task.Delay(Look, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks the source where it is due and no other server does; false where there was nothing to do.</summary>
    internal async Task<bool> RoundAsync(string source, CancellationToken cancellation)
    {
        if (settings.Apis[source] is not { Every: { } every } set) return false;
        if (!IsDue(await StateAsync(source, cancellation))) return false;
        await using var claim = await store.ClaimPollAsync("schedule", source, cancellation);
        if (claim is null) return false;

        // Another server may have asked it in the meantime.
        var state = await StateAsync(source, cancellation);
        if (!IsDue(state)) return false;
        var asked = AskedSource.Of(source, settings, [], out var sentence);
        if (asked is null) state = state with { Error = sentence };
        else
        {
            var isNight = state.ReconcilesAt <= clock.GetUtcNow() && asked.Pager is not null;
            state = isNight ? await ReconcileAsync(asked, state, set.Reconciled!.Value, cancellation)
                : await PollAsync(asked, state, cancellation);
            log.Wake();
        }

        var now = clock.GetUtcNow();
        state = state with
        {
            PolledAt = now,
            NextAt = now + (every * (0.9 + (0.2 * random.NextDouble()))),
            ReconcilesAt = set.Reconciled is null || asked?.Pager is null ? null : state.ReconcilesAt > now ? state.ReconcilesAt
                : NextNight(now),
        };
        await store.KeepPollStateAsync(source, state, cancellation);
        if (state.Error is { } error) Log.Missing(logger, source, error);
        return true;
    }

    bool IsDue(PollState state) =>
        state.NextAt is null || state.NextAt <= clock.GetUtcNow() || state.ReconcilesAt <= clock.GetUtcNow();

    async Task<PollState> StateAsync(string source, CancellationToken cancellation) =>
        (await store.PollStatesAsync(cancellation)).GetValueOrDefault(source) ?? new PollState();

    async Task<PollState> PollAsync(AskedSource asked, PollState state, CancellationToken cancellation)
    {
        PollSummary summary;
        if (asked.Pager is { } pager)
        {
            using var api = asked.Client(clock);
            var poll = new Poll(store, intake, pager, Catalogue.Find(pager.Source)!, api, clock);
            var scopes = await poll.ScopesAsync(asked.Names, cancellation);
            summary = await poll.RunAsync(scopes, clock.GetUtcNow() - Reach, null, cancellation);
            if (Comparing.Can(asked) && !summary.Missing.Any(one => one.EndsAll))
            {
                // What this pass brought is read and judged meanwhile; what that leaves to compare is the next one's.
                var compared = await new Comparing(store, intake, pager, Catalogue.Find(pager.Source)!, api, clock)
                    .RunAsync(scopes, settings.Definitions, MostComparisons, cancellation);
                summary = summary with
                {
                    Stored = summary.Stored + compared.Stored,
                    Missing = [.. summary.Missing, .. compared.Missing],
                };
            }
        }
        else
        {
            var mirror = new MirrorPoll(
                store, intake, new MirrorReader(MirrorReader.Mirrors, await store.SaltAsync(cancellation)), MirrorReader.Mirrors,
                asked.Tokens is [var token, ..] ? token : null, clock);
            summary = await mirror.RunAsync([.. asked.Names.Select(MirroredRepository.Parse)], null, cancellation);
        }

        return state with { Stored = summary.Stored, Error = ErrorOf(summary.Missing) };
    }

    async Task<PollState> ReconcileAsync(AskedSource asked, PollState state, TimeSpan span, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var reader = Catalogue.Find(asked.Source)!;
        var look = new Reconciling(store, reader, now - span, now - OnTheWay);
        using var api = asked.Client(clock);
        var poll = new Poll(store, intake, asked.Pager!, reader, api, clock, look);
        var summary = await poll.RunAsync(await poll.ScopesAsync(asked.Names, cancellation), now - span, null, cancellation);
        var found = look.Found(now);
        if (found.Missed > 0) Log.Missed(logger, asked.Source, found.Missed, found.Found, Human.Span(found.Seconds), found.New);
        return state with { Stored = summary.Stored, Error = ErrorOf(summary.Missing), Reconciled = found };
    }

    /// <summary>The first of them, and how many there are.</summary>
    static string? ErrorOf(ImmutableArray<Missing> missing) => missing.Select(one => one.Sentence).Distinct().ToList() switch
    {
        [] => null,
        [var only] => only,
        [var first, .. var others] => $"{first} (and {others.Count} more)",
    };

    DateTimeOffset NextNight(DateTimeOffset now)
    {
        var zone = settings.Definitions.Zone;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var begins = Buckets.Instant(today + Night.ToTimeSpan(), zone);
        return (begins > now ? begins : Buckets.Instant(today.AddDays(1) + Night.ToTimeSpan(), zone))
            + TimeSpan.FromMinutes(random.Next(120));
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Source} could not be asked for all of it: {Sentence}")]
        public static partial void Missing(ILogger logger, string source, string sentence);

        [LoggerMessage(
            LogLevel.Warning,
            "Webhooks of {Source} told nothing of {Missed} of {Found} things of the last {Span}; {New} of them were not known")]
        public static partial void Missed(ILogger logger, string source, long missed, long found, string span, long @new);

        [LoggerMessage(LogLevel.Error, "Asking {Source} failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception error, string source);
    }
}
