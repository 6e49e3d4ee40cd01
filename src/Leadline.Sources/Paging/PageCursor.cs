using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leadline.Sources.Paging;

/// <summary>
/// How far the history of a scope was asked for: all that is still to be asked. Kept with what the answers held, in one
/// transaction.
/// </summary>
public sealed record PageCursor
{
    /// <summary>
    /// So much before the end of the last pass the next one begins: an API may show what happened a while later.
    /// </summary>
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    /// <summary>That of the pager which made the requests.</summary>
    public required int Version { get; init; }

    /// <summary>Since when the history was asked for, over all passes.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>From when on this pass asks.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When this pass began.</summary>
    public required DateTimeOffset AsOf { get; init; }

    public required bool IsAgain { get; init; }

    /// <summary>What this pass has still to ask, in order; none when it is done.</summary>
    public required ImmutableArray<PageRequest> Requests { get; init; }

    /// <summary>What was refused; the next pass asks it again.</summary>
    public ImmutableArray<PageRequest> Refused { get; init; } = [];

    /// <summary>Of conditional requests the tag of their last answer, by their address.</summary>
    public ImmutableDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The answers of this pass so far.</summary>
    public long Answers { get; init; }

    /// <summary>What they held.</summary>
    public long Items { get; init; }

    [JsonIgnore]
    public bool IsDone => Requests.IsEmpty;

    [JsonIgnore]
    public PageSpan Span => new(From, AsOf, IsAgain);

    /// <summary>
    /// Where to go on: in the midst of a pass that was stopped; after one that is done, with what is newer; or from the
    /// beginning where nothing was asked yet, or nothing so old.
    /// </summary>
    public static PageCursor Begin(Pager pager, string scope, PageCursor? last, DateTimeOffset since, DateTimeOffset now)
    {
        if (last is null || last.Version != pager.Version || since < last.Since) return Of(null, since, since, isAgain: false);
        last = last with { Requests = Asked(last.Requests), Refused = Asked(last.Refused) };
        return last.IsDone ? Of(last, last.Since, last.AsOf - Overlap, isAgain: true) : last;

        // The token may have gone since then, or come.
        ImmutableArray<PageRequest> Asked(ImmutableArray<PageRequest> requests) =>
            [.. requests.SelectMany(request => pager.CanAsk(request) ? [request] : pager.InPlaceOf(request, scope, 401))];

        PageCursor Of(PageCursor? before, DateTimeOffset all, DateTimeOffset from, bool isAgain) => new()
        {
            Version = pager.Version,
            Since = all,
            From = from,
            AsOf = now,
            IsAgain = isAgain,
            Requests = [.. before?.Refused ?? [], .. pager.First(scope, new PageSpan(from, now, isAgain))],
            Tags = before?.Tags ?? ImmutableDictionary<string, string>.Empty,
        };
    }

    /// <summary>Once the first request is answered.</summary>
    /// <param name="answer">Its tag is remembered.</param>
    /// <param name="next">What follows from it.</param>
    /// <param name="items">How many it held.</param>
    /// <param name="refused">What of it was refused.</param>
    public PageCursor After(
        PageAnswer answer, ImmutableArray<PageRequest> next, int items, params ImmutableArray<PageRequest> refused)
    {
        var asked = Requests[0];
        return this with
        {
            Requests = [.. next, .. Requests.Skip(1)],
            Refused = [.. Refused, .. refused],
            Tags = asked.IsConditional && answer.Header("ETag") is { } tag ? Tags.SetItem(asked.Address, tag) : Tags,
            Answers = Answers + 1,
            Items = Items + items,

            // What happens while we ask, by their clock, is the next pass's; ours may be ahead of it.
            AsOf = Answers == 0 && DateTimeOffset.TryParse(answer.Header("Date"), out var theirs) && theirs < AsOf
                ? theirs.ToUniversalTime() : AsOf,
        };
    }

    /// <summary>Once the first request is refused.</summary>
    public PageCursor Without() =>
        this with { Requests = Requests[1..], Refused = Refused.Add(Requests[0]), Answers = Answers + 1 };

    /// <summary>Once the first request turned out to be one that is better asked in another way.</summary>
    public PageCursor Instead(ImmutableArray<PageRequest> others) =>
        this with { Requests = [.. others, .. Requests.Skip(1)], Answers = Answers + 1 };

    public string Write() => JsonSerializer.Serialize(this, PagingJson.Default.PageCursor);

    /// <summary>Null where it is not one of ours any more.</summary>
    public static PageCursor? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, PagingJson.Default.PageCursor);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PageCursor))]
[JsonSerializable(typeof(ComparingCursor))]
[JsonSerializable(typeof(ComparedCommits))]
[JsonSerializable(typeof(string))]
sealed partial class PagingJson : JsonSerializerContext;
