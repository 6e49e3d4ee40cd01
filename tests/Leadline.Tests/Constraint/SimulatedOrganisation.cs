using Leadline.Constraint;
using Leadline.Metrics;

namespace Leadline.Tests.Constraint;

/// <summary>
/// Organisations of which it is known what holds them back: times of every stage spread log-normally, alike within a deployment,
/// with a delay planted in one stage (or in two, or in none) of every service but the best two.
/// </summary>
/// <param name="Planted">The stages in which two of three services take longer.</param>
/// <param name="DelayHours">By how much the median of the stage is longer there.</param>
/// <param name="Services">How many there are; one alone has the delay in all but the last quarter of the window.</param>
sealed record SimulatedOrganisation(
    IReadOnlyList<string> Names, IReadOnlyList<double> Hours, IReadOnlyList<int> Planted, double DelayHours, int Services = 6,
    int Deployments = 40, int MostChanges = 4)
{
    static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), To = From.AddDays(90);

    /// <summary>Lead time in six stages, of which coding takes most of the time.</summary>
    public static SimulatedOrganisation OfLeadTime(IReadOnlyList<int> planted, int services = 6, double delayHours = 16) =>
        new(LeadTimeParts.Names, [6, 2, 3, 0.5, 2, 0.2], planted, delayHours, services);

    /// <summary>Recovery in four stages.</summary>
    public static SimulatedOrganisation OfRecovery(IReadOnlyList<int> planted) =>
        new(RecoveryStages.Names, [0.2, 0.1, 0.8, 0.2], planted, 2, Deployments: 12, MostChanges: 1);

    /// <summary>What the finder says of the whole organisation, or of one of its slow services.</summary>
    public ConstraintFinding Find(int seed, bool isOneService = false)
    {
        var rows = Journeys(seed);
        return ConstraintFinder.Find(Names, isOneService ? [.. rows.Where(row => row.Place == "service-5")] : rows, rows);
    }

    /// <summary>All of a seed.</summary>
    public List<Journey> Journeys(int seed)
    {
        var random = new Random(seed);
        List<Journey> rows = [];
        for (var service = 0; service < Services; service++)
        {
            for (var deployment = 0; deployment < Deployments; deployment++)
            {
                var at = From + ((To - From) * ((deployment + 0.5) / Deployments));
                var place = Services > 1 ? $"service-{service}" : $"quarter-{deployment * 4 / Deployments}";
                var isSlow = Services > 1 ? service >= 2 : deployment * 4 / Deployments < 3;
                double[] shared = [.. Names.Select(_ => 0.5 * Normal(random))];
                for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
                {
                    double?[] stages =
                    [
                        .. Names.Select((_, stage) => (double?)(3600 * Math.Exp(shared[stage] + (0.6 * Normal(random)))
                            * (Hours[stage] + (isSlow && Planted.Contains(stage) ? DelayHours : 0)))),
                    ];
                    rows.Add(new Journey(place, $"{service}-{deployment}", at, stages.Sum()!.Value, stages));
                }
            }
        }

        return rows;
    }

    static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

/// <summary>How often the finder says what is true, by kind of organisation.</summary>
static class ConstraintTruth
{
    /// <param name="Organisation">What was planted.</param>
    /// <param name="Truth">The stage that should be named; null for none.</param>
    /// <param name="Right">How often the answer was the truth.</param>
    /// <param name="Wrong">How often a stage was named that is not the truth. What is neither was not named.</param>
    /// <param name="Otherwise">Why no stage was named, and how often.</param>
    public sealed record Line(string Organisation, string? Truth, int Right, int Wrong, string Otherwise);

    /// <summary>A line for each kind of organisation.</summary>
    /// <param name="organisations">How many of each kind.</param>
    public static IEnumerable<Line> Lines(int organisations)
    {
        for (var stage = 0; stage < LeadTimeParts.Names.Length; stage++)
        {
            var planted = SimulatedOrganisation.OfLeadTime([stage]);
            yield return Of($"lead time, 6 services, {planted.Names[stage]} planted", planted, planted.Names[stage]);
            yield return Of(
                $"lead time, a slow service of 6, {planted.Names[stage]} planted", planted, planted.Names[stage],
                isOneService: true);
        }

        var alone = SimulatedOrganisation.OfLeadTime([2], services: 1) with { Deployments = 80 };
        yield return Of("lead time, one service alone, review planted", alone, "review");
        for (var stage = 0; stage < RecoveryStages.Names.Length; stage++)
        {
            var planted = SimulatedOrganisation.OfRecovery([stage]);
            yield return Of($"recovery, 6 services, {planted.Names[stage]} planted", planted, planted.Names[stage]);
        }

        yield return Of(
            "lead time, 6 services, 4 h planted in review", SimulatedOrganisation.OfLeadTime([2], delayHours: 4), "review");
        yield return Of(
            "lead time, 2 services, both alike slow in review",
            SimulatedOrganisation.OfLeadTime([], services: 2) with { Hours = [6, 2, 20, 0.5, 2, 0.2] }, null);
        yield return Of(
            "lead time, 6 services of 13 deployments, wait planted",
            SimulatedOrganisation.OfLeadTime([4]) with { Deployments = 13 }, "wait");
        yield return Of("lead time, 6 services, nothing planted", SimulatedOrganisation.OfLeadTime([]), null);
        yield return Of(
            "lead time, one of 6 services, nothing planted", SimulatedOrganisation.OfLeadTime([]), null, isOneService: true);
        yield return Of(
            "lead time, one service alone, nothing planted",
            SimulatedOrganisation.OfLeadTime([], services: 1) with { Deployments = 80 }, null);
        yield return Of(
            "lead time, 6 services, review and wait planted alike",
            SimulatedOrganisation.OfLeadTime([2, 4]) with { Hours = [6, 2, 3, 0.5, 3, 0.2] }, null);
        yield return Of("recovery, 6 services, nothing planted", SimulatedOrganisation.OfRecovery([]), null);

        Line Of(string what, SimulatedOrganisation organisation, string? truth, bool isOneService = false)
        {
            var found = Enumerable.Range(1, organisations).Select(seed => organisation.Find(seed, isOneService)).ToList();
            var named = found.Select(one => one.Verdict == Verdict.Constraint ? one.First : null).ToList();
            var others = found.Where(one => one.Verdict != Verdict.Constraint).GroupBy(one => one.Verdict)
                .OrderByDescending(verdict => verdict.Count())
                .Select(verdict => $"{verdict.Key} {verdict.Count()}");
            return new Line(
                what, truth, named.Count(name => name == truth), named.Count(name => name is not null && name != truth),
                string.Join(", ", others));
        }
    }
}
