using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.WhatIf;

/// <summary>Holds two judgements of the same facts against each other, row by row.</summary>
static class Moves
{
    /// <summary>Every row of the window that is judged otherwise: by what became of it, the newest deployment first.</summary>
    public static List<MovedRow> Between(IEnumerable<JudgedService> before, IEnumerable<JudgedService> after, MetricsQuery query)
    {
        var (old, now) = (Rows(before), Rows(after));
        var moved = new List<MovedRow>();
        foreach (var key in old.Keys.Union(now.Keys))
        {
            var (was, has) = (old.GetValueOrDefault(key), now.GetValueOrDefault(key));
            moved.AddRange(Of(was, has, query));
        }

        moved.Sort(static (left, right) =>
            left.Move.CompareTo(right.Move) is not 0 and var kind ? kind
            : right.DeployedAt.CompareTo(left.DeployedAt) is not 0 and var time ? time
            : string.CompareOrdinal(
                $"{left.Service}\n{left.DeploymentId}\n{left.Sha}\n{left.Change}",
                $"{right.Service}\n{right.DeploymentId}\n{right.Sha}\n{right.Change}"));
        return moved;
    }

    /// <summary>A row with what hangs on it.</summary>
    /// <param name="Linked">Where the service's incidents are linked, by incident.</param>
    sealed record Whole(LedgerRow Row, List<ShippedChange> Shipped, List<Blame> Blames, ILookup<string, Blame> Linked);

    static Dictionary<(string Service, string Id), Whole> Rows(IEnumerable<JudgedService> services)
    {
        var rows = new Dictionary<(string, string), Whole>();
        foreach (var (service, judgement, _, _) in services)
        {
            var shipped = judgement.Shipped.ToLookup(one => one.DeploymentId);
            var blames = judgement.Blames.ToLookup(blame => blame.DeploymentId);
            var linked = judgement.Blames.Where(blame => blame.Signal.IsIncident()).ToLookup(blame => blame.Evidence);
            foreach (var row in judgement.Ledger)
                rows[(service.Name.Value, row.DeploymentId)] = new Whole(
                    row, [.. shipped[row.DeploymentId]], [.. blames[row.DeploymentId]], linked);
        }

        return rows;
    }

    static IEnumerable<MovedRow> Of(Whole? before, Whole? after, MetricsQuery query)
    {
        var (was, has) = (before?.Row, after?.Row);
        var shown = (has ?? was)!;
        var (wasCounted, isCounted) = (was is { Counted: true }, has is { Counted: true });
        var isDeployedHere = shown.DeployedAt >= query.From && shown.DeployedAt < query.To;
        if (wasCounted != isCounted && isDeployedHere)
            yield return Row(isCounted ? Move.Counted : Move.NotCounted, Counting(was, has));

        var (wasFailed, isFailed) = (wasCounted && was!.Failed, isCounted && has!.Failed);
        if (wasFailed != isFailed)
            yield return Row(
                isFailed ? Move.Failed : Move.NotFailed, isFailed ? Appearing(before, after!) : Disappearing(before!, after));
        if (wasFailed && isFailed)
        {
            if (!Signs(before!).SetEquals(Signs(after!)))
                yield return Row(
                    Move.BlamedOtherwise,
                    string.Join(
                        "; ", new[] { Disappearing(before!, after), Appearing(before, after!) }.Where(text => text.Length > 0)));
            var (took, takes) = (Recovery(was!), Recovery(has!));
            if (took != takes || was!.FailedAt != has!.FailedAt)
                yield return Row(Move.Recovery, Recovering(was!, has!)) with { BeforeSeconds = took, AfterSeconds = takes };
        }

        var (wasRework, isRework) = (wasCounted && was!.Rework, isCounted && has!.Rework);
        if (wasRework != isRework && isDeployedHere)
            yield return Row(
                Move.Rework,
                isRework ? $"it is rework: {has!.ReworkBecause}" : $"it is no rework: it was, by {was!.ReworkBecause}");

        if (!isDeployedHere) yield break;
        var (old, now) = (Shipped(before), Shipped(after));
        foreach (var key in old.Keys.Union(now.Keys))
        {
            var (one, other) = (old.GetValueOrDefault(key), now.GetValueOrDefault(key));
            if (one?.LeadSeconds == other?.LeadSeconds) continue;
            var named = (other ?? one)!;
            yield return Row(
                Move.LeadTime,
                Leading(one, other)) with
            {
                Sha = named.Sha.ToString(),
                Change = named.Change,
                BeforeSeconds = one?.LeadSeconds,
                AfterSeconds = other?.LeadSeconds,
            };
        }

        MovedRow Row(Move move, string because) =>
            new(
                move, shown.Service.Value, shown.DeploymentId, shown.Version ?? shown.Sha?.ToString()[..7], shown.DeployedAt,
                null, null, null, null, because);
    }

