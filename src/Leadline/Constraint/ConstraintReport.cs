using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Constraint;

/// <summary>Which stage holds a scope back in a window: of lead time, and of recovery, with what stands beside them.</summary>
/// <param name="Definitions">The hash of those that the numbers follow.</param>
/// <param name="About">Who is asked about, for a sentence.</param>
public sealed record ConstraintReport(
    DateTimeOffset From, DateTimeOffset To, string Timezone, string Definitions, MetricsScope Scope, string About,
    ConstraintAnswer LeadTime, ConstraintAnswer Recovery, ConstraintSignals Signals)
{
    // Six digits of a hash. Of more journeys than are read one by one, the same share of deployments is read everywhere.
    const int Hashes = 1 << 24;

    /// <param name="about">In the words of the asker; null where all services are meant.</param>
    public static Task<ConstraintReport> OfAsync(
        Store store, MetricsReader metrics, Definitions definitions, string? about, MetricsQuery query,
        CancellationToken cancellation) =>
        metrics.OnceAsync(
            $"constraint of {about}", query, token => FindAsync(store, metrics, definitions, about, query, token), cancellation);

    static async Task<ConstraintReport> FindAsync(
        Store store, MetricsReader metrics, Definitions definitions, string? about, MetricsQuery query,
        CancellationToken cancellation)
    {
        var everything = query with { Services = null };
        var signals = ConstraintSignals.ReadAsync(store, definitions.Zone, query, cancellation);
        var open = await metrics.ReadAsync(query, cancellation);
        var (changes, failures) = (await ReadAsync(query, false), await ReadAsync(query, true));
        var (allChanges, allFailures) = query.Services is null ? (changes, failures)
            : (await ReadAsync(everything, false), await ReadAsync(everything, true));
        var name = about ?? "all services together";
        var leadTime = Compare(LeadTimeParts.Names, changes.Rows, allChanges.Rows, query, definitions.Zone) with
        {
            Before = definitions.LeadTime.Start == LeadTimeStart.Merged ? ["coding", "pickup", "review"] : [],
        };
        var recovery = Compare(RecoveryStages.Names, failures.Rows, allFailures.Rows, query, definitions.Zone);
        return new ConstraintReport(
            query.From, query.To, definitions.Timezone, open.Definitions, open.Scope, name,
            ConstraintAnswer.Of(ConstraintSubject.LeadTime, name, leadTime, changes.Sampled, allChanges.Sampled, 0),
            ConstraintAnswer.Of(
                ConstraintSubject.Recovery, name, recovery, failures.Sampled, allFailures.Sampled,
                open.Metrics.RecoveryTime.Open),
            await signals);

        async Task<(ImmutableArray<Journey> Rows, Sampled? Sampled)> ReadAsync(MetricsQuery asked, bool isRecovery)
        {
            var scope = await metrics.ScopeAsync(asked, byMonth: true, cancellation);
            var count =
                (await store.QueryAsync(
                    isRecovery ? "recovery_time_count" : "lead_time_count", row => row.Count(0), scope.Parameters,
                    scope.HasEdges, cancellation))[0];

            // No digit comes after f.
            var isWhole = count <= metrics.MostRows;
            var below = isWhole ? "g" : (Hashes * metrics.MostRows / count).ToString("x6", CultureInfo.InvariantCulture);
            var rows = await store.QueryAsync<Journey>(
                isRecovery ? "constraint_failures" : "constraint_changes", isRecovery ? FailureOf : ChangeOf,
                [.. scope.Parameters, ("below", below)], edges: false, cancellation);
            return (rows, isWhole ? null : new Sampled(rows.Length, count));
        }
    }

    /// <summary>With other services; where no two have enough, the quarters of the window with each other.</summary>
    static ComparedFinding Compare(
        string[] names, ImmutableArray<Journey> scope, ImmutableArray<Journey> all, MetricsQuery query, TimeZoneInfo zone)
    {
        var services = all.GroupBy(row => row.Place, StringComparer.Ordinal)
            .Count(place => place.Select(row => row.Cluster).Distinct().Count() >= ConstraintFinder.LeastClustersOfReference);
        if (services != 1 || scope.Select(row => row.Place).Distinct().Count() != 1)
            return new(ConstraintFinder.Find(names, scope, all), ComparedWith.Services, []);
        var quarters = WindowQuarter.Of(query.From, query.To, zone);
        Journey[] rows =
        [
            .. scope.Select(
                row => row with { Place = quarters.Last(quarter => quarter.From <= row.At || quarter.From == query.From).Name }),
        ];
        return new(ConstraintFinder.Find(names, rows, rows), ComparedWith.Quarters, quarters);
    }

    static Journey ChangeOf(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.InstantOf(2), row.GetDouble(3),
        [row.Number(4), row.Number(5), row.Number(6), row.Number(7), row.Number(8), row.Number(9)]);

    static Journey FailureOf(DbDataReader row) =>
        RecoveryStages.Of(
            row.GetString(0), row.GetString(1), row.InstantOf(2), row.Instant(4), row.Instant(5), row.Instant(6),
            row.InstantOf(3));
}

/// <summary>How many were read, of how many.</summary>
public sealed record Sampled(long Read, long Of);

/// <summary>What a scope was compared with.</summary>
public enum ComparedWith
{
    /// <summary>The services of the organisation.</summary>
    Services,

    /// <summary>Its own quarters of the window, because there is no other service that could be compared.</summary>
    Quarters,
}

/// <summary>A finding, and with what it compares.</summary>
sealed record ComparedFinding(ConstraintFinding Finding, ComparedWith With, ImmutableArray<WindowQuarter> Quarters)
{
    /// <summary>The stages that are over when the time begins, by the definitions.</summary>
    public ImmutableArray<string> Before { get; init; } = [];
}

/// <summary>A fourth of a window.</summary>
/// <param name="Name">Its first and last day.</param>
sealed record WindowQuarter(string Name, DateTimeOffset From, DateTimeOffset To)
{
    public static ImmutableArray<WindowQuarter> Of(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var length = (to - from) / 4;
        return [
            .. Enumerable.Range(0, 4).Select(i => (From: from + (length * i), To: i == 3 ? to : from + (length * (i + 1))))
                .Select(span =>
                    new WindowQuarter($"{Day(span.From)} to {Day(span.To.AddTicks(-1))}", span.From, span.To)),
        ];

        string Day(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
