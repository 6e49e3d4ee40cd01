using Leadline.Core;
using Leadline.Experiments;
using Leadline.Metrics;
using Xunit;

namespace Leadline.Tests.Experiments;

public sealed class VerdictsTests(ITestOutputHelper output)
{
    /// <summary>
    /// Of five looks at equal spans: table 2 of Reboussin, DeMets, Kim and Lan, Computations for Group Sequential Boundaries
    /// Using the Lan-DeMets Spending Function Method, Controlled Clinical Trials 21, 2000.
    /// </summary>
    [Fact]
    public void The_bounds_are_those_that_were_published() =>
        Assert.All(
            Spending.Bounds(0.05, [0.2, 0.4, 0.6, 0.8, 1]).Zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
            pair => Assert.Equal(pair.Second, pair.First, 0.001));

    [Fact]
    public void One_look_is_the_test_that_everybody_knows() =>
        Assert.Equal(Confidence.Z, Assert.Single(Spending.Bounds(0.05, [1.0])), 1e-6);

    [Theory]
    [InlineData(2, 10)]
    [InlineData(3, 10)]
    [InlineData(2, 22)]
    [InlineData(3.5, 22)]
    public void The_points_of_Student_are_near(double normal, int freedom) =>
        Assert.Equal(
            MathNet.Numerics.Distributions.StudentT.InvCDF(
                0, 1, freedom, MathNet.Numerics.Distributions.Normal.CDF(0, 1, normal)), Effect.Student(normal, freedom), 0.02);

    [Theory]
    [MemberData(nameof(Names))]
    public void Experiments_with_known_truth_have_the_stated_rates(string name)
    {
        var outcome = KnownExperiments.All.Single(one => one.Name + ": " + one.Truth == name).Run();
        foreach (var line in Outcome.Heading) output.WriteLine(line);
        output.WriteLine(outcome.ToString());
        Assert.Empty(outcome.Faults());
    }

    public static TheoryData<string> Names() => [.. KnownExperiments.All.Select(one => one.Name + ": " + one.Truth)];

    [Theory]
    [InlineData(Direction.Down, 0.7, 0.6, 0.85, Verdict.Helped)]
    [InlineData(Direction.Down, 0.9, 0.82, 0.99, Verdict.NoChangeWorthHaving)]
    [InlineData(Direction.Down, 1.0, 0.9, 1.1, Verdict.NoChangeWorthHaving)]
    [InlineData(Direction.Down, 1.0, 0.7, 1.3, Verdict.CannotTell)]
    [InlineData(Direction.Down, 1.2, 1.01, 1.4, Verdict.Harmed)]
    [InlineData(Direction.Up, 1.2, 1.01, 1.4, Verdict.Helped)]
    [InlineData(Direction.Up, 0.9, 0.8, 0.99, Verdict.Harmed)]
    public void The_word_follows_from_the_interval_alone(
        Direction direction, double value, double lower, double upper, Verdict verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new Aim("lead_time", direction, 0.2), new Estimate(value, lower, upper, Same: 1)));

    [Theory]
    [InlineData(-0.02, 0.04, Guarded.NotWorse)]
    [InlineData(0.01, 0.04, Guarded.NotWorse)]
    [InlineData(0.01, 0.06, Guarded.Worse)]
    [InlineData(-0.02, 0.06, Guarded.CannotTell)]
    public void A_guardrail_is_held_against_what_is_tolerated(double lower, double upper, Guarded word) =>
        Assert.Equal(
            word,
            Verdicts.Of(new Guardrail("change_failure_rate", 0.05), new Estimate((lower + upper) / 2, lower, upper, Same: 0)));

    /// <summary>
    /// Experiments of as many weeks as the number says, with an effect that is just worth having: four of five are to be told,
    /// one way or the other the number is wrong.
    /// </summary>
    [Fact]
    public void As_many_deployments_as_are_said_to_be_needed_are_enough_for_four_of_five()
    {
        const int Before = 26, Seen = 8, PerWeek = 12, Planned = 26;
        var aim = new Aim("lead_time", Direction.Down, 0.25);
        var (usual, better) = (new Practice(PerWeek), new Practice(PerWeek, LeadHours: 15));
        var bound = Spending.Bounds(0.05, Before, Look.First, Planned)[^1];
        List<double> said = [];
        for (var seed = 0; seed < 200; seed++)
        {
            var team = new MadeTeam(seed);
            var (before, after) = (team.Live(usual, Before), team.Live(better, Seen, Before));
            var measured = Measured.Of("lead_time", new ExperimentWeeks(before["lead_time"], after["lead_time"]), null);
            if (Verdicts.Enough(
                aim, measured, Effect.Rows(after["deployment_frequency"]), Effect.Rows(before["deployment_frequency"]),
                bound) is { } enough) said.Add(enough);
        }

        var weeks = (int)Math.Round(Median.Of(said)!.Value / PerWeek);
        var told = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var team = new MadeTeam(10_000 + seed);
            if (Look.Of(
                aim, 0.05, weeks,
                new ExperimentWeeks(team.Live(usual, Before)["lead_time"], team.Live(better, weeks, Before)["lead_time"]),
                null)[^1].Verdict == Verdict.Helped) told++;
        }

        output.WriteLine(
            $"{said.Count} of 200 say a number, the median is {Median.Of(said)}: {weeks} weeks; of 400 experiments of that "
                + $"length {100.0 * told / 400:0} % are told");
        Assert.InRange(told / 400.0, 0.7, 0.9);
    }

    [Fact]
    public void Without_an_interval_nothing_is_told()
    {
        Assert.Equal(Verdict.CannotTell, Verdicts.Of(new Aim("lead_time", Direction.Down, 0.2), null));
        Assert.Equal(Guarded.CannotTell, Verdicts.Of(new Guardrail("lead_time", 0.2), null));
    }
}
