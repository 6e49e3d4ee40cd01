using System.Collections.Immutable;
using System.Data.Common;
using Leadline.Core;

namespace Leadline.Storage;

/// <param name="Service"><see cref="Rollup.AllServices"/> for the sum of all.</param>
/// <param name="Span"><c>day</c> or <c>month</c>.</param>
/// <param name="Starts">Its first midnight on the reporting zone's own clock.</param>
readonly record struct RollupKey(long Service, string Environment, string Span, DateTime Starts);

/// <summary>What the counted deployments of a day or month come to: counts that add up, and histograms that do too.</summary>
sealed class Rollup
{
    public const long AllServices = 0;

    public const string Columns =
        "service_id, environment, span, starts, deployments, failed, rework, with_changes, baseline, gap, lead_times, failures, "
        + "lead_bins, lead_counts, between_bins, between_counts, recovery_bins, recovery_counts, "
        + "no_sha, short_sha, unknown_sha, configuration, rate_failed, rate_of";

    const int Deployments = 0, Failed = 1, Rework = 2, WithChanges = 3, Baseline = 4, Gap = 5, LeadTimes = 6, Failures = 7,
        Counts = 8;

    /// <summary>Why nothing leads to a commit, in the order of their columns, which stand after the fingerprint.</summary>
    static readonly ImmutableArray<LedgerLink> Unlinked =
    [
        LedgerLink.NoSha, LedgerLink.ShortSha, LedgerLink.UnknownSha, LedgerLink.Configuration,
    ];

    readonly int[] counts = new int[Counts];
    readonly int[] unlinked = new int[Unlinked.Length];

    // What the change failure rate is made of.
    int rateFailed, rateOf;

    readonly LogHistogram lead = new(), between = new(), recovery = new();

    /// <summary>What a service's rows come to, by day and by month.</summary>
    public static Dictionary<RollupKey, Rollup> Of(IEnumerable<JudgedRow> rows)
    {
        var all = new Dictionary<RollupKey, Rollup>();
        foreach (var row in rows.Where(row => row.Row.Counted))
        {
            foreach (var rollup in At(row.Key, row.Row.DeployedDay)) rollup.AddDeployment(row);
            if (row.Row is not { Failed: true, FailedDay: { } day }) continue;
            foreach (var rollup in At(row.Key, day)) rollup.AddFailure(row.Row);
        }

        return all;

        IEnumerable<Rollup> At(LedgerKey key, DateTime day)
        {
            yield return Find(all, new RollupKey(key.Service, key.Environment, "day", day));
            yield return Find(all, new RollupKey(key.Service, key.Environment, "month", new DateTime(day.Year, day.Month, 1)));
        }
    }

    /// <summary>The one of this key; an empty one where there is none yet.</summary>
    public static Rollup Find(Dictionary<RollupKey, Rollup> all, RollupKey key) =>
        all.TryGetValue(key, out var known) ? known : all[key] = new Rollup();

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static (RollupKey Key, Rollup Rollup) Read(DbDataReader row)
    {
        var rollup = new Rollup();
        for (var i = 0; i < Counts; i++) rollup.counts[i] = row.GetInt32(4 + i);
        var column = 4 + Counts;
        foreach (var histogram in rollup.Histograms)
        {
            if (row.Ints(column) is { } bins && row.Ints(column + 1) is { } of)
                for (var i = 0; i < bins.Length; i++) histogram.Add(bins[i], of[i]);
            column += 2;
        }

        for (var i = 0; i < Unlinked.Length; i++) rollup.unlinked[i] = (int)row.Count(column + i);
        (rollup.rateFailed, rollup.rateOf) =
            ((int)row.Count(column + Unlinked.Length), (int)row.Count(column + Unlinked.Length + 1));

        return (new RollupKey(
            row.GetInt64(0), row.GetString(1), row.GetString(2),
            DateTime.SpecifyKind(row.GetDateTime(3), DateTimeKind.Unspecified)), rollup);
    }

    public bool IsEmpty =>
        counts.Concat(unlinked).Append(rateFailed).Append(rateOf).All(count => count == 0)
            && Histograms.All(histogram => histogram.IsEmpty);

    /// <param name="other">What is added.</param>
    /// <param name="times">−1 to take it away.</param>
    public void Add(Rollup other, int times)
    {
        for (var i = 0; i < Counts; i++) counts[i] += other.counts[i] * times;
        for (var i = 0; i < Unlinked.Length; i++) unlinked[i] += other.unlinked[i] * times;
        (rateFailed, rateOf) = (rateFailed + (other.rateFailed * times), rateOf + (other.rateOf * times));
        foreach (var (mine, its) in Histograms.Zip(other.Histograms)) mine.Add(its, times);
    }

    /// <summary>The columns between the key and the fingerprint.</summary>
    public RowWriter Write(RowWriter rows)
    {
        foreach (var count in counts) rows.Add(count);
        foreach (var histogram in Histograms)
        {
            rows.Add(histogram.IsEmpty ? null : histogram.Bins.Select(bin => bin.Key).ToArray());
            rows.Add(histogram.IsEmpty ? null : histogram.Bins.Select(bin => bin.Value).ToArray());
        }

        return rows;
    }

    /// <summary>The columns after the fingerprint.</summary>
    public RowWriter WriteUnlinked(RowWriter rows)
    {
        foreach (var count in unlinked) rows.Add(count);
        return rows.Add(rateFailed).Add(rateOf);
    }

    public long Print(Fingerprint fingerprint)
    {
        WriteUnlinked(Write(fingerprint)).EndRow();
        return fingerprint.Take();
    }

    IEnumerable<LogHistogram> Histograms => [lead, between, recovery];

    void AddDeployment(JudgedRow row)
    {
        counts[Deployments]++;
        if (row.Row.Failed) counts[Failed]++;
        rateFailed += row.Row.RateFailed ?? (row.Row.Failed ? 1 : 0);
        rateOf += row.Row.RateOf ?? 1;
        if (row.Row.Rework) counts[Rework]++;
        if (row.Row.Commits > 0) counts[WithChanges]++;
        if (row.Row.Link == LedgerLink.Baseline) counts[Baseline]++;
        if (row.Row.Link == LedgerLink.Gap) counts[Gap]++;
        if (Unlinked.IndexOf(row.Row.Link) is >= 0 and var why) unlinked[why]++;
        counts[LeadTimes] += row.Row.LeadTimes;
        if (row.Row.SecondsSincePrevious is { } since) between.Add(since);
        foreach (var shipped in row.Shipped)
            if (shipped.LeadSeconds is { } seconds) lead.Add(seconds);
    }

    void AddFailure(LedgerRow row)
    {
        counts[Failures]++;
        if (row.RestoredAt - row.FailedAt is { } recovered) recovery.Add(recovered.TotalSeconds);
    }
}
