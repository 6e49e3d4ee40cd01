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
/// <param name="Elsewhere">The one host, of the same maker, that a request is asked of in place of the API's own; null where it has none.</param>
sealed record ApiManner(
    string Key, ImmutableDictionary<string, string> Headers, Func<string, (string Name, string Value)> Proof, Func<PageRequest, int, bool> IsAnswer, int Attempts, string Later,
    Func<PageRequest, Uri, Uri?>? Elsewhere = null)
{
    const int OfHistory = 9;

    public static ApiManner Of(Pager pager) => new($"sources.{pager.Source}", pager.Headers, pager.Proof, pager.IsNothing, OfHistory, ", and it goes on from here", pager.Elsewhere);

    /// <summary>The server of a measure: whoever asks asks again by itself, and a refused query is what is wanted to be known.</summary>
    public static ApiManner Measures(string key, string? tenant) => new(
        key, tenant is null ? Delivery.NoHeaders : Delivery.NoHeaders.Add("X-Scope-OrgID", tenant), token => ("Authorization", $"Bearer {token}"),
        (_, status) => status is 400 or 422, 2, "");
}
