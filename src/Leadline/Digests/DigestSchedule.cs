using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Web;

namespace Leadline.Digests;

/// <summary>Sends the digest of the settings every week, once among all servers of a store.</summary>
sealed partial class DigestSchedule(
    Store store, MetricsReader metrics, LeadlineSettings settings, TimeProvider clock,
    ILogger<DigestSchedule> logger) : BackgroundService
{
    /// <summary>How often the clock is looked at, and for how long a digest that nobody sent is still worth sending.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMinutes(1), Late = TimeSpan.FromHours(1);

    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(1);

    const int MostAttempts = 8;

    /// <summary>
    /// Why the digest of the settings could never be sent, in a sentence that keeps its address secret; null where it can.
    /// </summary>
    public static string? WhyNot(LeadlineSettings settings) => settings.Digest switch
    {
        null => null,
        { At: null } => "digest has no time: write at: Mon 09:00, or leave it out",
        { To: var to } when DigestPost.AddressOf(to) is null =>
            "digest has no address to be sent to: write to: ${NAME} of a variable that holds that of a webhook, beginning "
                + "with https://",
        { Url: { } url } when DigestPost.AddressOf(url) is null =>
            $"digest.url '{url}' is not an address: write it like https://leadline.example.com",
        _ => null,
    };

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (settings.Digest is not { At: { } at } asked) return;
        DateTimeOffset? handled = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var due = at.LastBefore(clock.GetUtcNow(), settings.Definitions.Zone);
                if (due != handled && clock.GetUtcNow() - due < Late && await store.ClaimDigestAsync(due, stopping))
                    await SendAsync(asked, due, stopping);
                handled = due;
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                // The loop must live on: a store that does not answer now does so later.
                Log.Failed(logger, error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Look, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task SendAsync(DigestSettings asked, DateTimeOffset due, CancellationToken cancellation)
    {
        var zone = settings.Definitions.Zone;
        var selection = Selection.Of(new SelectionWords { Service = asked.Service, Team = asked.Team }, due, zone)
            .Among(await store.OwnedServicesAsync(cancellation));
        if (selection.Problem is { } problem)
        {
            Log.NotSent(logger, problem);
            return;
        }

        var about = Digest.NameOf(asked.Service is { } service ? [service] : null, asked.Team is { } team ? [team] : null, null);
        var query = selection.Query with { From = Digest.Begin(due, null), To = due };
        var text = DigestText.Write(
            await Digest.OfAsync(store, metrics, about, query, cancellation), asked.Format, DigestPost.AddressOf(asked.Url));
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            if (await DigestPost.SendAsync(DigestPost.AddressOf(asked.To)!, asked.Format, text, cancellation) is not { } refused)
                return;
            if (!refused.CanPass || attempt == MostAttempts)
            {
                Log.NotSent(logger, refused.Sentence);
                return;
            }

            Log.Later(logger, refused.Sentence, pause.TotalMinutes);
            await Task.Delay(pause, clock, cancellation);
            pause = pause < LongestPause / 2 ? pause * 2 : LongestPause;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Sentence}; trying again in {Minutes} minutes")]
        public static partial void Later(ILogger logger, string sentence, double minutes);

        [LoggerMessage(LogLevel.Error, "The digest was not sent: {Sentence}")]
        public static partial void NotSent(ILogger logger, string sentence);

        [LoggerMessage(LogLevel.Error, "The digest could not be made and will be tried again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
