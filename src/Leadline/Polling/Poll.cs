using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.Paging;
using Leadline.Storage;

namespace Leadline.Polling;

/// <summary>How far a scope is.</summary>
/// <param name="Scope">Such as <c>acme/shop</c>.</param>
/// <param name="Answers">So many of this pass.</param>
/// <param name="Waiting">Requests that are known to follow.</param>
/// <param name="Items">What the answers held.</param>
/// <param name="Stored">Those of the items that nobody had sent before, in this process.</param>
/// <param name="IsDone">Whether nothing is left.</param>
public sealed record PollProgress(string Scope, long Answers, int Waiting, long Items, long Stored, bool IsDone);

/// <summary>What a pass did not get.</summary>
/// <param name="Kind">The listing; null where it is all of the scope.</param>
/// <param name="Sentence">Why, and what to do.</param>
/// <param name="CanHelp">Whether trying again can help.</param>
public sealed record Missing(string Scope, string? Kind, string Sentence, bool CanHelp)
{
    /// <summary>Whether everything else of the source fails alike: a token that is refused.</summary>
    [JsonIgnore]
    public bool EndsAll { get; init; }
}

/// <param name="Done">Scopes of which everything was asked, but for what is missing.</param>
/// <param name="Stored">Deliveries that were new.</param>
/// <param name="Known">Those that were there.</param>
public sealed record PollSummary(int Scopes, int Done, long Requests, long Stored, long Known, ImmutableArray<Missing> Missing);

