using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>
/// Reads and judges while the server runs, as deliveries come; once a day it lets go of bodies whose time is over.
/// </summary>
public sealed partial class ReadingLoop(
    Store store, DeliveryLog log, Readings readings, Settings.LeadlineSettings settings, TimeProvider clock,
    ILogger<ReadingLoop> logger) : BackgroundService
{
    // So that a stream of deliveries that never ends does not keep what was read from being judged.
    const int BatchesBetweenJudgements = 2;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(1),
        Unreadable = TimeSpan.FromDays(30);
    static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);

    DateTimeOffset purged;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var pause = Patience;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var more = await readings.RoundAsync(BatchesBetweenJudgements, null, stopping);
                await PurgeAsync(stopping);
                pause = Patience;
                if (more || !await log.ArrivedAsync(Patience, stopping)) continue;

                // What comes in a burst is read and judged together, and the log has the disk to itself meanwhile.
                await Task.Delay(Gather, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The loop must live on: what it could not do stays marked in the store and is tried again.
                Log.Failed(logger, error);
                await Task.Delay(pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause < LongestPause / 2 ? pause * 2 : LongestPause;
            }
        }
    }

    async Task PurgeAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (now - purged < TimeSpan.FromDays(1)) return;
        await store.DropBodiesAsync(now - Unreadable, now - settings.KeepDeliveries, cancellation);
        purged = now;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Reading or judging failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
