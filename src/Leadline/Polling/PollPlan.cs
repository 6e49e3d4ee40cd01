using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>What would be asked of a scope.</summary>
/// <param name="What">The listing, in words.</param>
/// <param name="Items">How many things it holds; null where the API does not say.</param>
/// <param name="Requests">The most requests that it takes; null where that is unknown.</param>
public sealed record PlannedScope(string Scope, string What, long? Items, long? Requests);

/// <summary>What a source would be asked, before it is.</summary>
/// <param name="Requests">The most, as far as it is known.</param>
/// <param name="Allowance">How many the API lets ask in its span.</param>
/// <param name="Seconds">About how long that takes.</param>
public sealed record PollPlan(
    string Source, string Api, int Scopes, ImmutableArray<PlannedScope> Listings, long Requests, ApiAllowance Allowance,
    double Seconds, ImmutableArray<Missing> Missing)
{
    /// <summary>
    /// Whether the host is asked, besides, to compare two commits for each deployment that nothing joins with the one before;
    /// how many those are is known once the rest is.
    /// </summary>
    public bool Compares { get; init; }

    /// <summary>Counts every listing of the scopes, by one request each.</summary>
    internal static async Task<PollPlan> OfAsync(
        Pager pager, Uri address, ApiClient api, ImmutableArray<string> scopes, DateTimeOffset since, TimeProvider clock,
        CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var asked =
            scopes.SelectMany(scope =>
                pager.Plan(scope, new PageSpan(since, now, IsAgain: false)).Select(listing => (Scope: scope, Listing: listing)))
                .ToArray();
        var planned = new PlannedScope[asked.Length];
        var missing = new Missing?[asked.Length];
        await Parallel.ForAsync(
            0, asked.Length, new ParallelOptions { MaxDegreeOfParallelism = ApiClient.AtOnce, CancellationToken = cancellation },
            async (i, token) =>
            {
                var (scope, listing) = asked[i];
                long? count = null;
                try
                {
                    var answer = await CountAsync(api, listing, scope, token);
                    count = answer.Status == 200 ? pager.CountOf(listing, answer) : 0;
                }
                catch (Exception error) when (error is ApiException or JsonException)
                {
                    missing[i] = new Missing(scope, listing.What, error.Message, error is ApiException { CanHelp: true });
                }

                // An empty listing is asked for too.
                planned[i] = new PlannedScope(
                    scope, listing.What, count, count is { } known ? Pages(listing, known) + Others(listing, known) : null);
            });
        var requests = planned.Sum(one => one.Requests ?? 0);
        var each = asked.Length == 0 ? 0 : clock.GetElapsedTime(began).TotalSeconds / asked.Length;
        var costs = planned.Zip(asked).SelectMany(one => new[]
        {
            (Cost: pager.CostOf(one.Second.Listing.Count), Requests: one.First.Items is { } known
                ? Pages(one.Second.Listing, known) : 0),
            (Cost: one.Second.Listing.EachCosts, Requests: one.First.Items is { } items ? Others(one.Second.Listing, items) : 0),
        }).GroupBy(one => one.Cost.Budget, one => one.Requests * one.Cost.Points);

        // An allowance of which nothing was asked yet is about as large as the other.
        var allowances = api.Allowances;
        var longest =
            costs.Select(one =>
                (allowances.GetValueOrDefault(one.Key) ?? api.Allowance with { Left = api.Allowance.Of }).Waiting(
                    one.Sum(), pager.AllowanceSpan));
        return new PollPlan(
            pager.Source, address.ToString(), scopes.Length, [.. planned], requests, api.Allowance,
            Math.Max(requests * each, longest.Append(TimeSpan.Zero).Max().TotalSeconds), [.. missing.OfType<Missing>()]);

        static long Pages(PlannedListing listing, long known) => Math.Max(1, (known + listing.AtOnce - 1) / listing.AtOnce);
        static long Others(PlannedListing listing, long known) => (long)Math.Ceiling(known * listing.EachAsks);
    }

    /// <summary>The answer that tells how many things a listing holds.</summary>
    /// <exception cref="ApiException">It failed.</exception>
    internal static async Task<PageAnswer> CountAsync(
        ApiClient api, PlannedListing listing, string scope, CancellationToken cancellation)
    {
        var answer = await api.AskAsync(listing.Count, null, scope, cancellation);
        return answer.Status != 200 && listing.Otherwise is { } other ? await api.AskAsync(other, null, scope, cancellation)
            : answer;
    }
}
