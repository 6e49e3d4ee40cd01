using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>One stage of lead time over the changes of which it is known.</summary>
/// <param name="Bins">Of <see cref="LogHistogram"/>, in order, with their counts.</param>
public sealed record LeadTimeStage(
    string Name, long Count, double? MedianSeconds, double? P75Seconds, double? P90Seconds,
    ImmutableArray<(int Bin, long Count)> Bins);

/// <summary>Changes of about so many commits or lines.</summary>
/// <param name="MedianPickupSeconds">Until somebody else first reviewed them; null where no review of any is known.</param>
public sealed record SizedChanges(
    string Size, long Changes, double? MedianSeconds, double? P90Seconds, double? MedianPickupSeconds);

/// <summary>How long deployments waited for somebody's approval.</summary>
public sealed record ApprovalWaits(long Count, double? MedianSeconds, double? P90Seconds, double? LongestSeconds);

/// <summary>The runs of a pipeline on the commits of a window.</summary>
/// <param name="Repeated">Commits on which it ran more than once.</param>
/// <param name="Flaky">Commits on which it failed, and later succeeded.</param>
public sealed record BuildAttempts(string Repository, string Pipeline, long Commits, long Attempts, long Repeated, long Flaky);

/// <summary>What may say why lead time goes where it does.</summary>
/// <param name="Sizes">By commits.</param>
/// <param name="Lines">By lines added and removed, of those changes of which a source says them.</param>
public sealed record LeadTimeSigns(
    ImmutableArray<SizedChanges> Sizes, ImmutableArray<SizedChanges> Lines, ApprovalWaits Approvals,
    ImmutableArray<BuildAttempts> Builds)
{
    static readonly string[] ByCommits = ["1 commit", "2 or 3", "4 to 10", "more than 10"];
    static readonly string[] ByLines = ["up to 10 lines", "11 to 50", "51 to 200", "201 to 1,000", "more than 1,000"];

    public static async Task<LeadTimeSigns> ReadAsync(Store store, MetricsQuery query, CancellationToken cancellation)
    {
        var scope = await LeadTimeParts.ScopeAsync(store, query, cancellation);
        var (sizes, lines) = (SizedAsync("lead_time_by_size", ByCommits), SizedAsync("lead_time_by_lines", ByLines));
        var approvals = store.QueryAsync(
            "approval_waits", row => new ApprovalWaits(row.Count(0), row.Seconds(1), row.Seconds(2), row.Seconds(3)), scope,
            edges: false, cancellation);
        var builds = store.QueryAsync(
            "build_attempts",
            row => new BuildAttempts(row.GetString(0), row.GetString(1), row.Count(2), row.Count(3), row.Count(4), row.Count(5)),
            scope, edges: false, cancellation);
        return new LeadTimeSigns(await sizes, await lines, (await approvals)[0], await builds);

        Task<ImmutableArray<SizedChanges>> SizedAsync(string text, string[] names) =>
            store.QueryAsync(
                text,
                row => new SizedChanges(names[row.GetInt32(0)], row.Count(1), row.Seconds(2), row.Seconds(3), row.Seconds(4)),
                scope, edges: false, cancellation);
    }
}

/// <summary>Where lead time goes.</summary>
/// <param name="Percentiles">How those of the stages were found.</param>
public sealed record LeadTimeParts(ImmutableArray<LeadTimeStage> Stages, Percentiles Percentiles, LeadTimeSigns Signs)
{
    /// <summary>The stages, in order.</summary>
    public static readonly string[] Names = ["coding", "pickup", "review", "build", "wait", "deploy"];

    public static async Task<LeadTimeParts> ReadAsync(Store store, MetricsQuery query, CancellationToken cancellation)
    {
        var scope = await ScopeAsync(store, query, cancellation);
        var signs = LeadTimeSigns.ReadAsync(store, query, cancellation);
        var bins =
            (await store.QueryAsync(
                "stages_bins", row => (Stage: row.GetInt32(0), Bin: row.GetInt32(1), Count: row.Count(2)), scope, edges: false,
                cancellation))
                .ToLookup(row => row.Stage, row => (row.Bin, row.Count));
        var most = Enumerable.Range(0, Names.Length).Max(stage => bins[stage].Sum(bin => bin.Count));
        var percentiles = most > MetricsReader.MostExact ? Percentiles.Estimated : Percentiles.Exact;
        var exact = percentiles == Percentiles.Estimated ? null : (await store.QueryAsync(
            "stages_exact", row => Enumerable.Range(0, Names.Length * 3).Select(column => row.Seconds(column)).ToArray(), scope,
            edges: false, cancellation))[0];
        return new LeadTimeParts(
            [
                .. Names.Select((name, stage) =>
                    Stage(name, [.. bins[stage].OrderBy(bin => bin.Bin)], exact?.AsSpan(stage * 3, 3).ToArray())),
            ], percentiles, await signs);
    }

    internal static async Task<(string, object?)[]> ScopeAsync(
        Store store, MetricsQuery query, CancellationToken cancellation) =>
    [
        ("services", await store.IdsAsync(query.Services, cancellation)), ("environment", query.Environment),
        ("from", query.From), ("to", query.To),
    ];

    static LeadTimeStage Stage(string name, ImmutableArray<(int Bin, long Count)> bins, double?[]? exact)
    {
        var count = bins.Sum(bin => bin.Count);
        exact ??= [At(0.5), At(0.75), At(0.9)];
        return new LeadTimeStage(name, count, exact[0], exact[1], exact[2], bins);

        double? At(double fraction)
        {
            var upto = 0L;
            foreach (var (bin, n) in bins)
                if ((upto += n) > Math.Floor(fraction * (count - 1))) return LogHistogram.SecondsOf(bin);
            return null;
        }
    }
}
