using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Paging;

/// <summary>What became of asking a host to compare two commits.</summary>
/// <param name="Because">Why it did not, in a sentence; null where it did.</param>
public sealed record ComparingAnswer(DateTimeOffset At, string? Because = null);

/// <summary>
/// How far a host was asked to compare commits of a repository: what is under way, and what became of the rest. Kept with what
/// the answers held.
/// </summary>
public sealed record ComparingCursor
{
    /// <summary>It stands between source and repository in the name under which the store keeps it.</summary>
    public const string Word = "compare";

    /// <summary>What was refused is asked for again after this: a right may be given, and a commit pushed again.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>That of the pager which made the requests.</summary>
    public required int Version { get; init; }

    /// <summary>The pair that is asked for just now; null where none is.</summary>
    public string? Pair { get; init; }

    /// <summary>What of that pair is still to be asked.</summary>
    public ImmutableArray<PageRequest> Requests { get; init; } = [];

    /// <summary>By their pairs.</summary>
    public ImmutableDictionary<string, ComparingAnswer> Answered { get; init; } =
        ImmutableDictionary<string, ComparingAnswer>.Empty;

    public static string PairOf(string from, string to) => $"{from}...{to}";

    public static string PairOf(Sha from, Sha to) => PairOf(from.ToString(), to.ToString());

    /// <summary>Where to go on. What is wanted no longer is forgotten, and so is what was refused long ago.</summary>
    public static ComparingCursor Begin(Pager pager, ComparingCursor? last, IReadOnlySet<string> wanted, DateTimeOffset now) =>
        last is null || last.Version != pager.Version ? new ComparingCursor { Version = pager.Version } : last with
        {
            Answered = last.Answered.RemoveRange(
                last.Answered.Where(one =>
                    !wanted.Contains(one.Key)
                        || (one.Value.Because is not null && now - one.Value.At >= Patience)).Select(one => one.Key)),
        };

    /// <summary>Once the first request is answered.</summary>
    /// <param name="next">What follows from it; the pair is compared where nothing does.</param>
    public ComparingCursor After(ImmutableArray<PageRequest> next, DateTimeOffset now)
    {
        ImmutableArray<PageRequest> left = [.. next, .. Requests.Skip(1)];
        return left.IsEmpty ? Done(now, null) : this with { Requests = left };
    }

    /// <summary>Once the pair is refused.</summary>
    public ComparingCursor Without(DateTimeOffset now, string because) => Done(now, because);

    ComparingCursor Done(DateTimeOffset now, string? because) =>
        this with { Pair = null, Requests = [], Answered = Answered.SetItem(Pair!, new ComparingAnswer(now, because)) };

    public string Write() => JsonSerializer.Serialize(this, PagingJson.Default.ComparingCursor);

    /// <summary>Null where it is not one of ours any more.</summary>
    public static ComparingCursor? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, PagingJson.Default.ComparingCursor);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
