using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Sources;
using Leadline.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Storage;

/// <summary>
/// From a configuration repository's commit to the application's, through the store, in whatever order deliveries come.
/// </summary>
public sealed class ConfigurationRepositoriesTests
{
    const string First = "1111111111111111111111111111111111111111", Second = "2222222222222222222222222222222222222222";
    const string Start = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Bump = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        Other = "cccccccccccccccccccccccccccccccccccccccc";

    static readonly Definitions Definitions = Definitions.Default with
    {
        Services =
        [
            new ServiceDefinition
            {
                Name = new ServiceName("checkout"),
                Repositories = [new RepositoryName("acme/shop")],
                Apps = ["checkout-*"],
            },
        ],
    };

    static readonly (string Source, string Body)[] Deliveries =
    [
        ("leadline", Commit("acme/shop", First, null, "2026-03-02T09:00:00Z", "Begin", "a.c")),
        ("leadline", Commit("acme/shop", Second, First, "2026-03-02T10:00:00Z", "Go on", "a.c")),
        ("leadline", Commit(
            "Acme/Deploy", Start, null, "2026-03-02T09:10:00Z", $"Set up\\n\\ncheckout: {First}", "checkout/prod/values.yaml")),
        ("leadline", Commit(
            "Acme/Deploy", Bump, Start, "2026-03-02T10:10:00Z", $"Set {Second[..9]}", "checkout/prod/values.yaml")),
        ("leadline", Commit(
            "Acme/Deploy", Other, Bump, "2026-03-02T10:11:00Z", $"Set {First} for search", "search/prod/values.yaml")),
        ("argocd", Application(7, Start, "2026-03-02T09:20:00Z")),
        ("argocd", Application(8, Other, "2026-03-02T10:20:00Z")),
        ("leadline", """{"type":"deployment","id":"by-hand","service":"checkout","environment":"production","sha":"DIGITS","status":"succeeded","finished_at":"2026-03-02T10:30:00Z"}""".Replace("DIGITS", Bump)),
    ];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_order_in_which_deliveries_come_does_not_matter()
    {
        string? expected = null;
        foreach (var order in (int[][])[
            [0, 1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1, 0], [5, 6, 7, 0, 1, 4, 3, 2], [6, 4, 2, 0, 7, 5, 3, 1],
        ])
        {
            await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
            var readings = new Readings(store, Definitions, NullLogger.Instance);
            var intake = new Intake(new byte[32]);
            foreach (var place in order)
            {
                var (source, body) = Deliveries[place];
                var delivery = new Delivery
                {
                    Source = source,
                    Headers = Delivery.NoHeaders,
                    Body = Encoding.UTF8.GetBytes(body),
                    ReceivedAt = Made.Instant("2026-03-03T00:00:00Z"),
                };
                await store.AppendAsync([intake.Prepare(Catalogue.Find(source)!, delivery)], Cancellation);
                await readings.DrainAsync(null, Cancellation);
            }

            var fingerprint = await store.JudgedFingerprintAsync(Cancellation);
            Assert.Equal(expected ??= fingerprint, fingerprint);
            var window = new MetricsQuery(
                null, "production", Made.Instant("2026-03-01T00:00:00Z"), Made.Instant("2026-04-01T00:00:00Z"));
            var shipped = Assert.Single(
                (await store.ExplainAsync("lead_time", new RowsQuery(window), new Definitions(), Cancellation))!.Shipped);
            Assert.Equal((Second, "gitops", 1200), (shipped.Sha, shipped.Method, shipped.LeadSeconds));
            var coverage =
                (await new MetricsReader(store, Definitions, new FakeTimeProvider(window.To))
                    .ReadAsync(window, Cancellation)).Coverage;
            Assert.Equal(
                (1, 1, 0, 0), (coverage.DeploymentsWithChanges, coverage.Baseline, coverage.Configuration, coverage.UnknownSha));
        }
    }

    static string Commit(string repository, string sha, string? parent, string at, string message, string path) =>
        $$"""{"type":"commit","repository":"{{repository}}","sha":"{{sha}}","parents":[{{(parent is null ? "" : $"\"{parent}\"")}}],"authored_at":"{{at}}","committed_at":"{{at}}","message":"{{message}}","paths":["{{path}}"]}""";

    static string Application(int id, string revision, string at) =>
        $$$$"""
        {"notification":1,"metadata":{"name":"checkout-prod","uid":"00000000-0000-4000-8000-0000000000a1","labels":{"environment":"production"}},
         "spec":{"source":{"repoURL":"https://git.acme.example/acme/deploy.git","path":"checkout/prod"},"destination":{"name":"prod"}},
         "status":{"history":[{"id":{{{{id - 1}}}},"revision":"dddddddddddddddddddddddddddddddddddddddd","deployedAt":"2026-03-01T00:00:00Z"},{"id":{{{{id}}}},"revision":"{{{{revision}}}}","deployedAt":"{{{{at}}}}"}],
          "operationState":{"phase":"Succeeded","finishedAt":"{{{{at}}}}"},"health":{"status":"Healthy","lastTransitionTime":"{{{{at}}}}"},"summary":{"images":[]}}}
        """;
}
