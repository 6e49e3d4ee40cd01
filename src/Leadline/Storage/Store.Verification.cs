using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Api;
using Leadline.Core;
using Leadline.Verification;

namespace Leadline.Storage;

public sealed partial class Store
{
    static readonly long Verifier = Key.Of("the verification of releases");

    /// <summary>
    /// The counted deployments of this environment that succeeded since then, each with its neighbours, by service and time.
    /// </summary>
    public async Task<ImmutableArray<VerifiedDeployment>> VerifiedDeploymentsAsync(
        string environment, DateTimeOffset from, CancellationToken cancellation)
    {
        var rows = await AskAsync(
            "verified_deployments",
            row => new VerifiedDeployment(
                row.GetString(0), row.GetString(1), row.GetString(2), row.Text(3),
                row.Instant(4) is { } began && began < row.InstantOf(5) ? began : row.InstantOf(5), row.InstantOf(5)),
            cancellation, ("environment", environment), ("from", from));
        return
        [
            .. rows.Select((one, i) => one with
            {
                After = i > 0 && rows[i - 1].Service == one.Service ? rows[i - 1].DeployedAt : null,
                Until = i + 1 < rows.Length && rows[i + 1].Service == one.Service ? Later(rows[i + 1].BeganAt, one.DeployedAt)
                    : null,
            }),
        ];

        static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
    }

    /// <summary>
    /// What was said since then, the latest of each service, deployment and check; null where nothing more is asked of it, else
    /// what it said.
    /// </summary>
    public async Task<Dictionary<(string Service, string Deployment, string Check), Verified?>> VerificationsSinceAsync(
        DateTimeOffset from, CancellationToken cancellation)
    {
        var latest = new Dictionary<(string, string, string), string?>();
        foreach (var (key, content) in await AskAsync(
            "verifications_since", row => ((row.GetString(0), row.GetString(1), row.GetString(2)), row.Text(3)), cancellation,
            ("from", from))) latest[key] = content;
        return latest.ToDictionary(one => one.Key, one => one.Value is { } content ? VerifiedOf(content) : null);
    }

    /// <summary>What was measured after the deployment of a service, the latest of each check.</summary>
    public async Task<ImmutableArray<Verified>> VerificationsAsync(
        string service, string deployment, CancellationToken cancellation)
    {
        var told = await AskAsync(
            "verifications_of", row => (Verified: VerifiedOf(row.GetString(0)), Delivery: row.GetInt64(1)), cancellation,
            ("service", service), ("id", deployment));
        return
        [
            .. told.GroupBy(one => one.Verified.Check).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group =>
                    group.Last().Verified with { Deliveries = [.. group.Select(one => one.Delivery).Distinct().Order()] }),
        ];
    }

    /// <summary>
    /// The worst that was measured after each of these deployments; those after which nothing was are not in it.
    /// </summary>
    async Task<Dictionary<(string Service, string Deployment), ReleaseVerdict?>> VerdictsAsync(
        IEnumerable<LedgerEntry> rows, CancellationToken cancellation)
    {
        var told = await AskAsync(
            "verdicts_of_deployments",
            row =>
                (Service: row.GetString(0), Deployment: row.GetString(1), Check: row.GetString(2),
                    Verdict: Rows.Value<ReleaseVerdict>(row.GetString(3))),
            cancellation, ("ids", rows.Select(row => row.DeploymentId).Distinct().ToList()));
        return told.GroupBy(one => (one.Service, one.Deployment))
            .ToDictionary(
                group => group.Key,
                group => VerdictWords.Worst(group.GroupBy(one => one.Check).Select(check => check.Last().Verdict)));
    }

    /// <summary>Claims the verification of releases; null where another server does it.</summary>
    internal async Task<Claim?> ClaimVerificationAsync(CancellationToken cancellation)
    {
        var claim = await database.ClaimAsync([Verifier], cancellation);
        if (claim.Holds(Verifier)) return claim;
        await claim.DisposeAsync();
        return null;
    }

    async Task<ImmutableArray<RolloutStep>> StepsAsync(string deployment, CancellationToken cancellation)
    {
        var told = await AskAsync(
            "steps_of_deployment", row => FactRows.Steps(row.GetString(0)), cancellation, ("id", deployment));
        return Rollout.StepsOf(told.Select(steps =>
            new DeploymentFact { Id = deployment, Environment = "", Status = DeploymentStatus.Created, Steps = steps }));
    }

    static Verified VerifiedOf(string content) => JsonSerializer.Deserialize<Verified>(content, Wire.Json)!;
}
