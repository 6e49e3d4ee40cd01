using Leadline.Core;

namespace Leadline.Storage;

/// <summary>The key of a ledger row in the store.</summary>
readonly record struct LedgerKey(long Service, string Environment, string Deployment);

/// <summary>A ledger row with what it ships, and the fingerprint of both.</summary>
sealed class JudgedRow(LedgerKey key, LedgerRow row, ReadOnlyMemory<ShippedChange> shipped, string? because)
{
    public LedgerKey Key => key;

    public LedgerRow Row => row;

    public ReadOnlySpan<ShippedChange> Shipped => shipped.Span;

    public long Print { get; private set; }

    /// <summary>The kinds of override that act on it; null where none does.</summary>
    public string? Overridden => row.Overridden.IsEmpty ? null : string.Join(',', row.Overridden.Select(Storage.Rows.Word));

    public string? LiveBefore => row.LiveBefore?.ToString();

    public JudgedRow Printed(Fingerprint fingerprint)
    {
        WriteLedger(fingerprint).EndRow();
        if (Overridden is { } overridden) fingerprint.Add(overridden);
        if (row.RateOf is not null) fingerprint.Add(row.RateFailed).Add(row.RateOf);
        if (LiveBefore is { } live) fingerprint.Add(live);
        WriteShipped(fingerprint);
        Print = fingerprint.Take();
        return this;
    }

    /// <summary>
    /// All columns but the last five: the fingerprint, what is overridden, what is added to the change failure rate, and what
    /// was live before.
    /// </summary>
    public RowWriter WriteLedger(RowWriter rows) =>
        rows.Add(key.Service).Add(key.Environment).Add(key.Deployment)
            .Add(row.Repository is { } repository ? Storage.Key.Of(repository) : (long?)null).Add(row.Sha?.ToString())
            .Add(row.Version)
            .Add(Rows.Word(row.Kind)).Add(row.Counted).Add(row.DeployedAt).Add(row.DeployedDay).Add(row.SecondsSincePrevious)
            .Add(row.StartedAt).Add(row.WaitedFrom).Add(Rows.Word(row.Link)).Add(row.Commits).Add(row.Changes).Add(row.LeadTimes)
            .Add(row.MedianLeadSeconds)
            .Add(row.Failed).Add(because).Add(row.FailedAt).Add(row.FailedDay).Add(row.RestoredAt).Add(row.RestoredBy)
            .Add((row.RestoredAt - row.FailedAt)?.TotalSeconds).Add(row.Rework).Add(row.ReworkBecause).Add(row.Url);

    public void AddRepositories(HashSet<RepositoryName> repositories)
    {
        if (row.Repository is { } own) repositories.Add(own);
        foreach (var one in Shipped) repositories.Add(one.Repository);
    }

    public void WriteShipped(RowWriter rows)
    {
        foreach (var one in Shipped)
        {
            rows.Add(key.Service).Add(key.Environment).Add(one.DeployedAt).Add(one.DeployedDay).Add(one.LeadSeconds)
                .Add(key.Deployment)
                .Add(Storage.Key.Of(one.Repository)).Add(one.Sha.ToString()).Add(one.Change).Add(Rows.Word(one.Method))
                .Add(one.NotCountedBecause)
                .Add(one.StartedAt).Add(one.Stages.Coding).Add(one.Stages.Pickup).Add(one.Stages.Review).Add(one.Stages.Build)
                .Add(one.Stages.Wait).Add(one.Stages.Deploy).EndRow();
        }
    }
}

/// <summary>A judgement as the store compares it with what it holds: the same rows have the same fingerprints.</summary>
/// <param name="Id">The service's.</param>
/// <param name="Service">The fingerprint of the service, its rows and its blames together.</param>
sealed record JudgedPrints(long Id, JudgedService Judged, IReadOnlyList<JudgedRow> Rows, long Service)
{
    public static JudgedPrints Of(JudgedService judged)
    {
        var id = Key.Of(judged.Service.Name.Value);
        var because = judged.Judgement.Blames.Where(blame => blame.DeploymentId is not null)
            .GroupBy(blame => (blame.Environment.Value, blame.DeploymentId!))
            .ToDictionary(
                group => group.Key,
                group => string.Join(',', group.Select(blame => blame.Signal).Distinct().Order().Select(Storage.Rows.Word)));
        var shipped = judged.Judgement.Shipped.AsMemory();
        var rows = new List<JudgedRow>(judged.Judgement.Ledger.Length);
        var fingerprint = new Fingerprint();
        foreach (var row in judged.Judgement.Ledger)
        {
            var count = 0;
            while (count < shipped.Length && shipped.Span[count] is var one && one.DeploymentId == row.DeploymentId
                && one.Environment == row.Environment) count++;
            var key = new LedgerKey(id, row.Environment.Value, row.DeploymentId);
            rows.Add(new JudgedRow(
                key, row, shipped[..count],
                row.Failed ? because.GetValueOrDefault((key.Environment, key.Deployment)) : null).Printed(fingerprint));
            shipped = shipped[count..];
        }

        if (!shipped.IsEmpty) throw new ArgumentException($"what {judged.Service.Name} ships is not in the order of its ledger");
        Write(fingerprint, judged.Service, id);
        foreach (var row in rows) fingerprint.Add(row.Print);
        foreach (var blame in judged.Judgement.Blames) Write(fingerprint, blame, id);
        return new JudgedPrints(id, judged, rows, fingerprint.Take());
    }

    public static RowWriter Write(RowWriter rows, ServiceDefinition service, long id) =>
        rows.Add(id).Add(service.Name.Value).Add(service.Team).Add(service.Area);

    public static RowWriter Write(RowWriter rows, Blame blame, long id) =>
        rows.Add(id).Add(blame.Environment.Value).Add(blame.DeploymentId).Add(Storage.Rows.Word(blame.Signal))
            .Add(blame.Evidence).Add(blame.Method)
            .Add(blame.StartedAt).Add(blame.AcknowledgedAt).Add(blame.ResolvedAt).Add(blame.Title).Add(blame.Url);
}
