using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>How much an API still lets ask.</summary>
/// <param name="Left">Requests, or points, over all tokens that said so.</param>
/// <param name="Until">When more are given.</param>
public sealed record ApiAllowance(long? Left, long? Of, DateTimeOffset? Until)
{
    /// <summary>How much of it a request took on average, over all that were made.</summary>
    [JsonIgnore]
    public double Each { get; init; } = 1;

    /// <summary>How long it makes so many of it take, where it is given anew after each such span.</summary>
    public TimeSpan Waiting(double wanted, TimeSpan span) =>
        this is { Left: { } left, Of: > 0 and var of } && wanted > left ? Math.Ceiling((wanted - left) / of) * span
            : TimeSpan.Zero;
}

/// <summary>
/// The tokens of a source and what each may still ask, of each allowance that its API has. A request takes the one with the most
/// left; where none has any it waits until the first is given more, by the API's clock.
/// </summary>
sealed class ApiTokens(IReadOnlyList<ApiToken> tokens, TimeProvider clock)
{
    /// <summary>No API makes anybody wait longer; what says so has a wrong clock.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(65), SecondaryPause = TimeSpan.FromMinutes(1);

    readonly Lock turn = new();
    readonly IReadOnlyList<ApiToken> tokens = tokens.Count == 0 ? [new FixedToken(null)] : tokens;
    readonly List<Bearer> bearers = [];
    readonly Dictionary<string, long> spent = new(StringComparer.Ordinal);
    long asked;

    /// <summary>By the name of each allowance of which something was asked.</summary>
    public ImmutableDictionary<string, ApiAllowance> Allowances
    {
        get
        {
            lock (turn)
                return spent.ToImmutableDictionary(
                    one => one.Key, one => Allowance(one.Key) with { Each = (double)one.Value / asked });
        }
    }

    /// <summary>The token to ask with, once one may ask.</summary>
    /// <param name="scope">Of which it is asked; null where that does not matter.</param>
    public async Task<State> TakeAsync(RequestCost cost, string? scope, CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan pause;
            lock (turn)
            {
                var now = clock.GetUtcNow();
                var states = tokens.Select(token => StateOf(BearerOf(token, token.Account(scope)), cost.Budget)).ToList();
                foreach (var state in states)
                {
                    if (state.GivenAt <= now) (state.Left, state.GivenAt) = (null, null);
                }

                var best = states.Where(state => state.Until(now) <= now).MaxBy(state => state.Left ?? long.MaxValue);
                if (best is not null)
                {
                    // Those under way count before they are answered.
                    best.Left -= cost.Points;
                    asked++;
                    spent[cost.Budget] = spent.GetValueOrDefault(cost.Budget) + cost.Points;
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

            // The answer says which allowance its numbers are of, where the API has several.
            if (answer.Headers.TryGetValues("x-ratelimit-resource", out var named)) state = StateOf(state.Bearer, named.First());

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
            var isLimited = status == 429 || (status == 403 && (after is not null || left == 0 || saysLimit))
                || (status == 200 && saysLimit);
            if (!isLimited) return false;

            // An allowance that is used up is one of several; who asks too fast is to ask nothing at all for a while.
            if (after is null && left == 0)
                state.PausedUntil = now + (state.GivenAt is { } at ? Short(at - now) : SecondaryPause);
            else state.Bearer.PausedUntil = now + Short(after ?? SecondaryPause);
            return true;
        }
    }

    /// <summary>As the header says; null where it does not.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage answer, DateTimeOffset theirs) => answer.Headers.RetryAfter switch
    {
        { Delta: { } span } => span,
        { Date: { } at } => at - theirs,
        _ => null,
    };

    ApiAllowance Allowance(string budget)
    {
        var told = bearers.Select(bearer => bearer.States.GetValueOrDefault(budget)).OfType<State>()
            .Where(state => state.Left is not null).ToList();
        return told.Count == 0 ? new ApiAllowance(null, null, null) : new ApiAllowance(
            told.Sum(state => state.Left), told.Any(state => state.Of is null) ? null : told.Sum(state => state.Of),
            told.Max(state => state.GivenAt));
    }

    Bearer BearerOf(ApiToken token, string account)
    {
        var bearer = bearers.Find(one => one.Token == token && one.Account == account);
        if (bearer is null) bearers.Add(bearer = new Bearer(token, account));
        return bearer;
    }

    static State StateOf(Bearer bearer, string budget) =>
        bearer.States.TryGetValue(budget, out var state) ? state : bearer.States[budget] = new State(bearer);

    /// <summary>Seconds since 1970, or from now on; or an instant, as Jira writes it.</summary>
    static DateTimeOffset? GivenAt(HttpResponseMessage answer, DateTimeOffset theirs) =>
        (Number(answer, "x-ratelimit-reset") ?? Number(answer, "ratelimit-reset")) is not { } seconds
            ? Instant(answer, "x-ratelimit-reset")
        : seconds >= 1_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 100_000_000_000))
        : theirs.AddSeconds(Math.Max(0, seconds));

    static TimeSpan Short(TimeSpan pause) => pause < TimeSpan.Zero ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;

    static long? Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values)
            && long.TryParse(values.First(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    static DateTimeOffset? Instant(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values)
            && DateTimeOffset.TryParse(values.First(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at : null;

    /// <summary>A token, for one account where it has several.</summary>
    internal sealed class Bearer(ApiToken token, string account)
    {
        public ApiToken Token => token;
        public string Account => account;
        public Dictionary<string, State> States { get; } = new(StringComparer.Ordinal);
        public DateTimeOffset PausedUntil { get; set; }

        public ValueTask<string?> ShowAsync(CancellationToken cancellation) => token.ShowAsync(account, cancellation);

        /// <summary>Whether another can be had in place of this one, which was refused.</summary>
        public bool Forget(string refused) => token.Forget(account, refused);
    }

    /// <summary>What a token may still ask of one allowance.</summary>
    internal sealed class State(Bearer bearer)
    {
        public Bearer Bearer => bearer;
        public long? Left { get; set; }
        public long? Of { get; set; }
        public DateTimeOffset? GivenAt { get; set; }
        public DateTimeOffset PausedUntil { get; set; }

        /// <summary>When it may ask.</summary>
        public DateTimeOffset Until(DateTimeOffset now)
        {
            var paused = PausedUntil > bearer.PausedUntil ? PausedUntil : bearer.PausedUntil;
            return Left <= 0 && GivenAt > now && GivenAt > paused ? GivenAt.Value : paused;
        }
    }
}
