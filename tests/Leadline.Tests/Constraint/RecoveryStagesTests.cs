using Leadline.Constraint;
using Xunit;

namespace Leadline.Tests.Constraint;

public sealed class RecoveryStagesTests
{
    static readonly DateTimeOffset Deployed = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Minutes after the deployment; null where nobody told.</summary>
    [Theory]
    [InlineData(10, 15, 40, 60, new[] { 10.0, 5, 25, 20 })]
    [InlineData(10, null, 40, 60, new[] { 10, double.NaN, 30, 20 })]
    [InlineData(10, 15, null, 60, new[] { 10, 5, 45, double.NaN })]
    [InlineData(null, null, 40, 40, new[] { double.NaN, double.NaN, 40, double.NaN })]
    [InlineData(null, null, null, 40, new[] { double.NaN, double.NaN, 40, double.NaN })]
    [InlineData(10, 50, 40, 60, new[] { 10.0, 40, 0, 10 })] // Repaired before anybody took it.
    [InlineData(10, 90, 40, 60, new[] { 10.0, 50, 0, 0 })] // Taken after it was over.
    [InlineData(10, 15, 70, 60, new[] { 10, 5, 45, double.NaN })] // What came afterwards repaired something else.
    [InlineData(-5, 0, 10, 20, new[] { 0.0, 5, 10, 10 })] // Begun while the deployment was rolled out.
    public void The_time_of_a_failure_is_shared_out(
        int? detected, int? acknowledged, int? repaired, int restored, double[] minutes)
    {
        var journey = RecoveryStages.Of(
            "shop", "d1", Deployed, Minute(detected), Minute(acknowledged), Minute(repaired), Minute(restored)!.Value);
        Assert.Equal(minutes.Select(one => double.IsNaN(one) ? (double?)null : one * 60), journey.Stages);
        Assert.Equal((restored - Math.Min(0, detected ?? 0)) * 60, journey.Seconds);
        Assert.Equal(journey.Seconds, journey.Stages.Sum());
    }

    static DateTimeOffset? Minute(int? minute) => minute is { } after ? Deployed.AddMinutes(after) : null;
}
