using Microsoft.Extensions.Time.Testing;

namespace Leadline.Tests.Polling;

/// <summary>
/// A clock that stands still while a request is under way, and else runs to the end of whatever is waited for: an hour's limit
/// passes at once, and no request is late because the machine is slow.
/// </summary>
sealed class HurryingClock : FakeTimeProvider, IDisposable
{
    static readonly TimeSpan Attempt = TimeSpan.FromSeconds(100), Step = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource stop = new();
    int underWay, waiting;

    public HurryingClock(DateTimeOffset now) : base(now) => _ = RunAsync();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var counted = new Counted(this, base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        counted.Change(dueTime, period);
        return counted;
    }

    public void Dispose() => stop.Cancel();

    async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(1);
            for (var i = 0; i < 60 && Volatile.Read(ref underWay) == 0 && Volatile.Read(ref waiting) > 0; i++) Advance(Step);
        }
    }

    void Count(TimeSpan? dueTime, int by)
    {
        if (dueTime is not { } due || due == Timeout.InfiniteTimeSpan) return;
        if (due == Attempt) Interlocked.Add(ref underWay, by);
        else Interlocked.Add(ref waiting, by);
    }

    sealed class Counted(HurryingClock clock, ITimer timer) : ITimer
    {
        readonly Lock turn = new();
        TimeSpan? due;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (turn)
            {
                clock.Count(due, -1);
                clock.Count(due = dueTime, 1);
            }

            return timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            timer.Dispose();
            lock (turn)
            {
                clock.Count(due, -1);
                due = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
