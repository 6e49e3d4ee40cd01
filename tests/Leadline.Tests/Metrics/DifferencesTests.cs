using Leadline.Metrics;
using Xunit;

namespace Leadline.Tests.Metrics;

public sealed class DifferencesTests
{
    /// <summary>The example of R's own page of poisson.test: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)).</summary>
    [Fact]
    public void The_ratio_of_two_rates_is_that_of_the_exact_test()
    {
        var ratio = Differences.RatioOfRates(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)!;
        Assert.Equal(1.971488, ratio.Value, 0.000001);
        Assert.Equal(0.8584264, ratio.Lower, 0.000001);
        Assert.Equal(4.277266, ratio.Upper, 0.000001);
        Assert.False(ratio.IsClear);
    }

    /// <summary>Newcombe (1998), table II, method 10.</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(6, 7, 2, 7, 0.0582, 0.8062)]
    [InlineData(5, 56, 0, 29, -0.0381, 0.1926)]
    [InlineData(0, 10, 0, 20, -0.1611, 0.2775)]
    [InlineData(0, 10, 0, 10, -0.2775, 0.2775)]
    [InlineData(10, 10, 0, 20, 0.6791, 1)]
    [InlineData(10, 10, 0, 10, 0.6075, 1)]
    public void The_difference_of_two_shares_is_that_of_Newcombe(
        long part, long whole, long partBefore, long wholeBefore, double lower, double upper)
    {
        var difference = Differences.OfShares(part, whole, partBefore, wholeBefore)!;
        Assert.Equal(((double)part / whole) - ((double)partBefore / wholeBefore), difference.Value, 0.000001);
        Assert.Equal(lower, difference.Lower, 0.00005);
        Assert.Equal(upper, difference.Upper, 0.00005);
        Assert.Equal(lower > 0, difference.IsClear);
    }

    [Fact]
    public void Nothing_is_compared_with_nothing()
    {
        Assert.Null(Differences.RatioOfRates(0, 30, 5, 30));
        Assert.Null(Differences.RatioOfRates(5, 30, 0, 30));
        Assert.Null(Differences.RatioOfRates(5, 0, 5, 30));
        Assert.Null(Differences.OfShares(0, 0, 1, 2));
        Assert.Null(Differences.OfShares(1, 2, 0, 0));
    }
}
