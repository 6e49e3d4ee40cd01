using System.Diagnostics;
using Leadline.Analyze;
using Leadline.Core;
using Leadline.Git;
using Xunit;

namespace Leadline.Tests.Git;

/// <summary>Real commit graphs, held against what plain git commands say of them.</summary>
public sealed class RealRepositoriesTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cli")]
    [InlineData("devlake")]
    [InlineData("aspire")]
    public async Task Gives_the_numbers_that_git_gives(string bundle)
    {
        var file = Shared.Find("repos", bundle + ".bundle");
        using var folder = new TemporaryFolder();
        await GitAsync(folder.Path, "clone", "-q", "--bare", file, "repository");
        var path = Path.Combine(folder.Path, "repository");
        var tags =
            (await GitAsync(
                path, "for-each-ref", "refs/tags",
                "--format=%(refname:strip=2) %(creatordate:unix) %(objecttype)%(*objecttype)"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .Where(part => VersionTag.IsVersion(part[0]) && part[2].EndsWith("commit", StringComparison.Ordinal))
                .OrderBy(part => long.Parse(part[1])).ThenBy(part => part[0], StringComparer.Ordinal).ToList();
        var leads = new List<double>();
        var before = new List<string>();
        var deployed = new List<string>();
        var shippedBy = new Dictionary<string, int>();
        string? live = null;
        foreach (var tag in tags)
        {
            var sha = (await GitAsync(path, "rev-parse", tag[0] + "^{commit}")).Trim();
            if (sha == live) continue;
            live = sha;
            deployed.Add(tag[0]);
            if (before.Count > 0)
            {
                var shipped = Lines(
                    await GitAsync(path, ["log", "--format=%H %at %P", tag[0], .. before.Select(other => "^" + other)]));
                Assert.NotEmpty(shipped);
                foreach (var commit in shipped.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                {
                    shippedBy.Add(commit[0], deployed.Count);
                    if (commit.Length < 4) leads.Add(long.Parse(tag[1]) - long.Parse(commit[1]));
                }
            }

            before.Add(tag[0]);
        }

        // No tag goes back to what had shipped (each ships something), so that reverts are the only failures.
        var reverts =
            (await GitAsync(
                path, "log", "-z", "--branches", "--tags", "--grep=This reverts commit [0-9a-f]",
                "--format=%H %B")).Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .ToDictionary(
                    text => text[..40],
                    text =>
                        text[(text.IndexOf("This reverts commit ", StringComparison.Ordinal) + 20)..]
                            .Split(' ', '.', ',', '\n')[0]);
        var failed = reverts
            .Where(revert =>
                !reverts.ContainsKey(revert.Value) && shippedBy.ContainsKey(revert.Key)
                    && shippedBy.TryGetValue(revert.Value, out var at) && at < shippedBy[revert.Key])
            .Select(revert => shippedBy[revert.Value]).Distinct().Count();

        var analysis = await Analysis.OfAsync(
            new AnalysisQuery(path, null, new GitQuery(null, null, []), null, null, All: true, Definitions.Default),
            TimeProvider.System, null, Cancellation);
        leads.Sort();
        Assert.Equal(deployed.Count, analysis.Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(0, analysis.Coverage.Gap);
        Assert.Equal(failed, analysis.Metrics.ChangeFailureRate.Failed);
        Assert.Equal(leads.Count, analysis.Metrics.LeadTime.Count);
        Assert.Equal(Median.Of(leads)!.Value, analysis.Metrics.LeadTime.MedianSeconds!.Value, 1.0);
    }

    [Theory]
    [InlineData("v1.2.3", true)]
    [InlineData("release-2024.10.1", true)]
    [InlineData("desktop/v1.4", true)]
    [InlineData("1.2.3.4", true)]
    [InlineData("v1.2.3-rc.1", false)]
    [InlineData("v1", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("v1.2.", false)]
    [InlineData("v.1.2", false)]
    [InlineData("v1.2/nightly", false)]
    [InlineData("v1..2", false)]
    [InlineData("", false)]
    public void Knows_a_version_tag(string tag, bool expected) => Assert.Equal(expected, VersionTag.IsVersion(tag));

    [Fact]
    public async Task Says_what_is_wrong_with_a_folder_that_gives_nothing()
    {
        using var folder = new TemporaryFolder();
        await SaysAsync("not a git repository", folder.Path);
        await SaysAsync("not a folder", Path.Combine(folder.Path, "missing"));
        await GitAsync(folder.Path, "init", "-q", "-b", "main", "empty");
        await SaysAsync("no commits yet", Path.Combine(folder.Path, "empty"));
        await GitAsync(
            Path.Combine(folder.Path, "empty"), "-c", "user.name=a", "-c", "user.email=a@acme.example", "commit", "-q",
            "--allow-empty", "-m", "one");
        await SaysAsync("no version tags", Path.Combine(folder.Path, "empty"));
    }

    static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static async Task SaysAsync(string expected, string path)
    {
        var error = await Assert.ThrowsAsync<GitException>(() => Analysis.OfAsync(
            new AnalysisQuery(path, null, new GitQuery(null, null, []), null, null, All: true, Definitions.Default),
            TimeProvider.System, null, Cancellation));
        Assert.Contains(expected, error.Message);
    }

    static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return text;
    }
}
