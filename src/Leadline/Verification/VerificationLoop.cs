using Leadline.Core;
using Leadline.Ingest;
using Leadline.Polling;
using Leadline.Settings;
using Leadline.Storage;

namespace Leadline.Verification;

/// <summary>
/// Verifies deployments to production while the server runs. What is still to be verified is found in the store each time, so
/// that it goes on after whatever stopped it; what was found is a delivery. Of several servers of one store one does it.
/// </summary>
sealed partial class VerificationLoop(
    Store store, DeliveryLog log, Intake intake, LeadlineSettings settings, TimeProvider clock,
    ILogger<VerificationLoop> logger) : BackgroundService
{
    /// <summary>
    /// For how long after its window a deployment is still verified: one that was told of late, or whose measures could not be
    /// asked.
    /// </summary>
    public static readonly TimeSpan Late = TimeSpan.FromDays(2);

    /// <summary>For how long a degradation is watched until it is over.</summary>
    public static readonly TimeSpan LongestWatch = TimeSpan.FromDays(7);

    static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(1), LongestLook = TimeSpan.FromSeconds(30),
        FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromMinutes(15);

    readonly VerificationReader reader = new();
    readonly Measures measures = new(clock);

    // Sources that could not be asked, by name: until when they are left alone, and how long the next time.
    readonly Dictionary<string, (DateTimeOffset Until, TimeSpan Pause)> paused = new(StringComparer.Ordinal);

    // Told and perhaps not read yet: what the store does not know is not asked twice.
    readonly HashSet<(string Service, string Deployment, string Check)> told = [];

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (settings.Verification.Checks.IsEmpty) return;
        var shortest = settings.Verification.Checks.Min(check => check.Check.Step);
        var look = shortest < ShortestLook ? ShortestLook : shortest > LongestLook ? LongestLook : shortest;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The loop must live on: what it could not do is found in the store again.
                Log.Failed(logger, error);
            }

            await Task.Delay(look, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        measures.Dispose();
        base.Dispose();
    }

    async Task RoundAsync(CancellationToken cancellation)
    {
        await using var claim = await store.ClaimVerificationAsync(cancellation);
        if (claim is null) return;
        var now = clock.GetUtcNow();
        var longest = settings.Verification.Checks.Max(check => check.Check.After + check.Check.Before);
        var deployments = await store.VerifiedDeploymentsAsync(
            EnvironmentName.Production.Value, now - LongestWatch - Late - longest, cancellation);
        var known = await store.VerificationsSinceAsync(now - LongestWatch - Late - longest, cancellation);
        var verifying = new Verifying(measures, clock);
        foreach (var deployment in deployments)
        {
            foreach (var check in settings.Verification.Of(deployment.Service))
            {
                var key = (deployment.Service, deployment.Id, check.Name);
                var isKnown = known.TryGetValue(key, out var watched);
                if (isKnown) told.Remove(key);
                if (IsPaused(check, now) || told.Contains(key)) continue;
                var said = isKnown
                    ? watched is null ? null : await WatchAsync(verifying, check, deployment, watched, now, cancellation)
                    : await VerifyAsync(verifying, check, deployment, now, cancellation);
                if (said is null) continue;
                var delivery = new Delivery
                {
                    Source = reader.Source,
                    Headers = Delivery.NoHeaders,
                    Body = VerificationReader.Write(said),
                    ReceivedAt = now,
                };
                // Too many wait: it is found again.
                if (await log.AppendAsync(intake.Prepare(reader, delivery), cancellation) is null) return;
                if (!isKnown) told.Add(key);
            }
        }
    }

    /// <summary>Null where it is not due, or long over, or cannot be told yet.</summary>
    async Task<Verified?> VerifyAsync(
        Verifying verifying, ReleaseCheck check, VerifiedDeployment deployment, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var due = Verifying.DueAt(check, deployment);
        if (now < due || now - due > Late + LongestLook + LongestPause) return null;
        try
        {
            var verified = await verifying.VerifyAsync(check, deployment, cancellation);
            paused.Remove(check.Source.Name);
            return verified;
        }
        catch (MeasureException error)
        {
            Log.NotTold(logger, check.Name, deployment.Service, deployment.Id, error.Message);
            return verifying.CannotTell(check, deployment, error.Message);
        }
        catch (ApiException error)
        {
            Pause(check, now, error);
            return now - due < Late ? null
                : verifying.CannotTell(check, deployment, $"it was tried for {Late.TotalDays} days: {error.Message}");
        }
    }

    /// <summary>Null where it is worse still.</summary>
    async Task<Verified?> WatchAsync(
        Verifying verifying, ReleaseCheck check, VerifiedDeployment deployment, Verified known, DateTimeOffset now,
        CancellationToken cancellation)
    {
        string because;
        try
        {
            if (await verifying.BackAtAsync(check, deployment, known, cancellation) is { } back)
                return known with { AskedAt = now, BackAt = back };
            paused.Remove(check.Source.Name);
            because = "it was worse all the time";
        }
        catch (MeasureException error)
        {
            because = error.Message;
        }
        catch (ApiException error)
        {
            Pause(check, now, error);
            because = error.Message;
        }

        return now - known.AskedAt < LongestWatch ? null
            : known with
            {
                AskedAt = now,
                GaveUp = $"it was watched for {LongestWatch.TotalDays} days, and is no longer: {because}",
            };
    }

    bool IsPaused(ReleaseCheck check, DateTimeOffset now) =>
        paused.TryGetValue(check.Source.Name, out var pause) && now < pause.Until;

    void Pause(ReleaseCheck check, DateTimeOffset now, ApiException error)
    {
        var pause = !error.CanHelp ? LongestPause : paused.TryGetValue(check.Source.Name, out var before) ? 2 * before.Pause
            : FirstPause;
        if (pause > LongestPause) pause = LongestPause;
        paused[check.Source.Name] = (now + pause, pause);
        Log.Later(logger, error.Message, pause.TotalMinutes);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Deployments cannot be verified: {Sentence}; asking again in {Minutes} minutes")]
        public static partial void Later(ILogger logger, string sentence, double minutes);

        [LoggerMessage(
            LogLevel.Warning, "The check {Check} of {Service} tells nothing of the deployment {Deployment}: {Sentence}")]
        public static partial void NotTold(ILogger logger, string check, string service, string deployment, string sentence);

        [LoggerMessage(LogLevel.Error, "Verifying deployments failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
