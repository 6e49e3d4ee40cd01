using System.IO.Compression;
using System.Text.Json;
using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Correlation;

/// <summary>Two real services, whose numbers were derived from git alone.</summary>
public sealed class RealServicesTests
{
    [Theory]
    [InlineData("frontend", LeadTimeStart.Authored)]
    [InlineData("frontend", LeadTimeStart.Committed)]
    [InlineData("publishing-api", LeadTimeStart.Authored)]
    [InlineData("publishing-api", LeadTimeStart.Committed)]
    public void Gives_the_numbers_that_git_gives(string service, LeadTimeStart start)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Shared.Find("govuk", service + ".expected.json")));
        var judgement = Correlator.Judge(
            Facts(service), Definitions.Default with { LeadTime = new LeadTimeRules { Start = start } });
        var from = expected.RootElement.GetProperty("from").GetDateTimeOffset();
        var to = expected.RootElement.GetProperty("to").GetDateTimeOffset();
        var rows = judgement.Ledger.Where(row => row.DeployedAt >= from && row.DeployedAt < to).ToList();
        var leads = judgement.Shipped.Where(shipped => shipped.DeployedAt >= from && shipped.DeployedAt < to)
            .Select(shipped => shipped.LeadSeconds).OfType<double>().Order().ToList();

        int Expected(string name) => expected.RootElement.GetProperty(name).GetInt32();
        Assert.Equal(Expected("deployments"), rows.Count(row => row.Counted));
        Assert.Equal(Expected("redeploys"), rows.Count(row => row.Kind == LedgerKind.Redeploy));
        Assert.Equal(Expected("rollbacks"), rows.Count(row => row.Kind == LedgerKind.Rollback));
        Assert.Equal(Expected("commits_shipped_without_merges"), leads.Count);
        var times = expected.RootElement.GetProperty(
            start == LeadTimeStart.Authored ? "lead_time_authored_seconds" : "lead_time_committed_seconds");
        Assert.Equal(times.GetProperty("median").GetDouble(), Percentile(leads, 0.5), 0.1);
        Assert.Equal(times.GetProperty("p75").GetDouble(), Percentile(leads, 0.75), 0.1);
        Assert.Equal(times.GetProperty("p90").GetDouble(), Percentile(leads, 0.9), 0.1);
    }

    [Fact]
    public void A_rollback_blames_the_version_that_it_takes_away()
    {
        var judgement = Correlator.Judge(Facts("publishing-api"), Definitions.Default);
        var rollback = Assert.Single(judgement.Ledger, row => row.Kind == LedgerKind.Rollback && row.DeployedAt.Year == 2026);
        var blame = Assert.Single(judgement.Blames, blame => blame.Evidence == rollback.DeploymentId);
        var failed = Assert.Single(judgement.Ledger, row => row.DeploymentId == blame.DeploymentId);
        Assert.Equal("v1329", rollback.Version);
        Assert.Equal("v1328", failed.Version);
        Assert.Equal(rollback.DeployedAt, failed.RestoredAt);
    }

    [Fact]
    public void Order_of_arrival_and_repetition_do_not_matter()
    {
        var facts = Facts("publishing-api");
        var expected = Correlator.Judge(facts, Definitions.Default);
        var shuffled = facts with
        {
            Deployments = [.. facts.Deployments.Concat(facts.Deployments.Take(500)).OrderBy(fact => fact.Id.GetHashCode())],
        };
        var actual = Correlator.Judge(shuffled, Definitions.Default);
        Assert.Equal(expected.Ledger, actual.Ledger);
        Assert.Equal(expected.Shipped, actual.Shipped);
        Assert.Equal(expected.Blames, actual.Blames);
    }

    internal static ServiceFacts Facts(string service)
    {
        var (commits, deployments) = Read(service);
        return new ServiceFacts
        {
            Service = new ServiceName(service),
            Commits = CommitGraph.Of(commits),
            Deployments = deployments,
        };
    }

    internal static (List<CommitFact> Commits, List<DeploymentFact> Deployments) Read(string service)
    {
        var commits = new List<CommitFact>();
        var deployments = new List<DeploymentFact>();
        using var lines = new StreamReader(
            new GZipStream(File.OpenRead(Shared.Find("govuk", service + ".jsonl.gz")), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            string Text(string name) => json.GetProperty(name).GetString()!;
            if (Text("type") == "commit")
            {
                commits.Add(new CommitFact
                {
                    Repository = new RepositoryName(Text("repository")),
                    Sha = Sha.Parse(Text("sha")),
                    Parents = [.. json.GetProperty("parents").EnumerateArray().Select(parent => Sha.Parse(parent.GetString()))],
                    AuthoredAt = json.GetProperty("authored_at").GetDateTimeOffset(),
                    CommittedAt = json.GetProperty("committed_at").GetDateTimeOffset(),
                    Message = Text("message"),
                });
                continue;
            }

            var finished = json.GetProperty("finished_at").GetDateTimeOffset();
            deployments.Add(new DeploymentFact
            {
                Id = Text("id"),
                Service = service,
                Repository = new RepositoryName(Text("repository")),
                Environment = Text("environment"),
                Version = Text("version"),
                Sha = Sha.Parse(Text("sha")),
                Status = DeploymentStatus.Succeeded,
                FinishedAt = finished,
                AsOf = finished,
            });
        }

        return (commits, deployments);
    }

    static double Percentile(List<double> sorted, double fraction)
    {
        var rank = fraction * (sorted.Count - 1);
        var below = (int)rank;
        return sorted[below] + ((sorted[Math.Min(below + 1, sorted.Count - 1)] - sorted[below]) * (rank - below));
    }
}
