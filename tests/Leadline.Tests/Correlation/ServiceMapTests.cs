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
    public void A_declared_service_that_is_not_defined_is_none() =>
        Assert.Null(ServiceOf(Deployed with { App = null }, "checkout"));

    static string? ServiceOf(DeploymentFact deployment, params string[] names)
    {
        var services = names.Select(name => new ServiceDefinition { Name = new ServiceName(name), Apps = [$"{name}-*"] });
        var map = new ServiceMap(
            Definitions.Default with { Services = [.. services] }, [(deployment.Service!, deployment.Repository)], []);
        return map.ServicesOf(deployment) is [var only] ? only.Name.Value : null;
    }

    static readonly ServiceMap Map = new(
        Definitions.Default with
        {
            Services =
            [
                Service("checkout", ("pagerduty", "PSVC1"), (ServiceMap.Alerts, "service=checkout")),
                Service("search", (ServiceMap.Alerts, "team=find")),
            ],
        },
        [], []);

    static readonly IncidentFact Incident = new()
    {
        Id = "i",
        Source = "alertmanager",
        Status = IncidentStatus.Open,
        StartedAt = DateTimeOffset.UnixEpoch,
    };

    [Theory]
    [InlineData("alertmanager")]
    [InlineData("grafana")]
    public void An_alert_is_the_service_s_that_its_label_is_mapped_to_whatever_its_source(string source) =>
        Assert.Equal(["checkout"], Of(Incident with { Source = source, AlertLabels = ["severity=page", "Service=Checkout"] }));

    [Fact]
    public void An_alert_of_several_services_is_an_incident_of_each() =>
        Assert.Equal(["checkout", "search"], Of(Incident with { AlertLabels = ["service=checkout", "team=find"] }));

    [Fact]
    public void A_group_is_mapped_for_its_own_source_alone()
    {
        Assert.Equal(["checkout"], Of(Incident with { Source = "pagerduty", Group = "PSVC1" }));
        Assert.Empty(Of(Incident with { Source = "opsgenie", Group = "PSVC1" }));
        Assert.Empty(Of(Incident with { Group = "service=checkout" }));
    }

    [Fact]
    public void What_is_mapped_comes_before_a_name_that_happens_to_be_a_service() =>
        Assert.Equal(["checkout"], Of(Incident with { Source = "pagerduty", Group = "PSVC1", Service = "search" }));

    [Fact]
    public void Without_a_mapping_the_name_decides()
    {
        Assert.Equal(["search"], Of(Incident with { Service = "Search", AlertLabels = ["severity=page"] }));
        Assert.Empty(Of(Incident with { AlertLabels = ["severity=page"] }));
    }

    static IEnumerable<string> Of(IncidentFact incident) => Map.ServicesOf(incident).Select(service => service.Name.Value);

    static ServiceDefinition Service(string name, params (string Source, string Group)[] incidents) =>
        new()
        {
            Name = new ServiceName(name),
            Incidents = [.. incidents.Select(one => new IncidentMapping(one.Source, one.Group))],
        };
}
