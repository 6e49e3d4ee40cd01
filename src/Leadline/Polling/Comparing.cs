using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Leadline.Storage;

namespace Leadline.Polling;

/// <summary>What came of asking a host to compare commits.</summary>
/// <param name="Done">The pairs that it compared.</param>
/// <param name="Refused">Those that it did not: a host may have forgotten one of the two.</param>
/// <param name="Stored">Deliveries that were new.</param>
/// <param name="Missing">What somebody can mend.</param>
public sealed record ComparingSummary(int Done, int Refused, long Requests, long Stored, ImmutableArray<Missing> Missing);

/// <summary>
/// Asks a host to compare what was deployed with what was live before, where nothing that is known joins the two. Each pair is
/// asked for once; what is refused is remembered, and asked for again a week later.
/// </summary>
sealed class Comparing(Store store, Intake intake, Pager pager, SourceReader reader, ApiClient api, TimeProvider clock)
{
    static readonly PageSpan Ever = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, IsAgain: false);

    readonly string kept = $"{pager.Source} {ComparingCursor.Word}";
    readonly Lock counting = new();
    readonly ImmutableArray<Missing>.Builder missing = ImmutableArray.CreateBuilder<Missing>();
    long requests, stored;
    int done, refused;

    /// <summary>Whether the source can be asked at all: it has to answer, and to know who asks.</summary>
    public static bool Can(AskedSource asked) =>
        asked is { Pager: { } pager, Api: not null } && (asked.App is not null || !asked.Tokens.IsEmpty)
            && pager.Comparing("", default, default) is not null;

    /// <summary>Asks for what is wanted of these repositories.</summary>
    /// <param name="scopes">The source's, as its pager names them.</param>
    /// <param name="definitions">By which is known whose repository is which.</param>
    /// <param name="most">The most pairs, the newest deployments' first; the others are left to a later pass.</param>
    /// <param name="cancellation">Stops it; the next pass goes on from there.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ComparingSummary> RunAsync(
        ImmutableArray<string> scopes, Definitions definitions, int most, CancellationToken cancellation)
    {
        var wanted = await store.WantedComparisonsAsync(definitions, cancellation);
        var left = new Left(most);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await Parallel.ForEachAsync(
                scopes.Select(scope =>
                    (Scope: scope, Pairs: wanted.Where(
                        one => one.Repository.Value.Equals(scope, StringComparison.OrdinalIgnoreCase)).ToList()))
                    .Where(one => one.Pairs.Count > 0),
                new ParallelOptions { MaxDegreeOfParallelism = ApiClient.AtOnce, CancellationToken = stop.Token },
                async (one, token) =>
                {
                    try
                    {
                        await RunAsync(one.Scope, one.Pairs, left, token);
                    }
                    catch (ApiException error)
                    {
                        Miss(one.Scope, error);
                        if (error.EndsAll) await stop.CancelAsync();
                    }
                });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One failure is everybody's; it is among what is missing.
        }

        lock (counting) return new ComparingSummary(done, refused, requests, stored, missing.ToImmutable());
    }

    async Task RunAsync(string scope, List<WantedComparison> pairs, Left left, CancellationToken cancellation)
    {
        await using var claim = await store.ClaimPollAsync(kept, scope, cancellation);

        // Whoever has it compares them.
        if (claim is null) return;
        var cursor = ComparingCursor.Begin(
            pager, ComparingCursor.Parse(await store.PollCursorAsync(kept, scope, cancellation)),
            pairs.Select(one => ComparingCursor.PairOf(one.Base, one.Head)).ToHashSet(StringComparer.Ordinal),
            clock.GetUtcNow());
        cursor = await CompareAsync(scope, cursor, cancellation);
        foreach (var (_, from, head) in pairs)
        {
            var pair = ComparingCursor.PairOf(from, head);
            if (cursor.Answered.ContainsKey(pair)) continue;
            if (!left.Take()) return;
            cursor = await CompareAsync(
                scope, cursor with { Pair = pair, Requests = [pager.Comparing(scope, from, head)!] }, cancellation);
        }
    }

    /// <summary>
    /// Asks for the pair of the cursor to its end; what each answer held is stored together with what is still to be asked.
    /// </summary>
    async Task<ComparingCursor> CompareAsync(string scope, ComparingCursor cursor, CancellationToken cancellation)
    {
        while (cursor.Pair is not null)
        {
            var (page, next) = await StepAsync(scope, cursor, cancellation);
            var receivedAt = clock.GetUtcNow();
            var appended = await store.AppendPageAsync(
                kept, scope, next.Write(),
                [
                    .. page.Items.Select(item => intake.Prepare(
                        reader,
                        new Delivery
                        {
                            Source = pager.Source,
                            Headers = item.Headers,
                            Body = item.Body,
                            ReceivedAt = receivedAt,
                        }, item.Key)),
                ],
                cancellation);
            lock (counting)
            {
                requests++;
                stored += appended.Count(delivery => !delivery.Known);
                if (next.Pair is null && next.Answered[cursor.Pair].Because is null) done++;
                else if (next.Pair is null) refused++;
            }

            cursor = next;
        }

        return cursor;
    }

    async Task<(Page Page, ComparingCursor Next)> StepAsync(string scope, ComparingCursor cursor, CancellationToken cancellation)
    {
        var request = cursor.Requests[0];
        try
        {
            var page = pager.Read(request, await api.AskAsync(request, null, cancellation), scope, Ever);
            return (page, cursor.After(page.Next, clock.GetUtcNow()));
        }
        catch (ApiException error) when (error is { Status: 404, CanHelp: false })
        {
            return (new Page(), cursor.Without(
                clock.GetUtcNow(), "it no longer knows one of the two commits, or they have nothing in common"));
        }
        catch (Exception error)
            when (error is ApiException { CanHelp: false, EndsAll: false } or JsonException or FormatException)
        {
            Miss(scope, error);
            return (new Page(), cursor.Without(clock.GetUtcNow(), Poll.SentenceOf(error)));
        }
    }

    void Miss(string scope, Exception error)
    {
        lock (counting)
            missing.Add(new Missing(scope, "comparison", Poll.SentenceOf(error), error is ApiException { CanHelp: true }));
    }

    /// <summary>How many pairs may still be asked for.</summary>
    sealed class Left(int most)
    {
        int left = most;

        public bool Take() => Interlocked.Decrement(ref left) >= 0;
    }
}
