namespace Leadline.Polling;

/// <summary>How far a pass is.</summary>
/// <param name="Items">What the answers held.</param>
/// <param name="Answers">Those of the pass, also of before it was stopped.</param>
/// <param name="Left">Requests that follow, as far as that is known.</param>
/// <param name="ToGo">About how long they take; null while nobody can tell.</param>
sealed record PaceNow(long Items, long Answers, long Left, TimeSpan? ToGo);

/// <summary>
/// Tells how far all scopes are, and about how long the rest takes: by the pace so far, and by what the API's limit lets ask.
/// </summary>
/// <param name="allowanceSpan">Over which the API counts what it lets ask.</param>
sealed class PollPace(int scopes, TimeSpan allowanceSpan, TimeProvider clock)
{
    /// <summary>Before so many answers the pace is none.</summary>
    const int Few = 5;

    readonly Lock turn = new();
    readonly Dictionary<string, (long Before, PollProgress Now)> known = [];
    readonly long began = clock.GetTimestamp();

    /// <param name="allowances">Each that the API has.</param>
    public PaceNow Told(PollProgress told, params IEnumerable<ApiAllowance> allowances)
    {
        lock (turn)
        {
            known[told.Scope] = (known.TryGetValue(told.Scope, out var last) ? last.Before : told.Answers, told);
            var answers = known.Values.Sum(one => one.Now.Answers);
            var here = answers - known.Values.Sum(one => one.Before);

            // Of a scope that was not begun nobody knows how many requests it takes: it counts as those that are done did.
            var done = known.Values.Where(one => one.Now.IsDone).Select(one => one.Now.Answers).ToList();
            var each = done.Count == 0 ? 1 : Math.Max(1, done.Average());
            var left = known.Values.Sum(one => (long)one.Now.Waiting) + (long)Math.Ceiling((scopes - known.Count) * each);
            var items = known.Values.Sum(one => one.Now.Items);
            if (here < Few) return new PaceNow(items, answers, left, null);
            var toGo = clock.GetElapsedTime(began) / here * left;
            var waiting = allowances.Select(allowance => allowance.Waiting(left * allowance.Each, allowanceSpan))
                .Append(TimeSpan.Zero).Max();
            return new PaceNow(items, answers, left, toGo > waiting ? toGo : waiting);
        }
    }
}