    /// <summary>
    /// A commit's row, or that of the change which has its place; where there are several, one that has a lead time.
    /// </summary>
    static Dictionary<(RepositoryName, Sha), ShippedChange> Shipped(Whole? whole) =>
        (whole?.Shipped ?? []).GroupBy(one => (one.Repository, one.Sha))
            .ToDictionary(same => same.Key, same => same.MaxBy(one => one.LeadSeconds is not null)!);

    static string Counting(LedgerRow? was, LedgerRow? has) => (was, has) switch
    {
        (null, { } row) => $"it is {Kind(row)} of {row.Service} under the other definitions alone",
        ({ } row, null) => $"it is {Kind(row)} of {row.Service} under the definitions in force alone",
        ({ } one, { } other) when one.Kind == other.Kind => $"{Kind(other)} {(other.Counted ? "counts" : "does not count")}",
        ({ } one, { } other) =>
            $"{Kind(one)} that {(one.Counted ? "counts" : "does not count")} is {Kind(other)} that "
                + $"{(other.Counted ? "counts" : "does not count")}",
        _ => "",
    };

    static string Kind(LedgerRow row) => $"a {Storage.Rows.Word(row.Kind).Replace('_', ' ')}";

    static HashSet<(FailureSignal, string, string)> Signs(Whole whole) =>
        [.. whole.Blames.Select(blame => (blame.Signal, blame.Evidence, blame.Method))];

    static string Appearing(Whole? before, Whole after)
    {
        var known = before is null ? [] : Signs(before);
        var blames = after.Blames.Where(blame => !known.Contains((blame.Signal, blame.Evidence, blame.Method))).Select(Named)
            .ToList();
        return blames.Count == 0 ? before is { Row.Counted: true } ? "" : "it counts" : $"blamed by {string.Join(", ", blames)}";
    }

    static string Disappearing(Whole before, Whole? after)
    {
        var kept = after is null ? [] : Signs(after);
        var blames = before.Blames.Where(blame => !kept.Contains((blame.Signal, blame.Evidence, blame.Method)))
            .Select(blame => Named(blame) + Elsewhere(blame)).ToList();
        return blames.Count == 0 ? after is { Row.Counted: true } ? "" : "it does not count"
            : $"not blamed by {string.Join(", ", blames)}";

        // An incident that blames this row no longer may blame another, or none.
        string Elsewhere(Blame blame) =>
            !blame.Signal.IsIncident() ? ""
            : after?.Linked[blame.Evidence].FirstOrDefault() switch
            {
                null => "",
                { DeploymentId: null } => ", which is linked to no deployment",
                var other => other.DeploymentId == before.Row.DeploymentId ? "" : $", which blames {other.DeploymentId}",
            };
    }

    static string Named(Blame blame)
    {
        var (signal, method) = (Storage.Rows.Word(blame.Signal), blame.Method);
        return signal == method ? $"{signal} {blame.Evidence}" : $"{signal} {blame.Evidence} (by {method})";
    }

    static double? Recovery(LedgerRow row) => (row.RestoredAt - row.FailedAt)?.TotalSeconds;

    static string Recovering(LedgerRow was, LedgerRow has) =>
        was.FailedAt != has.FailedAt ? $"it begins at {has.FailedAt:u} and not at {was.FailedAt:u}"
        : $"it ends with {has.RestoredBy ?? "nothing yet"} and not with {was.RestoredBy ?? "nothing yet"}";

    static string Leading(ShippedChange? one, ShippedChange? other) => (one, other) switch
    {
        (_, { LeadSeconds: null, NotCountedBecause: { } because }) => because,
        ({ LeadSeconds: null, NotCountedBecause: { } because }, _) => $"it has a lead time; it had none: {because}",
        ({ StartedAt: { } was }, { StartedAt: { } starts }) when was != starts => $"it starts at {starts:u} and not at {was:u}",
        (null, _) => "it has a lead time of its own",
        (_, null) => "it has no lead time of its own",
        _ => "it ends at another time",
    };
}
