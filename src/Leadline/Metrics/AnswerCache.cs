using System.Collections.Concurrent;

namespace Leadline.Metrics;

/// <summary>
/// Answers that stay right until something is judged anew: whoever asks the same meanwhile shares them, also while they are
/// being found.
/// </summary>
sealed class AnswerCache(TimeProvider clock)
{
    const int Most = 256;

    readonly ConcurrentDictionary<string, Lazy<Task<object>>> answers = new();

    (long Version, long Minute) state;

    /// <param name="version">Of the data that the answer rests on.</param>
    /// <param name="question">In words that no other question has.</param>
    /// <param name="find">Is not stopped with the first who asks: others may be waiting.</param>
    public async Task<T> GetAsync<T>(
        long version, string question, Func<CancellationToken, Task<T>> find, CancellationToken cancellation)
    {
        // What is open grows older with the clock.
        var now = (version, clock.GetUtcNow().ToUnixTimeSeconds() / 60);
        lock (answers)
        {
            if (state != now || answers.Count >= Most) answers.Clear();
            state = now;
        }

        var answer = answers.GetOrAdd(question, _ => new Lazy<Task<object>>(async () => (await find(CancellationToken.None))!));
        try
        {
            return (T)await answer.Value.WaitAsync(cancellation);
        }
        catch (Exception) when (answer.Value.IsFaulted)
        {
            answers.TryRemove(new(question, answer));
            throw;
        }
    }
}
