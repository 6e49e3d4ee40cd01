using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

public sealed class ServiceMapTests
{
    static readonly DeploymentFact Deployed = new()
    {
        Id = "1",
        Service = "checkout-prod",
        App = "checkout-prod",
        Environment = "production",
        Status = DeploymentStatus.Succeeded,
    };

    [Fact]
    public void A_tools_app_is_the_service_that_claims_it() => Assert.Equal("checkout", ServiceOf(Deployed, "checkout"));

    [Fact]
    public void A_service_of_that_name_goes_before_one_that_claims_the_app() =>
        Assert.Equal("checkout-prod", ServiceOf(Deployed, "checkout", "checkout-prod"));

    [Fact]
    public void Without_definitions_a_tools_app_is_a_service() => Assert.Equal("checkout-prod", ServiceOf(Deployed));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_blank_name_is_no_service(string name) => Assert.Null(ServiceOf(Deployed with { Service = name, App = name }));

    [Fact]
    public void A_declared_service_that_is_not_defined_is_none() => Assert.Null(ServiceOf(Deployed with { App = null }, "checkout"));

    static string? ServiceOf(DeploymentFact deployment, params string[] names)
    {
        var services = names.Select(name => new ServiceDefinition { Name = new ServiceName(name), Apps = [$"{name}-*"] });
        var map = new ServiceMap(Definitions.Default with { Services = [.. services] }, [(deployment.Service!, deployment.Repository)], []);
        return map.ServicesOf(deployment) is [var only] ? only.Name.Value : null;
    }
}
