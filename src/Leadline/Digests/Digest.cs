using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Digests;

/// <summary>
/// What a window was like, for people who were not there: its numbers beside those of the span before, what failed, and what is
/// open.
/// </summary>
/// <param name="About">Who it is about, as the asker named it; null where it is about all services.</param>
/// <param name="Report">Of the window.</param>
/// <param name="Before">Of the span of the same length before it.</param>
/// <param name="Failed">Of the deployments that failed the newest.</param>
/// <param name="Open">Of the incidents that are open now, whenever they began, the oldest.</param>
public sealed record Digest(
    string? About, MetricsReport Report, MetricsReport Before, ImmutableArray<LedgerEntry> Failed,
    ImmutableArray<BlameEntry> Open)
{
    /// <summary>How long its window is where nothing else is asked for.</summary>
    public const int DefaultDays = 7;

    /// <summary>A longer list is nobody's summary; one more says that there are more.</summary>
    public const int MostRows = 10;

    const int LongestWindow = 366;

    public static async Task<Digest> OfAsync(
        Store store, MetricsReader metrics, string? about, MetricsQuery query, CancellationToken cancellation)
    {
        var before = query with { From = query.From - (query.To - query.From), To = query.From };
        var failed = await store.LedgerLinesAsync(new LedgerQuery(query, Kind: "failed"), null, MostRows + 1, cancellation);
        var open = await store.OpenIncidentsAsync(query, "all", MostRows + 1, cancellation);
        return new Digest(
            about, await metrics.ReadAsync(query, cancellation), await metrics.ReadAsync(before, cancellation),
            [.. failed.Items.Select(line => line.Entry)], [.. open.Select(one => one.Entry)]);
    }

    /// <summary>Who it is about, for a heading; null where nobody is named, and so all are meant.</summary>
    public static string? NameOf(
        IReadOnlyCollection<string>? services, IReadOnlyCollection<string>? teams, IReadOnlyCollection<string>? areas)
    {
        string?[] parts =
        [
            services is { Count: > 0 } ? string.Join(", ", services) : null,
            teams is { Count: > 0 } ? (teams.Count == 1 ? "team " : "teams ") + string.Join(", ", teams) : null,
            areas is { Count: > 0 } ? (areas.Count == 1 ? "area " : "areas ") + string.Join(", ", areas) : null,
        ];
        var about = string.Join(" of ", parts.OfType<string>());
        return about.Length == 0 ? null : about;
    }

    /// <summary>The window that ends then and is so many days long.</summary>
    /// <exception cref="FormatException">No window is as long.</exception>
    public static DateTimeOffset Begin(DateTimeOffset to, int? days) => days is < 1 or > LongestWindow
        ? throw new FormatException($"the window must be 1 to {LongestWindow} days long") : to.AddDays(-(days ?? DefaultDays));
}
