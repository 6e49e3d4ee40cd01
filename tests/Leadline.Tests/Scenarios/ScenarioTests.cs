using CsCheck;
using Leadline.Core;
using Leadline.Scenarios;
using Xunit;

namespace Leadline.Tests.Scenarios;

public sealed class ScenarioTests
{
    static readonly string Folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Scenarios");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.scenario").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Holds(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        Assert.Empty(await ScenarioRun.OfAsync(Scenario.Parse(text), TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Shuffled_and_doubled_facts_give_the_same_judgement(string file)
    {
        var scenario = Scenario.Parse(File.ReadAllText(Path.Combine(Folder, file)));
        var expected = Judge(scenario.Facts);
        Gen.Shuffle(scenario.Facts.Concat(scenario.Facts).ToArray()).Sample(
            facts =>
            {
                var actual = Judge(facts);
                Assert.Equal(expected.Ledger, actual.Ledger);
                Assert.Equal(expected.Shipped, actual.Shipped);
                Assert.Equal(expected.Blames, actual.Blames);
            },
            iter: 20);

        Judgement Judge(IReadOnlyList<Fact> facts) => Correlator.Judge(
            new ServiceFacts
            {
                Service = new ServiceName("shop"),
                Commits = CommitGraph.Of(facts.OfType<CommitFact>()),
                Changes = [.. facts.OfType<ChangeFact>()],
                Builds = [.. facts.OfType<BuildFact>()],
                Artifacts = [.. facts.OfType<ArtifactFact>()],
                Deployments = [.. facts.OfType<DeploymentFact>()],
                Incidents = [.. facts.OfType<IncidentFact>()],
            },
            scenario.Definitions);
    }

    [Fact]
    public async Task A_miss_says_its_line_what_was_expected_and_what_is_so()
    {
        var misses = await ScenarioRun.OfAsync(
            Scenario.Parse("2026-03-02 10:00 deploy d1 of a1\n\nexpect 2026-03-01 .. 2026-04-01\n  deployments 2\n  d1 is baseline\n"), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(new Miss(4, "deployments 2", "1"), Assert.Single(misses));
    }

    [Theory]
    [InlineData("2026-03-02 09:00 comit a1", 1, "'comit' is nothing that happens")]
    [InlineData("# fine\n2026-03-02 later commit a1", 2, "is no time")]
    [InlineData("2026-03-02 09:00 deploy d1 of a1 took long", 1, "is no span")]
    [InlineData("2026-03-02 09:00 incident I1 resolved", 1, "was not opened before")]
    [InlineData("set lead_time.strt = opened", 1, "did you mean \"start\"?")]
    [InlineData("expect 2026-03-01 to 2026-04-01", 1, "write the window as")]
    public void Says_what_is_wrong_with_a_line(string text, int line, string expected)
    {
        var error = Assert.Throws<ScenarioException>(() => Scenario.Parse(text));
        Assert.Equal(line, error.Line);
        Assert.Contains(expected, error.Message);
    }
}
