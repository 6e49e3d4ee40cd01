using System.Globalization;

namespace Leadline.Polling;

/// <summary>How much an API still lets ask.</summary>
/// <param name="Left">Requests, over all tokens that said so.</param>
/// <param name="Until">When more are given.</param>
public sealed record ApiAllowance(long? Left, long? Of, DateTimeOffset? Until);

/// <summary>
/// The tokens of a source and what each may still ask. A request takes the one with the most left; where none has any it waits until the first
/// is given more, by the API's clock.
/// </summary>
sealed class ApiTokens(IReadOnlyList<string> tokens, TimeProvider clock)
{
    /// <summary>No API makes anybody wait longer; what says so has a wrong clock.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(65), SecondaryPause = TimeSpan.FromMinutes(1);

    readonly Lock turn = new();
    readonly List<State> states = [.. (tokens.Count == 0 ? [null] : tokens.Cast<string?>()).Select(token => new State(token))];

    public ApiAllowance Allowance
    {
        get
        {
            lock (turn)
            {
                var told = states.Where(state => state.Left is not null).ToList();
                return told.Count == 0 ? new ApiAllowance(null, null, null) : new ApiAllowance(
                    told.Sum(state => state.Left), told.Any(state => state.Of is null) ? null : told.Sum(state => state.Of), told.Max(state => state.GivenAt));
            }
        }
    }

    /// <summary>The token to ask with, once one may ask; null where the source has none.</summary>
    public async Task<State> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan pause;
            lock (turn)
            {
                var now = clock.GetUtcNow();
                foreach (var state in states)
                {
                    if (state.GivenAt <= now) (state.Left, state.GivenAt) = (null, null);
                }

                var best = states.Where(state => state.Until(now) <= now).MaxBy(state => state.Left ?? long.MaxValue);
                if (best is not null)
                {
                    // Those under way count before they are answered.
                    best.Left--;
                    return best;
                }

                pause = states.Min(state => state.Until(now)) - now;
            }

            await Task.Delay(pause > TimeSpan.FromMilliseconds(1) ? pause : TimeSpan.FromMilliseconds(1), clock, cancellation);
        }
    }

    /// <summary>Learns from an answer; true where it says that too much was asked.</summary>
    /// <param name="saysLimit">Whether its text speaks of a limit.</param>
    public bool Learn(State state, HttpResponseMessage answer, bool saysLimit)
    {
        lock (turn)
        {
            var now = clock.GetUtcNow();

            // Their clock tells how long, ours when it is over.
            var theirs = answer.Headers.Date ?? now;
            var left = Number(answer, "x-ratelimit-remaining") ?? Number(answer, "ratelimit-remaining");
            if (left is not null)
            {
                (state.Left, state.Of) = (left, Number(answer, "x-ratelimit-limit") ?? Number(answer, "ratelimit-limit"));
                state.GivenAt = GivenAt(answer, theirs) is { } given ? now + Short(given - theirs) : null;
            }

            var status = (int)answer.StatusCode;
            var after = RetryAfter(answer, theirs);
            var isLimited = status == 429 || (status == 403 && (after is not null || left == 0 || saysLimit));
            if (isLimited) state.PausedUntil = now + Short(after ?? (left == 0 && state.GivenAt is { } at ? at - now : SecondaryPause));
            return isLimited;
        }
    }

    /// <summary>As the header says; null where it does not.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage answer, DateTimeOffset theirs) => answer.Headers.RetryAfter switch
    {
        { Delta: { } span } => span,
        { Date: { } at } => at - theirs,
        _ => null,
    };

    /// <summary>Seconds since 1970, or from now on; or an instant, as Jira writes it.</summary>
    static DateTimeOffset? GivenAt(HttpResponseMessage answer, DateTimeOffset theirs) =>
        (Number(answer, "x-ratelimit-reset") ?? Number(answer, "ratelimit-reset")) is not { } seconds ? Instant(answer, "x-ratelimit-reset")
        : seconds >= 1_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 100_000_000_000)) : theirs.AddSeconds(Math.Max(0, seconds));

    static TimeSpan Short(TimeSpan pause) => pause < TimeSpan.Zero ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;

    static long? Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    static DateTimeOffset? Instant(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) && DateTimeOffset.TryParse(values.First(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    internal sealed class State(string? token)
    {
        public string? Token => token;
        public long? Left { get; set; }
        public long? Of { get; set; }
        public DateTimeOffset? GivenAt { get; set; }
        public DateTimeOffset PausedUntil { get; set; }

        /// <summary>When it may ask.</summary>
        public DateTimeOffset Until(DateTimeOffset now) => Left <= 0 && GivenAt > now && GivenAt > PausedUntil ? GivenAt.Value : PausedUntil;
    }
}
