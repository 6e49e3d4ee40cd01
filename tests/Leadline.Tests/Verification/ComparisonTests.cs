using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Verification;

/// <summary>Whether a measure became worse, by its samples alone.</summary>
public sealed class ComparisonTests
{
    static readonly DateTimeOffset Deployed = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    static readonly ComparisonRule Higher = new(WorseWhen.Higher, 0.1, 0), Lower = new(WorseWhen.Lower, 0.1, 0);
    static readonly double[] Low = [10, 11, 9, 10, 12, 10, 11, 10], High = [30, 31, 29, 30, 33, 30, 31, 30],
        Slightly = [10.5, 11.5, 9.5, 10.5, 12.5, 10.5, 11.5, 10.5], None = [];

    [Theory]
    [InlineData("high", "low", "low", ReleaseVerdict.Worse)]
    [InlineData("low", "high", "high", ReleaseVerdict.Better)]
    [InlineData("low", "low", "low", ReleaseVerdict.NoChange)]
    [InlineData("slightly", "low", "low", ReleaseVerdict.NoChange)] // Within the tolerance.
    [InlineData("high", "low", "high", ReleaseVerdict.NoChange)] // It is the hour's peak, as a week earlier.
    [InlineData("high", "high", "low", ReleaseVerdict.NoChange)] // It was so before.
    [InlineData("low", "high", "low", ReleaseVerdict.NoChange)]
    [InlineData("high", "low", "none", ReleaseVerdict.Worse)] // Of a week earlier nobody knows.
    [InlineData("high", "none", "low", ReleaseVerdict.CannotTell)]
    [InlineData("none", "low", "low", ReleaseVerdict.CannotTell)]
    [InlineData("none", "none", "none", ReleaseVerdict.CannotTell)]
    public void Both_comparisons_must_agree(string after, string before, string weekEarlier, ReleaseVerdict verdict) =>
        Assert.Equal(verdict, Compare(Named(after), Named(before), Named(weekEarlier), Higher).Verdict);

    [Fact]
    public void Where_lower_is_worse_a_fall_is_worse_and_a_rise_is_better()
    {
        Assert.Equal(ReleaseVerdict.Worse, Compare(Low, High, High, Lower).Verdict);
        Assert.Equal(ReleaseVerdict.Better, Compare(High, Low, Low, Lower).Verdict);
    }

    [Fact]
    public void The_numbers_stand_beside_the_verdict()
    {
        var found = Compare(High, Low, None, Higher);
        Assert.Equal(
            (8, 30, 29, 33),
            (found.After.Samples, found.After.Median!.Value, found.After.Lowest!.Value, found.After.Highest!.Value));
        Assert.Equal(
            (8, 10, 20, 3),
            (found.Before.Window.Samples, found.Before.Window.Median!.Value, found.Before.Difference!.Value,
                found.Before.Ratio!.Value));
        Assert.True(found.Before.Interval is [> 17 and <= 20, >= 20 and < 23], string.Join(" to ", found.Before.Interval!));
        Assert.Equal(11, found.Before.Limit!.Value, 1e-9);
        Assert.Equal(
            "the median is 30 after it, 10 before it; of a week earlier too little is known to compare with", found.Because);
    }

    /// <summary>An empty window is not one of zeros: nothing was measured there.</summary>
    [Fact]
    public void No_data_is_never_zero()
    {
        var found = Compare(None, Low, Low, Lower);
        Assert.Equal((ReleaseVerdict.CannotTell, "there is no data in the window after it"), (found.Verdict, found.Because));
        Assert.Equal((0, null, null), (found.After.Samples, found.After.Median, found.After.Highest));
        Assert.Equal("there is no data in the window before it", Compare(Low, None, Low, Higher).Because);
        Assert.Equal(
            "there are 4 samples in the window before it, and 5 are needed", Compare(Low, Low[..4], Low, Higher).Because);
        Assert.Equal("there is 1 sample in the window after it, and 5 are needed", Compare(Low[..1], Low, Low, Higher).Because);
    }

