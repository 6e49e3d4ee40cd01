using Leadline.Core;
using Leadline.Metrics;
using Leadline.Web;
using Xunit;

namespace Leadline.Tests.Web;

public sealed class ChangeTest
{
    [Theory]
    [InlineData(40, 20, "up", true)]
    [InlineData(20, 40, "down", false)]
    [InlineData(22, 20, null, null)]
    public void A_rate_has_a_direction_only_beyond_chance(long deployments, long before, string? goes, bool? isBetter)
    {
        var change = Change.Between(Of(deployments, 0), Of(before, 0), false, TimeShifts.None)["deployment_frequency"];
        Assert.Equal((goes, isBetter), (change.Goes, change.IsBetter));
        Assert.Equal(goes is null, change.Says.StartsWith("No clear change: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 20, "down", true)]
    [InlineData(20, 2, "up", false)]
    [InlineData(5, 4, null, null)]
    public void Fewer_failures_are_better(long failed, long before, string? goes, bool? isBetter)
    {
        var change = Change.Between(Of(40, failed), Of(40, before), false, TimeShifts.None)["change_failure_rate"];
        Assert.Equal((goes, isBetter), (change.Goes, change.IsBetter));
    }

    [Fact]
    public void A_change_says_by_how_much_and_from_what() => Assert.Equal(
        "−45 points (−60.2 to −26.3); before, 50 % (20 of 40).",
        Change.Between(Of(40, 2), Of(40, 20), false, TimeShifts.None)["change_failure_rate"].Says);

    [Theory]
    [InlineData(-7200, -10_800, -600, "down", true, "−2 h (−3 h to −10 min); before, 1 h from 12 changes.")]
    [InlineData(7200, 600, 10_800, "up", false, "+2 h (+10 min to +3 h); before, 1 h from 12 changes.")]
    [InlineData(-7200, -10_800, 0, null, null, "No clear change: −2 h (−3 h to 0 s); before, 1 h from 12 changes.")]
    public void Times_are_shifted_one_way_only_beyond_chance(
        double shift, double lower, double upper, string? goes, bool? isBetter, string says)
    {
        var shifts = new TimeShifts(new TimeShift(new Estimate(shift, lower, upper, 0), Percentiles.Exact), null);
        var change = Change.Between(Of(40, 2), Of(40, 20), false, shifts)["lead_time"];
        Assert.Equal((goes, isBetter, says), (change.Goes, change.IsBetter, change.Says));
    }

    [Fact]
    public void Of_too_few_rows_no_shift_is_said() => Assert.Equal(
        new Change("Before, 1 h from 12 changes.", null, null),
        Change.Between(Of(40, 2), Of(40, 20), false, TimeShifts.None)["lead_time"]);

    [Fact]
    public void Before_a_history_began_fewer_deployments_mean_nothing()
    {
        var change = Change.Between(Of(40, 0), Of(4, 0), true, TimeShifts.None)["deployment_frequency"];
        Assert.Null(change.Goes);
        Assert.EndsWith("from 4 deployments, while the history of a service began.", change.Says);
    }

    [Fact]
    public void Without_rows_before_there_is_no_data_and_no_zero()
    {
        foreach (var (metric, change) in Change.Between(Of(40, 2), Of(0, 0), false, TimeShifts.None))
            if (metric is not ("lead_time" or "recovery_time")) Assert.Equal(new Change("Before, no data.", null, null), change);
    }

    /// <summary>Thirty days with so many deployments, of which some failed.</summary>
    static FiveMetrics Of(long deployments, long failed)
    {
        double? share = deployments == 0 ? null : (double)failed / deployments;
        return new FiveMetrics
        {
            DeploymentFrequency = new DeploymentFrequency(
                deployments == 0 ? null : deployments / 30.0, deployments, 30, null, null, null, Percentiles.Exact, null),
            LeadTime = new LeadTime(3600, null, null, 12, null, Percentiles.Exact, null, Statistic.Median, 3600),
            ChangeFailureRate = new ChangeFailureRate(share, failed, deployments, null, null),
            RecoveryTime = new RecoveryTime(null, failed, 0, null, null, null, Percentiles.Exact, null, Statistic.Median, null),
            ReworkRate = new ReworkRate(share, failed, deployments, null, null),
        };
    }
}
