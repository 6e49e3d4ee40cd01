namespace Leadline.Sources.Paging;

/// <summary>One request to a source's API, described and not yet made. It is kept in the cursor until its answer is.</summary>
public sealed record PageRequest
{
    /// <summary>What its answer holds, in the pager's own word: <c>pulls</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Below the API's address, without a slash before it, and with its query; or the whole address of a next page as the API
    /// gave it, which is asked only where it lies on the API's own host.
    /// </summary>
    public required string Address { get; init; }

    /// <summary>What is posted; null for a question that has all in its address.</summary>
    public string? Body { get; init; }

    /// <summary>What of an earlier answer the reading of this one needs, as JSON; nobody's name is in it.</summary>
    public string? About { get; init; }

    /// <summary>
    /// Whether the same address is asked in each pass, so that an answer which did not change ends its listing: nothing before
    /// it did either.
    /// </summary>
    public bool IsConditional { get; init; }
}
