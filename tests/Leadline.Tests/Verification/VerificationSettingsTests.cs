using Leadline.Core;
using Leadline.Settings;
using Leadline.Verification;
using Xunit;

namespace Leadline.Tests.Verification;

public sealed class VerificationSettingsTests
{
    [Fact]
    public void A_check_has_what_is_written_and_else_its_defaults()
    {
        var settings = Parse("""
            verification:
              sources:
                metrics: { api: "http://prometheus:9090" }
                logs: { kind: loki, api: https://loki.example.com/, token: "${LOKI_TOKEN}", tenant: acme }
              services:
                checkout:
                  errors: { source: metrics, query: up }
                  refusals: { source: logs, query: x, measures: business, worse: lower, tolerance: 0.25, least: 2, after: 10m, before: 1h }
            """);
        Assert.Empty(settings.Missing);
        var (errors, refusals) = (settings.Of("checkout")[0], settings.Of("Checkout")[1]);
        Assert.Equal(
            (MeasureKind.Prometheus, "http://prometheus:9090/", null),
            (errors.Source.Kind, errors.Source.Address.ToString(), errors.Source.Token));
        Assert.Equal(
            (MeasureOf.ErrorRate, new ComparisonRule(
                WorseWhen.Higher, 0.1, 0), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30)),
                (errors.Measures, errors.Rule, errors.After, errors.Before));
        Assert.Equal(
            (MeasureKind.Loki, "of LOKI_TOKEN", "acme"), (refusals.Source.Kind, refusals.Source.Token, refusals.Source.Tenant));
        Assert.Equal(
            (MeasureOf.Business, new ComparisonRule(WorseWhen.Lower, 0.25, 2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)),
            (refusals.Measures, refusals.Rule, refusals.After, refusals.Before));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)), (errors.Step, refusals.Step));
        Assert.Empty(settings.Of("till"));
    }

    [Fact]
    public void A_glob_stands_for_several_services_and_a_name_goes_before_it()
    {
        var settings = Parse("""
            verification:
              sources: { metrics: { api: https://prometheus.example.com } }
              services:
                "*": { errors: { query: all }, latency: { query: slow } }
                checkout: { errors: { query: own } }
            """);
        Assert.Equal(
            [("errors", "own"), ("latency", "slow")], settings.Of("checkout").Select(check => (check.Name, check.Query)));
        Assert.Equal([("errors", "all"), ("latency", "slow")], settings.Of("till").Select(check => (check.Name, check.Query)));
    }

    [Fact]
    public void All_that_is_missing_is_said_at_once_with_line_and_key()
    {
        var settings = Parse("""
            verification:
              sources:
                metrics: { kind: prometheus }
                logs: { kind: loki, api: https://loki.example.com }
              services:
                checkout:
                  errors: { query: up }
                  latency: { source: metric, query: up }
                  saturation: { source: logs }
            """);
        Assert.Equal(
            [
                "leadline.yaml:3:5 verification.sources.metrics: it has no address: write api: https://…",
                "leadline.yaml:7:7 verification.services.checkout.errors: it does not say which source is asked: write "
                    + "source: metrics; there are metrics, logs",
                "leadline.yaml:8:26 verification.services.checkout.latency.source: there is no source 'metric' below "
                    + "verification.sources: there are metrics, logs; did you mean \"metrics\"?",
                "leadline.yaml:9:7 verification.services.checkout.saturation: it has no query: write query: …",
            ],
            settings.Missing);
        Assert.Equal(settings.Missing, Assert.Throws<SettingsException>(settings.ThrowIfMissing).Errors);
    }

    [Theory]
    [InlineData(
        "sources: { m: { api: http://prometheus:9090, token: x } }",
        "2:24 verification.sources.m.api: 'http://prometheus:9090' would have the token sent for everybody to read")]
    [InlineData(
        "services: { chekout: { errors: { query: up } } }",
        "2:15 verification.services.chekout: there is no service 'chekout'; did you mean \"checkout\"?")]
    [InlineData(
        "services: { checkout: { errors: { after: 5s } } }",
        "2:44 verification.services.checkout.errors.after: '5s' is no window: write a span from 10s to 7d")]
    [InlineData(
        "services: { checkout: { errors: { tolerance: -1 } } }",
        "2:48 verification.services.checkout.errors.tolerance: '-1' is no number: write a number such as 0.1")]
    [InlineData(
        "services: { checkout: { errors: { worse: up } } }",
        "2:44 verification.services.checkout.errors.worse: 'up' is none of higher, lower")]
    public void What_is_wrong_is_said_with_line_and_key(string written, string sentence)
    {
        var yaml = $"verification:\n  {written}\nservices: {{ checkout: {{}} }}\n";
        Assert.Contains(
            sentence.Replace("2:", "leadline.yaml:2:"),
            string.Join('\n', Assert.Throws<SettingsException>(() => Parse(yaml)).Errors));
    }

    [Fact]
    public void Whoever_asks_needs_the_token()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "leadline.yaml");
        File.WriteAllText(file, "verification:\n  sources: { m: { api: https://a.example, token: \"${UNSET}\" } }\n");
        Assert.Equal(
            "leadline.yaml:2:50 verification.sources.m.token: the environment variable UNSET is not set, or is empty",
            Assert.Single(Assert.Throws<SettingsException>(() => SettingsFile.Load(file, _ => null)).Errors));
    }

    /// <summary>Whoever only looks at numbers need not have the token; who asks is told.</summary>
    [Fact]
    public void Verbs_that_ask_nothing_do_not_need_the_token()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "leadline.yaml");
        File.WriteAllText(
            file,
            "verification:\n  sources: { m: { api: https://a.example, token: \"${UNSET}\" } }\n  services: { shop: { errors: "
                + "{ query: up } } }\n");
        var source = Assert.Single(SettingsFile.LoadWithoutSecrets(file, _ => null).Verification.Sources);
        Assert.Equal(
            "the environment variable UNSET, which verification.sources.m.token names, is not set, or is empty", source.Trouble);
    }

    static VerificationSettings Parse(string yaml) =>
        SettingsFile.Parse(yaml, "leadline.yaml", name => name == "UNSET" ? null : $"of {name}").Verification;
}
