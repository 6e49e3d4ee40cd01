using Leadline.Core;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>What recorded bodies of forges and build servers say, where it is easily misread.</summary>
public sealed class ForgePayloadsTests
{
    [Fact]
    public void The_whole_commit_id_is_taken_where_a_body_has_it_besides_the_short_one()
    {
        var deployment = Assert.IsType<DeploymentFact>(Assert.Single(Facts("gitlab", "deployment-3.json")));
        Assert.Equal("279484c09fbe69ededfced8c1bb6e6d24616b468", $"{deployment.Sha}");
        Assert.Equal(new DateTimeOffset(2021, 4, 28, 19, 50, 0, TimeSpan.Zero), deployment.FinishedAt);
    }

    [Theory]
    [InlineData("gitlab", "merge_request-2.json", true)]
    [InlineData("gitlab", "merge_request-3.json", false)]
    [InlineData("gitlab", "merge_request-7.json", true)]
    [InlineData("bitbucket", "pull-request-created-1.json", false)]
    [InlineData("bitbucket-server", "pr_merged-1.json", true)]
    [InlineData("bitbucket-server", "pr_merged_iso_dates-1.json", true)]
    [InlineData("azuredevops", "git.pullrequest.created-1.json", false)]
    [InlineData("azuredevops", "git.pullrequest.merged-1.json", true)]
    [InlineData("azuredevops", "git.pullrequest.merged-2.json", false)]
    [InlineData("azuredevops", "git.pullrequest.merged-3.json", true)]
    public void Only_a_change_that_was_merged_has_a_merge_sha_and_time(string source, string file, bool merged)
    {
        var change = Assert.IsType<ChangeFact>(Assert.Single(Facts(source, file)));
        Assert.Equal((merged, merged), (change.MergeSha is not null, change.MergedAt is not null));
    }

    [Fact]
    public void A_deleted_tag_stands_for_no_commit()
    {
        Assert.All(
            new[] { Facts("gitlab", "tag_push-2.json"), Facts("bitbucket", "repo-push-4.json") },
            facts => Assert.Null(Assert.IsType<ArtifactFact>(Assert.Single(facts)).Sha));
        Assert.Equal(
            "82b3d5ae55f7080f1e6022629cdb57bfae7cccc7",
            $"{Assert.IsType<ArtifactFact>(Assert.Single(Facts("gitlab", "tag_push-1.json"))).Sha}");
    }

    /// <summary>Epoch milliseconds in one version, ISO 8601 in another, of one merge.</summary>
    [Fact]
    public void A_time_is_the_same_instant_in_whichever_format_it_came()
    {
        var epoch = Assert.IsType<ChangeFact>(Assert.Single(Facts("bitbucket-server", "pr_merged-1.json")));
        var iso = Assert.IsType<ChangeFact>(Assert.Single(Facts("bitbucket-server", "pr_merged_iso_dates-1.json")));
        Assert.Equal(new DateTimeOffset(2018, 7, 5, 19, 33, 20, TimeSpan.Zero), iso.MergedAt);
        Assert.InRange(epoch.MergedAt!.Value - iso.MergedAt!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_starts_and_ends_is_one_build()
    {
        var started = Assert.IsType<BuildFact>(Assert.Single(Facts("jenkins", "cloudevents-plugin-3.json")));
        var ended = Assert.IsType<BuildFact>(Assert.Single(Facts("jenkins", "cloudevents-plugin-5.json")));
        Assert.Equal((started.Id, started.Sha, started.Repository), (ended.Id, ended.Sha, ended.Repository));
        Assert.Equal((BuildStatus.Running, BuildStatus.Succeeded), (started.Status, ended.Status));
        Assert.InRange((ended.StartedAt!.Value - started.StartedAt!.Value).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("workflow-completed-2.json", "0e6e66c14e61fbcd95db716b0f30d67dbcce7814")]
    [InlineData("workflow-completed-3.json", "c31f86994c54672f97b5bd5e544315b7bd40e4c1")]
    public void The_commit_is_found_wherever_it_stands(string file, string sha) =>
        Assert.Equal(sha, $"{Assert.IsType<BuildFact>(Assert.Single(Facts("circleci", file))).Sha}");

    static IEnumerable<Fact> Facts(string source, string file)
    {
        var delivery = new Delivery
        {
            Source = source,
            Headers = Delivery.NoHeaders,
            Body = File.ReadAllBytes(Shared.Find("payloads", source, file)),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        return Assert.IsType<FactsReading>(Catalogue.Find(source)!.Read(delivery)).Facts;
    }
}
