using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Storage;

/// <summary>Two commits that their host could compare.</summary>
/// <param name="Base">What was live before.</param>
/// <param name="Head">What was deployed.</param>
public sealed record WantedComparison(RepositoryName Repository, Sha Base, Sha Head);

public sealed partial class Store
{
    /// <summary>
    /// The comparisons that would tell what deployments ship, and that nobody made yet; the newest deployment's first. None of a
    /// repository that is mirrored: its history is known.
    /// </summary>
    public async Task<ImmutableArray<WantedComparison>> WantedComparisonsAsync(
        Definitions definitions, CancellationToken cancellation)
    {
        var rows = await AskAsync(
            "wanted_comparisons",
            row => (Service: row.GetString(0), Repository: row.Text(1), Base: row.GetString(2), Head: row.GetString(3)),
            cancellation);
        if (rows.IsEmpty) return [];
        var map = await ServiceMapAsync(definitions, cancellation);
        var wanted = rows.Select(row => (Repository: row.Repository ?? OnlyRepository(row.Service), row.Base, row.Head))
            .Where(row => row.Repository is not null)
            .Select(row => new WantedComparison(new RepositoryName(row.Repository!), Sha.Parse(row.Base), Sha.Parse(row.Head)))
            .Distinct().ToList();
        var mirrored = (await AskAsync(
            "mirrored_repositories", row => row.GetString(0), cancellation,
            ("repositories", wanted.Select(one => Key.Of(one.Repository)).Distinct().ToList())))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. wanted.Where(one => !mirrored.Contains(one.Repository.Value))];

        // A deployment that names no repository is of the only one that its service has.
        string? OnlyRepository(string service) => map.Find(service)?.Repositories is [var only] ? only.Value : null;
    }

    /// <summary>Why the two are not compared, by whom and when; null where nobody refused.</summary>
    public async Task<(string Source, ComparingAnswer Answer)?> WhyNotComparedAsync(
        LedgerEntry row, CancellationToken cancellation)
    {
        if (row is not { LiveBefore: { } live, Sha: { } sha, Repository: { } repository }) return null;
        var suffix = $" {ComparingCursor.Word} {repository}".ToLowerInvariant();
        foreach (var (name, content) in await AskAsync(
            "comparing_cursors", read => (read.GetString(0), read.Text(1)), cancellation, ("like", $"poll %{suffix}")))
        {
            if (!name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            if (ComparingCursor.Parse(content)?.Answered.GetValueOrDefault(
                ComparingCursor.PairOf(live, sha)) is { Because: not null } answer)
                return (name["poll ".Length..^suffix.Length], answer);
        }

        return null;
    }
}