/// <summary>
/// Asks one source for its history: follows its pager through every scope, stores what each answer held together with what is
/// still to be asked, and so goes on after whatever stopped it. The failure of one scope does not stop the others.
/// </summary>
/// <param name="look">Looks at what an answer held before it is stored; null where nobody does.</param>
sealed class Poll(
    Store store, Intake intake, Pager pager, SourceReader reader, ApiClient api, TimeProvider clock, Reconciling? look = null)
{
    /// <summary>
    /// Under which its cursors are kept: who looks asks for all of the span each time, and leaves the others' where they are.
    /// </summary>
    readonly string kept = look is null ? pager.Source : $"{pager.Source} again";

    readonly Lock counting = new();
    readonly ImmutableArray<Missing>.Builder missing = ImmutableArray.CreateBuilder<Missing>();
    long requests, stored, known;
    int done;

    /// <summary>The scopes of these names and patterns; what could not be listed is among what is missing.</summary>
    public async Task<ImmutableArray<string>> ScopesAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var (scopes, missed) = await ScopesAsync(pager, api, names, clock, cancellation);
        missing.AddRange(missed);
        return scopes;
    }

    public static async Task<(ImmutableArray<string> Scopes, ImmutableArray<Missing> Missing)> ScopesAsync(
        Pager pager, ApiClient api, IEnumerable<string> names, TimeProvider clock, CancellationToken cancellation)
    {
        var scopes = new List<string>();
        var missing = ImmutableArray.CreateBuilder<Missing>();
        var now = clock.GetUtcNow();
        foreach (var name in names)
        {
            if (pager.Listing(name) is not { } listing)
            {
                scopes.Add(name);
                continue;
            }

            try
            {
                for (var waiting = new Queue<PageRequest>([listing]); waiting.TryDequeue(out var request);)
                {
                    var page = pager.Read(
                        request, await api.AskAsync(request, null, name, cancellation), name,
                        new PageSpan(now, now, IsAgain: false));
                    scopes.AddRange(page.Scopes);
                    foreach (var next in page.Next) waiting.Enqueue(next);
                }
            }
            catch (Exception error) when (error is ApiException or JsonException or FormatException)
            {
                missing.Add(MissingOf(name, null, error));
            }
        }

        return ([.. scopes.Distinct(StringComparer.OrdinalIgnoreCase)], missing.DrainToImmutable());
    }

    /// <summary>Asks for everything since then; what an earlier pass asked for already is not asked again.</summary>
    /// <param name="scopes">Names, no patterns.</param>
    /// <param name="since">How far back; farther than an earlier pass went, and all is asked anew.</param>
    /// <param name="progress">Told after each answer, from several threads.</param>
    /// <param name="cancellation">Stops it; the next pass goes on from there.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<PollSummary> RunAsync(
        ImmutableArray<string> scopes, DateTimeOffset since, Action<PollProgress>? progress, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await Parallel.ForEachAsync(
                scopes, new ParallelOptions { MaxDegreeOfParallelism = ApiClient.AtOnce, CancellationToken = stop.Token },
                async (scope, token) =>
                {
                    try
                    {
                        await RunAsync(scope, since, progress, token);
                    }
                    catch (ApiException error)
                    {
                        Miss(scope, null, error);
                        if (error.EndsAll) await stop.CancelAsync();
                    }
                });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One failure is everybody's; it is among what is missing.
        }

        lock (counting) return new PollSummary(scopes.Length, done, requests, stored, known, missing.ToImmutable());
    }

    async Task RunAsync(string scope, DateTimeOffset since, Action<PollProgress>? progress, CancellationToken cancellation)
    {
        await using var claim = await store.ClaimPollAsync(kept, scope, cancellation);
        if (claim is null)
        {
            Miss(scope, null, new ApiException("another process asks for it just now", canHelp: true));
            return;
        }

        var last = PageCursor.Parse(await store.PollCursorAsync(kept, scope, cancellation));
        var cursor = PageCursor.Begin(
            pager, scope, look is not null && last is { IsDone: true } ? null : last, since.ToUniversalTime(),
            clock.GetUtcNow());
        var fresh = 0L;
        progress?.Invoke(new PollProgress(scope, cursor.Answers, cursor.Requests.Length, cursor.Items, fresh, cursor.IsDone));
        while (!cursor.IsDone)
        {
            var (page, next) = await StepAsync(scope, cursor, cancellation);
            var receivedAt = clock.GetUtcNow();
            var deliveries = page.Items.Select(item => intake.Prepare(
                reader,
                new Delivery { Source = pager.Source, Headers = item.Headers, Body = item.Body, ReceivedAt = receivedAt },
                item.Key)).ToList();
            if (look is not null) await look.LookAsync(deliveries, cancellation);
            var appended = await store.AppendPageAsync(kept, scope, next.Write(), deliveries, cancellation);
            cursor = next;
            var added = appended.Count(delivery => !delivery.Known);
            fresh += added;
            lock (counting)
            {
                requests++;
                stored += added;
                known += appended.Length - added;
            }

            progress?.Invoke(
                new PollProgress(scope, cursor.Answers, cursor.Requests.Length, cursor.Items, fresh, cursor.IsDone));
        }

        lock (counting) done++;
    }

    /// <summary>Asks the first request of the cursor; what is refused for good is remembered, and the others go on.</summary>
    async Task<(Page Page, PageCursor Next)> StepAsync(string scope, PageCursor cursor, CancellationToken cancellation)
    {
        var request = cursor.Requests[0];
        try
        {
            var answer = await api.AskAsync(
                request, request.IsConditional ? cursor.Tags.GetValueOrDefault(request.Address) : null, scope, cancellation);
            var page = answer.Status == 200 ? pager.Read(request, answer, scope, cursor.Span) : new Page();
            foreach (var refused in page.Refused) Miss(scope, request.Kind, new ApiException(refused.Sentence, canHelp: false));
            return (page, cursor.After(
                answer, page.Next, page.Items.Length, [.. page.Refused.Select(refused => refused.Request)]));
        }
        catch (ApiException error)
            when (error is { EndsAll: false, Status: { } status }
                && pager.InPlaceOf(request, scope, status) is { IsEmpty: false } others)
        {
            return (new Page(), cursor.Instead(others));
        }
        catch (Exception error)
            when (error is ApiException { CanHelp: false, EndsAll: false } or JsonException or FormatException)
        {
            Miss(scope, request.Kind, error);
            return (new Page(), cursor.Without());
        }
    }

    void Miss(string scope, string? kind, Exception error)
    {
        lock (counting) missing.Add(MissingOf(scope, kind, error));
    }

    static Missing MissingOf(string scope, string? kind, Exception error) => new(
        scope, kind?.Replace('_', ' '), SentenceOf(error), error is ApiException { CanHelp: true })
    {
        EndsAll = error is ApiException { EndsAll: true },
    };

    public static string SentenceOf(Exception error) =>
        error is ApiException ? error.Message : $"an answer cannot be read: {error.Message}";
}
