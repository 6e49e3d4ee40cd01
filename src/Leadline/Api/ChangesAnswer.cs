using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Web;

namespace Leadline.Api;

/// <summary>How the five metrics of a window stand to those of the span of the same length before it.</summary>
/// <param name="Changes">By metric.</param>
public sealed record ChangesAnswer(
    MetricsReport Report, MetricsReport Before, ImmutableSortedDictionary<string, ChangeAnswer> Changes)
{
    public static async Task<ChangesAnswer> OfAsync(MetricsReader metrics, MetricsQuery query, CancellationToken cancellation)
    {
        var earlier = query with { From = query.From - (query.To - query.From), To = query.From };
        var report = await metrics.ReadAsync(query, cancellation);
        var before = await metrics.ReadAsync(earlier, cancellation);
        var changes = Change.Between(
            report.Metrics, before.Metrics, before.Coverage.Baseline > 0,
            await metrics.ShiftsAsync(query, earlier, cancellation));
        return new ChangesAnswer(
            report, before,
            changes.ToImmutableSortedDictionary(
                change => change.Key, change => ChangeAnswer.Of(change.Key, change.Value), StringComparer.Ordinal));
    }
}

/// <param name="Kind"><c>ratio</c> of two rates, <c>difference</c> of two shares, or <c>shift</c> of times in seconds.</param>
/// <param name="Value">Null where the samples cannot support one, and what follows of it.</param>
/// <param name="IsClear">Whether the 95 % interval leaves out that nothing changed.</param>
/// <param name="Goes"><c>up</c> or <c>down</c> where it is clear.</param>
/// <param name="Says">In words.</param>
public sealed record ChangeAnswer(
    string Kind, double? Value, ImmutableArray<double>? Interval, bool? IsClear, string? Goes, bool? IsBetter, string Says)
{
    internal static ChangeAnswer Of(string metric, Change change) => new(
        metric switch { "deployment_frequency" => "ratio", "lead_time" or "recovery_time" => "shift", _ => "difference" },
        change.Estimate?.Value, change.Estimate is { } found ? [found.Lower, found.Upper] : null, change.Estimate?.IsClear,
        change.Goes, change.IsBetter, change.Says);
}
