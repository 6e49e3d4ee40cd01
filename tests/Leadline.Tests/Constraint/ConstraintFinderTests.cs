using Leadline.Constraint;
using Xunit;

namespace Leadline.Tests.Constraint;

public sealed class ConstraintFinderTests(ITestOutputHelper output)
{
    const double Hour = 3600;

    static readonly DateTimeOffset At = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The rates that the documents state.</summary>
    [Fact]
    public void What_was_planted_is_named_and_where_nothing_was_nothing_is()
    {
        const int Organisations = 60;
        foreach (var line in ConstraintTruth.Lines(Organisations))
        {
            output.WriteLine(
                $"{line.Organisation}: {line.Right} of {Organisations} say {line.Truth ?? "none"}, {line.Wrong} say what is "
                    + $"wrong. {line.Otherwise}");
            Assert.True(
                line.Right >= Organisations * (line.Truth is null ? 0.88 : 0.95),
                $"{line.Organisation}: {line.Right} of {Organisations}");
            Assert.True(
                line.Wrong <= Organisations * (line.Truth is null ? 0.12 : 0.02),
                $"{line.Organisation}: {line.Wrong} of {Organisations} are wrong");
        }
    }

    [Fact]
    public void Each_journey_gets_the_time_that_has_its_place_in_the_reference_and_the_median_is_taken_again()
    {
        var rows = Made("quick", i => [1, 1 + (i / 60.0)]).Concat(Made("slow", i => [1, 10 + (i / 60.0)])).ToList();
        var found = ConstraintFinder.Find(["code", "wait"], rows, rows);
        Assert.Equal((Verdict.Constraint, "wait", "code"), (found.Verdict, found.First, found.Second));
        var wait = found.Stages[1];

        // Twelve of 2 h and minutes, and twelve of 11 h and the same minutes: the two in the middle lie at 2 h 11 min and 11 h,
        // and then twice each at 2 h 5 min and 2 h 6 min.
        Assert.Equal(((2 + (11 / 60.0)) * Hour + (11 * Hour)) / 2, found.MedianSeconds!.Value, 1e-6);
        Assert.Equal((2 + (5.5 / 60.0)) * Hour, wait.MedianIfSeconds!.Value, 1e-6);
        Assert.Equal(4.5 * Hour, wait.SavedSeconds!.Value, 1e-6);
        Assert.Equal(found.MedianSeconds - wait.MedianIfSeconds, wait.GainSeconds);
        Assert.Equal(
            ("quick", 2, 12, 1, 1),
            (wait.Reference!.Place, wait.Reference.Among, wait.Reference.Count, wait.Others, wait.Slower));
        Assert.Equal((12 + 120 + (132 / 60.0)) / (24 + 12 + 120 + (132 / 60.0)), wait.Share!.Value, 1e-9);
        Assert.Equal((0, 0.0), (found.Stages[0].Slower, found.Stages[0].GainSeconds));
    }

    [Fact]
    public void The_answer_does_not_depend_on_the_order_of_the_rows()
    {
        var rows = SimulatedOrganisation.OfLeadTime([2]).Journeys(7);
        var first = ConstraintFinder.Find(Leadline.Metrics.LeadTimeParts.Names, rows, rows);
        var random = new Random(3);
        Journey[] shuffled = [.. rows.OrderBy(_ => random.Next())];
        var second = ConstraintFinder.Find(Leadline.Metrics.LeadTimeParts.Names, shuffled, shuffled);
        Assert.Equal(first.DifferenceSeconds!.Value[0], second.DifferenceSeconds!.Value[0], 1e-6);
        Assert.Equal(first.Stages.Select(stage => stage.MedianIfSeconds), second.Stages.Select(stage => stage.MedianIfSeconds));
    }

