using Leadline.Core;
using Leadline.Storage;
using Xunit;

namespace Leadline.Tests.Storage;

public sealed class FactsTests
{
    static readonly DateTimeOffset Noon = Made.Instant("2026-02-03T12:00:00.123456Z");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_field_of_a_fact_comes_back_as_it_was_stated()
    {
        var change = new ChangeFact
        {
            Repository = Made.Repository,
            Number = 7,
            OpenedAt = Noon,
            ReadyAt = Noon.AddMinutes(1),
            FirstReviewedAt = Noon.AddMinutes(2),
            ApprovedAt = Noon.AddMinutes(3),
            MergedAt = Noon.AddMinutes(4),
            ClosedAt = Noon.AddMinutes(5),
            MergeSha = Made.Sha(1),
            HeadSha = Made.Sha(2),
            Commits = [Made.Sha(2), Made.Sha(3)],
            Branch = "fix",
            TargetBranch = "main",
            Labels = ["hotfix", "two words"],
            Title = "Größe 修正",
            Author = "hash",
            Url = "https://acme.example/7",
            Lines = 40,
            AsOf = Noon,
        };
        var review = new ReviewFact
        {
            Repository = Made.Repository,
            Number = 7,
            Id = "r1",
            SubmittedAt = Noon,
            Approved = true,
            Author = "other",
            AsOf = Noon,
        };
        var build = new BuildFact
        {
            Id = "b1",
            Repository = Made.Repository,
            Sha = Made.Sha(1),
            Pipeline = "ci",
            Attempt = 2,
            QueuedAt = Noon,
            StartedAt = Noon.AddSeconds(1),
            FinishedAt = Noon.AddSeconds(2),
            Status = BuildStatus.Canceled,
            Url = "https://acme.example/b1",
            AsOf = Noon,
        };
        var artifact = new ArtifactFact { Repository = Made.Repository, Name = "v1.2", Sha = Made.Sha(1), AsOf = Noon };
        var deployment = new DeploymentFact
        {
            Id = "d1",
            App = "shop-prod",
            Repository = Made.Repository,
            Environment = "prod",
            Version = "v1.2",
            Sha = Sha.Parse("0000001"),
            Status = DeploymentStatus.Superseded,
            CreatedAt = Noon,
            WaitedFrom = Noon.AddSeconds(1),
            StartedAt = Noon.AddSeconds(2),
            FinishedAt = Noon.AddSeconds(3),
            Failed = false,
            Changes = ["#7", "0000001"],
            Url = "https://acme.example/d1",
            AsOf = Noon,
        };
        var incident = new IncidentFact
        {
            Id = "SHOP-1",
            Source = "jira",
            Group = "SHOP",
            AlertLabels = ["service=checkout", "severity=page"],
            Repository = Made.Repository,
            Status = IncidentStatus.Resolved,
            StartedAt = Noon,
            AcknowledgedAt = Noon.AddSeconds(1),
            ResolvedAt = Noon.AddSeconds(2),
            Severity = "sev1",
            Deployment = "d1",
            Sha = Made.Sha(1),
            Labels = [],
            Title = "Checkout is down",
            Url = "https://acme.example/1",
            AsOf = Noon,
        };
        var comparison = new ComparisonFact
        {
            Repository = Made.Repository,
            Base = Made.Sha(1),
            Head = Made.Sha(3),
            Status = ComparisonStatus.Diverged,
            MergeBase = Made.Sha(4),
            Commits = [Made.Sha(2), Made.Sha(3)],
            Total = 2,
            AsOf = Noon,
        };
        await using var store = await OpenAsync(change, review, build, artifact, comparison, deployment, incident);
        var facts = await OnlyServiceAsync(store, Definitions.Default);

        // Records compare arrays by reference, so that each is compared on its own.
        var known = Assert.Single(facts.Changes);
        Assert.Equal(change.Commits!.Value, known.Commits!.Value);
        Assert.Equal(change.Labels!.Value, known.Labels!.Value);
        Assert.Equal(change, known with { Commits = change.Commits, Labels = change.Labels });
        Assert.Equal(review, Assert.Single(facts.Reviews));
        Assert.Equal(build, Assert.Single(facts.Builds));
        Assert.Equal(artifact, Assert.Single(facts.Artifacts));
        var compared = Assert.Single(facts.Comparisons);
        Assert.Equal(comparison.Commits, compared.Commits.AsEnumerable());
        Assert.Equal(comparison, compared with { Commits = comparison.Commits });
        Assert.True(facts.Commits.Find(Made.Sha(1)) >= 0 && facts.Commits.Find(Made.Sha(2)) >= 0);
        var deployed = Assert.Single(facts.Deployments);
        Assert.Equal(deployment.Changes!.Value, deployed.Changes!.Value);
        Assert.Equal(deployment, deployed with { Changes = deployment.Changes });
        var opened = Assert.Single(facts.Incidents);
        Assert.Empty(opened.Labels!.Value);
        Assert.Equal(incident.AlertLabels!.Value, opened.AlertLabels!.Value);
        Assert.Equal(incident, opened with { Labels = incident.Labels, AlertLabels = incident.AlertLabels });
    }

