using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>Reads and judges while the server runs, as deliveries come; once a day it lets go of bodies whose time is over.</summary>
public sealed partial class ReadingLoop(Store store, DeliveryLog log, Readings readings, Settings.LeadlineSettings settings, TimeProvider clock, ILogger<ReadingLoop> logger) : BackgroundService
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Gather = TimeSpan.FromMilliseconds(200), Unreadable = TimeSpan.FromDays(30);

    DateTimeOffset purged;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await readings.DrainAsync(null, stopping);
                await PurgeAsync(stopping);
                if (!await log.ArrivedAsync(Patience, stopping)) continue;

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
                await Task.Delay(Patience, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
