using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

public sealed class DeployJobTests
{
    [Theory]
    [InlineData("deploy-production", "production")]
    [InlineData("deploy_to_production", "production")]
    [InlineData("Deploy to production", "production")]
    [InlineData("DEPLOY:eu-west-1", "eu-west-1")]
    [InlineData("deploy/prod/eu", "prod/eu")]
    [InlineData("deploy-to", "to")]
    [InlineData("deploy", null)]
    [InlineData("deploy-", null)]
    [InlineData("deploy shop", null)]
    [InlineData("deploy-shop to production", null)]
    [InlineData("deployment-production", null)]
    [InlineData("redeploy-production", null)]
    [InlineData("build", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_job_says_where_it_deploys_to_or_nothing(string? name, string? environment) =>
        Assert.Equal(environment, DeployJob.EnvironmentOf(name));
}