    [Fact]
    public async Task What_a_source_did_not_say_stays_unsaid()
    {
        var change = new ChangeFact { Repository = Made.Repository, Number = 8, AsOf = Noon };
        var deployment = new DeploymentFact
        {
            Id = "d2",
            Repository = Made.Repository,
            Environment = "prod",
            Status = DeploymentStatus.Created,
            AsOf = Noon,
        };
        var incident = new IncidentFact
        {
            Id = "2",
            Source = "github",
            Repository = Made.Repository,
            Status = IncidentStatus.Open,
            StartedAt = Noon,
            AsOf = Noon,
        };
        var alert = incident with { Id = "3", AlertLabels = ["service=checkout"] };
        var comparison = new ComparisonFact
        {
            Repository = Made.Repository,
            Base = Made.Sha(1),
            Head = Made.Sha(2),
            Commits = [],
            AsOf = Noon,
        };
        await using var store = await OpenAsync(
            change, deployment, comparison, incident, alert, incident with { Id = "4", Group = "SHOP" });
        var facts = await OnlyServiceAsync(store, Definitions.Default);
        Assert.Equal(change, Assert.Single(facts.Changes));
        Assert.Equal(deployment, Assert.Single(facts.Deployments));
        var compared = Assert.Single(facts.Comparisons);
        Assert.Empty(compared.Commits);
        Assert.Equal(comparison, compared with { Commits = [] });
        Assert.Equal(incident, facts.Incidents.Single(fact => fact.Id == "2"));
        Assert.Null(facts.Incidents.Single(fact => fact.Id == "3").Group);
        Assert.Equal(alert.AlertLabels.Value, facts.Incidents.Single(fact => fact.Id == "3").AlertLabels!.Value);
        Assert.Equal(incident with { Id = "4", Group = "SHOP" }, facts.Incidents.Single(fact => fact.Id == "4"));
    }

    [Fact]
    public async Task A_repository_is_found_whatever_the_case_of_its_name_in_the_definitions()
    {
        var github = new RepositoryName("Acme/Shop");
        var deployment = new DeploymentFact
        {
            Id = "d",
            Repository = github,
            Environment = "prod",
            Sha = Made.Sha(1),
            Status = DeploymentStatus.Succeeded,
            AsOf = Noon,
        };
        await using var store = await OpenAsync(
            Made.Commit(1, github), new ChangeFact { Repository = github, Number = 7, AsOf = Noon }, deployment);
        var definitions = Definitions.Default with
        {
            Services =
            [
                new ServiceDefinition { Name = new ServiceName("shop"), Repositories = [new RepositoryName("acme/shop")] },
            ],
        };
        var facts = await OnlyServiceAsync(store, definitions);
        Assert.Equal(1, facts.Commits.Count);
        Assert.Single(facts.Changes);
        Assert.Single(facts.Deployments);
    }

    [Fact]
    public async Task A_merge_of_more_than_sixty_four_branches_keeps_all_its_parents()
    {
        var roots = Enumerable.Range(1, 66).Select(number => Made.Commit(number)).ToList();
        await using var store = await OpenAsync([.. roots, Made.Commit(100, parents: [.. roots.Select(root => root.Sha)])]);
        var graph = (await OnlyServiceAsync(store, Definitions.Default)).Commits;
        Assert.Equal(66, graph.Parents(graph.Find(Made.Sha(100))).Length);
    }

    [Fact]
    public async Task Facts_that_are_saved_after_a_failed_save_keep_their_repository()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync([Made.Delivery("a"), Made.Delivery("b")], Cancellation);
        var read = new ReadDelivery(1, 1, Reading.Of(Made.Commit(1)));
        await Assert.ThrowsAsync<ArgumentException>(
            () => store.SaveReadingsAsync([read, new ReadDelivery(2, 1, new NoOutcome())], [], Cancellation));
        Assert.Equal(2, (await store.UnreadAsync(10, Cancellation)).Length);
        await store.SaveReadingsAsync([read], [], Cancellation);
        Assert.Equal(1, (await OnlyServiceAsync(store, Definitions.Default)).Commits.Count);
    }

    [Fact]
    public async Task A_service_that_the_definitions_drop_is_marked_with_those_that_they_have()
    {
        await using var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.JudgeAsync([Made.Row("d1", "2026-01-01T00:00:00Z", "old")], [], [], Cancellation, "old");
        var definitions = Definitions.Default with { Services = [new ServiceDefinition { Name = new ServiceName("new") }] };
        await store.MarkAllStaleAsync(await store.ServiceMapAsync(definitions, Cancellation), Cancellation);
        Assert.Equal(["new", "old"], (await store.StaleAsync(Cancellation)).Select(stale => stale.Service.Value).Order());
    }

    static async Task<Store> OpenAsync(params Fact[] facts)
    {
        var store = await Store.OpenAsync(TestStore.New, Cancellation);
        await store.AppendAsync([Made.Delivery("a")], Cancellation);
        await store.SaveReadingsAsync([new ReadDelivery(1, 1, new FactsReading([.. facts]))], [], Cancellation);
        return store;
    }

    static async Task<ServiceFacts> OnlyServiceAsync(Store store, Definitions definitions)
    {
        var map = await store.ServiceMapAsync(definitions, Cancellation);
        return await store.FactsOfAsync(Assert.Single(map.Services), map, Cancellation);
    }

    sealed record NoOutcome : Reading;
}