    [Fact]
    public void From_nothing_the_least_difference_decides()
    {
        double[] zeros = [0, 0, 0, 0, 0, 0, 0, 0], few = [0.001, 0.001, 0.002, 0.001, 0.001, 0.001, 0.001, 0.001];
        Assert.Equal(ReleaseVerdict.Worse, Compare(few, zeros, zeros, Higher).Verdict);
        var found = Compare(few, zeros, zeros, Higher with { Least = 0.01 });
        Assert.Equal((ReleaseVerdict.NoChange, null), (found.Verdict, found.Before.Ratio));
    }

    [Fact]
    public void One_outlier_is_no_degradation()
    {
        double[] outlier = [10, 11, 9, 900, 12, 10, 11, 10];
        Assert.Equal(ReleaseVerdict.NoChange, Compare(outlier, Low, Low, Higher).Verdict);
    }

    /// <summary>
    /// Of measures that do not change, hardly any is called worse: the guard against a test that always finds something.
    /// </summary>
    [Fact]
    public void What_does_not_change_is_hardly_ever_called_worse()
    {
        var random = new Random(7);
        var worse = Enumerable.Range(0, 500)
            .Count(_ => Compare(Noise(random, 1), Noise(random, 1), Noise(random, 1), Higher).Verdict == ReleaseVerdict.Worse);
        var found = Enumerable.Range(0, 500)
            .Count(_ => Compare(Noise(random, 1.5), Noise(random, 1), Noise(random, 1), Higher).Verdict == ReleaseVerdict.Worse);
        Assert.InRange(worse, 0, 5);
        Assert.InRange(found, 495, 500);
    }

    [Fact]
    public void It_is_back_from_the_first_of_the_last_samples_that_are_all_within_the_limit()
    {
        Assert.Equal(Deployed.AddSeconds(3), Comparison.BackAt(Values([30, 10, 30, 10, 10, 10, 10, 10]), 11, WorseWhen.Higher));
        Assert.Null(Comparison.BackAt(Values([30, 10, 30, 30, 10, 10, 10, 10]), 11, WorseWhen.Higher));
        Assert.Null(Comparison.BackAt(Values([10, 10, 10, 10, 10, 30]), 11, WorseWhen.Higher));
        Assert.Null(Comparison.BackAt([], 11, WorseWhen.Higher));
        Assert.Equal(Deployed.AddSeconds(1), Comparison.BackAt(Values([1, 10, 10, 10, 10, 10]), 9, WorseWhen.Lower));
    }

    [Fact]
    public void The_limit_is_the_one_that_both_comparisons_have_passed()
    {
        Assert.Equal(33, Compare(High, Low, High, Higher).Limit(Higher)!.Value, 1e-9);
        Assert.Equal(11, Compare(High, Low, None, Higher).Limit(Higher)!.Value, 1e-9);
        Assert.Equal(9, Compare(Low, High, Low, Lower).Limit(Lower)!.Value, 1e-9);
        Assert.Null(Compare(High, None, High, Higher).Limit(Higher));
    }

    static double[] Noise(Random random, double level) =>
        [.. Enumerable.Range(0, 40).Select(_ => level * (0.8 + (0.4 * random.NextDouble())))];

    static double[] Named(string name) => name switch { "high" => High, "low" => Low, "slightly" => Slightly, _ => None };

    static Comparison Compare(double[] after, double[] before, double[] weekEarlier, ComparisonRule rule) =>
        Comparison.Of(Window(after), Window(before), Window(weekEarlier), rule);

    static MeasuredWindow Window(double[] values) => new(Deployed, Deployed.AddMinutes(1), [.. Values(values)]);

    static MeasuredValue[] Values(double[] values) =>
        [.. values.Select((value, i) => new MeasuredValue(Deployed.AddSeconds(i), value))];
}