    /// <summary>
    /// Half are live on the same day and half on the next. Two of 48 that no longer wait a day move the median over the night.
    /// </summary>
    [Fact]
    public void A_median_that_jumps_over_a_night_counts_as_far_as_the_average_saves_as_much()
    {
        var rows = Made("quick", i => [2, 0.1 + (i / 600.0)], 24)
            .Concat(Made("slow", i => i is 23 or 24 ? [1, 20] : [i < 23 ? 2 : 20, 0.6 + (i / 600.0)], 48)).ToList();
        var found = ConstraintFinder.Find(["code", "wait"], [.. rows.Where(row => row.Place == "slow")], rows);
        var wait = found.Stages[1];
        Assert.Equal(("wait", 1), (found.First, wait.Slower));
        Assert.InRange((found.MedianSeconds - wait.MedianIfSeconds)!.Value, 18 * Hour, 19 * Hour);
        Assert.InRange(wait.SavedSeconds!.Value, 1.2 * Hour, 1.5 * Hour); // 20 h twice, and half an hour for each of the others.
        Assert.Equal((wait.SavedSeconds, Verdict.SmallGain), (wait.GainSeconds, found.Verdict));
    }

    [Fact]
    public void Where_every_service_is_as_slow_nothing_shows_that_a_stage_can_be_shorter()
    {
        var rows = Made("one", i => [1, 40 + (i % 5)]).Concat(Made("other", i => [1, 40 + (i % 5)])).ToList();
        var found = ConstraintFinder.Find(["code", "wait"], rows, rows);
        Assert.Equal(Verdict.NoneFaster, found.Verdict);
        Assert.True(found.Stages[1].Share > 0.9);
    }

    [Fact]
    public void Too_few_deployments_unknown_stages_and_a_service_alone_name_nothing()
    {
        var few = Made("quick", i => [1, 1], 11);
        Assert.Equal(Verdict.TooFew, ConstraintFinder.Find(["code", "wait"], few, few).Verdict);
        Assert.Equal(Verdict.TooFew, ConstraintFinder.Find(["code", "wait"], [], few).Verdict);

        // Thirty changes of three deployments are no thirty observations.
        Journey[] clustered = [.. Made("quick", i => [1, 1], 30).Select((row, i) => row with { Cluster = $"{i % 3}" })];
        Assert.Equal(Verdict.TooFew, ConstraintFinder.Find(["code", "wait"], clustered, clustered).Verdict);

        var alone = Made("quick", i => [1, 1]);
        Assert.Equal(Verdict.NothingToCompare, ConstraintFinder.Find(["code", "wait"], alone, alone).Verdict);

        Journey[] unknown =
        [
            .. Made("quick", i => [1, 9]).Concat(Made("slow", i => [1, 90]))
                .Select(row => row with { Stages = [row.Stages[0], null] }),
        ];
        var found = ConstraintFinder.Find(["code", "wait"], unknown, unknown);
        Assert.Equal(Verdict.Unknown, found.Verdict);
        Assert.Equal((0, null, null), (found.Stages[1].Count, found.Stages[1].Share, found.Stages[1].MedianSeconds));
    }

    /// <summary>The best of up to four, the second of up to eight, the third of up to twelve.</summary>
    [Theory]
    [InlineData(2, "s0")]
    [InlineData(4, "s0")]
    [InlineData(5, "s1")]
    [InlineData(8, "s1")]
    [InlineData(9, "s2")]
    public void The_best_quartile_is_the_service_at_a_quarter_of_the_way(int services, string expected)
    {
        List<Journey> rows = [.. Enumerable.Range(0, services).SelectMany(service => Made($"s{service}", i => [1 + service]))];
        Assert.Equal(expected, ConstraintFinder.Find(["wait"], rows, rows).Stages[0].Reference!.Place);
    }

    /// <summary>Each a deployment of one change, with the hours of its stages.</summary>
    static List<Journey> Made(string place, Func<int, double[]> hours, int count = 12) =>
        [
            .. Enumerable.Range(0, count)
                .Select(i =>
                    new Journey(
                        place, $"{place}-{i}", At, hours(i).Sum() * Hour, [.. hours(i).Select(hour => (double?)(hour * Hour))])),
        ];
}
