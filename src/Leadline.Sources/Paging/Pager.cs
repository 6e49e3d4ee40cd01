using System.Collections.Immutable;
using System.Text;
using Leadline.Core;

namespace Leadline.Sources.Paging;

/// <summary>
/// How a source's API is asked for its history: which requests come first, and what follows from an answer. A pure description;
/// the program makes the requests, waits where the API says so and keeps what is still to be asked.
/// </summary>
public abstract class Pager
{
    /// <summary>The reader's name, and its key under <c>sources</c>.</summary>
    public abstract string Source { get; }

    /// <summary>Raised whenever requests that are kept would be read otherwise: the history is then asked for anew.</summary>
    public abstract int Version { get; }

    /// <summary>
    /// Where the maker's own service is; it ends in a slash. Null where everybody has one of their own, whose address the
    /// settings name.
    /// </summary>
    public abstract Uri? Api { get; }

    /// <summary>What a scope is called, in the plural: <c>repositories</c>.</summary>
    public abstract string ScopeWord { get; }

    /// <summary>
    /// The scope that is everything there is, and asked for where none is named; null where one has to be named.
    /// </summary>
    public virtual string? Everything => null;

    /// <summary>Over which span the API counts what it lets ask.</summary>
    public abstract TimeSpan AllowanceSpan { get; }

    /// <summary>Headers of every request.</summary>
    public virtual ImmutableDictionary<string, string> Headers => Delivery.NoHeaders;

    /// <summary>
    /// The same for an API at this address that is asked with a token, or without one; what either left to be asked the other
    /// goes on with.
    /// </summary>
    public virtual Pager For(Uri api, bool hasToken) => this;

    /// <summary>The header that shows the token.</summary>
    public abstract (string Name, string Value) Proof(string token);

    /// <summary>
    /// The request that lists the scopes which the pattern <c>acme/*</c> stands for; null where the text names one scope itself.
    /// </summary>
    public virtual PageRequest? Listing(string pattern) => null;

    /// <summary>What is asked first of a scope.</summary>
    public abstract ImmutableArray<PageRequest> First(string scope, PageSpan span);

    /// <summary>What an answer with the status 200 holds, and what follows from it.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not what the API promises.</exception>
    public abstract Page Read(PageRequest request, PageAnswer answer, string scope, PageSpan span);

    /// <summary>
    /// What asks which commits <paramref name="head"/> reaches and <paramref name="from"/> does not; null where the API has no
    /// answer to that.
    /// </summary>
    public virtual PageRequest? Comparing(string repository, Sha from, Sha head) => null;

    /// <summary>Whether this status says that there is nothing of the kind, which is no failure.</summary>
    public virtual bool IsNothing(PageRequest request, int status) => false;

    /// <summary>Whether it can be asked at all; what cannot is asked <see cref="InPlaceOf">in another way</see>.</summary>
    public virtual bool CanAsk(PageRequest request) => true;

    /// <summary>
    /// What asks for the same as a request that the API cannot answer: less at once, or in another way. None where there is
    /// nothing; then it failed.
    /// </summary>
    /// <param name="status">With which it was refused; 401 where it cannot be asked.</param>
    public virtual ImmutableArray<PageRequest> InPlaceOf(PageRequest request, string scope, int status) => [];

    /// <summary>
    /// Whether it asks for much at once, so that an answer which does not come in time is better asked for in parts than again.
    /// </summary>
    public virtual bool IsLarge(PageRequest request) => false;

    /// <summary>What the API counts for this request.</summary>
    public virtual RequestCost CostOf(PageRequest request) => RequestCost.One;

    /// <summary>Whether an answer with the status 200 says that too much was asked.</summary>
    public virtual bool IsLimit(PageRequest request, ReadOnlySpan<byte> body) => false;

    /// <summary>
    /// Another host of the same maker, which takes the same token and on which alone this request is asked; null where it is
    /// asked of <paramref name="api"/> itself. It ends in a slash.
    /// </summary>
    public virtual Uri? Elsewhere(PageRequest request, Uri api) => null;

    /// <summary>The right of a token that this request needs, as the maker calls it.</summary>
    public virtual string Right(PageRequest request) => $"reading {request.Kind.Replace('_', ' ')}";

    /// <summary>The listings that a plan counts for a scope; those that follow from nothing else.</summary>
    public virtual ImmutableArray<PlannedListing> Plan(string scope, PageSpan span) =>
        [
            .. First(scope, span)
                .Select(request =>
                    new PlannedListing(
                        request.Kind.Replace('_', ' '), request with { IsConditional = false }, AtOnce: 100, EachAsks: 0)),
        ];

    /// <summary>How many things a listing holds by the answer to its count; null where it does not say.</summary>
    public virtual long? CountOf(PlannedListing listing, PageAnswer answer) => null;

    /// <summary>A user and a token with a colon between them go as a password; a token alone goes as it is.</summary>
    protected static (string Name, string Value) BasicOrBearer(string token) =>
        ("Authorization", token.Contains(':') ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(token))
            : "Bearer " + token);
}
