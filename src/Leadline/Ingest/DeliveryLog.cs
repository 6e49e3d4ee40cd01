using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using Leadline.Storage;
using Leadline.Telemetry;

namespace Leadline.Ingest;

/// <summary>
/// Group commit: whoever delivers while a transaction runs waits for the next one and shares it. An id is given only for what is
/// durable.
/// </summary>
public sealed partial class DeliveryLog(Store store, ILogger<DeliveryLog> logger) : BackgroundService
{
    /// <summary>So many deliveries may wait, and so many bytes of bodies.</summary>
    public const int MostWaiting = 4096, MostBytes = 256 * 1024 * 1024;

    const int AtOnce = 512, MostCommits = 128;

    readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    readonly SemaphoreSlim arrived = new(0, 1);

    // Of commits that nobody has read yet, the last ones.
    readonly ConcurrentQueue<(long First, ActivityContext Span)> commits = [];

    long bytes;

    /// <summary>Waits for the next delivery to be durable, or for so long.</summary>
    public Task<bool> ArrivedAsync(TimeSpan patience, CancellationToken cancellation) =>
        arrived.WaitAsync(patience, cancellation);

    /// <summary>Says that there is something to read.</summary>
    public void Wake()
    {
        try
        {
            if (arrived.CurrentCount == 0) arrived.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else said so in the same moment.
        }
    }

    /// <summary>The id once it is durable; null where too many wait already.</summary>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public async Task<AppendedDelivery?> AppendAsync(NewDelivery delivery, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<AppendedDelivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pending = new Pending(delivery, answer, Activity.Current?.Context ?? default);
        var size = delivery.Delivery.Body.Length;
        if (Interlocked.Add(ref bytes, size) <= MostBytes && queue.Writer.TryWrite(pending))
        {
            Instruments.QueueLength.Add(1);
            return await pending.Answer.Task.WaitAsync(cancellation);
        }

        Interlocked.Add(ref bytes, -size);
        return null;
    }

    /// <summary>
    /// The spans of the commits that stored deliveries up to this one, each told once; none where nobody listens.
    /// </summary>
    public IEnumerable<ActivityContext> CommitsUpTo(long delivery)
    {
        while (commits.TryPeek(out var next) && next.First <= delivery && commits.TryDequeue(out var commit))
            yield return commit.Span;
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var batch = new List<Pending>(AtOnce);
        try
        {
            while (await queue.Reader.WaitToReadAsync(stopping))
            {
                while (batch.Count < AtOnce && queue.Reader.TryRead(out var pending)) batch.Add(pending);
                await CommitAsync(batch);
                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // What still waits was promised nothing.
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var pending))
            {
                Instruments.QueueLength.Add(-1);
                pending.Answer.TrySetException(new StoreException("the server is stopping"));
            }
        }
    }

    async Task CommitAsync(List<Pending> batch)
    {
        using var work = Work.Committing(batch.Count, batch.Select(pending => pending.Request));
        try
        {
            var answers = await store.AppendAsync([.. batch.Select(pending => pending.Delivery)], CancellationToken.None);
            Remember(answers, work.Context);
            work.Done();
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(answers[i]);
            Wake();
        }
        catch (StoreException error)
        {
            Log.NotStored(logger, batch.Count, error.Message);
            foreach (var pending in batch) pending.Answer.TrySetException(error);
        }
        catch (Exception error)
        {
            // The loop must live on, or every later delivery would wait for ever.
            Log.Failed(logger, error, batch.Count);
            foreach (var pending in batch) pending.Answer.TrySetException(new StoreException("the store failed", error));
        }
        finally
        {
            Interlocked.Add(ref bytes, -batch.Sum(pending => (long)pending.Delivery.Delivery.Body.Length));
            Instruments.QueueLength.Add(-batch.Count);
        }
    }

    void Remember(ImmutableArray<AppendedDelivery> answers, ActivityContext span)
    {
        if (span == default || answers.All(answer => answer.Known)) return;
        commits.Enqueue((answers.Where(answer => !answer.Known).Min(answer => answer.Id), span));
        if (commits.Count > MostCommits) commits.TryDequeue(out _);
    }

    /// <param name="Delivery">After the scrub.</param>
    /// <param name="Answer">Told once it is durable.</param>
    /// <param name="Request">The span of the request that waits for it.</param>
    sealed record Pending(NewDelivery Delivery, TaskCompletionSource<AppendedDelivery> Answer, ActivityContext Request);

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Count} deliveries could not be stored and were refused: {Reason}")]
        public static partial void NotStored(ILogger logger, int count, string reason);

        [LoggerMessage(LogLevel.Error, "{Count} deliveries could not be stored and were refused")]
        public static partial void Failed(ILogger logger, Exception error, int count);
    }
}
