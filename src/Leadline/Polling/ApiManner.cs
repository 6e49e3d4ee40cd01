using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>What an API wants of whoever asks it.</summary>
/// <param name="Key">Under which the settings name it: <c>sources.github</c>.</param>
/// <param name="Headers">Of every request.</param>
/// <param name="Proof">The header that shows the token.</param>
/// <param name="IsAnswer">Whether a status other than 200 and 304 is an answer all the same, and no failure.</param>
/// <param name="Attempts">How often is asked what may pass.</param>
/// <param name="Later">What to do where it did not, after "try again later".</param>
/// <param name="Elsewhere">The one host, of the same maker, that a request is asked of in place of the API's own; null where it
/// has none.</param>
sealed record ApiManner(
    string Key, ImmutableDictionary<string, string> Headers, Func<string, (string Name, string Value)> Proof,
    Func<PageRequest, int, bool> IsAnswer, int Attempts, string Later,
    Func<PageRequest, Uri, Uri?>? Elsewhere = null)
{
    const int OfHistory = 9;

    /// <summary>How often is asked what asks for much at once: what then takes too long is better asked for in parts.</summary>
    public const int OfLarge = 2;

    /// <summary>What the API counts for a request.</summary>
    public Func<PageRequest, RequestCost> CostOf { get; init; } = static _ => RequestCost.One;

    /// <summary>Whether a request asks for much at once.</summary>
    public Func<PageRequest, bool> IsLarge { get; init; } = static _ => false;

    /// <summary>Whether an answer with the status 200 says that too much was asked.</summary>
    public Func<PageRequest, ReadOnlyMemory<byte>, bool> IsLimit { get; init; } = static (_, _) => false;

    public static ApiManner Of(Pager pager) =>
        new(
            $"sources.{pager.Source}", pager.Headers, pager.Proof, pager.IsNothing, OfHistory, ", and it goes on from here",
            pager.Elsewhere)
        {
            CostOf = pager.CostOf,
            IsLarge = pager.IsLarge,
            IsLimit = (request, body) => pager.IsLimit(request, body.Span),
        };

    /// <summary>
    /// The server of a measure: whoever asks asks again by itself, and a refused query is what is wanted to be known.
    /// </summary>
    public static ApiManner Measures(string key, string? tenant) => new(
        key, tenant is null ? Delivery.NoHeaders : Delivery.NoHeaders.Add("X-Scope-OrgID", tenant),
        token => ("Authorization", $"Bearer {token}"),
        (_, status) => status is 400 or 422, 2, "");
}
