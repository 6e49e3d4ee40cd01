using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Constraint;

public sealed class BootstrapTests(ITestOutputHelper output)
{
    [Fact]
    public void Times_mapped_to_their_own_sample_stay_and_to_another_go_to_the_same_place()
    {
        Assert.Equal([3, 1, 2], QuantileMap.Of([3, 1, 2], [1, 2, 3]));
        Assert.Equal([30, 10, 20], QuantileMap.Of([3, 1, 2], [10, 20, 30]));
        Assert.Equal([15, 15], QuantileMap.Of([7, 7], [10, 20]));
        Assert.Equal([5, 5, 5], QuantileMap.Of([1, 2, 3], [5]));

        // Places 1/4 and 3/4 of four rows lie in the middle between two of them.
        Assert.Equal([15, 35], QuantileMap.Of([1, 2], [10, 20, 30, 40]));
        Assert.Empty(QuantileMap.Of([], [1]));
        Assert.Throws<ArgumentException>(() => QuantileMap.Of([1], []));
    }

    [Fact]
    public void A_draw_of_one_cluster_is_the_sample_itself()
    {
        var draws = ClusterBootstrap.Draw([0, 0, 0, 0], _ => [[1, 9, 3, 5], [2, 2, 2, 2]]);
        Assert.Equal(ClusterBootstrap.Draws, draws.Length);
        Assert.All(draws, draw => Assert.Equal([(4, 4.5), (2, 2)], draw));
    }

    [Fact]
    public void The_same_rows_give_the_same_draws()
    {
        Assert.Equal(Draws().SelectMany(draw => draw), Draws().SelectMany(draw => draw));
        Assert.NotEqual(1, Draws().Select(draw => draw[0].Median).Distinct().Count());

        static (double Median, double Mean)[][] Draws() => ClusterBootstrap.Draw([0, 0, 1, 2, 2, 3], _ => [[4, 1, 8, 2, 6, 9]]);
    }

    /// <summary>
    /// Of samples whose rows are alike within a cluster; an interval that took the rows for independent would hold the true
    /// median in two of three.
    /// </summary>
    [Fact]
    public void Nineteen_of_twenty_intervals_hold_the_true_median_of_rows_that_come_in_clusters()
    {
        var random = new Random(5);
        var (clustered, independent) = (0, 0);
        const int Samples = 200;
        for (var sample = 0; sample < Samples; sample++)
        {
            List<int> clusters = [];
            List<double> values = [];
            for (var cluster = 0; cluster < 40; cluster++)
            {
                var shared = Normal();
                for (var row = 0; row < 6; row++)
                {
                    clusters.Add(cluster);
                    values.Add(shared + (0.5 * Normal()));
                }
            }

            if (Holds(clusters)) clustered++;
            if (Holds([.. Enumerable.Range(0, values.Count)])) independent++;

            bool Holds(List<int> of) =>
                ClusterBootstrap.Interval(
                    ClusterBootstrap.Draw(of, _ => [[.. values]]).Select(draw => draw[0].Median)) is [< 0, > 0];
        }

        output.WriteLine($"of {Samples}: {clustered} by clusters, {independent} by rows");
        Assert.InRange(clustered, Samples * 0.91, Samples * 0.99);
        Assert.True(independent < Samples * 0.8);

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [Fact]
    public void A_percentile_lies_between_rows_as_SQL_has_it()
    {
        Assert.Equal(2.5, Median.At(0.5, [4, 1, 2, 3]));
        Assert.Equal(3.7, Median.At(0.9, [4, 1, 2, 3])!.Value, 1e-12);
        Assert.Equal(7, Median.At(0.9, [7]));
        Assert.Null(Median.At(0.5, []));
    }
}
