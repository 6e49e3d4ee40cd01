using System.Collections.Immutable;

namespace Leadline.Sources.Paging;

/// <summary>What a pager makes of an answer.</summary>
public sealed record Page
{
    /// <summary>Each is a delivery of its own.</summary>
    public ImmutableArray<PageItem> Items { get; init; } = [];

    /// <summary>What is to be asked next, in this order and before everything else that waits.</summary>
    public ImmutableArray<PageRequest> Next { get; init; } = [];

    /// <summary>What of it was refused, to be asked again by the next pass.</summary>
    public ImmutableArray<RefusedRequest> Refused { get; init; } = [];

    /// <summary>The scopes that the answer lists, where it was asked for them.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];
}

/// <param name="Sentence">Why, and what to do.</param>
public sealed record RefusedRequest(PageRequest Request, string Sentence);

/// <summary>What an API counts for a request.</summary>
/// <param name="Budget">Of which allowance, where it has several, as its answers name them.</param>
/// <param name="Points">How much of it.</param>
public sealed record RequestCost(string Budget, int Points)
{
    /// <summary>The allowance that every API has.</summary>
    public const string Core = "core";

    public static readonly RequestCost One = new(Core, 1);
}

/// <summary>One thing of an answer, as the source's reader takes it.</summary>
/// <param name="Key">The same for the same state of the same thing, so that it is stored once; unique within its source.</param>
/// <param name="Headers">Those that tell the reader what it is.</param>
/// <param name="Body">As a webhook would wrap it.</param>
public sealed record PageItem(string Key, ImmutableDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>From when on a pass asks.</summary>
/// <param name="From">What changed since then is asked for.</param>
/// <param name="AsOf">When the pass began, by the clock of whoever is behind; what changes later belongs to the next
/// pass.</param>
/// <param name="IsAgain">Whether an earlier pass asked for all that is older.</param>
public sealed record PageSpan(DateTimeOffset From, DateTimeOffset AsOf, bool IsAgain);

/// <summary>A listing as a plan counts it.</summary>
/// <param name="What">What it lists, in words.</param>
/// <param name="Count">The request whose answer tells how many there are.</param>
/// <param name="AtOnce">How many a page holds.</param>
/// <param name="EachAsks">The most requests that one of them makes necessary; a part of one where several are asked for
/// together.</param>
/// <param name="Otherwise">Asked for the count where the first says that there is nothing of the kind.</param>
public sealed record PlannedListing(string What, PageRequest Count, int AtOnce, double EachAsks, PageRequest? Otherwise = null)
{
    /// <summary>What the API counts for each of those requests.</summary>
    public RequestCost EachCosts { get; init; } = RequestCost.One;
}
