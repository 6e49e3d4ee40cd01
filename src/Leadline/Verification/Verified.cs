using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leadline.Core;

namespace Leadline.Verification;

/// <summary>What one check found of one deployment: the body of a delivery, and what is shown of it.</summary>
/// <param name="Query">As it was asked.</param>
/// <param name="Because">Why the verdict is what it is, in a sentence part.</param>
/// <param name="After">Null where nothing was measured.</param>
/// <param name="BeganAt">Where it is worse: when the first value beyond the limit was measured.</param>
/// <param name="BackAt">When it was back; null where it is not, or never was worse.</param>
/// <param name="GaveUp">Why it is no longer asked for whether it is back; null where that is not so.</param>
public sealed record Verified(
    string Deployment, string Service, string Environment, string? Version, string Check, MeasureOf Measures, string Source,
    string Query,
    WorseWhen Worse, double Tolerance, double Least, DateTimeOffset AskedAt, ReleaseVerdict Verdict, string Because,
    WindowNumbers? After, ComparedWindow? Before, ComparedWindow? WeekEarlier, DateTimeOffset? BeganAt, DateTimeOffset? BackAt,
    string? GaveUp)
{
    /// <summary>The deliveries that say so; not part of what they say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<long> Deliveries { get; init; }

    /// <summary>Whether it is worse still, as far as is known, and asked for again.</summary>
    [JsonIgnore]
    public bool IsWatched => Verdict == ReleaseVerdict.Worse && BackAt is null && GaveUp is null;

    /// <summary>The incident that a degradation is, in every delivery about it.</summary>
    [JsonIgnore]
    public string IncidentId => $"verification:{Service}:{Deployment}:{Check}";
}
