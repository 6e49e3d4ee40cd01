using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.Tests.Experiments;

/// <summary>What is known of a made-up team because it was made so.</summary>
/// <param name="PerWeek">Deployments in a usual week.</param>
/// <param name="LeadHours">The median of a usual commit.</param>
sealed record Practice(
    double PerWeek = 12, double LeadHours = 20, double FailureShare = 0.15, double RecoveryHours = 3, double ReworkShare = 0.2)
{
    /// <summary>How much more weeks differ in their number of deployments than by chance.</summary>
    public double Dispersion { get; init; } = 1.5;

    /// <summary>How weeks differ in their lead times, as the standard deviation of a logarithm.</summary>
    public double LeadOfWeek { get; init; } = 0.15;
}

/// <summary>
/// The weeks of a made-up team, deployment by deployment: few of them on Fridays and hardly any on weekends, weeks that differ
/// by more than chance, commits that have their deployment's slowness in common, failures that come in bad weeks. The same seed
/// gives the same weeks.
/// </summary>
sealed class MadeTeam(int seed)
{
    static readonly DateTimeOffset First = new(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);
    static readonly double[] Weekdays = [1.25, 1.4, 1.35, 1.25, 0.65, 0.05, 0.05];

    readonly Random random = new(seed);

    /// <summary>The weeks of a practice, for each metric by its name.</summary>
    public Dictionary<string, List<LevelWeek>> Live(Practice practice, int weeks, int from = 0)
    {
        var lived = MetricRules.Names.ToDictionary(metric => metric, _ => new List<LevelWeek>());
        for (var week = from; week < from + weeks; week++)
        {
            var (deployments, failed, reworked, lead, recovery) = (0L, 0L, 0L, new List<double>(), new List<double>());
            var (busy, slow, unlucky) =
                (Gamma(practice.PerWeek / (practice.Dispersion - 1)), Math.Exp(practice.LeadOfWeek * Normal()), Gamma(8));
            foreach (var weekday in Weekdays)
            {
                for (var left = Poisson(practice.PerWeek / 6 * weekday * busy); left > 0; left--)
                {
                    deployments++;
                    var ofDeployment = slow * Math.Exp(0.6 * Normal());
                    for (var commits = 1 + Poisson(1.5); commits > 0; commits--)
                        lead.Add(3600 * practice.LeadHours * ofDeployment * Math.Exp(0.7 * Normal()));
                    if (random.NextDouble() < practice.ReworkShare * unlucky) reworked++;
                    if (random.NextDouble() >= practice.FailureShare * unlucky) continue;
                    failed++;
                    recovery.Add(3600 * practice.RecoveryHours * Math.Exp(0.9 * Normal()));
                }
            }

            var at = First.AddDays(7 * week);
            lived["deployment_frequency"].Add(new LevelWeek(at, deployments));
            lived["change_failure_rate"].Add(new LevelWeek(at, deployments, failed));
            lived["rework_rate"].Add(new LevelWeek(at, deployments, reworked));
            lived["lead_time"].Add(new LevelWeek(at, lead.Count, Times: Sample.Of(lead)));
            lived["recovery_time"].Add(new LevelWeek(at, recovery.Count, Times: Sample.Of(recovery)));
        }

        return lived;
    }

    double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>
    /// Of the mean 1 and the variance 1 / shape (Marsaglia and Tsang, ACM Transactions on Mathematical Software 26, 2000).
    /// </summary>
    double Gamma(double shape)
    {
        if (double.IsInfinity(shape)) return 1;
        if (shape < 1) return Gamma(shape + 1) * (shape + 1) / shape * Math.Pow(random.NextDouble(), 1 / shape);
        var (d, c) = (shape - (1 / 3.0), 1 / Math.Sqrt(9 * (shape - (1 / 3.0))));
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v))) return d * v / shape;
        }
    }

    long Poisson(double mean)
    {
        var (count, product, limit) = (0L, random.NextDouble(), Math.Exp(-mean));
        for (; product > limit; count++) product *= random.NextDouble();
        return count;
    }
}
