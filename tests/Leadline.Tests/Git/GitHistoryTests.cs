using System.Text;
using Leadline.Analyze;
using Leadline.Core;
using Leadline.Git;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Git;

/// <summary>What a repository's history comes to, on repositories made for the purpose.</summary>
public sealed class GitHistoryTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static readonly GitQuery VersionTags = new(null, null, []);

    [Fact]
    public async Task Ships_each_commit_with_the_first_version_tag_that_reaches_it()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(1, "v1.0");
        await repository.CommitAsync(2);
        await repository.GitAsync("checkout", "-q", "-b", "feature");
        await repository.CommitAsync(3, file: "b.txt");
        await repository.GitAsync("checkout", "-q", "main");
        await repository.CommitAsync(4);
        await repository.GitAtAsync(5, 5, "Ada", null, "merge", "-q", "--no-ff", "-m", "merge", "feature");
        await repository.TagAsync(5.5, "v1.1.0-rc.1");
        await repository.TagAsync(6, "v1.1.0");

        var analysis = await AnalyzeAsync(repository);

        Assert.Equal(["v1.1.0", "v1.0"], analysis.Deployments.Select(row => row.Version));
        var release = analysis.Deployments[0];
        Assert.Equal(MadeRepository.Day(6), release.DeployedAt);
        Assert.Equal(4, release.Commits);
        Assert.Equal(3, analysis.Metrics.LeadTime.Count);
        Assert.Equal(3 * 86_400, analysis.Metrics.LeadTime.MedianSeconds);
        Assert.Equal("baseline", analysis.Deployments[1].Link);
        Assert.Equal("shop", Assert.Single(analysis.Scope.Services));
        Assert.Contains(analysis.Notes, note => note.Contains("pre-release") && note.Contains("v1.1.0-rc.1"));
    }

    [Fact]
    public async Task Takes_the_taggers_time_of_an_annotated_tag_and_the_committers_of_a_plain_one()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0, committed: 1);
        await repository.GitAsync("tag", "v1.0");
        await repository.CommitAsync(2, committed: 3);
        await repository.TagAsync(9, "v1.1");
        await repository.TagAsync(10, "other");
        await repository.TagAsync(11, "v1.2", "v1.1");

        var deployments = (await ReadAsync(repository, VersionTags)).Deployments;

        Assert.Equal(
            [("v1.0", 1.0), ("v1.1", 9.0), ("v1.2", 11.0)],
            deployments.OrderBy(deployment => deployment.FinishedAt)
                .Select(deployment => (deployment.Id, (deployment.FinishedAt!.Value - MadeRepository.Day(0)).TotalDays)));
        Assert.Equal(deployments.Single(d => d.Id == "v1.1").Sha, deployments.Single(d => d.Id == "v1.2").Sha);
    }

    [Fact]
    public async Task A_tag_back_to_an_older_commit_is_a_rollback_that_blames_the_first_release_it_undoes()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v0.9");
        var good = await repository.CommitAsync(1);
        await repository.TagAsync(2, "v1.0");
        await repository.CommitAsync(3);
        await repository.TagAsync(4, "v1.1");
        await repository.TagAsync(5, "v1.2", good);

        var analysis = await AnalyzeAsync(repository);

        Assert.Equal("rollback", analysis.Deployments[0].Kind);
        Assert.True(analysis.Deployments[1].Failed);
        Assert.Equal(["rollback"], analysis.Deployments[1].FailedBecause);
        Assert.Equal(86_400, analysis.Deployments[1].RecoverySeconds);
        Assert.Equal(1, analysis.Metrics.ReworkRate.Rework);
    }

    [Fact]
    public async Task A_revert_in_a_later_release_makes_the_earlier_one_a_failure()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v0.9");
        await repository.CommitAsync(1);
        await repository.TagAsync(2, "v1.0");
        await repository.GitAtAsync(3, 3, "Ada", null, "revert", "--no-edit", "HEAD");
        await repository.TagAsync(4, "v1.1");

        var analysis = await AnalyzeAsync(repository);

        Assert.Equal(["revert"], analysis.Deployments.Single(row => row.Version == "v1.0").FailedBecause);
        Assert.Equal(1, analysis.Metrics.ChangeFailureRate.Failed);
    }

    [Theory]
    [InlineData("services/checkout/**", 1)]
    [InlineData("services/checkout", 1)]
    [InlineData("services/{checkout,cart}/**", 2)]
    [InlineData("services/*/c.txt", 2)]
    [InlineData("**/c.txt", 2)]
    [InlineData("docs/[a].md", 1)]
    public async Task Takes_only_the_commits_that_touch_the_services_paths(string glob, int commits)
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        await repository.CommitAsync(1, file: "services/checkout/c.txt");
        await repository.CommitAsync(2, file: "services/cart/c.txt");
        await repository.CommitAsync(3, file: "docs/[a].md");
        await repository.CommitAsync(3.5, file: "docs/a.md");
        await repository.TagAsync(4, "v1.1");

        // From a folder of it: the globs still begin at the root.
        var analysis = await Analysis.OfAsync(
            Query(Path.Combine(repository.Path, "services"), new GitQuery(null, null, [glob])), Clock, null, Cancellation);

        Assert.Equal(commits, analysis.Metrics.LeadTime.Count);
        Assert.Equal("shop", analysis.Scope.Services[0]);
    }

    [Fact]
    public async Task Every_first_parent_commit_of_a_release_branch_is_a_deployment()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.GitAsync("checkout", "-q", "-b", "feature");
        await repository.CommitAsync(1, file: "b.txt");
        await repository.CommitAsync(2, file: "b.txt");
        await repository.GitAsync("checkout", "-q", "main");
        await repository.GitAtAsync(3, 3, "Ada", null, "merge", "-q", "--no-ff", "-m", "merge", "feature");

        // A tag of the branch's name must not be taken for it.
        await repository.GitAsync("tag", "main", "HEAD~1");

        var history = await ReadAsync(repository, new GitQuery(null, "main", []));
        var analysis = await AnalyzeAsync(repository, new GitQuery(null, "main", []));

        Assert.Equal(
            [MadeRepository.Day(0), MadeRepository.Day(3)],
            history.Deployments.Select(deployment => deployment.FinishedAt!.Value));
        Assert.Equal(3, analysis.Deployments[0].Commits);
        Assert.Equal(2, analysis.Metrics.LeadTime.Count);
        Assert.Equal(1.5 * 86_400, analysis.Metrics.LeadTime.MedianSeconds);
    }

    [Fact]
    public async Task Commits_of_one_second_or_of_a_slow_clock_on_a_release_branch_are_no_rollbacks()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        for (var i = 0; i < 8; i++) await repository.CommitAsync(1);
        await repository.CommitAsync(0.5);

        var analysis = await AnalyzeAsync(repository, new GitQuery(null, "main", []));

        Assert.All(analysis.Deployments, row => Assert.Equal("deployment", row.Kind));
        Assert.Equal(0, analysis.Metrics.ChangeFailureRate.Failed);
        Assert.Contains(analysis.Notes, note => note.StartsWith("1 commit is dated before the parent on main"));
    }

    [Fact]
    public async Task A_branch_that_only_the_origin_has_is_found()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.GitAsync("branch", "release");
        using var folder = new TemporaryFolder();
        await repository.GitAsync("clone", "-q", repository.Path, Path.Combine(folder.Path, "clone"));

        var history = await GitHistory.ReadAsync(
            Path.Combine(folder.Path, "clone"), null, new GitQuery(null, "release", []), Clock, null, Cancellation);

        Assert.Single(history.Deployments);
    }

    [Fact]
    public async Task A_commit_of_seventy_parents_keeps_them_all()
    {
        using var repository = await MadeRepository.CreateAsync();
        var root = await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        var tree = (await repository.GitAsync("rev-parse", "HEAD^{tree}")).Trim();
        var parents = new List<string>();
        for (var i = 0; i < 70; i++)
            parents.Add((await repository.GitAtAsync(1, 1, "Ada", null, "commit-tree", tree, "-p", root, "-m", $"{i}")).Trim());
        var merge =
            (await repository.GitAtAsync(
                2, 2, "Ada", null,
                ["commit-tree", tree, .. parents.SelectMany(parent => new[] { "-p", parent }), "-m", "octopus"])).Trim();
        await repository.TagAsync(3, "v1.1", merge);

        Assert.Equal(71, (await AnalyzeAsync(repository)).Deployments[0].Commits);
    }

    [Fact]
    public async Task A_detached_head_is_read_too()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.GitAsync("checkout", "-q", "--detach");
        await repository.CommitAsync(1);
        await repository.GitAsync("tag", "v1.0", "main");

        Assert.Equal(2, (await ReadAsync(repository, VersionTags)).Commits.Count);
    }

    [Fact]
    public async Task Messages_and_names_that_are_not_utf8_are_read()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        var sha = await repository.CommitAsync(1);
        await repository.TagAsync(1.5, "v1.1");
        var tree = (await repository.GitAsync("rev-parse", "HEAD^{tree}")).Trim();
        byte[] message = [0xff, 0xfe, 0x01, .. Encoding.Latin1.GetBytes($"Zurück é\n\nThis reverts commit {sha}.\n")];
        var odd = (await repository.GitAtAsync(2, 2, "Zo\x01e", message, "commit-tree", tree, "-p", sha)).Trim();
        await repository.TagAsync(3, "v1.2", odd);

        Assert.Equal(["revert"], (await AnalyzeAsync(repository)).Deployments[1].FailedBecause);
    }

    [Fact]
    public async Task Bots_are_known_by_their_name_and_nothing_keeps_a_name()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        await repository.CommitAsync(1, author: "renovate[bot]");
        await repository.CommitAsync(2);
        await repository.TagAsync(3, "v1.1");

        var analysis = await Analysis.OfAsync(
            Query(
                repository.Path,
                VersionTags) with
            {
                Definitions = Definitions.Default with { LeadTime = new LeadTimeRules { ExcludeBots = true } },
            }, Clock, null, Cancellation);

        Assert.Equal(1, analysis.Metrics.LeadTime.Count);
    }

    [Fact]
    public async Task A_shallow_clone_is_said_with_its_remedy()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        await repository.CommitAsync(1);
        await repository.CommitAsync(2);
        await repository.TagAsync(3, "v1.1");
        using var folder = new TemporaryFolder();
        var shallow = Path.Combine(folder.Path, "shallow");
        await repository.GitAsync("clone", "-q", "--depth", "1", "file://" + repository.Path, shallow);

        var analysis = await Analysis.OfAsync(Query(shallow, VersionTags), Clock, null, Cancellation);

        Assert.Contains(analysis.Notes, note => note.Contains("git fetch --unshallow"));
        Assert.Equal(0, analysis.Metrics.LeadTime.Count);
        Assert.Null(analysis.Metrics.LeadTime.MedianSeconds);
    }

    [Fact]
    public async Task Tags_of_blobs_and_trees_are_passed_over_and_said()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.GitAsync("tag", "v1.0");
        await repository.GitAsync("tag", "v2.0", "HEAD:a.txt");
        await repository.TagAsync(1, "v3.0", "HEAD^{tree}");

        var history = await ReadAsync(repository, VersionTags);

        Assert.Equal("v1.0", Assert.Single(history.Deployments).Id);
        Assert.Contains(
            history.Notes, note => note.StartsWith("2 tags are passed over") && note.Contains("v2.0") && note.Contains("v3.0"));
    }

    [Fact]
    public async Task Times_in_the_future_and_negative_lead_times_are_flagged()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        await repository.CommitAsync(400, committed: 1);
        await repository.TagAsync(2, "v1.1");

        var analysis = await AnalyzeAsync(repository);

        Assert.Contains(analysis.Notes, note => note.StartsWith("1 commit is dated in the future"));
        Assert.Contains(analysis.Notes, note => note.StartsWith("1 commit is dated after the deployment"));
        Assert.Equal(-398 * 86_400, analysis.Metrics.LeadTime.MedianSeconds);
    }

    [Fact]
    public async Task Grafts_that_close_a_circle_are_survived_and_said()
    {
        using var repository = await MadeRepository.CreateAsync();
        var first = await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        var second = await repository.CommitAsync(1);
        await repository.TagAsync(2, "v1.1");
        await File.WriteAllTextAsync(
            Path.Combine(repository.Path, ".git", "info", "grafts"), $"{first} {second}\n", Cancellation);

        var analysis = await AnalyzeAsync(repository);

        Assert.Contains(analysis.Notes, note => note.Contains("grafts"));
        Assert.Equal(2, analysis.Deployments.Length);
    }

    [Fact]
    public async Task A_repository_of_sha256_ids_is_read()
    {
        using var folder = new TemporaryFolder();
        using var repository = await MadeRepository.CreateAsync();
        Directory.Delete(Path.Combine(repository.Path, ".git"), recursive: true);
        await repository.GitAsync("init", "-q", "-b", "main", "--object-format=sha256");
        await repository.CommitAsync(0);
        await repository.TagAsync(0.5, "v1.0");
        await repository.CommitAsync(1);
        await repository.TagAsync(2, "v1.1");

        Assert.Equal(86_400, (await AnalyzeAsync(repository)).Metrics.LeadTime.MedianSeconds);
    }

    [Theory]
    [InlineData("nightly-*", null, null, "no tag of a commit that matches nightly-*")]
    [InlineData("v{1,2", null, null, "--tags: 'v{1,2' opens a brace")]
    [InlineData(null, "release", null, "there is no branch release: see git branch --all")]
    [InlineData(null, null, "lib/**", "touches lib/**")]
    [InlineData(null, null, "lib/{a", "--paths: 'lib/{a' opens a brace")]
    public async Task What_finds_nothing_is_said_with_what_was_looked_for(
        string? tags, string? branch, string? path, string expected)
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.GitAsync("tag", "v1.0");

        var error = await Assert.ThrowsAsync<GitException>(
            () => ReadAsync(repository, new GitQuery(tags, branch, path is null ? [] : [path])));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task A_broken_repository_is_a_sentence()
    {
        using var repository = await MadeRepository.CreateAsync();
        var sha = await repository.CommitAsync(0);
        await repository.GitAsync("tag", "v1.0");
        await repository.CommitAsync(1);
        var lost = Path.Combine(repository.Path, ".git", "objects", sha[..2], sha[2..]);
        File.SetAttributes(lost, FileAttributes.Normal);
        File.Delete(lost);

        var error = await Assert.ThrowsAsync<GitException>(() => ReadAsync(repository, VersionTags));

        Assert.StartsWith("git cannot read " + repository.Path, error.Message);
    }

    [Fact]
    public async Task Tags_of_one_second_are_in_the_order_of_their_names()
    {
        using var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(1, "v1.0");
        await repository.CommitAsync(0.5);
        await repository.TagAsync(1, "v1.1");

        Assert.Equal(["v1.1", "v1.0"], (await AnalyzeAsync(repository)).Deployments.Select(row => row.Version));
    }

    static TimeProvider Clock => new FakeTimeProvider(MadeRepository.Day(100));

    static AnalysisQuery Query(string path, GitQuery query) =>
        new(path, null, query, null, null, All: true, Definitions.Default);

    static Task<Analysis> AnalyzeAsync(MadeRepository repository, GitQuery? query = null) =>
        Analysis.OfAsync(Query(repository.Path, query ?? VersionTags), Clock, null, Cancellation);

    static Task<GitHistory> ReadAsync(MadeRepository repository, GitQuery query) =>
        GitHistory.ReadAsync(repository.Path, null, query, Clock, null, Cancellation);
}
